//! The rings in which the checker reads a network. A ring is a value: it knows its modulus.

use super::matrix::{Matrix, by_dots};
use super::real::Planes;
use crate::certificate::RealFunction;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};
use std::sync::OnceLock;

/// A commutative ring with unit into which (some) rationals embed.
pub(super) trait Ring {
    /// Its elements.
    type Element: Clone + PartialEq;

    fn zero(&self) -> Self::Element;
    fn one(&self) -> Self::Element;
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    fn multiply(&self, a: &Self::Element, b: &Self::Element) -> Self::Element;
    /// The image of a rational, or `None` if its denominator has no inverse.
    fn embed(&self, q: &BigRational) -> Option<Self::Element>;

    /// A function of real numbers of a row, `factors` being the m of softmax. No ring but that of balls is asked for
    /// it: other evidence on such a network is refused.
    fn real(
        &self,
        _: RealFunction,
        row: &[Self::Element],
        _: Option<&[Self::Element]>,
    ) -> Vec<Self::Element> {
        vec![self.zero(); row.len()]
    }

    /// `sum_k a_k b_k`.
    fn dot(&self, a: &[Self::Element], b: &[Self::Element]) -> Self::Element {
        a.iter().zip(b).fold(self.zero(), |sum, (x, y)| self.add(&sum, &self.multiply(x, y)))
    }

    /// A B. What is made of the columns of B for that is kept, for a B that comes again.
    fn product(
        &self,
        a: &Matrix<Self::Element>,
        b: &Matrix<Self::Element>,
        _columns: &OnceLock<Option<Planes>>,
    ) -> Matrix<Self::Element> {
        by_dots(self, a, b)
    }

    /// `a^exponent` by repeated multiplication; exponents are at most 64.
    fn power(&self, a: &Self::Element, exponent: u64) -> Self::Element {
        (0..exponent).fold(self.one(), |product, _| self.multiply(&product, a))
    }
}

/// Z/pZ for a prime p below 2^63.
pub(super) struct Residues {
    p: u64,
    /// So many products of residues and one residue sum below 2^128.
    lazy: usize,
}

const MERSENNE_61: u64 = (1 << 61) - 1;

impl Residues {
    /// p must be prime and below 2^63.
    pub(super) fn new(p: u64) -> Self {
        let largest = u128::from(p - 1) * u128::from(p - 1);
        let lazy = (u128::MAX - u128::from(u64::MAX)) / largest;
        Self { p, lazy: lazy.to_usize().unwrap_or(usize::MAX) }
    }

    pub(super) fn modulus(&self) -> u64 {
        self.p
    }

    /// The residue of any 128-bit number.
    #[inline]
    pub(super) fn reduce(&self, n: u128) -> u64 {
        if self.p == MERSENNE_61 {
            let fold = |n: u128| (n & u128::from(MERSENNE_61)) + (n >> 61);
            let n = fold(fold(n)) as u64;
            if n >= MERSENNE_61 { n - MERSENNE_61 } else { n }
        } else {
            (n % u128::from(self.p)) as u64
        }
    }

    /// a - c b.
    #[inline]
    pub(super) fn subtract_multiple(&self, a: u64, c: u64, b: u64) -> u64 {
        self.reduce(u128::from(a) + u128::from(self.p - c) * u128::from(b))
    }

    /// The inverse of a non-zero residue, a^(p-2).
    pub(super) fn invert(&self, a: u64) -> u64 {
        let exponent = self.p - 2;
        (0..u64::BITS - exponent.leading_zeros()).rev().fold(1, |x, bit| {
            let square = self.multiply(&x, &x);
            if exponent >> bit & 1 == 1 { self.multiply(&square, &a) } else { square }
        })
    }

    fn residue(&self, n: &BigInt) -> u64 {
        let p = BigInt::from(self.p);
        let r = ((n % &p) + &p) % &p;
        r.to_u64().unwrap_or(0) // 0 <= r < p < 2^63
    }
}

impl Ring for Residues {
    type Element = u64;

    fn zero(&self) -> u64 {
        0
    }
    fn one(&self) -> u64 {
        1
    }
    fn add(&self, a: &u64, b: &u64) -> u64 {
        let sum = a + b; // below 2^64
        if sum >= self.p { sum - self.p } else { sum }
    }
    fn multiply(&self, a: &u64, b: &u64) -> u64 {
        self.reduce(u128::from(*a) * u128::from(*b))
    }
    fn embed(&self, q: &BigRational) -> Option<u64> {
        let denominator = self.residue(q.denom());
        (denominator != 0)
            .then(|| self.multiply(&self.residue(q.numer()), &self.invert(denominator)))
    }
    #[inline]
    fn dot(&self, a: &[u64], b: &[u64]) -> u64 {
        a.chunks(self.lazy).zip(b.chunks(self.lazy)).fold(0, |sum, (a, b)| {
            let products = a.iter().zip(b).map(|(x, y)| u128::from(*x) * u128::from(*y));
            self.reduce(u128::from(sum) + products.sum::<u128>())
        })
    }
}

/// Q.
pub(super) struct Rationals;

impl Ring for Rationals {
    type Element = BigRational;

    fn zero(&self) -> BigRational {
        Zero::zero()
    }
    fn one(&self) -> BigRational {
        One::one()
    }
    fn add(&self, a: &BigRational, b: &BigRational) -> BigRational {
        a + b
    }
    fn multiply(&self, a: &BigRational, b: &BigRational) -> BigRational {
        a * b
    }
    fn embed(&self, q: &BigRational) -> Option<BigRational> {
        Some(q.clone())
    }
}

/// The ring of one element: a network over it has sizes and no numbers.
pub(super) struct Sizes;

impl Ring for Sizes {
    type Element = ();

    fn zero(&self) {}
    fn one(&self) {}
    fn add(&self, (): &(), (): &()) {}
    fn multiply(&self, (): &(), (): &()) {}
    fn embed(&self, _: &BigRational) -> Option<()> {
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residues_agree_with_big_integers() {
        // Largest residues, longest sums between reductions, and both kinds of reduction.
        for p in [2, 3, 101, MERSENNE_61, (1 << 62) - 57, 9_223_372_036_854_775_783] {
            let ring = Residues::new(p);
            let big = |n: u64| BigInt::from(n);
            for a in [0, 1, p / 2, p - 1] {
                let row = vec![a; 300];
                let other = vec![p - 1; 300];
                let sum: BigInt = (0..300).map(|_| big(a) * big(p - 1)).sum();
                assert_eq!(ring.dot(&row, &other), ring.residue(&sum), "{p} {a}");
                assert_eq!(big(ring.subtract_multiple(1, a, a)), {
                    let n = big(1) - big(a) * big(a);
                    ((n % big(p)) + big(p)) % big(p)
                });
                if a != 0 {
                    assert_eq!(ring.multiply(&a, &ring.invert(a)), 1 % p, "{p} {a}");
                }
            }
        }
        for (n, p) in (-200..200i64).flat_map(|n| [2, 7, 101].map(|p| (n, p))) {
            let residue = Residues::new(p).residue(&n.into());
            assert_eq!(i64::try_from(residue).unwrap(), n.rem_euclid(p as i64), "{n} {p}");
        }
        let half = BigRational::new(1.into(), 2.into());
        assert_eq!(Residues::new(7).embed(&half), Some(4));
        assert_eq!(Residues::new(2).embed(&half), None);
        assert_eq!(Residues::new(7).embed(&BigRational::new((-1).into(), 1.into())), Some(6));
    }
}
