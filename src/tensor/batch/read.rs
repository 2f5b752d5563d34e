//! The steps of a network, read off the expressions of its layers.
//!
//! Of each state only the rows and columns are made that the output asks for, found from the last layer
//! back to the first.

use super::steps::{Op, Sides, Steps};
use super::value::Value;
use crate::network::Problem;
use crate::network::expression::Expression::{self, *};
use crate::network::layers::{Definition, Layer};
use std::collections::BTreeSet;

/// The rows and columns of a matrix that are asked for, increasing.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    rows: Vec<usize>,
    cols: Vec<usize>,
}

impl Wanted {
    fn size(&self) -> (usize, usize) {
        (self.rows.len(), self.cols.len())
    }

    fn of_entries(entries: impl Iterator<Item = (usize, usize)>) -> Self {
        let (rows, cols): (BTreeSet<_>, BTreeSet<_>) = entries.unzip();
        Self { rows: rows.into_iter().collect(), cols: cols.into_iter().collect() }
    }

    fn entries(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.rows.iter().flat_map(|i| self.cols.iter().map(|j| (*i, *j)))
    }

    /// The least rows and columns that hold both.
    fn and(self, other: Self) -> Self {
        if self.rows.is_empty() || self.cols.is_empty() {
            return other;
        }
        if other.rows.is_empty() || other.cols.is_empty() {
            return self;
        }
        let merged = |a: Vec<usize>, b: Vec<usize>| {
            let all: BTreeSet<usize> = a.into_iter().chain(b).collect();
            all.into_iter().collect()
        };
        Self { rows: merged(self.rows, other.rows), cols: merged(self.cols, other.cols) }
    }

    /// The place of an entry among these rows and columns.
    fn place(&self, (row, col): (usize, usize)) -> (usize, usize) {
        let place = |list: &[usize], x: usize| list.binary_search(&x).expect("it was asked for");
        (place(&self.rows, row), place(&self.cols, col))
    }
}

/// The sizes of a layer's input and parameters.
struct Sizes<'a> {
    input: (usize, usize),
    parameters: &'a [(usize, usize)],
}

impl Sizes<'_> {
    fn of(&self, e: &Expression) -> (usize, usize) {
        e.size(self.input, &|i| self.parameters[i]).expect("the layers fit together")
    }

    /// What `e` asks of its input.
    fn wanted(&self, e: &Expression, of: &Wanted) -> Wanted {
        let (rows, cols) = (of.rows.clone(), of.cols.clone());
        match e {
            Input => of.clone(),
            Parameter(_) => Wanted::default(),
            Product(a, b) => {
                let inner: Vec<usize> = (0..self.of(a).1).collect();
                let left = self.wanted(a, &Wanted { rows, cols: inner.clone() });
                left.and(self.wanted(b, &Wanted { rows: inner, cols }))
            }
            Transpose(a) => self.wanted(a, &Wanted { rows: cols, cols: rows }),
            Sum(list) => list.iter().fold(Wanted::default(), |all, e| all.and(self.wanted(e, of))),
            Hadamard(a, b) => self.wanted(a, of).and(self.wanted(b, of)),
            Power(a, _) | Polynomial { of: a, .. } | Real { of: a, .. } => self.wanted(a, of),
            Repeat { of: a, .. } | Gather { of: a, .. } => {
                self.wanted(a, &Wanted::of_entries(self.sources(e, of).into_iter()))
            }
            Then(a, b) => {
                let between = Sizes { input: self.of(a), parameters: self.parameters };
                self.wanted(a, &between.wanted(b, of))
            }
        }
    }

    /// Of a repeated or gathered matrix, the entries of the other matrix that those asked for are.
    fn sources(&self, e: &Expression, of: &Wanted) -> Vec<(usize, usize)> {
        match e {
            Repeat { of: a, .. } => {
                let (r, c) = self.of(a);
                of.entries().map(|(i, j)| (i % r, j % c)).collect()
            }
            Gather { of: a, cols, source, .. } => {
                let width = self.of(a).1;
                let entry = |(i, j)| source[i * cols + j];
                of.entries().map(entry).map(|e| (e / width, e % width)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// A layer's input, as far as it was asked for.
#[derive(Clone)]
struct State {
    value: Value,
    has: Wanted,
}

/// Reads one layer.
struct Reader<'a> {
    steps: &'a mut Steps,
    layer: usize,
    sizes: Sizes<'a>,
    state: State,
}

impl Reader<'_> {
    fn read(&mut self, e: &Expression, of: &Wanted) -> Value {
        let size = of.size();
        match e {
            Input => {
                let State { value, has } = self.state.clone();
                if has == *of {
                    return value;
                }
                let places: Vec<_> = of.entries().map(|entry| has.place(entry)).collect();
                self.steps.gather(value, size, &places)
            }
            Parameter(i) => {
                let full = self.sizes.parameters[*i];
                let value = self.steps.parameter((self.layer, *i), full);
                if size == full {
                    return value;
                }
                self.steps.gather(value, size, &of.entries().collect::<Vec<_>>())
            }
            Sum(list) => {
                let mut sum = Value::zero(size);
                self.add_all(&mut sum, list, of);
                sum
            }
            Product(..) => {
                let mut product = Value::zero(size);
                self.add(&mut product, e, of);
                product
            }
            Transpose(a) => {
                let (rows, cols) = (of.cols.clone(), of.rows.clone());
                self.read(a, &Wanted { rows, cols }).transposed()
            }
            Hadamard(a, b) => {
                let (a, b) = (self.read(a, of), self.read(b, of));
                self.steps.hadamard(a, b)
            }
            Power(a, 1) => self.read(a, of),
            Power(a, exponent) => {
                let value = self.read(a, of);
                self.steps.entrywise(value, |of| Op::Power { of, exponent: *exponent })
            }
            Polynomial { of: a, coefficients, degree } => {
                let value = self.read(a, of);
                let (layer, number, degree) = (self.layer, *coefficients, *degree);
                self.steps.entrywise(value, |of| Op::Polynomial { of, layer, number, degree })
            }
            Repeat { of: a, .. } | Gather { of: a, .. } => {
                let sources = self.sizes.sources(e, of);
                let wanted = Wanted::of_entries(sources.iter().copied());
                let value = self.read(a, &wanted);
                let places: Vec<_> = sources.iter().map(|entry| wanted.place(*entry)).collect();
                self.steps.gather(value, size, &places)
            }
            Real { .. } => unreachable!("a problem is of polynomials"),
            Then(a, b) => {
                let input = self.sizes.of(a);
                let between = Sizes { input, parameters: self.sizes.parameters };
                let has = between.wanted(b, of);
                let value = self.read(a, &has).shared();
                let (steps, layer) = (&mut *self.steps, self.layer);
                Reader { steps, layer, sizes: between, state: State { value, has } }.read(b, of)
            }
        }
    }

    /// Adds an expression: a product onto what is there.
    fn add(&mut self, sum: &mut Value, e: &Expression, of: &Wanted) {
        match e {
            Sum(list) => self.add_all(sum, list, of),
            Product(a, b) => {
                let inner: Vec<usize> = (0..self.sizes.of(a).1).collect();
                let left = self.read(a, &Wanted { rows: of.rows.clone(), cols: inner.clone() });
                let right = self.read(b, &Wanted { rows: inner, cols: of.cols.clone() });
                self.steps.add_product(sum, left, right);
            }
            _ => {
                let term = self.read(e, of);
                self.steps.add(sum, term);
            }
        }
    }

    fn add_all(&mut self, sum: &mut Value, list: &[Expression], of: &Wanted) {
        list.iter().for_each(|e| self.add(sum, e, of));
    }
}

impl Steps {
    /// The steps for the output of `problem`, whose network has these layers.
    ///
    /// # Panics
    /// If the layers do not fit together.
    pub(super) fn new(problem: &Problem, layers: &[Layer]) -> Self {
        let mut steps = Self::default();
        let full = (problem.tokens(), problem.width());
        let mut size = full;
        let define = |layer: &Layer| {
            let definition = layer.definition(size.0, size.1).expect("the layers fit together");
            let before = std::mem::replace(&mut size, definition.output);
            let Definition { parameters, expression, .. } = definition;
            let sizes: Vec<_> = parameters.iter().map(|p| (p.rows, p.cols)).collect();
            (expression, before, sizes)
        };
        let layers: Vec<_> = layers.iter().map(define).collect();
        let output = problem.output();
        let mut wanted = vec![Wanted { rows: vec![output.token], cols: vec![output.channel] }];
        for (expression, input, parameters) in layers.iter().rev() {
            let sizes = Sizes { input: *input, parameters };
            let last = wanted.last().expect("that of the output");
            wanted.push(sizes.wanted(expression, last));
        }
        let has = wanted.pop().expect("that of the input");
        let value = steps.both_inputs(problem, &has);
        let mut state = State { value, has };
        for (layer, (expression, input, parameters)) in layers.iter().enumerate() {
            let of = wanted.pop().expect("one for each layer");
            let sizes = Sizes { input: *input, parameters };
            let value =
                Reader { steps: &mut steps, layer, sizes, state }.read(expression, &of).shared();
            state = State { value, has: of };
        }
        steps.set_output(state.value);
        steps
    }

    /// The input, as the sum of its two sides.
    fn both_inputs(&mut self, problem: &Problem, has: &Wanted) -> Value {
        let mut sum = Value::zero(has.size());
        let partition = problem.partition();
        for (sides, own) in [(Sides::LEFT, partition.left()), (Sides::RIGHT, partition.right())] {
            let rows: Vec<_> = has.rows.iter().map(|row| own.binary_search(row).ok()).collect();
            if rows.iter().any(Option::is_some) {
                let value = self.input(sides, rows, has.cols.clone(), problem.width());
                self.add(&mut sum, value);
            }
        }
        sum
    }
}
