//! The regime map: for each size of a sweep, whether the gap is certified, open or refuted.

pub use crate::bounds::Regime;
use crate::bounds::{Ends, Half};
use crate::network::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, Output, Partition, Problem,
};
use crate::prove::gap_across;
use serde::{Deserialize, Serialize};

/// One size: the same depth, width and tokens on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Size {
    /// Degree per layer K = k_t of the Mixer, k_c = 1.
    pub layer_degree: u64,
    /// Tokens N, balanced.
    pub tokens: usize,
    /// Heads H.
    pub heads: usize,
    /// Hidden token width S.
    pub token_hidden: usize,
    /// Width d.
    pub width: usize,
    /// Depth L.
    pub depth: usize,
    /// In place of the Mixer stands the network whose file has this fingerprint; then the degree per
    /// layer and the hidden token width are 0.
    pub network: Option<u64>,
}

/// A row of the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Degree per layer of the Mixer.
    pub layer_degree: u64,
    /// Tokens.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Hidden token width.
    pub token_hidden: usize,
    /// Width.
    pub width: usize,
    /// Depth.
    pub depth: usize,
    /// Fingerprint of the network file in place of the Mixer.
    pub network: Option<u64>,
    /// What is known.
    pub regime: Regime,
    /// Attention's best lower bound, or `computed`.
    pub lower_id: String,
    /// The lower end of its log10, in decimal: a double may not hold it. Empty where there is no bound.
    pub lower_log10: String,
    /// The Mixer's best upper bound.
    pub upper_id: String,
    /// The upper end of its log10, likewise.
    pub upper_log10: String,
    /// Where the regime is not open: the lower bound that decides, of attention if it is certified, of the other
    /// network if it is refuted; or `computed`.
    #[serde(default)]
    pub above: String,
    /// The upper bound that it is above, of the other one.
    #[serde(default)]
    pub below: String,
}

impl Row {
    /// The size that the row is about.
    pub fn size(&self) -> Size {
        let Self { layer_degree, tokens, heads, token_hidden, width, depth, network, .. } = *self;
        Size { layer_degree, tokens, heads, token_hidden, width, depth, network }
    }
}

impl Size {
    /// The attention problem, and the Mixer problem or what stands in its place; with that one's partition and
    /// output token on both sides.
    ///
    /// # Errors
    /// If a size is not allowed, or the heads do not divide the width, or `other` has another number of tokens.
    pub fn problems(&self, other: Option<&Problem>) -> Result<(Problem, Problem), InvalidProblem> {
        let shape = AttentionShape { depth: self.depth, width: self.width, heads: self.heads };
        let partition = Partition::halves(self.tokens)?;
        let attention =
            Problem::new(Architecture::Attention(shape), partition.clone(), Output::default())?;
        if let Some(other) = other {
            let attention = attention.like(other)?;
            return Ok((attention, other.clone()));
        }
        let shape = MixerShape {
            token_degree: self.layer_degree,
            ..MixerShape::quadratic(self.depth, self.width, self.token_hidden)
        };
        Ok((attention, Problem::new(Architecture::Mixer(shape), partition, Output::default())?))
    }

    /// What is known at this size. Cost: that of [`gap_across`].
    ///
    /// # Errors
    /// As [`Size::problems`].
    pub fn evaluate(&self, other: Option<&Problem>) -> Result<Row, InvalidProblem> {
        let (attention, mixer) = self.problems(other)?;
        let gap = gap_across(&attention, &mixer)?.gap;
        let regime = gap.regime();
        let id = |half: &Option<Half>| half.as_ref().map_or_else(String::new, |h| h.id().into());
        let (above, below) = match regime {
            Regime::Certified => (id(&gap.lower), id(&gap.upper)),
            Regime::Refuted => (id(&gap.other_lower), id(&gap.attention_upper)),
            Regime::Open => Default::default(),
        };
        let end = |half: &Option<Half>, k: usize| {
            let ends = half.as_ref().and_then(|h| h.log.as_ref()).map(|log| log.log10_ends());
            ends.map_or_else(String::new, |ends: Ends| ends.texts()[k].clone())
        };
        let Self { layer_degree, tokens, heads, token_hidden, width, depth, network } = *self;
        Ok(Row {
            layer_degree,
            tokens,
            heads,
            token_hidden,
            width,
            depth,
            network,
            regime,
            lower_id: id(&gap.lower),
            lower_log10: end(&gap.lower, 0),
            upper_id: id(&gap.upper),
            upper_log10: end(&gap.upper, 1),
            above,
            below,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_regime_is_met() {
        let size = |layer_degree, depth| Size {
            layer_degree,
            depth,
            tokens: 4,
            heads: 1,
            token_hidden: 2,
            width: 2,
            network: None,
        };
        let regime = |s: Size| s.evaluate(None).unwrap().regime;
        // A linear Mixer has rank at most 2; attention of depth 3 at least 5 (Theorem 3.4).
        assert_eq!(regime(size(1, 3)), Regime::Certified);
        assert_eq!(regime(size(3, 4)), Regime::Open);
        // 3.4 is below 105 there, the rank of attention is not.
        let computed = size(2, 3).evaluate(None).unwrap();
        assert_eq!((computed.regime, computed.above.as_str()), (Regime::Certified, "computed"));
        // A quartic form in 4 + 4 variables against attention's d + 1 = 3.
        assert_eq!(regime(size(4, 1)), Regime::Refuted);
    }
}
