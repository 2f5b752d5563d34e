//! What a network by its layers can see of either side of its input: n_A and n_B of Theorem 4.5.
//!
//! Every value in the network is followed as a list of *images*: linear maps of X that it is a
//! function of. An affine value is a constant plus multiples of its images, so multiplying it by a
//! constant multiplies each of them. Once a value is no longer affine its images stay as they are:
//! what is done to it later sees no more of X.

mod image;
#[cfg(test)]
mod tests;

use crate::certificate::{Expression, Parameter};
use crate::check::layers::Layers;
use crate::check::matrix::index;
use crate::check::problem::Problem;
use image::{Image, Images, Kind, Step};

/// Rows and columns, each at most 2^24, so that their product fits.
type Size = (u64, u64);

/// What is known of a value. Its degree is 0 exactly if it does not depend on the input.
#[derive(Clone)]
struct Value<'a> {
    size: Size,
    degree: u64,
    images: Images<'a>,
}

/// The value of `e`, whose sizes fit together, for the input `input`.
fn value<'a>(e: &'a Expression, input: &Value<'a>, parameters: &[Parameter]) -> Value<'a> {
    let of = |e: &'a Expression| value(e, input, parameters);
    match e {
        Expression::Input => input.clone(),
        Expression::Parameter(number) => {
            let p = &parameters[index(*number)];
            let size = (p.rows, p.cols);
            Value { size, degree: 0, images: Images::Few(Vec::new()) }
        }
        Expression::Product(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            let (size, degree) = ((a.size.0, b.size.1), a.degree.saturating_add(b.degree));
            let images = match (a.degree, b.degree) {
                (0, 1) => b.images.each(Step::Left(&pair.0), |k| k.times_from_left(size)),
                (1, 0) => a.images.each(Step::Right(&pair.1), |k| k.times_from_right(size)),
                _ => a.images.and(b.images),
            };
            Value { size, degree, images }
        }
        Expression::Hadamard(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            let (size, degree) = (a.size, a.degree.saturating_add(b.degree));
            let images = match (a.degree, b.degree) {
                (0, 1) => b.images.each(Step::Entrywise(&pair.0), |k| k.mixed(size)),
                (1, 0) => a.images.each(Step::Entrywise(&pair.1), |k| k.mixed(size)),
                _ => a.images.and(b.images),
            };
            Value { size, degree, images }
        }
        Expression::Sum(terms) => {
            let join = |a: Value<'a>, b: Value<'a>| Value {
                size: a.size,
                degree: a.degree.max(b.degree),
                images: a.images.and(b.images),
            };
            terms.iter().map(of).reduce(join).unwrap_or_else(|| input.clone())
        }
        Expression::Transpose(a) => {
            let a = of(a);
            a.moved((a.size.1, a.size.0), Step::Transposed, Kind::transposed)
        }
        Expression::Power(power) => {
            let a = of(&power.of);
            Value { degree: a.degree.saturating_mul(power.exponent), ..a }
        }
        Expression::Polynomial(p) => {
            let a = of(&p.of);
            let degree = parameters[index(p.coefficients)].rows - 1;
            Value { degree: a.degree.saturating_mul(degree), ..a }
        }
        Expression::Repeat(repeat) => {
            let size = (repeat.rows, repeat.cols);
            // One row or column, multiplied by a column or row of ones.
            of(&repeat.of).moved(size, Step::Repeated(size), |k| k)
        }
        Expression::Gather(gather) => {
            let size = (gather.rows, gather.cols);
            of(&gather.of).moved(size, Step::Gathered(gather), |k| k.mixed(size))
        }
        // No polynomial: no theorem is asked of it.
        Expression::Real(real) => Value { degree: u64::MAX, ..of(&real.of) },
        Expression::Then(pair) => value(&pair.1, &of(&pair.0), parameters),
    }
}

impl<'a> Value<'a> {
    /// The entries in other places.
    fn moved(&self, size: Size, step: Step<'a>, change: impl Fn(Kind) -> Kind) -> Self {
        let images = self.images.clone();
        let images = if self.degree <= 1 { images.each(step, change) } else { images };
        Self { size, degree: self.degree, images }
    }
}

/// Numbers (n_A, n_B) of linear forms in the entries of X on sides A and B, such that f is a
/// function of so many: those of the images after the first layer that is not affine.
pub(super) fn visible(problem: &Problem, layers: &Layers) -> [u64; 2] {
    let mut size = (problem.tokens, problem.width);
    let mut kinds = vec![Kind::Sandwich { rows: size.0, cols: size.1, transposed: false }];
    for (l, layer) in layers.layers.iter().enumerate() {
        let image = |(from, kind): (usize, &Kind)| Image { from, steps: Vec::new(), kind: *kind };
        let images = Images::Few(kinds.iter().enumerate().map(image).collect());
        let next = value(&layer.expression, &Value { size, degree: 1, images }, &layer.parameters);
        let last = next.degree > 1 || l + 1 == layers.layers.len();
        kinds = match next.images {
            // What f is a function of at last need not name what is made from the rest.
            Images::Few(list) if last => {
                let made_from = |a: &Image, b: &Image| {
                    a.from == b.from && a.steps.starts_with(&b.steps) && a.steps != b.steps
                };
                let rest = list.iter().filter(|a| !list.iter().any(|b| made_from(a, b)));
                rest.map(|image| image.kind).collect()
            }
            Images::Few(list) => list.iter().map(|image| image.kind).collect(),
            Images::All => return problem.sides().map(|side| side * problem.width),
        };
        size = next.size;
        if last {
            break;
        }
    }
    problem.sides().map(|side| {
        let forms: u64 = kinds.iter().map(|k| k.forms(side, problem.width)).sum();
        forms.min(side * problem.width)
    })
}
