//! What several targets share: a problem made of arbitrary bytes.

use arbitrary::Arbitrary;
use seprank::network::{Architecture, AttentionShape, MixerShape, Output, Partition, Problem};

/// Sizes and options of a problem.
#[derive(Arbitrary, Clone, Debug)]
pub struct Shape {
    pub mixer: bool,
    pub bias: bool,
    pub residual: bool,
    pub degrees: [u8; 2],
    /// Depth, width, heads or token-hidden width, channel-hidden width.
    pub sizes: [u32; 4],
    /// Tokens of side A and side B.
    pub sides: [u16; 2],
    pub output: [u8; 2],
}

impl Shape {
    /// The problem with depth, other sizes and tokens of a side at most the limits, if its parts fit
    /// together.
    pub fn problem(&self, depth: u32, size: u32, tokens: u16) -> Option<Problem> {
        let [own, other] = self.sides.map(|n| usize::from(n % tokens) + 1);
        let [layers, width, inner, hidden] = self.sizes;
        let depth = (layers % depth) as usize + 1;
        let [width, inner, hidden] = [width, inner, hidden].map(|n| (n % size) as usize + 1);
        let architecture = if self.mixer {
            Architecture::Mixer(MixerShape {
                token_degree: u64::from(self.degrees[0] % 4),
                channel_degree: u64::from(self.degrees[1] % 3),
                channel_hidden: hidden,
                bias: self.bias,
                residual: self.residual,
                ..MixerShape::quadratic(depth, width, inner)
            })
        } else {
            let width = (width / inner).max(1) * inner;
            Architecture::Attention(AttentionShape { depth, width, heads: inner })
        };
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).ok()?;
        let [token, channel] = self.output.map(usize::from);
        Problem::new(architecture, partition, Output { token, channel }).ok()
    }
}
