//! Random networks of the grammar of network files: rings, routes, bounds and the checker agree.

use crate::cases::cases;
use crate::network_texts::network_text;
use nalgebra::DMatrix;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational};
use seprank::bounds::{self, Side};
use seprank::check::{Verdict, check};
use seprank::network::layers::Layer;
use seprank::network::{Network, NetworkFile, Problem, Replacements, WeightStyle, presets};
use seprank::prove::{Method, RankRequest, Weights, rank};
use seprank::tensor::{Evaluator, grid, random_inputs};
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    let file = NetworkFile::parse(text, Path::new("tests/data"), &Replacements::default());
    file.map_err(|e| e.to_string())
}

const PRIME: Prime = Prime::MERSENNE_61;

fn reduce(q: &Rational) -> Fp {
    Fp::from_ratio(q, PRIME).expect("denominators are small")
}

fn styled(problem: &Problem, style: WeightStyle, seed: u64) -> Network<Rational> {
    style.draw(problem, &mut ChaCha20Rng::seed_from_u64(seed))
}

proptest! {
    #![proptest_config(cases(1000))]

    /// One definition: f64, Q and F_p agree on the same input.
    #[test]
    fn rings_agree(text in network_text(), seed: u64) {
        let problem = parse(&text).map_err(TestCaseError::fail)?.problem;
        let network = styled(&problem, WeightStyle::Repeated, seed);
        let entry = |i: usize, j: usize| Rational::from(((3 * i + 5 * j + 1) as i64 % 7 - 3, 4));
        let x = DMatrix::from_fn(problem.tokens(), problem.width(), entry);
        let exact = network.forward(&x);
        let modular = network.map(reduce).forward(&x.map(|q| reduce(&q)));
        prop_assert_eq!(exact.map(|q| reduce(&q)), modular);
        let float = network.map(Rational::to_f64).forward(&x.map(|q| q.to_f64()));
        let scale = network.map(|q| q.to_f64().abs()).forward(&x.map(|q| q.to_f64().abs()));
        for ((q, f), s) in exact.iter().zip(float.iter()).zip(scale.iter()) {
            prop_assert!((q.to_f64() - f).abs() <= 1e-9 * s.abs().max(1.0), "{} {} {}", q.to_f64(), f, s);
        }
    }

    /// An evaluator has the values of forward passes, modulo primes of each size, for numbers of points that
    /// fill no pack of them.
    #[test]
    fn evaluators_agree_with_forward_passes(
        text in network_text(), seed: u64, style in 0..WeightStyle::ALL.len(),
        left in 1usize..6, right in 0usize..30, prime in 0usize..5
    ) {
        let problem = parse(&text).map_err(TestCaseError::fail)?.problem;
        let primes = [2, 10_007, Prime::WORD.get(), PRIME.get(), (1 << 63) - 25];
        let prime = Prime::new(primes[prime]).unwrap();
        let network = styled(&problem, WeightStyle::ALL[style], seed);
        let Ok(network) = network.modulo(prime) else { return Ok(()) };
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let points = random_inputs(&problem, (left, right), prime, &mut rng);
        let found = Evaluator::new(&problem, &network, prime).grid(&points, &|_| ());
        prop_assert_eq!(found, grid(&problem, &network, &points, &|_| ()), "{}", text);
    }

    /// The routes agree, no rank is on the wrong side of a bound, and the checker accepts both certificates.
    #[test]
    fn routes_agree_within_the_bounds(text in network_text(), seed: u64, style in 0..WeightStyle::ALL.len()) {
        let problem = parse(&text).map_err(TestCaseError::fail)?.problem;
        let style = WeightStyle::ALL[style];
        let mut request = RankRequest::new(problem.clone());
        request.weights = match style {
            WeightStyle::Random => Weights::Random,
            _ => Weights::Given(styled(&problem, style, seed)),
        };
        request.seed = seed;
        let mut ranks = Vec::new();
        for method in [Method::Coefficients, Method::Grid] {
            request.method = method;
            let answer = rank(&request, &|_, _| ()).unwrap();
            ranks.push(answer.rank);
            let verdict = check(&answer.certificate().unwrap());
            prop_assert_eq!(verdict, Verdict::Valid, "{:?} {}", method, text);
        }
        prop_assert_eq!(ranks[0], ranks[1], "{}", text);
        for bound in bounds::applicable(&problem) {
            let Some(value) = bound.value(&problem) else { continue };
            let within = match bound.side() {
                Side::Upper => value >= ranks[0],
                // Of almost all weights.
                Side::Lower => style != WeightStyle::Random || value <= ranks[0],
            };
            prop_assert!(within, "{} {}: {} {}", bound.id(), value, ranks[0], text);
        }
    }
}

/// The random networks have every layer of polynomials, and the options of attention and of sharing.
#[test]
fn random_networks_have_every_layer() {
    let mut runner = TestRunner::deterministic();
    let mut texts = String::new();
    for _ in 0..1000 {
        texts += &network_text().new_tree(&mut runner).unwrap().current();
    }
    let options = [
        "share = ",
        "kv-heads = 1",
        "rotary = ",
        "rotary-planes = ",
        "rotations = ",
        "mask = { window",
        "mask = [[",
        "mask = { dilation",
        "mask = { block",
        "mask = { queries",
        "relative-bias = true",
        "causal = true",
        "multi-query = true",
        "relative = true",
    ];
    let polynomial = Layer::NAMES.iter().filter(|name| **name != "norm");
    let layers = polynomial.map(|name| format!("type = \"{name}\""));
    for part in layers.chain(options.map(str::to_owned)) {
        assert!(texts.contains(&part), "{part}");
    }
}

/// What once went wrong: a Fourier map in a residual connection, of two tokens.
#[test]
fn networks_that_went_wrong_once() {
    let text = r#"tokens = 2
width = 2
left = [1]
output = [0, 1]
layer = [
  { type = "residual", layers = [{ type = "fourier-mixing", decimals = 2 }] },
  { type = "repeat", times = 1, layers = [{ type = "channel-mixing", degree = 2, hidden = 1, bias = false }] },
  { type = "residual", layers = [{ type = "linear-token-mixing", bias = true }] },
]
"#;
    let problem = parse(text).unwrap().problem;
    let upper = bounds::best(&problem, Side::Upper).and_then(|e| e.value).unwrap();
    for style in WeightStyle::ALL {
        let weights = Weights::Given(styled(&problem, style, 0));
        let ranks = [Method::Coefficients, Method::Grid].map(|method| {
            let request = RankRequest {
                method,
                weights: weights.clone(),
                ..RankRequest::new(problem.clone())
            };
            rank(&request, &|_, _| ()).unwrap().rank
        });
        assert!(ranks[0] == ranks[1] && upper >= ranks[0], "{style:?} {ranks:?} {upper}");
    }
}

/// Files in the theorems' form are read as attention and Mixers, so that the theorems apply.
#[test]
fn known_architectures_are_recognised() {
    let text = "tokens = 4\nwidth = 4\n[[layer]]\ntype = \"repeat\"\ntimes = 3\nlayers = [{ type = \"attention\", heads = 2 }]";
    let by_sizes = Problem::attention(3, 4, 2, 4).unwrap();
    assert_eq!(parse(text).unwrap().problem, by_sizes);
    let text = "tokens = 4\nwidth = 2\n[[layer]]\ntype = \"token-mixing\"\nhidden = 3\n[[layer]]\ntype = \"channel-mixing\"";
    assert_eq!(parse(text).unwrap().problem, Problem::mixer(1, 2, 3, 4).unwrap());
}

/// The checker accepts what is found of every small network, of random weights and of given ones.
#[test]
fn every_family_is_certified() {
    let families = presets::families();
    assert!(families.len() > 30);
    for family in families {
        let problem = family.network(&Replacements::default()).unwrap().problem;
        let given = Weights::Given(styled(&problem, WeightStyle::Random, 1));
        for weights in [Weights::Random, given] {
            let request =
                RankRequest { weights, points: Some(40), ..RankRequest::new(problem.clone()) };
            let answer = rank(&request, &|_, _| ()).unwrap();
            let verdict = check(&answer.certificate().unwrap());
            assert_eq!(verdict, Verdict::Valid, "{}", family.name);
        }
    }
}
