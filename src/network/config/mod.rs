//! Network files for published models, from the `config.json` that is saved with them.
//!
//! A file says which layers the model has as a polynomial network, or as a real one with softmax, normalisation and its
//! activation, where each weight is in its weight file, and, as comments, what is changed. Names of tensors are those of timm 1.0 (`timm/models/mlp_mixer.py`,
//! `timm/models/vision_transformer.py`) and of the models of Hugging Face's transformers.

mod blocks;
mod draft;
mod fields;
mod hugging_face;
mod llama;
mod timm;

use super::{FileError, RealNetworkFile, Replacements};
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

impl ConfigStyle {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::HuggingFace, Self::Timm];

    /// Its name in options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timm => "timm",
            Self::HuggingFace => "hf",
        }
    }
}

/// The network file of a published model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The file.
    pub text: String,
    /// What is left out or changed, and what its names of tensors begin with: its comments.
    pub notes: Vec<String>,
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
    /// Whether softmax, normalisation and the activation stay: the network is then no polynomial.
    pub real: bool,
}

/// The network file of the model that `text`, a `config.json`, describes.
///
/// # Errors
/// Names the field of the configuration, its value and what is allowed.
pub fn network_of_config(text: &str, options: &ConfigOptions) -> Result<Published, FileError> {
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
    let published = draft.published();
    RealNetworkFile::parse(&published.text, Path::new(""), &Replacements::default())?;
    Ok(published)
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

/// Its name in a network file, and how it differs from the function of that name, if it does.
fn real_activation(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name {
        "gelu" => ("\"gelu\"", None),
        "gelu_new" | "gelu_pytorch_tanh" => ("\"gelu-tanh\"", None),
        "gelu_fast" => (
            "\"gelu-tanh\"",
            Some("has sqrt(2/pi) in the place of 0.7978845608, its first ten decimals"),
        ),
        "silu" | "swish" => ("\"silu\"", None),
        "relu" => ("\"relu\"", None),
        _ => return None,
    })
}

/// The activation in a field: its name in a real network, else its polynomial.
fn field_activation(draft: &mut Draft, field: &str, name: &str) -> Result<&'static str, FileError> {
    let unknown = |allowed: &str| FileError::new(field, format_args!("{name:?}"), allowed);
    if draft.real {
        let (function, other) = real_activation(name).ok_or_else(|| {
            unknown("allowed in a real network are gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, swish, relu")
        })?;
        if let Some(other) = other {
            draft.note(format!("{name} {other}"));
        }
        return Ok(function);
    }
    let (polynomial, what) = activation(name).ok_or_else(|| {
        unknown("allowed are gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, silu, swish, quick_gelu, relu")
    })?;
    draft.note(format!("{name} is the polynomial {polynomial}, {what}"));
    Ok(polynomial)
}
