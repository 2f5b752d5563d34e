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

    /// Whether it is that of [`SideFamily::all`].
    fn is_all(&self, positions: usize, width: usize) -> bool {
        // A variable takes memory by its number: few are made where they cannot all be there.
        self.parameters == positions * width
            && self.branches.len() == 1
            && self.branches[0].shape() == (positions, width)
            && (0..positions).all(|i| {
                (0..width).all(|j| self.branches[0][(i, j)] == Polynomial::variable(i * width + j))
            })
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

    /// Whether these are all inputs of `problem`.
    pub fn is_all(&self, problem: &Problem) -> bool {
        let (left, right) = (problem.partition().left(), problem.partition().right());
        self.left.is_all(left.len(), problem.width())
            && self.right.is_all(right.len(), problem.width())
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
