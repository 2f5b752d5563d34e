//! Images counted by hand, and against ranks.

use super::*;
use crate::certificate::{self as file, Gather};
use crate::check::layers::{Given, evaluate};
use crate::check::matrix::{Matrix, rank};
use crate::check::problem::Architecture;
use crate::check::ring::Residues;

fn parameter((rows, cols): Size) -> Parameter {
    Parameter { rows, cols, value: None }
}

fn pair(a: Expression, b: Expression) -> Box<(Expression, Expression)> {
    Box::new((a, b))
}

/// (n_A, n_B), all positions but the last being A.
fn counted(size: Size, layers: Vec<file::Layer>) -> (u64, u64) {
    let width = size.1;
    let given = file::Problem {
        architecture: file::Architecture::Layers(file::Layers { width, layers }),
        tokens: size.0,
        left: (0..size.0 - 1).collect(),
        output: file::Output { token: 0, channel: 0 },
    };
    let problem = Problem::new(&given, "claim").unwrap();
    let Architecture::Layers(layers) = &problem.architecture else { unreachable!() };
    visible(&problem, layers).into()
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
        let expected = if count <= 16 { (count as u64, 3) } else { all };
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
    let polynomial = |rows: u64| {
        let p = file::PolynomialIn { of: Input, coefficients: 0 };
        let value = Some(vec![
            vec![file::Text(num_rational::BigRational::from_integer(1.into()))];
            index(rows)
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
    fn below(&mut self, n: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.seed >> 33) % n
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
                Expression::Repeat(file::Repeat { of, rows, cols }.into())
            }
            6 => {
                let size = if depth == 0 { input } else { (height, inner) };
                let of = if depth == 0 { Input } else { self.affine(depth, input, size) };
                let source = (0..rows * cols).map(|_| self.below(size.0 * size.1));
                let source = source.collect();
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
        let matrices = |list: &[Parameter], random: &mut Random| -> Vec<Given<u64>> {
            let mut of = |p: &Parameter| {
                let entries = (0..p.rows * p.cols).map(|_| 1 + random.below(1 << 30));
                Matrix::new(index(p.rows), index(p.cols), entries.collect()).into()
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
        let (rows, cols) = (index(size.0), index(size.1));
        let left = (rows - 1) * cols;
        let unit = |k: usize| Matrix::from_fn(rows, cols, |i, j| u64::from(i * cols + j == k));
        let rows: Vec<Vec<u64>> = (0..left).map(|k| forms(&unit(k))).collect();
        let jacobian = Matrix::new(left, rows[0].len(), rows.concat());
        let rank = rank(&ring, jacobian) as u64;
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
