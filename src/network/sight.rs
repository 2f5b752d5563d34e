//! Which sides of the input an entry of the last state depends on: a causal mask may hide all of one side.

use super::expression::Expression;
use super::layers::{Definition, Layer, Parameter, placed};
use super::{Architecture, Output, Problem};
use crate::arith::RealFunction;
use num_traits::Zero;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What the output entry depends on, for all weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Whether it may depend on an entry of A.
    pub left: bool,
    /// Whether it may depend on an entry of B.
    pub right: bool,
    /// Whether it is 0 whatever the input and the weights, by zeros that the network states.
    pub zero: bool,
    /// An entry that may depend on both sides, of the same channel if there is one.
    pub telling: Option<Output>,
}

impl Sight {
    /// Whether one side, or neither, is all that the output depends on: then the rank is 0 or 1.
    pub fn is_one_sided(&self) -> bool {
        !(self.left && self.right)
    }

    /// What to say of a one-sided output; `None` if it depends on both sides.
    pub fn warning(&self, output: Output) -> Option<String> {
        let Output { token, channel } = output;
        let why = match (self.zero, self.left, self.right) {
            (_, true, true) => return None,
            (true, ..) => "is 0 by zeros that the network states",
            (_, true, false) => "depends on no token of B",
            (_, false, true) => "depends on no token of A",
            (_, false, false) => "depends on no token",
        };
        let other = match self.telling {
            Some(Output { token, channel }) => {
                format!("Y[{token},{channel}] depends on both sides")
            }
            None => "no entry of the last state depends on both sides".into(),
        };
        let most = u8::from(!self.zero);
        Some(format!(
            "the output Y[{token},{channel}] {why}, so that the rank is at most {most} for all weights; {other}"
        ))
    }
}

/// A pattern has no more cells, and no step of the analysis more.
const MAX_CELLS: usize = 1 << 22;
const MAX_STEPS: usize = 1 << 28;
/// The patterns of a layer have no more rows and columns together.
const MAX_LINES: usize = 1 << 24;
/// Of so many layers it is remembered what they did: two blocks of two.
const REMEMBERED: usize = 4;

impl Problem {
    /// What the output depends on; `None` for attention and Mixers given by their sizes, whose every output depends
    /// on both sides, and where there are too many rows and columns to follow.
    ///
    /// Cost: of products of the patterns of zeros in the matrices, equal rows and columns taken once; of blocks of
    /// layers that repeat, of the first few.
    pub fn sight(&self) -> Option<Sight> {
        let Architecture::Layers(shape) = self.architecture() else { return None };
        let size = (self.tokens(), shape.width);
        let mut state = Pattern::of_sides(self.partition().left(), size)?;
        // Of repeated layers: after a few of them the pattern stays, and nothing is worked out again.
        let mut known: VecDeque<(&Layer, Pattern, Pattern)> = VecDeque::new();
        for (layer, (n, d)) in placed(&shape.layers, size) {
            let same = |(l, before, _): &&(&Layer, Pattern, _)| *l == layer && *before == state;
            if let Some((.., after)) = known.iter().find(same) {
                state = after.clone();
                continue;
            }
            let Definition { parameters, expression, .. } =
                layer.definition(n, d).expect("the layers fit together");
            if expression.count().saturating_mul(n.saturating_add(d)) > MAX_LINES {
                return None;
            }
            let after = pattern(&expression, &state, &parameters)?;
            known.truncate(REMEMBERED - 1);
            known.push_front((layer, std::mem::replace(&mut state, after.clone()), after));
        }
        let output = self.output();
        let cell = state.at(output.token, output.channel);
        let entry = |token, channel| {
            (state.at(token, channel) & BOTH == BOTH).then_some(Output { token, channel })
        };
        let (rows, cols) = (state.rows.len(), state.cols.len());
        let telling = (0..rows)
            .find_map(|i| entry(i, output.channel))
            .or_else(|| (0..rows).find_map(|i| (0..cols).find_map(|j| entry(i, j))));
        let (left, right) = (cell & LEFT != 0, cell & RIGHT != 0);
        Some(Sight { left, right, zero: cell & FILLED == 0, telling })
    }
}

/// An entry may be other than 0.
const FILLED: u8 = 1;
/// It may depend on A.
const LEFT: u8 = 2;
/// It may depend on B.
const RIGHT: u8 = 4;
const BOTH: u8 = LEFT | RIGHT;

/// Flags of the entries of a matrix. An entry that is not [`FILLED`] has no other flag.
#[derive(Clone, Debug, PartialEq)]
struct Pattern {
    /// The class of each row, and of each column; all of a class are alike.
    rows: Vec<usize>,
    cols: Vec<usize>,
    /// Numbers of classes.
    height: usize,
    width: usize,
    /// By classes of rows, then of columns.
    cells: Vec<u8>,
}

/// A number for each key, the same for equal ones, and the keys by their numbers.
fn classes<K: Hash + Eq + Clone>(keys: impl Iterator<Item = K>) -> (Vec<usize>, Vec<K>) {
    let mut numbers = HashMap::new();
    let mut list = Vec::new();
    let number = |key: K| {
        *numbers.entry(key).or_insert_with_key(|key| {
            list.push(key.clone());
            list.len() - 1
        })
    };
    let all = keys.map(number).collect();
    (all, list)
}

impl Pattern {
    /// From classes and the cell of each two; equal ones become one. `None` if there are too many.
    fn new(
        (rows, height): (Vec<usize>, usize),
        (cols, width): (Vec<usize>, usize),
        cell: impl Fn(usize, usize) -> u8,
    ) -> Option<Self> {
        (height.checked_mul(width)? <= MAX_CELLS).then_some(())?;
        let all = (0..height).flat_map(|i| (0..width).map(move |j| (i, j)));
        let cells: Vec<u8> = all.map(|(i, j)| cell(i, j)).collect();
        let (row_class, chosen_rows) = classes(cells.chunks(width.max(1)));
        let column = |j: usize| -> Vec<u8> { chosen_rows.iter().map(|row| row[j]).collect() };
        let (col_class, chosen_cols) = classes((0..width).map(column));
        let merged = (0..chosen_rows.len()).flat_map(|i| chosen_cols.iter().map(move |c| c[i]));
        let (height, width) = (chosen_rows.len(), chosen_cols.len());
        let cells = merged.collect();
        let renamed =
            |list: Vec<usize>, class: &[usize]| list.into_iter().map(|i| class[i]).collect();
        let (rows, cols) = (renamed(rows, &row_class), renamed(cols, &col_class));
        Some(Self { rows, cols, height, width, cells })
    }

    /// Entry by entry.
    fn of_entries(rows: usize, cols: usize, cell: impl Fn(usize, usize) -> u8) -> Option<Self> {
        Self::new(((0..rows).collect(), rows), ((0..cols).collect(), cols), cell)
    }

    fn of_sides(left: &[usize], (tokens, width): (usize, usize)) -> Option<Self> {
        let mut rows = vec![1; tokens];
        left.iter().for_each(|i| rows[*i] = 0);
        Self::new((rows, 2), (vec![0; width], 1), |i, _| FILLED | [LEFT, RIGHT][i])
    }

    fn size(&self) -> (usize, usize) {
        (self.rows.len(), self.cols.len())
    }

    fn class(&self, i: usize, j: usize) -> u8 {
        self.cells[i * self.width + j]
    }

    fn at(&self, row: usize, col: usize) -> u8 {
        self.class(self.rows[row], self.cols[col])
    }

    fn map(self, change: impl Fn(u8) -> u8) -> Self {
        let cells = self.cells.into_iter().map(change).collect();
        Self { cells, ..self }
    }

    fn transposed(&self) -> Option<Self> {
        let (rows, cols) = ((self.cols.clone(), self.width), (self.rows.clone(), self.height));
        Self::new(rows, cols, |i, j| self.class(j, i))
    }

    /// Entries in the same place.
    fn join(&self, other: &Self, both: impl Fn(u8, u8) -> u8) -> Option<Self> {
        let pairs = |a: &[usize], b: &[usize]| classes(a.iter().copied().zip(b.iter().copied()));
        let ((rows, i), (cols, j)) =
            (pairs(&self.rows, &other.rows), pairs(&self.cols, &other.cols));
        let cell =
            |r: usize, c: usize| both(self.class(i[r].0, j[c].0), other.class(i[r].1, j[c].1));
        Self::new((rows, i.len()), (cols, j.len()), cell)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        let (_, inner) = classes(self.cols.iter().copied().zip(other.rows.iter().copied()));
        let steps = self.height.checked_mul(other.width)?.checked_mul(inner.len())?;
        (steps <= MAX_STEPS).then_some(())?;
        let cell = |i: usize, j: usize| {
            let term = |&(k, l): &(usize, usize)| product(self.class(i, k), other.class(l, j));
            inner.iter().map(term).fold(0, |sum, term| sum | term)
        };
        let (rows, cols) = (self.rows.clone(), other.cols.clone());
        Self::new((rows, self.height), (cols, other.width), cell)
    }
}

fn product(a: u8, b: u8) -> u8 {
    if a & b & FILLED == 0 { 0 } else { a | b }
}

/// The pattern of `e` for an input of pattern `input`; `None` if it is too large.
fn pattern(e: &Expression, input: &Pattern, parameters: &[Parameter]) -> Option<Pattern> {
    let of = |e: &Expression| pattern(e, input, parameters);
    Some(match e {
        Expression::Input => input.clone(),
        Expression::Parameter(number) => {
            let p = &parameters[*number];
            let filled = |i: usize, j: usize| match &p.value {
                Some(value) if value[(i, j)].is_zero() => 0,
                _ => FILLED,
            };
            match &p.value {
                Some(_) => Pattern::of_entries(p.rows, p.cols, filled)?,
                None => Pattern::new((vec![0; p.rows], 1), (vec![0; p.cols], 1), |_, _| FILLED)?,
            }
        }
        Expression::Product(a, b) => of(a)?.times(&of(b)?)?,
        Expression::Transpose(a) => of(a)?.transposed()?,
        Expression::Sum(terms) => {
            let mut terms = terms.iter().map(of);
            let first = terms.next()??;
            terms.try_fold(first, |sum, term| sum.join(&term?, |a, b| a | b))?
        }
        Expression::Hadamard(a, b) => of(a)?.join(&of(b)?, product)?,
        Expression::Power(a, _) => of(a)?,
        Expression::Polynomial { of: a, coefficients, .. } => {
            let value = parameters[*coefficients].value.as_ref();
            let constant = value.is_none_or(|c| !c[(0, 0)].is_zero());
            of(a)?.map(|cell| if constant { cell | FILLED } else { cell })
        }
        Expression::Repeat { of: a, rows, cols } => {
            let a = of(a)?;
            let (r, c) = a.size();
            let times = |list: &[usize], count: usize, to: usize| {
                (0..to).map(|i| list[i % count]).collect::<Vec<_>>()
            };
            let (rows, cols) = (times(&a.rows, r, *rows), times(&a.cols, c, *cols));
            Pattern { rows, cols, ..a }
        }
        Expression::Gather { of: a, rows, cols, source } => {
            let a = of(a)?;
            let width = a.size().1;
            let cell = |i: usize, j: usize| {
                let e = source[i * cols + j];
                a.at(e / width, e % width)
            };
            Pattern::of_entries(*rows, *cols, cell)?
        }
        Expression::Real { of: a, function } => {
            let a = of(a)?;
            let (rows, cols) = a.size();
            match function {
                // Of a row all is mixed, and nothing of 0 is 0.
                RealFunction::Softmax { .. } => {
                    let row = |i: usize| (0..cols).fold(FILLED, |all, j| all | a.at(i, j));
                    let rows_of: Vec<u8> = (0..rows).map(row).collect();
                    Pattern::of_entries(rows, cols, |i, _| rows_of[i])?
                }
                _ => a.map(|cell| cell | FILLED),
            }
        }
        Expression::Then(first, second) => pattern(second, &of(first)?, parameters)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Rational;
    use crate::network::Partition;
    use crate::network::layers::{Attention, Layer, LinearHead, Over, Residual, Scaling};
    use nalgebra::DMatrix;

    fn sight(layers: Vec<Layer>, left: &[usize], output: (usize, usize)) -> Sight {
        let partition = Partition::new(4, left).unwrap();
        let (token, channel) = output;
        let architecture = Architecture::of_layers(2, layers);
        let problem = Problem::new(architecture, partition, Output { token, channel }).unwrap();
        problem.sight().unwrap()
    }

    fn causal() -> Layer {
        Attention { causal: true, ..Attention::plain(1, 2) }.into()
    }

    /// Token i of a causal network depends on the tokens up to i, whatever stands around.
    #[test]
    fn causal_masks_hide_what_comes_later() {
        let linear = LinearHead { outputs: 2, bias: true }.into();
        let residual = Residual { inner: vec![causal()] }.into();
        for layers in [vec![causal()], vec![causal(), linear, residual]] {
            for (left, token, expected) in [
                (vec![0, 1], 1, (true, false)),
                (vec![0, 1], 0, (true, false)),
                (vec![0, 1], 2, (true, true)),
                (vec![2, 3], 1, (false, true)),
                (vec![1], 0, (false, true)),
                (vec![1], 1, (true, true)),
            ] {
                let found = sight(layers.clone(), &left, (token, 1));
                assert_eq!((found.left, found.right), expected, "{left:?} {token}");
                assert!(!found.zero);
                let telling = (0..4)
                    .find(|i| left.iter().any(|l| l <= i) && (0..=*i).any(|l| !left.contains(&l)));
                assert_eq!(found.telling, telling.map(|token| Output { token, channel: 1 }));
            }
        }
    }

    /// Zeros that the network states, and no other.
    #[test]
    fn stated_zeros_are_followed() {
        let over = |values: [i64; 2]| -> Layer {
            let values = DMatrix::from_iterator(1, 2, values.map(Rational::from));
            Scaling { over: Over::Channels, values: Some(values) }.into()
        };
        let found = sight(vec![over([1, 0])], &[0, 1], (0, 1));
        assert!(found.zero && found.is_one_sided() && found.telling.is_none());
        assert!(!sight(vec![over([1, 0])], &[0, 1], (0, 0)).zero);
        // Free weights in between fill it again.
        let found = sight(vec![over([1, 0]), causal()], &[0, 1], (3, 1));
        assert!(!found.zero && !found.is_one_sided());
        assert!(sight(vec![over([0, 0]), causal()], &[0, 1], (3, 1)).zero);
    }
}
