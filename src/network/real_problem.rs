//! Problems whose network may have functions of real numbers: softmax, normalisation, GELU.

use super::layers::{Layer, Parameter};
use super::{Architecture, InvalidProblem, Network, Output, Partition, Problem};
use super::{RANDOM_WEIGHT_RANGE, WeightError, WeightMap, WeightStyle};
use crate::arith::Rational;
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use std::io::{Read, Seek};
use std::path::Path;

/// A [`Problem`] whose network need not be a polynomial. Its separation rank is infinite in general; what can be
/// proved is a lower bound at given weights ([`crate::prove::real_rank`]).
#[derive(Clone, Debug, PartialEq)]
pub struct RealProblem(Problem);

impl RealProblem {
    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// As [`Problem::new`], but for the degree, which is not asked for.
    pub fn new(
        architecture: Architecture,
        partition: Partition,
        output: Output,
    ) -> Result<Self, InvalidProblem> {
        Problem::of_any(architecture, partition, output).map(Self)
    }

    /// Whether no layer has a function of real numbers.
    pub fn is_polynomial(&self) -> bool {
        self.0.not_polynomial().is_none()
    }

    /// The same as a problem of polynomials.
    ///
    /// # Errors
    /// Names the layer that is none, or whose degree does not fit 64 bits.
    pub fn polynomial(self) -> Result<Problem, InvalidProblem> {
        self.0.checked()
    }

    /// Sizes, layers and parameters. Degrees and bounds are not to be asked of it.
    pub fn shape(&self) -> &Problem {
        &self.0
    }

    /// The same with another partition.
    ///
    /// # Errors
    /// As [`Partition::new`].
    pub fn with_partition(&self, left: &[usize]) -> Result<Self, InvalidProblem> {
        let partition = Partition::new(self.0.tokens(), left)?;
        Self::new(self.0.architecture().clone(), partition, self.0.output())
    }

    /// The partition (A, B).
    pub fn partition(&self) -> &Partition {
        self.0.partition()
    }

    /// The layers.
    pub fn layers(&self) -> Vec<Layer> {
        self.0.layers()
    }

    /// The parameters of each layer, named and with their sizes.
    pub fn parameters(&self) -> Vec<Vec<Parameter>> {
        self.0.parameters()
    }

    /// The weights in the file at `path`, those that `map` leaves to chance being random.
    ///
    /// # Errors
    /// As [`WeightMap::load`].
    pub fn with_weights(
        &self,
        map: &WeightMap,
        path: &Path,
        rng: &mut ChaCha20Rng,
    ) -> Result<Network<Rational>, InvalidProblem> {
        map.load(&self.0, path, || self.drawn_weights(rng))
    }

    /// The same, from an open file.
    ///
    /// # Errors
    /// As [`WeightMap::read`].
    pub fn read_weights(
        &self,
        map: &WeightMap,
        file: impl Read + Seek,
        rng: &mut ChaCha20Rng,
    ) -> Result<Network<Rational>, WeightError> {
        map.read(&self.0, file, || self.drawn_weights(rng))
    }

    /// Those of a network without any: random integers of a polynomial ([`WeightStyle::Random`]), else
    /// [`RealProblem::random_weights`].
    pub fn drawn_weights(&self, rng: &mut ChaCha20Rng) -> Network<Rational> {
        match self.is_polynomial() {
            true => WeightStyle::Random.draw(&self.0, rng),
            false => self.random_weights(rng),
        }
    }

    /// Random weights of the size of trained ones: an entry of a matrix of m rows is uniform among the multiples of
    /// `2^-(20+k)` of size below `2^-k`, k being half of `log2 m`, rounded up. Every precision of 53 bits or more
    /// holds them exactly.
    pub fn random_weights(&self, rng: &mut ChaCha20Rng) -> Network<Rational> {
        let drawn = WeightStyle::Random.draw(&self.0, rng);
        let sizes = self.0.parameters();
        let parameters = sizes.iter().zip(drawn.parameters()).map(|(sizes, drawn)| {
            let scaled = sizes.iter().zip(drawn).map(|(size, matrix)| match size.value {
                Some(_) => matrix.clone(),
                None => {
                    let bits = RANDOM_WEIGHT_RANGE.ilog2() + 1 + size.rows.ilog2().div_ceil(2);
                    let unit = Rational::from(rug::Rational::from((1, Integer::from(1) << bits)));
                    matrix.map(|w| w * unit.clone())
                }
            });
            scaled.collect()
        });
        let (tokens, width) = (self.0.tokens(), self.0.width());
        let network = Network::new(tokens, width, self.layers(), parameters.collect());
        network.expect("sizes are the layers' own")
    }
}

impl From<Problem> for RealProblem {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}
