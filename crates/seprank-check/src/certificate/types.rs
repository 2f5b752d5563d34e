//! The types of the format, in the order in which they stand in a file. See docs/format.md.

use super::number::{Decimal, Text};
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Deserializer, Serialize};

/// An integer of any size.
pub type Integer = Text<BigInt>;
/// A rational number in lowest terms, `"n"` or `"n/d"`.
pub type Rational = Text<BigRational>;
/// A residue in 0..p, or the prime p itself.
pub type Residue = Text<u64>;
/// Rows of equal length.
pub type Matrix = Vec<Vec<Rational>>;
/// Exponents of the entries of X on one side: positions in increasing order, channels within them.
pub type Monomial = Vec<u64>;

/// A claim with its evidence: the content of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Always `"seprank-certificate"`.
    pub format: Format,
    /// Always 1.
    pub version: Version,
    /// The claim.
    pub claim: Claim,
}

impl Certificate {
    /// A certificate of the current version.
    pub fn new(claim: Claim) -> Self {
        Self { format: Format::SeprankCertificate, version: Version, claim }
    }
}

/// The name of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// This one.
    SeprankCertificate,
}

/// The version of the format: the integer 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u64", try_from = "u64")]
pub struct Version;

pub(super) const UNSUPPORTED: &str = "unsupported version";

impl From<Version> for u64 {
    fn from(_: Version) -> u64 {
        1
    }
}

impl TryFrom<u64> for Version {
    type Error = String;
    fn try_from(version: u64) -> Result<Self, String> {
        if version == 1 { Ok(Self) } else { Err(format!("{UNSUPPORTED} {version}, expected 1")) }
    }
}

/// What is claimed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A statement on one separation rank.
    Rank(Box<RankClaim>),
    /// One separation rank is larger than another.
    Gap(Box<GapClaim>),
}

/// `sep(f; A, B) relation value`, for the weights in `scope`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankClaim {
    /// f and (A, B).
    pub problem: Problem,
    /// For which weights.
    pub scope: Scope,
    /// Which way.
    pub relation: Relation,
    /// The right-hand side.
    pub value: Value,
    /// The weights: of the claim if the scope is fixed, of the witness if it is generic.
    #[serde(deserialize_with = "required")]
    pub weights: Option<Weights>,
    /// Evidence for at-least and equal.
    #[serde(deserialize_with = "required")]
    pub lower: Option<Lower>,
    /// Evidence for at-most and equal.
    #[serde(deserialize_with = "required")]
    pub upper: Option<Upper>,
}

/// The generic rank in `lower` is larger than every rank in `upper`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapClaim {
    /// A lower bound, on attention.
    pub lower: RankClaim,
    /// An upper bound, on the Mixer.
    pub upper: RankClaim,
}

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

/// The two architectures.
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

/// For which weights a claim is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The maximum over all weights, taken by almost all.
    Generic,
    /// The weights in the file.
    Fixed,
}

/// Which way a claim goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
}

/// A non-negative integer, or what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// All digits.
    Exact(Integer),
    /// An enclosure of the decimal logarithm of a bound too large to write.
    Log10(Log10),
}

/// `low <= log10(value) <= high`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log10 {
    /// Lower end.
    pub low: Text<Decimal>,
    /// Upper end.
    pub high: Text<Decimal>,
}

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

/// Evidence for a lower bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lower {
    /// The theorem of that id.
    Theorem(String),
    /// A matrix of values, non-singular modulo a prime.
    Grid(Grid),
    /// A matrix of coefficients, non-singular modulo a prime.
    Coefficients(Coefficients),
}

/// The matrix `[f(left_s, right_t)]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// The prime p.
    pub prime: Residue,
    /// A row each: the entries of X on side A, positions in order, channels within them.
    pub left: Vec<Vec<Residue>>,
    /// A column each, on side B.
    pub right: Vec<Vec<Residue>>,
}

/// The matrix of the coefficients of `left_s * right_t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficients {
    /// The prime p.
    pub prime: Residue,
    /// A row each.
    pub left: Vec<Monomial>,
    /// A column each.
    pub right: Vec<Monomial>,
}

/// Evidence for an upper bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upper {
    /// The theorem of that id.
    Theorem(String),
    /// f as a sum of this many products.
    Separation(Vec<Product>),
}

/// The product `g(X_A) h(X_B)` of two polynomials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// g.
    pub left: Vec<Term>,
    /// h.
    pub right: Vec<Term>,
}

/// Coefficient and monomial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term(pub Rational, pub Monomial);

/// A field that may be null but not absent.
fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(d)
}
