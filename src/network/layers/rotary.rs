//! Rotary positions (RoFormer, Su et al. 2021, arXiv 2104.09864), with exact angles.

use super::Parameters;
use crate::arith::Rational;
use crate::network::expression::Expression;
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// Row i of a matrix is turned, in the plane of columns 2k and 2k+1, by i times the angle whose cosine is a/c
/// and whose sine is b/c, where `a^2 + b^2 = c^2` (a Pythagorean triple; the angle of the first plane of
/// RoFormer is 1, that of (28, 45, 53) is 1.01).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotary {
    /// (a, b, c) of each plane.
    pub angles: Vec<[i64; 3]>,
}

/// No number of an angle is larger.
const MAX_NUMBER: i64 = 9999;

impl Rotary {
    /// The rotation of the key `rotary`, of rows of `columns` numbers.
    ///
    /// # Errors
    /// If there are not as many triples as planes, or one is no Pythagorean triple.
    pub(super) fn new(
        angles: Vec<[i64; 3]>,
        columns: usize,
        site: &Site,
    ) -> Result<Self, FileError> {
        if !columns.is_multiple_of(2) || angles.len() != columns / 2 {
            let allowed = format!(
                "two columns of a head are turned by one; the head width {columns} must be even, with half as \
                 many triples"
            );
            return Err(FileError::new(
                "rotary",
                format_args!("({} triples)", angles.len()),
                allowed,
            ));
        }
        for angle in &angles {
            let [a, b, c] = *angle;
            let small = angle.iter().all(|x| x.abs() <= MAX_NUMBER);
            if !small || c == 0 || a * a + b * b != c * c {
                let allowed =
                    format!("a^2 + b^2 = c^2 is asked of (a, b, c), of at most {MAX_NUMBER}");
                return Err(FileError::new("rotary", format_args!("{angle:?}"), allowed));
            }
        }
        // The numbers grow with the token.
        site.charge("the rotations", &[site.tokens, site.tokens, columns])?;
        site.charge("the rotations", &[columns, columns])?;
        Ok(Self { angles })
    }

    /// The rotation of a matrix of `tokens` rows; its matrices are named as parameters.
    pub(super) fn rotation(
        &self,
        tokens: usize,
        parameters: &mut Parameters,
    ) -> impl Fn(Expression) -> Expression + use<> {
        let columns = 2 * self.angles.len();
        let mut cosines = DMatrix::zeros(tokens, columns);
        let mut sines = DMatrix::zeros(tokens, columns);
        for (k, [a, b, c]) in self.angles.iter().enumerate() {
            let (x, y) = (Rational::from((*a, *c)), Rational::from((*b, *c)));
            let (mut cosine, mut sine) = (Rational::one(), Rational::zero());
            for i in 0..tokens {
                for column in [2 * k, 2 * k + 1] {
                    cosines[(i, column)] = cosine.clone();
                    sines[(i, column)] = sine.clone();
                }
                let next = cosine.clone() * x.clone() - sine.clone() * y.clone();
                sine = sine * x.clone() + cosine * y.clone();
                cosine = next;
            }
        }
        // (z_0, z_1) becomes (-z_1, z_0).
        let turn = DMatrix::from_fn(columns, columns, |row, col| {
            match (row / 2 == col / 2, row.cmp(&col)) {
                (true, std::cmp::Ordering::Greater) => Rational::from(-1),
                (true, std::cmp::Ordering::Less) => Rational::one(),
                _ => Rational::zero(),
            }
        });
        let [cosines, sines, turn] =
            [("rotary-cosines", cosines), ("rotary-sines", sines), ("rotary-turn", turn)]
                .map(|(name, matrix)| parameters.fixed(name, matrix));
        move |z| {
            let turned = z.clone().times(turn.clone()).hadamard(sines.clone());
            z.hadamard(cosines.clone()).plus(turned)
        }
    }
}
