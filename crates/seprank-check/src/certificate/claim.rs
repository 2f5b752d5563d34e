//! The claim of a certificate.

use super::evidence::{Lower, Upper};
use super::matrix::MatrixClaim;
use super::number::{Decimal, Text};
use super::problem::Problem;
use super::types::{Integer, Relation, required};
use super::weights::Weights;
use serde::{Deserialize, Serialize};

/// A claim with its evidence: the content of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Always `"seprank-certificate"`.
    pub format: Format,
    /// Always 1.
    pub version: Version,
    /// The claim.
    pub claim: Claim,
}

impl Certificate {
    /// A certificate of the current version.
    pub fn new(claim: Claim) -> Self {
        Self { format: Format::SeprankCertificate, version: Version, claim }
    }
}

/// The name of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// This one.
    SeprankCertificate,
}

/// The version of the format: the integer 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
pub struct Version;

pub(super) const UNSUPPORTED: &str = "unsupported version";

impl From<Version> for u64 {
    fn from(_: Version) -> u64 {
        1
    }
}

impl TryFrom<u64> for Version {
    type Error = String;
    fn try_from(version: u64) -> Result<Self, String> {
        if version == 1 { Ok(Self) } else { Err(format!("{UNSUPPORTED} {version}, expected 1")) }
    }
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A statement on one separation rank.
    Rank(Box<RankClaim>),
    /// Attention's separation rank is larger than the Mixer's, at one size.
    Gap(Box<GapClaim>),
    /// The Mixer's is larger than attention's, at one size.
    RefutedGap(Box<GapClaim>),
    /// Attention's is larger than another network's, whatever the widths and depths.
    GapAcross(Box<GapClaim>),
    /// The other network's is larger than attention's, whatever the widths and depths.
    RefutedGapAcross(Box<GapClaim>),
    /// A statement on the rank of a matrix.
    Matrix(Box<MatrixClaim>),
}

impl Claim {
    /// The problem of a rank claim; of a gap that of the network which is compared with attention; `None` of a matrix.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Rank(claim) => Some(&claim.problem),
            Self::Gap(claim) | Self::GapAcross(claim) => Some(&claim.upper.problem),
            Self::RefutedGap(claim) | Self::RefutedGapAcross(claim) => Some(&claim.lower.problem),
            Self::Matrix(_) => None,
        }
    }
}

/// `sep(f; A, B) relation value`, for the weights in `scope`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankClaim {
    /// f and (A, B).
    pub problem: Problem,
    /// For which weights.
    pub scope: Scope,
    /// Which way.
    pub relation: Relation,
    /// The right-hand side.
    pub value: Value,
    /// The weights: of the claim if the scope is fixed, of the witness if it is generic.
    #[serde(deserialize_with = "required")]
    pub weights: Option<Weights>,
    /// Evidence for at-least and equal.
    #[serde(deserialize_with = "required")]
    pub lower: Option<Lower>,
    /// Evidence for at-most and equal.
    #[serde(deserialize_with = "required")]
    pub upper: Option<Upper>,
}

/// The generic rank in `lower` is larger than every rank in `upper`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapClaim {
    /// A lower bound: on attention, where the gap is refuted on the other network.
    pub lower: RankClaim,
    /// An upper bound, on the other one of the two.
    pub upper: RankClaim,
}

/// For which weights a claim is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The maximum over all weights, taken by almost all.
    Generic,
    /// The weights in the file.
    Fixed,
}

/// A non-negative integer, or what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// All digits.
    Exact(Integer),
    /// An enclosure of the decimal logarithm of a bound too large to write.
    Log10(Log10),
}

/// `low <= log10(value) <= high`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log10 {
    /// Lower end.
    pub low: Text<Decimal>,
    /// Upper end.
    pub high: Text<Decimal>,
}
