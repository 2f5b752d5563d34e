//! The floating-point pipeline: a second opinion on exact ranks, never a verdict.
//!
//! The network's one forward pass is read over `f64` and over MPFR floats of rising precision. A
//! grid matrix is filled at random points, its rows and columns are scaled to unit norm (first by powers
//! of two, so that no size is out of reach), and the
//! numerical rank is read off by one stated rule ([`Spectrum`]). Where it is asked for, the same
//! matrix in interval arithmetic turns the number into a proved lower bound for these real weights
//! ([`proved_rank`]). [`real`] and [`study`] are about networks with softmax, normalisation and GELU,
//! in double precision only: there spectra are measured and nothing is proved. docs/float.md says what the numbers mean.

mod agreement;
mod effective_rank;
mod error;
mod jacobi;
mod minor;
mod pivoted_qr;
pub mod real;
mod sample;
mod scaling;
mod singular_values;
mod spectrum;
pub mod study;
mod verified;

pub use agreement::{
    Agreement, LARGEST_SMALL_RANK, PRECISIONS, SPARE_POINTS, agreement, double_spectrum,
    high_spectrum, is_small,
};
pub use effective_rank::{effective_rank, epsilon_rank};
pub use error::FloatError;
pub use minor::{PROOF_PRECISIONS, Pivot, ProvedRank, certain_pivots, proved_rank};
pub use pivoted_qr::diagonal_of_r;
pub use sample::Sample;
pub use scaling::Scale;
pub use singular_values::singular_values;
pub use spectrum::{Spectrum, tolerance};
pub use verified::ProvedSpectrum;
