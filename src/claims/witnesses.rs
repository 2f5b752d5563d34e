//! The constructions in the proofs: on their inputs the network has the rank of the formula.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_rank, describe};
use crate::network::Problem;
use crate::prove::witness::WitnessKind;
use crate::prove::{Inputs, RankRequest, Weights, rank};

struct Witnesses;

/// (kind, L, d, H, size of A, size of B).
type Sizes = (WitnessKind, usize, usize, usize, usize, usize);

fn sizes(profile: Profile) -> Vec<Sizes> {
    use WitnessKind::{Heads, Isotropic, Power};
    let mut list = vec![
        (Power, 1, 3, 1, 1, 1),
        (Power, 2, 3, 1, 2, 2),
        (Power, 2, 4, 2, 2, 3),
        (Power, 3, 4, 2, 1, 1),
        (Isotropic, 1, 4, 1, 1, 1),
        (Isotropic, 2, 2, 1, 1, 1),
        (Isotropic, 2, 3, 1, 1, 1),
        (Isotropic, 2, 4, 1, 1, 1),
        (Isotropic, 2, 6, 2, 2, 2),
        (Isotropic, 3, 3, 1, 1, 1),
        (Isotropic, 3, 4, 1, 1, 1),
        (Heads, 2, 4, 1, 2, 2),
        (Heads, 3, 6, 2, 3, 2),
        (Heads, 3, 7, 1, 3, 2),
    ];
    if profile == Profile::Full {
        list.extend([(Isotropic, 2, 5, 1, 1, 1), (Power, 3, 6, 2, 2, 2), (Heads, 3, 8, 2, 3, 2)]);
    }
    list
}

impl Claim for Witnesses {
    fn id(&self) -> &'static str {
        "witness-ranks"
    }
    fn statement(&self) -> &'static str {
        "On the inputs of its proof each construction has exactly the rank of its formula \
         (Theorems 3.4, 3.5, 3.8)."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        sizes(profile)
            .into_iter()
            .map(|(kind, depth, width, heads, own, other)| {
                let left: Vec<usize> = (0..own).collect();
                let problem = Problem::attention(depth, width, heads, own + other)
                    .and_then(|p| p.with_partition(&left))
                    .expect("the sizes above are valid");
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
                            let verdict = if formula == found {
                                Verdict::Valid
                            } else {
                                Verdict::Invalid("the rank is not the formula's".into())
                            };
                            Outcome::new(verdict, format!("= {formula}"), found.to_string())
                                .with([certificate])
                        }
                        Err(e) => Outcome::missing(e),
                    }
                })
            })
            .collect()
    }
}

inventory::submit!(&Witnesses as &dyn Claim);
