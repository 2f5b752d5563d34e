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

mod checked;
mod count;
mod evidence;
mod gap;
mod given;
mod halves;
mod layers;
mod logarithm;
mod matrix;
mod monomials;
mod network;
mod parallel;
mod polynomial;
mod prime;
mod problem;
mod progress;
mod real;
mod ring;
mod theorem;
mod verdict;

pub use checked::{Checked, Summary};
pub use given::MAX_MATRIX_BYTES;
pub use progress::progress;
pub use real::MAX_BITS as MAX_ENCLOSURE_BITS;
pub use theorem::theorem_number;
pub use verdict::{Finding, Kind, Verdict};

use crate::certificate::{self, Certificate, Claim};
use count::Work;
use evidence::Way;
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
    check_by(certificate, Options::default())
}

/// How a certificate is to be checked.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Whether minors are eliminated also where the solutions of challenges are given.
    pub eliminate: bool,
    /// Whether to end: looked at before every value of a grid. What was ended is Incomplete.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

/// [`check`], as the options say.
pub fn check_by(certificate: &Certificate, options: Options<'_>) -> Verdict {
    check_with(certificate, None, options)
}

/// [`check_by`], with the content of a file of the matrix, which a claim on a matrix may need. A claim on another
/// matrix is Invalid; one on a network has no use for it, and does not look at it.
pub fn check_with(
    certificate: &Certificate,
    matrix: Option<&[u8]>,
    options: Options<'_>,
) -> Verdict {
    progress::restart();
    let result = match &certificate.claim {
        Claim::Rank(claim) => evidence::check(claim, "claim.rank", &Work::new(), options),
        Claim::Gap(gap) => gap::check("gap", gap, (false, false), &Work::new(), options),
        Claim::RefutedGap(gap) => {
            gap::check("refuted-gap", gap, (true, false), &Work::new(), options)
        }
        Claim::GapAcross(gap) => {
            gap::check("gap-across", gap, (false, true), &Work::new(), options)
        }
        Claim::RefutedGapAcross(gap) => {
            gap::check("refuted-gap-across", gap, (true, true), &Work::new(), options)
        }
        Claim::Matrix(claim) => given::check(claim, matrix, options),
    };
    match result {
        Ok(Way::Whole) => Verdict::Valid,
        Ok(Way::Challenge) => Verdict::ValidByChallenge,
        Err(finding) => finding.into(),
    }
}

/// Reads and checks bytes. What is not a certificate is Invalid; one with a field too few, or that
/// would pass a limit, is Incomplete.
///
/// ```
/// use seprank_check::check;
/// let checked = check::examine(include_bytes!("../../../../tests/data/accept/theorem.json"));
/// assert_eq!(
///     checked.to_string(),
///     "Valid: separation rank of attention L=2 d=4 H=1, N=8, A={0-3}, Y[0,0] <= 110, for all weights"
/// );
/// ```
pub fn examine(bytes: &[u8]) -> Checked {
    examine_with(bytes, None, Options::default())
}

/// [`examine`], with the content of a file of the matrix as in [`check_with`].
pub fn examine_with(bytes: &[u8], matrix: Option<&[u8]>, options: Options<'_>) -> Checked {
    Checked::new(certificate::from_bytes(bytes), matrix, options)
}

/// [`examine`] of the bytes of a file, which is opened and read once. One that cannot be read is
/// Incomplete.
pub fn examine_file(path: &Path, options: Options<'_>) -> Checked {
    examine_file_with(path, None, options)
}

/// [`examine_file`], with the content of a file of the matrix as in [`check_with`].
pub fn examine_file_with(path: &Path, matrix: Option<&[u8]>, options: Options<'_>) -> Checked {
    Checked::new(certificate::read(path), matrix, options)
}

/// The verdict of [`examine_file`].
pub fn check_file(path: &Path) -> Verdict {
    examine_file(path, Options::default()).verdict
}
