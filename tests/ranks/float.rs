//! The float pipeline: precisions agree, intervals enclose, the rule at its edges, real networks.

use nalgebra::DMatrix;
use num_traits::{One, Zero};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::{BigFloat, Interval, Rational, Ring};
use seprank::claims::{Profile, small_problems};
use seprank::float::real::{Activation, RealNetwork, attention, layer_norm, softmax_rows};
use seprank::float::study::{Estimate, MODELS, Model, Sizes, observe, without_means};
use seprank::float::{
    Sample, Spectrum, agreement, certain_pivots, diagonal_of_r, effective_rank, epsilon_rank,
    high_spectrum, proved_rank, tolerance,
};
use seprank::network::{
    Architecture, AttentionShape, InputFamily, MixerShape, Output, Partition, Problem, WeightStyle,
};
use seprank::prove::{RankRequest, rank};
use std::process::{Command, Output as Process};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn sample(problem: &Problem, style: WeightStyle, n: usize) -> Sample {
    let network = style.draw(problem, &mut rng(1));
    Sample::draw(problem, &network, &InputFamily::all(problem), n, &mut rng(2))
}

fn big(value: &BigFloat) -> rug::Float {
    value.as_rug().clone()
}

// Precisions.

#[test]
fn every_precision_is_as_near_to_the_exact_values_as_it_promises() {
    for problem in small_problems(Profile::Quick) {
        let sample = sample(&problem, WeightStyle::Random, 3);
        let exact = sample.grid(Rational::clone);
        let largest = exact.iter().map(|x| x.to_f64().abs()).fold(0.0, f64::max);
        let precise = |x: &Rational| BigFloat::new(x, 2000);
        let double: DMatrix<f64> = sample.grid(Rational::to_f64);
        for (x, e) in double.iter().zip(&exact) {
            assert!((x - e.to_f64()).abs() <= 1e-12 * largest, "{problem:?}: {x} for {e:?}");
        }
        for precision in [64, 106, 424] {
            let floats = sample.grid(|q| BigFloat::new(q, precision));
            // 40 bits are left for the cancellation and the length of the computation.
            let allowed = largest * f64::exp2(40.0 - f64::from(precision));
            for (x, e) in floats.iter().zip(&exact) {
                assert_eq!(x.as_rug().prec(), precision);
                assert!(big(&(x.clone() - precise(e))).abs() <= allowed, "{precision} bits");
            }
        }
    }
}

#[test]
fn results_have_the_larger_precision_in_either_order() {
    let (low, high) = (BigFloat::new(&7.into(), 64), BigFloat::new(&3.into(), 212));
    for (x, y) in [(&low, &high), (&high, &low)] {
        let [sum, difference, product] =
            [x.clone() + y.clone(), x.clone() - y.clone(), x.clone() * y.clone()];
        assert!([&sum, &difference, &product].iter().all(|z| z.as_rug().prec() == 212));
        let sign = if x == &low { 1 } else { -1 };
        assert_eq!([big(&sum), big(&difference), big(&product)], [10, 4 * sign, 21]);
    }
    let one = BigFloat::one() + BigFloat::zero() + BigFloat::from_i64(-1);
    assert!(one.is_zero() && (high.clone() * BigFloat::one()).as_rug().prec() == 212);
}

#[test]
fn intervals_contain_the_exact_values_and_are_narrow() {
    for problem in small_problems(Profile::Quick) {
        let sample = sample(&problem, WeightStyle::Random, 2);
        let exact = sample.grid(Rational::clone);
        for precision in [64, 128] {
            let enclosures = sample.grid(|q| Interval::enclosing(q, precision));
            for (x, e) in enclosures.iter().zip(&exact) {
                assert!(x.contains(e), "{problem:?} at {precision} bits");
                let error = (x.midpoint() - e.to_f64()).abs();
                assert!(error <= 1e-6 * e.to_f64().abs(), "{problem:?}: too wide");
            }
        }
    }
}

// The rule.

#[test]
fn the_rule_at_its_edges() {
    let rank = |values: &[f64]| Spectrum::new(values.to_vec(), values.len(), 53).unwrap().rank;
    assert_eq!(rank(&[]), 0);
    assert_eq!(rank(&[0.0]), 0);
    assert_eq!(rank(&[0.0; 4]), 0);
    assert_eq!(rank(&[1e-300]), 1);
    assert_eq!(rank(&[2.0; 5]), 5);
    // The widest gap, not the tolerance, decides; and the order of the values does not matter.
    assert_eq!(rank(&[1e-13, 1.0, 1e-3, 2e-13]), 2);
    // Below the tolerance nothing counts, whatever its gap.
    assert_eq!(rank(&[1.0, 1e-15, 1e-300]), 1);
    let zero = DMatrix::from_element(3, 3, BigFloat::zero());
    assert_eq!(diagonal_of_r(&zero, 1e-30), [0.0]);
    assert_eq!(diagonal_of_r(&DMatrix::from_element(1, 1, BigFloat::one()), 1e-30), [1.0]);
    assert!(diagonal_of_r(&DMatrix::from_element(0, 0, BigFloat::one()), 1e-30).is_empty());
}

#[test]
fn a_zero_network_has_rank_zero_at_every_precision_and_a_wrong_rank_gets_a_reason() {
    let problem = Problem::attention(2, 2, 1, 4).unwrap();
    let zero = sample(&problem, WeightStyle::Zero, 4);
    assert_eq!(agreement(&zero, 0).unwrap().precision(), Some(53));
    assert!(agreement(&zero, 1).unwrap().reason().unwrap().contains("the grid is zero"));
    let random = sample(&Problem::attention(1, 2, 1, 4).unwrap(), WeightStyle::Random, 6);
    assert_eq!(agreement(&random, 3).unwrap().reason(), None);
    let last = agreement(&random, 4).unwrap();
    assert_eq!((last.precision(), last.last.precision), (None, 848));
    assert!(last.reason().unwrap().contains("value 4 is below the tolerance"));
    assert!(agreement(&random, 2).unwrap().reason().unwrap().contains("gap comes after value 3"));
}

/// H(i,j) = 1/(i+j+1): invertible, with a condition number of about 10^22 for n = 16.
fn hilbert<T: Ring>(n: usize, embed: impl Fn(&Rational) -> T) -> DMatrix<T> {
    DMatrix::from_fn(n, n, |i, j| embed(&Rational::from((1, (i + j + 1) as i64))))
}

#[test]
fn a_rank_that_doubles_miss_is_found_and_proved_at_higher_precision() {
    let n = 16;
    let values = hilbert(n, Rational::to_f64).singular_values();
    let double = Spectrum::new(values.iter().copied().collect(), n, 53).unwrap();
    assert!(double.rank < n, "double precision shows {}", double.rank);
    let matrix = hilbert(n, |q| BigFloat::new(q, 212));
    let high = Spectrum::new(diagonal_of_r(&matrix, tolerance(n, 212)), n, 212).unwrap();
    assert_eq!(high.rank, n);
    // The product of the diagonal of R is the determinant up to sign.
    let exact = log10_determinant(n);
    let product: f64 = high.values.iter().map(|v| v.log10()).sum();
    assert!((product - exact).abs() < 1e-9, "{product} for {exact}");
    let never = seprank::Stop::default();
    assert!(certain_pivots(hilbert(n, |q| Interval::enclosing(q, 64)), n, &never).len() < n);
    assert_eq!(certain_pivots(hilbert(n, |q| Interval::enclosing(q, 212)), n, &never).len(), n);
}

/// log10 of the determinant of the Hilbert matrix: prod_{i<n} i!^4 / prod_{i<2n} i!
/// (Hilbert 1894).
fn log10_determinant(n: usize) -> f64 {
    let factorial = |i: usize| (1..=i).map(|k| (k as f64).log10()).sum::<f64>();
    (0..n).map(|i| 4.0 * factorial(i)).sum::<f64>() - (0..2 * n).map(factorial).sum::<f64>()
}

// The rigorous route.

#[test]
fn singular_minors_are_refused() {
    for (n, planted) in [(5, 3), (6, 1), (4, 0), (4, 4)] {
        let mut rng = rng(n as u64);
        // Thirds are not dyadic: the intervals have a width.
        let mut entry = |_, _| Rational::from((rng.random_range(-9..=9i64), 3));
        let (p, q) =
            (DMatrix::from_fn(n, planted, &mut entry), DMatrix::from_fn(planted, n, entry));
        let exact = p * q;
        for precision in [64, 256, 1000] {
            let enclosed = exact.map(|x| Interval::enclosing(&x, precision));
            assert_eq!(
                certain_pivots(enclosed, n, &seprank::Stop::default()).len(),
                planted,
                "{n} x {n} at {precision} bits"
            );
        }
    }
}

#[test]
fn the_proved_rank_is_the_exact_one_and_never_more() {
    for problem in small_problems(Profile::Quick) {
        let answer = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap();
        if answer.rank > 10 {
            continue;
        }
        let family = InputFamily::all(&problem);
        let sample = Sample::draw(&problem, &answer.network, &family, answer.rank + 2, &mut rng(0));
        assert_eq!(proved_rank(&sample, answer.rank).unwrap().rank, answer.rank, "{problem:?}");
        assert_eq!(proved_rank(&sample, answer.rank + 1).unwrap().rank, answer.rank, "{problem:?}");
    }
}

#[test]
fn degree_27_needs_more_than_doubles_and_is_proved() {
    let problem = Problem::attention(3, 1, 1, 2).unwrap();
    let sample = sample(&problem, WeightStyle::Random, 22);
    let found = agreement(&sample, 14).unwrap();
    assert_eq!((found.precision(), found.double.unwrap().rank < 14), (Some(104), true));
    assert_eq!(high_spectrum(&sample, 212).unwrap().rank, 14);
    assert_eq!(proved_rank(&sample, 14).unwrap().rank, 14);
}

// Effective ranks and statistics.

#[test]
fn effective_ranks_of_known_spectra() {
    let near = |x: f64, y: f64| (x - y).abs() < 1e-12;
    for n in 1..6 {
        assert!(near(effective_rank(&vec![3.0; n]).unwrap(), n as f64));
    }
    assert!(
        near(effective_rank(&[5.0, 0.0, 0.0]).unwrap(), 1.0)
            && effective_rank(&[0.0; 3]).unwrap() == 0.0
    );
    // Shares 0.8 and 0.2 of the energy: exp(-0.8 ln 0.8 - 0.2 ln 0.2).
    let entropy = -0.8 * 0.8f64.ln() - 0.2 * 0.2f64.ln();
    assert!(near(effective_rank(&[2.0, 1.0]).unwrap(), entropy.exp()));
    assert_eq!(epsilon_rank(&[4.0, 1.0, 0.3, 0.0], 0.1).unwrap(), 2);
    assert_eq!(epsilon_rank(&[0.0, 0.0], 0.1).unwrap(), 0);
}

#[test]
fn confidence_intervals_are_those_of_student() {
    // t(0.975; 2) = 4.302653 (any table); the standard error of 1, 2, 3 is 1/sqrt 3.
    let estimate = Estimate::of(&[1.0, 2.0, 3.0]);
    assert_eq!(estimate.mean, 2.0);
    assert!((estimate.half_width.unwrap() - 4.302_653 / 3f64.sqrt()).abs() < 1e-6);
    assert_eq!(Estimate::of(&[7.0]), Estimate { mean: 7.0, half_width: None });
}

#[test]
fn taking_out_means_removes_a_sum_of_two_functions_and_nothing_of_a_product() {
    let additive = DMatrix::from_fn(5, 4, |s, t| (s * s) as f64 + 3.0 / (t + 1) as f64);
    assert!(without_means(additive).amax() < 1e-14);
    let product =
        DMatrix::from_fn(4, 4, |s, t| [1.0, -1.0, 2.0, -2.0][s] * [3.0, -3.0, 1.0, -1.0][t]);
    assert!((without_means(product.clone()) - product).amax() < 1e-14);
}

// Real networks.

const SIZES: Sizes = Sizes { depth: 2, width: 8, tokens: 6 };

fn model(family: &str, variant: &str) -> &'static Model {
    MODELS.iter().find(|m| m.family == family && m.variant == variant).unwrap()
}

fn gaussian(rows: usize, cols: usize, rng: &mut ChaCha20Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| rng.sample(rand_distr::StandardNormal))
}

#[test]
fn layer_norm_rows_have_mean_0_and_variance_1() {
    let y = layer_norm(&(gaussian(6, 32, &mut rng(3)) * 5.0).add_scalar(7.0));
    for row in y.row_iter() {
        assert!(row.mean().abs() < 1e-12 && (row.variance() - 1.0).abs() < 1e-5);
    }
    // A constant row has no variance to divide by.
    assert!(layer_norm(&DMatrix::from_element(1, 4, 2.0)).iter().all(|x| *x == 0.0));
}

#[test]
fn softmax_rows_are_distributions_also_for_large_scores() {
    let scores = gaussian(5, 7, &mut rng(4)) * 1000.0;
    let mut rows = scores.clone();
    softmax_rows(&mut rows);
    for (row, scores) in rows.row_iter().zip(scores.row_iter()) {
        assert!((row.sum() - 1.0).abs() < 1e-12 && row.iter().all(|p| (0.0..=1.0).contains(p)));
        assert_eq!(row.transpose().imax(), scores.transpose().imax());
    }
    let mut known = DMatrix::from_row_slice(1, 2, &[0.0, 3f64.ln()]);
    softmax_rows(&mut known);
    assert!((known[0] - 0.25).abs() < 1e-15 && (known[1] - 0.75).abs() < 1e-15);
}

#[test]
fn softmax_attention_to_equal_tokens_is_a_linear_map() {
    // Equal tokens get equal weights, so every row is x V O.
    let mut rng = rng(5);
    let weights = [(); 4].map(|()| gaussian(4, 4, &mut rng));
    let token = gaussian(1, 4, &mut rng);
    let y = DMatrix::from_fn(3, 4, |_, j| token[j]);
    let expected = &token * &weights[2] * &weights[3];
    let out = attention(&y, &weights, 2, true);
    assert!(out.row_iter().all(|row| (row - &expected).amax() < 1e-12));
}

#[test]
fn attention_is_permutation_equivariant_and_the_mixer_is_not() {
    let order = [3, 0, 5, 1, 4, 2];
    let permute = |y: &DMatrix<f64>| DMatrix::from_fn(6, 8, |i, j| y[(order[i], j)]);
    for m in MODELS {
        let network = RealNetwork::random(m.architecture(SIZES), &mut rng(6));
        let x = gaussian(6, 8, &mut rng(7));
        let (first, then) = (network.forward(&permute(&x)), permute(&network.forward(&x)));
        let equivariant = (&first - &then).amax() < 1e-10 * then.amax();
        assert_eq!(equivariant, m.family == "attention", "{}", m.name());
    }
}

#[test]
fn activations_have_their_known_values() {
    // Phi(1) = 0.841344746068543 (any table).
    assert!((Activation::Gelu.apply(1.0) - 0.841_344_746_068_543).abs() < 1e-10);
    assert!((Activation::Gelu.apply(-1.0) + 1.0 - 0.841_344_746_068_543).abs() < 1e-10);
    let at = |a: Activation| [a.apply(-2.0), a.apply(3.0)];
    assert_eq!(at(Activation::Relu), [0.0, 3.0]);
    assert_eq!(at(Activation::Square), [4.0, 9.0]);
    assert_eq!(at(Activation::Identity), [-2.0, 3.0]);
}

/// With every part switched off the real networks are the polynomial ones, and show their exact rank.
#[test]
fn polynomial_variants_show_the_exact_rank() {
    for (depth, width, tokens) in [(1, 2, 4), (1, 4, 4), (2, 2, 2), (2, 2, 4)] {
        let halves = Partition::halves(tokens).unwrap();
        let attention = Architecture::Attention(AttentionShape { depth, width, heads: 2 });
        let mixer = Architecture::Mixer(MixerShape::quadratic(depth, width, 2 * tokens));
        for (family, architecture) in [("attention", attention), ("mixer", mixer)] {
            let problem = Problem::new(architecture, halves.clone(), Output::default()).unwrap();
            let exact = rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank;
            let sizes = Sizes { depth, width, tokens };
            let n = 2 * exact + 8;
            let seen = observe(model(family, "polynomial"), sizes, n, 0, 0).unwrap();
            assert_eq!(Spectrum::new(seen.plain, n, 53).unwrap().rank, exact, "{family} {sizes:?}");
        }
    }
}

#[test]
fn switching_a_part_off_changes_the_network() {
    let x = gaussian(6, 8, &mut rng(8));
    let outputs: Vec<DMatrix<f64>> = MODELS
        .iter()
        .map(|m| RealNetwork::random(m.architecture(SIZES), &mut rng(9)).forward(&x))
        .collect();
    for (i, a) in outputs.iter().enumerate() {
        assert!(a.iter().all(|v| v.is_finite()));
        assert!(outputs[..i].iter().all(|b| (a - b).amax() > 1e-6), "{}", MODELS[i].name());
    }
}

// The command line.

fn spectrum(arguments: &str, threads: &str) -> Process {
    Command::new(env!("CARGO_BIN_EXE_seprank"))
        .arg("spectrum")
        .args(arguments.split_whitespace())
        .env("RAYON_NUM_THREADS", threads)
        .output()
        .expect("the program starts")
}

#[test]
fn the_same_seed_gives_the_same_numbers_on_any_number_of_threads() {
    let csv = |seed: &str, threads: &str| {
        let output = spectrum(&format!("--points 4 --draws 2 --format csv --seed {seed}"), threads);
        assert!(output.status.success());
        output.stdout
    };
    let first = csv("3", "1");
    assert!(first == csv("3", "2") && first != csv("4", "2"));
    let mut reader = csv::Reader::from_reader(first.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 50);
    for row in &rows {
        let effective: f64 = row[6].parse().unwrap();
        assert!((1.0..=4.0).contains(&effective), "an effective rank of a 4 x 4 matrix: {row:?}");
    }
}

#[test]
fn formats_pictures_and_the_disclaimer() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("new").display().to_string();
    let output = spectrum(&format!("--points 4 --draws 1 --out {out}"), "2");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("no proof"));
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for name in ["depth", "width", "tokens", "spectrum"] {
        let svg = std::fs::read_to_string(format!("{out}/{name}.svg")).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("mixer, polynomial"), "{name}");
    }
    let output = spectrum("--points 4 --draws 2 --format json", "2");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["seed"], &report["plan"]["points"]), (&0.into(), &4.into()));
    let row = &report["rows"][0];
    assert_eq!((&row["question"], &row["family"]), (&"depth".into(), &"attention".into()));
    assert!(row["effective_rank"]["half_width"].is_f64());
}

#[test]
fn bad_options_are_named_with_value_and_what_is_allowed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let taken = format!("--out {}", file.path().display());
    for (arguments, words) in [
        ("--profile huge", &["--profile", "huge", "quick", "full"][..]),
        ("--format xml", &["--format", "xml", "text", "json", "csv"]),
        ("--seed -1", &["-1"]),
        ("--seed many", &["--seed", "many"]),
        ("--points 1", &["--points", "1 is not in 2..=1000"]),
        ("--draws 0", &["--draws", "0 is not in 1..=1000"]),
        (taken.as_str(), &["--out", "exists"]),
    ] {
        let output = spectrum(arguments, "2");
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}: {error}");
        assert!(output.stdout.is_empty());
        assert!(words.iter().all(|w| error.contains(w)), "{arguments}: {error}");
    }
    let help = String::from_utf8(spectrum("--help", "2").stdout).unwrap();
    assert!(help.contains("Examples:") && help.contains("Nothing of that is a proof"));
}
