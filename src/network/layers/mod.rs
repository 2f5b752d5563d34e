//! Layers: one file each, every one a map from matrices to matrices over any ring.
//!
//! A layer's *shape* ([`Layer`]) is separate from its *parameters*, a list of matrices whose sizes
//! the shape dictates. Rows of the state `Y` are tokens, columns are channels. A layer file says
//! which keys the layer has in a network file (docs/networks.md), what its parameters are, and what
//! it does, as an [`Expression`]; degrees and sizes follow from that.

use super::Site;
use super::expression::Expression;
use crate::arith::Rational;
use nalgebra::DMatrix;
use serde::de::DeserializeOwned;

/// Name and size of one parameter matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The field's usual name, unique within the layer, for example `"head0.query"`.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// The value, if it belongs to the layer's definition; `None` for a weight.
    pub value: Option<DMatrix<Rational>>,
}

impl Parameter {
    fn new(name: impl Into<String>, rows: usize, cols: usize) -> Self {
        Self { name: name.into(), rows, cols, value: None }
    }

    pub(super) fn fixed(name: impl Into<String>, value: DMatrix<Rational>) -> Self {
        let (rows, cols) = value.shape();
        Self { name: name.into(), rows, cols, value: Some(value) }
    }

    /// A weight, unless there is a value.
    fn given(name: &str, size: (usize, usize), value: &Option<DMatrix<Rational>>) -> Self {
        Self { name: name.into(), rows: size.0, cols: size.1, value: value.clone() }
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
    fn build(keys: Self::Keys, site: &Site) -> Result<Self, String>;

    /// What the layer asks of the state, if that is not met.
    ///
    /// # Errors
    /// For example `"permutes 8 entries"`.
    fn accepts(&self, _tokens: usize, _width: usize) -> Result<(), String> {
        Ok(())
    }

    /// The parameter matrices, for a state of `tokens` rows and `width` columns.
    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter>;

    /// The layer, in the state and the parameters.
    fn expression(&self, tokens: usize, width: usize) -> Expression;
}

macro_rules! layers {
    ($($(#[$doc:meta])* $name:literal $module:ident $variant:ident,)*) => {
        $(mod $module; pub use $module::$variant;)*

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

        impl Layer {
            /// The names in a network file's `type`.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The layer's own name among [`Layer::NAMES`].
            pub fn name(&self) -> &'static str {
                match self { $(Layer::$variant(_) => $name,)* }
            }

            /// The layer of type `name` with the given keys; `None` if there is no such type.
            pub(super) fn build(
                name: &str, keys: toml::Table, site: &Site,
            ) -> Option<Result<Self, String>> {
                Some(match name {
                    $($name => <$variant as LayerRule>::Keys::deserialize(keys)
                        .map_err(|e| crate::network::nearest::with_nearest(e.message()))
                        .and_then(|keys| $variant::build(keys, site).map(Layer::from)),)*
                    _ => return None,
                })
            }

            /// What the layer asks of the state, if that is not met.
            ///
            /// # Errors
            /// For example `"permutes 8 entries"`.
            pub fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
                match self { $(Layer::$variant(layer) => layer.accepts(tokens, width),)* }
            }

            /// The parameter matrices, for a state of `tokens` rows and `width` columns.
            pub fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
                match self { $(Layer::$variant(layer) => layer.parameters(tokens, width),)* }
            }

            /// The layer, in the state and the parameters.
            pub fn expression(&self, tokens: usize, width: usize) -> Expression {
                match self { $(Layer::$variant(layer) => layer.expression(tokens, width),)* }
            }
        }
    };
}

use serde::Deserialize;

pub use scaling::Over;

layers! {
    /// Multi-head attention without softmax.
    "attention" attention Attention,
    /// Channel mixing: a two-layer perceptron across the channels, the same for every token.
    "channel-mixing" channel_mixing ChannelMixing,
    /// A fixed mask of zeros, drawn once.
    "dropout" dropout Dropout,
    /// The real part of the discrete Fourier transform over tokens and channels.
    "fourier-mixing" fourier_mixing FourierMixing,
    /// Token mixing whose weights are made from the tokens.
    "hyper-mixing" hyper_mixing HyperMixing,
    /// A linear map of the channels to another number of them.
    "linear-head" linear_head LinearHead,
    /// A linear map across the tokens, the same for every channel.
    "linear-token-mixing" linear_token_mixing LinearTokenMixing,
    /// The sum of what several lists of layers make of the state.
    "parallel" parallel Parallel,
    /// A fixed permutation of the entries of the state.
    "permutation" permutation Permutation,
    /// The average over the tokens.
    "pooling" pooling Pooling,
    /// A fixed matrix added to the state.
    "position-embedding" position_embedding PositionEmbedding,
    /// The sum of the state and what inner layers make of it.
    "residual" residual Residual,
    /// A factor for every channel, token or entry.
    "scaling" scaling Scaling,
    /// Groups of channels moved by one place on a grid of tokens.
    "shift" shift Shift,
    /// Spatial gating: channels times a linear map of other channels across the tokens.
    "spatial-gating" spatial_gating SpatialGating,
    /// Token mixing: a two-layer perceptron across the tokens, the same for every channel.
    "token-mixing" token_mixing TokenMixing,
}

impl Layer {
    /// Tokens and channels of the state after the layer.
    ///
    /// # Errors
    /// As [`Layer::accepts`].
    pub fn output(&self, tokens: usize, width: usize) -> Result<(usize, usize), String> {
        self.accepts(tokens, width)?;
        let parameters = self.parameters(tokens, width);
        let size = |i: usize| (parameters[i].rows, parameters[i].cols);
        let expression = self.expression(tokens, width);
        Ok(expression.size((tokens, width), &size).expect("layers are built to fit together"))
    }

    /// The degree of the output in the entries of the input; `None` past 64 bits.
    pub fn degree(&self, tokens: usize, width: usize) -> Option<u64> {
        self.expression(tokens, width).degree(1, &|_| 0)
    }

    /// The degree of the output in the layer's own weights plus those of earlier layers, `before`
    /// being that of its input. `None` past 64 bits.
    pub fn weight_degree(&self, tokens: usize, width: usize, before: u64) -> Option<u64> {
        let parameters = self.parameters(tokens, width);
        self.expression(tokens, width).degree(before, &|i| u64::from(parameters[i].value.is_none()))
    }
}

/// A list of layers as one: the parameters of all, named `prefix0.name`, and the composition.
/// The state must fit ([`chain_output`]).
fn chain(
    layers: &[Layer],
    (mut tokens, mut width): (usize, usize),
    prefix: &str,
) -> (Vec<Parameter>, Expression) {
    let (mut parameters, mut parts) = (Vec::new(), Vec::new());
    for (i, layer) in layers.iter().enumerate() {
        parts.push(layer.expression(tokens, width).shifted(parameters.len()));
        let own = layer.parameters(tokens, width).into_iter();
        parameters.extend(own.map(|p| Parameter { name: format!("{prefix}{i}.{}", p.name), ..p }));
        (tokens, width) = layer.output(tokens, width).expect("accepted before");
    }
    (parameters, composition(parts))
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
) -> Result<(usize, usize), String> {
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
) -> Result<(usize, usize), String> {
    layer.output(tokens, width).map_err(|asks| {
        let before = match before {
            Some(layer) => format!("layer {} ({}) leaves", index - 1, layer.name()),
            None => "what enters is".into(),
        };
        let name = layer.name();
        format!("layer {index} ({name}) {asks}, but {before} {tokens} tokens x {width} channels")
    })
}
