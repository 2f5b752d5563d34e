//! Configurations of Hugging Face's transformers.

use super::blocks::{Normed, Times};
use super::draft::{Draft, Norm, tensor};
use super::fields::Fields;
use super::{ConfigOptions, FileError, field_activation, llama};
use serde_json::json;

/// Words, where the number of tokens is not given.
const WORDS: usize = 8;

const KNOWN: &str = "allowed are bert, gpt2, albert, llama and mistral";

/// The network of a configuration with `model_type`.
pub(super) fn draft(fields: &Fields, options: &ConfigOptions) -> Result<Draft, FileError> {
    match fields.text("model_type")? {
        Some("bert") => bert(fields, options),
        Some("gpt2") => gpt2(fields, options),
        Some("albert") => albert(fields, options),
        Some("llama") => llama::draft("LLaMA", fields, options),
        Some("mistral") => llama::draft("Mistral", fields, options),
        Some(other) => {
            let shown: String = other.chars().take(60).collect();
            Err(FileError::new("model_type", format_args!("{shown:?}"), KNOWN))
        }
        None => Err(FileError::of("model_type", format!("it is missing; {KNOWN}"))),
    }
}

/// What is before the names of tensors: `own` in a model with a head, nothing in the bare one.
pub(super) fn prefix(fields: &Fields, options: &ConfigOptions, own: &str) -> String {
    let bare = ["BertModel", "GPT2Model", "AlbertModel", "LlamaModel", "MistralModel"];
    let bare = |name: &str| bare.contains(&name);
    let default = if fields.first("architectures").is_none_or(bare) { "" } else { own };
    options.prefix.clone().unwrap_or_else(|| default.to_owned())
}

/// The number of tokens, at most `most`.
pub(super) fn tokens(options: &ConfigOptions, most: usize) -> Result<usize, FileError> {
    let tokens = options.tokens.unwrap_or(WORDS.min(most));
    match (2..=most).contains(&tokens) {
        true => Ok(tokens),
        false => Err(FileError::new(
            "tokens",
            tokens,
            format!("allowed are 2..={most}, the model's positions"),
        )),
    }
}

/// What becomes of layer normalisation.
const NORMALISATION: &str = "layer normalisation is dropped, with its weights";

/// The notes that all of them have.
pub(super) fn notes(draft: &mut Draft, prefix: &str, normalisation: &str) {
    draft.note_left_out("the softmax is dropped, with the factor 1/sqrt(head width) of the scores");
    draft.note_left_out(normalisation);
    draft.note("the input is what the word embedding gives; heads on top are left out");
    let names = if prefix.is_empty() { "nothing".to_owned() } else { format!("{prefix:?}") };
    draft.note(format!("{names} is before the names of tensors; --prefix gives another"));
}

/// The number under the root of a normalisation.
pub(super) fn epsilon(fields: &Fields, name: &str, default: f64) -> Result<f64, FileError> {
    Ok(fields.ratio(name, 1.0)?.unwrap_or(default))
}

/// BERT (Devlin et al. 2019, arXiv 1810.04805).
fn bert(fields: &Fields, options: &ConfigOptions) -> Result<Draft, FileError> {
    let (width, heads) = (fields.needed("hidden_size")?, fields.needed("num_attention_heads")?);
    let (depth, hidden) =
        (fields.needed("num_hidden_layers")?, fields.needed("intermediate_size")?);
    fields.only("position_embedding_type", &json!("absolute"), "other positions have no layer")?;
    fields.only("add_cross_attention", &json!(false), "cross-attention has no layer")?;
    let tokens = tokens(options, fields.needed("max_position_embeddings")?)?;
    let prefix = prefix(fields, options, "bert.");
    let mut draft = Draft::new("BERT", (tokens, width), options.real);
    notes(&mut draft, &prefix, NORMALISATION);
    draft.note("every token is of type 0, as those of the first sentence");
    let act =
        field_activation(&mut draft, "hidden_act", fields.text("hidden_act")?.unwrap_or("gelu"))?;
    draft.positions(format!("{prefix}embeddings.position_embeddings.weight"));
    draft.constant_row(format!("{prefix}embeddings.token_type_embeddings.weight"));
    let norm = Norm::Layer(epsilon(fields, "layer_norm_eps", 1e-12)?);
    draft.norm(2, norm, &format!("{prefix}embeddings.LayerNorm"));
    let causal = if fields.flag("is_decoder")? { ", causal = true" } else { "" };
    let softmax = draft.softmax();
    let attention = format!("type = \"attention\", heads = {heads}, bias = true{causal}{softmax}");
    let keys = draft.blocks(
        Times { times: depth, shared: false },
        [&attention, &perceptron(hidden, act)],
        Normed::After(norm),
    );
    let block = format!("{prefix}encoder.layer.{{i}}");
    let names = [("query", "query"), ("key", "key"), ("value", "value")];
    let names = names.map(|(name, own)| (name, format!("{block}.attention.self.{own}")));
    let out = format!("{block}.attention.output.dense");
    linear_attention(&mut draft, &keys.parts[0], &names, &out);
    let mlp = [format!("{block}.intermediate.dense"), format!("{block}.output.dense")];
    linear_mlp(&mut draft, &keys.parts[1], &mlp);
    let norms = ["attention.output", "output"].map(|part| format!("{block}.{part}.LayerNorm"));
    draft.block_norms(&keys, norms);
    Ok(draft)
}

/// ALBERT (Lan et al. 2020, arXiv 1909.11942): narrow embeddings, and one block again and again.
fn albert(fields: &Fields, options: &ConfigOptions) -> Result<Draft, FileError> {
    let (width, heads) = (fields.needed("hidden_size")?, fields.needed("num_attention_heads")?);
    let (depth, hidden) =
        (fields.needed("num_hidden_layers")?, fields.needed("intermediate_size")?);
    fields.only("position_embedding_type", &json!("absolute"), "other positions have no layer")?;
    for field in ["num_hidden_groups", "inner_group_num"] {
        fields.only(field, &json!(1), "only one block that all layers share is mapped")?;
    }
    let tokens = tokens(options, fields.needed("max_position_embeddings")?)?;
    let prefix = prefix(fields, options, "albert.");
    let mut draft = Draft::new("ALBERT", (tokens, fields.needed("embedding_size")?), options.real);
    notes(&mut draft, &prefix, NORMALISATION);
    draft.note("every token is of type 0, as those of the first sentence");
    let act = field_activation(
        &mut draft,
        "hidden_act",
        fields.text("hidden_act")?.unwrap_or("gelu_new"),
    )?;
    draft.positions(format!("{prefix}embeddings.position_embeddings.weight"));
    draft.constant_row(format!("{prefix}embeddings.token_type_embeddings.weight"));
    let norm = Norm::Layer(epsilon(fields, "layer_norm_eps", 1e-12)?);
    draft.norm(2, norm, &format!("{prefix}embeddings.LayerNorm"));
    let number = draft.count();
    draft.layer(&format!("type = \"linear-head\"\noutputs = {width}\nbias = true"));
    let projection = format!("{prefix}encoder.embedding_hidden_mapping_in");
    let weight = tensor(format!("{projection}.weight"), "transpose = true");
    draft.weight(format!("{number}.weight"), weight);
    draft.weight(format!("{number}.bias"), tensor(format!("{projection}.bias"), ""));
    let softmax = draft.softmax();
    let attention = format!(
        "type = \"attention\", heads = {heads}, bias = true, share = \"attention\"{softmax}"
    );
    let keys = draft.blocks(
        Times { times: depth, shared: true },
        [&attention, &format!("{}, share = \"mlp\"", perceptron(hidden, act))],
        Normed::After(norm),
    );
    let block = format!("{prefix}encoder.albert_layer_groups.0.albert_layers.0");
    let names = ["query", "key", "value"].map(|name| (name, format!("{block}.attention.{name}")));
    linear_attention(&mut draft, &keys.parts[0], &names, &format!("{block}.attention.dense"));
    let mlp = ["ffn", "ffn_output"].map(|part| format!("{block}.{part}"));
    linear_mlp(&mut draft, &keys.parts[1], &mlp);
    let norms = ["attention.LayerNorm", "full_layer_layer_norm"];
    draft.block_norms(&keys, norms.map(|part| format!("{block}.{part}")));
    Ok(draft)
}

/// GPT-2 (Radford et al. 2019), whose matrices are stored in x out, query, key and value in one.
fn gpt2(fields: &Fields, options: &ConfigOptions) -> Result<Draft, FileError> {
    let (width, heads, depth) =
        (fields.needed("n_embd")?, fields.needed("n_head")?, fields.needed("n_layer")?);
    let hidden = fields.size("n_inner")?.unwrap_or(width.saturating_mul(4));
    fields.only("add_cross_attention", &json!(false), "cross-attention has no layer")?;
    let tokens = tokens(options, fields.needed("n_positions")?)?;
    let prefix = prefix(fields, options, "transformer.");
    let mut draft = Draft::new("GPT-2", (tokens, width), options.real);
    notes(&mut draft, &prefix, NORMALISATION);
    let name = fields.text("activation_function")?.unwrap_or("gelu_new");
    let act = field_activation(&mut draft, "activation_function", name)?;
    draft.positions(format!("{prefix}wpe.weight"));
    if draft.real {
        let why = "other factors of the scores have no layer";
        fields.only("scale_attn_weights", &json!(true), why)?;
        fields.only("scale_attn_by_inverse_layer_idx", &json!(false), why)?;
    }
    let softmax = draft.softmax();
    let attention =
        format!("type = \"attention\", heads = {heads}, bias = true, causal = true{softmax}");
    let norm = Norm::Layer(epsilon(fields, "layer_norm_epsilon", 1e-5)?);
    let keys = draft.blocks(
        Times { times: depth, shared: false },
        [&attention, &perceptron(hidden, act)],
        Normed::Before(norm),
    );
    let block = format!("{prefix}h.{{i}}");
    let own = &keys.parts[0];
    for name in ["query", "key", "value"] {
        for (end, part) in [("", "weight"), ("-bias", "bias")] {
            let source = tensor(format!("{block}.attn.c_attn.{part}"), "split = \"qkv\"");
            draft.weight(format!("{own}.head*.{name}{end}"), source);
        }
    }
    draft.weight(
        format!("{own}.head*.out"),
        tensor(format!("{block}.attn.c_proj.weight"), "transpose = true"),
    );
    draft.weight(format!("{own}.bias"), tensor(format!("{block}.attn.c_proj.bias"), ""));
    let own = &keys.parts[1];
    for (key, name) in
        [("w3", "c_fc.weight"), ("b3", "c_fc.bias"), ("w4", "c_proj.weight"), ("b4", "c_proj.bias")]
    {
        draft.weight(format!("{own}.{key}"), tensor(format!("{block}.mlp.{name}"), ""));
    }
    draft.block_norms(&keys, ["ln_1", "ln_2"].map(|part| format!("{block}.{part}")));
    draft.norm(keys.next, norm, &format!("{prefix}ln_f"));
    Ok(draft)
}

/// Attention of `Linear` layers, which are stored out x in.
fn linear_attention(draft: &mut Draft, own: &str, names: &[(&str, String)], out: &str) {
    for (name, module) in names {
        draft.weight(
            format!("{own}.head*.{name}"),
            tensor(format!("{module}.weight"), "transpose = true"),
        );
        draft.weight(format!("{own}.head*.{name}-bias"), tensor(format!("{module}.bias"), ""));
    }
    draft.weight(format!("{own}.head*.out"), tensor(format!("{out}.weight"), ""));
    draft.weight(format!("{own}.bias"), tensor(format!("{out}.bias"), ""));
}

/// A perceptron across the channels.
pub(super) fn perceptron(hidden: usize, act: &str) -> String {
    format!("type = \"channel-mixing\", hidden = {hidden}, activation = {act}, bias = true")
}

/// The weights of a perceptron of two `Linear` layers.
pub(super) fn linear_mlp(draft: &mut Draft, own: &str, modules: &[String; 2]) {
    for (number, module) in [3, 4].into_iter().zip(modules) {
        let key = |kind| format!("{own}.{kind}{number}");
        draft.weight(key("w"), tensor(format!("{module}.weight"), "transpose = true"));
        draft.weight(key("b"), tensor(format!("{module}.bias"), ""));
    }
}
