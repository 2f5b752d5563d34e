//! `seprank`: exact, certified separation ranks of polynomial attention and MLP-Mixer networks.
//!
//! The **separation rank** `sep(f; A, B)` of a function of the tokens in A and B is the least number
//! of products `g(X_A) h(X_B)` that sum to it. For a polynomial it is the rank of its coefficient
//! matrix, so it can be computed exactly. This crate builds those matrices from one network
//! definition, computes their ranks, evaluates proved bounds and compares the two.
//!
//! The way of the data: [`network`] -> [`tensor`] -> [`linalg`] -> [`prove`] -> [`certificate`] ->
//! [`check`] -> [`claims`] -> [`table`]. The definitions, theorems and proofs are in docs/theory.md.

pub mod arith;
pub mod bounds;
#[cfg(test)]
#[path = "../tests/common/cases.rs"]
mod cases;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod files;
pub mod float;
pub mod linalg;
pub mod network;
#[cfg(feature = "cli")]
pub mod plot;
pub mod poly;
pub mod prove;
pub mod sweep;
pub mod table;
pub mod tensor;

pub use seprank_check::{certificate, check};
