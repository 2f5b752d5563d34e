//! Matrix expressions: what one layer does to the state, readable over any ring.
//!
//! A layer is an [`Expression`] in its input (the state, an `N x d` matrix, rows are tokens) and its
//! parameters (matrices). Degree, degree in the weights, size, what it sees of the input and the
//! forward pass are all read off the expression, so no layer states any of them twice. The same
//! expressions stand in certificates (docs/format.md), where the checker reads them on its own.

use crate::arith::{RealFunction, Ring};
use nalgebra::DMatrix;
use std::borrow::Cow;

/// A matrix built from the input and the parameters of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// The state that enters.
    Input,
    /// Parameter number i of the layer.
    Parameter(usize),
    /// The matrix product.
    Product(Box<Self>, Box<Self>),
    /// The transposed matrix.
    Transpose(Box<Self>),
    /// The sum of at least one matrix.
    Sum(Vec<Self>),
    /// The entrywise product.
    Hadamard(Box<Self>, Box<Self>),
    /// The power z^k of every entry z, k >= 1.
    Power(Box<Self>, u64),
    /// `sum_k c_k z^k` of every entry z, the `c_k` being the column of parameter number
    /// `coefficients`.
    Polynomial {
        /// The matrix of the z.
        of: Box<Self>,
        /// The number of the parameter.
        coefficients: usize,
        /// Its rows less one.
        degree: u64,
    },
    /// A single row or column, repeated to the size `rows x cols`.
    Repeat {
        /// The row or column.
        of: Box<Self>,
        /// Rows of the result.
        rows: usize,
        /// Columns of the result.
        cols: usize,
    },
    /// `out[e] = in[source[e]]`, entries numbered by rows.
    Gather {
        /// The matrix `in`.
        of: Box<Self>,
        /// Rows of the result.
        rows: usize,
        /// Columns of the result.
        cols: usize,
        /// For each entry of the result, by rows, the entry of `of` that it is.
        source: Vec<usize>,
    },
    /// A function of real numbers, of every entry or every row: only over real numbers has it a value.
    Real {
        /// The matrix.
        of: Box<Self>,
        /// The function.
        function: RealFunction,
    },
    /// The second expression, its input being the first one.
    Then(Box<Self>, Box<Self>),
}

use Expression::{
    Gather, Hadamard, Input, Parameter, Polynomial, Power, Product, Real, Repeat, Sum, Then,
    Transpose,
};

impl Expression {
    /// `self * right`.
    pub fn times(self, right: Self) -> Self {
        Product(self.into(), right.into())
    }

    /// `self + right`.
    pub fn plus(self, right: Self) -> Self {
        match self {
            Sum(mut list) => {
                list.push(right);
                Sum(list)
            }
            left => Sum(vec![left, right]),
        }
    }

    /// The transposed matrix.
    pub fn transposed(self) -> Self {
        Transpose(self.into())
    }

    /// The entrywise product.
    pub fn hadamard(self, right: Self) -> Self {
        Hadamard(self.into(), right.into())
    }

    /// A row or column repeated.
    pub fn repeated(self, rows: usize, cols: usize) -> Self {
        Repeat { of: self.into(), rows, cols }
    }

    /// `second` after `self`.
    pub fn then(self, second: Self) -> Self {
        match self {
            Input => second,
            first => Then(first.into(), second.into()),
        }
    }

    /// A function of real numbers of every entry, or of softmax of every row.
    pub fn real(self, function: RealFunction) -> Self {
        Real { of: self.into(), function }
    }

    /// A degree that is `input` for the input and `parameter(i)` for parameter number i, adds in
    /// products and takes the largest in sums. `None` past 64 bits,
    /// and of what is no polynomial.
    ///
    /// With `input = 1` and `parameter = 0` it bounds the degree in the entries of the input.
    pub fn degree(&self, input: u64, parameter: &dyn Fn(usize) -> u64) -> Option<u64> {
        let of = |e: &Self| e.degree(input, parameter);
        Some(match self {
            Input => input,
            Parameter(i) => parameter(*i),
            Product(a, b) | Hadamard(a, b) => of(a)?.checked_add(of(b)?)?,
            Transpose(a) | Repeat { of: a, .. } | Gather { of: a, .. } => of(a)?,
            Sum(list) => list.iter().try_fold(0, |most, e| Some(of(e)?.max(most)))?,
            Power(a, k) => of(a)?.checked_mul(*k)?,
            Polynomial { of: a, coefficients, degree } => {
                of(a)?.checked_mul(*degree)?.checked_add(parameter(*coefficients))?
            }
            Real { .. } => return None,
            Then(a, b) => b.degree(of(a)?, parameter)?,
        })
    }

    /// Whether every monomial of the value has its degree in the entries of the input.
    pub fn is_homogeneous(&self) -> bool {
        let degree = |e: &Self| e.degree(1, &|_| 0);
        match self {
            Input | Parameter(_) => true,
            Product(a, b) | Hadamard(a, b) | Then(a, b) => a.is_homogeneous() && b.is_homogeneous(),
            Transpose(a) | Power(a, _) | Repeat { of: a, .. } | Gather { of: a, .. } => {
                a.is_homogeneous()
            }
            Sum(list) => list.iter().all(|e| e.is_homogeneous() && degree(e) == degree(&list[0])),
            Polynomial { of: a, .. } => degree(a) == Some(0),
            Real { .. } => false,
        }
    }

    /// Rows and columns of the value for an input of size `input`, `parameter(i)` being the size of
    /// parameter number i; `None` if the sizes do not fit together.
    pub fn size(
        &self,
        input: (usize, usize),
        parameter: &dyn Fn(usize) -> (usize, usize),
    ) -> Option<(usize, usize)> {
        let of = |e: &Self| e.size(input, parameter);
        match self {
            Input => Some(input),
            Parameter(i) => Some(parameter(*i)),
            Product(a, b) => match (of(a)?, of(b)?) {
                ((rows, inner), (same, cols)) if inner == same => Some((rows, cols)),
                _ => None,
            },
            Transpose(a) => of(a).map(|(rows, cols)| (cols, rows)),
            Sum(list) => {
                let first = of(list.first()?)?;
                list.iter().all(|e| of(e) == Some(first)).then_some(first)
            }
            Hadamard(a, b) => of(a).filter(|size| of(b) == Some(*size)),
            Power(a, _) => of(a),
            Polynomial { of: a, coefficients, degree } => {
                let column = (usize::try_from(*degree).ok()?.checked_add(1)?, 1);
                of(a).filter(|_| parameter(*coefficients) == column)
            }
            Repeat { of: a, rows, cols } => {
                let size = of(a)?;
                (size == (1, *cols) || size == (*rows, 1)).then_some((*rows, *cols))
            }
            Gather { of: a, rows, cols, source } => {
                let (r, c) = of(a)?;
                let fits = source.len() == rows * cols && source.iter().all(|e| *e < r * c);
                fits.then_some((*rows, *cols))
            }
            Real { of: a, function } => {
                let mask = match function {
                    RealFunction::Softmax { mask } => mask.map(parameter),
                    _ => None,
                };
                of(a).filter(|size| mask.is_none_or(|mask| mask == *size))
            }
            Then(a, b) => b.size(of(a)?, parameter),
        }
    }

    /// Entries of all matrices that [`evaluate`](Expression::evaluate) holds at a time, at most, besides the input
    /// and the parameters. Sizes must fit ([`Expression::size`]).
    pub fn held(
        &self,
        input: (usize, usize),
        parameter: &dyn Fn(usize) -> (usize, usize),
    ) -> usize {
        self.held_and_left(input, parameter).0
    }

    /// The same, and the entries of the value if it is a new matrix.
    fn held_and_left(
        &self,
        input: (usize, usize),
        parameter: &dyn Fn(usize) -> (usize, usize),
    ) -> (usize, usize) {
        let of = |e: &Self| e.held_and_left(input, parameter);
        let own =
            || self.size(input, parameter).map_or(0, |(rows, cols)| rows.saturating_mul(cols));
        let two = |(held, left): (usize, usize), (held_next, left_next): (usize, usize), own| {
            let together = left.saturating_add(left_next).saturating_add(own);
            held.max(left.saturating_add(held_next)).max(together)
        };
        match self {
            Input | Parameter(_) => (0, 0),
            Product(a, b) | Hadamard(a, b) => (two(of(a), of(b), own()), own()),
            Transpose(a) | Power(a, _) => (two(of(a), (0, 0), own()), own()),
            Polynomial { of: a, .. }
            | Repeat { of: a, .. }
            | Gather { of: a, .. }
            | Real { of: a, .. } => (two(of(a), (0, 0), own()), own()),
            // The sum so far, and the next term.
            Sum(list) => {
                let terms = list.iter().map(|e| of(e).0).max().unwrap_or(0);
                (terms.saturating_add(own()), own())
            }
            Then(a, b) => {
                let (before, between) = (of(a), a.size(input, parameter).unwrap_or(input));
                let (held, _) = b.held_and_left(between, parameter);
                (before.0.max(before.1.saturating_add(held)).saturating_add(own()), own())
            }
        }
    }

    /// The expressions that it is made of.
    fn parts(&self) -> Vec<&Self> {
        match self {
            Input | Parameter(_) => Vec::new(),
            Product(a, b) | Hadamard(a, b) | Then(a, b) => vec![a, b],
            Transpose(a)
            | Power(a, _)
            | Polynomial { of: a, .. }
            | Repeat { of: a, .. }
            | Gather { of: a, .. }
            | Real { of: a, .. } => vec![a],
            Sum(list) => list.iter().collect(),
        }
    }

    /// How many expressions it is made of, itself included.
    pub fn count(&self) -> usize {
        1 + self.parts().into_iter().map(Self::count).sum::<usize>()
    }

    /// A function of real numbers in it, if there is one: then it is no polynomial.
    pub fn real_function(&self) -> Option<RealFunction> {
        match self {
            Real { function, .. } => Some(*function),
            other => other.parts().into_iter().find_map(Self::real_function),
        }
    }

    /// Whether the value does not depend on the input.
    pub fn is_constant(&self) -> bool {
        match self {
            Input => false,
            Parameter(_) => true,
            Product(a, b) | Hadamard(a, b) => a.is_constant() && b.is_constant(),
            Transpose(a) | Power(a, _) => a.is_constant(),
            Polynomial { of: a, .. }
            | Repeat { of: a, .. }
            | Gather { of: a, .. }
            | Real { of: a, .. } => a.is_constant(),
            Sum(list) => list.iter().all(Self::is_constant),
            Then(a, b) => a.is_constant() || b.is_constant(),
        }
    }

    /// The value for the input `y`. Sizes must fit ([`Expression::size`]).
    ///
    /// # Panics
    /// If they do not; [`Network::new`](super::Network::new) checks them once. If it has a
    /// [function of real numbers](Expression::real_function) and T has no real numbers.
    pub fn evaluate<'a, T: Ring>(
        &self,
        parameters: &'a [DMatrix<T>],
        y: &'a DMatrix<T>,
    ) -> Cow<'a, DMatrix<T>> {
        let of = |e: &Self| e.evaluate(parameters, y);
        Cow::Owned(match self {
            Input => return Cow::Borrowed(y),
            Parameter(i) => return Cow::Borrowed(&parameters[*i]),
            Product(a, b) => product(&of(a), &of(b)),
            Transpose(a) => of(a).transpose(),
            Sum(list) => {
                let mut terms = list.iter().map(of);
                let first = terms.next().expect("a sum has a term").into_owned();
                terms.fold(first, |sum, term| sum + term.as_ref())
            }
            Hadamard(a, b) => of(a).zip_map(of(b).as_ref(), |x, y| x * y),
            Power(a, k) => of(a).map(|z| z.power(*k)),
            Polynomial { of: a, coefficients, .. } => {
                let coefficients = &parameters[*coefficients];
                of(a).map(|z| {
                    let horner = |sum: T, c: &T| sum * z.clone() + c.clone();
                    coefficients.as_slice().iter().rev().fold(T::zero(), horner)
                })
            }
            Repeat { of: a, rows, cols } => {
                let a = of(a);
                let (r, c) = a.shape();
                DMatrix::from_fn(*rows, *cols, |i, j| a[(i % r, j % c)].clone())
            }
            Gather { of: a, rows, cols, source } => {
                let a = of(a);
                let width = a.ncols();
                DMatrix::from_fn(*rows, *cols, |i, j| {
                    let e = source[i * cols + j];
                    a[(e / width, e % width)].clone()
                })
            }
            Real { of: a, function } => real(*function, &of(a), parameters),
            Then(a, b) => b.evaluate(parameters, of(a).as_ref()).into_owned(),
        })
    }
}

/// The matrix product, a ring multiplication a term: a general update `alpha a b + beta c` would take two
/// more, and over F_p these are what a forward pass costs.
fn product<T: Ring>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    assert_eq!(a.ncols(), b.nrows(), "the sizes of a product fit");
    let inner = 0..a.ncols();
    DMatrix::from_fn(a.nrows(), b.ncols(), |i, j| {
        T::dot(inner.clone().map(|k| (&a[(i, k)], &b[(k, j)])))
    })
}

/// A function of real numbers of every row.
fn real<T: Ring>(function: RealFunction, a: &DMatrix<T>, parameters: &[DMatrix<T>]) -> DMatrix<T> {
    let row = |m: &DMatrix<T>, i: usize| m.row(i).iter().cloned().collect::<Vec<_>>();
    let mask = match function {
        RealFunction::Softmax { mask } => mask.map(|number| &parameters[number]),
        _ => None,
    };
    let value = |i: usize| {
        let factors = mask.map(|mask| row(mask, i));
        T::of_reals(function, &row(a, i), factors.as_deref()).expect("the ring has real numbers")
    };
    let entries: Vec<T> = (0..a.nrows()).flat_map(value).collect();
    DMatrix::from_row_slice(a.nrows(), a.ncols(), &entries)
}
