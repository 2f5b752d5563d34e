//! What an expression means.

use crate::certificate::{Expression, RealFunction};
use crate::check::matrix::{Matrix, add, index, multiply};
use crate::check::real::Planes;
use crate::check::ring::Ring;
use std::borrow::Cow;
use std::sync::OnceLock;

/// A parameter in a ring.
pub(in crate::check) struct Parameter<E> {
    matrix: Matrix<E>,
    /// What the ring makes of it for products.
    columns: OnceLock<Option<Planes>>,
}

impl<E> From<Matrix<E>> for Parameter<E> {
    fn from(matrix: Matrix<E>) -> Self {
        Self { matrix, columns: OnceLock::new() }
    }
}

/// The value of `e` for the input `y`. Sizes must fit together ([`Layers::new`]).
pub(in crate::check) fn evaluate<'a, R: Ring>(
    ring: &R,
    e: &Expression,
    parameters: &'a [Parameter<R::Element>],
    y: &'a Matrix<R::Element>,
) -> Cow<'a, Matrix<R::Element>> {
    let of = |e: &Expression| evaluate(ring, e, parameters, y);
    Cow::Owned(match e {
        Expression::Input => return Cow::Borrowed(y),
        Expression::Parameter(number) => return Cow::Borrowed(&parameters[index(*number)].matrix),
        Expression::Product(pair) => match &pair.1 {
            Expression::Parameter(number) => {
                let Parameter { matrix, columns } = &parameters[index(*number)];
                ring.product(&of(&pair.0), matrix, columns)
            }
            right => multiply(ring, &of(&pair.0), &of(right)),
        },
        Expression::Transpose(a) => of(a).transpose(),
        Expression::Sum(terms) => {
            let mut terms = terms.iter().map(of);
            let first = terms.next().map_or_else(|| y.clone(), Cow::into_owned);
            terms.fold(first, |sum, term| add(ring, &sum, &term))
        }
        Expression::Hadamard(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            Matrix::from_fn(a.rows, a.cols, |i, j| ring.multiply(a.get(i, j), b.get(i, j)))
        }
        Expression::Power(power) => of(&power.of).map(|z| ring.power(z, power.exponent)),
        Expression::Polynomial(p) => {
            let column = parameters[index(p.coefficients)].matrix.entries();
            of(&p.of).map(|z| {
                // c_0 + z (c_1 + z (c_2 + ..))
                let step = |sum, c| ring.add(&ring.multiply(&sum, z), c);
                column.iter().rev().fold(ring.zero(), step)
            })
        }
        Expression::Repeat(repeat) => {
            let a = of(&repeat.of);
            let (rows, cols) = (index(repeat.rows), index(repeat.cols));
            Matrix::from_fn(rows, cols, |i, j| a.get(i % a.rows, j % a.cols).clone())
        }
        Expression::Gather(gather) => {
            let a = of(&gather.of);
            let entries = gather.source.iter().map(|e| a.entries()[index(*e)].clone());
            Matrix::new(index(gather.rows), index(gather.cols), entries.collect())
        }
        Expression::Real(real) => {
            let a = of(&real.of);
            let mask = match real.function {
                RealFunction::Softmax(mask) => mask.map(|number| &parameters[index(number)].matrix),
                _ => None,
            };
            let row = |i| ring.real(real.function, a.row(i), mask.map(|mask| mask.row(i)));
            Matrix::new(a.rows, a.cols, (0..a.rows).flat_map(row).collect())
        }
        Expression::Then(pair) => evaluate(ring, &pair.1, parameters, &of(&pair.0)).into_owned(),
    })
}
