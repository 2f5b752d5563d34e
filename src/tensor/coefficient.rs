//! The coefficient tensor and its matricization.

use super::{CoefficientForecast, MemoryLimit, TooLarge};
use crate::arith::{Fp, Prime, Rational, Ring};
use crate::network::{InputFamily, Network, Problem};
use crate::poly::{self, Monomial, Polynomial};
use crate::stop::{NEVER, Stop};
use itertools::Itertools;
use nalgebra::DMatrix;
use rug::Integer;
use std::collections::BTreeMap;

/// The coefficients of f on a family of inputs: a polynomial in the parameters of side A (variables
/// `0..left_variables`) and of side B (the variables after them).
#[derive(Clone, Debug, PartialEq)]
pub struct CoefficientTensor<T> {
    polynomial: Polynomial<T>,
    left_variables: usize,
}

/// Why there is no coefficient tensor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// It would not fit.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The inputs are a union of several maps.
    #[error("inputs that are a union of several maps have no one coefficient tensor")]
    Union,
}

/// One bidegree block of a coefficient matrix, dense, rows and columns in monomial order.
#[derive(Clone, Debug, PartialEq)]
pub struct Block<T> {
    /// (degree in A, degree in B), or `None` if the polynomial is not homogeneous.
    pub bidegree: Option<(u64, u64)>,
    /// Monomials of the rows, in the A variables.
    pub rows: Vec<Monomial>,
    /// Monomials of the columns, in the B variables.
    pub cols: Vec<Monomial>,
    /// Non-zero entries as (row, column, coefficient).
    pub entries: Vec<(usize, usize, T)>,
}

/// The coefficient matrix without its zero rows and columns, as a direct sum of blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct CoefficientMatrix<T> {
    /// The blocks: the matrix is block diagonal, so its rank is the sum of theirs.
    pub blocks: Vec<Block<T>>,
}

impl<T: Ring> CoefficientTensor<T> {
    /// Reads the network over polynomials. `embed` takes rationals to T.
    ///
    /// Cost: that of the forward pass over polynomials with up to
    /// [`terms`](CoefficientForecast::terms) terms.
    ///
    /// # Errors
    /// [`TensorError`] if the forecast is over `limit`, or the family is a union of several maps.
    pub fn new(
        problem: &Problem,
        network: &Network<Rational>,
        family: &InputFamily,
        embed: impl Fn(&Rational) -> T,
        limit: MemoryLimit,
    ) -> Result<Self, TensorError> {
        let found = Self::until(problem, network, family, embed, limit, &NEVER)?;
        Ok(found.expect("it is never due"))
    }

    /// The same, or `None` once `stop` is due.
    pub(crate) fn until(
        problem: &Problem,
        network: &Network<Rational>,
        family: &InputFamily,
        embed: impl Fn(&Rational) -> T,
        limit: MemoryLimit,
        stop: &Stop,
    ) -> Result<Option<Self>, TensorError> {
        if family.left.branches.len() + family.right.branches.len() > 2 {
            return Err(TensorError::Union);
        }
        let bytes = CoefficientForecast::new(problem, family).map(|f| f.bytes);
        limit.check("the coefficient tensor", bytes, &["depth", "width", "tokens"])?;
        let side = |rows: &DMatrix<Polynomial<Rational>>, shift: usize, count: usize| {
            let variables: Vec<Polynomial<T>> =
                (0..count).map(|i| Polynomial::variable(shift + i)).collect();
            DMatrix::from_fn(rows.nrows(), rows.ncols(), |i, j| {
                rows[(i, j)].evaluate(&variables, |c| Polynomial::constant(embed(c)))
            })
        };
        let left_variables = family.left.parameters;
        let left = side(&family.left.branches[0], 0, left_variables);
        let right = side(&family.right.branches[0], left_variables, family.right.parameters);
        let x = problem.partition().assemble(&left, &right);
        let network = network.map(|c| Polynomial::constant(embed(c)));
        let output = problem.output();
        let state = poly::until(stop, || network.forward(&x));
        let polynomial = state.map(|state| state[(output.token, output.channel)].clone());
        Ok(polynomial.map(|polynomial| Self::from_polynomial(polynomial, left_variables)))
    }

    /// The tensor of a polynomial in `left_variables` variables of side A, numbered first, and any
    /// number of side B.
    ///
    /// ```
    /// use seprank::{arith::{Rational, Ring}, poly::Polynomial, tensor::CoefficientTensor};
    /// let [x, y] = [0, 1].map(Polynomial::<Rational>::variable);
    /// // (x + y)^2 = x^2 * 1 + 2x * y + 1 * y^2
    /// let square = CoefficientTensor::from_polynomial((x + y).power(2), 1);
    /// assert_eq!(square.matricize().shape(), (3, 3));
    /// ```
    pub fn from_polynomial(polynomial: Polynomial<T>, left_variables: usize) -> Self {
        Self { polynomial, left_variables }
    }

    /// f as a polynomial.
    pub fn polynomial(&self) -> &Polynomial<T> {
        &self.polynomial
    }

    /// Number of variables of side A.
    pub fn left_variables(&self) -> usize {
        self.left_variables
    }

    /// The matricization: entry (alpha, beta) is the coefficient of `X_A^alpha X_B^beta`.
    ///
    /// For a homogeneous f the blocks are the bidegrees (a, D-a); otherwise there is one block.
    pub fn matricize(&self) -> CoefficientMatrix<T> {
        let terms = self.polynomial.terms();
        let homogeneous = terms.iter().map(|(m, _)| m.degree()).all_equal();
        type Entries<T> = Vec<(Monomial, Monomial, T)>;
        let mut by_degree: BTreeMap<Option<(u64, u64)>, Entries<T>> = BTreeMap::new();
        for (monomial, c) in terms {
            let (alpha, beta) = monomial.split(|variable| variable < self.left_variables);
            let bidegree = homogeneous.then(|| (alpha.degree(), beta.degree()));
            by_degree.entry(bidegree).or_default().push((alpha, beta, c.clone()));
        }
        let blocks = by_degree.into_iter().map(|(bidegree, entries)| {
            let rows: Vec<_> = entries.iter().map(|e| e.0.clone()).sorted().dedup().collect();
            let cols: Vec<_> = entries.iter().map(|e| e.1.clone()).sorted().dedup().collect();
            let find = |list: &[Monomial], m| list.binary_search(m).expect("listed above");
            let entries = entries
                .iter()
                .map(|(a, b, c)| (find(&rows, a), find(&cols, b), c.clone()))
                .collect();
            Block { bidegree, rows, cols, entries }
        });
        CoefficientMatrix { blocks: blocks.collect() }
    }
}

impl<T: Ring> CoefficientMatrix<T> {
    /// Sizes of the whole matrix: non-zero rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (
            self.blocks.iter().map(|b| b.rows.len()).sum(),
            self.blocks.iter().map(|b| b.cols.len()).sum(),
        )
    }

    /// The polynomial back from its matrix.
    pub fn to_polynomial(&self) -> Polynomial<T> {
        Polynomial::from_terms(self.blocks.iter().flat_map(|block| {
            block
                .entries
                .iter()
                .map(|(i, j, c)| (block.rows[*i].clone() * &block.cols[*j], c.clone()))
        }))
    }
}

impl CoefficientMatrix<Rational> {
    /// The blocks modulo a prime, of the same rows and columns; `None` if it divides a denominator.
    pub fn modulo(&self, prime: Prime) -> Option<Vec<Block<Fp>>> {
        let block = |block: &Block<Rational>| {
            let entries = block.entries.iter();
            let entries = entries.map(|(i, j, c)| Some((*i, *j, Fp::from_ratio(c, prime)?)));
            Some(Block {
                bidegree: block.bidegree,
                rows: block.rows.clone(),
                cols: block.cols.clone(),
                entries: entries.collect::<Option<_>>()?,
            })
        };
        self.blocks.iter().map(block).collect()
    }
}

impl Block<Rational> {
    /// The block as a dense matrix of integers: times the least common denominator of its entries.
    pub fn to_integers(&self) -> DMatrix<Integer> {
        let entries = self.entries.iter();
        let denominator = entries.fold(Integer::from(1), |lcm, (_, _, c)| lcm.lcm(c.denom()));
        let mut dense = DMatrix::from_element(self.rows.len(), self.cols.len(), Integer::new());
        for (i, j, c) in &self.entries {
            dense[(*i, *j)] = Integer::from(c.numer() * &denominator) / c.denom();
        }
        dense
    }
}

impl<T: Ring> Block<T> {
    /// The block as a dense matrix.
    pub fn to_dense(&self) -> DMatrix<T> {
        let mut dense = DMatrix::zeros(self.rows.len(), self.cols.len());
        for (i, j, c) in &self.entries {
            dense[(*i, *j)] = c.clone();
        }
        dense
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_told_apart_by_the_number_of_variables() {
        let x = |i| Polynomial::<crate::arith::Rational>::variable(i);
        for left in 0..4 {
            let tensor = CoefficientTensor::from_polynomial(x(0) * x(1) * x(2), left);
            assert_eq!(tensor.left_variables(), left);
            let bidegrees: Vec<_> = tensor.matricize().blocks.iter().map(|b| b.bidegree).collect();
            assert_eq!(bidegrees, [Some((left as u64, 3 - left as u64))]);
        }
    }
}
