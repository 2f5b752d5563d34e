//! The float pipeline at every size that numbers can have: a common factor changes no rank, and what is not
//! finite is refused.

use crate::cases::cases;
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::{BigFloat, Rational};
use seprank::float::real::RealNetwork;
use seprank::float::study::{MODELS, Sizes, observe};
use seprank::float::{
    FloatError, Sample, Spectrum, agreement, diagonal_of_r, double_spectrum, effective_rank,
    epsilon_rank, high_spectrum, proved_rank, singular_values,
};
use seprank::network::{InputFamily, Network, Problem, WeightStyle};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// `x 2^k`, in steps that stay inside the doubles where x and the result do.
fn shifted(x: f64, k: i32) -> f64 {
    let half = k / 2;
    x * f64::exp2(f64::from(half)) * f64::exp2(f64::from(k - half))
}

/// A matrix of rank r with small integer entries.
fn planted(n: usize, r: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = rng(seed);
    let mut factor =
        |rows, cols| DMatrix::from_fn(rows, cols, |_, _| f64::from(rng.random_range(-8i8..=8)));
    factor(n, r) * factor(r, n)
}

fn rank_of(values: &[f64], n: usize) -> usize {
    Spectrum::new(values.to_vec(), n, 53).unwrap().rank
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_common_factor_changes_no_rank(
        n in 1usize..=8, r in 0usize..=8, k in -1000i32..=1000, seed in any::<u64>()
    ) {
        let matrix = planted(n, r, seed);
        let values = singular_values(&matrix).unwrap();
        let large = singular_values(&matrix.map(|x| shifted(x, k))).unwrap();
        // Rounding noise may leave the doubles below; what is left is the same number.
        for (x, y) in values.iter().zip(&large) {
            prop_assert!(shifted(*x, k) == *y, "{x} {y} {k}");
        }
        prop_assert_eq!(rank_of(&values, n), rank_of(&large, n));
        prop_assert!(rank_of(&values, n) <= r.min(n));
        let [a, b] = [&values, &large].map(|v| effective_rank(v).unwrap());
        prop_assert!((a - b).abs() <= 1e-12 * a, "{a} {b}");
        let [a, b] = [&values, &large].map(|v| epsilon_rank(v, 0.1).unwrap());
        prop_assert_eq!(a, b);
        let factor = Rational::from(rug::Rational::from(1) << k);
        let exact = |scale: &Rational| {
            let of = |x: f64| BigFloat::new(&(Rational::from_f64(x).unwrap() * scale.clone()), 128);
            diagonal_of_r(&matrix.map(of), 1e-30).len()
        };
        prop_assert_eq!(exact(&factor), exact(&Rational::from(1)));
    }

    #[test]
    fn equal_values_count_in_full(n in 1usize..=9, k in -1000i32..=1000) {
        let values = vec![shifted(1.5, k); n];
        prop_assert!((effective_rank(&values).unwrap() - n as f64).abs() < 1e-12 * n as f64);
        prop_assert_eq!(epsilon_rank(&values, 0.5).unwrap(), n);
        prop_assert_eq!(rank_of(&values, n), n);
    }

    /// The weights of a network times a power of two: its values are times one to the degree in the weights.
    #[test]
    fn the_size_of_the_weights_changes_no_rank(k in -1000i32..=1000, depth in 1usize..=2, seed in 0u64..8) {
        let problem = Problem::attention(depth, 2, 1, 4).unwrap();
        // Theorem 3.3: d + 1, and 1 + 3 + 6 + 6 + 2.
        let exact = [3, 18][depth - 1];
        let factor = Rational::from(rug::Rational::from(1) << k);
        let network: Network<Rational> = WeightStyle::Random.draw(&problem, &mut rng(seed));
        let network = network.map(|w| w.clone() * factor.clone());
        let sample =
            Sample::draw(&problem, &network, &InputFamily::all(&problem), exact + 4, &mut rng(seed + 1));
        prop_assert_eq!(high_spectrum(&sample, 212).unwrap().rank, exact);
        prop_assert_eq!(proved_rank(&sample, exact).unwrap().rank, exact);
        prop_assert!(agreement(&sample, exact).unwrap().precision().is_some());
        // Doubles are enough unless the values are below them.
        let degree = problem.weight_degree().unwrap() as i32;
        if k * degree > -800 && depth == 1 {
            prop_assert_eq!(double_spectrum(&sample).unwrap().rank, exact);
        }
    }
}

#[test]
fn what_is_not_finite_is_refused_by_name() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for place in 0..3 {
            let mut values = [3.0, 2.0, 1.0];
            values[place] = bad;
            let errors = [
                effective_rank(&values).map(drop),
                epsilon_rank(&values, 0.1).map(drop),
                Spectrum::new(values.to_vec(), 3, 53).map(drop),
            ];
            for error in errors {
                let text = error.unwrap_err().to_string();
                let expected = format!(
                    "singular value {place} {bad}: must be a finite number that is not negative"
                );
                assert_eq!(text, expected);
            }
        }
        let mut matrix = planted(5, 3, 1);
        matrix[(3, 1)] = bad;
        let text = singular_values(&matrix).unwrap_err().to_string();
        assert_eq!(text, format!("grid entry (3, 1) {bad}: must be a finite number"));
    }
    assert!(matches!(effective_rank(&[1.0, -1.0]), Err(FloatError::Value { .. })));
}

const SIZES: Sizes = Sizes { depth: 7, width: 4, tokens: 4 };

/// `f(2^k X) = 2^(k D) f(X)` where every part is homogeneous, at any depth.
#[test]
fn deep_homogeneous_networks_keep_their_values() {
    for model in MODELS.iter().filter(|m| m.variant == "polynomial") {
        for depth in [1, 3, 7, 9] {
            let sizes = Sizes { depth, ..SIZES };
            let network = RealNetwork::random(model.architecture(sizes), &mut rng(6));
            let mut draw = rng(7);
            let x = DMatrix::from_fn(4, 4, |_, _| draw.random_range(-1.0..1.0));
            let (state, exponent) = network.forward_scaled(&x);
            assert!((0.5..1.0).contains(&state.amax()), "{}", model.name());
            let degree = if model.family == "attention" { 3i64 } else { 2 }.pow(depth as u32);
            for k in [-1000, -60, 1, 300] {
                let (other, power) = network.forward_scaled(&x.map(|x| shifted(x, k)));
                assert_eq!((other, power), (state.clone(), exponent + i64::from(k) * degree));
            }
            if depth <= 3 {
                let plain = network.forward(&x);
                assert_eq!(plain, state.map(|m| shifted(m, exponent as i32)));
            }
        }
    }
    // The others are what they were.
    for model in MODELS.iter().filter(|m| m.variant == "published") {
        let network = RealNetwork::random(model.architecture(SIZES), &mut rng(6));
        let x = DMatrix::from_element(4, 4, 0.5);
        assert_eq!(network.forward_scaled(&x), (network.forward(&x), 0));
    }
}

#[test]
fn spectra_of_deep_networks_end_and_are_finite() {
    for model in MODELS {
        for depth in [7, 8, 12] {
            let seen = observe(model, Sizes { depth, ..SIZES }, 6, 0, 0).unwrap();
            for values in [seen.plain, seen.interaction] {
                let rank = effective_rank(&values).unwrap();
                assert!((1.0..=6.0 + 1e-9).contains(&rank), "{} {depth}: {rank}", model.name());
            }
        }
    }
}
