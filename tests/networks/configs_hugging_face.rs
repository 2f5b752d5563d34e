//! Network files from configurations of Hugging Face, against the models' definitions written out here with loops over
//! numbers of 64 bits: softmax, its scale and normalisation left out, the activation replaced, as the files state.

use crate::models::{Matrix, Model, assert_near, attention, columns, evaluated, gelu, input, plus};
use std::collections::BTreeMap;

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

/// Entry k of an angle for token 1: cosine and sine.
type Angle = (f64, f64);

/// LLaMA's model of two blocks: `LlamaModel` of transformers, its normalisation without the division.
struct Llama {
    heads: usize,
    groups: usize,
    head_width: usize,
    angles: Vec<Angle>,
    /// Token i sees tokens above i - window.
    window: usize,
}

impl Llama {
    /// `x W^T`, and b where there is one.
    fn linear(model: &Model, x: &Matrix, name: &str) -> Matrix {
        let w = model.matrix(&format!("{name}.weight"));
        let bias = format!("{name}.bias");
        let b = |c: usize| model.tensors.get(&bias).map_or(0.0, |(_, b)| b[c]);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let entry = |row: &Vec<f64>, c: usize| dot(row, &w[c]) + b(c);
        x.iter().map(|row| (0..w.len()).map(|c| entry(row, c)).collect()).collect()
    }

    fn scaled(model: &Model, x: &Matrix, name: &str) -> Matrix {
        let s = model.vector(name);
        x.iter().map(|row| row.iter().zip(s).map(|(x, s)| x * s).collect()).collect()
    }

    /// `q * cos + rotate_half(q) * sin` of one head, `rotate_half(x) = (-x2, x1)`.
    fn turned(&self, row: &[f64], position: i32) -> Vec<f64> {
        let half = self.head_width / 2;
        let turn = |c: usize| {
            let (cosine, sine) = self.angles[c % half];
            let angle = f64::from(position) * sine.atan2(cosine);
            let other = if c < half { -row[c + half] } else { row[c - half] };
            row[c] * angle.cos() + other * angle.sin()
        };
        (0..self.head_width).map(turn).collect()
    }

    fn attention(&self, [q, k, v]: [&Matrix; 3]) -> Matrix {
        let (n, w) = (q.len(), self.head_width);
        let mut y = vec![vec![0.0; self.heads * w]; n];
        for h in 0..self.heads {
            let g = h / (self.heads / self.groups);
            let head = |m: &Matrix, i: usize, h: usize| m[i][h * w..(h + 1) * w].to_vec();
            for (i, row) in y.iter_mut().enumerate() {
                for j in (0..=i).filter(|j| i - j < self.window) {
                    let query = self.turned(&head(q, i, h), i as i32);
                    let key = self.turned(&head(k, j, g), j as i32);
                    let score: f64 = query.iter().zip(&key).map(|(a, b)| a * b).sum();
                    (0..w).for_each(|c| row[h * w + c] += score * v[j][g * w + c]);
                }
            }
        }
        y
    }

    fn values(&self, model: &Model, x: &Matrix, blocks: usize) -> Matrix {
        let mut y = x.clone();
        for i in 0..blocks {
            let name = |part: &str| format!("model.layers.{i}.{part}");
            let normal = Self::scaled(model, &y, &name("input_layernorm.weight"));
            let [q, k, v] = ["q", "k", "v"]
                .map(|part| Self::linear(model, &normal, &name(&format!("self_attn.{part}_proj"))));
            let mixed = self.attention([&q, &k, &v]);
            y = plus(&y, &Self::linear(model, &mixed, &name("self_attn.o_proj")));
            let normal = Self::scaled(model, &y, &name("post_attention_layernorm.weight"));
            let [gate, up] = ["gate", "up"]
                .map(|part| Self::linear(model, &normal, &name(&format!("mlp.{part}_proj"))));
            let silu = |z: f64| 0.5 * z + 0.25 * z * z;
            let gated: Matrix = gate
                .iter()
                .zip(&up)
                .map(|(g, u)| g.iter().zip(u).map(|(g, u)| silu(*g) * u).collect())
                .collect();
            y = plus(&y, &Self::linear(model, &gated, &name("mlp.down_proj")));
        }
        Self::scaled(model, &y, "model.norm.weight")
    }
}

/// Grouped queries, planes of columns k and k + 2, and with biases and a window too: with the angles of the file to
/// the last digits, with those of the model nearly.
#[test]
fn llama_of_hugging_face_agrees() {
    let (n, d, hidden, blocks) = (4, 6, 5, 2);
    let x = input(n, d);
    for (kind, bias, window) in [("llama", false, n), ("llama", true, n), ("mistral", false, 2)] {
        let mut model = Model::new();
        for i in 0..blocks {
            let name = |part: &str| format!("model.layers.{i}.{part}");
            for (part, out, inputs) in [
                ("self_attn.q_proj", 16, d),
                ("self_attn.k_proj", 8, d),
                ("self_attn.v_proj", 8, d),
                ("self_attn.o_proj", d, 16),
                ("mlp.gate_proj", hidden, d),
                ("mlp.up_proj", hidden, d),
                ("mlp.down_proj", d, hidden),
            ] {
                match bias {
                    true => model.linear(&name(part), out, inputs),
                    false => model.add(name(&format!("{part}.weight")), &[out, inputs]),
                }
            }
            model.add(name("input_layernorm.weight"), &[d]);
            model.add(name("post_attention_layernorm.weight"), &[d]);
        }
        model.add("model.norm.weight", &[d]);
        let sliding = if window < n { window.to_string() } else { "null".into() };
        let config = format!(
            "{{\"model_type\": \"{kind}\", \"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": {d}, \"head_dim\": 4,
            \"num_attention_heads\": 4, \"num_key_value_heads\": 2, \"num_hidden_layers\": {blocks}, \"hidden_act\": \"silu\",
            \"intermediate_size\": {hidden}, \"max_position_embeddings\": 9, \"rope_theta\": 10000.0, \"rope_scaling\": null,
            \"attention_bias\": {bias}, \"mlp_bias\": {bias}, \"sliding_window\": {sliding}, \"rms_norm_eps\": 1e-6}}"
        );
        let (text, found) = evaluated(&config, &["--tokens", "4"], &model, &x);
        assert!(text.contains("# - RMS normalisation is dropped"), "{text}");
        let triples = text.split_once("rotary = [[").unwrap().1.split_once("]]").unwrap().0;
        let angle = |triple: &str| {
            let numbers: Vec<f64> = triple.split(", ").map(|n| n.parse().unwrap()).collect();
            (numbers[0] / numbers[2], numbers[1] / numbers[2])
        };
        let stated: Vec<Angle> = triples.split("], [").map(angle).collect();
        // theta^(-2k/h) for h = 4.
        let true_ones = [1.0f64, 0.01].map(|angle| (angle.cos(), angle.sin())).to_vec();
        let llama = |angles| Llama { heads: 4, groups: 2, head_width: 4, angles, window };
        assert_near(&found, &llama(stated).values(&model, &x, blocks));
        let near = llama(true_ones).values(&model, &x, blocks);
        let size = near.iter().flatten().fold(1.0f64, |m, x| m.max(x.abs()));
        for (found, near) in found.iter().flatten().zip(near.iter().flatten()) {
            assert!((found - near).abs() <= 2e-3 * size, "{found} is not near {near}");
        }
    }
}
