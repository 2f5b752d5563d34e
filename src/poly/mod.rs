//! Sparse polynomials over any [`Ring`], themselves a [`Ring`]: reading a network over them gives
//! its coefficient tensor.
//!
//! A polynomial is a list of terms `c * x^alpha`, ordered by monomial, no coefficient zero.
//! Variables are numbered from 0 and need not be declared, so `zero` and `one` need no context.

mod monomial;

pub use monomial::Monomial;

use crate::arith::Ring;
use crate::stop::{NEVER, Stop};
use itertools::iproduct;
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
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
        #[cfg(test)]
        WORK.with(|work| work.set(work.get() + terms.len() as u64));
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
        // The longer one in pieces, each of at most about PIECE products with all of the shorter one.
        let (long, short) = match self.terms.len() < other.terms.len() {
            true => (other, self),
            false => (self, other),
        };
        for piece in long.terms.chunks(PIECE.div_ceil(short.terms.len())) {
            if STOP.with_borrow(Stop::is_due) {
                break;
            }
            for ((m, a), (n, b)) in iproduct!(piece, &short.terms) {
                accumulate(&mut sums, m.clone() * n, a.clone() * b.clone());
            }
        }
        let product = Self::from_sums(sums);
        #[cfg(test)]
        WORK.with(|work| {
            let products = self.terms.len() * other.terms.len() + product.terms.len();
            work.set(work.get() + products as u64);
        });
        product
    }
}

#[cfg(test)]
thread_local! {
    /// Products of two terms, and terms of products and sums, on this thread.
    static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// What `work` makes, and the work with polynomials on this thread that it takes.
#[cfg(test)]
pub(crate) fn counted<R>(work: impl FnOnce() -> R) -> (R, u64) {
    let before = WORK.get();
    (work(), WORK.get() - before)
}

/// Products of terms between two looks at what may stop.
const PIECE: usize = 1 << 12;

thread_local! {
    /// What ends products of polynomials on this thread: a ring operation has no place for it.
    static STOP: RefCell<Stop> = RefCell::new(NEVER.clone());
}

/// What `work` makes by products of polynomials on this thread, or `None` if `stop` is due before it is done: products
/// are then left where they are, and `work` ends soon.
pub(crate) fn until<R>(stop: &Stop, work: impl FnOnce() -> R) -> Option<R> {
    struct Restored(Stop);
    impl Drop for Restored {
        fn drop(&mut self) {
            STOP.set(std::mem::take(&mut self.0));
        }
    }
    let _restored = Restored(STOP.replace(stop.clone()));
    let made = work();
    (!stop.is_due()).then_some(made)
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

    fn dot<'a>(pairs: impl Iterator<Item = (&'a Self, &'a Self)>) -> Self {
        let products = pairs.map(|(x, y)| x.multiply(y));
        products.reduce(|sum, product| sum + product).unwrap_or_else(Self::zero)
    }
}
