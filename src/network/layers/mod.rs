//! Layers: one file each, every one a map from matrices to matrices over any ring.
//!
//! A layer's *shape* ([`Layer`]) is separate from its *parameters*, a list of matrices whose sizes
//! the shape dictates. Rows of the state `Y` are tokens, columns are channels. A layer file says
//! which keys the layer has in a network file (docs/networks.md), what its parameters are, and what
//! it does, as an [`Expression`]; degrees and sizes follow from that.

pub use super::parameters::{Definition, Parameter, Parameters};

use super::expression::Expression;
use super::{FileError, Site, Table};

use serde::de::DeserializeOwned;
use std::fmt;

/// A layer does not fit the state that reaches it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{asks}, but the state has {tokens} tokens x {width} channels")]
pub struct UnfitState {
    /// What the layer asks of the state, for example `"permutes 8 entries"`.
    pub asks: String,
    /// Rows of the state.
    pub tokens: usize,
    /// Columns of the state.
    pub width: usize,
}

/// A layer in a list does not fit the state that the one before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitLayer {
    /// Index of the layer.
    pub index: usize,
    /// Its type.
    pub name: &'static str,
    /// The type of the layer before it.
    pub before: Option<&'static str>,
    /// What it asks of the state.
    pub state: UnfitState,
}

impl fmt::Display for UnfitLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, name, state: UnfitState { asks, tokens, width }, .. } = self;
        write!(f, "layer {index} ({name}) {asks}, but ")?;
        match self.before {
            Some(before) => write!(f, "layer {} ({before}) leaves", index - 1)?,
            None => f.write_str("what enters is")?,
        }
        write!(f, " {tokens} tokens x {width} channels")
    }
}

impl std::error::Error for UnfitLayer {}

impl From<UnfitLayer> for FileError {
    fn from(e: UnfitLayer) -> Self {
        Self::whole(e)
    }
}

/// What every layer file provides.
pub trait LayerRule: Sized {
    /// The layer's keys in a network file, besides `type`.
    type Keys: DeserializeOwned;

    /// The layer that the keys describe, at its place in the network.
    ///
    /// # Errors
    /// Names the key, its value and what is allowed.
    fn build(keys: Self::Keys, site: &Site) -> Result<Self, FileError>;

    /// What the layer asks of a state of `tokens` rows and `width` columns that this one does not
    /// meet, for example `"permutes 8 entries"`; `None` if it fits.
    fn unmet(&self, _tokens: usize, _width: usize) -> Option<String> {
        None
    }

    /// The layer for a state of the given rows and columns, which it accepts: names its parameters,
    /// and is made from them and the input.
    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression;
}

macro_rules! layers {
    ($($(#[$doc:meta])* $name:literal $module:ident $variant:ident,)*) => {
        $(mod $module; pub use $module::$variant;)*

        /// The shape of one layer.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Layer {
            $($(#[$doc])* $variant($variant),)*
            /// A layer that shares its weights.
            Shared(Shared),
            /// Layers of which some share their weights.
            Sequence(Sequence),
        }

        $(impl From<$variant> for Layer {
            fn from(layer: $variant) -> Self {
                Layer::$variant(layer)
            }
        })*

        impl Layer {
            /// The names in a network file's `type`.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The layer's own name among [`Layer::NAMES`], or `"sequence"`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Layer::$variant(_) => $name,)*
                    Layer::Shared(shared) => shared.layer.name(),
                    Layer::Sequence(_) => "sequence",
                }
            }

            /// The layer of type `name`, one of [`Layer::NAMES`], with the given keys.
            fn build(name: &str, keys: Table, site: &Site) -> Result<Self, FileError> {
                match name {
                    $($name => $variant::build(keys.read()?, site).map(Layer::from),)*
                    _ => Err(FileError::new("type", name, "no such layer")),
                }
            }

            /// What the layer asks of the state that this one does not meet.
            fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
                match self {
                    $(Layer::$variant(layer) => layer.unmet(tokens, width),)*
                    Layer::Shared(shared) => shared.unmet(tokens, width),
                    Layer::Sequence(sequence) => sequence.unmet(tokens, width),
                }
            }

            /// The layer, in its input and the parameters that it names; the state must fit.
            fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
                match self {
                    $(Layer::$variant(layer) => layer.define(state, parameters),)*
                    Layer::Shared(shared) => shared.define(state, parameters),
                    Layer::Sequence(sequence) => sequence.define(state, parameters),
                }
            }
        }
    };
}

mod list;
mod over_tokens;
mod rotary;
mod shared;

pub(super) use list::read_list;
pub use rotary::{Planes, Rotary};
pub use scaling::Over;
pub use shared::{Sequence, Shared};
pub(super) use shared::{check as check_shared, joined, written_length};

layers! {
    /// Multi-head attention without softmax.
    "attention" attention Attention,
    /// Channel mixing: a two-layer perceptron across the channels, the same for every token.
    "channel-mixing" channel_mixing ChannelMixing,
    /// A free token before the others.
    "class-token" class_token ClassToken,
    /// A convolution over the tokens.
    "convolution" convolution Convolution,
    /// A fixed mask of zeros, drawn once.
    "dropout" dropout Dropout,
    /// Any polynomial layer, written as a formula.
    "expression" formula Formula,
    /// The real part of the discrete Fourier transform over tokens and channels.
    "fourier-mixing" fourier_mixing FourierMixing,
    /// Linear attention whose memory fades by gates.
    "gated-linear-attention" gated_linear_attention GatedLinearAttention,
    /// A perceptron across the channels with a gate.
    "gated-mlp" gated_mlp GatedMlp,
    /// Products over the neighbours in a graph.
    "graph" graph Graph,
    /// Gated long convolutions over the tokens.
    "hyena" hyena Hyena,
    /// Token mixing whose weights are made from the tokens.
    "hyper-mixing" hyper_mixing HyperMixing,
    /// Attention with a feature map in the place of softmax.
    "linear-attention" linear_attention LinearAttention,
    /// A linear map of the channels to another number of them.
    "linear-head" linear_head LinearHead,
    /// A linear map across the tokens, the same for every channel.
    "linear-token-mixing" linear_token_mixing LinearTokenMixing,
    /// Perceptrons across the channels, each with a gate.
    "mixture-of-experts" mixture_of_experts MixtureOfExperts,
    /// Layer and RMS normalisation.
    "norm" norm Norm,
    /// The sum of what several lists of layers make of the state.
    "parallel" parallel Parallel,
    /// A fixed permutation of the entries of the state.
    "permutation" permutation Permutation,
    /// The average over the tokens.
    "pooling" pooling Pooling,
    /// A fixed matrix added to the state.
    "position-embedding" position_embedding PositionEmbedding,
    /// Products over windows of tokens.
    "product-pooling" product_pooling ProductPooling,
    /// The sum of the state and what inner layers make of it.
    "residual" residual Residual,
    /// A factor for every channel, token or entry.
    "scaling" scaling Scaling,
    /// A recurrence over the tokens that the tokens steer.
    "selective-state-space" selective_state_space SelectiveStateSpace,
    /// Groups of channels moved by one place on a grid of tokens.
    "shift" shift Shift,
    /// Spatial gating: channels times a linear map of other channels across the tokens.
    "spatial-gating" spatial_gating SpatialGating,
    /// A linear recurrence over the tokens.
    "state-space" state_space StateSpace,
    /// Attention to pairs of tokens.
    "tensor-attention" tensor_attention TensorAttention,
    /// Token mixing: a two-layer perceptron across the tokens, the same for every channel.
    "token-mixing" token_mixing TokenMixing,
}

impl Layer {
    /// The layer for a state of `tokens` rows and `width` columns.
    ///
    /// # Errors
    /// If the layer asks something else of the state.
    pub fn definition(&self, tokens: usize, width: usize) -> Result<Definition, UnfitState> {
        self.accepts(tokens, width)?;
        let mut parameters = Parameters::default();
        let expression = self.define((tokens, width), &mut parameters);
        let output = parameters.size_of(&expression, (tokens, width));
        Ok(Definition { parameters: parameters.list, expression, output })
    }

    /// Whether the layer can take a state of this size.
    ///
    /// # Errors
    /// If it asks something else of the state.
    pub fn accepts(&self, tokens: usize, width: usize) -> Result<(), UnfitState> {
        match self.unmet(tokens, width) {
            Some(asks) => Err(UnfitState { asks, tokens, width }),
            None => Ok(()),
        }
    }

    /// Tokens and channels of the state after the layer.
    ///
    /// # Errors
    /// As [`Layer::definition`].
    pub fn output(&self, tokens: usize, width: usize) -> Result<(usize, usize), UnfitState> {
        self.definition(tokens, width).map(|layer| layer.output)
    }

    /// The one layer inside a residual connection; any other layer itself.
    pub(crate) fn inside(&self) -> &Self {
        match self {
            Self::Residual(Residual { inner }) if inner.len() == 1 => &inner[0],
            other => other,
        }
    }

    /// The parameter matrices, for a state that the layer accepts.
    pub fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        let mut parameters = Parameters::default();
        self.define((tokens, width), &mut parameters);
        parameters.list
    }

    /// The layer, in the state and the parameters, for a state that the layer accepts.
    pub fn expression(&self, tokens: usize, width: usize) -> Expression {
        self.define((tokens, width), &mut Parameters::default())
    }

    /// The degree of the output in the entries of the input; `None` past 64 bits.
    pub fn degree(&self, tokens: usize, width: usize) -> Option<u64> {
        self.expression(tokens, width).degree(1, &|_| 0)
    }

    /// The degree of the output in the layer's own weights plus those of earlier layers, `before`
    /// being that of its input. `None` past 64 bits.
    pub fn weight_degree(&self, tokens: usize, width: usize, before: u64) -> Option<u64> {
        let mut parameters = Parameters::default();
        let expression = self.define((tokens, width), &mut parameters);
        expression.degree(before, &|i| u64::from(parameters.list[i].value.is_none()))
    }
}

/// A list of layers as one: the composition, the parameters being named `prefix0.name`, or from another
/// number on. The state must fit ([`chain_output`]).
fn define_chain(
    layers: &[Layer],
    mut state: (usize, usize),
    (prefix, first): (&str, usize),
    parameters: &mut Parameters,
) -> Expression {
    let mut parts = Vec::new();
    for (i, layer) in (first..).zip(layers) {
        let part = parameters.within(&format!("{prefix}{i}."), |p| layer.define(state, p));
        state = parameters.size_of(&part, state);
        parts.push(part);
    }
    composition(parts)
}

/// The expressions one after the other, as a balanced tree: certificates limit its depth.
fn composition(mut parts: Vec<Expression>) -> Expression {
    match parts.len() {
        0 => Expression::Input,
        1 => parts.remove(0),
        n => {
            let rest = parts.split_off(n / 2);
            composition(parts).then(composition(rest))
        }
    }
}

/// Tokens and channels after a list of layers.
///
/// # Errors
/// Names the layer that does not fit and the one before it.
pub(super) fn chain_output(
    layers: &[Layer],
    input: (usize, usize),
) -> Result<(usize, usize), UnfitLayer> {
    (0..layers.len()).try_fold(input, |state, i| {
        next_state(i.checked_sub(1).map(|b| &layers[b]), i, &layers[i], state)
    })
}

/// The layers, each with the tokens and channels of the state that reaches it.
///
/// # Panics
/// If the layers do not fit together; those of a [`Problem`](super::Problem) do.
pub(crate) fn placed(layers: &[Layer], mut state: (usize, usize)) -> Vec<(&Layer, (usize, usize))> {
    let place = |layer| {
        let before = state;
        state = Layer::output(layer, state.0, state.1).expect("the layers fit together");
        (layer, before)
    };
    layers.iter().map(place).collect()
}

/// Tokens and channels after `layer`, number `index`, the one before it having left `state`.
pub(super) fn next_state(
    before: Option<&Layer>,
    index: usize,
    layer: &Layer,
    (tokens, width): (usize, usize),
) -> Result<(usize, usize), UnfitLayer> {
    let (name, before) = (layer.name(), before.map(Layer::name));
    layer.output(tokens, width).map_err(|state| UnfitLayer { index, name, before, state })
}
