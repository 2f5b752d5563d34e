//! How many functions of one side pass to the other: docs/theory.md, 4.11. Every entry of every matrix is a sum of
//! products of a function of the one side, S, and one of the other side, T; the functions of S are written down
//! so that equal ones are seen.

use crate::certificate::{Expression, Parameter};
use crate::check::count::{Estimate, Failure, Work, big, sharp};
use crate::check::matrix::index;
use crate::check::problem::{Architecture, Problem};
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};

/// A larger network is not followed, nor an entry with more functions, nor a product of more factors.
const STEPS: u64 = 1 << 16;
const FUNCTIONS: usize = 64;
const FACTORS: usize = 64;

pub(super) fn passing(problem: &Problem, _work: &Work) -> Result<Estimate, Failure> {
    let failure =
        Failure::Hypothesis("a small network by its layers through which few functions pass");
    let Architecture::Layers(layers) = &problem.architecture else { return Err(failure) };
    let mut steps = Steps { parameters: &[], taken: 0 };
    let mut size = (problem.tokens, problem.width);
    for layer in layers.layers {
        steps.parameters = &layer.parameters;
        let after = steps.take(&layer.expression, size);
        size = match after {
            Some(after) if steps.taken <= STEPS => after,
            _ => return Err(failure),
        };
    }
    let count = |inside: bool| {
        let mut book = Book::default();
        let chosen = |i| problem.left.binary_search(&i).is_ok() == inside;
        let mut state = table(problem.tokens, problem.width, |i, j| {
            let word = chosen(i).then(|| book.write(Word::Input(i, j)));
            Some(Sum { own: word, other: !chosen(i), both: BTreeSet::new() })
        })?;
        for (number, layer) in layers.layers.iter().enumerate() {
            let place = number as u64;
            state = Reader { book: &mut book, place, parameters: &layer.parameters }
                .table(&layer.expression, &state)?;
        }
        let f = &state.sums[index(problem.output.0 * state.cols + problem.output.1)];
        Some(f.both.len() as u64 + u64::from(f.other) + u64::from(f.own.is_some()))
    };
    match (count(true), count(false)) {
        (None, None) => Err(failure),
        (a, b) => sharp(a.into_iter().chain(b).min().map(big)),
    }
}

struct Steps<'a> {
    parameters: &'a [Parameter],
    taken: u64,
}

impl Steps<'_> {
    /// Takes the steps for `e` and answers its rows and columns; `None` if it is much too large.
    fn take(&mut self, e: &Expression, input: (u64, u64)) -> Option<(u64, u64)> {
        let ((rows, cols), each) = match e {
            Expression::Input => (input, 1),
            Expression::Parameter(number) => {
                let p = &self.parameters[index(*number)];
                ((p.rows, p.cols), 1)
            }
            Expression::Product(pair) => {
                let (a, b) = (self.take(&pair.0, input)?, self.take(&pair.1, input)?);
                ((a.0, b.1), a.1)
            }
            Expression::Hadamard(pair) => {
                self.take(&pair.0, input)?;
                (self.take(&pair.1, input)?, 1)
            }
            Expression::Sum(terms) => {
                let mut size = input;
                for term in terms {
                    size = self.take(term, input)?;
                }
                (size, terms.len() as u64)
            }
            Expression::Transpose(a) => {
                let (rows, cols) = self.take(a, input)?;
                ((cols, rows), 1)
            }
            Expression::Power(power) => (self.take(&power.of, input)?, power.exponent),
            Expression::Polynomial(p) => {
                let size = self.take(&p.of, input)?;
                (size, self.parameters[index(p.coefficients)].rows - 1)
            }
            Expression::Repeat(repeat) => {
                self.take(&repeat.of, input)?;
                ((repeat.rows, repeat.cols), 1)
            }
            Expression::Gather(gather) => {
                self.take(&gather.of, input)?;
                ((gather.rows, gather.cols), 1)
            }
            Expression::Real(_) => return None,
            Expression::Then(pair) => {
                let between = self.take(&pair.0, input)?;
                return self.take(&pair.1, between);
            }
        };
        let own = rows.checked_mul(cols)?.checked_mul(each)?;
        self.taken = self.taken.checked_add(own).filter(|taken| *taken <= STEPS)?;
        Some((rows, cols))
    }
}

/// A function of S.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Input(u64, u64),
    /// Layer, parameter, row, column.
    Weight(u64, u64, u64, u64),
    Number(BigRational),
    /// Of two or more that are no products, or of none: 1. In increasing order.
    Times(Vec<usize>),
    /// Of two or more that are no sums, in increasing order.
    Plus(Vec<usize>),
}

/// The functions that occur, by number.
#[derive(Default)]
struct Book {
    numbers: BTreeMap<Word, usize>,
    /// The word, and whether it depends on the input.
    words: Vec<(Word, bool)>,
}

impl Book {
    fn write(&mut self, word: Word) -> usize {
        let next = self.words.len();
        let number = *self.numbers.entry(word.clone()).or_insert(next);
        if number == next {
            let varies = match &word {
                Word::Input(..) => true,
                Word::Weight(..) | Word::Number(_) => false,
                Word::Times(list) | Word::Plus(list) => list.iter().any(|w| self.words[*w].1),
            };
            self.words.push((word, varies));
        }
        number
    }

    fn varies(&self, number: usize) -> bool {
        self.words[number].1
    }

    fn factors(&self, number: usize) -> &[usize] {
        match &self.words[number].0 {
            Word::Times(list) => list,
            _ => std::slice::from_ref(
                self.numbers.get(&self.words[number].0).expect("it is written"),
            ),
        }
    }

    fn of_factors(&mut self, mut list: Vec<usize>) -> Option<usize> {
        list.sort_unstable();
        match list.len() {
            1 => list.pop(),
            0..=FACTORS => Some(self.write(Word::Times(list))),
            _ => None,
        }
    }

    fn times(&mut self, a: usize, b: usize) -> Option<usize> {
        let list = [self.factors(a), self.factors(b)].concat();
        self.of_factors(list)
    }

    /// The same up to a constant factor.
    fn varying(&mut self, a: usize) -> Option<usize> {
        let list = self.factors(a).iter().copied().filter(|w| self.varies(*w)).collect();
        self.of_factors(list)
    }

    fn plus(&mut self, list: impl Iterator<Item = usize>) -> Option<usize> {
        let mut terms = Vec::new();
        for word in list {
            match &self.words[word].0 {
                Word::Plus(inner) => terms.extend(inner),
                _ => terms.push(word),
            }
        }
        terms.sort_unstable();
        if terms.len() < 2 { terms.pop() } else { Some(self.write(Word::Plus(terms))) }
    }
}

/// A function of S, one of T that is not constant, and products of both, by their functions of S.
#[derive(Clone, Default)]
struct Sum {
    own: Option<usize>,
    other: bool,
    both: BTreeSet<usize>,
}

impl Sum {
    fn checked(mut self, book: &Book) -> Option<Self> {
        if self.other && self.own.is_some_and(|own| !book.varies(own)) {
            self.own = None; // a constant is a function of T too
        }
        (self.both.len() <= FUNCTIONS).then_some(self)
    }

    fn plus<'a>(list: impl Iterator<Item = &'a Self> + Clone, book: &mut Book) -> Option<Self> {
        let own = book.plus(list.clone().filter_map(|sum| sum.own));
        let other = list.clone().any(|sum| sum.other);
        let both = list.flat_map(|sum| &sum.both).copied().collect();
        Self { own, other, both }.checked(book)
    }

    /// Every part of one times every part of the other.
    fn times(&self, with: &Self, book: &mut Book) -> Option<Self> {
        let mut product = Self::default();
        // The parts: a function of S, or none where it is constant; and whether a function of T stands with it.
        for (a, t) in self.parts() {
            for (b, u) in with.parts() {
                // Before a function of T a constant is nothing.
                let [a, b] = [a, b].map(|w| w.filter(|w| !(t || u) || book.varies(*w)));
                let own = match (a, b) {
                    (Some(a), Some(b)) => Some(book.times(a, b)?),
                    (a, b) => a.or(b),
                };
                let varies = own.is_some_and(|own| book.varies(own));
                match (t || u, varies) {
                    (false, _) => product.own = own,
                    (true, false) => product.other = true,
                    (true, true) => {
                        let own = own.expect("it varies");
                        product.both.insert(book.varying(own)?);
                    }
                }
                if product.both.len() > FUNCTIONS {
                    return None;
                }
            }
        }
        product.checked(book)
    }

    fn parts(&self) -> Vec<(Option<usize>, bool)> {
        let own = self.own.map(|own| (Some(own), false));
        let other = self.other.then_some((None, true));
        own.into_iter().chain(other).chain(self.both.iter().map(|g| (Some(*g), true))).collect()
    }
}

#[derive(Clone)]
struct Table {
    rows: u64,
    cols: u64,
    /// By rows.
    sums: Vec<Sum>,
}

impl Table {
    fn at(&self, i: u64, j: u64) -> &Sum {
        &self.sums[index(i * self.cols + j)]
    }
}

fn table(rows: u64, cols: u64, mut sum: impl FnMut(u64, u64) -> Option<Sum>) -> Option<Table> {
    let mut sums = Vec::new();
    for i in 0..rows {
        for j in 0..cols {
            sums.push(sum(i, j)?);
        }
    }
    Some(Table { rows, cols, sums })
}

struct Reader<'a> {
    book: &'a mut Book,
    /// The number of the layer.
    place: u64,
    parameters: &'a [Parameter],
}

impl Reader<'_> {
    fn constant(&mut self, parameter: u64, row: u64, col: u64) -> Option<Sum> {
        let value = self.parameters[index(parameter)].value.as_ref();
        let value = value.map(|rows| rows[index(row)][index(col)].0.clone());
        let own = match value {
            None => Some(self.book.write(Word::Weight(self.place, parameter, row, col))),
            Some(value) if value.is_zero() => None,
            Some(value) if value.is_one() => Some(self.book.write(Word::Times(Vec::new()))),
            Some(value) => Some(self.book.write(Word::Number(value))),
        };
        Some(Sum { own, ..Sum::default() })
    }

    /// `None` if more functions pass than are followed.
    fn table(&mut self, e: &Expression, input: &Table) -> Option<Table> {
        match e {
            Expression::Input => Some(input.clone()),
            Expression::Parameter(number) => {
                let Parameter { rows, cols, .. } = self.parameters[index(*number)];
                table(rows, cols, |i, j| self.constant(*number, i, j))
            }
            Expression::Product(pair) => {
                let (a, b) = (self.table(&pair.0, input)?, self.table(&pair.1, input)?);
                table(a.rows, b.cols, |i, j| {
                    let mut terms = Vec::new();
                    for k in 0..a.cols {
                        terms.push(a.at(i, k).times(b.at(k, j), self.book)?);
                    }
                    Sum::plus(terms.iter(), self.book)
                })
            }
            Expression::Hadamard(pair) => {
                let (a, b) = (self.table(&pair.0, input)?, self.table(&pair.1, input)?);
                table(a.rows, a.cols, |i, j| a.at(i, j).times(b.at(i, j), self.book))
            }
            Expression::Sum(terms) => {
                let mut list = Vec::new();
                for term in terms {
                    list.push(self.table(term, input)?);
                }
                let (rows, cols) = (list.first()?.rows, list.first()?.cols);
                table(rows, cols, |i, j| Sum::plus(list.iter().map(|t| t.at(i, j)), self.book))
            }
            Expression::Transpose(a) => {
                let a = self.table(a, input)?;
                table(a.cols, a.rows, |i, j| Some(a.at(j, i).clone()))
            }
            Expression::Power(power) => {
                let a = self.table(&power.of, input)?;
                table(a.rows, a.cols, |i, j| self.powers(a.at(i, j), power.exponent)?.pop())
            }
            Expression::Polynomial(p) => {
                let a = self.table(&p.of, input)?;
                let degree = self.parameters[index(p.coefficients)].rows - 1;
                table(a.rows, a.cols, |i, j| {
                    let mut terms = vec![self.constant(p.coefficients, 0, 0)?];
                    let powers = self.powers(a.at(i, j), degree)?;
                    for (k, power) in (1..).zip(&powers) {
                        let c = self.constant(p.coefficients, k, 0)?;
                        terms.push(c.times(power, self.book)?);
                    }
                    Sum::plus(terms.iter(), self.book)
                })
            }
            Expression::Repeat(repeat) => {
                let a = self.table(&repeat.of, input)?;
                table(repeat.rows, repeat.cols, |i, j| Some(a.at(i % a.rows, j % a.cols).clone()))
            }
            Expression::Gather(gather) => {
                let a = self.table(&gather.of, input)?;
                table(gather.rows, gather.cols, |i, j| {
                    let entry = gather.source[index(i * gather.cols + j)];
                    Some(a.sums[index(entry)].clone())
                })
            }
            Expression::Real(_) => None,
            Expression::Then(pair) => {
                let between = self.table(&pair.0, input)?;
                self.table(&pair.1, &between)
            }
        }
    }

    /// z, z^2, .., z^most.
    fn powers(&mut self, z: &Sum, most: u64) -> Option<Vec<Sum>> {
        let mut powers = vec![z.clone()];
        for _ in 1..most {
            powers.push(powers.last()?.times(z, self.book)?);
        }
        Some(powers)
    }
}
