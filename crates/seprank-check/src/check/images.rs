//! What a network by its layers can see of either side of its input: n_A and n_B of Theorem 4.5.
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
    fn times_from_left(self, size: Size) -> Self {
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
    fn times_from_right(self, (rows, cols): Size) -> Self {
        self.transposed().times_from_left((cols, rows)).transposed()
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

    /// Both. An image that is made from another one stays, as a later factor may spare it.
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
            Images::All => {
                let all = |side: &[usize]| side.len() * problem.width;
                return (all(&problem.left), all(&problem.right));
            }
        };
        size = next.size;
        if last {
            break;
        }
    }
    let count = |side: &[usize]| {
        let forms: usize = kinds.iter().map(|k| k.forms(side.len(), problem.width)).sum();
        forms.min(side.len() * problem.width)
    };
    (count(&problem.left), count(&problem.right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate as file;
    use crate::check::layers::evaluate;
    use crate::check::matrix::{Matrix, rank};
    use crate::check::problem::Architecture;
    use crate::check::ring::Residues;

    fn parameter((rows, cols): Size) -> Parameter {
        Parameter { rows: rows as u64, cols: cols as u64, value: None }
    }

    fn pair(a: Expression, b: Expression) -> Box<(Expression, Expression)> {
        Box::new((a, b))
    }

    /// (n_A, n_B), all positions but the last being A.
    fn counted(size: Size, layers: Vec<file::Layer>) -> (usize, usize) {
        let width = size.1 as u64;
        let given = file::Problem {
            architecture: file::Architecture::Layers(file::Layers { width, layers }),
            tokens: size.0 as u64,
            left: (0..size.0 as u64 - 1).collect(),
            output: file::Output { token: 0, channel: 0 },
        };
        let problem = Problem::new(&given, "claim").unwrap();
        let Architecture::Layers(layers) = &problem.architecture else { unreachable!() };
        visible(&problem, layers)
    }

    #[test]
    fn an_image_seen_twice_counts_once() {
        use Expression::{Input, Parameter as P, Product};
        let sandwich = |i| Product(pair(P(i), Product(pair(Input, P(2)))));
        let layer = |a, b| file::Layer {
            parameters: vec![parameter((2, 5)), parameter((2, 5)), parameter((3, 1))],
            expression: Expression::Hadamard(pair(a, b)),
        };
        assert_eq!(counted((5, 3), vec![layer(sandwich(0), sandwich(0))]), (2, 1));
        assert_eq!(counted((5, 3), vec![layer(sandwich(0), sandwich(1))]), (4, 2));
    }

    fn layer(sizes: &[Size], expression: Expression) -> file::Layer {
        let parameters = sizes.iter().copied().map(parameter).collect();
        file::Layer { parameters, expression }
    }

    #[test]
    fn sixteen_images_are_told_apart() {
        use Expression::{Hadamard, Input, Parameter as P, Product};
        for count in [15, 16, 17] {
            let entry = |i: usize| Product(pair(P(2 * i as u64), times_column(2 * i + 1)));
            let times = |a, i| Hadamard(pair(a, entry(i)));
            let expression = (1..count).fold(entry(0), times);
            let sizes: Vec<Size> = (0..count).flat_map(|_| [(1, 40), (3, 1)]).collect();
            let all = (39 * 3, 3);
            let expected = if count <= 16 { (count, 3) } else { all };
            assert_eq!(counted((40, 3), vec![layer(&sizes, expression)]), expected);
        }
        fn times_column(i: usize) -> Expression {
            Product(pair(Input, P(i as u64)))
        }
    }

    /// A sum over the positions after a layer that is affine, or is not.
    #[test]
    fn only_affine_layers_are_seen_through() {
        use Expression::{Hadamard, Input, Parameter as P, Product, Sum};
        let sum = || layer(&[(1, 5)], Product(pair(P(0), Input)));
        let square = || layer(&[], Hadamard(pair(Input, Input)));
        let polynomial = |rows| {
            let p = file::PolynomialIn { of: Input, coefficients: 0 };
            let value =
                Some(vec![
                    vec![file::Text(num_rational::BigRational::from_integer(1.into()))];
                    rows
                ]);
            let parameters = vec![Parameter { value, ..parameter((rows, 1)) }];
            file::Layer { parameters, expression: Expression::Polynomial(p.into()) }
        };
        let size = (5, 3);
        assert_eq!(counted(size, vec![sum()]), (3, 3));
        assert_eq!(counted(size, vec![sum(), square()]), (3, 3));
        assert_eq!(counted(size, vec![square(), sum()]), (12, 3));
        let power = |exponent| {
            let of = Input;
            layer(&[], Expression::Power(file::Power { of, exponent }.into()))
        };
        assert_eq!(counted(size, vec![power(1), sum(), square()]), (3, 3));
        assert_eq!(counted(size, vec![power(2), sum(), square()]), (12, 3));
        assert_eq!(counted(size, vec![polynomial(2), sum(), square()]), (3, 3));
        assert_eq!(counted(size, vec![polynomial(3), sum(), square()]), (12, 3));
        // X v and P o X v: the sums of both over the positions are two forms, not one.
        let column = || Product(pair(Input, P(0)));
        let both = || {
            let masked = Hadamard(pair(P(1), column()));
            layer(&[(3, 1), (5, 1)], Sum(vec![column(), masked]))
        };
        assert_eq!(counted(size, vec![both()]), (4, 1));
        assert_eq!(counted(size, vec![both(), sum()]), (2, 2));
    }

    /// X v and what each step makes of it, seen twice or in two ways, in an order or the other.
    #[test]
    fn images_are_the_same_if_they_are_made_alike() {
        use Expression::{Hadamard, Input, Parameter as P, Product, Transpose};
        let column = || Product(pair(Input, P(0)));
        let spread = |cols| {
            let repeat = Expression::Repeat(file::Repeat { of: column(), rows: 5, cols }.into());
            Product(pair(repeat, P(if cols == 2 { 3 } else { 4 })))
        };
        let moved = |rows, source: [u64; 5]| {
            let gather = Gather { of: column(), rows, cols: 5 / rows, source: source.into() };
            let gathered = Expression::Gather(gather.into());
            if rows == 5 { gathered } else { Transpose(gathered.into()) }
        };
        let made = [
            column(),
            Hadamard(pair(P(1), column())),
            Hadamard(pair(P(2), column())),
            Hadamard(pair(column(), P(5))),
            spread(2),
            spread(3),
            moved(5, [4, 3, 2, 1, 0]),
            moved(1, [4, 3, 2, 1, 0]),
            moved(5, [1, 0, 3, 2, 4]),
            Product(pair(P(6), column())),
            Product(pair(P(7), column())),
        ];
        let sizes = [(3, 1), (5, 1), (5, 1), (2, 1), (3, 1), (5, 1), (5, 5), (5, 5)];
        for (i, a) in made.iter().enumerate() {
            for (j, b) in made.iter().enumerate() {
                let of = |a: &Expression, b: &Expression| {
                    let expression = Hadamard(pair(a.clone(), b.clone()));
                    let parameters = sizes.map(parameter).into();
                    counted((5, 3), vec![file::Layer { parameters, expression }])
                };
                // Once: what is made alike, and what the other is made from.
                let (own, other) = (of(a, a), of(b, b));
                let expected = match (i, j) {
                    _ if i == j => own,
                    (0, _) => own,
                    (_, 0) => other,
                    _ => ((own.0 + other.0).min(12), (own.1 + other.1).min(3)),
                };
                assert_eq!(of(a, b), expected, "{i} {j}");
                assert!(own.0 >= 4 && own.1 >= 1 && own.0 < 12);
            }
        }
    }

    #[test]
    fn a_repeated_column_is_not_the_column() {
        use Expression::Input;
        let gather =
            |of| Expression::Gather(Gather { of, rows: 1, cols: 2, source: vec![2, 3] }.into());
        let repeat = file::Repeat { of: Input, rows: 8, cols: 2 };
        // x_1, x_1 and x_2, x_3.
        let product = pair(gather(Expression::Repeat(repeat.into())), gather(Input));
        let expression = Expression::Hadamard(product);
        let layer = file::Layer { parameters: vec![], expression };
        assert!(counted((8, 1), vec![layer]).0 >= 3);
    }

    #[test]
    fn many_images_are_no_sandwich() {
        use Expression::{Input, Parameter as P, Product};
        let term = |i: u64| Product(pair(P(2 * i), Product(pair(Input, P(2 * i + 1)))));
        let sum = Expression::Sum((0..17).map(term).collect());
        let mut parameters: Vec<_> =
            (0..34).map(|i| parameter(if i % 2 == 0 { (4, 4) } else { (2, 5) })).collect();
        parameters.push(parameter((1, 4)));
        let of = Product(pair(P(34), sum));
        let expression = Expression::Power(file::Power { of, exponent: 2 }.into());
        // Five forms in the six entries of A.
        assert!(counted((4, 2), vec![file::Layer { parameters, expression }]).0 >= 5);
    }

    /// Random affine expressions of given sizes.
    struct Random {
        seed: u64,
        parameters: Vec<Parameter>,
    }

    impl Random {
        fn below(&mut self, n: usize) -> usize {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.seed >> 33) as usize % n
        }

        fn constant(&mut self, size: Size) -> Expression {
            let wanted = parameter(size);
            let old = self.parameters.iter().position(|p| *p == wanted);
            if let Some(i) = old.filter(|_| self.below(3) > 0) {
                return Expression::Parameter(i as u64);
            }
            self.parameters.push(wanted);
            Expression::Parameter(self.parameters.len() as u64 - 1)
        }

        fn affine(&mut self, depth: usize, input: Size, (rows, cols): Size) -> Expression {
            use Expression::{Hadamard, Input, Product, Sum, Then, Transpose};
            let mut other = |most| 1 + self.below(most);
            let (inner, height) = (other(3), other(3));
            if (rows, cols) == input && (depth == 0 || self.below(5) == 0) {
                return Input;
            }
            let kind = if depth == 0 { 6 } else { self.below(8) };
            let depth = depth.saturating_sub(1);
            match kind {
                0 => {
                    let constant = self.constant((rows, inner));
                    Product(pair(constant, self.affine(depth, input, (inner, cols))))
                }
                1 => {
                    let constant = self.constant((inner, cols));
                    Product(pair(self.affine(depth, input, (rows, inner)), constant))
                }
                2 => Transpose(self.affine(depth, input, (cols, rows)).into()),
                3 => {
                    let terms = (0..inner).map(|_| self.affine(depth, input, (rows, cols)));
                    Sum(terms.collect())
                }
                4 => {
                    let constant = self.constant((rows, cols));
                    let of = self.affine(depth, input, (rows, cols));
                    let first = self.below(2) == 0;
                    Hadamard(if first { pair(constant, of) } else { pair(of, constant) })
                }
                5 => {
                    let size = if self.below(2) == 0 { (1, cols) } else { (rows, 1) };
                    let of = self.affine(depth, input, size);
                    let (rows, cols) = (rows as u64, cols as u64);
                    Expression::Repeat(file::Repeat { of, rows, cols }.into())
                }
                6 => {
                    let size = if depth == 0 { input } else { (height, inner) };
                    let of = if depth == 0 { Input } else { self.affine(depth, input, size) };
                    let source = (0..rows * cols).map(|_| self.below(size.0 * size.1) as u64);
                    let source = source.collect();
                    let (rows, cols) = (rows as u64, cols as u64);
                    Expression::Gather(Gather { of, rows, cols, source }.into())
                }
                _ => {
                    let first = self.affine(depth, input, (height, inner));
                    Then(pair(first, self.affine(depth, (height, inner), (rows, cols))))
                }
            }
        }
    }

    /// The forms counted are never fewer than there are: two affine values of an affine layer's are
    /// multiplied, and the rank of their entries as linear forms is computed.
    #[test]
    fn the_count_is_never_below_the_rank() {
        let ring = Residues::new((1 << 61) - 1);
        let mut tight = 0;
        for seed in 0..3000 {
            let mut random = Random { seed, parameters: Vec::new() };
            let size = (2 + random.below(3), 1 + random.below(3));
            let middle = (1 + random.below(4), 1 + random.below(4));
            let first = random.affine(3, size, middle);
            let before = std::mem::take(&mut random.parameters);
            let last = (1 + random.below(3), 1 + random.below(3));
            let (a, b) = (random.affine(4, middle, last), random.affine(4, middle, last));
            let matrices = |list: &[Parameter], random: &mut Random| -> Vec<Matrix<u64>> {
                let mut of = |p: &Parameter| {
                    let entries = (0..p.rows * p.cols).map(|_| 1 + random.below(1 << 30) as u64);
                    Matrix::new(p.rows as usize, p.cols as usize, entries.collect())
                };
                list.iter().map(&mut of).collect()
            };
            let after = std::mem::take(&mut random.parameters);
            let one = matrices(&before, &mut random);
            let two = matrices(&after, &mut random);
            let forms = |x: &Matrix<u64>| -> Vec<u64> {
                let state = evaluate(&ring, &first, &one, x);
                let (a, b) = (evaluate(&ring, &a, &two, &state), evaluate(&ring, &b, &two, &state));
                [a.entries(), b.entries()].concat()
            };
            // There are no constant terms: rows are the values at the unit vectors of A.
            let left = (size.0 - 1) * size.1;
            let unit =
                |k: usize| Matrix::from_fn(size.0, size.1, |i, j| u64::from(i * size.1 + j == k));
            let rows: Vec<Vec<u64>> = (0..left).map(|k| forms(&unit(k))).collect();
            let jacobian = Matrix::new(left, rows[0].len(), rows.concat());
            let rank = rank(&ring, jacobian);
            let product = Expression::Hadamard(pair(a.clone(), b.clone()));
            let layers = vec![
                file::Layer { parameters: before, expression: first.clone() },
                file::Layer { parameters: after, expression: product },
            ];
            let (n_a, _) = counted(size, layers);
            assert!(n_a >= rank, "{n_a} forms counted, {rank} there: seed {seed}");
            tight += usize::from(n_a == rank);
        }
        assert!(tight > 500, "{tight}");
    }
}
