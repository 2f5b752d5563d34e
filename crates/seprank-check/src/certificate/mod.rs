//! The certificate format: types, reader and writer, and the right-hand sides of challenges.
//!
//! A certificate is one JSON file with one claim and the evidence for it. docs/format.md is its
//! specification, written so that a checker can be built from it alone. The reader accepts exactly
//! the files that [`to_bytes`] can write: one claim has one file.
//!
//! Producers and the checker share this module and nothing else, so it names neither of them.

mod blocks;
mod challenge;
mod claim;
mod display;
mod evidence;
mod kinds;
mod matrix;
mod number;
mod packed;
mod problem;
mod read;
mod types;
mod weights;
mod write;

pub use blocks::{Block, Blocks, Words};
pub use challenge::Challenge;
pub use claim::{Certificate, Claim, Format, GapClaim, Log10, RankClaim, Scope, Value, Version};
pub(crate) use display::abbreviate;
pub use evidence::{Coefficients, Enclosure, Grid, Lower, Product, Term, Upper};
pub(crate) use kinds::kinds;
pub use matrix::{
    Field, GivenMatrix, MatrixChallenges, MatrixClaim, MatrixCover, MatrixEntries, MatrixEntry,
    MatrixMinor, MatrixUpper, Residues, SideFile, SpanningColumns,
};
pub use number::{Decimal, MAX_DIGITS, Text};
pub use problem::{
    Architecture, Attention, Expression, Gather, Layer, Layers, Mixer, Output, Parameter,
    PolynomialIn, Power, Problem, Real, RealFunction, Repeat,
};
pub use read::{MAX_FILE_BYTES, ReadError, ReadKind, from_bytes, read, read_bytes};
pub use types::{Integer, Matrix, Monomial, Rational, Relation, Residue};
pub use weights::{Biases, Head, MixerLayer, Weights};
pub use write::to_bytes;
