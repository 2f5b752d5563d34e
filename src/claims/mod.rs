//! What is claimed, and its certification: cases -> evidence -> verdict.
//!
//! A claim is one file and one entry of the registry; its cases are small problems. The verdict of a
//! case is [`Verdict::Valid`] if the evidence shows it, [`Verdict::Invalid`] if the evidence
//! contradicts it, and [`Verdict::Incomplete`] if neither: nothing is called valid on trust.

mod certify;
mod comparison;
mod float_agreement;
mod generic_rank;
mod lower_bounds;
mod small;
mod upper_bounds;
mod witnesses;

pub use certify::{Examined, certify, count_cases, overall};
pub use small::{small_attention, small_mixers, small_problems};

use crate::network::{Architecture, Problem};

/// The verdict on one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The evidence shows the claim.
    Valid,
    /// The evidence contradicts the claim.
    Invalid(String),
    /// Neither; says what is missing.
    Incomplete(String),
}

impl Verdict {
    /// `"valid"`, `"invalid"` or `"incomplete"`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid(_) => "invalid",
            Self::Incomplete(_) => "incomplete",
        }
    }

    /// What contradicts the claim or is missing; empty for a valid one.
    pub fn reason(&self) -> &str {
        match self {
            Self::Valid => "",
            Self::Invalid(why) | Self::Incomplete(why) => why,
        }
    }

    /// The exit code: 0 valid, 1 invalid, 2 incomplete.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid(_) => 1,
            Self::Incomplete(_) => 2,
        }
    }
}

/// How much to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Under a minute on two cores.
    Quick,
    /// Larger cases, minutes.
    Full,
}

/// What one case showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What the claim says.
    pub claimed: String,
    /// What was found.
    pub found: String,
}

impl Outcome {
    /// No evidence could be had.
    fn missing(why: String) -> Self {
        Self { verdict: Verdict::Incomplete(why), claimed: "-".into(), found: "-".into() }
    }
}

/// One case of a claim.
pub struct Case {
    /// What it is about, in a few words.
    pub name: String,
    /// Computes the outcome; the argument is the seed of everything random.
    pub examine: Box<dyn Fn(u64) -> Outcome + Send + Sync>,
}

impl Case {
    fn new(name: String, examine: impl Fn(u64) -> Outcome + Send + Sync + 'static) -> Self {
        Self { name, examine: Box::new(examine) }
    }
}

/// A claim with its cases.
pub trait Claim: Sync {
    /// A stable identifier.
    fn id(&self) -> &'static str;
    /// The statement, in words, with its scope.
    fn statement(&self) -> &'static str;
    /// The cases of a profile.
    fn cases(&self, profile: Profile) -> Vec<Case>;
}

inventory::collect!(&'static dyn Claim);

/// All claims, ordered by id.
pub fn all() -> Vec<&'static dyn Claim> {
    let mut list: Vec<_> = inventory::iter::<&'static dyn Claim>.into_iter().copied().collect();
    list.sort_by_key(|c| c.id());
    list
}

/// A short description of a problem for tables: sizes, sides as own+other, options.
pub fn describe(problem: &Problem) -> String {
    let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
    let output = problem.output();
    let mut text = match problem.architecture() {
        Architecture::Attention(s) => {
            format!("attention L={} d={} H={}", s.depth, s.width, s.heads)
        }
        Architecture::Mixer(s) => {
            let mut text = format!("mixer L={} d={} S={}", s.depth, s.width, s.token_hidden);
            if (s.token_degree, s.channel_degree) != (2, 1) {
                text += &format!(" k={},{}", s.token_degree, s.channel_degree);
            }
            for (flag, name) in [
                (s.bias, " bias"),
                (s.residual, " residual"),
                (s.permutation.is_some(), " permuted"),
            ] {
                if flag {
                    text += name;
                }
            }
            text
        }
    };
    text += &format!(" N={left}+{right}");
    if (output.token, output.channel) != (0, 0) {
        text += &format!(" Y[{},{}]", output.token, output.channel);
    }
    text
}
