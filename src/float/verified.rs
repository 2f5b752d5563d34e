//! Singular values with proved bounds, from a computed decomposition whose errors are enclosed (Rump 2011).
//!
//! For a matrix M and any U, S, V with S diagonal and not negative, `|sigma_s(M) - sigma_s(U S V^T)|` is at most the norm of
//! `M - U S V^T` (Weyl), and `sigma_s(U S V^T)` lies between `sqrt((1-a)(1-b)) S_s` and `sqrt((1+a)(1+b)) S_s` where a and b
//! bound the norms of `U^T U - 1` and `V^T V - 1` (Ostrowski); docs/theory.md, 1.11. Norms are bounded by those of
//! Frobenius, in intervals; the decomposition is in double precision and need not be trusted.

use super::FloatError;
use super::jacobi::Decomposition;
use super::scaling::{Scale, power_of_two};
use crate::arith::{Interval, Rational, Real};
use nalgebra::DMatrix;
use num_traits::Zero;

/// Bits of the intervals in which errors are enclosed.
const PRECISION: u32 = 128;

/// Enclosures of the singular values of every real matrix in a matrix of intervals, decreasing.
#[derive(Clone, Debug)]
pub struct ProvedSpectrum {
    values: Vec<Interval>,
    /// The square of the Frobenius norm.
    square: Interval,
}

impl ProvedSpectrum {
    /// Of a square matrix.
    ///
    /// The values are enclosed to about `10^-15 n` of the largest. Cost: O(n^3) interval operations.
    ///
    /// # Errors
    /// If an entry is not finite.
    pub fn of(matrix: &DMatrix<Interval>) -> Result<Self, FloatError> {
        let (rows, cols) = matrix.shape();
        for (i, j) in itertools::iproduct!(0..rows, 0..cols) {
            if !matrix[(i, j)].is_finite() {
                return Err(FloatError::entry(i, j, f64::NAN));
            }
        }
        // By a power of two, exactly, to numbers below 1, which doubles hold.
        let largest = matrix.iter().filter_map(Scale::exponent).max().unwrap_or(0);
        let scale = |power: i64| Interval::enclosing(&power_of_two(power), PRECISION);
        let (down, up) = (scale(-largest), scale(largest));
        let matrix = matrix.map(|x| &x * &down);
        let Decomposition { u, values, v } = Decomposition::of(&matrix.map(|x| x.midpoint()));
        let exact = |x: f64| {
            let value = Rational::from_f64(x).unwrap_or_default();
            Interval::enclosing(&value, PRECISION)
        };
        let (u, v) = (u.map(exact), v.transpose().map(exact));
        let sizes: Vec<Interval> = values.into_iter().map(exact).collect();
        let scaled = DMatrix::from_fn(u.nrows(), u.ncols(), |i, j| &u[(i, j)] * &sizes[j]);
        let error = norm(&(&matrix - product(&scaled, &v)));
        let one = exact(1.0);
        let unit = DMatrix::from_fn(sizes.len(), sizes.len(), |i, j| match i == j {
            true => one.clone(),
            false => Interval::zero(),
        });
        let (a, b) = (
            norm(&(product(&u.transpose(), &u) - &unit)),
            norm(&(product(&v, &v.transpose()) - &unit)),
        );
        // The ends of sqrt((1 -+ a)(1 -+ b)); below 0 nothing is known.
        let least = (&one - &a).max(&exact(0.0)) * (&one - &b).max(&exact(0.0));
        let (low, high) = (least.sqrt(), (&(&one + &a) * &(&one + &b)).sqrt());
        let value = |size: &Interval| {
            let (low, high) = (&(&low * size) - &error, &(&high * size) + &error);
            let low = low.max(&exact(0.0));
            &Interval { lo: low.lo, hi: high.hi } * &up
        };
        let square = matrix.iter().fold(exact(0.0), |sum, x| &sum + &square(x));
        Ok(Self { values: sizes.iter().map(value).collect(), square: &(&square * &up) * &up })
    }

    /// The enclosures, as doubles rounded outwards.
    pub fn ends(&self) -> Vec<[f64; 2]> {
        self.values.iter().map(Interval::ends).collect()
    }

    /// The enclosure of the root mean square of so many entries, as doubles rounded outwards.
    pub fn root_mean_square(&self, entries: usize) -> [f64; 2] {
        let entries = Interval::enclosing(&Rational::from(entries as i64), PRECISION);
        self.square.over(&entries).sqrt().ends()
    }

    /// The ends of an enclosure of the least rank of a matrix within a root mean square of `epsilon` times that of this
    /// one: the least R with `sum_(s>R) sigma_s^2 <= epsilon^2 sum_s sigma_s^2` (Eckart, Young and Mirsky).
    pub fn rank_within(&self, epsilon: f64) -> [usize; 2] {
        let epsilon = Rational::from_f64(epsilon).unwrap_or_default();
        let epsilon = Interval::enclosing(&epsilon, PRECISION);
        let allowed = &square(&epsilon) * &self.square;
        // From the last value on: the tails at their least and their largest.
        let mut tail = Interval::zero();
        let (mut least, mut most) = (self.values.len(), self.values.len());
        let (mut below, mut above) = (true, true);
        for (rank, value) in self.values.iter().enumerate().rev() {
            tail = &tail + &square(value);
            below &= tail.lo <= allowed.hi;
            above &= tail.hi <= allowed.lo;
            if below {
                least = rank;
            }
            if above {
                most = rank;
            }
        }
        [least, most]
    }
}

/// The squares of an interval.
fn square(x: &Interval) -> Interval {
    let size = Interval { lo: x.mignitude(), hi: x.lo.clone().abs().max(&x.hi.clone().abs()) };
    &size * &size
}

/// The Frobenius norm, as an interval from 0 to at least that of every matrix inside.
fn norm(matrix: &DMatrix<Interval>) -> Interval {
    let squares = matrix.iter().fold(Interval::zero(), |sum, x| &sum + &square(x));
    squares.sqrt()
}

fn product(a: &DMatrix<Interval>, b: &DMatrix<Interval>) -> DMatrix<Interval> {
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        let terms = (0..a.ncols()).map(|k| &a[(i, k)] * &b[(k, j)]);
        terms.fold(Interval::zero(), |sum, x| &sum + &x)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use rug::Float;

    /// An orthogonal matrix of rationals: `1 - 2 v v^T / v^T v`.
    fn reflection(v: &[i64]) -> DMatrix<Rational> {
        let square: i64 = v.iter().map(|x| x * x).sum();
        DMatrix::from_fn(v.len(), v.len(), |i, j| {
            let unit = if i == j { Rational::one() } else { Rational::zero() };
            unit - Rational::from((2 * v[i] * v[j], square))
        })
    }

    fn planted(values: &[Rational]) -> DMatrix<Interval> {
        let n = values.len();
        let vector =
            |k: i64| (0..n as i64).map(|i| (i * i + k * i + 1) % 7 - 2).collect::<Vec<_>>();
        let middle = DMatrix::from_fn(n, n, |i, j| match i == j {
            true => values[i].clone(),
            false => Rational::zero(),
        });
        let matrix =
            reflection(&vector(1)) * reflection(&vector(2)) * middle * reflection(&vector(3));
        matrix.map(|q| Interval::enclosing(&q, 106))
    }

    /// Known values, clusters and zeros among them, at sizes that doubles hold and that they do not.
    #[test]
    fn planted_values_are_enclosed() {
        let of = |list: &[(i64, i64)]| list.iter().map(|q| Rational::from(*q)).collect::<Vec<_>>();
        for values in [
            of(&[(1, 1)]),
            of(&[(5, 1), (5, 1), (5, 1), (1, 3), (1, 3), (0, 1)]),
            of(&[(7, 1), (1, 1), (1, 1000), (1, 1_000_000), (1, 1_000_000_001), (0, 1), (0, 1)]),
            of(&[(3, 1), (2_999_999_999, 1_000_000_000), (1, 7), (1, 7)]),
            of(&[(0, 1), (0, 1), (0, 1)]),
        ] {
            for power in [0, 2000, -2000] {
                let scale = Interval::enclosing(&power_of_two(power), 106);
                let found = ProvedSpectrum::of(&planted(&values).map(|x| &x * &scale)).unwrap();
                for (value, exact) in found.values.iter().zip(&values) {
                    let exact = exact.clone() * power_of_two(power);
                    assert!(value.contains(&exact), "{values:?} {power}: {value:?}");
                    let width = Float::with_val(106, &value.hi - &value.lo);
                    let allowed = values[0].to_f64() * 1e-13 * f64::from(u8::from(power == 0));
                    assert!(power != 0 || width <= allowed, "{values:?}: {value:?}");
                }
            }
        }
    }

    /// By the definition of the tail, at epsilons between the steps.
    #[test]
    fn ranks_within_are_those_of_the_tails() {
        let values: Vec<Rational> = (0..6).map(|k| Rational::from((1, 10i64.pow(k)))).collect();
        let found = ProvedSpectrum::of(&planted(&values)).unwrap();
        let all: f64 = values.iter().map(|s| s.to_f64().powi(2)).sum();
        for rank in 0..6 {
            let tail: f64 = values[rank..].iter().map(|s| s.to_f64().powi(2)).sum();
            let step = (tail / all).sqrt();
            assert_eq!(found.rank_within(step * 1.000_001), [rank, rank]);
            if rank < 5 {
                assert_eq!(found.rank_within(step * 0.999_999), [rank + 1, rank + 1]);
            }
        }
        assert_eq!(found.rank_within(2.0), [0, 0]);
        let [low, high] = found.root_mean_square(36);
        let expected = (all / 36.0).sqrt();
        assert!(
            low <= expected * (1.0 + 1e-15)
                && high >= expected * (1.0 - 1e-15)
                && high - low < 1e-15
        );
    }

    #[test]
    fn wide_intervals_and_what_is_not_finite() {
        // All that is known of a value is that it is below the norm.
        let wide = Interval::enclosing(&Rational::from(-1), 64)
            .hull(&Interval::enclosing(&Rational::one(), 64));
        let found = ProvedSpectrum::of(&DMatrix::from_element(2, 2, wide.clone())).unwrap();
        assert!(found.ends().iter().all(|[low, high]| *low == 0.0 && *high >= 2.0));
        assert_eq!(found.rank_within(0.5), [0, 2]);
        let unknown = wide.sqrt();
        assert!(ProvedSpectrum::of(&DMatrix::from_element(1, 1, unknown)).is_err());
    }
}
