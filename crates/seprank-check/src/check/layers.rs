//! Networks given layer by layer: what their expressions mean, and that their sizes fit together.

use super::matrix::{Matrix, add, multiply};
use super::ring::Ring;
use crate::certificate::{
    self as file, Expression, Gather, Parameter, PolynomialIn, Power, Repeat,
};
use std::borrow::Cow;

/// No size is larger.
pub(super) const MAX_SIZE: u64 = 1 << 24;
/// A network has no more layers.
const MAX_LAYERS: usize = 4096;
/// No power and no polynomial has a larger degree.
const MAX_DEGREE: u64 = 64;

/// Layers whose sizes fit together.
pub(super) struct Layers<'a> {
    pub(super) layers: &'a [file::Layer],
    /// Each layer's degree in the entries of the state that enters.
    pub(super) degrees: Vec<u64>,
    /// Rows and columns of the last state.
    pub(super) output: (usize, usize),
    /// Entries of all parameters and of the matrices held at once in an evaluation.
    pub(super) cells: u64,
    /// Multiplications of one evaluation, any other step on an entry counted as one.
    pub(super) operations: u64,
}

/// What is wrong with the layers, and where.
pub(super) struct Misfit {
    pub(super) place: String,
    pub(super) expected: String,
    pub(super) got: String,
}

impl Misfit {
    fn new(expected: impl ToString, got: impl ToString) -> Self {
        Self { place: String::new(), expected: expected.to_string(), got: got.to_string() }
    }

    /// The same at a place inside `place`.
    fn inside(self, place: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        Self { place: format!("{place}{dot}{}", self.place), ..self }
    }
}

type Size = (usize, usize);

impl<'a> Layers<'a> {
    /// Checks every number of the layers; a state of size `input` enters the first.
    pub(super) fn new(layers: &'a file::Layers, input: Size) -> Result<Self, Misfit> {
        let layers = &layers.layers[..];
        if !(1..=MAX_LAYERS).contains(&layers.len()) {
            let expected = format!("1..={MAX_LAYERS} layers");
            return Err(Misfit::new(expected, layers.len()).inside("layers"));
        }
        let (mut degrees, mut output) = (Vec::new(), input);
        let (mut parameters, mut held, mut operations) = (0u64, 0, 0u64);
        for (l, layer) in layers.iter().enumerate() {
            let place = format!("layers[{l}]");
            for (i, parameter) in layer.parameters.iter().enumerate() {
                let entries = check_parameter(parameter)
                    .map_err(|e| e.inside(&format!("{place}.parameters[{i}]")))?;
                parameters = parameters.saturating_add(entries);
            }
            let state = Shape::held(output, 1);
            let next = Fitting { parameters: &layer.parameters }
                .shape(&layer.expression, &state)
                .map_err(|e| e.inside("expression").inside(&place))?;
            degrees.push(next.degree);
            held = next.cells.saturating_add(state.entries()).max(held);
            operations = operations.saturating_add(next.operations);
            output = next.size;
        }
        let cells = parameters.saturating_add(held);
        Ok(Self { layers, degrees, output, cells, operations })
    }
}

/// The number of entries of a parameter, if its sizes make sense.
fn check_parameter(parameter: &Parameter) -> Result<u64, Misfit> {
    let Parameter { rows, cols, value } = parameter;
    for (field, got) in [("rows", *rows), ("cols", *cols)] {
        check_size(got).map_err(|e| e.inside(field))?;
    }
    if let Some(value) = value {
        if value.len() as u64 != *rows {
            return Err(Misfit::new(format_args!("{rows} rows"), value.len()).inside("value"));
        }
        if let Some((i, row)) = value.iter().enumerate().find(|(_, r)| r.len() as u64 != *cols) {
            let misfit = Misfit::new(format_args!("{cols} entries"), row.len());
            return Err(misfit.inside(&format!("value[{i}]")));
        }
    }
    Ok(rows * cols) // both at most 2^24
}

fn check_size(got: u64) -> Result<usize, Misfit> {
    match (1..=MAX_SIZE).contains(&got) {
        true => Ok(got as usize),
        false => Err(Misfit::new(format_args!("1..={MAX_SIZE}"), got)),
    }
}

/// What is known of the value of an expression before it is evaluated.
struct Shape {
    size: Size,
    /// A bound on the degree in the entries of the layer's input.
    degree: u64,
    /// The most entries that are held at once until it is known, its own included.
    cells: u64,
    operations: u64,
}

impl Shape {
    fn held(size: Size, degree: u64) -> Self {
        let cells = size.0 as u64 * size.1 as u64; // both at most 2^24
        Self { size, degree, cells, operations: 0 }
    }

    fn entries(&self) -> u64 {
        self.size.0 as u64 * self.size.1 as u64
    }

    /// What is made of this matrix, with so many operations an entry.
    fn into(self, size: Size, degree: Option<u64>, each: u64) -> Result<Self, Misfit> {
        let too_large = || Misfit::new("a degree below 2^64", "a larger one");
        let made = Self::held(size, degree.ok_or_else(too_large)?);
        Ok(Self {
            cells: self.cells.max(self.entries().saturating_add(made.cells)),
            operations: self.operations.saturating_add(made.cells.saturating_mul(each)),
            ..made
        })
    }

    /// This matrix and then the other, which are made into one.
    fn with(self, other: Self, size: Size, degree: Option<u64>, each: u64) -> Result<Self, Misfit> {
        let both = self.entries().saturating_add(other.entries());
        let second = self.entries().saturating_add(other.cells);
        let cells = self.cells.max(second);
        let operations = self.operations.saturating_add(other.operations);
        let made = Self { operations, ..self }.into(size, degree, each)?;
        Ok(Self { cells: cells.max(both.saturating_add(made.entries())), ..made })
    }
}

struct Fitting<'a> {
    parameters: &'a [Parameter],
}

impl Fitting<'_> {
    fn parameter(&self, number: u64) -> Result<&Parameter, Misfit> {
        let found = usize::try_from(number).ok().and_then(|i| self.parameters.get(i));
        let count = self.parameters.len();
        found.ok_or_else(|| Misfit::new(format_args!("one of {count} parameters, from 0"), number))
    }

    fn pair(
        &self,
        name: &str,
        (a, b): &(Expression, Expression),
        input: &Shape,
    ) -> Result<(Shape, Shape), Misfit> {
        let a = self.shape(a, input).map_err(|e| e.inside("[0]").inside(name))?;
        Ok((a, self.shape(b, input).map_err(|e| e.inside("[1]").inside(name))?))
    }

    /// The value of `e` for the input `input`, if its sizes fit together. Linear in the size of `e`.
    fn shape(&self, e: &Expression, input: &Shape) -> Result<Shape, Misfit> {
        let named = |(rows, cols): Size| format!("{rows} x {cols}");
        match e {
            Expression::Input => Ok(Shape::held(input.size, input.degree)),
            Expression::Parameter(number) => {
                let p = self.parameter(*number).map_err(|e| e.inside("parameter"))?;
                Ok(Shape::held((p.rows as usize, p.cols as usize), 0))
            }
            Expression::Product(pair) => {
                let (a, b) = self.pair("product", pair, input)?;
                let ((rows, inner), (same, cols)) = (a.size, b.size);
                if inner != same {
                    let expected = format!("{inner} rows in the second factor");
                    return Err(Misfit::new(expected, same).inside("product"));
                }
                let degree = a.degree.checked_add(b.degree);
                a.with(b, (rows, cols), degree, inner as u64)
            }
            Expression::Hadamard(pair) => {
                let (a, b) = self.pair("hadamard", pair, input)?;
                if a.size != b.size {
                    return Err(Misfit::new(named(a.size), named(b.size)).inside("hadamard"));
                }
                let (size, degree) = (a.size, a.degree.checked_add(b.degree));
                a.with(b, size, degree, 1)
            }
            Expression::Sum(terms) => {
                let mut sum: Option<Shape> = None;
                for (t, term) in terms.iter().enumerate() {
                    let place = format!("sum[{t}]");
                    let term = self.shape(term, input).map_err(|e| e.inside(&place))?;
                    sum = Some(match sum {
                        None => term,
                        Some(sum) if sum.size != term.size => {
                            return Err(
                                Misfit::new(named(sum.size), named(term.size)).inside(&place)
                            );
                        }
                        Some(sum) => {
                            let (size, degree) = (sum.size, sum.degree.max(term.degree));
                            sum.with(term, size, Some(degree), 1)?
                        }
                    });
                }
                sum.ok_or_else(|| Misfit::new("at least one term", "none").inside("sum"))
            }
            Expression::Transpose(a) => {
                let a = self.shape(a, input).map_err(|e| e.inside("transpose"))?;
                let ((rows, cols), degree) = (a.size, a.degree);
                a.into((cols, rows), Some(degree), 1)
            }
            Expression::Power(power) => self.power(power, input).map_err(|e| e.inside("power")),
            Expression::Polynomial(p) => {
                self.polynomial(p, input).map_err(|e| e.inside("polynomial"))
            }
            Expression::Repeat(repeat) => {
                self.repeat(repeat, input).map_err(|e| e.inside("repeat"))
            }
            Expression::Gather(gather) => {
                self.gather(gather, input).map_err(|e| e.inside("gather"))
            }
            Expression::Then(pair) => {
                let a = self.shape(&pair.0, input).map_err(|e| e.inside("then[0]"))?;
                let b = self.shape(&pair.1, &a).map_err(|e| e.inside("then[1]"))?;
                let (size, degree) = (b.size, b.degree);
                a.with(b, size, Some(degree), 0)
            }
        }
    }

    fn power(&self, Power { of, exponent }: &Power, input: &Shape) -> Result<Shape, Misfit> {
        if !(1..=MAX_DEGREE).contains(exponent) {
            let misfit = Misfit::new(format_args!("1..={MAX_DEGREE}"), exponent);
            return Err(misfit.inside("exponent"));
        }
        let a = self.shape(of, input).map_err(|e| e.inside("of"))?;
        let (size, degree) = (a.size, a.degree.checked_mul(*exponent));
        a.into(size, degree, *exponent)
    }

    fn polynomial(&self, p: &PolynomialIn, input: &Shape) -> Result<Shape, Misfit> {
        let wrong = |e: Misfit| e.inside("coefficients");
        let column = self.parameter(p.coefficients).map_err(wrong)?;
        let Parameter { rows, cols, value } = column;
        if !(2..=MAX_DEGREE + 1).contains(rows) || *cols != 1 {
            let expected = format!("2..={} rows, 1 column", MAX_DEGREE + 1);
            return Err(wrong(Misfit::new(expected, format_args!("{rows} x {cols}"))));
        }
        if value.is_none() {
            return Err(wrong(Misfit::new("a parameter with a value", "null")));
        }
        let a = self.shape(&p.of, input).map_err(|e| e.inside("of"))?;
        let (size, degree) = (a.size, a.degree.checked_mul(rows - 1));
        a.into(size, degree, *rows)
    }

    fn repeat(&self, repeat: &Repeat, input: &Shape) -> Result<Shape, Misfit> {
        let rows = check_size(repeat.rows).map_err(|e| e.inside("rows"))?;
        let cols = check_size(repeat.cols).map_err(|e| e.inside("cols"))?;
        let a = self.shape(&repeat.of, input).map_err(|e| e.inside("of"))?;
        if a.size != (1, cols) && a.size != (rows, 1) {
            let expected = format!("1 x {cols} or {rows} x 1");
            let got = format!("{} x {}", a.size.0, a.size.1);
            return Err(Misfit::new(expected, got).inside("of"));
        }
        let degree = a.degree;
        a.into((rows, cols), Some(degree), 1)
    }

    fn gather(&self, gather: &Gather, input: &Shape) -> Result<Shape, Misfit> {
        let rows = check_size(gather.rows).map_err(|e| e.inside("rows"))?;
        let cols = check_size(gather.cols).map_err(|e| e.inside("cols"))?;
        let a = self.shape(&gather.of, input).map_err(|e| e.inside("of"))?;
        let source = &gather.source;
        if source.len() != rows * cols {
            let misfit = Misfit::new(format_args!("{} entries", rows * cols), source.len());
            return Err(misfit.inside("source"));
        }
        let count = a.entries();
        if let Some((i, e)) = source.iter().enumerate().find(|(_, e)| **e >= count) {
            return Err(Misfit::new(format_args!("0..{count}"), e).inside(&format!("source[{i}]")));
        }
        let degree = a.degree;
        a.into((rows, cols), Some(degree), 1)
    }
}

/// The value of `e` for the input `y`. Sizes must fit together ([`Layers::new`]).
pub(super) fn evaluate<'a, R: Ring>(
    ring: &R,
    e: &Expression,
    parameters: &'a [Matrix<R::Element>],
    y: &'a Matrix<R::Element>,
) -> Cow<'a, Matrix<R::Element>> {
    let of = |e: &Expression| evaluate(ring, e, parameters, y);
    Cow::Owned(match e {
        Expression::Input => return Cow::Borrowed(y),
        Expression::Parameter(number) => return Cow::Borrowed(&parameters[*number as usize]),
        Expression::Product(pair) => multiply(ring, &of(&pair.0), &of(&pair.1)),
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
            let column = parameters[p.coefficients as usize].entries();
            of(&p.of).map(|z| {
                // c_0 + z (c_1 + z (c_2 + ..))
                let step = |sum, c| ring.add(&ring.multiply(&sum, z), c);
                column.iter().rev().fold(ring.zero(), step)
            })
        }
        Expression::Repeat(repeat) => {
            let a = of(&repeat.of);
            let (rows, cols) = (repeat.rows as usize, repeat.cols as usize);
            Matrix::from_fn(rows, cols, |i, j| a.get(i % a.rows, j % a.cols).clone())
        }
        Expression::Gather(gather) => {
            let a = of(&gather.of);
            let entries = gather.source.iter().map(|e| a.entries()[*e as usize].clone());
            Matrix::new(gather.rows as usize, gather.cols as usize, entries.collect())
        }
        Expression::Then(pair) => evaluate(ring, &pair.1, parameters, &of(&pair.0)).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;
    use num_traits::Zero;

    fn read(parameters: &[(u64, u64)], expression: Expression) -> Result<(u64, u64), Misfit> {
        let parameter = |&(rows, cols): &(u64, u64)| Parameter { rows, cols, value: None };
        let parameters = parameters.iter().map(parameter).collect();
        let layers =
            file::Layers { width: 3, layers: vec![file::Layer { parameters, expression }] };
        Layers::new(&layers, (5, 3)).map(|l| (l.cells, l.operations))
    }

    /// What the limits count: the weights, and the entries that are held at once.
    #[test]
    fn weights_and_states_are_counted() {
        use Expression::{Input, Parameter as P};
        assert_eq!(read(&[], Input).ok(), Some((15 + 15, 0)));
        assert_eq!(read(&[(7, 11)], Input).ok(), Some((77 + 15 + 15, 0)));
        assert_eq!(read(&[(7, 11), (2, 3)], Input).ok(), Some((77 + 6 + 15 + 15, 0)));
        // A product holds both factors and what they make, and multiplies 3 times for each entry.
        let product = Expression::Product(Box::new((Input, P(0))));
        assert_eq!(read(&[(3, 4)], product).ok(), Some((12 + 15 + (15 + 12 + 20), 20 * 3)));
        // A left factor waits for the right one to be made, and what is made of less needs no more.
        let product = |a, b| Expression::Product(Box::new((a, b)));
        let nested = product(P(0), product(Input, P(1)));
        let counted = Some((5 + 120 + 15 + (5 + 15 + 120 + 200), 200 * 3 + 40 * 5));
        assert_eq!(read(&[(1, 5), (3, 40)], nested.clone()).ok(), counted);
        let turned = Expression::Transpose(nested.into());
        assert_eq!(read(&[(1, 5), (3, 40)], turned).ok().map(|c| c.0), counted.map(|c| c.0));
    }

    #[test]
    fn places_are_written_as_paths() {
        use Expression::{Input, Parameter as P, Product, Transpose};
        let place = |e| read(&[(3, 3)], e).unwrap_err().place;
        let product = |a, b| Product(Box::new((a, b)));
        assert_eq!(place(P(1)), "layers[0].expression.parameter");
        let inner = product(Input, Transpose(P(1).into()));
        assert_eq!(place(inner), "layers[0].expression.product[1].transpose.parameter");
        let sizes = product(Input, product(P(0), Input));
        assert_eq!(place(sizes), "layers[0].expression.product[1].product");
    }

    /// A polynomial has at least the coefficients 0 and 1, and at most those of degree 64.
    #[test]
    fn degrees_are_limited() {
        for rows in [1, 2, 3, 64, 65, 66, 1000] {
            let value = Some(vec![vec![file::Text(BigRational::zero())]; rows]);
            let parameters = vec![Parameter { rows: rows as u64, cols: 1, value }];
            let of = Expression::Input;
            let expression = Expression::Polynomial(PolynomialIn { of, coefficients: 0 }.into());
            let layers =
                file::Layers { width: 3, layers: vec![file::Layer { parameters, expression }] };
            assert_eq!(Layers::new(&layers, (5, 3)).is_ok(), (2..=65).contains(&rows), "{rows}");
        }
    }
}
