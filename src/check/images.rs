//! What a network by its layers can see of either side of its input: n_A and n_B of Theorem 4.4.
//!
//! Every value in the network is followed as a list of *images*: linear maps of X that it is a
//! function of. An affine value is a constant plus multiples of its images, so multiplying it by a
//! constant multiplies each of them. Once a value is no longer affine its images stay as they are:
//! what is done to it later sees no more of X.

use super::layers::Layers;
use super::problem::Problem;
use crate::certificate::{Expression, Gather, Parameter};

/// More images than this are taken for all of X.
const MAX_IMAGES: usize = 16;

type Size = (usize, usize);

/// At most so many independent linear forms.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// The entries of `M X P` or of its transpose, M of rank at most `rows`, P at most `cols`.
    Sandwich { rows: usize, cols: usize, transposed: bool },
    /// Any linear forms, so many.
    Entries(usize),
}

impl Kind {
    /// The forms in the entries of X on a side of so many positions.
    fn forms(self, positions: usize, width: usize) -> usize {
        match self {
            Self::Sandwich { rows, cols, .. } => rows.min(positions) * cols.min(width),
            Self::Entries(count) => count.min(positions * width),
        }
    }

    fn transposed(self) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed } => {
                Self::Sandwich { rows, cols, transposed: !transposed }
            }
            entries => entries,
        }
    }

    /// `C (M X P)`, where the product has the given size.
    fn from_left(self, size: Size) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed: false } => {
                Self::Sandwich { rows: rows.min(size.0), cols, transposed: false }
            }
            // C (M X P)^T = (M X (P C^T))^T
            Self::Sandwich { rows, cols, transposed: true } => {
                Self::Sandwich { rows, cols: cols.min(size.0), transposed: true }
            }
            Self::Entries(count) => Self::Entries(count.min(size.0 * size.1)),
        }
    }

    /// `(M X P) C`, the transpose of `C^T (M X P)^T`.
    fn from_right(self, (rows, cols): Size) -> Self {
        self.transposed().from_left((cols, rows)).transposed()
    }

    /// So many linear combinations of the forms.
    fn mixed(self, size: Size) -> Self {
        let count = match self {
            Self::Sandwich { rows, cols, .. } => rows * cols,
            Self::Entries(count) => count,
        };
        Self::Entries(count.min(size.0 * size.1))
    }
}

/// How an image of the layer's input is made from it. Two images that are made in the same way from
/// the same one are the same.
#[derive(Clone, Copy)]
enum Step<'a> {
    Left(&'a Expression),
    Right(&'a Expression),
    Entrywise(&'a Expression),
    Transposed,
    Repeated(Size),
    Gathered(&'a Gather),
}

impl PartialEq for Step<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Expression, b: &Expression| std::ptr::eq(a, b) || a == b;
        match (self, other) {
            (Self::Left(a), Self::Left(b)) => same(a, b),
            (Self::Right(a), Self::Right(b)) => same(a, b),
            (Self::Entrywise(a), Self::Entrywise(b)) => same(a, b),
            (Self::Transposed, Self::Transposed) => true,
            (Self::Repeated(a), Self::Repeated(b)) => a == b,
            (Self::Gathered(a), Self::Gathered(b)) => {
                (a.rows, a.cols) == (b.rows, b.cols) && a.source == b.source
            }
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq)]
struct Image<'a> {
    /// Which of the images in the state that reaches the layer.
    from: usize,
    steps: Vec<Step<'a>>,
    kind: Kind,
}

/// The images that a value is a function of.
#[derive(Clone)]
enum Images<'a> {
    Few(Vec<Image<'a>>),
    /// All of X.
    All,
}

impl<'a> Images<'a> {
    fn each(self, step: Step<'a>, change: impl Fn(Kind) -> Kind) -> Self {
        match self {
            Self::All => Self::All,
            Self::Few(mut list) => {
                for image in &mut list {
                    image.steps.push(step);
                    image.kind = change(image.kind);
                }
                Self::Few(list)
            }
        }
    }

    fn and(self, other: Self) -> Self {
        let (Self::Few(mut list), Self::Few(more)) = (self, other) else { return Self::All };
        for image in more {
            if !list.contains(&image) {
                list.push(image);
            }
        }
        if list.len() > MAX_IMAGES { Self::All } else { Self::Few(list) }
    }
}

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
            let p = &parameters[*number as usize];
            let size = (p.rows as usize, p.cols as usize);
            Value { size, degree: 0, images: Images::Few(Vec::new()) }
        }
        Expression::Product(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            let (size, degree) = ((a.size.0, b.size.1), a.degree.saturating_add(b.degree));
            let images = match (a.degree, b.degree) {
                (0, 1) => b.images.each(Step::Left(&pair.0), |k| k.from_left(size)),
                (1, 0) => a.images.each(Step::Right(&pair.1), |k| k.from_right(size)),
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
            let degree = parameters[p.coefficients as usize].rows - 1;
            Value { degree: a.degree.saturating_mul(degree), ..a }
        }
        Expression::Repeat(repeat) => {
            let size = (repeat.rows as usize, repeat.cols as usize);
            // One row or column, multiplied by a column or row of ones.
            of(&repeat.of).moved(size, Step::Repeated(size), |k| k)
        }
        Expression::Gather(gather) => {
            let size = (gather.rows as usize, gather.cols as usize);
            of(&gather.of).moved(size, Step::Gathered(gather), |k| k.mixed(size))
        }
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
pub(super) fn visible(problem: &Problem, layers: &Layers) -> (usize, usize) {
    let mut size = (problem.tokens, problem.width);
    let mut kinds = vec![Kind::Sandwich { rows: size.0, cols: size.1, transposed: false }];
    for layer in layers.layers {
        let image = |(from, kind): (usize, &Kind)| Image { from, steps: Vec::new(), kind: *kind };
        let images = Images::Few(kinds.iter().enumerate().map(image).collect());
        let next = value(&layer.expression, &Value { size, degree: 1, images }, &layer.parameters);
        kinds = match next.images {
            Images::Few(list) => list.iter().map(|image| image.kind).collect(),
            Images::All => {
                let all = |side: &[usize]| side.len() * problem.width;
                return (all(&problem.left), all(&problem.right));
            }
        };
        size = next.size;
        if next.degree > 1 {
            break;
        }
    }
    let count = |side: &[usize]| {
        let forms: usize = kinds.iter().map(|k| k.forms(side.len(), problem.width)).sum();
        forms.min(side.len() * problem.width)
    };
    (count(&problem.left), count(&problem.right))
}
