//! Dimensions of function spaces against Jacobians over Q of functions that are written out here, with derivatives by
//! finite differences, which are exact for polynomials.

use num_rational::BigRational;
use num_traits::Zero;
use seprank::network::{NetworkFile, Output, Problem, Replacements};
use seprank::prove::{DimensionAnswer, DimensionRequest, Outputs, Status, dimension};
use std::path::Path;

type Matrix = Vec<Vec<BigRational>>;

/// The last state for an input and the weights.
type Forward = Box<dyn Fn(&Matrix, &[Matrix]) -> Matrix>;

fn network(text: &str) -> Problem {
    NetworkFile::parse(text, Path::new(""), &Replacements::default()).unwrap().problem
}

fn found(problem: &Problem, outputs: Outputs, seed: u64) -> DimensionAnswer {
    let request = DimensionRequest { outputs, seed, ..DimensionRequest::new(problem.clone()) };
    dimension(&request, &|_, _| ()).unwrap()
}

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let entry = |row: &Vec<BigRational>, j: usize| {
        row.iter().zip(b).fold(BigRational::zero(), |sum, (x, r)| sum + x * &r[j])
    };
    a.iter().map(|row| (0..b[0].len()).map(|j| entry(row, j)).collect()).collect()
}

fn transposed(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j].clone()).collect()).collect()
}

fn power(a: &Matrix, k: i32) -> Matrix {
    a.iter().map(|row| row.iter().map(|x| x.pow(k)).collect()).collect()
}

fn plus(a: &Matrix, b: &Matrix) -> Matrix {
    let sum = |(r, s): (&Vec<BigRational>, &Vec<BigRational>)| {
        r.iter().zip(s).map(|(x, y)| x + y).collect()
    };
    a.iter().zip(b).map(sum).collect()
}

/// Matrices of the given sizes, filled from the list of weights.
fn split(weights: &[BigRational], sizes: &[(usize, usize)]) -> Vec<Matrix> {
    let mut rest = weights.iter().cloned();
    let matrix = |&(r, c): &(usize, usize)| {
        (0..r).map(|_| rest.by_ref().take(c).collect()).collect::<Matrix>()
    };
    sizes.iter().map(matrix).collect()
}

/// A network by its definition: sizes of its matrices, size of the input, degree in one weight, the function.
struct ByHand {
    sizes: Vec<(usize, usize)>,
    input: (usize, usize),
    degree: usize,
    forward: Forward,
}

impl ByHand {
    fn weights(&self) -> usize {
        self.sizes.iter().map(|(r, c)| r * c).sum()
    }

    /// The rank over Q of the Jacobian at integer weights and so many integer points, of the outputs that are kept.
    fn rank(&self, points: usize, keep: impl Fn(usize, usize) -> bool) -> usize {
        let mut state = 12345u64;
        let mut draw = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            BigRational::from_integer(((state >> 40) as i64 % 41 - 20).into())
        };
        let weights: Vec<_> = (0..self.weights()).map(|_| draw()).collect();
        let (tokens, width) = self.input;
        let inputs: Vec<Matrix> = (0..points)
            .map(|_| (0..tokens).map(|_| (0..width).map(|_| draw()).collect()).collect())
            .collect();
        let outputs = |weights: &[BigRational]| {
            let parts = split(weights, &self.sizes);
            let mut list = Vec::new();
            for x in &inputs {
                for (i, row) in (self.forward)(x, &parts).into_iter().enumerate() {
                    list.extend(
                        row.into_iter().enumerate().filter(|(j, _)| keep(i, *j)).map(|e| e.1),
                    );
                }
            }
            list
        };
        rank((0..weights.len()).map(|w| self.derivative(&weights, w, &outputs)).collect())
    }

    /// `g'(0) = sum_k (-1)^(k+1) / k D^k g(0)` with forward differences D, exact up to the degree of g.
    fn derivative(
        &self,
        weights: &[BigRational],
        w: usize,
        outputs: &dyn Fn(&[BigRational]) -> Vec<BigRational>,
    ) -> Vec<BigRational> {
        let mut values: Vec<Vec<BigRational>> = (0..=self.degree as i64)
            .map(|t| {
                let mut moved = weights.to_vec();
                moved[w] += BigRational::from_integer(t.into());
                outputs(&moved)
            })
            .collect();
        let mut sum = vec![BigRational::zero(); values[0].len()];
        for k in 1..=self.degree as i64 {
            values = values
                .windows(2)
                .map(|pair| pair[1].iter().zip(&pair[0]).map(|(b, a)| b - a).collect())
                .collect();
            let sign = BigRational::new((if k % 2 == 1 { 1 } else { -1 }).into(), k.into());
            sum.iter_mut().zip(&values[0]).for_each(|(s, d)| *s += d * &sign);
        }
        sum
    }
}

/// By schoolbook elimination over Q.
fn rank(mut rows: Matrix) -> usize {
    let mut rank = 0;
    for col in 0..rows.first().map_or(0, Vec::len) {
        let Some(pivot) = (rank..rows.len()).find(|&i| !rows[i][col].is_zero()) else { continue };
        rows.swap(rank, pivot);
        let (top, below) = rows.split_at_mut(rank + 1);
        for row in below.iter_mut().filter(|row| !row[col].is_zero()) {
            let factor = &row[col] / &top[rank][col];
            row.iter_mut().zip(&top[rank]).skip(col).for_each(|(x, y)| *x -= &factor * y);
        }
        rank += 1;
    }
    rank
}

fn attention(x: &Matrix, [q, k, o, u]: [&Matrix; 4]) -> Matrix {
    let scores = times(&times(x, q), &transposed(&times(x, k)));
    times(&times(&times(&scores, x), o), &transposed(u))
}

/// Name, network file, definition.
fn cases() -> Vec<(&'static str, &'static str, ByHand)> {
    vec![
        (
            "attention",
            "tokens = 2\nwidth = 2\n[[layer]]\ntype = \"attention\"",
            ByHand {
                sizes: vec![(2, 2); 4],
                input: (2, 2),
                degree: 1,
                forward: Box::new(|x, w| attention(x, [&w[0], &w[1], &w[2], &w[3]])),
            },
        ),
        (
            "two heads, residual",
            "tokens = 2\nwidth = 2\n[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"attention\", heads = 2 }]",
            ByHand {
                sizes: vec![(2, 1); 8],
                input: (2, 2),
                degree: 1,
                forward: Box::new(|x, w| {
                    let [one, two] =
                        [0, 4].map(|h| attention(x, [&w[h], &w[h + 1], &w[h + 2], &w[h + 3]]));
                    plus(x, &plus(&one, &two))
                }),
            },
        ),
        (
            "Mixer with biases",
            "tokens = 3\nwidth = 2\n[[layer]]\ntype = \"token-mixing\"\nhidden = 2\n[[layer]]\n\
             type = \"channel-mixing\"\nhidden = 1\ndegree = 2\nbias = true",
            ByHand {
                sizes: vec![(2, 3), (3, 2), (2, 1), (1, 2), (1, 1), (2, 1)],
                input: (3, 2),
                degree: 4,
                forward: Box::new(|x, w| {
                    let u = times(&w[1], &power(&times(&w[0], x), 2));
                    let rows = |column: &Matrix| vec![transposed(column)[0].clone(); 3];
                    let hidden = power(&plus(&times(&u, &w[2]), &rows(&w[4])), 2);
                    plus(&times(&hidden, &w[3]), &rows(&w[5]))
                }),
            },
        ),
        (
            "a cubic perceptron",
            "tokens = 2\nwidth = 3\n[[layer]]\ntype = \"expression\"\nexpression = \"(X A).^3 B\"\n\
             weights = { A = [\"width\", 2], B = [2, 2] }",
            ByHand {
                sizes: vec![(3, 2), (2, 2)],
                input: (2, 3),
                degree: 3,
                forward: Box::new(|x, w| times(&power(&times(x, &w[0]), 3), &w[1])),
            },
        ),
        (
            "two layers of scores",
            "tokens = 2\nwidth = 2\n[[layer]]\ntype = \"repeat\"\ntimes = 2\nlayers = [{ type = \"expression\", \
             expression = \"X Q K' X' X V\", weights = { Q = [2, 1], K = [2, 1], V = [2, 2] } }]",
            ByHand {
                sizes: vec![(2, 1), (2, 1), (2, 2), (2, 1), (2, 1), (2, 2)],
                input: (2, 2),
                degree: 3,
                forward: Box::new(|x, w| {
                    let layer = |x: &Matrix, w: &[Matrix]| {
                        let scores = times(&times(x, &w[0]), &transposed(&times(x, &w[1])));
                        times(&times(&scores, x), &w[2])
                    };
                    layer(&layer(x, &w[..3]), &w[3..])
                }),
            },
        ),
    ]
}

#[test]
fn dimensions_are_the_ranks_of_jacobians_over_q() {
    for (name, text, by_hand) in cases() {
        let problem = network(text).with_output(Output { token: 1, channel: 1 }).unwrap();
        for outputs in [Outputs::State, Outputs::Token, Outputs::Entry] {
            let keep = |i, j| match outputs {
                Outputs::State => true,
                Outputs::Token => i == 1,
                Outputs::Entry => (i, j) == (1, 1),
            };
            let answer = found(&problem, outputs, 3);
            assert_eq!(answer.weights as usize, by_hand.weights(), "{name}");
            let expected = by_hand.rank(by_hand.weights() + 1, keep);
            assert_eq!(answer.dimension as usize, expected, "{name} {outputs:?}");
            assert!(answer.upper.iter().all(|b| b.value >= answer.dimension), "{name}");
            let met = answer.upper.iter().any(|b| b.value == answer.dimension);
            assert_eq!(answer.status == Status::Exact, met);
            assert_eq!(answer.minor.weights.len() as u64, answer.dimension);
            assert_eq!(answer.minor.columns.len() as u64, answer.dimension);
        }
    }
}

/// The coefficients of one output are those of polynomials of its degree in the tokens that it sees.
#[test]
fn coefficients_are_counted_where_they_can_be() {
    let of = |text: &str, outputs| {
        let answer = found(&network(text), outputs, 0);
        (answer.dimension, answer.status, answer.upper.iter().map(|b| b.value).collect::<Vec<_>>())
    };
    let layer = |formula: &str, sizes: &str| {
        format!(
            "tokens = 2\nwidth = 2\n[[layer]]\ntype = \"expression\"\nexpression = \"{formula}\"\nweights = {sizes}"
        )
    };
    // Binary quadratic forms as sums of three squares: 3 coefficients; of both tokens, 10 in 4 variables.
    let squares = layer("(X A).^2 B", "{ A = [2, 3], B = [3, 1] }");
    assert_eq!(of(&squares, Outputs::Entry), (3, Status::Exact, vec![9, 3]));
    assert_eq!(of(&squares, Outputs::State), (3, Status::Lower, vec![9, 6]));
    // With the lower degrees: 1 + 2 + 3.
    let all = layer("polynomial(X A, 1, 1, 1) B", "{ A = [2, 5], B = [5, 1] }");
    assert_eq!(of(&all, Outputs::Entry), (6, Status::Exact, vec![15, 6]));
    // A linear map has a coefficient for each weight.
    let linear = layer("X A", "{ A = [2, 2] }");
    assert_eq!(of(&linear, Outputs::Token), (4, Status::Exact, vec![4, 4]));
    // Nothing to choose.
    let nothing = "tokens = 2\nwidth = 2\n[[layer]]\ntype = \"fourier-mixing\"";
    let (dimension, status, _) = of(nothing, Outputs::State);
    assert_eq!((dimension, status), (0, Status::Exact));
}

/// Weights and points are those of the seed, and the dimension is that of almost all of them.
#[test]
fn seeds_agree() {
    let problem = Problem::attention(2, 2, 1, 3).unwrap();
    let [a, b, c] = [1, 1, 2].map(|seed| found(&problem, Outputs::State, seed));
    assert_eq!((a.dimension, &a.minor), (b.dimension, &b.minor));
    assert_eq!(a.dimension, c.dimension);
}
