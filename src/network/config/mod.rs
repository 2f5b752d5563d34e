//! Network files for published models, from the `config.json` that is saved with them.
//!
//! A file says which layers the model has as a polynomial network, where each weight is in its weight file, and, as
//! comments, what the relaxation changes. Names of tensors are those of timm 1.0 (`timm/models/mlp_mixer.py`,
//! `timm/models/vision_transformer.py`) and of the models of Hugging Face's transformers.

mod draft;
mod fields;
mod hugging_face;
mod llama;
mod timm;

use super::{FileError, NetworkFile, Replacements};
use draft::Draft;
use fields::Fields;
use std::path::Path;

/// A configuration has at most this many bytes.
pub const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigStyle {
    /// timm: the field `architecture`.
    Timm,
    /// Hugging Face: the field `model_type`.
    HuggingFace,
}

/// What a configuration does not say.
#[derive(Clone, Debug, Default)]
pub struct ConfigOptions {
    /// Whose it is [default: by its fields].
    pub style: Option<ConfigStyle>,
    /// Number of tokens N [default: that of the model's images, or 8 words].
    pub tokens: Option<usize>,
    /// What is before the names of all tensors [default: by the field `architectures`].
    pub prefix: Option<String>,
}

/// The network file of the model that `text`, a `config.json`, describes.
///
/// # Errors
/// Names the field of the configuration, its value and what is allowed.
pub fn network_of_config(text: &str, options: &ConfigOptions) -> Result<String, FileError> {
    let fields = Fields::parse(text)?;
    let style = match (options.style, fields.has("model_type"), fields.has("architecture")) {
        (Some(style), ..) => style,
        (None, true, _) => ConfigStyle::HuggingFace,
        (None, false, true) => ConfigStyle::Timm,
        (None, false, false) => {
            let allowed = "model_type (Hugging Face) or architecture (timm) is needed";
            return Err(FileError::whole(allowed));
        }
    };
    if let Some(prefix) = &options.prefix
        && !prefix.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    {
        let allowed = "allowed are letters, digits and . _ -";
        return Err(FileError::new("prefix", format_args!("{prefix:?}"), allowed));
    }
    let draft = match style {
        ConfigStyle::Timm => timm::draft(&fields, options)?,
        ConfigStyle::HuggingFace => hugging_face::draft(&fields, options)?,
    };
    let file = draft.text();
    NetworkFile::parse(&file, Path::new(""), &Replacements::default())?;
    Ok(file)
}

/// The polynomial in the place of an activation, and what it is.
fn activation(name: &str) -> Option<(&'static str, &'static str)> {
    let taylor = "its Taylor polynomial of degree 2 at 0, to ten decimals";
    Some(match name {
        "gelu" | "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => {
            ("[0, 0.5, 0.3989422804]", taylor)
        }
        "silu" | "swish" => ("[0, 0.5, 0.25]", taylor),
        "quick_gelu" => ("[0, 0.5, 0.4255]", taylor),
        "relu" => {
            ("[0.09375, 0.5, 0.46875]", "the nearest of degree 2 on [-1, 1] in the mean square")
        }
        _ => return None,
    })
}

/// The polynomial of the activation in a field.
fn field_activation(draft: &mut Draft, field: &str, name: &str) -> Result<&'static str, FileError> {
    let (polynomial, what) = activation(name).ok_or_else(|| {
        let allowed = "allowed are gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, swish, quick_gelu, relu";
        FileError::new(field, format_args!("{name:?}"), allowed)
    })?;
    draft.note(format!("{name} is the polynomial {polynomial}, {what}"));
    Ok(polynomial)
}
