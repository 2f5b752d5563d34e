//! What several layers do over the tokens: rows moved, recurrences, channels repeated.

use super::Parameters;
use crate::arith::Rational;
use crate::network::expression::Expression;
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use std::collections::BTreeMap;

fn zero_or_one(rows: usize, cols: usize, one: impl Fn(usize, usize) -> bool) -> DMatrix<Rational> {
    DMatrix::from_fn(rows, cols, |i, j| Rational::from(i64::from(one(i, j))))
}

/// The matrix S with `(S Y)_i = Y_{i - by}`, rows from outside being 0.
pub(super) fn moved(tokens: usize, by: isize) -> DMatrix<Rational> {
    zero_or_one(tokens, tokens, |i, j| j.checked_add_signed(by) == Some(i))
}

/// The matrix, `columns x columns * times`, that writes every column so many times in a row.
pub(super) fn columns_repeated(columns: usize, times: usize) -> DMatrix<Rational> {
    zero_or_one(columns, columns * times, |i, j| j / times == i)
}

/// The matrix, `columns x columns * times`, that writes all columns so many times one after the other.
pub(super) fn columns_tiled(columns: usize, times: usize) -> DMatrix<Rational> {
    zero_or_one(columns, columns * times, |i, j| j % columns == i)
}

/// Row number `row` of a parameter of so many columns, for each of the tokens.
pub(super) fn row_of(matrix: &Expression, row: usize, columns: usize, tokens: usize) -> Expression {
    let source = (row * columns..(row + 1) * columns).collect();
    let row = Expression::Gather { of: matrix.clone().into(), rows: 1, cols: columns, source };
    row.repeated(tokens, columns)
}

/// The entrywise product of at least one matrix, as a balanced tree.
pub(super) fn entrywise(mut factors: Vec<Expression>) -> Expression {
    match factors.len() {
        0 | 1 => factors.pop().expect("at least one factor"),
        n => {
            let rest = factors.split_off(n / 2);
            entrywise(factors).hadamard(entrywise(rest))
        }
    }
}

/// Takes what so many of [`recurrence`] need from the entries that given matrices may have.
///
/// # Errors
/// If there are too many tokens.
pub(super) fn charge_recurrence(site: &Site, count: usize) -> Result<(), FileError> {
    let levels = 2 * site.tokens.ilog2() as usize + 2;
    site.charge("the recurrence over the tokens", &[count, site.tokens, site.tokens, levels])
}

/// The rows `h_t = gate_t * h_{t-1} + input_t`, entrywise, `h_{-1} = 0`.
///
/// `h_t` is the sum over a window of all tokens up to t; a window of `m + k` tokens is one of m and before it one of
/// k, times the gates of the m. With windows cut in half the expression is of depth `O(log N)` and of
/// `O(N log N)` parts, and its degree is that of the recurrence.
pub(super) fn recurrence(
    gate: &Expression,
    input: &Expression,
    tokens: usize,
    parameters: &mut Parameters,
) -> Expression {
    let mut windows = Windows { gate, input, tokens, parameters, delays: BTreeMap::new() };
    windows.sum(tokens)
}

struct Windows<'a> {
    gate: &'a Expression,
    input: &'a Expression,
    tokens: usize,
    parameters: &'a mut Parameters,
    delays: BTreeMap<usize, Expression>,
}

impl Windows<'_> {
    fn delay(&mut self, by: usize) -> Expression {
        let (tokens, parameters) = (self.tokens, &mut self.parameters);
        let new = || parameters.fixed(&format!("delay{by}"), moved(tokens, by as isize));
        self.delays.entry(by).or_insert_with(new).clone()
    }

    /// The products of the gates of the last `length` tokens.
    fn gates(&mut self, length: usize) -> Expression {
        let Some((last, before)) = halves(length) else { return self.gate.clone() };
        let before = self.delay(last).times(self.gates(before));
        self.gates(last).hadamard(before)
    }

    /// The sums over the last `length` tokens.
    fn sum(&mut self, length: usize) -> Expression {
        let Some((last, before)) = halves(length) else { return self.input.clone() };
        let before = self.delay(last).times(self.sum(before));
        let carried = self.gates(last).hadamard(before);
        self.sum(last).plus(carried)
    }
}

/// Two lengths of at least 1.
fn halves(length: usize) -> Option<(usize, usize)> {
    (length > 1).then(|| (length.div_ceil(2), length / 2))
}
