//! Corollaries 5.2 and 5.5: the gap at every depth from some depth on, for a Mixer of an even degree K = k_t k_c per
//! layer and a balanced partition: finitely many depths evaluated, and an induction step for all larger ones.
//!
//! **Induction.** With D = K^L, k = D/2 and n = n_A = n_B the Mixer's bound is
//! `U(L) = mc(n+1,k) + mc(n+1,k-1)`. Each factor of `mc(n+1,Kk)/mc(n+1,k) = prod_{1<=i<=n} (Kk+i)/(k+i)` and of
//! `mc(n+1,Kk-1)/mc(n+1,k-1) = prod_{1<=i<=n} (Kk-1+i)/(k-1+i)` is at most K, so `U(L+1) <= K^n U(L)`.
//! One admissible choice in Theorem 3.9 stays admissible at every larger depth, where it gives
//! `LB(L) = mc(v+1,E)` with E = 3^{L-2-c}; so does one in Theorem 5.4, with E = k (3k)^{L-rho-1}. With g = 3, or 3k,
//! `LB(L+1)/LB(L) = prod_{1<=i<=v} (gE+i)/(E+i)` grows with E. So
//! `LB(L0) > U(L0)` and `LB(L0+1)/LB(L0) >= K^n` give `LB(L) > U(L)` for all L >= L0.

use super::block_form::BlockForm;
use super::mixer_homogeneous::covered_log;
use super::{BlockPlan, Gap, LogInterval, attention_blocks, gap_across, mixer, mixer_degree};
use crate::network::{Architecture, InvalidProblem, MAX_LAYERS, Problem};
use rug::Integer;
use std::ops::RangeInclusive;

/// The gap at each depth of a range, and for all depths after it.
pub struct EveryDepth {
    /// The gap at each depth of the range.
    pub rows: Vec<(usize, Gap)>,
    /// The least depth of the range at which the induction step holds.
    pub induction: Option<InductionStep>,
}

/// The hypotheses of the induction at one depth, both certain.
#[derive(Clone, Debug)]
pub struct InductionStep {
    /// L0.
    pub depth: usize,
    /// v, of the choice in Theorem 3.9 or 5.4.
    pub variables: Integer,
    /// LB(L0).
    pub lower: LogInterval,
    /// U(L0).
    pub upper: LogInterval,
    /// LB(L0+1)/LB(L0), which grows with the depth.
    pub lower_growth: LogInterval,
    /// K^n, at least U(L+1)/U(L) for every L.
    pub upper_growth: LogInterval,
}

impl EveryDepth {
    /// The least depth from which on the gap is proved for every depth without end; `None` if the induction
    /// does not start in the range.
    pub fn from_depth(&self) -> Option<usize> {
        let start = self.induction.as_ref()?.depth;
        let before = self.rows.iter().rev().filter(|(depth, _)| *depth < start);
        let certified = before.map_while(|(depth, gap)| gap.certified().then_some(*depth));
        Some(certified.last().unwrap_or(start))
    }
}

/// Evaluates the gap between the two shapes at each depth of `depths` and looks for the induction step.
///
/// # Errors
/// If the other network is no Mixer of an even degree K per layer, or its sides see different numbers of variables,
/// or the two differ in tokens, partition or side of the output token, or a depth is not allowed. Widths may
/// differ.
pub fn every_depth(
    attention: &Problem,
    mixing: &Problem,
    depths: RangeInclusive<usize>,
) -> Result<EveryDepth, InvalidProblem> {
    let n = balanced_variables(mixing)?;
    let (mut rows, mut induction) = (Vec::new(), None);
    for depth in depths {
        let (attention, mixing) = (attention.with_depth(depth)?, mixing.with_depth(depth)?);
        rows.push((depth, gap_across(&attention, &mixing)?));
        induction = induction.or_else(|| induction_step(depth, &attention, &mixing, n));
    }
    Ok(EveryDepth { rows, induction })
}

/// n of either side.
fn balanced_variables(mixing: &Problem) -> Result<usize, InvalidProblem> {
    mixer(mixing).map_err(|why| InvalidProblem::new("mixer", "(this network)", why))?;
    if mixing.architecture().layer_degree().is_none_or(|k| k % 2 > 0) {
        return Err(InvalidProblem::new(
            "mixer",
            "(this shape)",
            "the induction over the depth needs an even degree k_t k_c per layer",
        ));
    }
    match mixer_degree::variables(mixing) {
        Some((n_a, n_b)) if n_a == n_b => Ok(n_a),
        other => {
            let (n_a, n_b) = other.unwrap_or_default();
            Err(InvalidProblem::new(
                "left",
                format_args!("({n_a} and {n_b} variables)"),
                "the induction over the depth needs as many variables on either side",
            ))
        }
    }
}

/// v, E and g: the bound `mc(v+1,E)` is admissible at every larger depth, E being multiplied by g for each layer.
fn growing(attention: &Problem) -> Option<(Integer, Integer, u64)> {
    if let Some(form) = BlockForm::of(attention) {
        let plan = BlockPlan::best_one_stage(attention)?;
        let [(variables, exponent)] = plan.stages() else { return None };
        return Some(((*variables).into(), exponent.clone(), form.degree.checked_mul(3)?));
    }
    let plan = attention_blocks::best(attention)?;
    Some((plan.variables(), plan.exponent, 3))
}

fn induction_step(
    depth: usize,
    attention: &Problem,
    mixing: &Problem,
    n: usize,
) -> Option<InductionStep> {
    let (variables, exponent, factor) = growing(attention)?;
    let at = |k: &Integer| LogInterval::multiset(&Integer::from(&variables + 1u32), k);
    let lower = at(&exponent)?;
    let lower_growth = at(&Integer::from(&exponent * factor))?.over(&lower);
    let upper = covered_log((n, n), &mixing.big_degree())?;
    let degree = mixing.architecture().layer_degree()?;
    let upper_growth = LogInterval::of(&degree.into())?.power(&n.into());
    let holds = upper.less_than(&lower) && upper_growth.at_most(&lower_growth);
    holds.then_some(InductionStep { depth, variables, lower, upper, lower_growth, upper_growth })
}

impl Problem {
    /// The same problem with another number of layers; of a network of equal blocks
    /// of attention and a channel mixing, with another number of blocks.
    ///
    /// # Errors
    /// If the depth is not allowed, or another network is given by its layers.
    pub fn with_depth(&self, depth: usize) -> Result<Self, InvalidProblem> {
        let mut architecture = self.architecture().clone();
        match &mut architecture {
            Architecture::Attention(shape) => shape.depth = depth,
            Architecture::Mixer(shape) => shape.depth = depth,
            Architecture::Layers(shape) if BlockForm::of(self).is_some_and(|f| f.uniform) => {
                if !(1..=MAX_LAYERS / 2).contains(&depth) {
                    let allowed = format_args!("allowed are 1..={}", MAX_LAYERS / 2);
                    return Err(InvalidProblem::new("depth", depth, allowed));
                }
                let block = shape.layers[..2].iter().cloned();
                shape.layers = block.cycle().take(2 * depth).collect();
            }
            Architecture::Layers(_) => {
                return Err(InvalidProblem::new(
                    "depth",
                    depth,
                    "a network by its layers has no other depth",
                ));
            }
        }
        Self::new(architecture, self.partition().clone(), self.output())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{MixerShape, presets};

    fn shapes(attention: &str, mixer: &str) -> (Problem, Problem) {
        let problem = |name| presets::find(name).unwrap().problem().unwrap();
        (problem(attention), problem(mixer))
    }

    /// Corollary 5.2: every depth from 2 on, and not 1.
    #[test]
    fn published_shapes() {
        for (attention, mixer) in [("vit-b-16", "mixer-b-16"), ("vit-l-16", "mixer-l-16")] {
            let (attention, mixer) = shapes(attention, mixer);
            let found = every_depth(&attention, &mixer, 1..=40).unwrap();
            for (depth, gap) in &found.rows {
                assert_eq!(gap.certified(), *depth >= 2, "{depth}");
            }
            assert_eq!(found.from_depth(), Some(2));
            assert!(found.rows[2].1.exact(), "depth 3 is decided in exact integers");
            assert!(!found.rows[39].1.exact());
            let step = found.induction.as_ref().unwrap();
            assert!(step.depth <= 15 && step.upper.less_than(&step.lower));
            assert!(step.upper_growth.at_most(&step.lower_growth));
            // mc(v+1, K) with v = tau m - tau (tau-1)/2.
            let plan = attention_blocks::best(&attention.with_depth(step.depth).unwrap()).unwrap();
            let (m, tau) = (plan.payload as u64, plan.tau() as u64);
            let v = tau * m - tau * (tau - 1) / 2;
            let at = |k| LogInterval::multiset(&(v + 1).into(), &k).unwrap();
            assert_eq!(step.lower, at(plan.exponent.clone()));
            assert_eq!(step.lower_growth, at(plan.exponent * 3u32).over(&step.lower));
            // From a later depth on, no row but those before is asked: here they are missing.
            let late = InductionStep { depth: 5, ..step.clone() };
            let pick = |depths: &[usize]| {
                let rows = depths.iter().map(|d| (*d, found.rows[d - 1].1.clone())).collect();
                EveryDepth { rows, induction: Some(late.clone()) }.from_depth()
            };
            assert_eq!(pick(&[1, 2, 3, 4, 5]), Some(2));
            assert_eq!(pick(&[1, 4, 5]), Some(4));
            let without =
                |d: usize| if d < 5 { found.rows[2].1.clone() } else { found.rows[0].1.clone() };
            let rows = (3..8).map(|d| (d, without(d))).collect();
            assert_eq!(EveryDepth { rows, induction: Some(late) }.from_depth(), Some(3));
        }
    }

    /// Corollary 5.5: blocks with a quadratic position-wise part and residual connections, every depth from 6 on, and
    /// not 5.
    #[test]
    fn published_shapes_with_their_position_wise_part() {
        use crate::network::TransformerShape;
        for (attention, mixer) in [("vit-b-16", "mixer-b-16"), ("vit-l-16", "mixer-l-16")] {
            let (attention, mixer) = shapes(attention, mixer);
            let Architecture::Attention(shape) = attention.architecture() else { unreachable!() };
            let blocks = TransformerShape {
                mlp_degree: Some(2),
                residual: true,
                ..TransformerShape::plain(shape.depth, shape.width, shape.heads)
            };
            let with = |architecture| {
                Problem::new(architecture, mixer.partition().clone(), mixer.output())
            };
            let blocks = with(blocks.architecture().unwrap()).unwrap();
            let Architecture::Mixer(shape) = mixer.architecture() else { unreachable!() };
            let shape = MixerShape { channel_degree: 2, residual: true, ..shape.clone() };
            let mixer = with(Architecture::Mixer(shape)).unwrap();
            let found = every_depth(&blocks, &mixer, 4..=40).unwrap();
            for (depth, gap) in &found.rows {
                assert_eq!(gap.certified(), *depth >= 6, "{depth}");
            }
            assert_eq!(found.from_depth(), Some(6));
            assert!(found.induction.is_some_and(|step| step.depth <= 12));
        }
    }

    /// At a fixed width the number of variables decides: the induction must not start where the Mixer has more.
    #[test]
    fn small_width_has_no_induction() {
        let (attention, mixer) = (Problem::attention(2, 4, 2, 8), Problem::mixer(2, 64, 8, 8));
        let found = every_depth(&attention.unwrap(), &mixer.unwrap(), 1..=40).unwrap();
        assert!(found.induction.is_none() && found.from_depth().is_none());
    }

    #[test]
    fn other_mixers_are_refused() {
        let (attention, mixer) = shapes("vit-b-16", "mixer-b-16");
        let Architecture::Mixer(shape) = mixer.architecture() else { unreachable!() };
        for other in [
            MixerShape { token_degree: 3, ..shape.clone() },
            MixerShape { channel_degree: 3, token_degree: 1, ..shape.clone() },
        ] {
            let other = Architecture::Mixer(other);
            let other = Problem::new(other, mixer.partition().clone(), mixer.output()).unwrap();
            assert!(every_depth(&attention, &other, 1..=2).is_err());
        }
        let unbalanced = |p: &Problem| p.with_partition(&[0]).unwrap();
        let unbalanced = every_depth(&unbalanced(&attention), &unbalanced(&mixer), 1..=2);
        assert_eq!(unbalanced.err().unwrap().field, "left");
        let other = Problem::mixer(1, 768, 384, 8).unwrap();
        assert_eq!(every_depth(&attention, &other, 1..=2).err().unwrap().field, "tokens");
    }
}
