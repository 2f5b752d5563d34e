//! Configurations that are taken as they are published, and what is said of those that are not mapped.

use crate::models::{seprank, timm};
use std::fs;

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
    let llama = r#"{"model_type": "llama", "hidden_size": 4, "num_attention_heads": 2, "num_hidden_layers": 2,
        "intermediate_size": 6, "max_position_embeddings": 6}"#;
    for config in [bert, llama] {
        assert!(run(config, &[]).status.success());
        assert!(run(config, &["--style", "hf"]).status.success());
    }
    for (config, options, words) in [
        (
            r#"{"model_type": "mamba"}"#.to_owned(),
            &[][..],
            "model_type = \"mamba\": allowed are bert, gpt2, albert, llama and mistral",
        ),
        (
            llama.replace("{", r#"{"rope_scaling": {"rope_type": "llama3"}, "#),
            &[],
            "rope_scaling: rope_type = \"llama3\"",
        ),
        (
            llama.replace("{", r#"{"rope_scaling": {"factor": 2.0}, "#),
            &[],
            "rope_scaling.factor: only rotary positions",
        ),
        (llama.replace("{", r#"{"rope_theta": 0.5, "#), &[], "rope_theta = 0.5: a number from 1"),
        (
            llama.replace("{", r#"{"rope_theta": 1e9, "#),
            &[],
            "rope_theta = 1000000000.0: a positive number up to 10000000",
        ),
        (
            llama.replace("{", r#"{"partial_rotary_factor": 0.5, "#),
            &[],
            "partial_rotary_factor = 0.5: only rotary positions",
        ),
        (llama.replace("{", r#"{"head_dim": 3, "#), &[], "head_dim = 3: an even number up to 2048"),
        (
            llama.replace("{", r#"{"num_key_value_heads": 3, "#),
            &[],
            "kv-heads = 3: must divide the 2 heads",
        ),
        (bert.to_owned(), &["--style", "timm"], "architecture: it is missing"),
        (timm("mixer_s16_224", ""), &["--style", "hf"], "model_type: it is missing"),
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
        (
            timm("gmlp_s16_224", ""),
            &["--real"],
            "architecture = \"gmlp_s16_224\": in a real network",
        ),
        (
            bert.replace("}", ", \"hidden_act\": \"quick_gelu\"}"),
            &["--real"],
            "hidden_act = \"quick_gelu\": allowed in a real network are gelu",
        ),
        (
            bert.replace("}", ", \"layer_norm_eps\": -1}"),
            &["--real"],
            "layer_norm_eps = -1: a positive number up to 1",
        ),
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

/// With `--real` nothing is dropped: the file names softmax, normalisation and the function itself.
#[test]
fn published_models_stay_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let (config, file) = (dir.path().join("config.json"), dir.path().join("net.toml"));
    let hugging_face = |kind: &str| {
        format!(
            r#"{{"model_type": "{kind}", "hidden_size": 4, "num_attention_heads": 2, "num_hidden_layers": 2,
            "intermediate_size": 6, "max_position_embeddings": 6, "embedding_size": 4, "n_embd": 4, "n_head": 2,
            "n_layer": 2, "n_positions": 6}}"#
        )
    };
    let timm = |name: &str| {
        let heads = if name.starts_with("vit") { ", \"num_heads\": 2" } else { "" };
        timm(name, &format!(", \"img_size\": 16{heads}"))
    };
    for (text, words) in [
        (hugging_face("bert"), ["epsilon = 1e-12", "softmax = true", "\"gelu\""]),
        (hugging_face("albert"), ["share = \"norm2\"", "softmax = true", "\"gelu-tanh\""]),
        (
            hugging_face("gpt2"),
            ["epsilon = 1e-5", "causal = true, softmax = true", "\"gelu-tanh\""],
        ),
        (hugging_face("llama"), ["norm = \"rms\", epsilon = 1e-6", "softmax = true", "\"silu\""]),
        (timm("vit_tiny_patch16_224"), ["epsilon = 1e-6", "softmax = true", "\"gelu\""]),
        (timm("mixer_s16_224"), ["epsilon = 1e-6", "token-mixing", "\"gelu\""]),
        (timm("resmlp_12_224"), ["scaling", "linear-token-mixing", "\"gelu\""]),
    ] {
        fs::write(&config, &text).unwrap();
        let output = seprank(&["networks", "--from-config", config.to_str().unwrap(), "--real"]);
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && !found.contains("dropped"), "{found}");
        assert!(found.contains(", as published.\n"), "{found}");
        for words in words {
            assert!(found.contains(words), "{found} lacks {words}");
        }
        // Every key is a weight's, and the network is read as one that is no polynomial.
        fs::write(&file, &found).unwrap();
        let keys = seprank(&["networks", "--keys", file.to_str().unwrap()]);
        assert!(keys.status.success());
        let bounds = seprank(&["bounds", "--network", file.to_str().unwrap()]);
        assert!(String::from_utf8(bounds.stderr).unwrap().contains("is no polynomial"));
    }
}
