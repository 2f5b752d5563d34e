//! Claims on one separation rank, and the evidence for either half.

use super::count::Failure;
use super::logarithm;
use super::matrix::{Matrix, rank};
use super::network::Network;
use super::polynomial::{MAX_PRODUCTS, MAX_TERMS, Polynomial, Polynomials};
use super::prime::is_prime;
use super::problem::{Problem, within_limit};
use super::ring::{Rationals, Residues, Ring};
use super::theorem::{Side, THEOREMS};
use super::verdict::{Finding, Kind};
use crate::certificate::{
    Coefficients, Grid, Lower, Product, RankClaim, Relation, Residue, Scope, Term, Upper, Value,
};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use std::cmp::Ordering;

/// No minor is larger.
const MAX_RANK: usize = 8192;
/// No polynomial is expanded in more variables.
const MAX_VARIABLES: usize = 256;

/// Checks a claim; `place` is where it stands in the file.
pub(super) fn check(claim: &RankClaim, place: &str) -> Result<(), Finding> {
    let problem = Problem::new(&claim.problem, place)?;
    let check = Check { claim, place, problem: &problem };
    check.form()?;
    if let Some(lower) = &claim.lower {
        check.lower(lower)?;
    }
    if let Some(upper) = &claim.upper {
        check.upper(upper)?;
    }
    Ok(())
}

struct Check<'a> {
    claim: &'a RankClaim,
    place: &'a str,
    problem: &'a Problem<'a>,
}

impl Check<'_> {
    fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.place)
    }

    fn finding(
        &self,
        kind: Kind,
        field: &str,
        expected: impl std::fmt::Display,
        got: impl std::fmt::Display,
    ) -> Finding {
        Finding::new(kind, self.at(field), expected, got)
    }

    /// The evidence that the claim asks for is there, and no other.
    fn form(&self) -> Result<(), Finding> {
        let Self { claim, .. } = self;
        let halves = [
            ("lower", claim.relation != Relation::AtMost, claim.lower.is_some()),
            ("upper", claim.relation != Relation::AtLeast, claim.upper.is_some()),
        ];
        for (field, wanted, given) in halves {
            match (wanted, given) {
                (true, false) => {
                    let expected = "evidence for this half of the claim";
                    return Err(self.finding(Kind::MissingEvidence, field, expected, "null"));
                }
                (false, true) => {
                    let expected = "null: the claim does not go that way";
                    return Err(self.finding(Kind::Superfluous, field, expected, "evidence"));
                }
                _ => {}
            }
        }
        let computed = [
            ("lower", claim.lower.as_ref().is_some_and(|l| !matches!(l, Lower::Theorem(_)))),
            ("upper", claim.upper.as_ref().is_some_and(|u| !matches!(u, Upper::Theorem(_)))),
        ];
        if let (Value::Log10(_), Some((half, _))) = (&claim.value, computed.iter().find(|c| c.1)) {
            let expected = format_args!("exact, for computed evidence in {half}");
            return Err(self.finding(Kind::Value, "value", expected, "log10"));
        }
        if matches!(claim.value, Value::Log10(_)) && claim.relation == Relation::Equal {
            return Err(self.finding(Kind::Value, "value", "exact, for equal", "log10"));
        }
        if claim.scope == Scope::Fixed && matches!(claim.lower, Some(Lower::Theorem(_))) {
            let expected = "a minor: theorems bound the generic rank from below";
            return Err(self.finding(Kind::Scope, "lower", expected, "a theorem"));
        }
        if claim.scope == Scope::Generic && computed[1].1 {
            let expected = "a theorem: a sum of products is about these weights only";
            return Err(self.finding(Kind::Scope, "upper", expected, "a separation"));
        }
        let wanted = claim.scope == Scope::Fixed || computed[0].1;
        match (wanted, &claim.weights) {
            (true, None) => Err(self.finding(Kind::MissingWeights, "weights", "weights", "null")),
            (false, Some(_)) => {
                let expected = "null: no evidence is about these weights";
                Err(self.finding(Kind::Superfluous, "weights", expected, "weights"))
            }
            // The claim is about them, so they must fit even if only a theorem is used.
            (true, Some(_)) => self.network(&Rationals, 1).map(drop),
            (false, None) => Ok(()),
        }
    }

    /// The network over a ring, if evaluating it so many times is within the limits.
    fn network<'a, R: Ring>(
        &'a self,
        ring: &'a R,
        times: usize,
    ) -> Result<Network<'a, R>, Finding> {
        let missing = || self.finding(Kind::MissingWeights, "weights", "weights", "null");
        let weights = self.claim.weights.as_ref().ok_or_else(missing)?;
        self.problem.affordable(times, self.place)?;
        Network::new(ring, self.problem, weights, self.place)
    }

    fn value(&self) -> Result<BigUint, Finding> {
        match &self.claim.value {
            Value::Exact(value) => value.0.to_biguint().ok_or_else(|| {
                self.finding(Kind::Value, "value", "a number that is not negative", value)
            }),
            Value::Log10(_) => Err(self.finding(Kind::Value, "value", "exact", "log10")),
        }
    }

    fn lower(&self, lower: &Lower) -> Result<(), Finding> {
        match lower {
            Lower::Theorem(id) => self.theorem(id, Side::Lower, "lower"),
            Lower::Grid(grid) => self.grid(grid),
            Lower::Coefficients(coefficients) => self.coefficients(coefficients),
        }
    }

    fn upper(&self, upper: &Upper) -> Result<(), Finding> {
        match upper {
            Upper::Theorem(id) => self.theorem(id, Side::Upper, "upper"),
            Upper::Separation(products) => self.separation(products),
        }
    }

    /// A lower bound's value is at least the value claimed, an upper bound's at most.
    fn theorem(&self, id: &str, side: Side, field: &str) -> Result<(), Finding> {
        let found = THEOREMS.iter().find(|t| t.id == id && t.side == side);
        let known = || {
            let ids = THEOREMS.iter().filter(|t| t.side == side).map(|t| t.id);
            format!("one of {}", ids.collect::<Vec<_>>().join(", "))
        };
        let theorem = found.ok_or_else(|| self.finding(Kind::Theorem, field, known(), id))?;
        let own = (theorem.value)(self.problem).map_err(|failure| match failure {
            Failure::Hypothesis(text) => self.finding(Kind::Hypothesis, field, text, "otherwise"),
            Failure::TooCostly => {
                let expected = format_args!("a value of {id} that can be evaluated");
                self.finding(Kind::Limit, field, expected, "too many digits or terms")
            }
        })?;
        let follows = match &self.claim.value {
            Value::Exact(_) => match side {
                Side::Lower => self.value()? <= own.value,
                Side::Upper => self.value()? >= own.value,
            },
            Value::Log10(log) => logarithm::contains(&log.low.0, &log.high.0, &own.value)
                .ok_or_else(|| {
                    let limit = format_args!("at most {} places", logarithm::MAX_PLACES);
                    self.finding(Kind::Limit, "value", limit, "more")
                })?,
        };
        if follows {
            return Ok(());
        }
        let relation = if side == Side::Lower { "at most" } else { "at least" };
        let got = match &self.claim.value {
            Value::Exact(value) => value.to_string(),
            Value::Log10(log) => format!("10^[{}, {}]", log.low, log.high),
        };
        let expected = format!("{relation} {}, by {id}", own.value);
        // A formula that was only estimated proves nothing against the claim.
        let kind = if own.sharp { Kind::Bound } else { Kind::Limit };
        Err(self.finding(kind, "value", expected, got))
    }

    /// The field of p elements.
    fn field(&self, prime: &Residue, place: &str) -> Result<Residues, Finding> {
        if prime.0 >> 63 == 0 && is_prime(prime.0) {
            Ok(Residues::new(prime.0))
        } else {
            Err(self.finding(Kind::Prime, place, "a prime below 2^63", prime))
        }
    }

    /// The number of rows and of columns is the value claimed.
    fn minor_size(&self, place: &str, rows: usize, cols: usize) -> Result<usize, Finding> {
        let value = self.value()?;
        let expected = value.to_usize().unwrap_or(usize::MAX);
        for (side, got) in [("left", rows), ("right", cols)] {
            let kind = match got.cmp(&expected) {
                Ordering::Less => Kind::MissingRows,
                Ordering::Equal => continue,
                Ordering::Greater => Kind::MinorSize,
            };
            return Err(self.finding(kind, &format!("{place}.{side}"), value, got));
        }
        within_limit(&self.at(place), "rows", MAX_RANK as u64, expected as u64)?;
        Ok(expected)
    }

    fn non_singular(
        &self,
        ring: &Residues,
        minor: Matrix<u64>,
        place: &str,
    ) -> Result<(), Finding> {
        let (size, p) = (minor.rows, ring.modulus());
        match rank(ring, minor) {
            rank if rank == size => Ok(()),
            rank => {
                let expected = format_args!("rank {size} modulo {p}");
                Err(self.finding(Kind::Minor, place, expected, rank))
            }
        }
    }

    /// The numbers of entries of X on sides A and B.
    fn entries(&self) -> [usize; 2] {
        [&self.problem.left, &self.problem.right].map(|side| side.len() * self.problem.width)
    }

    fn length(&self, place: &str, expected: usize, got: usize) -> Result<(), Finding> {
        if expected == got {
            return Ok(());
        }
        Err(self.finding(Kind::PointShape, place, format_args!("{expected} entries"), got))
    }

    /// X with the given entries on either side.
    fn input<E: Clone>(&self, left: &[E], right: &[E], zero: &E) -> Matrix<E> {
        let (n, d) = (self.problem.tokens, self.problem.width);
        let mut rows: Vec<&[E]> = vec![&[]; n];
        for (positions, side) in [(&self.problem.left, left), (&self.problem.right, right)] {
            for (&position, row) in positions.iter().zip(side.chunks(d)) {
                rows[position] = row;
            }
        }
        debug_assert!(rows.iter().all(|r| r.len() == d));
        let mut entries = Vec::with_capacity(n * d);
        rows.iter().for_each(|row| entries.extend_from_slice(row));
        entries.resize(n * d, zero.clone());
        Matrix::new(n, d, entries)
    }

    fn grid(&self, grid: &Grid) -> Result<(), Finding> {
        let ring = self.field(&grid.prime, "lower.grid.prime")?;
        let size = self.minor_size("lower.grid", grid.left.len(), grid.right.len())?;
        let sides = [("left", &grid.left), ("right", &grid.right)];
        let mut points: [Vec<Vec<u64>>; 2] = Default::default();
        for (((side, given), points), entries) in sides.iter().zip(&mut points).zip(self.entries())
        {
            for (s, point) in given.iter().enumerate() {
                let place = format!("lower.grid.{side}[{s}]");
                self.length(&place, entries, point.len())?;
                if let Some(residue) = point.iter().find(|r| r.0 >= grid.prime.0) {
                    let expected = format_args!("residues below {}", grid.prime);
                    return Err(self.finding(Kind::Residue, &place, expected, residue));
                }
                points.push(point.iter().map(|r| r.0).collect());
            }
        }
        let network = self.network(&ring, size * size)?;
        let [left, right] = &points;
        let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
        let values = pairs.map(|(a, b)| network.evaluate(self.input(a, b, &0))).collect();
        self.non_singular(&ring, Matrix::new(size, size, values), "lower.grid")
    }

    /// f as a polynomial in the entries of X: those of A first, then those of B.
    fn expand<R: Ring>(
        &self,
        polynomials: &Polynomials<R>,
        place: &str,
    ) -> Result<Polynomial<R::Element>, Finding> {
        let network = self.network(polynomials, 1)?;
        let [left, right] = self.entries();
        let variables: Vec<_> = (0..left + right).map(|i| polynomials.variable(i)).collect();
        let zero = polynomials.zero();
        let f = network.evaluate(self.input(&variables[..left], &variables[left..], &zero));
        self.expanded(polynomials, place)?;
        Ok(f)
    }

    fn expanded<R: Ring>(&self, ring: &Polynomials<R>, place: &str) -> Result<(), Finding> {
        if !ring.too_large() {
            return Ok(());
        }
        let expected =
            format_args!("polynomials of at most {MAX_TERMS} terms, {MAX_PRODUCTS} products");
        Err(self.finding(Kind::Limit, place, expected, "more"))
    }

    /// Refuses to expand where the variables alone are too many.
    fn variables(&self, place: &str) -> Result<usize, Finding> {
        let count = self.problem.tokens * self.problem.width;
        within_limit(&self.at(place), "entries of X", MAX_VARIABLES as u64, count as u64)?;
        Ok(count)
    }

    fn coefficients(&self, minor: &Coefficients) -> Result<(), Finding> {
        let place = "lower.coefficients";
        let ring = self.field(&minor.prime, "lower.coefficients.prime")?;
        let size = self.minor_size(place, minor.left.len(), minor.right.len())?;
        let sides = [("left", &minor.left), ("right", &minor.right)];
        for ((side, monomials), entries) in sides.iter().zip(self.entries()) {
            for (s, monomial) in monomials.iter().enumerate() {
                self.length(&format!("{place}.{side}[{s}]"), entries, monomial.len())?;
            }
        }
        let polynomials = Polynomials::new(&ring, self.variables(place)?);
        let f = self.expand(&polynomials, place)?;
        let coefficient = |i: usize, j: usize| {
            let exponents = [&minor.left[i][..], &minor.right[j][..]].concat();
            f.get(&exponents[..]).copied().unwrap_or(0)
        };
        self.non_singular(&ring, Matrix::from_fn(size, size, coefficient), place)
    }

    /// `f = sum of products`, over Q.
    fn separation(&self, products: &[Product]) -> Result<(), Finding> {
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
            let [left, right] = self.entries();
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
            self.length(&place, count, monomial.len())?;
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
