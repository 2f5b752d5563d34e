//! Laws of the separation rank of a polynomial f(a, b), computed exactly over Q and modulo primes,
//! and of the bounds on it.

use crate::cases::cases;
use crate::problems::{shape, small_enough, small_problem, style, tensor, with_sides};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::arith::{Fp, Prime, Rational, Ring};
use seprank::bounds::{Side, applicable};
use seprank::linalg::{rank_mod_p, rank_rational};
use seprank::network::layers::Permutation;
use seprank::network::{
    Architecture, InputFamily, MixerShape, Output, Partition, Problem, SideFamily, WeightStyle,
};
use seprank::poly::{Monomial, Polynomial};
use seprank::tensor::{CoefficientTensor, MemoryLimit};

type Poly = Polynomial<Rational>;

/// Variables of either side of the random polynomials; side A comes first.
const LEFT: usize = 2;
const RIGHT: usize = 3;

/// A large prime, the first of the kernels in doubles, and a small one.
const PRIMES: [u64; 3] = [(1 << 61) - 1, 8_388_593, 5];

fn reduce(f: &Poly, p: Prime) -> Polynomial<Fp> {
    f.map(|c| Fp::from_ratio(c, p).expect("integer coefficients"))
}

/// The separation rank over Q and over the field of each of [`PRIMES`].
fn separation_ranks(f: &Poly, left: usize) -> [usize; 4] {
    let over_q = CoefficientTensor::from_polynomial(f.clone(), left).matricize();
    let over_q = over_q.blocks.iter().map(|b| {
        let integers = b.to_dense().map(|c| c.numer().clone());
        rank_rational(&integers).echelon.rank
    });
    let [p, q, r] = PRIMES.map(|p| {
        let p = Prime::new(p).unwrap();
        let matrix = CoefficientTensor::from_polynomial(reduce(f, p), left).matricize();
        matrix.blocks.iter().map(|b| rank_mod_p(&b.to_dense(), p).rank).sum()
    });
    [over_q.sum(), p, q, r]
}

fn ranks(f: &Poly) -> [usize; 4] {
    separation_ranks(f, LEFT)
}

/// A polynomial of degree at most 3 in each of the given variables, with small coefficients.
fn polynomial(variables: std::ops::Range<usize>, terms: usize) -> impl Strategy<Value = Poly> {
    let term = (prop::collection::vec(0u64..=3, variables.len()), -4i64..=4);
    prop::collection::vec(term, 0..=terms).prop_map(move |list| {
        list.into_iter().fold(Poly::zero(), |sum, (exponents, c)| {
            let powers = variables.clone().zip(exponents);
            sum + powers.fold(Poly::from_i64(c), |m, (v, e)| m * Poly::variable(v).power(e))
        })
    })
}

fn left(terms: usize) -> impl Strategy<Value = Poly> {
    polynomial(0..LEFT, terms)
}

fn right(terms: usize) -> impl Strategy<Value = Poly> {
    polynomial(LEFT..LEFT + RIGHT, terms)
}

/// A few terms, a few products of functions of one side, or the terms of one degree of such a sum.
fn both() -> impl Strategy<Value = Poly> {
    let products = prop::collection::vec((left(3), right(3)), 0..4)
        .prop_map(|list| list.into_iter().fold(Poly::zero(), |sum, (g, h)| sum + g * h));
    let either = prop_oneof![polynomial(0..LEFT + RIGHT, 8), products];
    (either, any::<bool>()).prop_map(|(f, homogeneous)| {
        let degree = f.degree();
        let kept = f.terms().iter().filter(|(m, _)| !homogeneous || m.degree() == degree);
        Poly::from_terms(kept.cloned())
    })
}

/// f with polynomials in the place of its variables.
fn substitute(f: &Poly, point: &[Poly]) -> Poly {
    f.evaluate(point, |c| Poly::constant(c.clone()))
}

fn variables() -> Vec<Poly> {
    (0..LEFT + RIGHT).map(Poly::variable).collect()
}

/// An integer matrix of determinant 1 or -1, so invertible over every field.
fn unimodular(n: usize, rng: &mut ChaCha20Rng) -> DMatrix<i64> {
    let mut triangle = |lower: bool| {
        DMatrix::from_fn(n, n, |i, j| match i.cmp(&j) {
            std::cmp::Ordering::Equal => 1,
            order if (order == std::cmp::Ordering::Greater) == lower => rng.random_range(-2..=2),
            _ => 0,
        })
    };
    let product = triangle(true) * triangle(false);
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(rng);
    product.select_rows(&order)
}

/// Monomials of one side, all different.
fn monomials(variables: std::ops::Range<usize>, count: usize) -> Vec<Poly> {
    let (first, second) = (Poly::variable(variables.start), Poly::variable(variables.start + 1));
    let all = (0u64..).flat_map(|k| (0..=k).map(move |e| (e, k - e)));
    all.take(count).map(|(e, f)| first.power(e) * second.power(f)).collect()
}

proptest! {
    #![proptest_config(cases(128))]

    /// Independent functions g_i of one side and h_i of the other: the sum of the g_i h_i has rank r.
    #[test]
    fn a_sum_of_independent_products_has_their_number_as_rank(r in 0usize..9, seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut independent = |variables| {
            let (list, mix) = (monomials(variables, r), unimodular(r, &mut rng));
            let mixed = |i| {
                (0..r).fold(Poly::zero(), |sum, j| sum + Poly::from_i64(mix[(i, j)]) * list[j].clone())
            };
            (0..r).map(mixed).collect::<Vec<_>>()
        };
        let (g, h) = (independent(0..LEFT), independent(LEFT..LEFT + RIGHT));
        let f = g.into_iter().zip(h).fold(Poly::zero(), |sum, (g, h)| sum + g * h);
        prop_assert_eq!(ranks(&f), [r; 4]);
    }

    #[test]
    fn a_sum_of_products_has_at_most_their_number_as_rank(
        products in prop::collection::vec((left(4), right(4)), 0..5)
    ) {
        let count = products.len();
        let f = products.into_iter().fold(Poly::zero(), |sum, (g, h)| sum + g * h);
        for rank in ranks(&f) {
            prop_assert!(rank <= count);
        }
    }

    #[test]
    fn addition_is_subadditive(f in both(), g in both()) {
        let (sum, difference) = (ranks(&(f.clone() + g.clone())), ranks(&(f.clone() - g.clone())));
        let (f, g) = (ranks(&f), ranks(&g));
        for field in 0..4 {
            for found in [sum[field], difference[field]] {
                prop_assert!(found <= f[field] + g[field]);
                prop_assert!(f[field].abs_diff(g[field]) <= found);
            }
        }
    }

    #[test]
    fn multiplication_is_submultiplicative(f in both(), g in both()) {
        let product = ranks(&(f.clone() * g.clone()));
        let (f, g) = (ranks(&f), ranks(&g));
        for field in 0..4 {
            prop_assert!(product[field] <= f[field] * g[field]);
            // Over a field the product of polynomials is zero only if a factor is.
            prop_assert_eq!(product[field] == 0, f[field] == 0 || g[field] == 0);
        }
    }

    /// Multiplication by one function g of one side keeps functions of that side independent.
    #[test]
    fn a_factor_of_one_side_changes_nothing(f in both(), g in prop_oneof![left(4), right(4)]) {
        let product = ranks(&(f.clone() * g.clone()));
        let (f, g) = (ranks(&f), ranks(&g));
        for field in 0..4 {
            prop_assert_eq!(product[field], f[field] * g[field].min(1));
        }
    }

    #[test]
    fn invertible_linear_maps_of_one_side_change_nothing(f in both(), own in any::<bool>(), seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut point = variables();
        let (first, count) = if own { (0, LEFT) } else { (LEFT, RIGHT) };
        let map = unimodular(count, &mut rng);
        for i in 0..count {
            let terms = (0..count).map(|j| Poly::from_i64(map[(i, j)]) * Poly::variable(first + j));
            point[first + i] = terms.fold(Poly::zero(), |a, b| a + b);
        }
        prop_assert_eq!(ranks(&substitute(&f, &point)), ranks(&f));
    }

    /// Translations are invertible too, and make a homogeneous polynomial inhomogeneous.
    #[test]
    fn translations_change_nothing(f in both(), by in prop::collection::vec(-2i64..=2, LEFT + RIGHT)) {
        let moved = variables().into_iter().zip(by).map(|(x, c)| x + Poly::from_i64(c));
        prop_assert_eq!(ranks(&substitute(&f, &moved.collect::<Vec<_>>())), ranks(&f));
    }

    #[test]
    fn the_two_sides_play_the_same_part(f in both()) {
        let exchanged: Vec<Poly> =
            (0..LEFT + RIGHT).map(|v| Poly::variable((v + RIGHT) % (LEFT + RIGHT))).collect();
        prop_assert_eq!(separation_ranks(&substitute(&f, &exchanged), RIGHT), ranks(&f));
    }

    /// Fixing a variable, identifying two of one side, or any other map of a side to itself.
    #[test]
    fn restriction_never_raises_the_rank(
        f in both(), which in 0..LEFT + RIGHT, other in 0..LEFT + RIGHT, c in -2i64..=2,
        g in left(3), h in right(3),
    ) {
        let on_left = which < LEFT;
        let mut images = vec![Poly::from_i64(c), if on_left { g } else { h }];
        if on_left == (other < LEFT) {
            images.push(Poly::variable(other));
        }
        let before = ranks(&f);
        for image in images {
            let mut point = variables();
            point[which] = image;
            let after = ranks(&substitute(&f, &point));
            for field in 0..4 {
                prop_assert!(after[field] <= before[field], "{:?} {:?}", after, before);
            }
        }
    }

    #[test]
    fn a_rank_modulo_a_prime_is_at_most_that_over_q(f in both()) {
        let [over_q, modular @ ..] = ranks(&f);
        prop_assert!(modular.iter().all(|r| *r <= over_q));
        // No minor of these small matrices reaches 2^61.
        prop_assert_eq!(modular[0], over_q);
    }

    #[test]
    fn matricization_and_back_is_the_identity(f in both(), boundary in 0..=LEFT + RIGHT) {
        let matrix = CoefficientTensor::from_polynomial(f.clone(), boundary).matricize();
        prop_assert_eq!(&matrix.to_polynomial(), &f);
        let degrees = |list: &[Monomial]| list.iter().map(Monomial::degree).collect::<Vec<_>>();
        for block in &matrix.blocks {
            prop_assert!(block.rows.is_sorted_by(|a, b| a < b) && block.cols.is_sorted_by(|a, b| a < b));
            prop_assert!(block.rows.iter().all(|m| m.exponents().all(|(v, _)| v < boundary)));
            prop_assert!(block.cols.iter().all(|m| m.exponents().all(|(v, _)| v >= boundary)));
            if let Some((a, b)) = block.bidegree {
                prop_assert!(degrees(&block.rows).iter().all(|d| *d == a));
                prop_assert!(degrees(&block.cols).iter().all(|d| *d == b));
            }
            // No row or column is zero.
            let dense = block.to_dense();
            prop_assert!(dense.row_iter().all(|r| r.iter().any(|c| !c.is_zero())));
            prop_assert!(dense.column_iter().all(|c| c.iter().any(|c| !c.is_zero())));
        }
        let homogeneous = f.terms().iter().all(|(m, _)| m.degree() == f.degree());
        prop_assert!(matrix.blocks.iter().all(|b| b.bidegree.is_some() == homogeneous));
        prop_assert!(homogeneous || matrix.blocks.len() == 1);
        let sum = |f: fn(&seprank::tensor::Block<Rational>) -> usize| matrix.blocks.iter().map(f).sum();
        prop_assert_eq!(matrix.shape(), (sum(|b| b.rows.len()), sum(|b| b.cols.len())));
    }
}

/// The rank over Q of a network with the given inputs.
fn rank_on(problem: &Problem, style: WeightStyle, family: &InputFamily, seed: u64) -> usize {
    let network = style.draw(problem, &mut ChaCha20Rng::seed_from_u64(seed));
    let limit = MemoryLimit::default();
    let tensor = CoefficientTensor::new(problem, &network, family, Rational::clone, limit).unwrap();
    separation_ranks(tensor.polynomial(), tensor.left_variables())[0]
}

/// The inputs of a side with one entry in the place of another, or zero there.
fn restricted(positions: usize, width: usize, rng: &mut ChaCha20Rng) -> SideFamily {
    let mut side = SideFamily::all(positions, width);
    let (from, to) =
        (rng.random_range(0..positions * width), rng.random_range(0..positions * width));
    side.branches[0][(to / width, to % width)] =
        if rng.random_bool(0.5) { Poly::variable(from) } else { Poly::zero() };
    side
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn fewer_inputs_never_raise_the_rank_of_a_network(problem in small_problem(), style in style(), seed: u64) {
        prop_assume!(small_enough(&problem));
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let all = InputFamily::all(&problem);
        let positions = problem.partition().left().len();
        let left = restricted(positions, problem.width(), &mut rng);
        let right = restricted(problem.tokens() - positions, problem.width(), &mut rng);
        let full = rank_on(&problem, style, &all, seed);
        let half = rank_on(&problem, style, &InputFamily { left, ..all.clone() }, seed);
        prop_assert!(half <= full);
        let half = rank_on(&problem, style, &InputFamily { right, ..all }, seed);
        prop_assert!(half <= full);
    }

    /// Attention does not know the order of its tokens.
    #[test]
    fn attention_with_relabelled_tokens_has_the_same_rank(problem in small_problem(), style in style(), seed: u64) {
        prop_assume!(matches!(problem.architecture(), Architecture::Attention(_)) && small_enough(&problem));
        let mut order: Vec<usize> = (0..problem.tokens()).collect();
        order.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
        let left: Vec<usize> = problem.partition().left().iter().map(|t| order[*t]).collect();
        let Output { token, channel } = problem.output();
        let relabelled = Problem::new(
            problem.architecture().clone(),
            Partition::new(problem.tokens(), &left).unwrap(),
            Output { token: order[token], channel },
        ).unwrap();
        let of = |p: &Problem| rank_on(p, style, &InputFamily::all(p), seed);
        prop_assert_eq!(of(&relabelled), of(&problem));
    }

    /// Random weights and those made to break a bound.
    #[test]
    fn no_weights_exceed_an_upper_bound(problem in small_problem(), seed: u64) {
        prop_assume!(small_enough(&problem));
        for style in WeightStyle::ALL {
            let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
            let tensor = tensor(&problem, &network);
            let found = separation_ranks(tensor.polynomial(), tensor.left_variables());
            for bound in applicable(&problem).iter().filter(|b| b.side() == Side::Upper) {
                let value = bound.value(&problem).expect("small problems have exact values");
                prop_assert!(found.iter().all(|r| value >= *r), "{} {:?}: {} {:?}", bound.id(), style, value, found);
            }
        }
    }
}

fn values(problem: &Problem) -> Vec<(&'static str, Option<Integer>)> {
    applicable(problem).iter().map(|b| (b.id(), b.value(problem))).collect()
}

proptest! {
    #![proptest_config(cases(96))]

    /// Each lower bound against each upper one, as integers where they can be written and enclosed.
    #[test]
    fn lower_bounds_are_below_upper_ones(
        architecture in shape(), sides in (1usize..=12, 1usize..=12), own_is_left in any::<bool>()
    ) {
        let tokens = sides.0 + sides.1;
        let left: Vec<usize> = (0..sides.0).collect();
        let problem = with_sides(architecture, &left, tokens, if own_is_left { 0 } else { tokens - 1 });
        let (lower, upper): (Vec<_>, Vec<_>) =
            applicable(&problem).into_iter().partition(|b| b.side() == Side::Lower);
        prop_assert!(!upper.is_empty());
        for (lower, upper) in itertools::iproduct!(&lower, &upper) {
            if let (Some(l), Some(u)) = (lower.value(&problem), upper.value(&problem)) {
                prop_assert!(l <= u, "{} {l} > {} {u}", lower.id(), upper.id());
            }
            if let (Some(l), Some(u)) = (lower.enclosure(&problem), upper.enclosure(&problem)) {
                prop_assert!(!u.less_than(&l), "{} > {}", lower.id(), upper.id());
            }
        }
    }

    /// Only the numbers of tokens count, and on which side the output token is; for a Mixer that
    /// neither, nor which side is called A, nor for the bounds that apply a permutation of the inputs.
    #[test]
    fn bounds_depend_on_the_sizes_of_the_sides_only(
        architecture in shape(), tokens in 2usize..=9, seed: u64
    ) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let own = rng.random_range(1..tokens);
        let left: Vec<usize> = (0..own).collect();
        let expected = values(&with_sides(architecture.clone(), &left, tokens, 0));
        let mut order: Vec<usize> = (0..tokens).collect();
        order.shuffle(&mut rng);
        let (mine, others) = order.split_at(own);
        let token = mine[rng.random_range(0..own)];
        for side in [mine, others] {
            let moved = with_sides(architecture.clone(), side, tokens, token);
            prop_assert_eq!(values(&moved), expected.clone());
        }
        if let Architecture::Mixer(shape) = architecture {
            let mut entries: Vec<usize> = (0..tokens * shape.width).collect();
            entries.shuffle(&mut rng);
            let permuted = MixerShape { permutation: Permutation::new(entries), ..shape };
            let moved = with_sides(Architecture::Mixer(permuted), mine, tokens, others[0]);
            let values = values(&moved);
            let applies = |(id, _): &(&str, _)| values.iter().any(|(own, _)| own == id);
            let expected: Vec<_> = expected.into_iter().filter(applies).collect();
            prop_assert_eq!(values, expected);
        }
    }
}

#[test]
fn the_smallest_ranks() {
    let [x, y] = [0, LEFT].map(Poly::variable);
    assert_eq!(ranks(&Poly::zero()), [0; 4]);
    assert_eq!(ranks(&Poly::one()), [1; 4]);
    assert_eq!(ranks(&(x.clone() * y.clone())), [1; 4]);
    assert_eq!(ranks(&(x.clone() + y.clone())), [2; 4]);
    // (x + y)^5 = x^5 + y^5 modulo 5.
    assert_eq!(ranks(&(x + y).power(5)), [6, 6, 6, 2]);
}
