//! Certificates of separation ranks, and their checker.
//!
//! A certificate is a file with one claim about the separation rank of a network and the evidence
//! for it ([`certificate`], docs/format.md). The checker ([`check`]) accepts it by plain arithmetic
//! and the theorems of docs/theory.md alone. This package depends on no producer of certificates and
//! on no code in another language, so that it is all that a reader has to trust.

#![forbid(unsafe_code)]

pub mod certificate;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod files;
