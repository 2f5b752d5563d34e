//! Networks: the one definition that every part of the toolkit reads.
//!
//! A [`Problem`] is an architecture with a token count, a partition (A, B) and an output entry; it
//! asks for the separation rank of `f(X) = Y[i, p]` with respect to (A, B). A [`Network`] is a list
//! of layers with weights in some ring T; [`Network::forward`] is its only meaning.

mod activation;
mod architecture;
pub mod expression;
mod family;
mod file;
mod heads;
pub mod layers;
mod modulo;
mod nearest;
mod number;
mod partition;
pub mod presets;
mod view;
mod weight_file;
mod weights;
pub mod witness;

pub use activation::{Activation, MAX_ACTIVATION_DEGREE};
pub use architecture::{Architecture, AttentionShape, LayersShape, MAX_SIZE, MixerShape};
pub use family::{InputFamily, SideFamily};
pub use file::{MAX_LAYERS, MAX_NETWORK_BYTES, NetworkFile, Replacements, Site};
pub use heads::Head;
pub use modulo::{RatioPart, VanishingEntry};
pub use number::Number;
pub use partition::Partition;
pub use weight_file::WeightMap;
pub use weights::{RANDOM_WEIGHT_RANGE, WeightStyle};

use crate::arith::Ring;
use expression::Expression;
use layers::{Layer, Parameter};
use nalgebra::DMatrix;
use rug::Integer;
use std::sync::Arc;

/// A request that makes no sense: names the field, the value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {value}: {allowed}")]
pub struct InvalidProblem {
    /// What is wrong, for example `"width"`.
    pub field: &'static str,
    /// The value given.
    pub value: String,
    /// What is allowed instead.
    pub allowed: String,
}

impl InvalidProblem {
    /// An error about `field`.
    pub fn new(field: &'static str, value: impl ToString, allowed: impl ToString) -> Self {
        Self { field, value: value.to_string(), allowed: allowed.to_string() }
    }
}

/// The entry `Y[token, channel]` of the last state that is the function under study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Output {
    /// The row i.
    pub token: usize,
    /// The column p.
    pub channel: usize,
}

/// An architecture, a token count, a partition and an output entry; no weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    architecture: Architecture,
    partition: Partition,
    output: Output,
}

impl Problem {
    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// A size is zero or above its cap, the heads do not divide the width, the output entry is
    /// outside the state, or a permutation has the wrong length.
    pub fn new(
        architecture: Architecture,
        partition: Partition,
        output: Output,
    ) -> Result<Self, InvalidProblem> {
        architecture.validate(partition.tokens())?;
        let (tokens, width) = architecture.output_size(partition.tokens());
        if output.token >= tokens || output.channel >= width {
            return Err(InvalidProblem::new(
                "output",
                format_args!("{},{}", output.token, output.channel),
                format_args!(
                    "allowed are 0..={} for the token and 0..={} for the channel",
                    tokens - 1,
                    width - 1
                ),
            ));
        }
        Ok(Self { architecture, partition, output })
    }

    /// Attention of the given sizes, output entry (0, 0), A = the first half of the tokens.
    ///
    /// # Errors
    /// As [`Problem::new`].
    pub fn attention(
        depth: usize,
        width: usize,
        heads: usize,
        tokens: usize,
    ) -> Result<Self, InvalidProblem> {
        let shape = AttentionShape { depth, width, heads };
        Self::new(Architecture::Attention(shape), Partition::halves(tokens)?, Output::default())
    }

    /// A quadratic Mixer with linear channel part, output entry (0, 0), A = the first half.
    ///
    /// # Errors
    /// As [`Problem::new`].
    pub fn mixer(
        depth: usize,
        width: usize,
        token_hidden: usize,
        tokens: usize,
    ) -> Result<Self, InvalidProblem> {
        let shape = MixerShape::quadratic(depth, width, token_hidden);
        Self::new(Architecture::Mixer(shape), Partition::halves(tokens)?, Output::default())
    }

    /// The same problem with another partition.
    pub fn with_partition(&self, left: &[usize]) -> Result<Self, InvalidProblem> {
        let partition = Partition::new(self.tokens(), left)?;
        Self::new(self.architecture.clone(), partition, self.output)
    }

    /// The architecture.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The partition (A, B).
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// The output entry.
    pub fn output(&self) -> Output {
        self.output
    }

    /// Number of tokens N.
    pub fn tokens(&self) -> usize {
        self.partition.tokens()
    }

    /// Width d.
    pub fn width(&self) -> usize {
        self.architecture.width()
    }

    /// The side of the output token and the other side: (own, other).
    /// The theorems on attention name the own side A.
    pub fn own_and_other(&self) -> (&[usize], &[usize]) {
        let (left, right) = (self.partition.left(), self.partition.right());
        if left.binary_search(&self.output.token).is_ok() { (left, right) } else { (right, left) }
    }

    /// Sizes (own, other) of [`Problem::own_and_other`].
    pub fn side_sizes(&self) -> (usize, usize) {
        let (own, other) = self.own_and_other();
        (own.len(), other.len())
    }

    /// The degree of f in the entries of X if it fits 64 bits.
    ///
    /// # Errors
    /// If it does not: names the depth and the largest allowed.
    pub fn degree(&self) -> Result<u64, InvalidProblem> {
        self.architecture.degree(self.tokens())
    }

    /// The degree of f in the entries of X, however large.
    pub fn big_degree(&self) -> Integer {
        self.architecture.big_degree(self.tokens())
    }

    /// The numbers (n_A, n_B) of linearly independent linear forms in the entries of X on sides A and B
    /// through which f depends on X, at most (docs/theory.md, 4.5).
    pub fn visible_variables(&self) -> (usize, usize) {
        view::visible_variables(self)
    }

    /// The degree of f in the weights if it fits 64 bits.
    pub fn weight_degree(&self) -> Option<u64> {
        let layers = self.layers();
        let placed = layers::placed(&layers, (self.tokens(), self.width()));
        placed.into_iter().try_fold(0, |before, (layer, (n, d))| layer.weight_degree(n, d, before))
    }

    /// The layers, the same for all weights.
    pub fn layers(&self) -> Vec<Layer> {
        self.architecture.layers()
    }
}

/// Layers with weights in the ring T: a function from N x d matrices to N x d matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<T> {
    layers: Vec<Layer>,
    /// What each layer does to the state that reaches it.
    expressions: Arc<[Expression]>,
    /// The names of its parameters.
    names: Arc<[Vec<String>]>,
    parameters: Vec<Vec<DMatrix<T>>>,
}

/// Weights whose number or sizes are not what the layers ask for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("layer {layer}: expected {expected}, got {got}")]
pub struct WeightShapeError {
    /// Index of the layer.
    pub layer: usize,
    /// The parameter and size asked for.
    pub expected: String,
    /// What was given.
    pub got: String,
}

impl<T: Ring> Network<T> {
    /// Pairs the layers with their parameters, one list per layer.
    ///
    /// # Errors
    /// If a list has another length than [`Layer::parameters`] states, or a matrix another size, or a
    /// layer does not fit the state that reaches it.
    pub fn new(
        tokens: usize,
        width: usize,
        layers: Vec<Layer>,
        parameters: Vec<Vec<DMatrix<T>>>,
    ) -> Result<Self, WeightShapeError> {
        let count = |layer, expected: usize, what: &str, got: usize| WeightShapeError {
            layer,
            expected: format!("{expected} {what}"),
            got: got.to_string(),
        };
        if layers.len() != parameters.len() {
            return Err(count(parameters.len(), layers.len(), "layers", parameters.len()));
        }
        let mut state = (tokens, width);
        let mut expressions = Vec::with_capacity(layers.len());
        let mut names = Vec::with_capacity(layers.len());
        for (index, (layer, given)) in layers.iter().zip(&parameters).enumerate() {
            let (tokens, width) = state;
            state = layer.output(tokens, width).map_err(|asks| WeightShapeError {
                layer: index,
                expected: format!("a state that the layer accepts, which {asks}"),
                got: format!("{tokens} x {width}"),
            })?;
            expressions.push(layer.expression(tokens, width));
            let wanted = layer.parameters(tokens, width);
            if wanted.len() != given.len() {
                return Err(count(index, wanted.len(), "parameters", given.len()));
            }
            for (Parameter { name, rows, cols, .. }, matrix) in wanted.iter().zip(given) {
                if matrix.shape() != (*rows, *cols) {
                    return Err(WeightShapeError {
                        layer: index,
                        expected: format!("{name} of size {rows} x {cols}"),
                        got: format!("{} x {}", matrix.nrows(), matrix.ncols()),
                    });
                }
            }
            names.push(wanted.into_iter().map(|p| p.name).collect());
        }
        let (expressions, names) = (expressions.into(), names.into());
        Ok(Self { layers, expressions, names, parameters })
    }

    /// The last state for the input `x` (N x d); rows are tokens.
    pub fn forward(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let layers = self.expressions.iter().zip(&self.parameters);
        layers.fold(x.clone(), |y, (layer, parameters)| layer.evaluate(parameters, &y).into_owned())
    }

    /// The same network over another ring, `f` being a ring homomorphism.
    pub fn map<U: Ring>(&self, f: impl Fn(&T) -> U) -> Network<U> {
        let parameters =
            self.parameters.iter().map(|list| list.iter().map(|m| m.map_ref(&f)).collect());
        Network {
            layers: self.layers.clone(),
            expressions: self.expressions.clone(),
            names: self.names.clone(),
            parameters: parameters.collect(),
        }
    }

    /// Puts another matrix in the place of one parameter: the same layers, fed another input.
    pub(crate) fn replace_parameter(&mut self, layer: usize, parameter: usize, matrix: DMatrix<T>) {
        self.parameters[layer][parameter] = matrix;
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The parameters, one list of matrices per layer.
    pub fn parameters(&self) -> &[Vec<DMatrix<T>>] {
        &self.parameters
    }
}

/// `DMatrix::map` by reference.
trait MapRef<T> {
    fn map_ref<U: Ring>(&self, f: impl Fn(&T) -> U) -> DMatrix<U>;
}

impl<T: Ring> MapRef<T> for DMatrix<T> {
    fn map_ref<U: Ring>(&self, f: impl Fn(&T) -> U) -> DMatrix<U> {
        DMatrix::from_fn(self.nrows(), self.ncols(), |i, j| f(&self[(i, j)]))
    }
}
