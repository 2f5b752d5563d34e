//! Products of matrices of balls in machine words.
//!
//! The middles of a matrix are `2^shift sum_i 2^(54 i) digit_i`, one shift for all of them and each digit below 2^54 in
//! size, so that sums of 2^18 products of two digits fit 128 bits: the middles of a product are exact before they are
//! rounded. Its errors, `sum |x| s + (|y| + s) r` for middles x, y and radii r, s (theory.md, 1.10), are taken from
//! numbers of 24 bits above those, so that sums of 2^16 products of two of them fit 64 bits.

use super::ball::{Balls, Number};
use crate::check::matrix::Matrix;
use num_bigint::{BigInt, BigUint};
use num_traits::Zero;

const DIGIT: u64 = 54;
/// Sums of products are of at most so many.
const LONGEST: usize = 1 << 16;
const COARSE: u64 = 24;

/// Lines of a matrix of balls, each of the same length.
#[derive(Clone, Debug)]
pub(in crate::check) struct Planes {
    length: usize,
    shift: u64,
    /// One a digit, least first: its digits, line after line.
    digits: Vec<Vec<i64>>,
    radii: Above,
    /// `|middle| + radius`.
    sizes: Above,
}

/// Numbers from above: each is at most `2^shift` times its value, which is at most 2^24.
#[derive(Clone, Debug)]
struct Above {
    shift: u64,
    values: Vec<u32>,
}

impl Above {
    fn new(numbers: &[BigUint]) -> Self {
        let bits = numbers.iter().map(BigUint::bits).max().unwrap_or(0);
        let shift = bits.saturating_sub(COARSE);
        let value = |n: &BigUint| {
            let cut = (n >> shift).iter_u32_digits().next().unwrap_or(0); // below 2^24
            cut + u32::from(shift > 0 && !n.is_zero())
        };
        Self { shift, values: numbers.iter().map(value).collect() }
    }

    /// `sum_k x_k y_k` of two lines, from above.
    fn sum(&self, i: usize, other: &Self, j: usize, length: usize) -> BigUint {
        let (x, y) = (&self.values[i * length..][..length], &other.values[j * length..][..length]);
        let sum: u64 = x.iter().zip(y).map(|(x, y)| u64::from(*x) * u64::from(*y)).sum();
        BigUint::from(sum) << (self.shift + other.shift)
    }

    fn is_zero(&self) -> bool {
        self.values.iter().all(|x| *x == 0)
    }
}

impl Planes {
    /// Of the rows of a matrix; none where a number is not known or a row is too long.
    pub(super) fn of_rows(a: &Matrix<Number>) -> Option<Self> {
        Self::new(a.entries().iter(), a.cols)
    }

    /// Of the columns.
    pub(super) fn of_columns(a: &Matrix<Number>) -> Option<Self> {
        let entries = (0..a.cols).flat_map(|j| (0..a.rows).map(move |i| a.get(i, j)));
        Self::new(entries, a.rows)
    }

    fn new<'a>(entries: impl Iterator<Item = &'a Number>, length: usize) -> Option<Self> {
        if length > LONGEST {
            return None;
        }
        let balls: Vec<_> = entries.map(Option::as_ref).collect::<Option<_>>()?;
        let zeros = balls.iter().filter_map(|ball| ball.middle.trailing_zeros());
        let shift = zeros.min().unwrap_or(0);
        let bits = balls.iter().map(|ball| ball.middle.bits()).max().unwrap_or(0);
        let count = bits.saturating_sub(shift).div_ceil(DIGIT);
        let digits = (0..count).map(|i| {
            let digit = |middle: &BigInt| {
                let word = piece(middle.magnitude(), shift + DIGIT * i);
                if middle.sign() == num_bigint::Sign::Minus { -word } else { word }
            };
            balls.iter().map(|ball| digit(&ball.middle)).collect()
        });
        // Radii are not negative.
        let radii: Vec<BigUint> =
            balls.iter().map(|ball| ball.radius.magnitude().clone()).collect();
        let size = |(ball, radius): (&&super::Ball, &BigUint)| ball.middle.magnitude() + radius;
        let sizes: Vec<BigUint> = balls.iter().zip(&radii).map(size).collect();
        let (digits, radii, sizes) = (digits.collect(), Above::new(&radii), Above::new(&sizes));
        Some(Self { length, shift, digits, radii, sizes })
    }

    /// The middle of line i times line j, exactly, in units squared.
    fn middle(&self, i: usize, other: &Self, j: usize) -> BigInt {
        let n = self.length;
        let mut sum = BigInt::zero();
        for (s, x) in self.digits.iter().enumerate() {
            for (t, y) in other.digits.iter().enumerate() {
                let pairs = x[i * n..][..n].iter().zip(&y[j * n..][..n]);
                let part: i128 = pairs.map(|(x, y)| i128::from(*x) * i128::from(*y)).sum();
                sum += BigInt::from(part) << (DIGIT * (s + t) as u64);
            }
        }
        sum << (self.shift + other.shift)
    }
}

/// So many bits of n from this one on.
fn piece(n: &BigUint, from: u64) -> i64 {
    let word = |k: u64| n.iter_u64_digits().nth(k as usize).unwrap_or(0); // below the number of words
    let (k, low) = (from / 64, from % 64);
    let both = u128::from(word(k)) | u128::from(word(k + 1)) << 64;
    (both >> low) as i64 & ((1 << DIGIT) - 1)
}

impl Balls {
    /// The products of the lines of a with those of b.
    pub(super) fn product_of_planes(
        &self,
        a: &Planes,
        b: &Planes,
        size: [usize; 2],
    ) -> Matrix<Number> {
        let (a_exact, b_exact) = (a.radii.is_zero(), b.radii.is_zero());
        let n = a.length;
        let value = |i, j| {
            let mut error = BigUint::zero();
            if !b_exact {
                error += a.sizes.sum(i, &b.radii, j, n);
            }
            if !a_exact {
                error += a.radii.sum(i, &b.sizes, j, n);
            }
            self.rounded(a.middle(i, b, j), error.into())
        };
        Matrix::from_fn(size[0], size[1], value)
    }
}
