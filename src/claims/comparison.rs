//! Attention against the Mixer at the same size: which generic rank is larger, exactly.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_gap, generic_rank, sizes};
use crate::bounds::Regime;
use crate::network::{Architecture, InvalidProblem, MixerShape, Output, Partition, Problem};
use crate::prove::{GapAnswer, RankAnswer, RankError, Status};

struct Comparison;

impl Claim for Comparison {
    fn id(&self) -> &'static str {
        "attention-against-mixer"
    }
    fn statement(&self) -> &'static str {
        "At one small size each, the sign of the gap between the generic ranks is established: it \
         can go either way. The claim of an exponential gap is about K = k_t k_c = 2 and growing \
         depth. For K >= 3 the ratio of the logarithms does not grow with the depth: in the limit of \
         large width it is below 3/2 for k_t = 3, k_c = 1, and at most 1 for the other k_t >= 2; for \
         k_t = 1 the bounds give no gap there."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        sizes::pairs(profile)
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
                            with_gap(judge(&attention, &mixer), &attention, &mixer)
                                .with([first, second])
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

/// The same outcome with the certificate of the gap, or of its opposite, if one is claimed; a claim that no
/// such certificate shows is not valid.
fn with_gap(mut outcome: Outcome, attention: &RankAnswer, mixer: &RankAnswer) -> Outcome {
    let claimed = match outcome.claimed.as_str() {
        "gap" => Regime::Certified,
        "no gap: mixer above" => Regime::Refuted,
        _ => return outcome,
    };
    let gap = match GapAnswer::of_ranks(attention, mixer) {
        Ok(gap) => gap,
        Err(e) => return Outcome::missing(e),
    };
    let certificate = certified_gap(&gap);
    if gap.gap.regime() != claimed {
        outcome.verdict = Verdict::Invalid("the bounds and the ranks disagree".into());
    } else if let Err(e) = &certificate {
        outcome.verdict = Verdict::Incomplete(e.to_string());
    }
    outcome.with(certificate)
}

inventory::submit!(&Comparison as &dyn Claim);
