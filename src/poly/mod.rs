//! Sparse polynomials over any [`Ring`], themselves a [`Ring`]: reading a network over them gives
//! its coefficient tensor.
//!
//! A polynomial is a list of terms `c * x^alpha`, ordered by monomial, no coefficient zero.
//! Variables are numbered from 0 and need not be declared, so `zero` and `one` need no context.

mod monomial;

pub use monomial::Monomial;

use crate::arith::Ring;
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A sparse polynomial: terms in increasing order of monomial, coefficients non-zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial<T> {
    terms: Vec<(Monomial, T)>,
}

impl<T: Ring> Polynomial<T> {
    /// The constant polynomial `c`.
    pub fn constant(c: T) -> Self {
        Self::from_terms([(Monomial::one(), c)])
    }

    /// The variable `x_index`.
    pub fn variable(index: usize) -> Self {
        Self { terms: vec![(Monomial::variable(index), T::one())] }
    }

    /// The sum of the given terms; equal monomials are collected, zero coefficients dropped.
    /// Cost: O(t log t) for t terms.
    pub fn from_terms(terms: impl IntoIterator<Item = (Monomial, T)>) -> Self {
        let mut sums: FxHashMap<Monomial, T> = FxHashMap::default();
        for (monomial, c) in terms {
            accumulate(&mut sums, monomial, c);
        }
        Self::from_sums(sums)
    }

    fn from_sums(sums: FxHashMap<Monomial, T>) -> Self {
        let mut terms: Vec<_> = sums.into_iter().filter(|(_, c)| !c.is_zero()).collect();
        terms.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Self { terms }
    }

    /// The terms, in increasing order of monomial.
    pub fn terms(&self) -> &[(Monomial, T)] {
        &self.terms
    }

    /// The largest total degree of a term; 0 for the zero polynomial.
    pub fn degree(&self) -> u64 {
        self.terms.iter().map(|(m, _)| m.degree()).max().unwrap_or(0)
    }

    /// Applies a ring homomorphism to the coefficients.
    pub fn map<U: Ring>(&self, f: impl Fn(&T) -> U) -> Polynomial<U> {
        let terms = self.terms.iter().map(|(m, c)| (m.clone(), f(c)));
        Polynomial { terms: terms.filter(|(_, c)| !c.is_zero()).collect() }
    }

    /// The value at a point of any ring, `embed` taking the coefficients there.
    /// A variable beyond the end of `point` counts as zero.
    pub fn evaluate<U: Ring>(&self, point: &[U], embed: impl Fn(&T) -> U) -> U {
        let mut sum = U::zero();
        for (monomial, c) in &self.terms {
            let mut value = embed(c);
            for (index, exponent) in monomial.exponents() {
                value *= point.get(index).map_or_else(U::zero, |x| x.power(exponent));
            }
            sum += value;
        }
        sum
    }

    fn combine(&self, other: &Self, on_right: impl Fn(&T) -> T) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut i, mut j) = (0, 0);
        while i < self.terms.len() && j < other.terms.len() {
            let (a, b) = (&self.terms[i], &other.terms[j]);
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => {
                    terms.push(a.clone());
                    i += 1;
                }
                std::cmp::Ordering::Greater => {
                    terms.push((b.0.clone(), on_right(&b.1)));
                    j += 1;
                }
                std::cmp::Ordering::Equal => {
                    let sum = a.1.clone() + on_right(&b.1);
                    if !sum.is_zero() {
                        terms.push((a.0.clone(), sum));
                    }
                    i += 1;
                    j += 1;
                }
            }
        }
        terms.extend_from_slice(&self.terms[i..]);
        terms.extend(other.terms[j..].iter().map(|(m, c)| (m.clone(), on_right(c))));
        Self { terms }
    }

    fn multiply(&self, other: &Self) -> Self {
        if self.terms.is_empty() || other.terms.is_empty() {
            return Self::zero();
        }
        let mut sums = FxHashMap::with_capacity_and_hasher(
            self.terms.len() + other.terms.len(),
            Default::default(),
        );
        for (m, a) in &self.terms {
            for (n, b) in &other.terms {
                accumulate(&mut sums, m.clone() * n, a.clone() * b.clone());
            }
        }
        Self::from_sums(sums)
    }
}

fn accumulate<T: Ring>(sums: &mut FxHashMap<Monomial, T>, monomial: Monomial, c: T) {
    *sums.entry(monomial).or_insert_with(T::zero) += c;
}

impl<T: Ring> Add for Polynomial<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.combine(&other, T::clone)
    }
}

impl<T: Ring> Sub for Polynomial<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.combine(&other, |c| -c.clone())
    }
}

impl<T: Ring> Mul for Polynomial<T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.multiply(&other)
    }
}

impl<T: Ring> Neg for Polynomial<T> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { terms: self.terms.into_iter().map(|(m, c)| (m, -c)).collect() }
    }
}

impl<T: Ring> AddAssign for Polynomial<T> {
    fn add_assign(&mut self, other: Self) {
        *self = self.combine(&other, T::clone);
    }
}

impl<T: Ring> SubAssign for Polynomial<T> {
    fn sub_assign(&mut self, other: Self) {
        *self = self.combine(&other, |c| -c.clone());
    }
}

impl<T: Ring> MulAssign for Polynomial<T> {
    fn mul_assign(&mut self, other: Self) {
        *self = self.multiply(&other);
    }
}

impl<T: Ring> Zero for Polynomial<T> {
    fn zero() -> Self {
        Self { terms: Vec::new() }
    }
    fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }
}

impl<T: Ring> One for Polynomial<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Ring> Ring for Polynomial<T> {
    fn from_i64(n: i64) -> Self {
        Self::constant(T::from_i64(n))
    }
}
