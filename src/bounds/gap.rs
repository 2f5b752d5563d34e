//! The gap between attention and the Mixer at one size (docs/theory.md, section 5).
//!
//! It is certified when a lower bound for attention, which holds for almost all weights, is larger than
//! an upper bound for the Mixer, which holds for all weights. It is refuted when a lower bound for the Mixer
//! is larger than an upper bound for attention.

use super::block_form::BlockForm;
use super::{Ends, Half, Incomparable, LogInterval, Side, best, comparable};
use crate::network::{Architecture, MixerShape, Problem};
use serde::{Deserialize, Serialize};

/// What is known of a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Regime {
    /// A lower bound of attention, for almost all weights, is above an upper bound of the Mixer, for all.
    Certified,
    /// Neither of the other two is proved.
    Open,
    /// The Mixer's generic rank is above an upper bound of attention, for all weights.
    Refuted,
}

impl Regime {
    /// `"certified"`, `"open"` or `"refuted"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certified => "certified",
            Self::Open => "open",
            Self::Refuted => "refuted",
        }
    }

    /// The exit code: 0 certified, 1 refuted, 2 open.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Certified => 0,
            Self::Refuted => 1,
            Self::Open => 2,
        }
    }
}

/// The best lower bound of attention and the best upper bound of the Mixer, and the other two.
#[derive(Clone)]
pub struct Gap {
    /// Attention's best lower bound.
    pub lower: Option<Half>,
    /// The Mixer's best upper bound.
    pub upper: Option<Half>,
    /// The Mixer's best lower bound.
    pub other_lower: Option<Half>,
    /// Attention's best upper bound; where the Mixer has no lower bound it is not asked for.
    pub attention_upper: Option<Half>,
    /// The sizes in which the two differ: of [`gap`] none, of [`gap_across`] width or depth.
    pub across: Vec<Incomparable>,
    /// What decides where the gap is not certified.
    decides: String,
}

/// What every statement of a gap leaves out: words with mathematics between dollars
/// ([`crate::table::words`]).
pub const SCOPE: [&str; 4] = [
    "Against attention without a position-wise part the degree per layer decides: the exponential gap is about \
     $K = k_t k_c <= 2$. For $K >= 3$ the ratio of the \
     logarithms at large width does not grow with the depth: its limit is below $3/2$ for $k_t = 3$, $k_c = 1$, and at \
     most 1 for the other $k_t >= 2$; for $k_t = 1$ the bounds give no gap there. With $k_t = 3$, $k_c = 1$ and bounded \
     tokens on a side, or without residual connections a bounded $S$, it is $(3 - 3^{1-L})/2$ in the limit: a gap of \
     constant ratio from two layers on, certified at some sizes. Exact small cases show Mixers above attention; a Mixer with few \
     variables can still be below.",
    "For a width small against $3^L$ both ranks are polynomials in the degree and the number of variables \
     decides: at a fixed width the gap can fail as the depth grows.",
    "Polynomial networks only: a ReLU or GELU network has in general infinite separation rank on the reals. From \
     attention softmax, a causal mask and layer normalisation are removed, and unless they are named residual \
     connections, biases and the position-wise part, whose activation is then a power; a Mixer has powers of degree \
     $k_t$ and $k_c$ for activations and no layer normalisation, and no residual connections or biases unless they \
     are named.",
    "If both sides keep the same position-wise polynomial of degree $k$, the degrees per layer are $3k$ and $k_t k$.",
];

/// Evaluates the gap between `attention` and `mixer` at one size.
/// Cost: that of all bounds, below a second at any size.
///
/// # Errors
/// If they differ in tokens, partition, side of the output token, width or depth.
pub fn gap(attention: &Problem, mixer: &Problem) -> Result<Gap, Incomparable> {
    let gap = gap_across(attention, mixer)?;
    match gap.across.first() {
        Some(difference) => Err(difference.clone()),
        None => Ok(gap),
    }
}

/// As [`gap`], but widths and depths may differ: [`Gap::across`] says where they do.
///
/// # Errors
/// If they differ in tokens, partition or side of the output token.
pub fn gap_across(attention: &Problem, mixer: &Problem) -> Result<Gap, Incomparable> {
    let across = comparable(attention, mixer)?;
    let of_attention = |side| of_attention(attention, side);
    let of_other = |side| best(mixer, side).filter(|_| !is_plain_attention(mixer)).map(Half::from);
    let other_lower = of_other(Side::Lower);
    Ok(Gap {
        lower: of_attention(Side::Lower),
        upper: of_other(Side::Upper),
        attention_upper: other_lower.as_ref().and_then(|_| of_attention(Side::Upper)),
        other_lower,
        across,
        decides: decides_of(attention, mixer.architecture()),
    })
}

fn of_attention(attention: &Problem, side: Side) -> Option<Half> {
    best(attention, side).filter(|_| is_attention(attention)).map(Half::from)
}

/// Why the bounds may not certify a gap (docs/theory.md, section 5).
fn decides_of(attention: &Problem, other: &Architecture) -> String {
    let Some(form) = BlockForm::of(attention) else { return decides(other) };
    match (form.degree.checked_mul(3), other.layer_degree()) {
        (Some(own), Some(degree)) => format!(
            "attention with its position-wise part has degree {own} per block, the Mixer {degree}; besides the degrees the \
             depth and the numbers of variables decide"
        ),
        _ => decides(other),
    }
}

/// The same for attention without a position-wise part.
fn decides(other: &Architecture) -> String {
    let Architecture::Mixer(MixerShape { token_degree, channel_degree, permutation, .. }) = other
    else {
        return "the degrees of the other network's layers and the variables that it sees decide"
            .into();
    };
    let degree = u128::from(*token_degree) * u128::from(*channel_degree);
    let limit = match (token_degree, channel_degree) {
        _ if degree < 3 => {
            return "the depth is too small, or the width is small against 3^L so that the number of variables decides"
                .into();
        }
        (1, _) => "the bounds give no gap in the limit of large width",
        _ if permutation.is_some() => "the bounds give no exponential gap",
        (3, 1) => {
            "the ratio of the logarithms is below 3/2 in the limit of large width, at any depth (it is (3 - 3^(1-L))/2, \
             above 1 from L = 2 on, if the tokens of a side are bounded, or without residual connections S)"
        }
        _ => "the ratio of the logarithms is at most 1 in the limit of large width",
    };
    format!(
        "the Mixer has degree K = k_t k_c = {degree} per layer, not below attention's 3, where {limit}"
    )
}

fn above(lower: &Option<Half>, upper: &Option<Half>) -> bool {
    matches!((lower, upper), (Some(lower), Some(upper)) if lower.above(upper))
}

/// A lower bound in words.
fn named(lower: &Half) -> String {
    match lower.bound {
        Some(bound) => format!("lower bound, {},", bound.id()),
        None => "computed rank".into(),
    }
}

/// Attention, also with its position-wise part.
fn is_attention(problem: &Problem) -> bool {
    is_plain_attention(problem) || BlockForm::of(problem).is_some()
}

fn is_plain_attention(problem: &Problem) -> bool {
    matches!(problem.architecture(), Architecture::Attention(_))
}

impl Gap {
    /// Evaluates attention's upper bound also where it is not asked for.
    pub(crate) fn ask_attention_upper(&mut self, attention: &Problem) {
        if self.attention_upper.is_none() {
            self.attention_upper = of_attention(attention, Side::Upper);
        }
    }

    fn logs(&self) -> Option<(&LogInterval, &LogInterval)> {
        Some((self.lower.as_ref()?.log.as_ref()?, self.upper.as_ref()?.log.as_ref()?))
    }

    /// Whether attention's lower bound is certainly above the Mixer's upper bound.
    pub fn certified(&self) -> bool {
        above(&self.lower, &self.upper)
    }

    /// Whether the Mixer's lower bound is certainly above attention's upper bound.
    pub fn refuted(&self) -> bool {
        above(&self.other_lower, &self.attention_upper)
    }

    /// What the bounds say.
    pub fn regime(&self) -> Regime {
        match (self.certified(), self.refuted()) {
            (true, _) => Regime::Certified,
            (false, true) => Regime::Refuted,
            (false, false) => Regime::Open,
        }
    }

    /// Whether both sides are exact integers.
    pub fn exact(&self) -> bool {
        [&self.lower, &self.upper].iter().all(|e| e.as_ref().is_some_and(|e| e.value.is_some()))
    }

    /// `[lo, hi]` around the ratio of the two logarithms; `None` where the upper bound may be 1.
    pub fn ratio(&self) -> Option<[f64; 2]> {
        self.logs().and_then(|(lower, upper)| lower.log_ratio(upper))
    }

    /// As [`Gap::ratio`], at any size.
    pub fn ratio_ends(&self) -> Option<Ends> {
        self.logs().and_then(|(lower, upper)| lower.log_ratio_ends(upper))
    }

    /// Why the gap is not certified; `None` where it is.
    pub fn reason(&self) -> Option<String> {
        if self.certified() {
            return None;
        }
        if let (true, Some(lower), Some(upper)) =
            (self.refuted(), &self.other_lower, &self.attention_upper)
        {
            return Some(format!(
                "refuted: the other network's {} is above attention's upper bound, {}",
                named(lower),
                upper.id()
            ));
        }
        let (Some(lower), Some(upper)) = (&self.lower, &self.upper) else {
            return Some("a side has no bound that applies".into());
        };
        let compared = format!(
            "attention's {} is not above the other network's upper bound, {}",
            named(lower),
            upper.id()
        );
        Some(format!("{compared}; {}", self.decides))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{Aspect, applicable, evaluate};
    use rug::Integer;
    use rug::ops::Pow;

    /// A gap of two numbers, whose bounds do not matter.
    fn of(lower: Option<Integer>, upper: Option<Integer>) -> Gap {
        let problem = Problem::attention(1, 1, 1, 2).unwrap();
        let side = |value: Option<Integer>| {
            let any = evaluate(applicable(&problem)[0], &problem, 1.0);
            value.map(|v| Half { log: LogInterval::of(&v), value: Some(v), ..any.into() })
        };
        Gap {
            lower: side(lower),
            upper: side(upper),
            other_lower: None,
            attention_upper: None,
            across: Vec::new(),
            decides: "why".into(),
        }
    }

    /// Each regime by its numbers; equal numbers decide nothing.
    #[test]
    fn regimes_follow_the_four_numbers() {
        let number = |n: u32| Some(Integer::from(n));
        for (l, u, below, upper) in itertools::iproduct!(1..5u32, 1..5u32, 1..5u32, 1..5u32) {
            // Of numbers that can be: no lower bound above an upper one of the same network.
            if l > upper || below > u {
                continue;
            }
            let other = of(number(below), number(upper));
            let gap = Gap {
                other_lower: other.lower,
                attention_upper: other.upper,
                ..of(number(l), number(u))
            };
            let (regime, code) = match (l > u, below > upper) {
                (true, _) => (Regime::Certified, 0),
                (_, true) => (Regime::Refuted, 1),
                _ => (Regime::Open, 2),
            };
            assert_eq!((gap.regime(), gap.regime().exit_code()), (regime, code));
            assert_eq!(gap.reason().is_some_and(|why| why.starts_with("refuted")), code == 1);
        }
    }

    /// At one layer attention has at most d+1, the Mixer of 4.9 more.
    #[test]
    fn published_shapes_at_one_layer_are_refuted() {
        for (width, heads, hidden) in [(768, 12, 384), (1024, 16, 512)] {
            let attention = Problem::attention(1, width, heads, 196).unwrap();
            let mixer = Problem::mixer(1, width, hidden, 196).unwrap();
            let gap = gap(&attention, &mixer).unwrap();
            assert_eq!(gap.regime(), Regime::Refuted);
            let value = |e: &Option<Half>| e.as_ref().unwrap().value.clone().unwrap();
            assert_eq!(value(&gap.attention_upper), width + 1);
            assert_eq!(value(&gap.other_lower), 98 * width + 2);
        }
    }

    #[test]
    fn integers_are_compared_to_the_last_digit() {
        let large = Integer::from(10).pow(200);
        let next = Integer::from(&large + 1u32);
        let gap = |l: &Integer, u: &Integer| of(Some(l.clone()), Some(u.clone()));
        assert!(gap(&next, &large).certified() && gap(&next, &large).reason().is_none());
        assert!(!gap(&large, &large).certified() && !gap(&large, &next).certified());
        assert!(!of(None, Some(large.clone())).certified());
        assert!(gap(&next, &large).exact() && !of(Some(large), None).exact());
    }

    #[test]
    fn a_gap_that_is_not_there_has_its_reason() {
        let (nine, four): (Integer, Integer) = (9.into(), 4.into());
        assert!(of(Some(four.clone()), Some(nine.clone())).reason().unwrap().ends_with("; why"));
        assert!(of(Some(four.clone()), None).reason().unwrap().contains("no bound"));
        // log 9 / log 4 = log 3 / log 2.
        let [lo, hi] = of(Some(nine), Some(four.clone())).ratio().unwrap();
        let expected = 3f64.ln() / 2f64.ln();
        assert!(lo <= expected + 1e-12 && expected - 1e-12 <= hi && hi - lo < 1e-12);
        assert_eq!(of(Some(four), Some(1.into())).ratio(), None);
    }

    /// The words follow the limit of large width, C_L/M with M = k_t^{L-1} k_c^L (docs/theory.md, section 5).
    #[test]
    fn what_decides_is_true_of_the_degrees() {
        let exponent = |l: u32| (3u128.pow(l) - 1) / 2;
        for (k_t, k_c) in itertools::iproduct!(1..=7u64, 1..=7u64) {
            let shape = MixerShape {
                token_degree: k_t,
                channel_degree: k_c,
                ..MixerShape::quadratic(1, 2, 2)
            };
            let words = decides(&Architecture::Mixer(shape));
            assert_eq!(words.contains(&format!("K = k_t k_c = {} per", k_t * k_c)), k_t * k_c >= 3);
            let (k_t, k_c) = (u128::from(k_t), u128::from(k_c));
            for l in 1..=12 {
                let all = (k_t * k_c).pow(l);
                let generic = k_t.pow(l - 1) * k_c.pow(l);
                if words.contains("depth is too small") {
                    assert!(l < 3 || exponent(l) > all / 2);
                } else if words.contains("the bounds give no gap") {
                    assert!(k_t == 1 && exponent(l) <= all / 2);
                } else if words.contains("below 3/2") {
                    assert!(2 * exponent(l) < 3 * generic);
                    // (3 - 3^(1-L))/2 = C_L / M, above 1 from L = 2 on.
                    assert!(words.contains("(3 - 3^(1-L))/2") && (k_t, k_c) == (3, 1));
                    assert_eq!(2 * exponent(l), 3 * generic - 1);
                    assert_eq!(exponent(l) > generic, l >= 2);
                } else {
                    assert!(words.contains("at most 1 in") && exponent(l) <= generic);
                }
            }
        }
    }

    #[test]
    fn problems_of_other_sizes_are_compared_when_asked() {
        let attention = Problem::attention(6, 16, 1, 8).unwrap();
        let mixer = |depth, width, tokens| Problem::mixer(depth, width, 1, tokens).unwrap();
        assert!(gap(&attention, &mixer(6, 16, 8)).unwrap().across.is_empty());
        for (other, aspect) in [(mixer(2, 16, 8), Aspect::Depth), (mixer(6, 8, 8), Aspect::Width)] {
            assert_eq!(gap(&attention, &other).err().unwrap().aspect, aspect);
            let across = gap_across(&attention, &other).unwrap().across;
            assert_eq!(across.iter().map(|d| d.aspect).collect::<Vec<_>>(), [aspect]);
        }
        for other in [mixer(6, 16, 9), mixer(6, 16, 8).with_partition(&[0]).unwrap()] {
            assert!(gap(&attention, &other).is_err() && gap_across(&attention, &other).is_err());
        }
    }
}
