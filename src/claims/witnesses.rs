//! The constructions in the proofs: on their inputs the network has the rank of the formula.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_rank, describe, sizes};
use crate::network::{Output, Partition, Problem, TransformerShape};
use crate::prove::witness::WitnessKind;
use crate::prove::{Inputs, RankRequest, Weights, rank};

struct Witnesses;

impl Claim for Witnesses {
    fn id(&self) -> &'static str {
        "witness-ranks"
    }
    fn statement(&self) -> &'static str {
        "On the inputs of its proof each construction has exactly the rank of its formula \
         (Theorems 3.4, 3.5, 3.8, 5.3, 5.4 and 5.4'), or at least that (Theorem 3.18)."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        let plain = sizes::witnesses(profile).into_iter().map(|(kind, l, d, heads, own, other)| {
            (kind, TransformerShape::plain(l, d, heads), own, other)
        });
        let blocks = sizes::block_witnesses(profile).into_iter();
        let blocks = blocks.map(|(kind, l, d, heads, degree, own, other)| {
            let shape = TransformerShape {
                mlp_degree: Some(degree),
                residual: kind != WitnessKind::PositionWise,
                ..TransformerShape::plain(l, d, heads)
            };
            (kind, shape, own, other)
        });
        plain.chain(blocks).map(case).collect()
    }
}

fn case((kind, shape, own, other): (WitnessKind, TransformerShape, usize, usize)) -> Case {
    let problem = || {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>())?;
        Problem::new(shape.architecture()?, partition, Output::default())
    };
    let problem = problem().expect("the sizes are valid");
    Case::new(format!("{}: {}", kind.name(), describe(&problem)), move |seed| {
        let mut request = RankRequest::new(problem.clone());
        request.weights = Weights::Named(kind);
        request.inputs = Inputs::Theorem;
        request.seed = seed;
        let formula = match kind.build(&problem) {
            Ok(witness) => witness.rank,
            Err(e) => return Outcome::missing(e),
        };
        let evidence = rank(&request, &|_, _| ())
            .and_then(|answer| Ok((certified_rank(&request, &answer)?, answer.rank)));
        match evidence {
            Ok((certificate, found)) => {
                let (relation, holds) = match kind.is_exact() {
                    true => ("=", formula == found),
                    false => (">=", formula <= found),
                };
                let verdict = if holds {
                    Verdict::Valid
                } else {
                    Verdict::Invalid("the rank is not the formula's".into())
                };
                Outcome::new(verdict, format!("{relation} {formula}"), found.to_string())
                    .with([certificate])
            }
            Err(e) => Outcome::missing(e),
        }
    })
}

inventory::submit!(&Witnesses as &dyn Claim);
