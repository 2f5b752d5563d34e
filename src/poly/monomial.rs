//! Monomials as exponent vectors without trailing zeros.

use smallvec::SmallVec;
use std::ops::Mul;

/// A monomial `x_0^{e_0} x_1^{e_1} ..`, ordered lexicographically by exponent vector.
///
/// Exponents are 16 bits wide: whoever builds polynomials checks first that the total degree stays
/// below 65536 (see [`crate::tensor::CoefficientForecast`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monomial(SmallVec<[u16; 12]>);

impl Monomial {
    /// The monomial 1.
    pub fn one() -> Self {
        Self(SmallVec::new())
    }

    /// The variable `x_index`.
    pub fn variable(index: usize) -> Self {
        let mut exponents = SmallVec::from_elem(0, index + 1);
        exponents[index] = 1;
        Self(exponents)
    }

    /// The total degree.
    pub fn degree(&self) -> u64 {
        self.0.iter().map(|&e| u64::from(e)).sum()
    }

    /// The pairs (variable, exponent) with exponent at least 1, by increasing variable.
    pub fn exponents(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.0.iter().enumerate().filter(|(_, e)| **e > 0).map(|(i, e)| (i, u64::from(*e)))
    }

    /// Splits into the part in the variables for which `left` holds and the rest:
    /// the product of the two parts is the monomial.
    pub fn split(&self, left: impl Fn(usize) -> bool) -> (Self, Self) {
        let part = |side: bool| {
            let mut exponents: SmallVec<[u16; 12]> = self
                .0
                .iter()
                .enumerate()
                .map(|(i, &e)| if left(i) == side { e } else { 0 })
                .collect();
            while exponents.last() == Some(&0) {
                exponents.pop();
            }
            Self(exponents)
        };
        (part(true), part(false))
    }
}

impl Mul<&Monomial> for Monomial {
    type Output = Self;
    fn mul(mut self, other: &Monomial) -> Self {
        if other.0.len() > self.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (e, f) in self.0.iter_mut().zip(&other.0) {
            *e += f;
        }
        self
    }
}
