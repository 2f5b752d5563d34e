//! The certificate format: types, reader and writer. This module computes nothing.
//!
//! A certificate is one JSON file with one claim and the evidence for it. docs/format.md is its
//! specification, written so that a checker can be built from it alone. The reader accepts exactly
//! the files that [`to_bytes`] can write: one claim has one file.
//!
//! Producers and the checker share this module and nothing else, so it names neither of them.

mod kinds;
mod number;
mod read;
mod types;
mod write;

pub(crate) use kinds::kinds;
pub use number::{Decimal, MAX_DIGITS, Text};
pub use read::{MAX_FILE_BYTES, ReadError, ReadKind, from_bytes, read};
pub use types::{
    Architecture, Attention, Biases, Certificate, Claim, Coefficients, Expression, Format,
    GapClaim, Gather, Grid, Head, Integer, Layer, Layers, Log10, Lower, Matrix, Mixer, MixerLayer,
    Monomial, Output, Parameter, PolynomialIn, Power, Problem, Product, RankClaim, Rational,
    Relation, Repeat, Residue, Scope, Term, Upper, Value, Version, Weights,
};
pub use write::{to_bytes, write};
