//! The primes that ranks are found modulo.
//!
//! A value that belongs to the network may be a multiple of a prime, and then the network modulo that
//! prime is another one. Primes are taken from the largest downwards until nothing vanishes.

use super::request::RankError;
use crate::arith::{Prime, Rational};
use crate::network::Network;

/// The modulus of coefficient matrices and of grids of high degree, or the first to try.
pub(super) const LARGE: Prime = Prime::MERSENNE_61;

/// The modulus of Hankel blocks and of other grids, or the first to try: products of residues are exact in
/// double precision.
pub(super) const WORD: Prime = Prime::WORD;

/// So many primes are tried for one network.
pub(super) const TRIED: usize = 100;

/// A grid is taken modulo [`WORD`] as long as no more pairs of its points than this are expected to be lost.
const FEW_LOST: f64 = 0.05;

/// Smaller chances are not told apart.
pub(super) const LEAST_CHANCE: f64 = 1e-30;

/// The first prime to try for a grid of so many points on a side, f being of that degree. A minor that is not
/// zero proves its rank whatever the prime; the small one is faster by far, and may miss some of the rank:
/// see [`chance_of_pairs`].
pub(super) fn first_of_grid(degree: u64, points: u64) -> Prime {
    let few = points as f64 * pair_lost(degree, WORD) <= FEW_LOST;
    if few { WORD } else { LARGE }
}

/// The prime for such a grid: also the large one where each of the small ones divides some parameter.
///
/// # Errors
/// As [`faithful`].
pub(super) fn of_grid(
    network: &Network<Rational>,
    degree: u64,
    points: u64,
) -> Result<Prime, RankError> {
    match faithful(network, first_of_grid(degree, points)) {
        Err(_) => faithful(network, LARGE),
        found => found,
    }
}

/// The chance that a pair of random points, one of either side, does not raise the rank of a grid that is below
/// the rank of f modulo the prime (docs/theory.md, 1.9).
fn pair_lost(degree: u64, prime: Prime) -> f64 {
    2.0 * degree as f64 / prime.get() as f64
}

/// The chance that of `tried` pairs as many were lost as leave a rank of `rank` (docs/theory.md, 1.9).
/// Chances below [`LEAST_CHANCE`] are said to be at most that.
pub(super) fn chance_of_pairs(degree: u64, prime: Prime, tried: usize, rank: usize) -> f64 {
    let lost = pair_lost(degree, prime);
    (0..tried - rank)
        .map(|i| (tried - i) as f64 / (i + 1) as f64 * lost)
        .product::<f64>()
        .max(LEAST_CHANCE)
}

/// The largest prime from `first` downwards modulo which no parameter of `network` vanishes that is not
/// zero, and none loses its denominator.
///
/// # Errors
/// [`RankError::NoPrime`] after [`TRIED`] primes. Cost: a division an entry and prime.
pub(super) fn faithful(network: &Network<Rational>, first: Prime) -> Result<Prime, RankError> {
    let mut primes = first.downwards();
    let mut tried = 0;
    loop {
        // There are more than 100 primes below either of the first ones.
        let prime = primes.next().unwrap_or(first);
        tried += 1;
        match network.faithful_modulo(prime) {
            Ok(()) => return Ok(prime),
            Err(last) if tried == TRIED => return Err(RankError::no_prime(tried, last)),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_lost_one_at_a_time() {
        let p = Prime::new(1009).unwrap();
        assert_eq!(pair_lost(3, p), 6.0 / 1009.0);
        assert_eq!(chance_of_pairs(3, p, 7, 7), 1.0);
        assert_eq!(chance_of_pairs(3, p, 7, 6), 7.0 * (6.0 / 1009.0));
        // Two of seven: 21 sets.
        let two = 21.0 * (6.0f64 / 1009.0).powi(2);
        assert!((chance_of_pairs(3, p, 7, 5) / two - 1.0).abs() < 1e-12);
    }

    #[test]
    fn high_degrees_and_many_points_take_the_large_prime() {
        // 2 * 9 * 20000 / 2^23 = 0.043; of degree 3^8: 2 * 6561 * 64 / 2^23 = 0.1.
        assert_eq!(first_of_grid(9, 20_000), WORD);
        assert_eq!(first_of_grid(9, 30_000), LARGE);
        assert_eq!(first_of_grid(6561, 64), LARGE);
    }
}
