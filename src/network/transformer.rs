//! Attention by a few sizes, with the parts of a published model that the plain shape leaves out: a shorthand for a
//! network given by its layers.

use super::architecture::{head_width, size};
use super::layers::{Attention, ChannelMixing, Layer, Residual};
use super::site::MAX_LAYERS;
use super::{
    Activation, Architecture, AttentionShape, InvalidProblem, MAX_ACTIVATION_DEGREE, MAX_SIZE,
};

/// A network has at most this many heads in all its layers, as a network file: every one has parameters with names.
const MAX_HEADS: usize = 1 << 16;

/// L layers of attention, each followed by a position-wise part or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransformerShape {
    /// Number of layers of attention L.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Heads H.
    pub heads: usize,
    /// Their width; if not given d / H, and then H is a divisor of d.
    pub head_width: Option<usize>,
    /// The degree of the position-wise part `Y <- (Y W3)^k W4` after each layer of attention, if there is one.
    pub mlp_degree: Option<u64>,
    /// Its hidden width.
    pub mlp_hidden: usize,
    /// Whether there is a residual connection around every part.
    pub residual: bool,
}

impl TransformerShape {
    /// The plain attention of these sizes. The hidden width of a position-wise part would be 4d, as in the published
    /// models.
    pub fn plain(depth: usize, width: usize, heads: usize) -> Self {
        let mlp_hidden = width.saturating_mul(4);
        Self {
            depth,
            width,
            heads,
            head_width: None,
            mlp_degree: None,
            mlp_hidden,
            residual: false,
        }
    }

    /// The network by its layers, or attention where it is that.
    ///
    /// # Errors
    /// A size that is not allowed, more than [`MAX_LAYERS`] layers, or more than 65,536 heads in all of them.
    pub fn architecture(&self) -> Result<Architecture, InvalidProblem> {
        let Self { depth, width, heads, .. } = *self;
        if self.mlp_degree.is_none() && !self.residual && self.head_width.is_none() {
            return Ok(Architecture::Attention(AttentionShape { depth, width, heads }));
        }
        let parts = 1 + usize::from(self.mlp_degree.is_some());
        size("depth", depth, MAX_LAYERS / parts)?;
        size("width", width, MAX_SIZE)?;
        size("heads", heads, MAX_HEADS / depth)?;
        let own_width = match self.head_width {
            Some(given) => size("head-width", given, MAX_SIZE)?,
            None => head_width(width, heads)?,
        };
        let mut block: Vec<Layer> = vec![Attention::plain(heads, own_width).into()];
        if let Some(degree) = self.mlp_degree {
            if !(1..=MAX_ACTIVATION_DEGREE).contains(&degree) {
                let allowed = format_args!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
                return Err(InvalidProblem::new("mlp-degree", degree, allowed));
            }
            let hidden = size("mlp-hidden", self.mlp_hidden, MAX_SIZE)?;
            let activation = Activation::Power(degree);
            block.push(ChannelMixing { hidden, activation, bias: false }.into());
        }
        if self.residual {
            block = block.into_iter().map(|layer| Residual { inner: vec![layer] }.into()).collect();
        }
        let layers = std::iter::repeat_n(block, depth).flatten().collect();
        Ok(Architecture::of_layers(width, layers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorthands_are_the_networks_by_their_layers() {
        let plain = TransformerShape::plain(3, 8, 2);
        assert!(matches!(plain.architecture().unwrap(), Architecture::Attention(_)));
        let whole = TransformerShape { mlp_degree: Some(2), residual: true, ..plain.clone() };
        let Architecture::Layers(shape) = whole.architecture().unwrap() else { panic!() };
        assert_eq!((shape.width, shape.layers.len()), (8, 6));
        let Layer::Residual(Residual { inner }) = &shape.layers[1] else { panic!() };
        let activation = Activation::Power(2);
        assert_eq!(inner[..], [ChannelMixing { hidden: 32, activation, bias: false }.into()]);
        // Heads of width d/H that are named are those of plain attention.
        let named = TransformerShape { head_width: Some(4), ..plain.clone() };
        assert_eq!(named.architecture(), plain.architecture());
    }

    #[test]
    fn errors_name_the_field() {
        let whole = TransformerShape {
            mlp_degree: Some(2),
            residual: true,
            ..TransformerShape::plain(3, 8, 2)
        };
        for (shape, field) in [
            (TransformerShape { depth: 0, ..whole.clone() }, "depth"),
            (TransformerShape { depth: 1 << 20, ..whole.clone() }, "depth"),
            (TransformerShape { heads: 3, ..whole.clone() }, "heads"),
            (TransformerShape { heads: 0, ..whole.clone() }, "heads"),
            (TransformerShape { width: 1 << 20, heads: 1 << 20, ..whole.clone() }, "heads"),
            (TransformerShape { mlp_degree: Some(65), ..whole.clone() }, "mlp-degree"),
            (TransformerShape { mlp_hidden: 0, ..whole.clone() }, "mlp-hidden"),
            (TransformerShape { width: 0, ..whole }, "width"),
        ] {
            assert_eq!(shape.architecture().unwrap_err().field, field);
        }
    }
}
