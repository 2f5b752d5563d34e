//! What is claimed, and its certification: cases -> evidence -> verdict.
//!
//! A claim is one file and one entry of the registry; its cases are small problems. The verdict of a
//! case is [`Verdict::Valid`] if the evidence shows it, [`Verdict::Invalid`] if the evidence
//! contradicts it, and [`Verdict::Incomplete`] if neither: nothing is called valid on trust.

mod certify;
mod comparison;
mod dimensions;
mod finished;
mod float_agreement;
mod generic_rank;
mod lower_bounds;
mod networks;
mod published_gaps;
mod real_networks;
pub mod sharpness;
mod sizes;
mod small;
mod upper_bounds;
mod witnesses;

pub use certify::{
    CaseResult, Examined, certify, count_cases, examine_case, joined_cases, overall,
};
pub use dimensions::{PublishedDimension, published_dimensions};
pub use finished::Digests;
pub use networks::NetworkClaim;
pub use published_gaps::{PUBLISHED_SHAPES, PublishedShape, published_pair};
pub use small::{small_attention, small_mixers, small_problems};

pub use crate::network::{describe, fingerprint};

use crate::bounds::Bound;
use crate::network::Problem;
use crate::prove::{self, GapAnswer, NoCertificate, RankAnswer, RankError, RankRequest, Weights};
use seprank_check::certificate::Certificate;
use serde::{Deserialize, Serialize};

/// The verdict on one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

    /// The verdict on two things together: the worse of them, the first of two alike.
    pub fn and(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Invalid(_), _) | (_, Self::Valid) => self,
            (Self::Valid, _) | (_, Self::Invalid(_)) => other,
            (Self::Incomplete(_), Self::Incomplete(_)) => self,
        }
    }

    /// What contradicts the claim or is missing; empty for a valid one.
    pub fn reason(&self) -> &str {
        match self {
            Self::Valid => "",
            Self::Invalid(why) | Self::Incomplete(why) => why,
        }
    }

    /// The name, and behind it the reason if there is one.
    pub fn sentence(&self) -> String {
        match self.reason() {
            "" => self.name().into(),
            why => format!("{}: {why}", self.name()),
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
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The verdict of the computation. [`certify`] lowers it if the checker rejects a certificate.
    pub verdict: Verdict,
    /// What the claim says.
    pub claimed: String,
    /// What was found.
    pub found: String,
    /// Certificates that the verdict rests on; none for cross-checks.
    pub certificates: Vec<Certified>,
}

/// A certificate and the name of its file, without extension.
#[derive(Clone, Debug)]
pub struct Certified {
    /// Unique within one seed: two certificates of one name are the same.
    pub name: String,
    /// The certificate.
    pub certificate: Certificate,
}

impl Outcome {
    fn new(verdict: Verdict, claimed: impl Into<String>, found: impl Into<String>) -> Self {
        let (claimed, found) = (claimed.into(), found.into());
        Self { verdict, claimed, found, certificates: Vec::new() }
    }

    /// No evidence could be had.
    fn missing(why: impl ToString) -> Self {
        Self::new(Verdict::Incomplete(why.to_string()), "-", "-")
    }

    fn with(mut self, certificates: impl IntoIterator<Item = Certified>) -> Self {
        self.certificates.extend(certificates);
        self
    }
}

/// The generic rank of `problem` with its certificate.
fn generic_rank(problem: &Problem, seed: u64) -> Result<(Certified, RankAnswer), RankError> {
    let mut request = RankRequest::new(problem.clone());
    request.seed = seed;
    let answer = prove::rank(&request, &|_, _| ())?;
    Ok((certified_rank(&request, &answer)?, answer))
}

/// The certificate of a computed rank.
fn certified_rank(request: &RankRequest, answer: &RankAnswer) -> Result<Certified, RankError> {
    let weights = match &request.weights {
        Weights::Named(kind) => kind.name(),
        _ => "random",
    };
    let name = format!("rank {weights} {}", describe(&request.problem));
    Ok(Certified { name: file_name(&name), certificate: answer.certificate()? })
}

/// The certificate that a bound has its value for a problem, if it has one that can be written.
fn certified_bound(problem: &Problem, bound: &'static dyn Bound) -> Option<Certified> {
    let name = format!("bound {} {}", bound.id(), describe(problem));
    Some(Certified { name: file_name(&name), certificate: prove::certify_bound(problem, bound)? })
}

/// The certificate of the verdict on a gap.
fn certified_gap(gap: &GapAnswer) -> Result<Certified, NoCertificate> {
    let regime = gap.gap.regime().name();
    let name = format!("gap {regime} {} {}", describe(&gap.attention), describe(&gap.other));
    Ok(Certified { name: file_name(&name), certificate: gap.certificate()? })
}

/// A description with only letters, digits and dashes.
pub(crate) fn file_name(text: &str) -> String {
    let dashed = text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    dashed.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
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
