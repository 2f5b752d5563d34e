//! Whether the sizes in an expression fit together, its degree, and what evaluating it costs.

use super::{MAX_DEGREE, Misfit, Size, check_size};
use crate::certificate::{
    self as file, Expression, Gather, Parameter, PolynomialIn, Power, Real, RealFunction, Repeat,
};
use num_rational::BigRational;
use num_traits::Zero;

/// Multiplications for a function of real numbers, about.
const REAL_OPERATIONS: u64 = 1024;

/// What is known of the value of an expression before it is evaluated.
pub(super) struct Shape {
    pub(super) size: Size,
    /// A bound on the degree in the entries of the layer's input; none of a value that is no polynomial, and of 2^64 on.
    pub(super) degree: Option<u64>,
    /// The most entries that are held at once until it is known, its own included.
    pub(super) cells: u64,
    pub(super) operations: u64,
}

impl Shape {
    pub(super) fn held(size: Size, degree: Option<u64>) -> Self {
        let cells = size.0 * size.1; // both at most 2^24
        Self { size, degree, cells, operations: 0 }
    }

    pub(super) fn entries(&self) -> u64 {
        self.size.0 * self.size.1
    }

    /// What is made of this matrix, with so many operations an entry.
    fn into(self, size: Size, degree: Option<u64>, each: u64) -> Self {
        let made = Self::held(size, degree);
        Self {
            cells: self.cells.max(self.entries().saturating_add(made.cells)),
            operations: self.operations.saturating_add(made.cells.saturating_mul(each)),
            ..made
        }
    }

    /// This matrix and then the other, which are made into one.
    fn with(self, other: Self, size: Size, degree: Option<u64>, each: u64) -> Self {
        let both = self.entries().saturating_add(other.entries());
        let second = self.entries().saturating_add(other.cells);
        let cells = self.cells.max(second);
        let operations = self.operations.saturating_add(other.operations);
        let made = Self { operations, ..self }.into(size, degree, each);
        Self { cells: cells.max(both.saturating_add(made.entries())), ..made }
    }
}

/// The degree of a product.
fn added(a: &Shape, b: &Shape) -> Option<u64> {
    a.degree?.checked_add(b.degree?)
}

/// The degree of a power.
fn multiplied(a: &Shape, exponent: u64) -> Option<u64> {
    a.degree?.checked_mul(exponent)
}

pub(super) struct Fitting<'a> {
    pub(super) parameters: &'a [Parameter],
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
    pub(super) fn shape(&self, e: &Expression, input: &Shape) -> Result<Shape, Misfit> {
        let named = |(rows, cols): Size| format!("{rows} x {cols}");
        match e {
            Expression::Input => Ok(Shape::held(input.size, input.degree)),
            Expression::Parameter(number) => {
                let p = self.parameter(*number).map_err(|e| e.inside("parameter"))?;
                Ok(Shape::held((p.rows, p.cols), Some(0)))
            }
            Expression::Product(pair) => {
                let (a, b) = self.pair("product", pair, input)?;
                let ((rows, inner), (same, cols)) = (a.size, b.size);
                if inner != same {
                    let expected = format!("{inner} rows in the second factor");
                    return Err(Misfit::new(expected, same).inside("product"));
                }
                let degree = added(&a, &b);
                Ok(a.with(b, (rows, cols), degree, inner))
            }
            Expression::Hadamard(pair) => {
                let (a, b) = self.pair("hadamard", pair, input)?;
                if a.size != b.size {
                    return Err(Misfit::new(named(a.size), named(b.size)).inside("hadamard"));
                }
                let (size, degree) = (a.size, added(&a, &b));
                Ok(a.with(b, size, degree, 1))
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
                            let larger = |(a, b): (u64, u64)| a.max(b);
                            let degree = sum.degree.zip(term.degree).map(larger);
                            let size = sum.size;
                            sum.with(term, size, degree, 1)
                        }
                    });
                }
                sum.ok_or_else(|| Misfit::new("at least one term", "none").inside("sum"))
            }
            Expression::Transpose(a) => {
                let a = self.shape(a, input).map_err(|e| e.inside("transpose"))?;
                let ((rows, cols), degree) = (a.size, a.degree);
                Ok(a.into((cols, rows), degree, 1))
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
            Expression::Real(real) => self.real(real, input).map_err(|e| e.inside("real")),
            Expression::Then(pair) => {
                let a = self.shape(&pair.0, input).map_err(|e| e.inside("then[0]"))?;
                let b = self.shape(&pair.1, &a).map_err(|e| e.inside("then[1]"))?;
                let (size, degree) = (b.size, b.degree);
                Ok(a.with(b, size, degree, 0))
            }
        }
    }

    fn power(&self, Power { of, exponent }: &Power, input: &Shape) -> Result<Shape, Misfit> {
        if !(1..=MAX_DEGREE).contains(exponent) {
            let misfit = Misfit::new(format_args!("1..={MAX_DEGREE}"), exponent);
            return Err(misfit.inside("exponent"));
        }
        let a = self.shape(of, input).map_err(|e| e.inside("of"))?;
        let (size, degree) = (a.size, multiplied(&a, *exponent));
        Ok(a.into(size, degree, *exponent))
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
        let (size, degree) = (a.size, multiplied(&a, rows - 1));
        Ok(a.into(size, degree, *rows))
    }

    /// What is made of it has no degree.
    fn real(&self, real: &Real, input: &Shape) -> Result<Shape, Misfit> {
        let a = self.shape(&real.of, input).map_err(|e| e.inside("of"))?;
        if let RealFunction::Softmax(Some(number)) = real.function {
            let place = |e: Misfit| e.inside("function.softmax");
            let mask = self.parameter(number).map_err(place)?;
            let value = mask.value.as_ref().filter(|_| (mask.rows, mask.cols) == a.size);
            let wanted = "factors of the size of the matrix, with values";
            let value = value.ok_or_else(|| place(Misfit::new(wanted, "others")))?;
            let zero = BigRational::zero();
            let fits = |row: &Vec<file::Rational>| {
                row.iter().all(|m| m.0 >= zero) && row.iter().any(|m| m.0 > zero)
            };
            if !value.iter().all(fits) {
                let wanted = "factors that are not negative, in every row a positive one";
                return Err(place(Misfit::new(wanted, "others")));
            }
        }
        let size = a.size;
        Ok(a.into(size, None, REAL_OPERATIONS))
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
        Ok(a.into((rows, cols), degree, 1))
    }

    fn gather(&self, gather: &Gather, input: &Shape) -> Result<Shape, Misfit> {
        let rows = check_size(gather.rows).map_err(|e| e.inside("rows"))?;
        let cols = check_size(gather.cols).map_err(|e| e.inside("cols"))?;
        let a = self.shape(&gather.of, input).map_err(|e| e.inside("of"))?;
        let source = &gather.source;
        if source.len() as u64 != rows * cols {
            let misfit = Misfit::new(format_args!("{} entries", rows * cols), source.len());
            return Err(misfit.inside("source"));
        }
        let count = a.entries();
        if let Some((i, e)) = source.iter().enumerate().find(|(_, e)| **e >= count) {
            return Err(Misfit::new(format_args!("0..{count}"), e).inside(&format!("source[{i}]")));
        }
        let degree = a.degree;
        Ok(a.into((rows, cols), degree, 1))
    }
}
