//! Networks from files: random ones from the grammar, and what is refused.

#[path = "common/cases.rs"]
mod cases;

use cases::cases;
use nalgebra::DMatrix;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational};
use seprank::bounds::{Side, best};
use seprank::network::{Network, NetworkFile, Problem, Replacements, WeightStyle, presets};
use seprank::prove::{Method, RankRequest, Weights, rank};
use seprank::tensor::{Evaluator, grid, random_inputs};
use std::collections::BTreeMap;
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    let file = NetworkFile::parse(text, Path::new("tests/data"), &Replacements::default());
    file.map_err(|e| e.to_string())
}

/// A layer of degree at most `degree` that leaves the size of the state as it is, in TOML.
fn plain(tokens: usize, width: usize) -> BoxedStrategy<(u64, String)> {
    let linear = prop_oneof![
        Just("type = \"linear-token-mixing\", bias = true".to_owned()),
        Just("type = \"position-embedding\"".to_owned()),
        Just("type = \"scaling\"".to_owned()),
        Just("type = \"scaling\", over = \"tokens\"".to_owned()),
        Just("type = \"fourier-mixing\", decimals = 2".to_owned()),
        Just(format!("type = \"shift\", grid = [{tokens}, 1]")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", of = \"tokens\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", of = \"channels\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"dropout\", rate = 0.25, seed = {s}")),
        Just(format!("type = \"permutation\", swap = \"rows\", grid = [1, {tokens}]")),
        (-2..3, -2..3).prop_map(move |(a, b)| format!("type = \"shift\", by = {:?}", &[a, b][..width])),
        (1..3usize).prop_map(|state| format!("type = \"state-space\", state = {state}")),
        (1..=tokens, 1..3, any::<bool>(), any::<bool>()).prop_map(|(kernel, dilation, causal, depthwise)| {
            format!(
                "type = \"convolution\", kernel = {kernel}, dilation = {dilation}, causal = {causal}, \
                 depthwise = {depthwise}"
            )
        }),
    ]
    .prop_map(|keys| (1, keys));
    let quadratic = (1..3usize, any::<bool>(), 0..9).prop_map(move |(hidden, bias, kind)| {
        let rest = format!("hidden = {hidden}, bias = {bias}");
        (
            2,
            match kind {
                0 => format!("type = \"token-mixing\", {rest}"),
                1 => format!("type = \"token-mixing\", activation = [1, -0.5, \"2/3\"], {rest}"),
                2 => format!("type = \"channel-mixing\", degree = 2, {rest}"),
                3 => format!("type = \"gated-mlp\", {rest}"),
                4 => format!("type = \"mixture-of-experts\", experts = {hidden}"),
                5 => format!("type = \"hyena\", order = 1, kernel = {hidden}"),
                6 => "type = \"graph\", edges = [[0, 1]]".into(),
                7 => format!(
                    "type = \"spatial-gating\", hidden = 2, heads = {hidden}, causal = {bias}"
                ),
                _ => format!("type = \"spatial-gating\", {rest}"),
            },
        )
    });
    prop_oneof![3 => linear, 3 => quadratic, 2 => cubic(tokens, width), 2 => formula(tokens, width)]
        .boxed()
}

/// A layer of degree 3, or of more where that fits.
fn cubic(tokens: usize, width: usize) -> impl Strategy<Value = (u64, String)> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let mask = prop_oneof![
        Just(String::new()),
        (1..3).prop_map(|w| format!(", mask = {{ window = {w} }}")),
        (1..3).prop_map(|s| format!(", mask = {{ dilation = {s}, decay = \"1/2\" }}")),
        (1..3, 0..2).prop_map(|(b, g)| format!(", mask = {{ block = {b}, global = {g} }}")),
        (0..tokens).prop_map(|q| format!(", mask = {{ queries = [{q}] }}")),
    ];
    prop_oneof![
        2 => (flags, mask.clone()).prop_map(move |((causal, shared, relative, bias), mask)| {
            let heads = width;
            (3, format!(
                "type = \"attention\", heads = {heads}, causal = {causal}, multi-query = {shared}, \
                 relative = {relative}, bias = {bias}{mask}"
            ))
        }),
        2 => (1..3usize, any::<bool>(), any::<bool>(), mask).prop_map(|(sets, biased, rotary, mask)| {
            let rotary = if rotary { ", rotary = [[3, 4, 5]]" } else { "" };
            (3, format!(
                "type = \"attention\", heads = 2, head-width = 2, kv-heads = {sets}, \
                 relative-bias = {biased}{rotary}{mask}"
            ))
        }),
        1 => (1..3usize, any::<bool>())
            .prop_map(|(hidden, tied)| (3, format!("type = \"hyper-mixing\", hidden = {hidden}, tied = {tied}"))),
        1 => (any::<bool>(), 1..3u64).prop_map(move |(causal, degree)| {
            let heads = width;
            (1 + 2 * degree, format!("type = \"linear-attention\", heads = {heads}, degree = {degree}, causal = {causal}"))
        }),
        1 => Just((2 + tokens as u64, "type = \"gated-linear-attention\", head-width = 1".into())),
        1 => Just((3 + tokens as u64, "type = \"selective-state-space\", state = 1".into())),
        1 => Just((5, "type = \"tensor-attention\", head-width = 1".into())),
    ]
}

/// A formula with four matrices: its text is drawn part by part, each `tokens x width`.
fn formula(tokens: usize, width: usize) -> impl Strategy<Value = (u64, String)> {
    let leaf = prop_oneof![
        3 => Just((1, "X".to_owned())),
        1 => Just((0, "E".to_owned())),
        1 => Just((0, "row".to_owned())),
    ];
    let part = leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|((a, f), (b, g))| (a.max(b), format!("({f} + 2/3 {g})"))),
            two.clone().prop_map(|((a, f), (b, g))| (a.max(b), format!("({f} - {g})"))),
            two.prop_map(|((a, f), (b, g))| (a + b, format!("{f} .* {g}"))),
            inner.clone().prop_map(|(a, f)| (a, format!("(({f} + E) W)"))),
            inner.clone().prop_map(|(a, f)| (a, format!("(T ({f} + E))"))),
            inner.clone().prop_map(|(a, f)| (2 * a, format!("({f}).^2"))),
            inner.clone().prop_map(|(a, f)| (2 * a, format!("polynomial({f}, 1, -0.5, 2/3)"))),
            inner.prop_map(|(a, f)| (2 * a + 1, format!("(({f} + E) (({f} + E)' X))"))),
        ]
    });
    // A list takes layers of degree 6 together.
    part.prop_filter("degree", |(degree, _)| *degree <= 6).prop_map(move |(degree, text)| {
        let text = format!("X + E + row + X W + T X + {text}");
        let numbers: Vec<String> = (0..tokens).map(|i| format!("{:?}", vec![i as i64 - 1; tokens])).collect();
        (degree.max(1), format!(
            "type = \"expression\", expression = \"{text}\", given = {{ T = [{}] }}, weights = {{ \
             E = [\"tokens\", \"width\"], W = [\"width\", {width}], row = [1, \"width\"] }}",
            numbers.join(", ")
        ))
    })
}

/// Lists of at most `depth` layers, of degree at most 6 together.
fn list(tokens: usize, width: usize, depth: usize) -> impl Strategy<Value = Vec<String>> {
    let wrapped = (plain(tokens, width), 0..4).prop_map(|((degree, keys), wrap)| {
        (
            degree,
            match wrap {
                0 => format!("type = \"residual\", layers = [{{ {keys} }}]"),
                1 => format!(
                    "type = \"parallel\", branches = [[{{ {keys} }}, {{ type = \"scaling\" }}], []]"
                ),
                2 => format!("type = \"repeat\", times = 1, layers = [{{ {keys} }}]"),
                _ => keys,
            },
        )
    });
    proptest::collection::vec(wrapped, 1..=depth).prop_map(|layers| {
        let mut product = 1;
        let fits = layers.into_iter().take_while(|(degree, _)| {
            product *= degree;
            product <= 6
        });
        fits.map(|(_, keys)| keys).collect()
    })
}

/// The text of a network file of at most three layers, and perhaps pooling and a head.
fn network_text() -> impl Strategy<Value = String> {
    (2..4usize, 1..3usize).prop_flat_map(|(tokens, width)| {
        (list(tokens, width, 3), 0..4, 0..tokens).prop_map(move |(mut layers, end, token)| {
            let mut output = [token, width - 1];
            if end == 1 {
                layers.push("type = \"pooling\"".into());
                output = [0, width - 1];
            }
            if end >= 2 {
                layers.push("type = \"linear-head\", outputs = 3, bias = true".into());
                output = [token, 2];
            }
            let layers = layers.iter().map(|keys| format!("  {{ {keys} }},\n")).collect::<String>();
            format!(
                "tokens = {tokens}\nwidth = {width}\nleft = [{}]\noutput = {output:?}\nlayer = [\n{layers}]\n",
                tokens - 1
            )
        })
    })
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

    /// The routes agree, and neither exceeds the bound.
    #[test]
    fn routes_agree_below_the_bound(text in network_text(), seed: u64, style in 0..WeightStyle::ALL.len()) {
        let problem = parse(&text).map_err(TestCaseError::fail)?.problem;
        let mut request = RankRequest::new(problem.clone());
        request.weights = Weights::Given(styled(&problem, WeightStyle::ALL[style], seed));
        request.seed = seed;
        request.method = Method::Coefficients;
        let by_coefficients = rank(&request, &|_, _| ()).unwrap().rank;
        request.method = Method::Grid;
        let by_grid = rank(&request, &|_, _| ()).unwrap().rank;
        prop_assert_eq!(by_coefficients, by_grid, "{}", text);
        if let Some(upper) = best(&problem, Side::Upper).and_then(|e| e.value) {
            prop_assert!(upper >= by_grid, "{by_grid} > {upper}: {text}");
        }
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

/// A HyperMixer with linear activation is attention with W = P2 P1^T and V = I.
#[test]
fn hyper_mixing_is_attention() {
    let text = "tokens = 3\nwidth = 2\n[[layer]]\ntype = \"hyper-mixing\"\nhidden = 2";
    let problem = parse(text).unwrap().problem;
    let network = styled(&problem, WeightStyle::Random, 1);
    let [p1, p2] = &network.parameters()[0][..] else { panic!("two hyper-networks") };
    let one = DMatrix::identity(2, 2);
    let attention = Problem::attention(1, 2, 1, 3).unwrap();
    let same = vec![vec![p2.clone(), p1.clone(), one.clone(), one]];
    let same = Network::new(3, 2, attention.layers(), same).unwrap();
    let x = DMatrix::from_fn(3, 2, |i, j| Rational::from((i * 2 + j) as i64 - 2));
    assert_eq!(network.forward(&x), same.forward(&x));
}

/// The Vision Permutator's exchange is its own inverse; the shift moves group 0 down.
#[test]
fn permutations_and_shifts_do_what_they_say() {
    let head = "tokens = 4\nwidth = 4\n";
    let swap = "[[layer]]\ntype = \"permutation\"\nswap = \"cols\"\ngrid = [2, 2]\n";
    let run = |text: String| {
        let problem = parse(&text).unwrap().problem;
        let x = DMatrix::from_fn(4, 4, |i, j| Rational::from((4 * i + j) as i64));
        let y = styled(&problem, WeightStyle::Random, 0).forward(&x);
        (x, y)
    };
    let (x, once) = run(format!("{head}{swap}"));
    let (_, twice) = run(format!("{head}{swap}{swap}"));
    assert!(x != once && x == twice);
    // Token 1 = (row 0, col 1), channel 0 = (segment 0): the column becomes the segment.
    assert_eq!(once[(1, 0)], x[(0, 2)]);
    let (x, y) = run(format!("{head}[[layer]]\ntype = \"shift\"\ngrid = [2, 2]\n"));
    assert_eq!(y[(2, 0)], x[(0, 0)]);
    assert_eq!(y[(0, 0)], x[(0, 0)]);
    assert_eq!(y[(0, 1)], x[(2, 1)]);
    assert_eq!(y[(1, 2)], x[(0, 2)]);
    assert_eq!(y[(0, 3)], x[(1, 3)]);
}

/// The exact Fourier map is the rounded one, up to the rounding.
#[test]
fn exact_and_rounded_fourier_agree() {
    for (tokens, width) in [(4, 2), (2, 4), (4, 4), (6, 3), (3, 6), (1, 6), (3, 1)] {
        let value = |decimals: &str| {
            let text = format!(
                "tokens = {}\nwidth = {width}\nleft = [0]\n[[layer]]\ntype = \"fourier-mixing\"\n{decimals}",
                tokens.max(2)
            );
            // One token has no partition; two tokens then stand for it where the sizes allow.
            let problem = parse(&text).unwrap().problem;
            let x = DMatrix::from_fn(problem.tokens(), width, |i, j| {
                Rational::from((i * i + 3 * j) as i64 - 2)
            });
            styled(&problem, WeightStyle::Random, 0).forward(&x).map(|q| q.to_f64())
        };
        let difference = value("") - value("decimals = 12");
        assert!(difference.amax() < 1e-9, "{tokens} x {width}");
    }
    // N = 2, d = 1: sums and differences.
    let text = "tokens = 2\nwidth = 1\n[[layer]]\ntype = \"fourier-mixing\"";
    let problem = parse(text).unwrap().problem;
    let x = DMatrix::from_column_slice(2, 1, &[5, 3].map(Rational::from));
    let y = styled(&problem, WeightStyle::Random, 0).forward(&x);
    assert_eq!(y, DMatrix::from_column_slice(2, 1, &[8, 2].map(Rational::from)));
}

/// The variables of Theorem 4.5.
#[test]
fn visible_variables_are_those_of_the_first_layers() {
    let count = |layers: &str| {
        parse(&format!("tokens = 6\nwidth = 3\nleft = [0, 1]\n{layers}"))
            .unwrap()
            .problem
            .visible_variables()
    };
    let mixing = "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, 1, 1]\n";
    let residual =
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"token-mixing\", hidden = 1 }]\n";
    let head = "[[layer]]\ntype = \"linear-head\"\noutputs = 1\n";
    let pool = "[[layer]]\ntype = \"pooling\"\n";
    let permutation = "[[layer]]\ntype = \"permutation\"\nseed = 1\n";
    let scale = "[[layer]]\ntype = \"scaling\"\n";
    // d min(S, |A|) and d min(S, |B|).
    assert_eq!(count(mixing), (6, 6));
    assert_eq!(count(residual), (6, 12));
    // A map of the channels to one leaves one variable a token.
    assert_eq!(count(&format!("{head}{mixing}")), (2, 2));
    assert_eq!(count(&format!("{head}{residual}")), (2, 4));
    // After the first layer that is not affine nothing is gained.
    assert_eq!(count(&format!("{mixing}{pool}")), (6, 6));
    assert_eq!(
        count(&format!("{pool}{head}[[layer]]\ntype = \"channel-mixing\"\ndegree = 3\n")),
        (1, 1)
    );
    // Permuted entries or scaled ones: all that the hidden units can see, on either side.
    assert_eq!(count(&format!("{permutation}{mixing}")), (6, 6));
    assert_eq!(count(&format!("{permutation}{residual}")), (6, 12));
    assert_eq!(count(&format!("{scale}{mixing}")), (6, 6));
    // Of X + M X one column w sees X w and M X w, for each token of a side and for all of them.
    let linear =
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"fourier-mixing\", decimals = 2 }]\n";
    let column = "[[layer]]\ntype = \"channel-mixing\"\nhidden = 1\ndegree = 2\n";
    assert_eq!(count(&format!("{linear}{column}")), (6, 12));
}

#[test]
fn every_family_is_a_network() {
    let families = presets::families();
    assert!(families.len() > 15);
    for family in families {
        family.network(&Replacements::default()).unwrap();
    }
}

/// (content after `tokens = 4`, `width = 2`; parts of the one line of the message)
const REFUSED: &[(&str, &[&str])] = &[
    (
        "[[layer]]\ntype = \"atention\"",
        &["layer 0", "atention", "allowed are attention", "did you mean attention?"],
    ),
    (
        "[[layer]]\ntype = \"attention\"\nheds = 2",
        &["layer 0 (attention)", "`heds`", "did you mean `heads`?"],
    ),
    ("[[layer]]\nheads = 2", &["layer 0", "type is missing"]),
    ("layers = 3", &["unknown field `layers`", "did you mean `layer`?"]),
    ("", &["at least one [[layer]]"]),
    ("[[layer]]\ntype = \"attention\"\nheads = 3", &["heads = 3", "must divide the 2 channels"]),
    ("[[layer]]\ntype = \"attention\"\nheads = 0", &["heads = 0", "allowed are 1..="]),
    (
        "[[layer]]\ntype = \"pooling\"\n[[layer]]\ntype = \"permutation\"\norder = [0, 1, 2, 3]",
        &["order", "4 numbers", "2 are needed"],
    ),
    (
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"pooling\" }]",
        &["layer 0 (residual)", "adds 1 x 2", "4 tokens x 2 channels"],
    ),
    (
        "[[layer]]\ntype = \"linear-head\"\noutputs = 5\n[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"linear-head\", outputs = 4 }]",
        &["layer 1 (residual)", "adds 4 x 4", "layer 0 (linear-head) leaves 4 tokens x 5 channels"],
    ),
    (
        "[[layer]]\ntype = \"parallel\"\nbranches = [[], [{ type = \"pooling\" }]]",
        &["layer 0 (parallel)", "branch 1"],
    ),
    ("[[layer]]\ntype = \"parallel\"\nbranches = []", &["branches", "at least one"]),
    (
        "[[layer]]\ntype = \"permutation\"\norder = [0, 0, 1]",
        &["order", "each of 0..=2 must stand there once"],
    ),
    ("[[layer]]\ntype = \"permutation\"", &["order, seed, file and swap"]),
    (
        "[[layer]]\ntype = \"permutation\"\nfile = \"absent\"",
        &["file = \"absent\"", "cannot be read"],
    ),
    ("[[layer]]\ntype = \"shift\"\ngrid = [3, 2]", &["grid = [3, 2]", "4 tokens"]),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2\ndegree = 65", &["degree = 65", "1..=64"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [1]",
        &["activation", "besides the constant"],
    ),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, nan]",
        &["activation", "`nan`", "integer, a decimal fraction"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, \"1/0\"]", &["1/0"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, 1]\ndegree = 2",
        &["not both"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 0", &["hidden = 0"]),
    ("[[layer]]\ntype = \"token-mixing\"", &["missing field `hidden`"]),
    ("[[layer]]\ntype = \"dropout\"\nrate = 1", &["rate = 1", "below 1"]),
    (
        "[[layer]]\ntype = \"position-embedding\"\nvalues = [[1, 2]]",
        &["values", "1 rows", "4 are needed"],
    ),
    (
        "[[layer]]\ntype = \"linear-token-mixing\"\nmatrix = [[1], [2], [3], [4]]",
        &["matrix", "row 0", "4 are needed"],
    ),
    ("[[layer]]\ntype = \"fourier-mixing\"\ndecimals = 99", &["decimals = 99", "1..=15"]),
    (
        "[[layer]]\ntype = \"repeat\"\ntimes = 5000\nlayers = [{ type = \"scaling\" }]",
        &["at most 4096 layers"],
    ),
    ("left = [7]\n[[layer]]\ntype = \"attention\"", &["left = 7"]),
    (
        "output = [0, 2]\n[[layer]]\ntype = \"attention\"",
        &["output = 0,2", "0..=1 for the channel"],
    ),
    ("output = [1, 0]\n[[layer]]\ntype = \"pooling\"", &["output = 1,0", "0..=0 for the token"]),
    ("[[layer]", &["line 3"]),
    ("width = 3", &["line 3", "duplicate key"]),
    // What is no finite number, or too long to work with, in every way of writing it.
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1, inf]]", &["(scaling): values", "`inf`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1, -inf]]", &["values", "`-inf`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[+nan, 1]]", &["values", "`+nan`"]),
    (
        "[[layer]]\ntype = \"scaling\"\nvalues = [[1e999999999, 1]]",
        &["values", "`1e999999999`", "at most 400 digits"],
    ),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[-2.5E-999999999, 1]]", &["`-2.5E-999999999`"]),
    (
        "[[layer]]\ntype = \"dropout\"\nrate = 1e-99999999999999999999999999999",
        &["rate", "at most 400 digits"],
    ),
    ("[[layer]]\ntype = \"dropout\"\nrate = 1979-05-27", &["rate", "date or time `1979-05-27`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[true, 1]]", &["values", "boolean `true`"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1__0, 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[01, 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[1., 1]]", &["line 5"]),
    ("[[layer]]\ntype = \"scaling\"\nvalues = [[0xg, 1]]", &["line 5"]),
    // A fraction, a string or too many digits where a size is asked for; a number for a name.
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = 2.0", &["hidden", "`2.0`", "a whole number"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = \"2\"",
        &["hidden", "string \"2\"", "a whole number"],
    ),
    ("[[layer]]\ntype = \"token-mixing\"\nhidden = -2", &["hidden", "-2", "a whole number"]),
    (
        "[[layer]]\ntype = \"token-mixing\"\nhidden = 340282366920938463463374607431768211456000",
        &["hidden", "`340282366920938463463374607431768211456000`", "a whole number"],
    ),
    ("[[layer]]\ntype = \"permutation\"\nseed = 1.5", &["seed", "`1.5`", "a whole number"]),
    ("[[layer]]\ntype = \"permutation\"\nof = 1", &["of", "1"]),
    ("[[layer]]\ntype = \"permutation\"\nfile = 1.5", &["file", "`1.5`", "string"]),
    ("[[layer]]\ntype = 3.5", &["layer 0: type", "`3.5`", "string"]),
    ("[[layer]]\ntype = \"residual\"\nlayers = [3]", &["(residual): layers", "a table"]),
    ("output = [0, 0, 1]\n[[layer]]\ntype = \"attention\"", &["output", "invalid length 3"]),
    (
        "[[layer]]\ntype = \"attention\"\n[weights]\nx = { tensor = 0.5 }",
        &["weights: x: tensor", "`0.5`", "string"],
    ),
];

#[test]
fn what_is_refused_is_named() {
    for (content, parts) in REFUSED {
        let message = match parse(&format!("tokens = 4\nwidth = 2\n{content}\n")) {
            Ok(_) => panic!("accepted: {content}"),
            Err(message) => message,
        };
        assert!(!message.contains('\n'), "{message}");
        for part in *parts {
            assert!(message.contains(part), "{content}\n{message}\nlacks {part}");
        }
    }
    // 5 x 3 has an irrational transform.
    let text = "tokens = 5\nwidth = 3\n[[layer]]\ntype = \"fourier-mixing\"";
    assert!(parse(text).unwrap_err().contains("give decimals"));
    let deep = (0..6).fold("{ type = \"scaling\" }".to_owned(), |inner, _| {
        format!("{{ type = \"residual\", layers = [{inner}] }}")
    });
    let text = format!("tokens = 4\nwidth = 2\nlayer = [{deep}]");
    assert!(parse(&text).unwrap_err().contains("at most 4 deep"));
}

/// Ten digits at most, without leading zeros.
fn digits() -> impl Strategy<Value = String> {
    prop_oneof![Just("0".to_owned()), "[1-9][0-9]{0,30}"]
}

/// Underscores between digits, where the bits say.
fn spaced(digits: &str, mut bits: u32) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && bits & 1 == 1 {
            text.push('_');
        }
        bits >>= 1;
        text.push(digit);
    }
    text
}

/// The number that the digits are in a radix, read one by one.
fn value_of(digits: &str, radix: u32) -> BigInt {
    digits.chars().fold(BigInt::from(0), |n, c| n * radix + c.to_digit(radix).unwrap())
}

/// A number as TOML allows it to be written, and its value, put together from the same parts.
fn literal() -> BoxedStrategy<(String, BigRational)> {
    let sign = prop_oneof![Just(""), Just("-"), Just("+")];
    let exponent = (prop_oneof![Just("e"), Just("E")], sign.clone(), "0{0,3}", 0..60u32);
    let exponent = exponent.prop_map(|(e, sign, zeros, n)| {
        let n = i64::from(n);
        (format!("{e}{sign}{zeros}{n}"), if sign == "-" { -n } else { n })
    });
    let decimals = proptest::option::of(("[0-9]{1,40}", any::<u32>()));
    let decimal = (sign, digits(), any::<u32>(), decimals, proptest::option::of(exponent));
    let decimal = decimal.prop_map(|(sign, whole, bits, decimals, exponent)| {
        let (mut text, mut all, mut shift) = (format!("{sign}{}", spaced(&whole, bits)), whole, 0);
        if let Some((decimals, bits)) = decimals {
            text += &format!(".{}", spaced(&decimals, bits));
            all += &decimals;
            shift -= decimals.len() as i64;
        }
        if let Some((suffix, exponent)) = exponent {
            text += &suffix;
            shift += exponent;
        }
        let ten = BigRational::from(BigInt::from(10));
        let size = BigRational::from(value_of(&all, 10)) * ten.pow(shift as i32);
        (text, if sign == "-" { -size } else { size })
    });
    let radix = prop_oneof![
        (Just(("0x", 16)), "[0-9a-fA-F]{1,30}"),
        (Just(("0o", 8)), "[0-7]{1,30}"),
        (Just(("0b", 2)), "[01]{1,90}"),
    ];
    let other = (radix, any::<u32>()).prop_map(|(((prefix, radix), digits), bits)| {
        (format!("{prefix}{}", spaced(&digits, bits)), value_of(&digits, radix).into())
    });
    prop_oneof![3 => decimal, 1 => other].boxed()
}

/// Every key that holds exact numbers, where the number then stands among the parameters, and in
/// which row.
const NUMBER_KEYS: &[(&str, &str, usize)] = &[
    ("type = \"scaling\", values = [[#]]", "values", 0),
    ("type = \"scaling\", over = \"tokens\", values = [[1], [#]]", "values", 1),
    ("type = \"position-embedding\", values = [[0], [#]]", "values", 1),
    ("type = \"linear-token-mixing\", matrix = [[1, 2], [#, 1]]", "matrix", 1),
    ("type = \"token-mixing\", hidden = 1, activation = [0, #, 2]", "activation", 1),
    ("type = \"channel-mixing\", activation = [0, #, 2]", "activation", 1),
    ("type = \"spatial-gating\", activation = [#, 1, 2]", "activation", 0),
    ("type = \"hyper-mixing\", hidden = 1, activation = [0, #, 2]", "activation", 1),
    ("type = \"residual\", layers = [{ type = \"scaling\", values = [[#]] }]", "inner0.values", 0),
    (
        "type = \"parallel\", branches = [[], [{ type = \"scaling\", values = [[#]] }]]",
        "branch1.0.values",
        0,
    ),
    (
        "type = \"repeat\", times = 1, layers = [{ type = \"scaling\", values = [[#]] }]",
        "values",
        0,
    ),
];

proptest! {
    #![proptest_config(cases(1000))]

    /// A number means what is written, wherever it stands.
    #[test]
    fn numbers_are_exact_as_written((text, value) in literal(), key in 0..NUMBER_KEYS.len()) {
        let (keys, name, row) = NUMBER_KEYS[key];
        let file = format!("tokens = 2\nwidth = 1\nlayer = [{{ {} }}]", keys.replace('#', &text));
        let problem = parse(&file).map_err(TestCaseError::fail)?.problem;
        let parameters = problem.layers()[0].parameters(2, 1);
        let found = parameters.into_iter().find(|p| p.name == name).and_then(|p| p.value);
        let found = found.expect("a given matrix")[(row, 0)].clone();
        prop_assert_eq!(found.to_string(), value.to_string(), "{}", file);
    }
}

/// Two decimals that differ in the 23rd digit are two numbers, and 10^-330 is not zero.
#[test]
fn ranks_are_those_of_the_numbers_written() {
    let branch = |number| {
        format!("[{{ type = \"linear-token-mixing\", matrix = [[1, {number}], [0, 1]] }}]")
    };
    let rank_of = |layer: &str| {
        let problem =
            parse(&format!("tokens = 2\nwidth = 1\nlayer = [{{ {layer} }}]")).unwrap().problem;
        rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank
    };
    // The off-diagonal entries cancel, f = 2 X[0,0]; one digit off and f depends on both tokens.
    let fraction = "\"-12345678901234567890123/100000000000000000000000\"";
    for (decimal, expected) in [
        ("0.12345678901234567890123", 1),
        ("0.12345678901234567890124", 2),
        ("123456789012345678.90123e-18", 1),
    ] {
        let branches = format!("{}, {}", branch(decimal), branch(fraction));
        assert_eq!(rank_of(&format!("type = \"parallel\", branches = [{branches}]")), expected);
    }
    // sigma(z) = z + c z^2 on one hidden unit: 1, z^2 and z of either side.
    for c in ["1e-330", "1e330", "5e-324", "0.1e-350"] {
        let layer = format!("type = \"token-mixing\", hidden = 2, activation = [0, 1, {c}]");
        assert_eq!(rank_of(&layer), 3, "{c}");
    }
}

/// A rate is exact too, and sizes may be written in any radix.
#[test]
fn rates_are_exact_and_sizes_have_any_radix() {
    let text = "tokens = 0x2\nwidth = 0b1_0\nlayer = [{ type = \"dropout\", rate = 0.1000000000000000000000000001 }]";
    let problem = parse(text).unwrap().problem;
    assert_eq!((problem.tokens(), problem.width()), (2, 2));
    let mask = problem.layers()[0].parameters(2, 2)[0].value.clone().unwrap();
    let kept =
        Rational::parse("10000000000000000000000000000/8999999999999999999999999999").unwrap();
    assert!(mask.iter().all(|m| *m == kept || *m == Rational::from(0)), "{mask}");
    assert!(mask.iter().any(|m| *m == kept));
}

/// A network of one layer with random weights, its parameters by name, an input and the output.
fn one_layer(
    keys: &str,
) -> (BTreeMap<String, DMatrix<Rational>>, DMatrix<Rational>, DMatrix<Rational>) {
    let problem = parse(&format!("tokens = 3\nwidth = 4\nlayer = [{{ {keys} }}]")).unwrap().problem;
    let network = styled(&problem, WeightStyle::Repeated, 5);
    let names = problem.layers()[0].parameters(3, 4).into_iter().map(|p| p.name);
    let parameters = names.zip(network.parameters()[0].iter().cloned()).collect();
    let x = DMatrix::from_fn(3, 4, |i, j| Rational::from(((5 * i + 3 * j) % 7) as i64 - 3));
    let y = network.forward(&x);
    (parameters, x, y)
}

/// Attention with every option, entry by entry from its definition.
#[test]
fn attention_is_its_definition_with_every_option() {
    for flags in 0..16 {
        let [causal, shared, relative, bias] = [1, 2, 4, 8].map(|bit| flags & bit != 0);
        let (p, x, y) = one_layer(&format!(
            "type = \"attention\", heads = 2, causal = {causal}, multi-query = {shared}, \
             relative = {relative}, bias = {bias}"
        ));
        let rows = |name: &str, h: usize| {
            let own = format!("head{h}.{name}");
            let of = |suffix: &str| {
                let (own, common) = (format!("{own}{suffix}"), format!("{name}{suffix}"));
                p.get(&own).or(p.get(&common)).unwrap()
            };
            let mut mapped = &x * of("");
            if bias {
                mapped.row_iter_mut().for_each(|mut row| row += of("-bias"));
            }
            mapped
        };
        for i in 0..3 {
            for c in 0..4 {
                let mut sum = if bias { p["bias"][(0, c)].clone() } else { Rational::from(0) };
                for h in 0..2 {
                    let (query, key, value) = (rows("query", h), rows("key", h), rows("value", h));
                    for j in (0..3).filter(|j| !causal || *j <= i) {
                        let mut score = query.row(i).dot(&key.row(j));
                        if relative {
                            score *= p[&format!("head{h}.relative")][(i + 2 - j, 0)].clone();
                        }
                        sum += score * value.row(j).dot(&p[&format!("head{h}.out")].row(c));
                    }
                }
                assert_eq!(y[(i, c)], sum, "{flags} {i} {c}");
            }
        }
    }
}

/// The other layers with weights, from their definitions.
#[test]
fn layers_are_their_definitions() {
    let activation = "activation = [1, -0.5, \"2/3\"]";
    let sigma = |z: Rational| {
        Rational::from(1) - z.clone() * Rational::from((1, 2))
            + z.clone() * z * Rational::from((2, 3))
    };
    let repeated = |column: &DMatrix<Rational>, cols: usize| {
        DMatrix::from_fn(column.nrows(), cols, |i, _| column[(i, 0)].clone())
    };
    let (p, x, y) =
        one_layer(&format!("type = \"spatial-gating\", hidden = 3, bias = true, {activation}"));
    let half = |u: &str| (&x * &p[u]).map(sigma);
    let gate = &p["w"] * half("u2") + repeated(&p["b"], 3);
    assert_eq!(y, half("u1").zip_map(&gate, |a, b| a * b) * &p["v"]);
    let (p, x, y) = one_layer(&format!("type = \"hyper-mixing\", hidden = 2, {activation}"));
    let hidden = ((&x * &p["p1"]).transpose() * &x).map(sigma);
    assert_eq!(y, (&x * &p["p2"]) * hidden);
    let (p, x, y) =
        one_layer(&format!("type = \"token-mixing\", hidden = 2, bias = true, {activation}"));
    let hidden = (&p["w1"] * &x + repeated(&p["b1"], 4)).map(sigma);
    assert_eq!(y, &p["w2"] * hidden + repeated(&p["b2"], 4));
    let (p, x, y) =
        one_layer(&format!("type = \"channel-mixing\", hidden = 2, bias = true, {activation}"));
    let hidden = (&x * &p["w3"] + repeated(&p["b3"], 3).transpose()).map(sigma);
    assert_eq!(y, hidden * &p["w4"] + repeated(&p["b4"], 3).transpose());
    let (p, x, y) = one_layer("type = \"linear-token-mixing\", bias = true");
    assert_eq!(y, &p["matrix"] * &x + repeated(&p["bias"], 4));
    let (p, x, y) = one_layer("type = \"linear-head\", outputs = 2, bias = true");
    assert_eq!(y, &x * &p["weight"] + repeated(&p["bias"].transpose(), 3).transpose());
    let (p, x, y) = one_layer("type = \"scaling\", over = \"tokens\"");
    assert_eq!(y, x.zip_map(&repeated(&p["values"], 4), |a, b| a * b));
    let (p, x, y) = one_layer("type = \"position-embedding\"");
    assert_eq!(y, &x + &p["values"]);
    let (_, x, y) = one_layer("type = \"pooling\"");
    let sum = |j: usize| x.column(j).iter().cloned().fold(Rational::from(0), |a, b| a + b);
    assert_eq!(y, DMatrix::from_fn(1, 4, |_, j| sum(j) * Rational::from((1, 3))));
    // A mask has zeros and one other factor.
    let (p, x, y) = one_layer("type = \"dropout\", rate = 0.5, seed = 2");
    assert_eq!(y, x.zip_map(&p["mask"], |a, b| a * b));
    let dropped = p["mask"].iter().filter(|m| **m == Rational::from(0)).count();
    assert!(0 < dropped && dropped < 12);
    assert!(p["mask"].iter().all(|m| [0, 2].map(Rational::from).contains(m)));
    let (p, x, y) = one_layer("type = \"residual\", layers = [{ type = \"linear-token-mixing\" }]");
    assert_eq!(y, &x + &p["inner0.matrix"] * &x);
    let branches = "[[{ type = \"linear-token-mixing\" }, { type = \"scaling\" }], []]";
    let (p, x, y) = one_layer(&format!("type = \"parallel\", branches = {branches}"));
    let factors = repeated(&p["branch0.1.values"].transpose(), 3).transpose();
    let branch = (&p["branch0.0.matrix"] * &x).zip_map(&factors, |a, b| a * b);
    assert_eq!(y, branch + &x);
}
