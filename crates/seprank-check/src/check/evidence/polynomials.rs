//! f as a polynomial, and evidence from above: f as a sum of products.

use super::Check;
use crate::certificate::{Product, Term};
use crate::check::matrix::index;
use crate::check::polynomial::{MAX_PRODUCTS, MAX_TERMS, Polynomial, Polynomials};
use crate::check::problem::within_limit;
use crate::check::ring::{Rationals, Ring};
use crate::check::verdict::{Finding, Kind};
use num_bigint::BigUint;
use std::cmp::Ordering;

/// No polynomial is expanded in more variables.
const MAX_VARIABLES: u64 = 256;

impl Check<'_> {
    /// The numbers of entries of X on sides A and B.
    pub(super) fn entries(&self) -> [u64; 2] {
        self.problem.sides().map(|side| side * self.problem.width) // both at most 2^24
    }

    pub(super) fn length(&self, place: &str, expected: u64, got: usize) -> Result<(), Finding> {
        if expected == got as u64 {
            return Ok(());
        }
        Err(self.finding(Kind::PointShape, place, format_args!("{expected} entries"), got))
    }

    /// f as a polynomial in the entries of X: those of A first, then those of B.
    pub(super) fn expand<R: Ring>(
        &self,
        polynomials: &Polynomials<R>,
        place: &str,
    ) -> Result<Polynomial<R::Element>, Finding> {
        let network = self.network(polynomials, 1)?;
        let left = index(self.entries()[0]);
        let variables: Vec<_> =
            (0..polynomials.variables).map(|i| polynomials.variable(i)).collect();
        let f = network.at(&variables[..left], &variables[left..]);
        self.expanded(polynomials, place)?;
        Ok(f)
    }

    pub(super) fn expanded<R: Ring>(
        &self,
        ring: &Polynomials<R>,
        place: &str,
    ) -> Result<(), Finding> {
        if !ring.too_large() {
            return Ok(());
        }
        let expected =
            format_args!("polynomials of at most {MAX_TERMS} terms, {MAX_PRODUCTS} products");
        Err(self.finding(Kind::Limit, place, expected, "more"))
    }

    /// Refuses to expand where the variables alone are too many.
    pub(super) fn variables(&self, place: &str) -> Result<usize, Finding> {
        let count = self.problem.tokens * self.problem.width;
        within_limit(&self.at(place), "entries of X", MAX_VARIABLES, count)?;
        Ok(index(count))
    }

    /// `f = sum of products`, over Q.
    pub(super) fn separation(&self, products: &[Product]) -> Result<(), Finding> {
        let place = "upper.separation";
        let value = self.value()?;
        let wrong = match BigUint::from(products.len()).cmp(&value) {
            Ordering::Less => Some(Kind::MissingProducts),
            Ordering::Equal => None,
            Ordering::Greater => Some(Kind::SeparationSize),
        };
        if let Some(kind) = wrong {
            return Err(self.finding(kind, place, value, products.len()));
        }
        let ring = Polynomials::new(&Rationals, self.variables(place)?);
        let mut sum = ring.zero();
        for (k, product) in products.iter().enumerate() {
            let [left, right] = self.entries().map(index);
            let place = format!("{place}[{k}]");
            let g = self.polynomial(&ring, &product.left, 0, left, &format!("{place}.left"))?;
            let h =
                self.polynomial(&ring, &product.right, left, right, &format!("{place}.right"))?;
            for (exponents, c) in ring.multiply(&g, &h) {
                ring.accumulate(&mut sum, exponents, c);
            }
            self.expanded(&ring, &place)?;
        }
        let f = self.expand(&ring, place)?;
        let zero = Rationals.zero();
        for (exponents, c) in f.iter().chain(&sum) {
            let expected = f.get(exponents).unwrap_or(&zero);
            let got = sum.get(exponents).unwrap_or(&zero);
            if expected != got {
                let expected = format!("coefficient {expected} of {exponents:?} ({c} there)");
                return Err(self.finding(Kind::Separation, place, expected, got));
            }
        }
        Ok(())
    }

    /// A polynomial in the variables `first..first + count`.
    fn polynomial<R: Ring>(
        &self,
        ring: &Polynomials<R>,
        terms: &[Term],
        first: usize,
        count: usize,
        place: &str,
    ) -> Result<Polynomial<R::Element>, Finding> {
        let mut sum = ring.zero();
        for (t, Term(c, monomial)) in terms.iter().enumerate() {
            let place = format!("{place}[{t}]");
            self.length(&place, count as u64, monomial.len())?;
            let mut exponents = vec![0; ring.variables];
            exponents[first..first + count].copy_from_slice(monomial);
            let c = ring.base.embed(&c.0).ok_or_else(|| {
                self.finding(Kind::Denominator, &place, "a denominator prime to the modulus", c)
            })?;
            ring.accumulate(&mut sum, exponents.into(), c);
        }
        Ok(sum)
    }
}
