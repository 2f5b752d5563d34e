//! Configurations of LLaMA and of models built like it, of Hugging Face's transformers
//! (`transformers/models/llama/modeling_llama.py`).

use super::draft::{Draft, Norm, residual, tensor};
use super::fields::Fields;
use super::hugging_face::{epsilon, notes, prefix, tokens};
use super::{ConfigOptions, FileError, field_activation};
use serde_json::json;

/// LLaMA (Touvron et al. 2023, arXiv 2302.13971) and Mistral (Jiang et al. 2023, arXiv 2310.06825): grouped queries,
/// rotary positions, gated perceptrons, RMS normalisation before each part.
pub(super) fn draft(
    title: &str,
    fields: &Fields,
    options: &ConfigOptions,
) -> Result<Draft, FileError> {
    let (width, heads) = (fields.needed("hidden_size")?, fields.needed("num_attention_heads")?);
    let (depth, hidden) =
        (fields.needed("num_hidden_layers")?, fields.needed("intermediate_size")?);
    let groups = fields.size("num_key_value_heads")?.unwrap_or(heads);
    let head_width = fields.size("head_dim")?.unwrap_or(width / heads);
    let tokens = tokens(options, fields.needed("max_position_embeddings")?)?;
    let prefix = prefix(fields, options, "model.");
    let mut draft = Draft::new(title, (tokens, width), options.real);
    notes(&mut draft, &prefix, "RMS normalisation is dropped; its factors are kept");
    let name = fields.text("hidden_act")?.unwrap_or("silu");
    let act = field_activation(&mut draft, "hidden_act", name)?;
    let rotary = rotary(&mut draft, fields, head_width)?;
    let [attention_bias, mlp_bias] = [fields.flag("attention_bias")?, fields.flag("mlp_bias")?];
    // The window of Mistral: token i sees i - window + 1 to i.
    let window = fields.size("sliding_window")?.filter(|window| *window < tokens);
    let window = window.map_or(String::new(), |w| format!(", mask = {{ window = {w} }}"));
    let attention = format!(
        "type = \"attention\", heads = {heads}, kv-heads = {groups}, head-width = {head_width}, causal = true, \
         bias = {attention_bias}, rotary-planes = \"halves\", rotary = [{rotary}]{window}{}",
        draft.softmax()
    );
    let mlp =
        format!("type = \"gated-mlp\", hidden = {hidden}, activation = {act}, bias = {mlp_bias}");
    // Of RMS normalisation a polynomial network keeps the factors.
    let (scale, factors) = match draft.real {
        true => (Norm::Rms(epsilon(fields, "rms_norm_eps", 1e-6)?).layer(), "gain"),
        false => ("type = \"scaling\"".into(), "values"),
    };
    draft.repeat(depth, &[residual(&[&scale, &attention]), residual(&[&scale, &mlp])]);
    draft.layer(&scale.replace(", ", "\n"));
    let block = format!("{prefix}layers.{{i}}");
    for (own, norm) in [("{2i}", "input_layernorm"), ("{2i+1}", "post_attention_layernorm")] {
        let source = tensor(format!("{block}.{norm}.weight"), "");
        draft.weight(format!("{own}.inner0.{factors}"), source);
    }
    weights_of_attention(&mut draft, &block, attention_bias);
    weights_of_mlp(&mut draft, &block, mlp_bias);
    let last = depth.saturating_mul(2);
    draft.weight(format!("{last}.{factors}"), tensor(format!("{prefix}norm.weight"), ""));
    Ok(draft)
}

fn weights_of_attention(draft: &mut Draft, block: &str, bias: bool) {
    let own = "{2i}.inner1";
    for (key, name) in [("head*.query", "q"), ("group*.key", "k"), ("group*.value", "v")] {
        let module = format!("{block}.self_attn.{name}_proj");
        draft
            .weight(format!("{own}.{key}"), tensor(format!("{module}.weight"), "transpose = true"));
        if bias {
            draft.weight(format!("{own}.{key}-bias"), tensor(format!("{module}.bias"), ""));
        }
    }
    let module = format!("{block}.self_attn.o_proj");
    draft.weight(format!("{own}.head*.out"), tensor(format!("{module}.weight"), ""));
    if bias {
        draft.weight(format!("{own}.bias"), tensor(format!("{module}.bias"), ""));
    }
}

fn weights_of_mlp(draft: &mut Draft, block: &str, bias: bool) {
    for name in ["gate", "up", "down"] {
        let (key, module) = (format!("{{2i+1}}.inner1.{name}"), format!("{block}.mlp.{name}_proj"));
        draft.weight(&key, tensor(format!("{module}.weight"), "transpose = true"));
        if bias {
            draft.weight(format!("{key}-bias"), tensor(format!("{module}.bias"), ""));
        }
    }
}

/// The triples of the angles theta^(-2k/h), h the head width: plane k is of columns k and k + h/2.
fn rotary(draft: &mut Draft, fields: &Fields, head_width: usize) -> Result<String, FileError> {
    let why = "only rotary positions by theta alone are mapped";
    fields.only("partial_rotary_factor", &json!(1.0), why)?;
    let mut theta = fields.ratio("rope_theta", MAX_THETA)?;
    for field in ["rope_scaling", "rope_parameters"] {
        let inside = fields.inside(field)?;
        for name in ["rope_type", "type"] {
            inside.only(name, &json!("default"), why).map_err(|e| e.within(field))?;
        }
        let known = ["rope_type", "type", "rope_theta"];
        if let Some(other) = inside.names().find(|name| !known.contains(name)) {
            let shown: String = other.chars().filter(|c| !c.is_control()).take(60).collect();
            return Err(FileError::of(&format!("{field}.{shown}"), why));
        }
        theta = inside.ratio("rope_theta", MAX_THETA).map_err(|e| e.within(field))?.or(theta);
    }
    let theta = theta.unwrap_or(10_000.0);
    if theta < 1.0 {
        return Err(FileError::new("rope_theta", theta, "a number from 1 is expected"));
    }
    let planes = head_width / 2;
    if !head_width.is_multiple_of(2) || planes > MAX_PLANES {
        let allowed = format!("an even number up to {} is expected", 2 * MAX_PLANES);
        return Err(FileError::new("head_dim", head_width, allowed));
    }
    let angle = |k: usize| theta.powf(-2.0 * k as f64 / head_width as f64);
    let (triples, errors): (Vec<_>, Vec<_>) = (0..planes).map(|k| pythagorean(angle(k))).unzip();
    let worst = errors.into_iter().fold(0.0, f64::max);
    draft.note(format!(
        "the angles of rotary positions, {theta}^(-2k/{head_width}) a token, are those of Pythagorean triples, which \
         differ from them by at most {worst:.0e} of them"
    ));
    let triples = triples.iter().map(|[a, b, c]: &[i64; 3]| format!("[{a}, {b}, {c}]"));
    Ok(triples.collect::<Vec<_>>().join(", "))
}

/// Larger values of theta have angles whose triples have too many digits.
const MAX_THETA: f64 = 1e7;
/// A head has at most so many planes.
const MAX_PLANES: usize = 1024;
/// An angle differs by at most this part of it.
const TOLERANCE: f64 = 1e-4;

/// A Pythagorean triple (a, b, c) whose angle, of cosine a/c and sine b/c, is near `angle`, from 1e-7 to 1; and by
/// which part of it it differs. The tangent p/q of half the angle gives (q^2 - p^2, 2pq, q^2 + p^2); p/q is the first
/// convergent of the continued fraction that is near enough.
fn pythagorean(angle: f64) -> ([i64; 3], f64) {
    let tangent = (angle / 2.0).tan();
    let (mut before, mut last) = ((1i64, 0i64), (0i64, 1i64));
    let mut rest = tangent;
    let mut error = 1.0;
    while error > TOLERANCE {
        rest = 1.0 / rest;
        let term = rest.floor();
        rest -= term;
        let next = |a: i64, b: i64| a + term as i64 * b;
        (before, last) = (last, (next(before.0, last.0), next(before.1, last.1)));
        let found = 2.0 * (last.0 as f64 / last.1 as f64).atan();
        error = (found / angle - 1.0).abs();
    }
    let (p, q) = last;
    ([q * q - p * p, 2 * p * q, q * q + p * p], error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_are_pythagorean_and_near_their_angles() {
        for k in 0..=7000 {
            let angle = 10f64.powf(f64::from(-k) / 1000.0);
            let ([a, b, c], error) = pythagorean(angle);
            let square = |x: i64| i128::from(x) * i128::from(x);
            assert_eq!(square(a) + square(b), square(c));
            assert!(c <= 1_000_000_000_000_000, "{angle} {c}");
            // Of small angles the sine says more than the cosine.
            let found = (b as f64 / c as f64).asin();
            assert!(
                error <= TOLERANCE && (found / angle - 1.0).abs() <= 2.0 * TOLERANCE,
                "{angle}"
            );
        }
    }
}
