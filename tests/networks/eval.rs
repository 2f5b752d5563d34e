//! `seprank eval` against the definition of docs/format.md, written out entry by entry.

use crate::npy::npy;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::Rational;
use seprank::matrix::read::Array;
use seprank::network::{Head, Problem, WeightStyle};
use std::process::{Command, Output};

const SIZES: &str = "attention --depth 2 --width 2 --heads 2 --tokens 3";

fn eval(inputs: &[u8], arguments: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    std::fs::write(&path, inputs).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
    command.args(["eval", "--inputs"]).arg(&path).args(arguments.split_whitespace());
    command.output().unwrap()
}

/// Two layers `Y <- sum_h (Y W Y^T) Y V` with `W = query key^T`, `V = output value^T`, at one input.
fn by_definition(x: &[[f64; 2]; 3]) -> Vec<Vec<Rational>> {
    let problem = Problem::attention(2, 2, 2, 3).unwrap();
    let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(4));
    let mut y: Vec<Vec<Rational>> =
        x.iter().map(|row| row.iter().map(|v| Rational::from_f64(*v).unwrap()).collect()).collect();
    let zero = || Rational::from(0);
    for layer in 0..2 {
        let mut next = vec![vec![zero(); 2]; 3];
        for Head { query, key, output, value } in network.heads(layer) {
            let entry = |left: &nalgebra::DMatrix<Rational>,
                         right: &nalgebra::DMatrix<Rational>,
                         a: usize,
                         b: usize| {
                (0..left.ncols())
                    .fold(zero(), |sum, k| sum + left[(a, k)].clone() * right[(b, k)].clone())
            };
            for (i, j, a, b, c, p) in itertools::iproduct!(0..3, 0..3, 0..2, 0..2, 0..2, 0..2) {
                let score = y[i][a].clone() * entry(query, key, a, b) * y[j][b].clone();
                let term = score * y[j][c].clone() * entry(output, value, c, p);
                next[i][p] = next[i][p].clone() + term;
            }
        }
        y = next;
    }
    y
}

const X: [[[f64; 2]; 3]; 2] =
    [[[1.0, -0.5], [0.25, 2.0], [3.0, 0.0]], [[0.0, 1.0], [-1.0, 1.5], [0.125, -2.0]]];

/// In both orders of an array, exactly and in double precision.
#[test]
fn values_are_those_of_the_definition() {
    let all: Vec<f64> = X.iter().flatten().flatten().copied().collect();
    let bytes = |list: &[f64]| list.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let by_rows = npy("<f8", false, "(2, 3, 2)", &bytes(&all));
    // Entry (b, i, j) at b + 2 (i + 3 j).
    let mut turned = [0.0; 12];
    for (b, i, j) in itertools::iproduct!(0..2, 0..3, 0..2) {
        turned[b + 2 * (i + 3 * j)] = X[b][i][j];
    }
    let by_columns = npy("<f8", true, "(2, 3, 2)", &bytes(&turned));
    let expected: Vec<_> = X.iter().map(by_definition).collect();
    let words = |state: &Vec<Vec<Rational>>| {
        let row =
            |row: &Vec<Rational>| row.iter().map(Rational::to_string).collect::<Vec<_>>().join(" ");
        state.iter().map(row).collect::<Vec<_>>().join("\n") + "\n"
    };
    let text = expected.iter().map(words).collect::<Vec<_>>().join("\n");
    for file in [&by_rows, &by_columns] {
        let output = eval(file, &format!("--exact --seed 4 {SIZES}"));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
    }
    let singles: Vec<u8> = all.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
    let output =
        eval(&npy("<f4", false, "(2, 3, 2)", &singles), &format!("--seed 4 --format json {SIZES}"));
    let found: Vec<Vec<Vec<f64>>> = serde_json::from_slice(&output.stdout).unwrap();
    for (found, expected) in found.iter().zip(&expected) {
        for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
            let expected = expected.to_f64();
            assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0));
        }
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn arrays_of_any_shape_and_type_are_read_exactly() {
    let array = Array::parse(&npy("<f2", false, "(3,)", &[0, 0x3c, 1, 0, 0, 0xc0])).unwrap();
    // 1, the least positive number of 16 bits, and -2.
    assert_eq!(array.shape, [3]);
    let words: Vec<String> = array.values.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["1", "1/16777216", "-2"]);
    let one = Array::parse(&npy("|u1", false, "()", &[255])).unwrap();
    assert_eq!((one.shape.len(), one.values[0] == 255), (0, true));
    assert!(Array::parse(&npy("<i8", true, "(2, 0, 3)", &[])).unwrap().values.is_empty());
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    let nan = f64::NAN.to_le_bytes().repeat(6);
    for (file, arguments, words) in [
        (npy("<f8", false, "(3, 3)", &[0; 72]), SIZES, "the array is 3 x 3: allowed are 3 x 2"),
        (npy("<f8", false, "(3, 2)", &nan), SIZES, "NaN: allowed are finite numbers"),
        (npy("<c8", false, "(3, 2)", &[0; 48]), SIZES, "'<c8': the type: allowed are <f2"),
        (npy("<f8", false, "(3, 2)", &[0; 40]), SIZES, "40 bytes of data: allowed are 3 x 2 of 8"),
        (b"1,2\n".to_vec(), SIZES, "allowed are those of an NPY file"),
        (
            npy("<f8", false, "(2, 1)", &[0; 16]),
            "--exact attention --depth 12 --width 1 --tokens 2",
            "--exact: the degree is 531441; allowed",
        ),
    ] {
        let output = eval(&file, arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(error.contains(words) && error.lines().count() == 1, "{error}");
    }
}
