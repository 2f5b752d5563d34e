//! Where the points of a grid of real numbers are taken from.

use super::real_rank::Sides;
use crate::arith::Rational;
use crate::network::{InvalidProblem, TensorRows};
use itertools::Itertools;
use nalgebra::DMatrix;
use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha20Rng;
use rand_distr::StandardNormal;
use std::fmt;
use std::path::{Path, PathBuf};

/// The entries of random points are multiples of one by this.
const DENOMINATOR: i32 = 512;

/// Where the points of a grid are taken from. Every one is exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RealInputs {
    /// Entries uniform among the multiples of 1/512 in \[-2, 2).
    #[default]
    Uniform,
    /// Entries standard normal, rounded to multiples of 1/512.
    Gaussian,
    /// Every token of every point is a row of this tensor in a weight file, all different: embeddings of tokens.
    Rows {
        /// The weight file.
        path: PathBuf,
        /// Its tensor, with as many columns as the network is wide.
        tensor: String,
    },
}

impl fmt::Display for RealInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uniform => f.write_str("uniform in [-2, 2)"),
            Self::Gaussian => f.write_str("standard normal"),
            Self::Rows { tensor, .. } => write!(f, "rows of {tensor}"),
        }
    }
}

impl RealInputs {
    /// What needs no file: `"uniform"` or `"gaussian"`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "uniform" => Some(Self::Uniform),
            "gaussian" => Some(Self::Gaussian),
            _ => None,
        }
    }

    /// `count` points on either side, of so many tokens.
    ///
    /// # Errors
    /// A tensor that cannot be read, is of another width, or has too few rows.
    pub(super) fn draw(
        &self,
        count: usize,
        tokens: [usize; 2],
        width: usize,
        rng: &mut ChaCha20Rng,
    ) -> Result<Sides, InvalidProblem> {
        let entry: fn(&mut ChaCha20Rng) -> i32 = match self {
            Self::Uniform => |rng| rng.random_range(-2 * DENOMINATOR..2 * DENOMINATOR),
            Self::Gaussian => |rng| {
                let x: f64 = rng.sample(StandardNormal);
                (x * f64::from(DENOMINATOR)).round() as i32
            },
            Self::Rows { path, tensor } => return rows((path, tensor), count, tokens, width, rng),
        };
        let mut point = |tokens| {
            let entries = (0..tokens * width).map(|_| Rational::from((entry(rng), DENOMINATOR)));
            DMatrix::from_row_iterator(tokens, width, entries)
        };
        Ok(tokens.map(|tokens| (0..count).map(|_| point(tokens)).collect()))
    }
}

/// Points of different rows of a tensor.
fn rows(
    (path, tensor): (&Path, &str),
    count: usize,
    tokens: [usize; 2],
    width: usize,
    rng: &mut ChaCha20Rng,
) -> Result<Sides, InvalidProblem> {
    let mut file = TensorRows::at(path, tensor)?;
    let (rows, columns) = file.size();
    let wanted = tokens.iter().sum::<usize>().saturating_mul(count);
    if columns != width || rows < wanted {
        let why = format!(
            "it is {rows} x {columns}; wanted are {wanted} different rows of width {width}"
        );
        return Err(InvalidProblem::new("inputs", tensor, why));
    }
    let mut chosen = index::sample(rng, rows, wanted).into_iter();
    let mut point = |tokens: usize| -> Result<_, InvalidProblem> {
        let rows: Vec<_> = chosen.by_ref().take(tokens).map(|row| file.row(row)).try_collect()?;
        Ok(DMatrix::from_fn(tokens, width, |i, j| rows[i][j].clone()))
    };
    let mut side = |tokens| (0..count).map(|_| point(tokens)).collect::<Result<_, _>>();
    Ok([side(tokens[0])?, side(tokens[1])?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prove::generator;

    #[test]
    fn random_entries_have_the_moments_of_their_distribution() {
        for (name, variance, fourth) in [("uniform", 4.0 / 3.0, 16.0 / 5.0), ("gaussian", 1.0, 3.0)]
        {
            let inputs = RealInputs::named(name).unwrap();
            let sides = inputs.draw(20, [3, 2], 40, &mut generator(1)).unwrap();
            assert_eq!(
                sides.each_ref().map(|side| (side.len(), side[0].nrows())),
                [(20, 3), (20, 2)]
            );
            let entries: Vec<f64> =
                sides.iter().flatten().flat_map(|m| m.iter().map(Rational::to_f64)).collect();
            assert!(entries.iter().all(|x| (x * 512.0).fract() == 0.0));
            let moment =
                |k| entries.iter().map(|x: &f64| x.powi(k)).sum::<f64>() / entries.len() as f64;
            // Five standard deviations of 4,000 numbers, 0.08 of one.
            assert!(moment(1).abs() < 0.08 * f64::sqrt(variance), "{name}");
            assert!(
                (moment(2) - variance).abs() < 0.08 * f64::sqrt(fourth - variance * variance),
                "{name}"
            );
        }
        assert_eq!(RealInputs::named("words"), None);
    }
}
