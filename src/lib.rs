//! `seprank`: exact, certified separation ranks of polynomial attention and MLP-Mixer networks.
//!
//! The **separation rank** `sep(f; A, B)` of a function of the tokens in A and B is the least number
//! of products `g(X_A) h(X_B)` that sum to it. For a polynomial it is the rank of its coefficient
//! matrix, so it can be computed exactly. This crate builds those matrices from one network
//! definition, computes their ranks, evaluates proved bounds and compares the two.
//!
//! # In ten lines
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let (net_file, rank_file) = (folder.path().join("net.toml"), folder.path().join("rank.json"));
//! # std::fs::write(&net_file, "tokens = 4\nwidth = 2\n[[layer]]\ntype = \"attention\"\n")?;
//! let net = seprank::Network::read(&net_file)?; // or ::attention(..), ::mixer(..)
//! let rank = net.rank()?; // generic; with net.with_weights("model.safetensors")? that of the model
//! println!("{rank}"); // separation rank = 7  (exact, by coefficients) ..
//!
//! // What it rests on is in the answer; the certificate only writes it down.
//! rank.certificate()?.write(&rank_file)?;
//! // The checker is another package, with arithmetic of its own.
//! assert_eq!(seprank::check::check_file(&rank_file), seprank::check::Verdict::Valid);
//!
//! // Theorems hold at any size: the gap at the shapes of two published models.
//! use seprank::network::{Replacements, presets};
//! let [vit, mixer] = ["vit-b-16", "mixer-b-16"].map(|name| {
//!     presets::network("model", name, &Replacements::default()).map(|file| file.problem)
//! });
//! assert!(seprank::bounds::gap(&vit?, &mixer?)?.certified());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to go on
//!
//! | to | see |
//! |---|---|
//! | choose weights, inputs, method, seed, memory | [`prove::RankRequest`] |
//! | read the matrix itself | [`tensor::CoefficientTensor`] |
//! | rank a matrix of your own, modulo a prime or over Q | [`matrix`] from a file, [`linalg`] |
//! | evaluate a theorem | [`bounds::applicable`], [`bounds::evaluate`] |
//! | describe a network layer by layer | [`network::NetworkFile`], docs/networks.md |
//! | check a certificate and nothing else | the package `seprank-check` |
//!
//! The command line is the default feature `cli`; `default-features = false` leaves the library.
//!
//! The way of the data: [`network`] -> [`tensor`] -> [`linalg`] -> [`prove`] -> [`certificate`] ->
//! [`check`] -> [`claims`] -> [`table`]. The definitions, theorems and proofs are in docs/theory.md.

mod api;
pub mod arith;
pub mod bounds;
#[cfg(test)]
#[path = "../tests/common/cases.rs"]
mod cases;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod files;
pub mod float;
pub mod linalg;
pub mod matrix;
pub mod network;
mod npy;
#[cfg(feature = "cli")]
pub mod plot;
pub mod poly;
pub mod prove;
#[cfg(feature = "cli")]
pub mod report;
mod sealed;
mod stop;
pub mod sweep;
pub mod table;
pub mod tensor;
pub mod units;

pub use api::Network;
pub use seprank_check::{certificate, check};
pub use stop::{Limit, Stop};
