//! Sparse polynomials over a ring, with a budget.

use super::ring::Ring;
use num_rational::BigRational;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The largest number of terms of one polynomial.
pub(super) const MAX_TERMS: usize = 1 << 17;
/// The largest number of exponents in one polynomial: terms times variables.
const MAX_EXPONENTS: usize = 1 << 20;
/// The largest number of products of two terms in one check.
pub(super) const MAX_PRODUCTS: u64 = 1 << 32;

/// Coefficients, none zero, by exponent vector.
pub(super) type Polynomial<E> = BTreeMap<Box<[u64]>, E>;

/// The ring R[x_0, .., x_{variables-1}].
pub(super) struct Polynomials<'a, R> {
    pub(super) base: &'a R,
    pub(super) variables: usize,
    products: Cell<u64>,
    too_large: Cell<bool>,
}

impl<'a, R: Ring> Polynomials<'a, R> {
    pub(super) fn new(base: &'a R, variables: usize) -> Self {
        Self { base, variables, products: Cell::new(0), too_large: Cell::new(false) }
    }

    /// Whether a limit was passed. All results are then meaningless.
    pub(super) fn too_large(&self) -> bool {
        self.too_large.get()
    }

    /// x_index.
    pub(super) fn variable(&self, index: usize) -> Polynomial<R::Element> {
        let exponents = (0..self.variables).map(|i| u64::from(i == index)).collect();
        BTreeMap::from([(exponents, self.base.one())])
    }

    /// Adds c x^exponents to p.
    pub(super) fn accumulate(
        &self,
        p: &mut Polynomial<R::Element>,
        exponents: Box<[u64]>,
        c: R::Element,
    ) {
        use std::collections::btree_map::Entry;
        let zero = self.base.zero();
        match p.entry(exponents) {
            Entry::Vacant(_) if c == zero => {}
            Entry::Vacant(place) => {
                place.insert(c);
            }
            Entry::Occupied(mut place) => {
                let sum = self.base.add(place.get(), &c);
                if sum == zero {
                    place.remove();
                } else {
                    *place.get_mut() = sum;
                }
            }
        }
        if p.len() > MAX_TERMS || p.len() * self.variables > MAX_EXPONENTS {
            self.too_large.set(true);
        }
    }
}

impl<R: Ring> Ring for Polynomials<'_, R> {
    type Element = Polynomial<R::Element>;

    fn zero(&self) -> Self::Element {
        BTreeMap::new()
    }
    fn one(&self) -> Self::Element {
        BTreeMap::from([(vec![0; self.variables].into(), self.base.one())])
    }
    fn add(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        let mut sum = a.clone();
        for (exponents, c) in b {
            self.accumulate(&mut sum, exponents.clone(), c.clone());
        }
        sum
    }
    fn multiply(&self, a: &Self::Element, b: &Self::Element) -> Self::Element {
        let mut product = BTreeMap::new();
        self.products.set(self.products.get().saturating_add(a.len() as u64 * b.len() as u64));
        if self.products.get() > MAX_PRODUCTS {
            self.too_large.set(true);
        }
        for (e, x) in a {
            for (f, y) in b {
                if self.too_large() {
                    return BTreeMap::new();
                }
                let exponents = e.iter().zip(f).map(|(i, j)| i.checked_add(*j));
                match exponents.collect() {
                    Some(sum) => self.accumulate(&mut product, sum, self.base.multiply(x, y)),
                    None => self.too_large.set(true),
                }
            }
        }
        product
    }
    fn embed(&self, q: &BigRational) -> Option<Self::Element> {
        let mut constant = BTreeMap::new();
        self.accumulate(&mut constant, vec![0; self.variables].into(), self.base.embed(q)?);
        Some(constant)
    }
}
