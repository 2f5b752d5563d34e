//! Sparse polynomials over a ring, with a budget.

use super::ring::Ring;
use num_rational::BigRational;
use std::cell::Cell;
use std::collections::BTreeMap;

/// The largest number of terms of one polynomial.
pub(super) const MAX_TERMS: usize = 1 << 17;
/// The largest number of exponents in one polynomial: terms times variables.
const MAX_EXPONENTS: u64 = 1 << 20;
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
        if p.len() > MAX_TERMS || p.len() as u64 * self.variables as u64 > MAX_EXPONENTS {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::ring::Residues;

    /// `(1 + x + .. + x^(a-1)) (1 + y + .. + y^(b-1))` in so many variables: a b terms.
    fn too_large(a: u64, b: u64, variables: usize) -> bool {
        let base = Residues::new(101);
        let ring = Polynomials::new(&base, variables);
        let sum = |variable: usize, count: u64| -> Polynomial<u64> {
            let exponents = |e| (0..variables).map(|v| if v == variable { e } else { 0 }).collect();
            (0..count).map(|e| (exponents(e), 1)).collect()
        };
        let product = ring.multiply(&sum(0, a), &sum(1, b));
        assert!(ring.too_large() || product.len() as u64 == a * b);
        ring.too_large()
    }

    #[test]
    fn polynomials_are_limited() {
        // 2^17 terms, 2^20 exponents.
        assert!(!too_large(512, 256, 2) && too_large(513, 256, 2));
        assert!(!too_large(256, 256, 16) && too_large(257, 256, 16));
        let base = Residues::new(101);
        let ring = Polynomials::new(&base, 2);
        let sum = ring.add(&ring.variable(0), &ring.variable(1));
        ring.products.set(MAX_PRODUCTS - 4);
        assert_eq!(ring.multiply(&sum, &sum).len(), 3);
        assert!(!ring.too_large());
        ring.multiply(&sum, &ring.one());
        assert!(ring.too_large());
        // Three terms by two.
        let ring = Polynomials::new(&base, 2);
        let more = ring.add(&sum, &ring.one());
        for (left, enough) in [(6, true), (5, false)] {
            ring.products.set(MAX_PRODUCTS - left);
            ring.multiply(&more, &sum);
            assert_eq!(!ring.too_large(), enough);
        }
    }

    #[test]
    fn no_coefficient_is_zero() {
        let base = Residues::new(5);
        let ring = Polynomials::new(&base, 2);
        let (x, y) = (ring.variable(0), ring.variable(1));
        let sum = ring.add(&x, &y);
        // (x + y)^5 = x^5 + y^5 modulo 5.
        let expected = ring.add(&ring.power(&x, 5), &ring.power(&y, 5));
        assert_eq!(ring.power(&sum, 5), expected);
        let minus = ring.embed(&BigRational::new((-1).into(), 1.into())).unwrap();
        assert_eq!(ring.add(&sum, &ring.multiply(&minus, &sum)), ring.zero());
        assert_eq!(ring.embed(&BigRational::new(10.into(), 3.into())), Some(ring.zero()));
    }
}
