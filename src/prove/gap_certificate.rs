//! Certificates of gaps: the two numbers that decide, each with its evidence.

use super::answer::{BoundValue, RankAnswer};
use super::certificate::{theorem_claim, theorem_value};
use super::gap::GapAnswer;
use super::request::{RankError, TooManyDigits};
use crate::bounds::{Bound, Half, Regime};
use crate::network::{Architecture, Problem};
use seprank_check::certificate::{self as file, Certificate, Claim, GapClaim, RankClaim, Relation};

/// Why there is no certificate of a gap.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoCertificate {
    /// Nothing is proved.
    #[error("the gap is open: nothing is certified")]
    Open,
    /// Not even the logarithm of a number can be written.
    #[error(transparent)]
    TooManyDigits(#[from] TooManyDigits),
    /// The evidence of a computed rank cannot be had.
    #[error(transparent)]
    Rank(#[from] RankError),
}

impl GapAnswer {
    /// The certificate of the verdict. Certified: attention's lower bound is above the other network's upper
    /// bound. Refuted: the other way round. At one size against a Mixer it is a `gap` or `refuted-gap`, else one
    /// across sizes. Numbers of more digits than a certificate holds are enclosed by their logarithms.
    /// Cost: of the exact values, below a second; of a computed rank that of its
    /// [certificate](RankAnswer::certificate).
    ///
    /// # Errors
    /// [`NoCertificate`], with the reason.
    ///
    /// ```
    /// use seprank::network::Problem;
    /// use seprank::{check, prove};
    /// let (attention, mixer) = (Problem::attention(2, 2, 2, 4)?, Problem::mixer(2, 2, 1, 4)?);
    /// let certificate = prove::gap(&attention, &mixer)?.certificate()?;
    /// assert_eq!(check::check(&certificate), check::Verdict::Valid);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn certificate(&self) -> Result<Certificate, NoCertificate> {
        let Self { gap, attention, other, ranks: [own_rank, other_rank], .. } = self;
        let (lower, upper, rank, above, below, refuted) = match gap.regime() {
            Regime::Certified => (&gap.lower, &gap.upper, own_rank, attention, other, false),
            Regime::Refuted => {
                (&gap.other_lower, &gap.attention_upper, other_rank, other, attention, true)
            }
            Regime::Open => return Err(NoCertificate::Open),
        };
        let (Some(lower), Some(upper)) = (lower, upper) else { return Err(NoCertificate::Open) };
        let claims = GapClaim {
            lower: claim(above, lower, rank.as_deref())?,
            upper: by_theorem(below, upper.bound.ok_or(NoCertificate::Open)?, upper)?,
        };
        let one_size =
            gap.across.is_empty() && matches!(other.architecture(), Architecture::Mixer(_));
        let kind = match (refuted, one_size) {
            (false, true) => Claim::Gap,
            (true, true) => Claim::RefutedGap,
            (false, false) => Claim::GapAcross,
            (true, false) => Claim::RefutedGapAcross,
        };
        Ok(Certificate::new(kind(Box::new(claims))))
    }
}

/// The lower half: by theorem, or by a minor of the computed rank.
fn claim(of: &Problem, half: &Half, rank: Option<&RankAnswer>) -> Result<RankClaim, NoCertificate> {
    match (half.bound, rank) {
        (Some(bound), _) => by_theorem(of, bound, half),
        (None, Some(answer)) => by_minor(answer),
        (None, None) => Err(NoCertificate::Open),
    }
}

fn by_minor(answer: &RankAnswer) -> Result<RankClaim, NoCertificate> {
    let Claim::Rank(claim) = answer.certificate()?.claim else { return Err(NoCertificate::Open) };
    // Of a network whose layers state all their numbers the weights in the file are all that there are.
    Ok(RankClaim {
        scope: file::Scope::Generic,
        relation: Relation::AtLeast,
        upper: None,
        ..*claim
    })
}

fn by_theorem(
    of: &Problem,
    bound: &'static dyn Bound,
    half: &Half,
) -> Result<RankClaim, NoCertificate> {
    let value = half.value.clone().or_else(|| bound.value(of));
    let log = if value.is_none() { bound.enclosure(of) } else { None };
    let value = BoundValue { id: bound.id(), side: bound.side(), value, log };
    Ok(theorem_claim(of, bound, theorem_value(&value)?))
}
