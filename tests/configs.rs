//! Network files from configurations, against the models' definitions written out here with loops over numbers of
//! 64 bits: softmax, its scale and normalisation left out, the activation replaced, as the files state.

#[path = "common/npy.rs"]
mod npy;

use npy::npy;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use safetensors::tensor::{Dtype, TensorView, serialize};
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

type Matrix = Vec<Vec<f64>>;

/// Tensors by name, in PyTorch's layout, of small multiples of 1/8, which are exact.
struct Model {
    random: ChaCha20Rng,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f64>)>,
}

impl Model {
    fn new() -> Self {
        Self { random: ChaCha20Rng::seed_from_u64(7), tensors: BTreeMap::new() }
    }

    fn add(&mut self, name: impl Into<String>, shape: &[usize]) {
        let count: usize = shape.iter().product();
        let mut number = || f64::from(self.random.random_range(-4i32..=4)) / 8.0;
        let numbers = (0..count).map(|_| number()).collect();
        self.tensors.insert(name.into(), (shape.to_vec(), numbers));
    }

    /// Weight out x in and bias of a `Linear`.
    fn linear(&mut self, name: &str, out: usize, inputs: usize) {
        self.add(format!("{name}.weight"), &[out, inputs]);
        self.add(format!("{name}.bias"), &[out]);
    }

    fn vector(&self, name: &str) -> &[f64] {
        &self.tensors[name].1
    }

    /// By rows; unit axes in front are left out.
    fn matrix(&self, name: &str) -> Matrix {
        let (shape, numbers) = &self.tensors[name];
        numbers.chunks(*shape.last().unwrap()).map(<[f64]>::to_vec).collect()
    }

    fn bytes(&self) -> Vec<u8> {
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
    fn apply(&self, x: &Matrix, name: &str) -> Matrix {
        let (w, b) = (self.matrix(&format!("{name}.weight")), self.vector(&format!("{name}.bias")));
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        x.iter().map(|row| w.iter().zip(b).map(|(w, b)| dot(row, w) + b).collect()).collect()
    }

    /// x W + b, what the `Conv1D` of GPT-2 does.
    fn conv(&self, x: &Matrix, name: &str) -> Matrix {
        let (w, b) = (self.matrix(&format!("{name}.weight")), self.vector(&format!("{name}.bias")));
        let entry = |row: &Vec<f64>, j: usize| {
            row.iter().zip(&w).map(|(x, w)| x * w[j]).sum::<f64>() + b[j]
        };
        x.iter().map(|row| (0..b.len()).map(|j| entry(row, j)).collect()).collect()
    }
}

fn gelu(x: &Matrix) -> Matrix {
    x.iter().map(|row| row.iter().map(|z| 0.5 * z + 0.3989422804 * z * z).collect()).collect()
}

fn plus(a: &Matrix, b: &Matrix) -> Matrix {
    a.iter().zip(b).map(|(a, b)| a.iter().zip(b).map(|(a, b)| a + b).collect()).collect()
}

fn turned(a: &Matrix) -> Matrix {
    (0..a[0].len()).map(|j| a.iter().map(|row| row[j]).collect()).collect()
}

/// Scores (query, key) without softmax times values, head by head, side by side.
fn attention([q, k, v]: [&Matrix; 3], heads: usize, causal: bool) -> Matrix {
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

fn columns(x: &Matrix, from: usize, to: usize) -> Matrix {
    x.iter().map(|row| row[from..to].to_vec()).collect()
}

fn seprank(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank")).args(arguments).output().unwrap()
}

/// The network file of a configuration, and its values with the model's tensors at an input.
fn evaluated(config: &str, options: &[&str], model: &Model, x: &Matrix) -> (String, Matrix) {
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

fn input(tokens: usize, width: usize) -> Matrix {
    (0..tokens)
        .map(|i| (0..width).map(|j| f64::from((3 * i + 5 * j) as i32 % 7 - 3) / 4.0).collect())
        .collect()
}

fn assert_near(found: &Matrix, expected: &Matrix) {
    assert_eq!((found.len(), found[0].len()), (expected.len(), expected[0].len()));
    let size = expected.iter().flatten().fold(1.0f64, |m, x| m.max(x.abs()));
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((found - expected).abs() <= 1e-9 * size, "{found} is not {expected}");
    }
}

/// A configuration of a small model of timm: image and patch give the grid.
fn timm(architecture: &str, args: &str) -> String {
    format!(
        "{{\"architecture\": \"{architecture}\", \"num_features\": 4, \"model_args\": {{\"patch_size\": 8, \"embed_dim\": 4{args}}}}}"
    )
}

#[test]
fn vision_transformers_of_timm_agree() {
    let (n, d, hidden) = (5, 4, 16);
    let mut model = Model::new();
    model.add("pos_embed", &[1, n, d]);
    for i in 0..2 {
        model.linear(&format!("blocks.{i}.attn.qkv"), 3 * d, d);
        model.linear(&format!("blocks.{i}.attn.proj"), d, d);
        model.linear(&format!("blocks.{i}.mlp.fc1"), hidden, d);
        model.linear(&format!("blocks.{i}.mlp.fc2"), d, hidden);
    }
    let x = input(n, d);
    let mut y = plus(&x, &model.matrix("pos_embed"));
    for i in 0..2 {
        let fused = model.apply(&y, &format!("blocks.{i}.attn.qkv"));
        let [q, k, v] = [0, 1, 2].map(|part| columns(&fused, part * d, (part + 1) * d));
        let heads = attention([&q, &k, &v], 2, false);
        y = plus(&y, &model.apply(&heads, &format!("blocks.{i}.attn.proj")));
        let inner = gelu(&model.apply(&y, &format!("blocks.{i}.mlp.fc1")));
        y = plus(&y, &model.apply(&inner, &format!("blocks.{i}.mlp.fc2")));
    }
    let config = timm(
        "vit_tiny_patch16_224.augreg_in21k",
        ", \"img_size\": 16, \"depth\": 2, \"num_heads\": 2",
    );
    let (text, found) = evaluated(&config, &[], &model, &x);
    assert_near(&found, &y);
    assert!(
        text.contains("# - the softmax is dropped")
            && text.contains("# - layer normalisation is dropped")
    );
}

#[test]
fn mixers_of_timm_agree() {
    let (n, d) = (4, 4);
    let x = input(n, d);
    let mut model = Model::new();
    let mut y = x.clone();
    for i in 0..2 {
        let tokens = [1, 2].map(|f| format!("blocks.{i}.mlp_tokens.fc{f}"));
        let channels = [1, 2].map(|f| format!("blocks.{i}.mlp_channels.fc{f}"));
        model.linear(&tokens[0], 2, n);
        model.linear(&tokens[1], n, 2);
        model.linear(&channels[0], 16, d);
        model.linear(&channels[1], d, 16);
        let inner = gelu(&model.apply(&turned(&y), &tokens[0]));
        y = plus(&y, &turned(&model.apply(&inner, &tokens[1])));
        let inner = gelu(&model.apply(&y, &channels[0]));
        y = plus(&y, &model.apply(&inner, &channels[1]));
    }
    let config = timm("mixer_s16_224", ", \"img_size\": 16, \"num_blocks\": 2");
    assert_near(&evaluated(&config, &[], &model, &x).1, &y);
}

/// With its affine layers and their unit axes.
#[test]
fn res_mlps_of_timm_agree() {
    let (n, d) = (4, 4);
    let x = input(n, d);
    let mut model = Model::new();
    let affine = |model: &mut Model, x: &Matrix, name: &str| -> Matrix {
        model.add(format!("{name}.alpha"), &[1, 1, d]);
        model.add(format!("{name}.beta"), &[1, 1, d]);
        let (a, b) =
            (model.vector(&format!("{name}.alpha")), model.vector(&format!("{name}.beta")));
        x.iter().map(|row| (0..d).map(|c| a[c] * row[c] + b[c]).collect()).collect()
    };
    let scaled = |x: &Matrix, s: &[f64]| -> Matrix {
        x.iter().map(|row| row.iter().zip(s).map(|(x, s)| x * s).collect()).collect()
    };
    let mut y = x.clone();
    for i in 0..2 {
        let name = |part: &str| format!("blocks.{i}.{part}");
        model.linear(&name("linear_tokens"), n, n);
        model.linear(&name("mlp_channels.fc1"), 16, d);
        model.linear(&name("mlp_channels.fc2"), d, 16);
        model.add(name("ls1"), &[d]);
        model.add(name("ls2"), &[d]);
        let normal = affine(&mut model, &y, &name("norm1"));
        let mixed = turned(&model.apply(&turned(&normal), &name("linear_tokens")));
        y = plus(&y, &scaled(&mixed, model.vector(&name("ls1"))));
        let normal = affine(&mut model, &y, &name("norm2"));
        let inner = gelu(&model.apply(&normal, &name("mlp_channels.fc1")));
        let inner = model.apply(&inner, &name("mlp_channels.fc2"));
        y = plus(&y, &scaled(&inner, model.vector(&name("ls2"))));
    }
    y = affine(&mut model, &y, "norm");
    let config = timm("resmlp_12_224.fb_in1k", ", \"img_size\": 16, \"num_blocks\": 2");
    assert_near(&evaluated(&config, &[], &model, &x).1, &y);
}

#[test]
fn gmlps_of_timm_agree() {
    let (n, d, half) = (4, 4, 12);
    let x = input(n, d);
    let mut model = Model::new();
    let mut y = x.clone();
    for i in 0..2 {
        let name = |part: &str| format!("blocks.{i}.mlp_channels.{part}");
        model.linear(&name("fc1"), 2 * half, d);
        model.linear(&name("gate.proj"), n, n);
        model.linear(&name("fc2"), d, half);
        // The file says that the bias of the first map is dropped.
        let bias = model.tensors.get_mut(&name("fc1.bias")).unwrap();
        bias.1.fill(0.0);
        let inner = gelu(&model.apply(&y, &name("fc1")));
        let (u, v) = (columns(&inner, 0, half), columns(&inner, half, 2 * half));
        let gate = turned(&model.apply(&turned(&v), &name("gate.proj")));
        let gated: Matrix = u
            .iter()
            .zip(&gate)
            .map(|(u, g)| u.iter().zip(g).map(|(u, g)| u * g).collect())
            .collect();
        y = plus(&y, &model.apply(&gated, &name("fc2")));
    }
    let config = timm("gmlp_s16_224", ", \"img_size\": 16, \"num_blocks\": 2");
    let (text, found) = evaluated(&config, &[], &model, &x);
    assert_near(&found, &y);
    assert!(text.contains("fc1.bias, is dropped"));
}

/// The block of BERT and ALBERT.
fn bert_block(
    model: &Model,
    y: &Matrix,
    heads: usize,
    [q, k, v, out, first, second]: [&str; 6],
) -> Matrix {
    let [q, k, v] = [q, k, v].map(|name| model.apply(y, name));
    let y = plus(y, &model.apply(&attention([&q, &k, &v], heads, false), out));
    plus(&y, &model.apply(&gelu(&model.apply(&y, first)), second))
}

#[test]
fn bert_of_hugging_face_agrees() {
    let (n, d) = (3, 4);
    let x = input(n, d);
    let mut model = Model::new();
    model.add("bert.embeddings.position_embeddings.weight", &[6, d]);
    model.add("bert.embeddings.token_type_embeddings.weight", &[2, d]);
    let mut y = plus(&x, &model.matrix("bert.embeddings.position_embeddings.weight")[..n].to_vec());
    let kind = model.matrix("bert.embeddings.token_type_embeddings.weight").swap_remove(0);
    y = plus(&y, &vec![kind; n]);
    for i in 0..2 {
        let name = |part: &str| format!("bert.encoder.layer.{i}.{part}");
        let parts = [
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
        ];
        parts.iter().for_each(|part| model.linear(&name(part), d, d));
        model.linear(&name("intermediate.dense"), 6, d);
        model.linear(&name("output.dense"), d, 6);
        let names = [parts[0], parts[1], parts[2], parts[3], "intermediate.dense", "output.dense"]
            .map(name);
        y = bert_block(&model, &y, 2, [0, 1, 2, 3, 4, 5].map(|i| names[i].as_str()));
    }
    let config = r#"{"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": 4, "num_attention_heads": 2,
        "num_hidden_layers": 2, "intermediate_size": 6, "max_position_embeddings": 6, "hidden_act": "gelu", "position_embedding_type": "absolute"}"#;
    assert_near(&evaluated(config, &["--tokens", "3"], &model, &x).1, &y);
    // Without a head there is no prefix.
    let bare: BTreeMap<_, _> = model
        .tensors
        .iter()
        .map(|(name, t)| (name["bert.".len()..].to_owned(), t.clone()))
        .collect();
    let model = Model { tensors: bare, ..model };
    let bare = config.replace("BertForMaskedLM", "BertModel");
    assert_near(&evaluated(&bare, &["--tokens", "3"], &model, &x).1, &y);
    assert_near(&evaluated(config, &["--tokens", "3", "--prefix", ""], &model, &x).1, &y);
}

/// One block, which all layers share, after a projection of narrow embeddings.
#[test]
fn albert_of_hugging_face_agrees() {
    let (n, e, d) = (3, 2, 4);
    let x = input(n, e);
    let mut model = Model::new();
    let name = |part: &str| format!("albert.{part}");
    model.add(name("embeddings.position_embeddings.weight"), &[5, e]);
    model.add(name("embeddings.token_type_embeddings.weight"), &[2, e]);
    model.linear(&name("encoder.embedding_hidden_mapping_in"), d, e);
    let block = |part: &str| format!("albert.encoder.albert_layer_groups.0.albert_layers.0.{part}");
    let parts = ["attention.query", "attention.key", "attention.value", "attention.dense"];
    parts.iter().for_each(|part| model.linear(&block(part), d, d));
    model.linear(&block("ffn"), 6, d);
    model.linear(&block("ffn_output"), d, 6);
    let mut y =
        plus(&x, &model.matrix(&name("embeddings.position_embeddings.weight"))[..n].to_vec());
    let kind = model.matrix(&name("embeddings.token_type_embeddings.weight")).swap_remove(0);
    y = model.apply(&plus(&y, &vec![kind; n]), &name("encoder.embedding_hidden_mapping_in"));
    let names = [parts[0], parts[1], parts[2], parts[3], "ffn", "ffn_output"].map(block);
    for _ in 0..2 {
        y = bert_block(&model, &y, 2, [0, 1, 2, 3, 4, 5].map(|i| names[i].as_str()));
    }
    let config = r#"{"model_type": "albert", "architectures": ["AlbertForMaskedLM"], "hidden_size": 4, "embedding_size": 2,
        "num_attention_heads": 2, "num_hidden_layers": 2, "intermediate_size": 6, "max_position_embeddings": 5,
        "num_hidden_groups": 1, "inner_group_num": 1, "hidden_act": "gelu_new"}"#;
    assert_near(&evaluated(config, &["--tokens", "3"], &model, &x).1, &y);
}

#[test]
fn gpt2_of_hugging_face_agrees() {
    let (n, d) = (3, 4);
    let x = input(n, d);
    let mut model = Model::new();
    model.add("transformer.wpe.weight", &[7, d]);
    let mut y = plus(&x, &model.matrix("transformer.wpe.weight")[..n].to_vec());
    for i in 0..2 {
        let name = |part: &str| format!("transformer.h.{i}.{part}");
        for (part, inputs, out) in [
            ("attn.c_attn", d, 3 * d),
            ("attn.c_proj", d, d),
            ("mlp.c_fc", d, 16),
            ("mlp.c_proj", 16, d),
        ] {
            model.add(format!("{}.weight", name(part)), &[inputs, out]);
            model.add(format!("{}.bias", name(part)), &[out]);
        }
        let fused = model.conv(&y, &name("attn.c_attn"));
        let [q, k, v] = [0, 1, 2].map(|part| columns(&fused, part * d, (part + 1) * d));
        y = plus(&y, &model.conv(&attention([&q, &k, &v], 2, true), &name("attn.c_proj")));
        y = plus(&y, &model.conv(&gelu(&model.conv(&y, &name("mlp.c_fc"))), &name("mlp.c_proj")));
    }
    let config = r#"{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": 4, "n_head": 2, "n_layer": 2,
        "n_positions": 7, "n_inner": null, "activation_function": "gelu_new"}"#;
    assert_near(&evaluated(config, &["--tokens", "3"], &model, &x).1, &y);
}

/// Published shapes are accepted as they are; what has no layer names its field.
#[test]
fn what_is_not_mapped_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    let run = |config: &str, options: &[&str]| {
        fs::write(&path, config).unwrap();
        seprank(&[&["networks", "--from-config", path.to_str().unwrap()][..], options].concat())
    };
    for name in [
        "vit_base_patch16_224",
        "vit_huge_patch14_224",
        "mixer_l16_224",
        "resmlp_big_24_224",
        "gmlp_ti16_224",
    ] {
        let output = run(&format!("{{\"architecture\": \"{name}\"}}"), &["--style", "timm"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let bert = r#"{"model_type": "bert", "hidden_size": 4, "num_attention_heads": 2, "num_hidden_layers": 2,
        "intermediate_size": 6, "max_position_embeddings": 6}"#;
    for (config, options, words) in [
        (
            r#"{"model_type": "llama", "rope_theta": 10000.0}"#.to_owned(),
            &[][..],
            "rope_theta: rotary positions have no layer",
        ),
        (
            r#"{"model_type": "mamba"}"#.to_owned(),
            &[],
            "model_type = \"mamba\": allowed are bert, gpt2 and albert",
        ),
        ("{}".to_owned(), &[], "model_type (Hugging Face) or architecture (timm) is needed"),
        ("[1".to_owned(), &[], "EOF while parsing"),
        (bert.replace("4,", "0,"), &[], "hidden_size = 0: a whole number from 1"),
        (bert.replace("\"hidden_size\": 4,", ""), &[], "hidden_size: it is missing"),
        (bert.replace("4,", "5,"), &[], "heads = 2: must divide the 5 channels"),
        (
            bert.replace("}", ", \"hidden_act\": \"tanh\"}"),
            &[],
            "hidden_act = \"tanh\": allowed are gelu",
        ),
        (
            bert.replace("}", ", \"position_embedding_type\": \"relative_key\"}"),
            &[],
            "position_embedding_type = \"relative_key\"",
        ),
        (bert.to_owned(), &["--tokens", "9"], "tokens = 9: allowed are 2..=6"),
        (bert.to_owned(), &["--prefix", "a\"b"], "prefix = \"a\\\"b\": allowed are letters"),
        (
            bert.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 18446744073709551615"),
            &[],
            "4096",
        ),
        (
            timm("vit_tiny_patch16_224_miil", ""),
            &[],
            "architecture = \"vit_tiny_patch16_224_miil\": allowed are vit_",
        ),
        (
            timm("vit_tiny_patch16_224", ", \"reg_tokens\": 4"),
            &[],
            "model_args.reg_tokens: it is not mapped",
        ),
        (
            timm("mixer_s16_224", ", \"img_size\": 4"),
            &[],
            "patch_size = 8: an image of 4 x 4 has no patches",
        ),
        (
            timm("mixer_s16_224", ", \"img_size\": 16"),
            &["--tokens", "3"],
            "tokens = 3: allowed is 4",
        ),
        (timm("resmlp_12_224", ", \"num_blocks\": 18446744073709551615"), &[], "4096"),
    ] {
        let output = run(&config, options);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), error.lines().count()),
            (Some(2), 1),
            "{config}: {error}"
        );
        assert!(error.contains(words), "{error} lacks {words}");
    }
}
