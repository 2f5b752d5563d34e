//! Random weights.

use super::layers::placed;
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
    /// Every entry 1.
    Ones,
    /// Every entry 0.
    Zero,
}

impl WeightStyle {
    /// All styles.
    pub const ALL: [Self; 6] =
        [Self::Random, Self::Sparse, Self::Repeated, Self::Diagonal, Self::Ones, Self::Zero];

    /// A word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Sparse => "sparse",
            Self::Repeated => "repeated",
            Self::Diagonal => "diagonal",
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
            Self::Ones => 1,
            Self::Diagonal | Self::Zero => 0,
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
                None => wanted
                    .iter()
                    .map(|p| {
                        if let Some(value) = &p.value {
                            return value.clone();
                        }
                        let entries: Vec<Rational> = (0..p.rows * p.cols)
                            .map(|e| self.entry(e / p.cols, e % p.cols, rng).into())
                            .collect();
                        DMatrix::from_row_slice(p.rows, p.cols, &entries)
                    })
                    .collect(),
            };
            parameters.push(drawn);
        }
        Network::new(tokens, width, layers, parameters).expect("sizes are the layers' own")
    }
}
