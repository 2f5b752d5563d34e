//! Networks with functions of real numbers: values, enclosures, proved lower bounds, their certificates, bad input.

use nalgebra::DMatrix;
use rand::RngExt;
use seprank::arith::{BigFloat, Interval, Rational, Ring};
use seprank::check::{self, Verdict};
use seprank::network::{Network, NetworkFile, RealNetworkFile, RealProblem, Replacements};
use seprank::prove::{RealInputs, RealRank, RealRequest, generator, real_rank, real_spectrum};
use seprank::tensor::MemoryLimit;
use seprank::{Stop, certificate};
use std::path::Path;
use std::process::Command;

#[path = "real_networks/certificates.rs"]
mod certificates;
#[path = "real_networks/reference.rs"]
mod reference;
#[path = "real_networks/study.rs"]
mod study;

fn exact(x: &BigFloat) -> Rational {
    Rational::from(x.as_rug().to_rational().expect("is finite"))
}

fn file(layers: &str) -> RealNetworkFile {
    let text = format!("tokens = 4\nwidth = 4\noutput = [1, 2]\n{layers}");
    RealNetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap()
}

/// Every function, both norms, masks, biases, residual connections, attention in both kinds.
const NETWORKS: [&str; 6] = [
    "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"norm\" }, { type = \"attention\", heads = 2, softmax = true, bias = true }]\n\
     [[layer]]\ntype = \"residual\"\nlayers = [{ type = \"norm\", epsilon = 1e-12 }, \
     { type = \"channel-mixing\", hidden = 6, activation = \"gelu\", bias = true }]\n[[layer]]\ntype = \"norm\"\n",
    "[[layer]]\ntype = \"attention\"\nsoftmax = true\ncausal = true\nscale = false\n\
     [[layer]]\ntype = \"norm\"\nnorm = \"rms\"\n[[layer]]\ntype = \"gated-mlp\"\nhidden = 3\nactivation = \"silu\"\n",
    "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"token-mixing\", hidden = 5, activation = \"gelu-tanh\", bias = true }]\n\
     [[layer]]\ntype = \"channel-mixing\"\nhidden = 5\nactivation = \"relu\"\n",
    "[[layer]]\ntype = \"attention\"\nsoftmax = true\nhead-width = 3\nmask = { window = 2 }\nrelative-bias = true\n\
     [[layer]]\ntype = \"channel-mixing\"\nhidden = 5\nactivation = \"tanh\"\n[[layer]]\ntype = \"norm\"\naffine = false\n",
    "[[layer]]\ntype = \"attention\"\nheads = 2\n[[layer]]\ntype = \"channel-mixing\"\nactivation = \"sigmoid\"\nhidden = 4\n",
    "[[layer]]\ntype = \"attention\"\nheads = 2\nkv-heads = 1\nsoftmax = true\ncausal = true\nmask = { decay = 0.5 }\n",
];

fn input(seed: u64) -> DMatrix<Rational> {
    let mut rng = generator(seed);
    DMatrix::from_fn(4, 4, |_, _| Rational::from((rng.random_range(-1024..1024), 512)))
}

fn over<T: Ring>(
    network: &Network<Rational>,
    x: &DMatrix<Rational>,
    embed: impl Fn(&Rational) -> T,
) -> DMatrix<T> {
    network.map(&embed).forward(&x.map(|q| embed(&q)))
}

#[test]
fn enclosures_of_networks_contain_their_values_and_are_narrow() {
    for (number, layers) in NETWORKS.iter().enumerate() {
        let file = file(layers);
        assert!(!file.problem.is_polynomial());
        for seed in 0..5 {
            let network = file.problem.random_weights(&mut generator(seed));
            let x = input(seed);
            let enclosed = over(&network, &x, |q| Interval::enclosing(q, 106));
            let precise = over(&network, &x, |q| BigFloat::new(q, 424));
            let double = over(&network, &x, Rational::to_f64);
            for ((interval, value), double) in enclosed.iter().zip(&precise).zip(&double) {
                assert!(
                    interval.contains(&exact(value)),
                    "{number} {seed}: {interval:?} {value:?}"
                );
                let near =
                    |x: f64| (x - value.to_f64()).abs() <= 1e-12 * (1.0 + value.to_f64().abs());
                assert!(
                    near(interval.midpoint()) && near(*double),
                    "{number} {seed}: {interval:?} {value:?} {double}"
                );
                let wider =
                    Interval::enclosing(&(exact(value) + Rational::from((1, 1i64 << 60))), 106);
                assert!(
                    !(interval.clone() - wider).contains(&Rational::from(0)),
                    "{number} {seed}: wide"
                );
            }
        }
    }
}

/// Against a transformer block in plain Python, by PyTorch's definitions.
#[test]
fn values_are_those_of_the_definitions() {
    for (number, reference) in reference::CASES.iter().enumerate() {
        let file = file(reference.layers);
        let network = file.problem.random_weights(&mut generator(3));
        let x = input(number as u64);
        let expected = reference::values(reference, &file.problem, &network, &x);
        let found = over(&network, &x, Rational::to_f64);
        for (i, j) in itertools::iproduct!(0..4, 0..4) {
            let (a, b) = (found[(i, j)], expected[i][j]);
            assert!(
                (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
                "case {number}, entry {i},{j}: {a} {b}"
            );
        }
    }
}

fn request(problem: RealProblem, points: usize) -> RealRequest {
    let (inputs, memory, stop) = (RealInputs::Uniform, MemoryLimit::default(), Stop::default());
    RealRequest { problem, weights: None, points, inputs, seed: 1, memory, stop }
}

fn answer(problem: RealProblem, points: usize) -> RealRank {
    real_rank(&request(problem, points), &|_, _| ()).unwrap()
}

#[test]
fn lower_bounds_have_certificates_that_the_checker_accepts() {
    for (number, layers) in NETWORKS.iter().enumerate() {
        let answer = answer(file(layers).problem, 5);
        // Causal: token 1 sees A only.
        let expected = if layers.contains("causal") { 1 } else { 5 };
        assert_eq!(answer.rank, expected, "network {number}");
        let certificate = answer.certificate().unwrap().into_owned();
        let bytes = certificate::to_bytes(&certificate);
        assert_eq!(certificate::from_bytes(&bytes).unwrap(), certificate);
        assert_eq!(check::check(&certificate), Verdict::Valid, "network {number}");
    }
}

/// A planted rank: the linear perceptron across tokens with an activation by channel is a sum of two functions.
#[test]
fn no_bound_is_above_a_known_rank() {
    let layers = "[[layer]]\ntype = \"channel-mixing\"\nhidden = 5\nactivation = \"gelu\"\n[[layer]]\ntype = \"pooling\"\n";
    let text = format!("tokens = 4\nwidth = 4\n{layers}");
    let file = RealNetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap();
    let answer = answer(file.problem, 6);
    assert_eq!((answer.rank, check::check(&answer.certificate().unwrap())), (2, Verdict::Valid));
}

fn finding(certificate: &certificate::Certificate) -> String {
    match check::check(certificate) {
        Verdict::Invalid(finding) | Verdict::Incomplete(finding) => finding.kind.name().into(),
        valid => valid.to_string(),
    }
}

#[test]
fn what_an_enclosure_does_not_show_is_not_valid() {
    let good = answer(file(NETWORKS[0]).problem, 4).certificate().unwrap().into_owned();
    let change = |edit: &dyn Fn(&mut certificate::RankClaim, &mut certificate::Enclosure)| {
        let mut certificate = good.clone();
        let certificate::Claim::Rank(claim) = &mut certificate.claim else { panic!() };
        let Some(certificate::Lower::Enclosure(mut enclosure)) = claim.lower.take() else {
            panic!()
        };
        edit(claim, &mut enclosure);
        claim.lower.get_or_insert(certificate::Lower::Enclosure(enclosure));
        finding(&certificate)
    };
    assert_eq!(change(&|_, _| ()), "Valid");
    assert_eq!(change(&|_, e| e.bits = 8), "enclosure");
    assert_eq!(change(&|_, e| e.bits = 0), "limit");
    assert_eq!(change(&|_, e| e.bits = 1 << 40), "limit");
    assert_eq!(change(&|_, e| e.left[1] = e.left[0].clone()), "enclosure");
    assert_eq!(change(&|_, e| e.right[2] = e.right[0].clone()), "enclosure");
    assert_eq!(change(&|_, e| e.left[1].truncate(3)), "point-shape");
    assert_eq!(change(&|_, e| e.left.truncate(3)), "missing-rows");
    assert_eq!(change(&|c, _| c.scope = certificate::Scope::Generic), "scope");
    let theorem = || Some(certificate::Lower::Theorem("attention-power".into()));
    assert_eq!(change(&|c, _| c.lower = theorem()), "polynomial");
    let grid = || certificate::Grid { prime: certificate::Text(101), left: vec![], right: vec![] };
    assert_eq!(change(&|c, _| c.lower = Some(certificate::Lower::Grid(grid()))), "polynomial");
    assert_eq!(
        change(&|c, _| {
            c.relation = certificate::Relation::Equal;
            c.upper = Some(certificate::Upper::Theorem("network-degree".into()));
        }),
        "polynomial"
    );
    let zero = |c: &mut certificate::RankClaim| {
        let Some(certificate::Weights::Layers(layers)) = &mut c.weights else { panic!() };
        // The gain of the last norm: all of f is then a constant.
        let matrix = &mut layers[2][0];
        let nothing = matrix[0][0].0.clone() - matrix[0][0].0.clone();
        matrix[0].iter_mut().for_each(|entry| entry.0 = nothing.clone());
    };
    assert_eq!(change(&|c, _| zero(c)), "enclosure");
}

#[test]
fn what_is_no_polynomial_is_refused_where_one_is_needed() {
    for layers in NETWORKS {
        let text = format!("tokens = 4\nwidth = 4\n{layers}");
        let error = NetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap_err();
        assert!(error.to_string().contains("is no polynomial, and this needs one"), "{error}");
    }
}

fn wrong(layers: &str) -> String {
    let text = format!("tokens = 4\nwidth = 4\n[[layer]]\n{layers}");
    RealNetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap_err().to_string()
}

#[test]
fn wrong_keys_are_named() {
    for (layers, said) in [
        ("type = \"attention\"\nscale = true", "give softmax = true"),
        ("type = \"attention\"\nsoftmax = true\nrelative = true", "give relative-bias"),
        ("type = \"attention\"\nsoftmax = true\nmask = { queries = [1] }", "token 0 sees no token"),
        ("type = \"attention\"\nsoftmax = true\nmask = { decay = -1 }", "must not be negative"),
        ("type = \"norm\"\nnorm = \"batch\"", "`layer`"),
        ("type = \"norm\"\nepsilon = -1", "allowed are numbers from 0"),
        (
            "type = \"channel-mixing\"\nactivation = \"glu\"",
            "gelu, gelu-tanh, relu, silu, sigmoid, tanh",
        ),
        ("type = \"channel-mixing\"\nactivation = \"gelu\"\ndegree = 2", "not both"),
    ] {
        let error = wrong(layers);
        assert!(error.contains(said), "{layers}: {error}");
    }
}

/// A constant row has no layer norm where epsilon is 0: no number is given, and with epsilon there is one.
#[test]
fn a_norm_that_divides_by_zero_has_no_value() {
    let network = |epsilon: &str| {
        let layers = format!("[[layer]]\ntype = \"norm\"\nepsilon = {epsilon}\n");
        let file = file(&layers);
        file.problem.random_weights(&mut generator(1))
    };
    let x = DMatrix::from_element(4, 4, Rational::from((1, 3)));
    let finite = |epsilon: &str| {
        let values = over(&network(epsilon), &x, |q| Interval::enclosing(q, 106));
        let double = over(&network(epsilon), &x, Rational::to_f64);
        let enclosed = values.iter().all(seprank::float::Scale::is_finite);
        assert!(enclosed || epsilon == "0");
        (enclosed, double.iter().all(|x| x.is_finite()))
    };
    assert_eq!(finite("1e-5"), (true, true));
    assert!(!finite("0").0);
    // The one token of a side is the same for all entries: of width 1 every row is constant.
    let text = "tokens = 2\nwidth = 1\n[[layer]]\ntype = \"norm\"\nepsilon = 0\n";
    let file = RealNetworkFile::parse(text, Path::new(""), &Replacements::default()).unwrap();
    let error = real_rank(&request(file.problem, 3), &|_, _| ()).unwrap_err();
    assert!(error.to_string().contains("is not known to be finite"), "{error}");
}

#[test]
fn the_program_says_what_is_proved() {
    let folder = tempfile::tempdir().unwrap();
    let (path, rank) = (folder.path().join("net.toml"), folder.path().join("rank.json"));
    std::fs::write(&path, format!("tokens = 4\nwidth = 4\n{}", NETWORKS[0])).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
        let output =
            command.arg("rank").arg("--network").arg(&path).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, _) = run(&["--points", "4", "--certificate", rank.to_str().unwrap()]);
    assert_eq!(code, Some(0));
    assert!(out.contains("separation rank >= 4  (lower, by enclosure)"), "{out}");
    assert!(!out.contains("exact"), "{out}");
    assert_eq!(check::check_file(&rank), Verdict::Valid);
    let other = folder.path().join("other.toml");
    std::fs::write(&other, format!("tokens = 4\nwidth = 4\n{}", NETWORKS[1])).unwrap();
    for (network, code) in [(&path, 0), (&other, 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
        let output = command.arg("check").arg(&rank).arg("--network").arg(network).output();
        assert_eq!(output.unwrap().status.code(), Some(code));
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
    let output = command.args(["networks", "--keys"]).arg(&path).output().unwrap();
    let keys = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && keys.contains("2.gain"), "{keys}");
    let (_, json, _) = run(&["--points", "3", "--format", "json"]);
    assert!(json.contains("\"rank\": 3") && json.contains("\"status\": \"lower\""), "{json}");
    for option in
        [&["--method", "grid"][..], &["--weights", "power"], &["--draws", "2"], &["--dry-run"]]
    {
        let (code, _, error) = run(option);
        assert_eq!(code, Some(2));
        assert!(error.contains(option[0]) && error.contains("no polynomial"), "{error}");
    }
    let (code, _, error) = run(&["--points", "100000000000"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("the grid would take") && error.contains("--points"), "{error}");
    let (code, out, _) = run(&["--points", "40", "--time", "0s"]);
    assert_eq!(code, Some(2));
    assert!(
        out.contains("separation rank >= 0") && out.contains("ended by the limit on time"),
        "{out}"
    );
}

/// Singular values of a grid against those in double precision; both sides of the rank within an epsilon.
#[test]
fn enclosed_spectra_contain_the_computed_ones() {
    let found = real_spectrum(&request(file(NETWORKS[0]).problem, 6), &|_, _| ()).unwrap();
    assert_eq!(found.values.len(), 6);
    for [low, high] in &found.values {
        assert!(
            0.0 < *low && low < high && high - low < 1e-13 * found.values[0][1],
            "{low} {high}"
        );
    }
    let mut above = 0;
    for epsilon in [0.5, 0.1, 1e-2, 1e-4, 1e-8] {
        let [low, high] = found.rank_within(epsilon);
        assert!(low == high && low >= above, "{epsilon}: {low} {high}");
        // By the tails of the middles.
        let square = |k: usize| (found.values[k][0] / 2.0 + found.values[k][1] / 2.0).powi(2);
        let all: f64 = (0..6).map(square).sum();
        let least = (0..=6).find(|r| (*r..6).map(square).sum::<f64>() <= epsilon * epsilon * all);
        assert_eq!(least, Some(low), "{epsilon}");
        above = low;
    }
    let [low, high] = found.root_mean_square;
    let all: f64 = found.values.iter().map(|[low, _]| low * low).sum();
    assert!((low / (all / 36.0).sqrt() - 1.0).abs() < 1e-12 && high - low < 1e-14);
}

#[test]
fn the_program_encloses_singular_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    std::fs::write(&path, format!("tokens = 4\nwidth = 4\n{}", NETWORKS[2])).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
        let output = command.arg("spectrum").args(arguments).arg("--network").arg(&path).output();
        let output = output.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, _) = run(&["--proved", "--points", "3", "--format", "json"]);
    assert_eq!(code, Some(0));
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let values = report["singular_values"].as_array().unwrap();
    assert_eq!(values.len(), 3);
    assert!(values.iter().all(|v| v[0].as_f64().unwrap() < v[1].as_f64().unwrap()), "{out}");
    let (code, out, _) = run(&["--proved", "--points", "3"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("Proved for this network at these weights"), "{out}");
    let (code, _, error) = run(&[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("give --proved"), "{error}");
    let (code, ..) = run(&["--proved", "--draws", "2"]);
    assert_eq!(code, Some(2));
}
