//! Weights of networks.

use super::types::{Matrix, Rational, required};
use serde::{Deserialize, Serialize};

/// Weights, layer by layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// The heads of each layer.
    Attention(Vec<Vec<Head>>),
    /// The matrices of each layer.
    Mixer(Vec<MixerLayer>),
    /// Of each layer the parameters without a value, in order.
    Layers(Vec<Vec<Matrix>>),
}

/// Factors of `W = query key^T` and `V = output value^T`, each d x d_a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Q.
    pub query: Matrix,
    /// K.
    pub key: Matrix,
    /// O.
    pub output: Matrix,
    /// U.
    pub value: Matrix,
}

/// `U = w2 sigma(w1 Y + b1) + b2`, then `Y = tau(U w3 + b3) w4 + b4`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixerLayer {
    /// S x N.
    pub w1: Matrix,
    /// N x S.
    pub w2: Matrix,
    /// d x C.
    pub w3: Matrix,
    /// C x d.
    pub w4: Matrix,
    /// The biases, if there are any.
    #[serde(deserialize_with = "required")]
    pub bias: Option<Biases>,
}

/// Biases of one Mixer layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Biases {
    /// S numbers, one a hidden row.
    pub b1: Vec<Rational>,
    /// N numbers, one a token.
    pub b2: Vec<Rational>,
    /// C numbers, one a hidden channel.
    pub b3: Vec<Rational>,
    /// d numbers, one a channel.
    pub b4: Vec<Rational>,
}
