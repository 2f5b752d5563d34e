//! Small models with random weights in the naming of a library, and the values of the network that is made of their
//! configuration.
#![allow(dead_code)] // no test file uses all of it

#[path = "../common/run.rs"]
mod run;

use crate::npy::npy;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::collections::BTreeMap;
use std::fs;

pub(crate) use run::seprank;

pub(crate) type Matrix = Vec<Vec<f64>>;

/// Tensors by name, in PyTorch's layout, of small multiples of 1/8, which are exact.
pub(crate) struct Model {
    pub(crate) random: ChaCha20Rng,
    pub(crate) tensors: BTreeMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self { random: ChaCha20Rng::seed_from_u64(7), tensors: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, shape: &[usize]) {
        let count: usize = shape.iter().product();
        let mut number = || f64::from(self.random.random_range(-4i32..=4)) / 8.0;
        let numbers = (0..count).map(|_| number()).collect();
        self.tensors.insert(name.into(), (shape.to_vec(), numbers));
    }

    /// Weight out x in and bias of a `Linear`.
    pub(crate) fn linear(&mut self, name: &str, out: usize, inputs: usize) {
        self.add(format!("{name}.weight"), &[out, inputs]);
        self.add(format!("{name}.bias"), &[out]);
    }

    pub(crate) fn vector(&self, name: &str) -> &[f64] {
        &self.tensors[name].1
    }

    /// By rows; unit axes in front are left out.
    pub(crate) fn matrix(&self, name: &str) -> Matrix {
        let (shape, numbers) = &self.tensors[name];
        numbers.chunks(*shape.last().unwrap()).map(<[f64]>::to_vec).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let data: Vec<(&String, &Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, (shape, numbers))| {
                (name, shape, numbers.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect())
            })
            .collect();
        let views = data.iter().map(|(name, shape, data)| {
            (name.as_str(), TensorView::new(Dtype::F32, shape.to_vec(), data).unwrap())
        });
        serialize(views, None).unwrap()
    }

    /// x W^T + b, what a `Linear` does.
    pub(crate) fn apply(&self, x: &Matrix, name: &str) -> Matrix {
        let (w, b) = (self.matrix(&format!("{name}.weight")), self.vector(&format!("{name}.bias")));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        x.iter().map(|row| w.iter().zip(b).map(|(w, b)| dot(row, w) + b).collect()).collect()
    }

    /// x W + b, what the `Conv1D` of GPT-2 does.
    pub(crate) fn conv(&self, x: &Matrix, name: &str) -> Matrix {
        let (w, b) = (self.matrix(&format!("{name}.weight")), self.vector(&format!("{name}.bias")));
        let entry = |row: &Vec<f64>, j: usize| {
            row.iter().zip(&w).map(|(x, w)| x * w[j]).sum::<f64>() + b[j]
        };
        x.iter().map(|row| (0..b.len()).map(|j| entry(row, j)).collect()).collect()
    }
}

pub(crate) fn gelu(x: &Matrix) -> Matrix {
    x.iter().map(|row| row.iter().map(|z| 0.5 * z + 0.3989422804 * z * z).collect()).collect()
}

pub(crate) fn plus(a: &Matrix, b: &Matrix) -> Matrix {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

pub(crate) fn turned(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

/// Scores (query, key) without softmax times values, head by head, side by side.
pub(crate) fn attention([q, k, v]: [&Matrix; 3], heads: usize, causal: bool) -> Matrix {
    let (n, d) = (q.len(), q[0].len());
    let width = d / heads;
    let mut y = vec![vec![0.0; d]; n];
    for h in 0..heads {
        for i in 0..n {
            for j in (0..n).filter(|j| !causal || *j <= i) {
                let score: f64 = (h * width..(h + 1) * width).map(|c| q[i][c] * k[j][c]).sum();
                (h * width..(h + 1) * width).for_each(|c| y[i][c] += score * v[j][c]);
            }
        }
    }
    y
}

pub(crate) fn columns(x: &Matrix, from: usize, to: usize) -> Matrix {
    x.iter().map(|row| row[from..to].to_vec()).collect()
}

/// The network file of a configuration, and its values with the model's tensors at an input.
pub(crate) fn evaluated(
    config: &str,
    options: &[&str],
    model: &Model,
    x: &Matrix,
) -> (String, Matrix) {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let [from, network, weights, inputs] =
        ["config.json", "net.toml", "w.safetensors", "x.npy"].map(path);
    fs::write(&from, config).unwrap();
    fs::write(&weights, model.bytes()).unwrap();
    let numbers: Vec<u8> = x.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
    fs::write(&inputs, npy("<f8", false, &format!("({}, {})", x.len(), x[0].len()), &numbers))
        .unwrap();
    let output = seprank(&[&["networks", "--from-config", &from][..], options].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(&network, &output.stdout).unwrap();
    let values = seprank(&[
        "eval",
        "--network",
        &network,
        "--weights",
        &weights,
        "--inputs",
        &inputs,
        "--format",
        "json",
    ]);
    assert!(values.status.success(), "{}", String::from_utf8_lossy(&values.stderr));
    let states: Vec<Matrix> = serde_json::from_slice(&values.stdout).unwrap();
    (String::from_utf8(output.stdout).unwrap(), states.into_iter().next().unwrap())
}

pub(crate) fn input(tokens: usize, width: usize) -> Matrix {
    (0..tokens)
        .map(|i| (0..width).map(|j| f64::from((3 * i + 5 * j) as i32 % 7 - 3) / 4.0).collect())
        .collect()
}

pub(crate) fn assert_near(found: &Matrix, expected: &Matrix) {
    assert_eq!((found.len(), found[0].len()), (expected.len(), expected[0].len()));
    let size = expected.iter().flatten().fold(1.0f64, |m, x| m.max(x.abs()));
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found - expected).abs() <= 1e-9 * size, "{found} is not {expected}");
    }
}

/// A configuration of a small model of timm: image and patch give the grid.
pub(crate) fn timm(architecture: &str, args: &str) -> String {
    format!(
        "{{\"architecture\": \"{architecture}\", \"num_features\": 4, \"model_args\": {{\"patch_size\": 8, \"embed_dim\": 4{args}}}}}"
    )
}
