//! Layers: one file each, every one a map from N x d matrices to N x d matrices over any ring.
//!
//! A layer's *shape* ([`Layer`]) is separate from its *parameters*, a list of matrices whose sizes
//! the shape dictates. Rows of the state `Y` are tokens, columns are channels.

mod attention;
mod channel_mixing;
mod permutation;
mod residual;
mod token_mixing;

pub use attention::Attention;
pub use channel_mixing::ChannelMixing;
pub use permutation::Permutation;
pub use residual::Residual;
pub use token_mixing::TokenMixing;

use crate::arith::Ring;
use nalgebra::DMatrix;

/// Name and size of one parameter matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The field's usual name, unique within the layer, for example `"head0.query"`.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Parameter {
    fn new(name: impl Into<String>, rows: usize, cols: usize) -> Self {
        Self { name: name.into(), rows, cols }
    }
}

/// What every layer file provides.
pub trait LayerRule {
    /// The degree of the output in the entries of the input, or `None` if it does not fit 64 bits.
    fn degree(&self) -> Option<u64>;

    /// The degree of the output in the layer's own parameters plus those of earlier layers, `before`
    /// being that of its input. `None` past 64 bits.
    fn weight_degree(&self, before: u64) -> Option<u64>;

    /// The parameter matrices, for a state of `tokens` rows and `width` columns.
    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter>;

    /// The layer applied to `y`. `parameters` has the sizes that [`LayerRule::parameters`] states.
    ///
    /// # Panics
    /// If a parameter has another size; [`Network`](super::Network) checks them once.
    fn forward<T: Ring>(&self, parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T>;
}

macro_rules! layers {
    ($($(#[$doc:meta])* $variant:ident,)*) => {
        /// The shape of one layer.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Layer {
            $($(#[$doc])* $variant($variant),)*
        }

        $(impl From<$variant> for Layer {
            fn from(layer: $variant) -> Self {
                Layer::$variant(layer)
            }
        })*

        impl LayerRule for Layer {
            fn degree(&self) -> Option<u64> {
                match self { $(Layer::$variant(layer) => layer.degree(),)* }
            }
            fn weight_degree(&self, before: u64) -> Option<u64> {
                match self { $(Layer::$variant(layer) => layer.weight_degree(before),)* }
            }
            fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
                match self { $(Layer::$variant(layer) => layer.parameters(tokens, width),)* }
            }
            fn forward<T: Ring>(&self, parameters: &[DMatrix<T>], y: &DMatrix<T>) -> DMatrix<T> {
                match self { $(Layer::$variant(layer) => layer.forward(parameters, y),)* }
            }
        }
    };
}

layers! {
    /// Multi-head attention without softmax.
    Attention,
    /// Token mixing: a two-layer perceptron across the tokens, the same for every channel.
    TokenMixing,
    /// Channel mixing: a two-layer perceptron across the channels, the same for every token.
    ChannelMixing,
    /// The sum of the state and what inner layers make of it.
    Residual,
    /// A fixed permutation of the entries of the state.
    Permutation,
}

/// Adds the column `bias` (one entry per row of `y`) to every column.
fn add_to_columns<T: Ring>(y: &mut DMatrix<T>, bias: &DMatrix<T>) {
    for mut column in y.column_iter_mut() {
        for (entry, b) in column.iter_mut().zip(bias.iter()) {
            *entry += b.clone();
        }
    }
}
