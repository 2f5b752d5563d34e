//! What is asked: a problem, weights, inputs and a method.

use super::witness::{Witness, WitnessKind};
use crate::arith::Rational;
use crate::files::Bytes;
use crate::network::{InvalidProblem, Network, Problem, VanishingEntry, WeightMap, WeightStyle};
use crate::stop::Stop;
use crate::tensor::{MemoryLimit, TensorError, TooLarge};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank_check::certificate::MAX_DIGITS;
use std::path::Path;

/// Which weights.
#[derive(Clone, Debug, PartialEq)]
pub enum Weights {
    /// Random integers: the answer is about the generic separation rank.
    Random,
    /// Random integers of a special style.
    Styled(WeightStyle),
    /// A construction from a proof.
    Named(WitnessKind),
    /// A construction from a proof with chosen free parameters.
    Witness(Box<Witness>),
    /// These weights.
    Given(Network<Rational>),
}

/// Which inputs the rank is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inputs {
    /// All of them.
    All,
    /// The family in the proof of the named weights.
    Theorem,
}

/// How to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The cheapest of the others that applies.
    Auto,
    /// The coefficient matrix.
    Coefficients,
    /// A grid matrix.
    Grid,
    /// Hankel blocks of a function of the sum of the two sides, where the problem is one.
    Hankel,
}

/// What to compute.
#[derive(Clone, Debug)]
pub struct RankRequest {
    /// The problem.
    pub problem: Problem,
    /// The weights.
    pub weights: Weights,
    /// The inputs.
    pub inputs: Inputs,
    /// The method.
    pub method: Method,
    /// Seed of the random weights and points.
    pub seed: u64,
    /// Number of independent draws of random weights and points, at least 1: the largest rank counts.
    pub draws: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
    /// Largest number of points on a side of a grid: the rank found is at most this.
    pub points: Option<u64>,
    /// When to end with what is found.
    pub stop: Stop,
    /// Bytes of the longest certificate that the answer may have, where nothing ends the run before; `None`: any.
    pub certificate: Option<u64>,
}

impl Weights {
    /// Those that have a name, with it.
    pub fn named() -> Vec<(&'static str, Self)> {
        let mut named = vec![("random", Self::Random)];
        let split = [WeightStyle::Diagonal, WeightStyle::Blocks2];
        named.extend(split.map(|style| (style.name(), Self::Styled(style))));
        named.extend(WitnessKind::ALL.map(|kind| (kind.name(), Self::Named(kind))));
        named
    }
}

impl RankRequest {
    /// Whether the question is one of theorems: of almost all weights, on all inputs.
    pub fn is_generic(&self) -> bool {
        self.weights == Weights::Random && self.inputs == Inputs::All
    }

    /// Random weights, all inputs, automatic method, seed 0, one draw, default memory limit, no end of time.
    pub fn new(problem: Problem) -> Self {
        let (weights, inputs, method) = (Weights::Random, Inputs::All, Method::Auto);
        let memory = MemoryLimit::default();
        Self {
            problem,
            weights,
            inputs,
            method,
            seed: 0,
            draws: 1,
            memory,
            points: None,
            stop: Stop::new(None),
            certificate: None,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RankError {
    /// The request makes no sense.
    #[error(transparent)]
    Invalid(#[from] InvalidProblem),
    /// The computation would not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// No certificate holds the number.
    #[error(transparent)]
    TooManyDigits(#[from] TooManyDigits),
    /// An entry vanishes, or loses its denominator, modulo each of the primes tried.
    #[error("none of the {tried} primes tried is allowed; of the last one: {last}")]
    NoPrime {
        /// Number of primes.
        tried: usize,
        /// An entry that the last one divides.
        last: Box<VanishingEntry>,
    },
    /// A minor that is not zero over Q vanishes modulo each of the primes tried.
    #[error("modulo each of the {tried} primes tried the rank is below that over Q")]
    LowRank {
        /// Number of primes.
        tried: usize,
    },
    /// The directory of finished work cannot be read or written, with its path.
    #[error("{0}")]
    Directory(String),
    /// The certificate of the answer would be longer than the request allows.
    #[error("the certificate would have {}, and a checker reads at most {}; leave it out, or limit the time",
        Bytes(*.bytes), Bytes(*.most))]
    LongCertificate {
        /// Its bytes, as the plan has them.
        bytes: u64,
        /// Those that are allowed.
        most: u64,
    },
}

/// A number of which not even the logarithm fits a certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the logarithm of {bound} has more than {MAX_DIGITS} digits, which is all that a certificate holds"
)]
pub struct TooManyDigits {
    /// The id of the bound.
    pub bound: &'static str,
}

impl From<TensorError> for RankError {
    fn from(error: TensorError) -> Self {
        match error {
            TensorError::TooLarge(error) => error.into(),
            TensorError::Union => Self::union_of_inputs(),
        }
    }
}

impl RankError {
    pub(super) fn no_prime(tried: usize, last: VanishingEntry) -> Self {
        Self::NoPrime { tried, last: last.into() }
    }

    pub(super) fn directory(error: std::io::Error) -> Self {
        Self::Directory(error.to_string())
    }

    pub(super) fn union_of_inputs() -> Self {
        let allowed = "the inputs are a union of several maps, which has no one coefficient matrix; \
                       allowed are grid, or the inputs all";
        InvalidProblem::new("method", "coefficients", allowed).into()
    }
}

/// The generator of everything random in a request.
pub fn generator(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// The network of `problem` with the weights in the file at `path`, found by `places`; those that it leaves to chance
/// are drawn as [`Weights::Random`] are, by `seed`.
///
/// # Errors
/// As [`WeightMap::load`].
pub fn weights_of_file(
    problem: &Problem,
    places: &WeightMap,
    path: &Path,
    seed: u64,
) -> Result<Network<Rational>, InvalidProblem> {
    places.load(problem, path, || WeightStyle::Random.draw(problem, &mut generator(seed)))
}
