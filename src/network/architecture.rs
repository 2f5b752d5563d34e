//! The two architectures of the comparison, and any list of layers.

use super::layers::{
    Attention, ChannelMixing, Layer, Permutation, Residual, TokenMixing, chain_output,
    check_shared, joined, next_state, placed, written_length,
};
use super::{Activation, InvalidProblem, MAX_ACTIVATION_DEGREE, MAX_SIZE};
use itertools::Itertools;
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
    /// Any other network of the layers in [`layers`](super::layers).
    Layers(LayersShape),
}

/// A network layer by layer.
#[derive(Clone, Debug, PartialEq)]
pub struct LayersShape {
    /// Channels d of the input.
    pub width: usize,
    /// The layers in order.
    pub layers: Vec<Layer>,
}

impl LayersShape {
    /// The degree of the last layer that is not affine.
    pub fn last_degree(&self, tokens: usize) -> Option<u64> {
        let degree = |(l, (n, d)): &(&Layer, (usize, usize))| l.degree(*n, *d).filter(|k| *k > 1);
        placed(&self.layers, (tokens, self.width)).iter().rev().find_map(degree)
    }
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

impl Architecture {
    /// Width d.
    pub fn width(&self) -> usize {
        match self {
            Self::Attention(shape) => shape.width,
            Self::Mixer(shape) => shape.width,
            Self::Layers(shape) => shape.width,
        }
    }

    /// Depth L; of a list of layers, their number.
    pub fn depth(&self) -> usize {
        match self {
            Self::Attention(shape) => shape.depth,
            Self::Mixer(shape) => shape.depth,
            Self::Layers(shape) => shape.layers.iter().map(written_length).sum(),
        }
    }

    /// The degree of one layer: 3 for attention, k_t k_c for the Mixer. `None` past 64 bits, and for
    /// a list of layers, where each has its own.
    pub fn layer_degree(&self) -> Option<u64> {
        match self {
            Self::Attention(_) => Some(3),
            Self::Mixer(shape) => shape.token_degree.checked_mul(shape.channel_degree),
            Self::Layers(_) => None,
        }
    }

    /// Tokens and channels of the last state; of layers that do not fit, those of the input.
    pub(super) fn output_size(&self, tokens: usize) -> (usize, usize) {
        match self {
            Self::Layers(shape) => chain_output(&shape.layers, (tokens, shape.width)).ok(),
            _ => None,
        }
        .unwrap_or((tokens, self.width()))
    }

    /// The degree of the whole network.
    pub(super) fn degree(&self, tokens: usize) -> Result<u64, InvalidProblem> {
        let degree = match self.layer_degree() {
            Some(1) => Some(1),
            Some(k) => u32::try_from(self.depth()).ok().and_then(|l| k.checked_pow(l)),
            None => self.big_degree(tokens).to_u64(),
        };
        degree.ok_or_else(|| {
            let (option, value) = ("depth", self.depth());
            InvalidProblem::new(
                option,
                value,
                match self.layer_degree() {
                    Some(k) => format!(
                        "the degree {k}^depth must fit 64 bits, so at most {} layers of degree {k}",
                        u64::MAX.checked_ilog(k).unwrap_or(0)
                    ),
                    None => "the degree must fit 64 bits".into(),
                },
            )
        })
    }

    /// The degree of the whole network, however large.
    pub(super) fn big_degree(&self, tokens: usize) -> Integer {
        let depth = u32::try_from(self.depth()).expect("depths are at most MAX_SIZE");
        match self {
            Self::Attention(_) => Integer::from(3).pow(depth),
            Self::Mixer(s) => (Integer::from(s.token_degree) * s.channel_degree).pow(depth),
            Self::Layers(s) => {
                let degree = |(layer, (n, d)): (&Layer, _)| layer.degree(n, d);
                let degrees = placed(&s.layers, (tokens, s.width)).into_iter().map(degree);
                degrees.map(|d| d.expect("seen to fit 64 bits")).map(Integer::from).product()
            }
        }
    }

    /// A network by its layers: attention or a Mixer if it is one of those. Layers that share weights are read as
    /// one, with all between them.
    pub fn of_layers(width: usize, layers: Vec<Layer>) -> Self {
        let layers = joined(layers);
        let known = [attention_like(width, &layers), mixer_like(width, &layers)];
        match known.into_iter().flatten().find(|shape| shape.layers() == layers) {
            Some(shape) => shape,
            None => Self::Layers(LayersShape { width, layers }),
        }
    }

    /// The layers in order.
    pub(super) fn layers(&self) -> Vec<Layer> {
        match self {
            Self::Attention(s) => {
                vec![Attention::plain(s.heads, s.width / s.heads).into(); s.depth]
            }
            Self::Mixer(s) => {
                let parts: [Layer; 2] = [
                    TokenMixing {
                        hidden: s.token_hidden,
                        activation: Activation::Power(s.token_degree),
                        bias: s.bias,
                    }
                    .into(),
                    ChannelMixing {
                        hidden: s.channel_hidden,
                        activation: Activation::Power(s.channel_degree),
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
            Self::Layers(s) => s.layers.clone(),
        }
    }

    /// The number of weights, or `None` past 64 bits.
    pub fn parameter_count(&self, tokens: usize) -> Option<u64> {
        let (list, times): (Vec<Layer>, usize) = match self {
            // Four factors, which the heads share out.
            Self::Attention(s) => {
                let square = (s.width as u64).checked_mul(s.width as u64)?;
                return square.checked_mul(4)?.checked_mul(s.depth as u64);
            }
            Self::Mixer(s) => (Self::Mixer(MixerShape { depth: 1, ..s.clone() }).layers(), s.depth),
            Self::Layers(s) => (s.layers.clone(), 1),
        };
        let mut state = (tokens, self.width());
        let mut count = 0u64;
        for layer in list {
            let definition = layer.definition(state.0, state.1).ok()?;
            for p in definition.parameters {
                count = count.checked_add((p.rows as u64).checked_mul(p.cols as u64)?)?;
            }
            state = definition.output;
        }
        count.checked_mul(times as u64)
    }

    pub(super) fn validate(&self, tokens: usize) -> Result<(), InvalidProblem> {
        let size = |field, value| size(field, value, MAX_SIZE);
        size("tokens", tokens)?;
        size("depth", self.depth())?;
        size("width", self.width())?;
        match self {
            Self::Layers(s) => {
                let wrong = |why| InvalidProblem::new("network", "(its layers)", why);
                let mut state = (tokens, s.width);
                for (i, layer) in s.layers.iter().enumerate() {
                    let before = i.checked_sub(1).map(|b| &s.layers[b]);
                    state =
                        next_state(before, i, layer, state).map_err(|e| wrong(e.to_string()))?;
                }
                check_shared(&s.layers, (tokens, s.width)).map_err(wrong)?;
            }
            Self::Attention(s) => {
                head_width(s.width, s.heads)?;
            }
            Self::Mixer(s) => {
                size("token-hidden", s.token_hidden)?;
                size("channel-hidden", s.channel_hidden)?;
                for (option, degree) in
                    [("token-degree", s.token_degree), ("channel-degree", s.channel_degree)]
                {
                    if !(1..=MAX_ACTIVATION_DEGREE).contains(&degree) {
                        let allowed = format_args!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
                        return Err(InvalidProblem::new(option, degree, allowed));
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

/// A size from 1 to `most`.
pub(super) fn size(
    field: &'static str,
    value: usize,
    most: usize,
) -> Result<usize, InvalidProblem> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(InvalidProblem::new(field, value, format_args!("allowed are 1..={most}")))
}

/// The width d / H of each of `heads` heads that have the width together.
pub(super) fn head_width(width: usize, heads: usize) -> Result<usize, InvalidProblem> {
    if heads > 0 && width.is_multiple_of(heads) {
        return Ok(width / heads);
    }
    let divisors = (1..=width).filter(|h| width.is_multiple_of(*h)).join(", ");
    let allowed = format_args!("must divide the width {width}, so one of {divisors}").to_string();
    Err(InvalidProblem::new("heads", heads, allowed))
}

/// Attention that has these layers, if any has.
fn attention_like(width: usize, layers: &[Layer]) -> Option<Architecture> {
    let Some(Layer::Attention(first)) = layers.first() else { return None };
    let shape = AttentionShape { depth: layers.len(), width, heads: first.heads };
    width.is_multiple_of(first.heads).then_some(Architecture::Attention(shape))
}

/// A Mixer that has these layers, if any has.
fn mixer_like(width: usize, layers: &[Layer]) -> Option<Architecture> {
    let (permutation, rest) = match layers {
        [Layer::Permutation(p), rest @ ..] => (Some(p.clone()), rest),
        _ => (None, layers),
    };
    let (Layer::TokenMixing(token), Layer::ChannelMixing(channel)) =
        (rest.first()?.inside(), rest.get(1)?.inside())
    else {
        return None;
    };
    Some(Architecture::Mixer(MixerShape {
        depth: rest.len() / 2,
        width,
        token_hidden: token.hidden,
        token_degree: token.activation.degree()?,
        channel_hidden: channel.hidden,
        channel_degree: channel.activation.degree()?,
        bias: token.bias,
        residual: matches!(rest[0], Layer::Residual(_)),
        permutation,
    }))
}
