//! Attention against the Mixer at the same size: which generic rank is larger, exactly.

use super::{Case, Claim, Outcome, Profile, Verdict, generic_rank};
use crate::network::{Architecture, InvalidProblem, MixerShape, Output, Partition, Problem};
use crate::prove::{RankAnswer, RankError, Status};

struct Comparison;

/// (L, d, S, N, k_t): same depth, width, tokens and partition on both sides, one head.
fn sizes(profile: Profile) -> Vec<(usize, usize, usize, usize, u64)> {
    let mut list = vec![
        (1, 2, 2, 4, 2),
        (2, 2, 1, 4, 2),
        (2, 2, 2, 4, 2),
        (3, 2, 1, 4, 2),
        (3, 2, 2, 4, 2),
        (1, 2, 2, 4, 3),
        (2, 2, 2, 4, 3),
    ];
    if profile == Profile::Full {
        list.extend([(2, 3, 2, 6, 2), (2, 3, 3, 6, 2), (2, 4, 2, 8, 2), (2, 2, 2, 4, 4)]);
    }
    list
}

impl Claim for Comparison {
    fn id(&self) -> &'static str {
        "attention-against-mixer"
    }
    fn statement(&self) -> &'static str {
        "At one small size each, the sign of the gap between the generic ranks is established: it \
         can go either way. The claim of an exponential gap is about K = k_t k_c = 2 and growing \
         depth; for K >= 3 there is no asymptotic gap."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        sizes(profile)
            .into_iter()
            .map(|(depth, width, hidden, tokens, degree)| {
                let name = format!("L={depth} d={width} S={hidden} N={tokens} K={degree}");
                Case::new(name, move |seed| {
                    let answer = |problem: Result<Problem, InvalidProblem>| {
                        problem.map_err(RankError::from).and_then(|p| generic_rank(&p, seed))
                    };
                    let pair = || -> Result<[_; 2], RankError> {
                        let attention = Problem::attention(depth, width, 1, tokens);
                        let shape = MixerShape {
                            token_degree: degree,
                            ..MixerShape::quadratic(depth, width, hidden)
                        };
                        let mixer = Partition::halves(tokens).and_then(|partition| {
                            Problem::new(Architecture::Mixer(shape), partition, Output::default())
                        });
                        Ok([answer(attention)?, answer(mixer)?])
                    };
                    match pair() {
                        Ok([(first, attention), (second, mixer)]) => {
                            judge(&attention, &mixer).with([first, second])
                        }
                        Err(e) => Outcome::missing(e),
                    }
                })
            })
            .collect()
    }
}

/// A sign needs a lower bound on one side above an upper bound on the other.
fn judge(attention: &RankAnswer, mixer: &RankAnswer) -> Outcome {
    use std::cmp::Ordering;
    let show = |a: &RankAnswer| match a.status {
        Status::Exact => a.rank.to_string(),
        Status::Lower => format!(">={}", a.rank),
    };
    let found = format!("attention {}, mixer {}", show(attention), show(mixer));
    let known = |larger: &RankAnswer, smaller: &RankAnswer| {
        smaller.status == Status::Exact && larger.rank > smaller.rank
    };
    let both = attention.status == Status::Exact && mixer.status == Status::Exact;
    let (verdict, claimed) = match attention.rank.cmp(&mixer.rank) {
        Ordering::Greater if known(attention, mixer) => (Verdict::Valid, "gap"),
        Ordering::Less if known(mixer, attention) => (Verdict::Valid, "no gap: mixer above"),
        Ordering::Equal if both => (Verdict::Valid, "no gap: equal"),
        _ => (Verdict::Incomplete("an exact rank is missing".into()), "undecided"),
    };
    Outcome::new(verdict, claimed, found)
}

inventory::submit!(&Comparison as &dyn Claim);
