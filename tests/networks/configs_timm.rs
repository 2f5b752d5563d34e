//! Network files from configurations of timm, against the models' definitions written out here with loops over
//! numbers of 64 bits: softmax, its scale and normalisation left out, the activation replaced, as the files state.

use crate::models::{
    Matrix, Model, assert_near, attention, columns, evaluated, gelu, input, plus, timm, turned,
};

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
