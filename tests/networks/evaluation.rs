//! One definition, many rings: what holds in one reading holds in the others.

use crate::cases::cases;
use crate::problems::{small_enough, small_problem, style, tensor};
use nalgebra::DMatrix;
use num_traits::Zero;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational, Ring};
use seprank::linalg::{RowFactorisation, rank_bareiss, rank_mod_p, rank_rational};
use seprank::network::{Architecture, InputFamily, MixerShape, Network, Problem, WeightStyle};
use seprank::prove::{Method, RankRequest, Weights, rank};
use seprank::tensor::{grid, random_points};

/// Attention straight from its definition, W and V multiplied out.
fn attention_by_definition(
    network: &Network<Rational>,
    x: &DMatrix<Rational>,
) -> DMatrix<Rational> {
    network.parameters().iter().fold(x.clone(), |y, layer| {
        let mut sum = DMatrix::zeros(y.nrows(), y.ncols());
        for head in layer.chunks_exact(4) {
            let w = &head[0] * head[1].transpose();
            let v = &head[2] * head[3].transpose();
            sum += (&y * w * y.transpose()) * &y * v;
        }
        sum
    })
}

/// The Gram form of Lemma 3.1: y_i = x_i Phi_L(G), G = X^T X.
fn attention_by_gram(network: &Network<Rational>, x: &DMatrix<Rational>) -> DMatrix<Rational> {
    let gram = x.transpose() * x;
    let mut phi = DMatrix::<Rational>::identity(x.ncols(), x.ncols());
    for layer in network.parameters() {
        let mut sum = DMatrix::zeros(x.ncols(), x.ncols());
        for head in layer.chunks_exact(4) {
            let w = &head[0] * head[1].transpose();
            let v = &head[2] * head[3].transpose();
            sum += &phi * w * phi.transpose() * &gram * &phi * v;
        }
        phi = sum;
    }
    x * phi
}

/// The Mixer entry by entry, from scalars.
fn mixer_by_definition(
    shape: &MixerShape,
    network: &Network<Rational>,
    x: &DMatrix<Rational>,
) -> DMatrix<Rational> {
    let (n, d) = x.shape();
    let mut lists = network.parameters().iter();
    let mut y = x.clone();
    if let Some(p) = &shape.permutation {
        lists.next();
        y = DMatrix::from_fn(n, d, |t, k| {
            let e = p.source()[t * d + k];
            x[(e / d, e % d)].clone()
        });
    }
    let bias = |list: &[DMatrix<Rational>], which: usize, i: usize| {
        if shape.bias { list[which][(i, 0)].clone() } else { Rational::zero() }
    };
    for _ in 0..shape.depth {
        let list = lists.next().unwrap();
        let mut u = DMatrix::from_fn(n, d, |t, k| {
            let mut sum = bias(list, 3, t);
            for s in 0..shape.token_hidden {
                let mut z = bias(list, 2, s);
                for other in 0..n {
                    z += list[0][(s, other)].clone() * y[(other, k)].clone();
                }
                sum += list[1][(t, s)].clone() * z.power(shape.token_degree);
            }
            sum
        });
        if shape.residual {
            u += &y;
        }
        let list = lists.next().unwrap();
        y = DMatrix::from_fn(n, d, |t, k| {
            let mut sum = bias(list, 3, k);
            for c in 0..shape.channel_hidden {
                let mut z = bias(list, 2, c);
                for other in 0..d {
                    z += u[(t, other)].clone() * list[0][(other, c)].clone();
                }
                sum += z.power(shape.channel_degree) * list[1][(c, k)].clone();
            }
            if shape.residual { sum + u[(t, k)].clone() } else { sum }
        });
    }
    y
}

fn random_input(problem: &Problem, rng: &mut ChaCha20Rng) -> DMatrix<Rational> {
    DMatrix::from_fn(problem.tokens(), problem.width(), |_, _| rng.random_range(-5i64..=5).into())
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn the_forward_pass_is_its_definition(problem in small_problem(), style in style(), seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let network = style.draw(&problem, &mut rng);
        let x = random_input(&problem, &mut rng);
        let value = network.forward(&x);
        match problem.architecture() {
            Architecture::Attention(_) => {
                prop_assert_eq!(&value, &attention_by_definition(&network, &x));
                prop_assert_eq!(&value, &attention_by_gram(&network, &x));
            }
            Architecture::Mixer(shape) => {
                prop_assert_eq!(&value, &mixer_by_definition(shape, &network, &x));
            }
            _ => unreachable!("two architectures are drawn"),
        }
    }

    #[test]
    fn reduction_commutes_with_the_forward_pass(problem in small_problem(), seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let network = WeightStyle::Random.draw(&problem, &mut rng);
        let x = random_input(&problem, &mut rng);
        for p in [Prime::new(10_007).unwrap(), Prime::MERSENNE_61] {
            let reduce = |q: &Rational| Fp::from_ratio(q, p).unwrap();
            let over_q = network.forward(&x).map(|q| reduce(&q));
            let over_p = network.map(reduce).forward(&x.map(|q| reduce(&q)));
            prop_assert_eq!(over_q, over_p);
        }
    }

    #[test]
    fn doubles_follow_rationals(problem in small_problem(), seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let network = WeightStyle::Random.draw(&problem, &mut rng);
        let network = network.map(|w| w.clone() * Rational::from((1, 1 << 20)));
        let x = random_input(&problem, &mut rng);
        let exact = network.forward(&x).map(|q| q.to_f64());
        let float = network.map(Rational::to_f64).forward(&x.map(|q| q.to_f64()));
        let magnitude = network
            .map(|w| w.to_f64().abs())
            .forward(&x.map(|q| q.to_f64().abs()));
        for ((e, f), m) in exact.iter().zip(&float).zip(&magnitude) {
            // Rounding is relative to the sum of absolute values.
            prop_assert!((e - f).abs() <= 1e-9 * m, "{e} {f} {m}");
        }
    }

    /// The bridge between tensor and network: the tensor, evaluated, is the network's value.
    #[test]
    fn the_tensor_evaluates_to_the_network(problem in small_problem(), style in style(), seed: u64) {
        prop_assume!(small_enough(&problem));
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let network = style.draw(&problem, &mut rng);
        let tensor = tensor(&problem, &network);
        let x = random_input(&problem, &mut rng);
        let sides = [problem.partition().left(), problem.partition().right()].concat();
        let point: Vec<Rational> =
            sides.iter().flat_map(|&t| x.row(t).iter().cloned().collect::<Vec<_>>()).collect();
        let output = problem.output();
        let value = network.forward(&x)[(output.token, output.channel)].clone();
        prop_assert_eq!(tensor.polynomial().evaluate(&point, Rational::clone), value);
        // Matricization and back.
        prop_assert_eq!(&tensor.matricize().to_polynomial(), tensor.polynomial());
        prop_assert!(tensor.polynomial().degree() <= problem.degree().unwrap());
    }

    /// Proposition 1.2 at fixed weights: coefficient rank over Q by two routes = grid rank.
    #[test]
    fn coefficients_and_grids_have_one_rank(problem in small_problem(), style in style(), seed: u64) {
        prop_assume!(small_enough(&problem));
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let network = style.draw(&problem, &mut rng);
        let tensor = tensor(&problem, &network);
        let mut over_q = 0;
        for block in tensor.matricize().blocks {
            let dense = block.to_dense().map(|q| q.numer().clone());
            let r = rank_rational(&dense).echelon;
            // Fraction-free elimination of large entries is slow: small blocks only.
            if dense.nrows().min(dense.ncols()) <= 20 {
                prop_assert_eq!(r.rank, rank_bareiss(&dense).rank);
                prop_assert!(RowFactorisation::new(&dense, &r).verifies(&dense));
            }
            over_q += r.rank;
        }
        let p = Prime::MERSENNE_61;
        let reduce = |q: &Rational| Fp::from_ratio(q, p).unwrap();
        let family = InputFamily::all(&problem);
        let points = random_points(&family, (over_q + 2, over_q + 2), p, &mut rng);
        let matrix = grid(&problem, &network.map(reduce), &points, &|_| ());
        prop_assert_eq!(rank_mod_p(&matrix, p).rank, over_q);
        // And both as the command computes them.
        for method in [Method::Coefficients, Method::Grid, Method::Auto] {
            let mut request = RankRequest::new(problem.clone());
            (request.weights, request.method) = (Weights::Given(network.clone()), method);
            let answer = rank(&request, &|_, _| ()).unwrap();
            prop_assert_eq!(answer.rank, over_q, "{:?}", method);
            for bound in answer.bounds.iter().filter(|b| b.side.name() == "upper") {
                prop_assert!(bound.value.as_ref().is_none_or(|v| *v >= over_q), "{}", bound.id);
            }
        }
    }

    /// Hankel blocks, where they apply, have the rank of a grid.
    #[test]
    fn hankel_blocks_have_the_rank_of_a_grid(
        sizes in prop::sample::select(vec![(1, 3, 1), (1, 4, 2), (2, 2, 1), (2, 2, 2), (2, 3, 1), (2, 3, 3)]),
        mixer in any::<bool>(), extra in 0usize..2, style in style(), seed: u64
    ) {
        let (depth, width, heads) = sizes;
        let tokens = 2 * (width + extra);
        let problem = if mixer {
            Problem::mixer(depth, 2, width - 1, tokens)
        } else {
            Problem::attention(depth, width, heads, tokens)
        }
        .unwrap();
        let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
        let mut request = RankRequest::new(problem.clone());
        (request.weights, request.method) = (Weights::Given(network.clone()), Method::Hankel);
        let Ok(hankel) = rank(&request, &|_, _| ()) else {
            // Only degenerate token-mixing weights are not a function of a free sum.
            prop_assert!(mixer && style != WeightStyle::Random);
            return Ok(());
        };
        request.method = Method::Grid;
        prop_assert_eq!(hankel.rank, rank(&request, &|_, _| ()).unwrap().rank);
    }

    /// The two sides play the same part.
    #[test]
    fn the_rank_is_symmetric_in_the_sides(problem in small_problem(), seed: u64) {
        let swapped = problem.with_partition(problem.partition().right()).unwrap();
        let weights = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
        let ranks = [problem, swapped].map(|p| {
            let mut request = RankRequest::new(p);
            (request.weights, request.seed) = (Weights::Given(weights.clone()), seed);
            rank(&request, &|_, _| ()).unwrap().rank
        });
        prop_assert_eq!(ranks[0], ranks[1]);
    }
}
