//! Random weights.

use super::layers::{Layer, placed};
use super::{Network, Problem};
use crate::arith::Rational;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;

/// Random weights are drawn uniformly from `-RANDOM_WEIGHT_RANGE..=RANDOM_WEIGHT_RANGE`.
pub const RANDOM_WEIGHT_RANGE: i64 = 999_999;

/// Kinds of weights: generic ones, and degenerate ones that try to break a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WeightStyle {
    /// Independent uniform integers.
    Random,
    /// Three entries in four are zero.
    Sparse,
    /// The same parameters in every layer, and entries from {-1, 0, 1}.
    Repeated,
    /// Zero off the main diagonal of every matrix.
    Diagonal,
    /// Blocks of two channels in attention, and one of the output channel alone if their number is odd: all
    /// W and V are zero between different blocks. (Of the channels in order, the output channel having
    /// changed places with the last, two make a block, and so do two columns of the factors, numbered
    /// one head after the other, or of heads that share factors each from 0. An entry is zero where its
    /// row and its column are of different blocks.) All else is independent uniform integers.
    Blocks2,
    /// Every entry 1.
    Ones,
    /// Every entry 0.
    Zero,
}

impl WeightStyle {
    /// All styles.
    pub const ALL: [Self; 7] = [
        Self::Random,
        Self::Sparse,
        Self::Repeated,
        Self::Diagonal,
        Self::Blocks2,
        Self::Ones,
        Self::Zero,
    ];

    /// A word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sparse => "sparse",
            Self::Repeated => "repeated",
            Self::Diagonal => "diagonal",
            Self::Blocks2 => "blocks2",
            Self::Ones => "ones",
            Self::Zero => "zero",
        }
    }

    fn entry(self, row: usize, col: usize, rng: &mut ChaCha20Rng) -> i64 {
        let uniform =
            |rng: &mut ChaCha20Rng| rng.random_range(-RANDOM_WEIGHT_RANGE..=RANDOM_WEIGHT_RANGE);
        match self {
            Self::Random => uniform(rng),
            Self::Sparse if rng.random_range(0..4) > 0 => 0,
            Self::Sparse => uniform(rng),
            Self::Repeated => rng.random_range(-1..=1),
            Self::Diagonal if row == col => uniform(rng),
            Self::Blocks2 if row / 2 == col / 2 => uniform(rng),
            Self::Ones => 1,
            Self::Diagonal | Self::Blocks2 | Self::Zero => 0,
        }
    }

    /// Weights of this style for `problem`, drawn in the order of the layers, their parameters and
    /// the entries by rows.
    pub fn draw(self, problem: &Problem, rng: &mut ChaCha20Rng) -> Network<Rational> {
        let (tokens, width) = (problem.tokens(), problem.width());
        let layers = problem.layers();
        let mut parameters: Vec<Vec<DMatrix<Rational>>> = Vec::with_capacity(layers.len());
        for (index, (layer, (n, d))) in placed(&layers, (tokens, width)).into_iter().enumerate() {
            let wanted = layer.parameters(n, d);
            let same_sizes = |drawn: &[DMatrix<Rational>]| {
                drawn.iter().map(DMatrix::shape).eq(wanted.iter().map(|p| (p.rows, p.cols)))
            };
            let earlier = (0..index).find(|&i| {
                self == Self::Repeated && layers[i] == *layer && same_sizes(&parameters[i])
            });
            let drawn = match earlier {
                Some(same) => parameters[same].clone(),
                None => (wanted.iter().zip(self.first_columns(layer, wanted.len())))
                    .map(|(p, first)| {
                        if let Some(value) = &p.value {
                            return value.clone();
                        }
                        // Where there are no blocks of channels, all is random.
                        let (style, first) = first.map_or((Self::Random, 0), |col| (self, col));
                        let row = |row: usize| match style {
                            Self::Blocks2 => exchanged(row, problem.output().channel, d),
                            _ => row,
                        };
                        let entries = (0..p.rows * p.cols)
                            .map(|e| style.entry(row(e / p.cols), first + e % p.cols, rng).into());
                        DMatrix::from_row_iterator(p.rows, p.cols, entries)
                    })
                    .collect(),
            };
            parameters.push(drawn);
        }
        Network::new(tokens, width, layers, parameters).expect("sizes are the layers' own")
    }

    /// The number of the first column of each of `count` parameters, from 0 but for a factor of a head;
    /// `None` if the style has no place for it.
    fn first_columns(self, layer: &Layer, count: usize) -> Vec<Option<usize>> {
        let mut columns = vec![(self != Self::Blocks2).then_some(0); count];
        if let (Self::Blocks2, Layer::Attention(shape)) = (self, layer) {
            for (head, numbers) in shape.factor_numbers().into_iter().enumerate() {
                let shared = shape.multi_query || shape.kv_heads.is_some();
                let first = if shared { 0 } else { head * shape.head_width };
                numbers.into_iter().for_each(|number| columns[number] = Some(first));
            }
        }
        columns
    }
}

/// The place of a channel among d, the channel `output` having changed places with the last if d is odd.
fn exchanged(channel: usize, output: usize, d: usize) -> usize {
    match d % 2 == 1 && output < d {
        true if channel == output => d - 1,
        true if channel == d - 1 => output,
        _ => channel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Output;
    use num_traits::Zero;
    use rand::SeedableRng;

    /// W and V of every head keep to the blocks, and the heads together fill them.
    #[test]
    fn blocks_of_two_channels_are_kept_and_filled() {
        let random = || ChaCha20Rng::seed_from_u64(5);
        for (d, heads, channel) in [
            (1, 1, 0),
            (2, 1, 1),
            (2, 2, 0),
            (3, 1, 0),
            (3, 1, 2),
            (4, 1, 1),
            (4, 2, 0),
            (5, 1, 0),
            (5, 1, 3),
            (6, 2, 5),
            (6, 3, 0),
        ] {
            let problem = Problem::attention(2, d, heads, 3).unwrap();
            let output = Output { token: 0, channel };
            let problem =
                Problem::new(problem.architecture().clone(), problem.partition().clone(), output);
            let network = WeightStyle::Blocks2.draw(&problem.unwrap(), &mut random());
            let mut order: Vec<usize> = (0..d).collect();
            if d % 2 == 1 {
                order.swap(channel, d - 1);
            }
            let block = |k: usize| order.iter().position(|o| *o == k).unwrap() / 2;
            for layer in 0..2 {
                let products = network.heads(layer).flat_map(|head| [head.w(), head.v()]);
                let zero = DMatrix::from_element(d, d, Rational::zero());
                let sum = products.fold(zero, |sum, m| {
                    let off = |i: usize, j: usize| block(i) != block(j);
                    assert!((0..d * d).all(|e| !off(e / d, e % d) || m[(e / d, e % d)].is_zero()));
                    sum + m
                });
                assert!((0..d).all(|i| !sum[(i, i)].is_zero()), "{d} {heads} {sum}");
            }
        }
    }

    /// Layers without heads, and biases, have no blocks.
    #[test]
    fn all_but_the_factors_of_heads_is_random() {
        let problem = Problem::mixer(2, 3, 2, 4).unwrap();
        let [blocks, random] = [WeightStyle::Blocks2, WeightStyle::Random]
            .map(|style| style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(6)));
        assert_eq!(blocks, random);
    }
}
