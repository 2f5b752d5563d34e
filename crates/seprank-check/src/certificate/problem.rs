//! The problem of a claim: a network, a partition of its tokens, an output entry.

use super::types::{Matrix, required};
use serde::{Deserialize, Serialize};

/// An architecture with a token count, a partition and an output entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// The layers' sizes.
    pub architecture: Architecture,
    /// Number of tokens N.
    pub tokens: u64,
    /// Positions of side A, increasing, from 0; side B is the rest.
    pub left: Vec<u64>,
    /// The entry of the last state that is f.
    pub output: Output,
}

/// The entry `Y[token, channel]`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Row.
    pub token: u64,
    /// Column.
    pub channel: u64,
}

/// A kind of network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Polynomial attention.
    Attention(Attention),
    /// Polynomial MLP-Mixer.
    Mixer(Mixer),
    /// Any other network, layer by layer.
    Layers(Layers),
}

/// A network layer by layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layers {
    /// Channels d of the input.
    pub width: u64,
    /// The layers in order.
    pub layers: Vec<Layer>,
}

/// One layer: what it does to the state, a matrix whose rows are tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Its parameters; those without a value are weights.
    pub parameters: Vec<Parameter>,
    /// The next state.
    pub expression: Expression,
}

/// A parameter of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub cols: u64,
    /// Its value if it belongs to the layer's definition, else null.
    #[serde(deserialize_with = "required")]
    pub value: Option<Matrix>,
}

/// A matrix built from the state and the parameters of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expression {
    /// The state that enters.
    Input,
    /// The parameter of that number.
    Parameter(u64),
    /// The matrix product.
    Product(Box<(Expression, Expression)>),
    /// The transposed matrix.
    Transpose(Box<Expression>),
    /// The sum of at least one matrix.
    Sum(Vec<Expression>),
    /// The entrywise product.
    Hadamard(Box<(Expression, Expression)>),
    /// A power of every entry.
    Power(Box<Power>),
    /// A polynomial in every entry.
    Polynomial(Box<PolynomialIn>),
    /// A single row or column, repeated.
    Repeat(Box<Repeat>),
    /// Entries of a matrix, numbered by rows, put in other places.
    Gather(Box<Gather>),
    /// A function of real numbers, of every entry or every row.
    Real(Box<Real>),
    /// The second expression, its input being the first one.
    Then(Box<(Expression, Expression)>),
}

/// `z^exponent` for every entry z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// The matrix of the z.
    pub of: Expression,
    /// The exponent, at least 1.
    pub exponent: u64,
}

/// `sum_k c_k z^k` for every entry z.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolynomialIn {
    /// The matrix of the z.
    pub of: Expression,
    /// The number of the parameter whose one column is c.
    pub coefficients: u64,
}

/// A function of real numbers of every entry, or of softmax of every row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Real {
    /// The matrix.
    pub of: Expression,
    /// The function.
    pub function: RealFunction,
}

/// A function of real numbers that is no polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RealFunction {
    /// `x (1 + erf(x / sqrt 2)) / 2`.
    Gelu,
    /// `x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2`.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `x / (1 + exp(-x))`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / sqrt(x)`, for x > 0.
    ReciprocalRoot,
    /// `m_j exp(x_j) / sum_k m_k exp(x_k)`, x being a row and m that of the parameter of this number; without one m
    /// is 1.
    Softmax(Option<u64>),
}

impl RealFunction {
    /// Its name in a certificate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gelu => "gelu",
            Self::GeluTanh => "gelu-tanh",
            Self::Relu => "relu",
            Self::Silu => "silu",
            Self::Sigmoid => "sigmoid",
            Self::Tanh => "tanh",
            Self::ReciprocalRoot => "reciprocal-root",
            Self::Softmax(_) => "softmax",
        }
    }
}

/// A row or column, repeated to a size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The row or column.
    pub of: Expression,
    /// Rows of the result.
    pub rows: u64,
    /// Columns of the result.
    pub cols: u64,
}

/// `out[e] = in[source[e]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gather {
    /// The matrix `in`.
    pub of: Expression,
    /// Rows of the result.
    pub rows: u64,
    /// Columns of the result.
    pub cols: u64,
    /// For each entry of the result the entry of `in` that it is.
    pub source: Vec<u64>,
}

/// Sizes of attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attention {
    /// Layers L.
    pub depth: u64,
    /// Channels d.
    pub width: u64,
    /// Heads H.
    pub heads: u64,
}

/// Sizes and options of the Mixer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixer {
    /// Layers L.
    pub depth: u64,
    /// Channels d.
    pub width: u64,
    /// Hidden width S of token mixing.
    pub token_hidden: u64,
    /// Degree k_t of its activation.
    pub token_degree: u64,
    /// Hidden width C of channel mixing.
    pub channel_hidden: u64,
    /// Degree k_c of its activation.
    pub channel_degree: u64,
    /// Whether there are biases.
    pub bias: bool,
    /// Whether there are residual connections.
    pub residual: bool,
    /// The input entry that each entry of the first state is taken from.
    #[serde(deserialize_with = "required")]
    pub permutation: Option<Vec<u64>>,
}
