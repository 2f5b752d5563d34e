//! What a separation rank is asked of: an architecture on given tokens, and no weights.

use super::activated::{FirstActivation, first_activation};
use super::layers::{Layer, Parameter, placed, written_length};
use super::view::visible_variables;
use super::{Architecture, AttentionShape, InvalidProblem, MixerShape, Partition};
use rug::Integer;

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
    /// The network is no polynomial, a size is zero or above its cap, the heads do not divide the width, the output entry is
    /// outside the state, or a permutation has the wrong length.
    pub fn new(
        architecture: Architecture,
        partition: Partition,
        output: Output,
    ) -> Result<Self, InvalidProblem> {
        Self::of_any(architecture, partition, output)?.checked()
    }

    /// The same, whether or not the network is a polynomial.
    pub(super) fn of_any(
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

    /// Why the network is no polynomial, or none whose layers have degrees of 64 bits.
    pub(super) fn not_polynomial(&self) -> Option<InvalidProblem> {
        let Architecture::Layers(shape) = &self.architecture else { return None };
        let placed = placed(&shape.layers, (self.tokens(), shape.width));
        placed.into_iter().enumerate().find_map(|(i, (layer, (n, d)))| {
            let expression = layer.expression(n, d);
            let why = match (expression.real_function(), expression.degree(1, &|_| 0)) {
                (Some(function), _) => format!(
                    "the function {} is no polynomial, and this needs one; a lower bound of the rank at given weights can be proved",
                    function.name()
                ),
                (None, None) => "its degree must fit 64 bits".into(),
                (None, Some(_)) => return None,
            };
            let why = format!("layer {i} ({}): {why}", layer.name());
            Some(InvalidProblem::new("network", "(its layers)", why))
        })
    }

    /// Itself, if it is a polynomial.
    pub(super) fn checked(self) -> Result<Self, InvalidProblem> {
        self.not_polynomial().map_or(Ok(self), Err)
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

    /// The same problem with another output entry.
    ///
    /// # Errors
    /// If it is outside the last state.
    pub fn with_output(&self, output: Output) -> Result<Self, InvalidProblem> {
        Self::new(self.architecture.clone(), self.partition.clone(), output)
    }

    /// Tokens and channels of the last state.
    pub fn output_size(&self) -> (usize, usize) {
        self.architecture.output_size(self.tokens())
    }

    /// Whether all monomials of f have its degree, as seen from its layers: no bias, no residual connection, powers
    /// as activations.
    pub fn is_homogeneous(&self) -> bool {
        let layers = self.layers();
        let placed = placed(&layers, (self.tokens(), self.width()));
        placed.into_iter().all(|(layer, (n, d))| layer.expression(n, d).is_homogeneous())
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
        let state = (self.tokens(), self.width());
        visible_variables(&self.layers(), state, &self.partition)
    }

    /// The activation through which alone f depends on X, if there is one (docs/theory.md, 4.6').
    pub fn first_activation(&self) -> Option<FirstActivation> {
        first_activation(&self.layers(), (self.tokens(), self.width()))
    }

    /// The degree of f in the weights if it fits 64 bits.
    pub fn weight_degree(&self) -> Option<u64> {
        let layers = self.layers();
        let placed = placed(&layers, (self.tokens(), self.width()));
        placed.into_iter().try_fold(0, |before, (layer, (n, d))| layer.weight_degree(n, d, before))
    }

    /// The parameters of each layer, named and with their sizes, in the order in which a
    /// [`Network`](super::Network) takes them.
    pub fn parameters(&self) -> Vec<Vec<Parameter>> {
        let layers = self.layers();
        let placed = placed(&layers, (self.tokens(), self.width()));
        placed.into_iter().map(|(layer, (n, d))| layer.parameters(n, d)).collect()
    }

    /// The same, with the number of the layer in a network file before their names, as keys of `[weights]` are: the
    /// first that has the weight.
    pub fn named_parameters(&self) -> Vec<Vec<Parameter>> {
        let mut number = 0;
        let mut lists = self.parameters();
        for (layer, list) in self.layers().iter().zip(&mut lists) {
            // Those of several layers have it.
            if !matches!(layer, Layer::Sequence(_)) {
                for p in list.iter_mut() {
                    p.name = format!("{number}.{}", p.name);
                    p.former = p.former.take().map(|former| format!("{number}.{former}"));
                }
            }
            number += written_length(layer);
        }
        lists
    }

    /// The number of weights that belong to no layer's definition. Cost: that of [`Problem::parameters`].
    pub fn free_weights(&self) -> usize {
        let lists = self.parameters().into_iter().flatten();
        lists.filter(|p| p.value.is_none()).map(|p| p.rows * p.cols).sum()
    }

    /// The layers, the same for all weights.
    pub fn layers(&self) -> Vec<Layer> {
        self.architecture.layers()
    }
}
