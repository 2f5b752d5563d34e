//! The reference in Python: cases, and how it is asked.

use nalgebra::DMatrix;
use seprank::arith::Rational;
use seprank::network::layers::Parameter;
use seprank::network::{Network, RealProblem};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// A network and its function in reference.py.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) layers: &'static str,
}

pub(crate) const CASES: [Case; 3] = [
    Case {
        name: "vit",
        layers: "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"norm\" }, { type = \"attention\", heads = 2, softmax = true, bias = true }]\n\
                 [[layer]]\ntype = \"residual\"\nlayers = [{ type = \"norm\" }, \
                 { type = \"channel-mixing\", hidden = 6, activation = \"gelu\", bias = true }]\n[[layer]]\ntype = \"norm\"\n",
    },
    Case {
        name: "llama",
        layers: "[[layer]]\ntype = \"attention\"\nsoftmax = true\ncausal = true\n[[layer]]\ntype = \"norm\"\nnorm = \"rms\"\n\
                 [[layer]]\ntype = \"gated-mlp\"\nhidden = 3\nactivation = \"silu\"\n",
    },
    Case {
        name: "mixer",
        layers: "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"token-mixing\", hidden = 5, activation = \"gelu-tanh\", bias = true }]\n\
                 [[layer]]\ntype = \"channel-mixing\"\nhidden = 5\nactivation = \"relu\"\n",
    },
];

fn rows(matrix: &DMatrix<Rational>) -> Value {
    let row = |i: usize| matrix.row(i).iter().map(Rational::to_f64).collect::<Vec<_>>();
    json!((0..matrix.nrows()).map(row).collect::<Vec<_>>())
}

/// The last state for the input `x`.
pub(crate) fn values(
    case: &Case,
    problem: &RealProblem,
    network: &Network<Rational>,
    x: &DMatrix<Rational>,
) -> Vec<Vec<f64>> {
    let layer = |(list, matrices): (&Vec<Parameter>, &Vec<DMatrix<Rational>>)| {
        let named = list.iter().zip(matrices).map(|(p, matrix)| (p.name.clone(), rows(matrix)));
        Value::Object(named.collect::<Map<_, _>>())
    };
    let weights =
        problem.parameters().iter().zip(network.parameters()).map(layer).collect::<Vec<_>>();
    let asked = json!({ "case": case.name, "x": rows(x), "weights": weights });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/real_networks/reference.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}
