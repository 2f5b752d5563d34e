//! Evidence from below over the real numbers: values of f enclosed, and eliminated as they are enclosed.

use super::Check;
use crate::certificate::Enclosure;
use crate::check::matrix::{Matrix, multiply};
use crate::check::problem::within_limit;
use crate::check::progress::expect;
use crate::check::real::{Ball, Balls, MAX_BITS};
use crate::check::ring::Ring;
use crate::check::verdict::{Finding, Kind};
use num_rational::BigRational;

/// Minors that are enclosed have at most so many rows.
const MAX_ROWS: u64 = 1024;
/// Multiplications of numbers of 128 bits, for the whole grid.
const MAX_OPERATIONS: u64 = 1 << 36;

impl Check<'_> {
    pub(super) fn enclosure(&self, enclosure: &Enclosure) -> Result<(), Finding> {
        let place = "lower.enclosure";
        let bits = enclosure.bits;
        if !(1..=MAX_BITS).contains(&bits) {
            let expected = format_args!("1..={MAX_BITS}");
            return Err(self.finding(Kind::Limit, &format!("{place}.bits"), expected, bits));
        }
        let size = self.minor_size(place, enclosure.left.len(), enclosure.right.len())?;
        within_limit(&self.at(place), "rows", MAX_ROWS, size)?;
        let sides = [("left", &enclosure.left), ("right", &enclosure.right)];
        for ((side, points), entries) in sides.iter().zip(self.entries()) {
            for (s, point) in points.iter().enumerate() {
                self.length(&format!("{place}.{side}[{s}]"), entries, point.len())?;
            }
        }
        let each = self.problem.affordable(1, self.place)?;
        let steps = size * size * each; // size is at most 2^10
        let words = steps.saturating_mul((1 + bits / 128).pow(2));
        within_limit(&self.at(place), "multiplications of 128 bits", MAX_OPERATIONS, words)?;
        expect(steps);
        let ring = Balls::new(bits);
        let network = self.network(&ring, size * size)?;
        let embed = |point: &Vec<_>| {
            // Every rational has a ball.
            let number = |q: &crate::certificate::Rational| ring.embed(&q.0).flatten();
            point.iter().map(number).collect::<Vec<_>>()
        };
        let [left, right] = sides.map(|(_, points)| points.iter().map(embed).collect::<Vec<_>>());
        let minor = self.grid_of(&network, [&left, &right], each)?;
        if is_dominant_after(&ring, &minor) {
            return Ok(());
        }
        pivots(&ring, &minor).map_err(|step| {
            let expected = format_args!("pivot {step}, from 0, told from 0 with {bits} bits");
            self.finding(Kind::Enclosure, place, expected, "an enclosure with 0 in it")
        })
    }
}

/// Whether the minor times an approximate inverse has in every row a diagonal entry that is larger than the others
/// together, for every matrix in the enclosure: then none is singular (L. Levy, J. Desplanques; theory.md, 1.10).
fn is_dominant_after(ring: &Balls, minor: &Matrix<Option<Ball>>) -> bool {
    let Some(inverse) = inverse_in_doubles(ring, minor) else { return false };
    let product = multiply(ring, &inverse, minor);
    let dominates = |i: usize| {
        let row: Option<Vec<_>> = product.row(i).iter().map(Option::as_ref).collect();
        row.is_some_and(|row| Ball::exceeds_the_others(&row, i))
    };
    (0..product.rows).all(dominates)
}

/// The inverse of the middles in doubles, by Gauss and Jordan with row pivots: whatever it is, it proves nothing by itself.
fn inverse_in_doubles(ring: &Balls, minor: &Matrix<Option<Ball>>) -> Option<Matrix<Option<Ball>>> {
    let n = minor.rows;
    let mut rows = Vec::with_capacity(n);
    for i in 0..n {
        let mut row: Vec<f64> =
            minor.row(i).iter().map(|x| x.as_ref().map(|x| ring.near(x))).collect::<Option<_>>()?;
        row.extend((0..n).map(|j| f64::from(u8::from(i == j))));
        rows.push(row);
    }
    for step in 0..n {
        let size = |i: &usize| rows[*i][step].abs();
        let lead = (step..n).max_by(|i, j| size(i).total_cmp(&size(j)))?;
        rows.swap(step, lead);
        let pivot = rows[step][step];
        rows[step].iter_mut().for_each(|x| *x /= pivot);
        let lead = rows[step].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != step) {
            let factor = row[step];
            row.iter_mut().zip(&lead).for_each(|(x, y)| *x -= factor * y);
        }
    }
    // What is not finite is no rational.
    let number = |x: &f64| BigRational::from_float(*x).and_then(|q| ring.embed(&q));
    let entries = rows.iter().flat_map(|row| row[n..].iter().map(number));
    Some(Matrix::new(n, n, entries.collect::<Option<_>>()?))
}

/// Gaussian elimination in the given order. No pivot is 0, or the number of the first that may be.
///
/// The pivots of every matrix in the enclosure are in the enclosures of the pivots, so none is singular.
fn pivots(ring: &Balls, minor: &Matrix<Option<Ball>>) -> Result<(), usize> {
    let mut rows: Vec<Vec<Option<Ball>>> = (0..minor.rows).map(|i| minor.row(i).to_vec()).collect();
    for step in 0..rows.len() {
        let (done, rest) = rows.split_at_mut(step + 1);
        let lead = &done[step];
        let pivot = lead[step].as_ref().filter(|pivot| pivot.is_not_zero()).ok_or(step)?;
        for row in rest {
            let factor = ring.ratio(&row[step], pivot);
            for (x, y) in row.iter_mut().zip(lead).skip(step + 1) {
                *x = ring.subtract_multiple(x, &factor, y);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;

    const BITS: u64 = 40;

    /// Integers, each known to `2^-away`; exactly for none.
    fn matrix(
        n: usize,
        away: Option<u64>,
        entry: impl Fn(usize, usize) -> i64,
    ) -> Matrix<Option<Ball>> {
        let ring = Balls::new(BITS);
        let radius = away.map_or_else(BigInt::default, |away| BigInt::from(1) << (BITS - away));
        Matrix::from_fn(n, n, |i, j| ring.wider(ring.integer(entry(i, j)), &radius))
    }

    fn by_both(minor: &Matrix<Option<Ball>>) -> (bool, bool) {
        let ring = Balls::new(BITS);
        (is_dominant_after(&ring, minor), pivots(&ring, minor).is_ok())
    }

    #[test]
    fn what_may_be_singular_is_not_accepted() {
        let near = |away| by_both(&matrix(2, away, |i, j| if i + j == 0 { 2 } else { 1 }));
        assert_eq!([near(None), near(Some(10))], [(true, true); 2]);
        // 3/2 1; 3/2 1 is within 1/2.
        assert_eq!(near(Some(1)), (false, false));
        assert_eq!(by_both(&matrix(3, None, |i, j| (i * 3 + j) as i64)), (false, false));
        // The order does not matter to the product.
        assert_eq!(by_both(&matrix(2, None, |i, j| i64::from(i != j))), (true, false));
    }

    /// Sylvester's matrix of order 32: its inverse is small, and an elimination loses a digit with every step.
    #[test]
    fn a_product_with_the_inverse_shows_more_than_an_elimination() {
        let sign = |i: usize, j: usize| 1 - 2 * i64::from((i & j).count_ones() % 2);
        assert_eq!(by_both(&matrix(32, Some(10), sign)), (true, false));
        // 32 entries of a 16th away may undo a row.
        assert_eq!(by_both(&matrix(32, Some(4), sign)), (false, false));
    }

    #[test]
    fn a_value_that_is_not_known_is_in_no_minor() {
        assert_eq!(by_both(&Matrix::new(1, 1, vec![None])), (false, false));
    }
}
