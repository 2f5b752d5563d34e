//! The two architectures of the comparison, as lists of layers.

use super::InvalidProblem;
use super::layers::{
    Attention, ChannelMixing, Layer, LayerRule, Permutation, Residual, TokenMixing,
};
use rug::Integer;
use rug::ops::Pow;

/// An architecture: sizes, no weights.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Architecture {
    /// Polynomial self-attention.
    Attention(AttentionShape),
    /// Polynomial MLP-Mixer.
    Mixer(MixerShape),
}

/// Sizes of an attention network.
#[derive(Clone, Debug, PartialEq)]
pub struct AttentionShape {
    /// Number of layers L.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Heads H, a divisor of d; each has width d_a = d / H.
    pub heads: usize,
}

/// Sizes and options of a Mixer.
#[derive(Clone, Debug, PartialEq)]
pub struct MixerShape {
    /// Number of layers L, each a token-mixing and a channel-mixing part.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Hidden width S of the token-mixing part.
    pub token_hidden: usize,
    /// Degree k_t of the token-mixing activation.
    pub token_degree: u64,
    /// Hidden width C of the channel-mixing part.
    pub channel_hidden: usize,
    /// Degree k_c of the channel-mixing activation; 1 makes the part linear.
    pub channel_degree: u64,
    /// Whether all four maps have biases.
    pub bias: bool,
    /// Whether both parts have a residual connection around them.
    pub residual: bool,
    /// A fixed permutation of the N d input entries.
    pub permutation: Option<Permutation>,
}

impl MixerShape {
    /// The default comparison: k_t = 2, k_c = 1, C = d, no biases, no residuals, no permutation.
    pub fn quadratic(depth: usize, width: usize, token_hidden: usize) -> Self {
        Self {
            depth,
            width,
            token_hidden,
            token_degree: 2,
            channel_hidden: width,
            channel_degree: 1,
            bias: false,
            residual: false,
            permutation: None,
        }
    }
}

/// Largest number of layers, tokens, channels or hidden units accepted anywhere: far above any
/// published model, and small enough that products of two sizes fit 64 bits.
pub const MAX_SIZE: usize = 1 << 24;

impl Architecture {
    /// Width d.
    pub fn width(&self) -> usize {
        match self {
            Self::Attention(shape) => shape.width,
            Self::Mixer(shape) => shape.width,
        }
    }

    /// Depth L.
    pub fn depth(&self) -> usize {
        match self {
            Self::Attention(shape) => shape.depth,
            Self::Mixer(shape) => shape.depth,
        }
    }

    /// The degree of one layer: 3 for attention, k_t k_c for the Mixer. `None` past 64 bits.
    pub fn layer_degree(&self) -> Option<u64> {
        match self {
            Self::Attention(_) => Some(3),
            Self::Mixer(shape) => shape.token_degree.checked_mul(shape.channel_degree),
        }
    }

    /// The degree of the whole network, `layer_degree^depth`.
    pub(super) fn degree(&self) -> Result<u64, InvalidProblem> {
        let degree = self.layer_degree().and_then(|k| {
            if k == 1 { Some(1) } else { k.checked_pow(u32::try_from(self.depth()).ok()?) }
        });
        degree.ok_or_else(|| {
            let k = self.layer_degree().unwrap_or(u64::MAX);
            InvalidProblem::new(
                "depth",
                self.depth(),
                format_args!(
                    "the degree {k}^depth must fit 64 bits, so at most {} layers of degree {k}",
                    u64::MAX.checked_ilog(k).unwrap_or(0)
                ),
            )
        })
    }

    /// The degree of the whole network, however large.
    pub(super) fn big_degree(&self) -> Integer {
        let per_layer = match self {
            Self::Attention(_) => Integer::from(3),
            Self::Mixer(shape) => Integer::from(shape.token_degree) * shape.channel_degree,
        };
        per_layer.pow(u32::try_from(self.depth()).expect("depths are at most MAX_SIZE"))
    }

    /// The layers in order.
    pub(super) fn layers(&self) -> Vec<Layer> {
        match self {
            Self::Attention(s) => {
                let layer = Attention { heads: s.heads, head_width: s.width / s.heads };
                vec![layer.into(); s.depth]
            }
            Self::Mixer(s) => {
                let parts: [Layer; 2] = [
                    TokenMixing { hidden: s.token_hidden, degree: s.token_degree, bias: s.bias }
                        .into(),
                    ChannelMixing {
                        hidden: s.channel_hidden,
                        degree: s.channel_degree,
                        bias: s.bias,
                    }
                    .into(),
                ];
                let parts = parts.map(|part| {
                    if s.residual { Residual { inner: vec![part] }.into() } else { part }
                });
                let input = s.permutation.iter().cloned().map(Layer::from);
                input.chain(std::iter::repeat_n(parts, s.depth).flatten()).collect()
            }
        }
    }

    /// The number of weights, or `None` past 64 bits.
    pub fn parameter_count(&self, tokens: usize) -> Option<u64> {
        let per_layer: Vec<Layer> = match self {
            Self::Attention(s) => {
                Self::Attention(AttentionShape { depth: 1, ..s.clone() }).layers()
            }
            Self::Mixer(s) => Self::Mixer(MixerShape { depth: 1, ..s.clone() }).layers(),
        };
        let mut count = 0u64;
        for p in per_layer.iter().flat_map(|l| l.parameters(tokens, self.width())) {
            count = count.checked_add((p.rows as u64).checked_mul(p.cols as u64)?)?;
        }
        count.checked_mul(self.depth() as u64)
    }

    pub(super) fn validate(&self, tokens: usize) -> Result<(), InvalidProblem> {
        let size = |option: &'static str, value: usize| {
            if (1..=MAX_SIZE).contains(&value) {
                Ok(())
            } else {
                Err(InvalidProblem::new(option, value, format_args!("allowed are 1..={MAX_SIZE}")))
            }
        };
        size("tokens", tokens)?;
        size("depth", self.depth())?;
        size("width", self.width())?;
        match self {
            Self::Attention(s) => {
                if s.heads == 0 || !s.width.is_multiple_of(s.heads) {
                    let divisors: Vec<String> = (1..=s.width)
                        .filter(|h| s.width.is_multiple_of(*h))
                        .map(|h| h.to_string())
                        .collect();
                    return Err(InvalidProblem::new(
                        "heads",
                        s.heads,
                        format_args!(
                            "must divide --width {}, so one of {}",
                            s.width,
                            divisors.join(", ")
                        ),
                    ));
                }
            }
            Self::Mixer(s) => {
                size("token-hidden", s.token_hidden)?;
                size("channel-hidden", s.channel_hidden)?;
                for (option, degree) in
                    [("token-degree", s.token_degree), ("channel-degree", s.channel_degree)]
                {
                    if !(1..=64).contains(&degree) {
                        return Err(InvalidProblem::new(option, degree, "allowed are 1..=64"));
                    }
                }
                let entries = tokens * s.width;
                if let Some(p) = &s.permutation
                    && p.source().len() != entries
                {
                    return Err(InvalidProblem::new(
                        "permute",
                        format_args!("(a permutation of {} entries)", p.source().len()),
                        format_args!(
                            "it must permute the {tokens} tokens or the {entries} input entries"
                        ),
                    ));
                }
            }
        }
        Ok(())
    }
}
