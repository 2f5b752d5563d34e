//! Real networks: attention with softmax and MLP-Mixers as published, in double precision.
//!
//! Their separation rank is infinite in general, so nothing exact can be said; what is measured is
//! how fast the singular values of a grid fall ([`super::study`]). Every part that the polynomial
//! networks lack can be switched off, down to the polynomial networks of docs/theory.md, section 2.
//!
//! A state is an N x d matrix, tokens by rows. There is no patch embedding, no position embedding
//! and no classification head: the input is the state before the first layer.

mod attention;
mod exact;
mod layer_norm;
mod network;
mod perceptron;

pub use attention::{attention, softmax_rows};
pub use layer_norm::layer_norm;
pub use network::{Mixing, RealArchitecture, RealNetwork};
pub use perceptron::{Activation, Perceptron};

use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// A rows x cols matrix, entries uniform with variance 2/(rows + cols) (Glorot and Bengio 2010), the
/// initialisation in the code of ViT; drawn by rows.
fn glorot_uniform(rows: usize, cols: usize, rng: &mut ChaCha20Rng) -> DMatrix<f64> {
    let limit = (6.0 / (rows + cols) as f64).sqrt();
    let entries: Vec<f64> = (0..rows * cols).map(|_| rng.random_range(-limit..=limit)).collect();
    DMatrix::from_row_slice(rows, cols, &entries)
}
