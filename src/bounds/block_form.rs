//! Which networks given by their layers are blocks of attention and a position-wise polynomial.

use crate::network::layers::{Attention, ChannelMixing, Layer};
use crate::network::{Architecture, LayersShape, Problem};

/// L blocks, each a layer of attention and a channel mixing, every one with or without a residual connection
/// around it. Of sizes that differ from block to block the least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockForm {
    /// L.
    pub(crate) depth: usize,
    /// d.
    pub(crate) width: usize,
    /// Heads H.
    pub(crate) heads: usize,
    /// Their width d_a.
    pub(crate) head_width: usize,
    /// The degree k of every channel mixing.
    pub(crate) degree: u64,
    /// The hidden width of the channel mixings.
    pub(crate) hidden: usize,
    /// Whether there is a residual connection around each layer.
    pub(crate) residual: bool,
    /// Whether the heads of the first layer have the width of a token together.
    pub(crate) reads: bool,
    /// Whether all blocks are the same.
    pub(crate) uniform: bool,
}

impl BlockForm {
    /// The form of a problem's network, if it is given by its layers and has one.
    pub(crate) fn of(problem: &Problem) -> Option<Self> {
        match problem.architecture() {
            Architecture::Layers(shape) => Self::of_layers(shape),
            _ => None,
        }
    }

    fn of_layers(LayersShape { width, layers }: &LayersShape) -> Option<Self> {
        let (first, mixing) = parts(layers.chunks(2).next()?)?;
        let mut form = Self {
            depth: layers.len() / 2,
            width: *width,
            heads: first.heads,
            head_width: first.head_width,
            degree: mixing.activation.degree()?,
            hidden: mixing.hidden,
            residual: true,
            reads: first.heads.saturating_mul(first.head_width) >= *width,
            uniform: true,
        };
        for block in layers.chunks(2) {
            let (attention, mixing) = parts(block)?;
            if !attention.is_plain_or_biased() {
                return None;
            }
            if mixing.activation.degree() != Some(form.degree) {
                return None;
            }
            form.heads = form.heads.min(attention.heads);
            form.head_width = form.head_width.min(attention.head_width);
            form.hidden = form.hidden.min(mixing.hidden);
            form.residual &= block.iter().all(|layer| matches!(layer, Layer::Residual(_)));
            form.uniform &= *block == layers[..2];
        }
        Some(form)
    }
}

/// The attention and the channel mixing of one block.
fn parts(block: &[Layer]) -> Option<(&Attention, &ChannelMixing)> {
    let [attention, mixing] = block else { return None };
    match (attention.inside(), mixing.inside()) {
        (Layer::Attention(attention), Layer::ChannelMixing(mixing)) => Some((attention, mixing)),
        _ => None,
    }
}
