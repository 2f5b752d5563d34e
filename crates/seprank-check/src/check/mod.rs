//! The independent checker: small, slow, and sharing nothing with the producers but the format.
//!
//! It imports [`crate::certificate`] and plain integer crates only: the package has no others.
//! The network is read in its naive definition `Y W Y^T Y V`, determinants are eliminated as in a
//! school book, theorems are evaluated again from docs/theory.md, primes are tested again.
//!
//! Trusted: this module, `num-bigint`, `num-rational`, `serde_json`, the compiler, and the theorems
//! of docs/theory.md that a certificate names.
//!
//! Cost of a grid of rank r, N tokens, width d, depth L, H heads: `r^2 L H (3 N d^2 + 2 N^2 d)`
//! multiplications modulo p for attention, `r^2 L (2 N S d + 2 N d C)` for the Mixer, r^2
//! evaluations as written for a network by its layers, and `r^3 / 3` for the determinant.

mod count;
mod evidence;
mod gap;
mod layers;
mod logarithm;
mod matrix;
mod network;
mod polynomial;
mod prime;
mod problem;
mod ring;
mod theorem;
mod verdict;

pub use verdict::{Finding, Kind, Verdict};

use crate::certificate::{self, Certificate, Claim};
use count::Work;
use std::path::Path;

/// Checks a certificate. Never panics, and stops with [`Kind::Limit`] before a computation that
/// would not fit (docs/format.md lists the limits).
///
/// ```
/// use seprank_check::{certificate, check};
/// let bytes = include_bytes!("../../../../tests/data/accept/theorem.json");
/// let certificate = certificate::from_bytes(bytes).unwrap();
/// assert_eq!(check::check(&certificate), check::Verdict::Valid);
/// ```
pub fn check(certificate: &Certificate) -> Verdict {
    let result = match &certificate.claim {
        Claim::Rank(claim) => evidence::check(claim, "claim.rank", &Work::new()),
        Claim::Gap(claim) => gap::check(claim, &Work::new()),
    };
    result.map_or_else(Finding::into, |()| Verdict::Valid)
}

/// Reads and checks a file. A file that is not a certificate is Invalid; one with a field too few,
/// or that cannot be read, is Incomplete.
pub fn check_file(path: &Path) -> Verdict {
    match certificate::read(path) {
        Ok(certificate) => check(&certificate),
        Err(error) => Finding::from(error).into(),
    }
}
