//! Families of inputs: which X a rank is taken over.
//!
//! Each side is a polynomial map from parameters to the rows of X on that side, or a union of such
//! maps (branches). The rank over a family is at most the rank over all inputs, so a lower bound on
//! a family is a lower bound.

use super::{Partition, Problem};
use crate::arith::{Rational, Ring};
use crate::poly::Polynomial;
use nalgebra::DMatrix;

/// The inputs of one side: matrices of `positions x width` polynomials in `parameters` variables.
#[derive(Clone, Debug, PartialEq)]
pub struct SideFamily {
    /// Number of parameters (variables 0..parameters).
    pub parameters: usize,
    /// The branches of the union, at least one.
    pub branches: Vec<DMatrix<Polynomial<Rational>>>,
}

/// A family of inputs for each side; rows are the positions of the side in increasing order.
#[derive(Clone, Debug, PartialEq)]
pub struct InputFamily {
    /// Side A.
    pub left: SideFamily,
    /// Side B.
    pub right: SideFamily,
}

impl SideFamily {
    /// All inputs: every entry its own variable, numbered by rows.
    pub fn all(positions: usize, width: usize) -> Self {
        let entries =
            DMatrix::from_fn(positions, width, |i, j| Polynomial::variable(i * width + j));
        Self { parameters: positions * width, branches: vec![entries] }
    }

    /// The rows of X for the given parameter values; `branch` is taken modulo their number.
    pub fn evaluate<T: Ring>(
        &self,
        branch: usize,
        values: &[T],
        embed: impl Fn(&Rational) -> T,
    ) -> DMatrix<T> {
        let entries = &self.branches[branch % self.branches.len()];
        DMatrix::from_fn(entries.nrows(), entries.ncols(), |i, j| {
            entries[(i, j)].evaluate(values, &embed)
        })
    }
}

impl InputFamily {
    /// All inputs of `problem`.
    pub fn all(problem: &Problem) -> Self {
        let side = |positions: &[usize]| SideFamily::all(positions.len(), problem.width());
        Self { left: side(problem.partition().left()), right: side(problem.partition().right()) }
    }
}

impl Partition {
    /// The input with the given rows on either side.
    pub fn assemble<T: Ring>(&self, left: &DMatrix<T>, right: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(self.tokens(), left.ncols());
        for (positions, side) in [(self.left(), left), (self.right(), right)] {
            for (row, &position) in positions.iter().enumerate() {
                x.set_row(position, &side.row(row));
            }
        }
        x
    }
}
