//! Evidence from below: a minor of values or of coefficients.

use super::Check;
use crate::certificate::{Coefficients, Grid, Residue};
use crate::check::matrix::{MAX_ELIMINATED, Matrix, elimination, index, rank};
use crate::check::polynomial::Polynomials;
use crate::check::prime::is_prime;
use crate::check::problem::within_limit;
use crate::check::progress::expect;
use crate::check::ring::Residues;
use crate::check::verdict::{Finding, Kind};
use num_traits::ToPrimitive;
use std::cmp::Ordering;

impl Check<'_> {
    pub(super) fn grid(&self, grid: &Grid) -> Result<(), Finding> {
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
        let network = self.network(&ring, size * size)?; // at most 2^26
        let each = self.problem.affordable(1, self.place)?;
        expect(size * size * each + elimination(index(size), index(size)));
        let [left, right] = &points;
        self.non_singular(&ring, self.grid_of(&network, [left, right], each)?, "lower.grid")
    }

    pub(super) fn coefficients(&self, minor: &Coefficients) -> Result<(), Finding> {
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
        expect(elimination(index(size), index(size)));
        self.non_singular(&ring, Matrix::from_fn(index(size), index(size), coefficient), place)
    }

    /// The field of p elements.
    pub(super) fn field(&self, prime: &Residue, place: &str) -> Result<Residues, Finding> {
        if prime.0 >> 63 == 0 && is_prime(prime.0) {
            Ok(Residues::new(prime.0))
        } else {
            Err(self.finding(Kind::Prime, place, "a prime below 2^63", prime))
        }
    }

    /// The number of rows and of columns is the value claimed.
    pub(super) fn minor_size(&self, place: &str, rows: usize, cols: usize) -> Result<u64, Finding> {
        let value = self.value()?;
        let expected = value.to_u64().unwrap_or(u64::MAX);
        for (side, got) in [("left", rows), ("right", cols)] {
            let kind = match (got as u64).cmp(&expected) {
                Ordering::Less => Kind::MissingRows,
                Ordering::Equal => continue,
                Ordering::Greater => Kind::MinorSize,
            };
            return Err(self.finding(kind, &format!("{place}.{side}"), value, got));
        }
        within_limit(&self.at(place), "rows", MAX_ELIMINATED, expected)?;
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
}
