//! Validated primes: the only way to name the modulus of a prime field.

use std::fmt;
use std::num::NonZeroU64;

/// A prime p with 2 <= p < 2^63.
///
/// Primality is decided, not guessed: the Miller-Rabin test with the first twelve primes as bases
/// is deterministic below 3.3 * 10^24 (Sorenson and Webster, Math. Comp. 86, 2017).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prime(NonZeroU64);

/// Why a number is not accepted as a [`Prime`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrimeError {
    /// The number is 2^63 or more.
    #[error("prime {0} is out of range: allowed are primes below 2^63 = 9223372036854775808")]
    TooLarge(u64),
    /// The number is 0, 1 or has a proper divisor.
    #[error("{0} is not a prime: allowed are primes below 2^63 (for example 2305843009213693951)")]
    Composite(u64),
}

impl Prime {
    /// The Mersenne prime 2^61 - 1, the default modulus: large enough that no multinomial met in
    /// practice vanishes, with a reduction that needs no division.
    pub const MERSENNE_61: Prime = Prime(NonZeroU64::new((1 << 61) - 1).unwrap());

    /// The prime 2^23 - 15: products of residues, and sums of hundreds of them, are exact in double
    /// precision.
    pub const WORD: Prime = Prime(NonZeroU64::new((1 << 23) - 15).unwrap());

    /// Accepts `p` if it is prime and below 2^63. Cost: twelve modular powers.
    ///
    /// ```
    /// use seprank::arith::Prime;
    /// assert!(Prime::new(1_000_003).is_ok());
    /// assert!(Prime::new(1_000_001).is_err()); // 101 * 9901
    /// ```
    pub fn new(p: u64) -> Result<Self, PrimeError> {
        if p >= 1 << 63 {
            return Err(PrimeError::TooLarge(p));
        }
        match NonZeroU64::new(p) {
            Some(n) if is_prime(p) => Ok(Prime(n)),
            _ => Err(PrimeError::Composite(p)),
        }
    }

    /// This prime and all those below it, the largest first.
    ///
    /// ```
    /// use seprank::arith::Prime;
    /// let primes: Vec<u64> = Prime::new(11)?.downwards().map(Prime::get).collect();
    /// assert_eq!(primes, [11, 7, 5, 3, 2]);
    /// # Ok::<(), seprank::arith::PrimeError>(())
    /// ```
    pub fn downwards(self) -> impl Iterator<Item = Self> {
        (2..=self.get()).rev().filter_map(|n| Self::new(n).ok())
    }

    /// The modulus as an integer.
    pub fn get(self) -> u64 {
        self.0.get()
    }

    /// The product of two residues below p. Both arguments must be below p.
    #[inline]
    pub fn mul_mod(self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        if self == Self::MERSENNE_61 {
            let p = Self::MERSENNE_61.get();
            let folded = (product as u64 & p) + (product >> 61) as u64;
            if folded >= p { folded - p } else { folded }
        } else {
            (product % u128::from(self.get())) as u64
        }
    }

    /// `base^exponent` modulo p.
    pub fn pow_mod(self, mut base: u64, mut exponent: u64) -> u64 {
        let mut result = 1 % self.get();
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.mul_mod(result, base);
            }
            base = self.mul_mod(base, base);
            exponent >>= 1;
        }
        result
    }

    /// The residue in 0..p of a signed integer.
    pub fn reduce(self, n: i64) -> u64 {
        n.rem_euclid(self.get() as i64) as u64 // p < 2^63
    }
}

impl fmt::Debug for Prime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Prime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if n < 2 {
        return false;
    }
    if let Some(q) = BASES.iter().find(|q| n.is_multiple_of(**q)) {
        return n == *q;
    }
    let mul = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let twos = (n - 1).trailing_zeros();
    BASES.iter().all(|&base| {
        let (mut x, mut b, mut e) = (1, base, n >> twos); // n is odd
        while e > 0 {
            if e & 1 == 1 {
                x = mul(x, b);
            }
            b = mul(b, b);
            e >>= 1;
        }
        if x == 1 || x == n - 1 {
            return true;
        }
        (1..twos).any(|_| {
            x = mul(x, x);
            x == n - 1
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_trial_division_below_ten_thousand() {
        for n in 0..10_000u64 {
            let trial = n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| n % d != 0);
            assert_eq!(Prime::new(n).is_ok(), trial, "{n}");
        }
    }

    #[test]
    fn rejects_strong_pseudoprimes_and_large_numbers() {
        // Strong pseudoprimes to the bases 2, 3, 5, 7 and to 2..=37 without 37: OEIS A014233.
        for n in [3_215_031_751, 3_825_123_056_546_413_051] {
            assert_eq!(Prime::new(n), Err(PrimeError::Composite(n)));
        }
        assert_eq!(Prime::new(u64::MAX), Err(PrimeError::TooLarge(u64::MAX)));
        assert!(Prime::WORD.get() < 1 << 23, "two residues multiply below 2^46");
        for p in [Prime::MERSENNE_61, Prime::WORD] {
            assert_eq!(Prime::new(p.get()), Ok(p));
            assert_eq!([p.to_string(), format!("{p:?}")], [(); 2].map(|()| p.get().to_string()));
        }
    }

    #[test]
    fn mersenne_reduction_agrees_with_division() {
        let p = Prime::MERSENNE_61;
        for (a, b) in [(0, 5), (p.get() - 1, p.get() - 1), (1 << 60, 1 << 60), (p.get() - 1, 2)] {
            let slow = (u128::from(a) * u128::from(b) % u128::from(p.get())) as u64;
            assert_eq!(p.mul_mod(a, b), slow);
        }
    }
}
