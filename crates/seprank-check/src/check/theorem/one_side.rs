//! An output that depends on one side only: docs/theory.md, 3.15(c). Every matrix of the network is followed
//! entry by entry: may it be other than 0, may it depend on A, may it depend on B.

use crate::certificate::{Expression, Parameter};
use crate::check::count::{Estimate, Failure, OrTooCostly, Work, big, sharp};
use crate::check::matrix::index;
use crate::check::problem::{Architecture, Problem};
use num_traits::Zero;

/// 1, or 0 if zeros that the network states make the output 0.
pub(super) fn one_side(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure = Failure::Hypothesis("an output that depends on one side only");
    let Architecture::Layers(layers) = &problem.architecture else { return Err(failure) };
    let (tokens, width) = (problem.tokens, problem.width);
    let side = |i: u64| if problem.left.binary_search(&i).is_ok() { A } else { B };
    let mut state = Flags::new(work, tokens, width, |i, _| ANY | side(i)).or_too_costly()?;
    for layer in layers.layers {
        let reader = Reader { parameters: &layer.parameters, work };
        state = reader.flags(&layer.expression, &state).or_too_costly()?;
    }
    let (token, channel) = problem.output;
    let output = state.at(token, channel);
    if output & A != 0 && output & B != 0 {
        return Err(failure);
    }
    sharp(Some(big(u64::from(output & ANY != 0))))
}

/// May be other than 0.
const ANY: u8 = 1;
/// May depend on A.
const A: u8 = 2;
/// May depend on B.
const B: u8 = 4;

/// Flags for every entry of a matrix, by rows. Where [`ANY`] is not set no other is.
#[derive(Clone)]
struct Flags {
    rows: u64,
    cols: u64,
    entries: Vec<u8>,
}

impl Flags {
    fn new(work: &Work, rows: u64, cols: u64, entry: impl Fn(u64, u64) -> u8) -> Option<Self> {
        work.take(rows.checked_mul(cols)?)?;
        let all = (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j)));
        let entries = all.map(|(i, j)| entry(i, j)).collect();
        Some(Self { rows, cols, entries })
    }

    fn at(&self, i: u64, j: u64) -> u8 {
        self.entries[index(i * self.cols + j)]
    }

    /// For each row the set of columns whose entry has the flag, 64 of them a word.
    fn sets(&self, flag: u8) -> Vec<Vec<u64>> {
        let row = |row: &[u8]| -> Vec<u64> {
            let word = |part: &[u8]| {
                part.iter().rev().fold(0, |word, entry| word << 1 | u64::from(entry & flag != 0))
            };
            row.chunks(64).map(word).collect()
        };
        self.entries.chunks(index(self.cols)).map(row).collect()
    }

    fn transposed(&self, work: &Work) -> Option<Self> {
        Self::new(work, self.cols, self.rows, |i, j| self.at(j, i))
    }

    fn times(&self, other: &Self, work: &Work) -> Option<Self> {
        let columns = other.transposed(work)?;
        let words = self.cols / 64 + 1;
        work.take(self.rows.checked_mul(other.cols)?.checked_mul(5 * words)?)?;
        let [left, right] = [self, &columns].map(|flags| [ANY, A, B].map(|f| flags.sets(f)));
        let meet = |x: &[u64], y: &[u64]| x.iter().zip(y).any(|(x, y)| x & y != 0);
        Self::new(work, self.rows, other.cols, |i, j| {
            let [x, y] = [index(i), index(j)];
            let flag = |number: usize, flag: u8| {
                let one = meet(&left[number][x], &right[0][y]);
                let two = meet(&left[0][x], &right[number][y]);
                if one || two { flag } else { 0 }
            };
            flag(0, ANY) | flag(1, A) | flag(2, B)
        })
    }
}

struct Reader<'a> {
    parameters: &'a [Parameter],
    work: &'a Work,
}

impl Reader<'_> {
    /// `None` if it takes too much work.
    fn flags(&self, e: &Expression, input: &Flags) -> Option<Flags> {
        let of = |e: &Expression| self.flags(e, input);
        let new =
            |rows, cols, entry: &dyn Fn(u64, u64) -> u8| Flags::new(self.work, rows, cols, entry);
        match e {
            Expression::Input => {
                self.work.take(input.entries.len() as u64)?;
                Some(input.clone())
            }
            Expression::Parameter(number) => {
                let p = &self.parameters[index(*number)];
                let zero = |i: u64, j: u64| {
                    p.value.as_ref().is_some_and(|v| v[index(i)][index(j)].0.is_zero())
                };
                new(p.rows, p.cols, &|i, j| if zero(i, j) { 0 } else { ANY })
            }
            Expression::Product(pair) => of(&pair.0)?.times(&of(&pair.1)?, self.work),
            Expression::Hadamard(pair) => {
                let (a, b) = (of(&pair.0)?, of(&pair.1)?);
                new(a.rows, a.cols, &|i, j| match (a.at(i, j), b.at(i, j)) {
                    (0, _) | (_, 0) => 0,
                    (a, b) => a | b,
                })
            }
            Expression::Sum(terms) => {
                let mut terms = terms.iter().map(of);
                let first = terms.next()??;
                terms.try_fold(first, |sum, term| {
                    let term = term?;
                    new(sum.rows, sum.cols, &|i, j| sum.at(i, j) | term.at(i, j))
                })
            }
            Expression::Transpose(a) => of(a)?.transposed(self.work),
            Expression::Power(power) => of(&power.of),
            Expression::Polynomial(p) => {
                let a = of(&p.of)?;
                let coefficients = self.parameters[index(p.coefficients)].value.as_ref();
                let without = coefficients.is_some_and(|c| c[0][0].0.is_zero());
                new(a.rows, a.cols, &|i, j| a.at(i, j) | if without { 0 } else { ANY })
            }
            Expression::Repeat(repeat) => {
                let a = of(&repeat.of)?;
                new(repeat.rows, repeat.cols, &|i, j| a.at(i % a.rows, j % a.cols))
            }
            Expression::Gather(gather) => {
                let a = of(&gather.of)?;
                new(gather.rows, gather.cols, &|i, j| {
                    a.entries[index(gather.source[index(i * gather.cols + j)])]
                })
            }
            // No polynomial: no theorem is asked of it.
            Expression::Real(_) => None,
            Expression::Then(pair) => self.flags(&pair.1, &of(&pair.0)?),
        }
    }
}
