//! The primes that ranks are found modulo.
//!
//! A value that belongs to the network may be a multiple of a prime, and then the network modulo that
//! prime is another one. Primes are taken from the largest downwards until nothing vanishes.

use super::request::RankError;
use crate::arith::{Prime, Rational};
use crate::network::Network;

/// The modulus of grids and of coefficient matrices, or the first to try.
pub(super) const LARGE: Prime = Prime::MERSENNE_61;

/// The modulus of Hankel blocks, or the first to try: products of residues are exact in double
/// precision.
pub(super) const WORD: Prime = Prime::WORD;

/// So many primes are tried for one network.
pub(super) const TRIED: usize = 100;

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
