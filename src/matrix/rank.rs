//! The rank of a matrix, with what either half of it rests on.

use super::eliminate::{Eliminated, is_sparse};
use super::{Cover, Matrix, NoResidue};
use crate::arith::Prime;
use crate::linalg::{self, rank_rational};
use crate::prove::generator;
use crate::tensor::{MemoryLimit, TooLarge};
use rand::RngExt;
use std::fmt;

/// Over which field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Q.
    Rationals,
    /// The integers modulo a prime; the entries are reduced.
    Modulo(Prime),
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rationals => f.write_str("over Q"),
            Self::Modulo(prime) => write!(f, "modulo {prime}"),
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// The field.
    pub over: Over,
    /// For Q: draws the prime by which the minor is found.
    pub seed: u64,
    /// Of what is held at once, the matrix included.
    pub limit: MemoryLimit,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RankError {
    /// An entry has no residue.
    #[error(transparent)]
    NoResidue(#[from] NoResidue),
    /// It does not fit the limit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// No prime was found that shows the rank over Q.
    #[error("none of {0} primes shows a minor of the rank over Q: try another seed")]
    NoPrime(usize),
    /// The columns of the minor do not span all columns.
    #[error("the rank over Q is larger than that modulo the prime: try another seed")]
    Larger,
    /// A kernel that takes too long.
    #[error(
        "the kernel, {vectors} vectors of up to {entries} entries over Q, has not been found by {bits} bits an entry: longer ones take more than 8 * 10^12 multiplications"
    )]
    LongKernel {
        /// How many vectors.
        vectors: usize,
        /// Entries of each, at most.
        entries: usize,
        /// Bits of an entry that were tried.
        bits: u64,
    },
    /// No certificate by challenge.
    #[error("the entries are too large for a certificate by challenge over Q")]
    TooManyPrimes,
}

/// Why the rank is not larger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upper {
    /// As many rows and columns hold every entry.
    Cover(Cover),
    /// Modulo a prime: the elimination left nothing.
    Elimination,
    /// Over Q: see [`linalg::RationalRank`].
    Rational(linalg::Certificate),
    /// Over Q: so many independent vectors are taken to zero that no larger rank is left.
    Kernel,
    /// Over Q: nothing was shown. The rank found is a lower bound.
    Open,
}

/// A part of what is asked for: a proof, or only a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Both halves are proved.
    Exact,
    /// The lower half is.
    Lower,
}

/// A rank: a minor of that order that is not zero, and why no larger one is.
#[derive(Clone, Debug)]
pub struct MatrixRank {
    /// Over which field.
    pub over: Over,
    /// The rank, or with [`Upper::Open`] a lower bound of it.
    pub rank: usize,
    /// The reason for the upper half.
    pub upper: Upper,
    pub(super) minor: Eliminated,
}

/// Over Q an exact proof is not tried beyond so many multiplications.
pub(super) const MOST_WORK: f64 = 8e12;

/// So many primes are tried for a minor of the rank over Q.
pub(super) const PRIMES: usize = 64;

impl MatrixRank {
    /// The rank, as asked for. Modulo a prime it takes one elimination. Over Q one modulo a prime of 23 bits gives
    /// the lower half; the upper half is a [`Cover`] if one is as small, else the rank over Q as in
    /// [`linalg::rank_rational`] where that is within 8 * 10^12 multiplications and the limit, else open.
    ///
    /// # Errors
    /// [`RankError`].
    ///
    /// ```
    /// use seprank::matrix::{MatrixRank, Over, Part, Request, read};
    /// let matrix = read::parse(b"1,1/2\n2,1\n", read::Format::Csv, Default::default())?;
    /// let request = Request { over: Over::Rationals, seed: 0, limit: Default::default() };
    /// let answer = MatrixRank::new(&matrix, request)?;
    /// assert_eq!((answer.rank, answer.part()), (1, Part::Exact));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(matrix: &Matrix, request: Request) -> Result<Self, RankError> {
        let Request { over, seed, limit } = request;
        let prime = match over {
            Over::Modulo(prime) => prime,
            Over::Rationals => draw_prime(seed),
        };
        let cleared = match over {
            Over::Modulo(_) => None,
            Over::Rationals => Some(matrix.cleared()),
        };
        let minor_modulo = |prime| -> Result<Eliminated, RankError> {
            let values = cleared.as_deref().unwrap_or(matrix).residues(prime)?;
            Ok(Eliminated::new(matrix, &values, prime, limit)?)
        };
        let minor = minor_modulo(prime)?;
        let rank = minor.rank();
        if let Some(cover) = small_cover(matrix, rank) {
            return Ok(Self { over, rank, upper: Upper::Cover(cover), minor });
        }
        let Some(cleared) = &cleared else {
            return Ok(Self { over, rank, upper: Upper::Elimination, minor });
        };
        if work_over_q(cleared, rank) > MOST_WORK || bytes_over_q(cleared) > limit.0 as f64 {
            return Ok(Self { over, rank, upper: Upper::Open, minor });
        }
        let Some(integers) = cleared.integers() else { unreachable!("rows were made integral") };
        let proved = rank_rational(&integers);
        let upper = Upper::Rational(proved.certificate);
        let rank = proved.echelon.rank;
        if minor.rank() == rank {
            return Ok(Self { over, rank, upper, minor });
        }
        for prime in prime.downwards().skip(1).take(PRIMES) {
            let minor = minor_modulo(prime)?;
            if minor.rank() == rank {
                return Ok(Self { over, rank, upper, minor });
            }
        }
        Err(RankError::NoPrime(PRIMES + 1))
    }

    /// What is proved.
    pub fn part(&self) -> Part {
        if self.upper == Upper::Open { Part::Lower } else { Part::Exact }
    }

    /// The prime modulo which the minor is not zero.
    pub fn prime(&self) -> Prime {
        self.minor.prime()
    }
}

/// A cover of as many lines as the rank.
fn small_cover(matrix: &Matrix, rank: usize) -> Option<Cover> {
    let plain = Cover::by_one_side(matrix);
    if plain.size() == rank {
        return Some(plain);
    }
    is_sparse(matrix).then(|| Cover::least(matrix)).filter(|cover| cover.size() == rank)
}

/// A prime of 23 bits, so that the kernels take it: the next one from a number drawn at random.
pub(super) fn draw_prime(seed: u64) -> Prime {
    let start = generator(seed).random_range(1u64 << 22..=Prime::WORD.get());
    let prime = (start..=Prime::WORD.get()).find_map(|n| Prime::new(n).ok());
    prime.unwrap_or(Prime::WORD)
}

/// Multiplications of [`rank_rational`], roughly: an elimination for each 24 bits of Hadamard's bound.
fn work_over_q(matrix: &Matrix, rank: usize) -> f64 {
    let (m, n, r) = (matrix.rows() as f64, matrix.cols() as f64, rank as f64);
    let bits = matrix.largest_bits() as f64 + (r + 1.0).log2() / 2.0;
    m * n * r * (r * bits / 24.0 + 1.0)
}

/// Bytes of the matrix of integers, of the copies that are made of it, and of a matrix of residues.
fn bytes_over_q(matrix: &Matrix) -> f64 {
    let each = 2.0 * (24.0 + matrix.largest_bits() as f64 / 8.0) + 24.0;
    matrix.rows() as f64 * matrix.cols() as f64 * each
}
