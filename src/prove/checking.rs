//! What a certificate by blocks will take, before the rank is computed: its bytes, and the time to check it.

use super::plan::{Choice, HankelBlocks, Plan};
use super::rates::Rates;
use super::request::{Method, RankError, RankRequest};
use super::units::{self, challenges};
use crate::check;
use crate::network::{Architecture, Problem};
use crate::tensor::hankel::Sizes;
use seprank_check::certificate::{Block, Certificate, Claim, Lower, Relation, Text, Value};
use std::time::Instant;

/// A certificate by blocks, and its check, if every class has full rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checking {
    /// Of the file, without the weights.
    pub bytes: u64,
    /// Of the checker on this machine: minors of order 400 and more by challenge.
    pub seconds: f64,
}

/// The forecast of the certificate of `request`; `None` if its evidence is not by Hankel blocks. Cost: that of the plan,
/// and a few hundredths of a second for a small certificate that is made and checked to time the checker.
///
/// # Errors
/// Those of [`rank`](super::rank).
pub fn checking(request: &RankRequest) -> Result<Option<Checking>, RankError> {
    let Choice::Hankel(planned) = Plan::of_forecast(request)?.choice else { return Ok(None) };
    let (problem, step) = (&request.problem, step()?);
    let function = match problem.architecture() {
        Architecture::Attention(shape) => units::checked_letters(shape, planned.sizes) * step,
        // By products of polynomials, as here.
        _ => units::function(problem, planned.sizes) * Rates::default().function(problem),
    };
    let seconds = function + units::checked_minors(&planned) * step;
    Ok(Some(Checking { bytes: bytes(&planned), seconds }))
}

/// Refuses blocks whose certificate would be longer than `request` allows; what time may cut short has no length yet.
pub(super) fn fits_certificate(
    request: &RankRequest,
    planned: &HankelBlocks,
) -> Result<(), RankError> {
    let most = request.certificate.filter(|_| request.stop.left().is_none());
    match (most, bytes(planned)) {
        (Some(most), bytes) if bytes > most => Err(RankError::LongCertificate { bytes, most }),
        _ => Ok(()),
    }
}

/// Rows, columns and answers to challenges: four bytes each, in base64.
fn bytes(planned: &HankelBlocks) -> u64 {
    let words = |order: u64| order.saturating_mul(2 + challenges(order) as u64);
    planned.orders().map(words).fold(0, u64::saturating_add).saturating_mul(16) / 3
}

/// Seconds of the checker for each of the [`units::checked_minors`], from the challenged minors of a small problem, whose
/// function takes a twentieth of them.
fn step() -> Result<f64, RankError> {
    let problem = Problem::attention(3, 3, 1, 6).expect("allowed sizes");
    let request = RankRequest { method: Method::Hankel, ..RankRequest::new(problem) };
    let sizes = Sizes::new(&request.problem).expect("sides as large as the width");
    let certificate = super::rank(&request, &|_, _| {})?.certificate()?;
    let (certificate, minors) = challenged(certificate);
    let minor = |(b, order)| units::checked_minor(sizes, b, order);
    let steps: f64 = minors.into_iter().map(minor).sum();
    let seconds = (0..3).map(|_| {
        let start = Instant::now();
        assert!(check::check(&certificate).is_valid(), "a certificate of this program");
        start.elapsed().as_secs_f64()
    });
    Ok(seconds.fold(f64::INFINITY, f64::min) / steps)
}

/// The claim of the challenged minors alone, with their degrees and orders.
fn challenged(certificate: Certificate) -> (Certificate, Vec<(u64, u64)>) {
    let Claim::Rank(mut claim) = certificate.claim else { unreachable!("a claim on a rank") };
    let Some(Lower::Blocks(evidence)) = &mut claim.lower else {
        unreachable!("found by Hankel blocks")
    };
    evidence.blocks.retain(|block| block.solutions.is_some());
    let size = |block: &Block| (block.degree, block.rows.0.len() as u64);
    let minors: Vec<_> = evidence.blocks.iter().map(size).collect();
    let orders: u64 = minors.iter().map(|(_, order)| order).sum();
    (claim.relation, claim.value, claim.upper) =
        (Relation::AtLeast, Value::Exact(Text(orders.into())), None);
    (Certificate::new(Claim::Rank(claim)), minors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Stop;
    use seprank_check::certificate::to_bytes;

    /// Of both kinds of minors; the weights have a few kilobytes.
    #[test]
    fn a_file_has_about_the_bytes_that_are_forecast() {
        let of = |method| RankRequest {
            method,
            ..RankRequest::new(Problem::attention(3, 3, 1, 6).expect("allowed sizes"))
        };
        let request = of(Method::Hankel);
        let forecast = checking(&request).unwrap().unwrap();
        let certificate = crate::prove::rank(&request, &|_, _| {}).unwrap().certificate().unwrap();
        let ratio = to_bytes(&certificate).len() as f64 / forecast.bytes as f64;
        assert!((0.9..1.1).contains(&ratio), "{ratio}");
        assert!(forecast.seconds > 0.0 && forecast.seconds.is_finite());
        assert_eq!(checking(&of(Method::Grid)).unwrap(), None);
    }

    /// The steps of the minors of a certificate are those of its blocks, as far as these are full.
    #[test]
    fn the_minors_that_are_timed_are_the_challenged_ones() {
        let problem = Problem::attention(3, 3, 1, 6).expect("allowed sizes");
        let request = RankRequest { method: Method::Hankel, ..RankRequest::new(problem) };
        let whole = crate::prove::rank(&request, &|_, _| {}).unwrap().certificate().unwrap();
        let (part, minors) = challenged(whole);
        assert_eq!(minors.iter().map(|(b, _)| *b).collect::<Vec<_>>(), [6, 7, 8]);
        assert!(minors.iter().all(|(_, order)| challenges(*order) == 6));
        assert_eq!(check::check(&part), check::Verdict::ValidByChallenge);
    }

    /// Neither too long a certificate nor a limit on time asks for the run.
    #[test]
    fn a_certificate_that_is_too_long_is_refused_unless_time_ends_the_run() {
        let of = |certificate, stop| RankRequest {
            method: Method::Hankel,
            certificate,
            stop,
            ..RankRequest::new(Problem::attention(2, 2, 1, 4).expect("allowed sizes"))
        };
        let rank = |request| crate::prove::rank(&request, &|_, _| {});
        let refused = rank(of(Some(10), Stop::new(None))).unwrap_err();
        assert!(
            matches!(refused, RankError::LongCertificate { bytes: 11.., most: 10 }),
            "{refused}"
        );
        let hour = std::time::Duration::from_secs(3600);
        for allowed in [of(Some(1 << 20), Stop::new(None)), of(Some(10), Stop::new(Some(hour)))] {
            assert_eq!(rank(allowed).unwrap().rank, 18);
        }
    }
}
