//! Evidence from below over the real numbers: values of f enclosed, and eliminated as they are enclosed.

use super::Check;
use crate::certificate::Enclosure;
use crate::check::matrix::{Matrix, index};
use crate::check::problem::within_limit;
use crate::check::progress::{advance, expect};
use crate::check::real::{Ball, Balls, MAX_BITS};
use crate::check::ring::Ring;
use crate::check::verdict::{Finding, Kind};

/// Minors that are enclosed have at most so many rows.
const MAX_ROWS: u64 = 1024;
/// Multiplications of numbers of 256 bits, for the whole grid.
const MAX_OPERATIONS: u64 = 1 << 34;

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
        let words = steps.saturating_mul(1 + bits / 256);
        within_limit(&self.at(place), "multiplications of 256 bits", MAX_OPERATIONS, words)?;
        expect(steps);
        let ring = Balls::new(bits);
        let network = self.network(&ring, size * size)?;
        let embed = |point: &Vec<_>| {
            // Every rational has a ball.
            let number = |q: &crate::certificate::Rational| ring.embed(&q.0).flatten();
            point.iter().map(number).collect::<Vec<_>>()
        };
        let [left, right] = sides.map(|(_, points)| points.iter().map(embed).collect::<Vec<_>>());
        let pairs = left.iter().flat_map(|a| right.iter().map(move |b| (a, b)));
        let value = |(a, b): (&Vec<_>, &Vec<_>)| {
            advance(each);
            network.evaluate(self.input(a, b))
        };
        let values = pairs.map(value).collect();
        let minor = Matrix::new(index(size), index(size), values);
        pivots(&ring, &minor).map_err(|step| {
            let expected = format_args!("pivot {step}, from 0, told from 0 with {bits} bits");
            self.finding(Kind::Enclosure, place, expected, "an enclosure with 0 in it")
        })
    }
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
