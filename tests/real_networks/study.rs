//! The study of networks as published, measured and proved; points of other kinds.

use super::*;
use seprank::float::study::{Drawn, MODELS, Plan, Sizes};
use seprank::prove::{SpectrumError, proved_study};

#[path = "../common/tensors.rs"]
mod tensors;

const SIZES: Sizes = Sizes { depth: 2, width: 4, tokens: 4 };

/// The file's definition of every model against the forward pass in doubles, which is another code: at equal weights.
#[test]
fn the_exact_network_of_every_model_is_the_measured_one() {
    for model in MODELS {
        let Drawn { network, partition, sides } = Drawn::new(model, SIZES, 2, 1, 0).unwrap();
        let (_, exact) = network.exact().unwrap();
        let x = partition.assemble(&sides[0][0], &sides[1][1]);
        let theirs = network.forward(&x);
        let ours = over(&exact, &x.map(|x| Rational::from_f64(x).unwrap()), Rational::to_f64);
        let size = theirs.amax();
        assert!(size > 0.0, "{}", model.name());
        let far = (ours - theirs).amax() / size;
        assert!(far < 1e-9, "{}: {far}", model.name());
    }
}

/// The singular values of a grid of the measured forward pass, in doubles, are in the enclosures.
#[test]
fn enclosures_are_of_the_grids_that_are_measured() {
    let plan = Plan {
        base: SIZES,
        depths: vec![1, 2],
        widths: vec![4],
        tokens: vec![2],
        points: 5,
        draws: 1,
    };
    let cases = proved_study(&plan, 3, &Stop::default(), &|| ()).unwrap();
    assert_eq!(cases.len(), plan.cases().len());
    for case in cases {
        let name = case.model.name();
        let stream = case.model.stream(0);
        let drawn = Drawn::new(case.model, case.sizes, plan.points, 3, stream).unwrap();
        let value = |s: usize, t: usize| {
            let x = drawn.partition.assemble(&drawn.sides[0][s], &drawn.sides[1][t]);
            drawn.network.forward(&x)[(0, 0)]
        };
        let grid = DMatrix::from_fn(plan.points, plan.points, value);
        let mut computed: Vec<f64> = grid.singular_values().iter().copied().collect();
        computed.sort_by(|a, b| b.total_cmp(a));
        for (value, [low, high]) in computed.iter().zip(&case.spectrum.values) {
            // The measure's erf has ten digits.
            let room = 1e-8 * computed[0];
            assert!(low - room <= *value && *value <= high + room, "{name}: {value} {low} {high}");
        }
    }
}

/// Rows that are all the same give the same point everywhere, and each row is taken once.
#[test]
fn points_are_rows_of_a_tensor() {
    let folder = tempfile::tempdir().unwrap();
    let spectrum = |rows: &[[f32; 4]], tensor: &str, points: usize| {
        let path = folder.path().join("weights.safetensors");
        let bytes = tensors::file(&[("words", &[rows.len(), 4], rows.as_flattened())]);
        std::fs::write(&path, bytes).unwrap();
        let inputs = RealInputs::Rows { path, tensor: tensor.into() };
        let request = RealRequest { inputs, ..request(file(NETWORKS[0]).problem, points) };
        real_spectrum(&request, &|_, _| ())
    };
    let same = spectrum(&[[0.5, -1.0, 2.0, 0.25]; 12], "words", 3).unwrap();
    assert!(same.values[0][0] > 0.0 && same.values[1][0] == 0.0, "{:?}", same.values);
    // One row of its own is in one of the six points: those of the other side stay the same.
    let mut rows = [[0.5, -1.0, 2.0, 0.25]; 12];
    rows[7] = [1.0, 0.0, -1.0, 0.5];
    let other = spectrum(&rows, "words", 3).unwrap();
    assert!(other.values[0] != same.values[0] && other.values[1][0] == 0.0, "{:?}", other.values);
    let error = |found: Result<_, SpectrumError>| found.err().unwrap().to_string();
    for (found, said) in [
        (spectrum(&rows, "words", 4), "wanted are 16 different rows of width 4"),
        (spectrum(&rows, "word", 3), "\"words\""),
    ] {
        let error = error(found);
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn the_program_draws_what_is_proved() {
    let folder = tempfile::tempdir().unwrap();
    let net = folder.path().join("net.toml");
    std::fs::write(&net, format!("tokens = 4\nwidth = 4\n{}", NETWORKS[0])).unwrap();
    let out = folder.path().join("out");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
        let command = command.args(["spectrum", "--proved", "--points", "3"]).args(arguments);
        let output = command.arg("--out").arg(&out).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let network = net.to_str().unwrap();
    let (code, printed, error) = run(&["--network", network, "--inputs", "gaussian"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(printed.contains("3 x 3 points, standard normal"), "{printed}");
    let svg = std::fs::read_to_string(out.join("proved-spectrum.svg")).unwrap();
    assert!(svg.contains("enclosed") && svg.contains("<polygon"), "{svg}");
    let csv = std::fs::read_to_string(out.join("proved-spectrum.csv")).unwrap();
    assert_eq!(csv.lines().count(), 4);
    // A function that is 0 has nothing to draw, which is no error.
    let nothing = folder.path().join("zero.toml");
    let layers = "[[layer]]\ntype = \"scaling\"\nvalues = [[0, 0, 0, 0]]\n";
    std::fs::write(&nothing, format!("tokens = 4\nwidth = 4\n{layers}")).unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    let (code, printed, error) = run(&["--network", nothing.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{error}");
    assert!(printed.contains(" 1       0         0"), "{printed}");
    assert!(out.join("proved-spectrum.csv").exists() && !out.join("proved-spectrum.svg").exists());
    let (code, _, error) = run(&["--network", network, "--inputs", "words"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--inputs words: allowed are uniform, gaussian"), "{error}");
    let (code, _, error) = run(&["--inputs", "gaussian"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("--network"), "{error}");
}
