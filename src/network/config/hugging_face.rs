//! Configurations of Hugging Face's transformers.

use super::draft::{Draft, every_second, residual, tensor};
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
    draft.note("the softmax is dropped, with the factor 1/sqrt(head width) of the scores");
    draft.note(normalisation);
    draft.note("the input is what the word embedding gives; heads on top are left out");
    let names = if prefix.is_empty() { "nothing".to_owned() } else { format!("{prefix:?}") };
    draft.note(format!("{names} is before the names of tensors; --prefix gives another"));
}

/// Attention and a perceptron, each with a residual connection, `times` times.
fn blocks(draft: &mut Draft, times: usize, attention: &str, mlp: &str) {
    draft.repeat(times, &[residual(&[attention]), residual(&[mlp])]);
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
    let mut draft = Draft::new("BERT", tokens, width);
    notes(&mut draft, &prefix, NORMALISATION);
    draft.note("every token is of type 0, as those of the first sentence");
    let act =
        field_activation(&mut draft, "hidden_act", fields.text("hidden_act")?.unwrap_or("gelu"))?;
    draft.positions(format!("{prefix}embeddings.position_embeddings.weight"));
    draft.constant_row(format!("{prefix}embeddings.token_type_embeddings.weight"));
    let causal = if fields.flag("is_decoder")? { ", causal = true" } else { "" };
    blocks(
        &mut draft,
        depth,
        &format!("type = \"attention\", heads = {heads}, bias = true{causal}"),
        &perceptron(hidden, act),
    );
    let block = format!("{prefix}encoder.layer.{{i}}");
    let names = [("query", "query"), ("key", "key"), ("value", "value")];
    let names = names.map(|(name, own)| (name, format!("{block}.attention.self.{own}")));
    linear_attention(
        &mut draft,
        &every_second(2),
        &names,
        &format!("{block}.attention.output.dense"),
    );
    let mlp = [format!("{block}.intermediate.dense"), format!("{block}.output.dense")];
    linear_mlp(&mut draft, &every_second(3), &mlp);
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
    let mut draft = Draft::new("ALBERT", tokens, fields.needed("embedding_size")?);
    notes(&mut draft, &prefix, NORMALISATION);
    draft.note("every token is of type 0, as those of the first sentence");
    let act = field_activation(
        &mut draft,
        "hidden_act",
        fields.text("hidden_act")?.unwrap_or("gelu_new"),
    )?;
    draft.positions(format!("{prefix}embeddings.position_embeddings.weight"));
    draft.constant_row(format!("{prefix}embeddings.token_type_embeddings.weight"));
    draft.layer(&format!("type = \"linear-head\"\noutputs = {width}\nbias = true"));
    let projection = format!("{prefix}encoder.embedding_hidden_mapping_in");
    draft.weight("2.weight", tensor(format!("{projection}.weight"), "transpose = true"));
    draft.weight("2.bias", tensor(format!("{projection}.bias"), ""));
    blocks(
        &mut draft,
        depth,
        &format!("type = \"attention\", heads = {heads}, bias = true, share = \"attention\""),
        &format!("{}, share = \"mlp\"", perceptron(hidden, act)),
    );
    let block = format!("{prefix}encoder.albert_layer_groups.0.albert_layers.0");
    let names = ["query", "key", "value"].map(|name| (name, format!("{block}.attention.{name}")));
    linear_attention(&mut draft, "3", &names, &format!("{block}.attention.dense"));
    linear_mlp(&mut draft, "4", &[format!("{block}.ffn"), format!("{block}.ffn_output")]);
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
    let mut draft = Draft::new("GPT-2", tokens, width);
    notes(&mut draft, &prefix, NORMALISATION);
    let name = fields.text("activation_function")?.unwrap_or("gelu_new");
    let act = field_activation(&mut draft, "activation_function", name)?;
    draft.positions(format!("{prefix}wpe.weight"));
    let attention = format!("type = \"attention\", heads = {heads}, bias = true, causal = true");
    blocks(&mut draft, depth, &attention, &perceptron(hidden, act));
    let block = format!("{prefix}h.{{i}}");
    let own = format!("{}.inner0", every_second(1));
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
    let own = format!("{}.inner0", every_second(2));
    for (key, name) in
        [("w3", "c_fc.weight"), ("b3", "c_fc.bias"), ("w4", "c_proj.weight"), ("b4", "c_proj.bias")]
    {
        draft.weight(format!("{own}.{key}"), tensor(format!("{block}.mlp.{name}"), ""));
    }
    Ok(draft)
}

/// Attention of `Linear` layers, which are stored out x in.
fn linear_attention(draft: &mut Draft, layer: &str, names: &[(&str, String)], out: &str) {
    let own = format!("{layer}.inner0");
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
pub(super) fn linear_mlp(draft: &mut Draft, layer: &str, modules: &[String; 2]) {
    for (number, module) in [3, 4].into_iter().zip(modules) {
        let key = |kind| format!("{layer}.inner0.{kind}{number}");
        draft.weight(key("w"), tensor(format!("{module}.weight"), "transpose = true"));
        draft.weight(key("b"), tensor(format!("{module}.bias"), ""));
    }
}
