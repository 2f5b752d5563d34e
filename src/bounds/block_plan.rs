//! The free numbers of Theorems 5.4 and 5.4': how many markers and payload coordinates, and in how many blocks they
//! are read.

use super::block_form::BlockForm;
use super::numbers::{log10_multiset_estimate, multiset};
use super::{LogInterval, affordable};
use crate::network::Problem;
use rug::Integer;
use rug::ops::Pow;
use statrs::function::gamma::ln_gamma;

/// One admissible choice: the generic rank is at least the product of `mc(v+1, K)` over its [stages](Self::stages).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockPlan {
    /// Markers b; of 5.4' those of the first kind, b_1.
    pub markers: usize,
    /// Markers b_2 of the second kind, of 5.4' only.
    pub second: Option<usize>,
    /// Payload coordinates pi.
    pub payload: usize,
    /// Blocks rho that read; of 5.4' two.
    pub reading: usize,
    /// The pairs (v, K).
    stages: Vec<(usize, Integer)>,
}

/// Theorem 5.4 is tried with at most so many blocks that read.
const MAX_READING: usize = 64;
/// Theorem 5.4' is tried with at most so many numbers of markers of either kind, evenly spaced.
const MAX_MARKERS: usize = 256;

impl BlockPlan {
    /// Theorem 5.4 with b markers, read in rho blocks, and the largest payload; `None` if its hypotheses fail.
    pub fn one_stage(problem: &Problem, markers: usize, reading: usize) -> Option<Self> {
        Room::new(problem)?.one_stage(markers, reading)
    }

    /// Theorem 5.4' with b_1 and b_2 markers and the largest payload; `None` if its hypotheses fail.
    pub fn two_stages(problem: &Problem, first: usize, second: usize) -> Option<Self> {
        Room::new(problem)?.two_stages(first, second)
    }

    /// The choice of 5.4 with the largest value.
    pub fn best_one_stage(problem: &Problem) -> Option<Self> {
        best(Room::new(problem)?.all_one_stage())
    }

    /// The choice of 5.4' with the largest value.
    pub fn best_two_stages(problem: &Problem) -> Option<Self> {
        best(Room::new(problem)?.all_two_stages())
    }

    /// Whether there is a choice.
    pub fn exists(problem: &Problem) -> bool {
        let any =
            |room: Room| !(room.all_one_stage().is_empty() && room.all_two_stages().is_empty());
        Room::new(problem).is_some_and(any)
    }

    /// The choice of 5.4 or 5.4' with the largest value. Cost: some thousand logarithms at most.
    pub fn best(problem: &Problem) -> Option<Self> {
        let room = Room::new(problem)?;
        best(room.all_one_stage().into_iter().chain(room.all_two_stages()).collect())
    }

    /// The pairs (v, K), of 5.4 one.
    pub fn stages(&self) -> &[(usize, Integer)] {
        &self.stages
    }

    /// The product, if it can be written.
    pub fn value(&self) -> Option<Integer> {
        let digits =
            |(v, k): &(usize, Integer)| log10_multiset_estimate(*v as f64 + 1.0, k.to_f64());
        if !affordable(&Integer::from(self.stages.len()), self.stages.iter().map(digits).sum()) {
            return None;
        }
        let factor = |(v, k): &(usize, Integer)| Some(multiset(&Integer::from(v + 1), k.to_u64()?));
        self.stages.iter().map(factor).product::<Option<Integer>>()
    }

    /// Around its logarithm.
    pub fn log(&self) -> Option<LogInterval> {
        let factor = |(v, k): &(usize, Integer)| LogInterval::multiset(&Integer::from(v + 1), k);
        let mut factors = self.stages.iter().map(factor);
        let first = factors.next()??;
        factors.try_fold(first, |product, factor| Some(product.times(&factor?)))
    }

    /// Its logarithm in double precision, less the remainders of Stirling's formula, which are below one together. Not
    /// finite where an exponent is too large for that.
    fn estimate(&self) -> f64 {
        let factor = |(v, k): &(usize, Integer)| {
            let (v, k) = (*v as f64, k.to_f64());
            let (s, rest) = (v.min(k), v.max(k));
            let growth = (s / rest).ln_1p();
            s * (v + k).ln() - s + (rest + 0.5) * growth - ln_gamma(s + 1.0)
        };
        self.stages.iter().map(factor).sum()
    }
}

/// Plans whose estimates are lower by this part of the largest one, and by one more, have lower logarithms.
const NEAR: f64 = 1e-3;

fn best(mut plans: Vec<BlockPlan>) -> Option<BlockPlan> {
    let estimates: Vec<f64> = plans.iter().map(BlockPlan::estimate).collect();
    if estimates.iter().all(|x| x.is_finite()) {
        let least = estimates.iter().copied().fold(0.0, f64::max) * (1.0 - NEAR) - 1.0;
        let mut estimates = estimates.into_iter();
        plans.retain(|_| estimates.next().is_some_and(|x| x >= least));
    }
    let logs = plans.into_iter().filter_map(|plan| Some((plan.log()?, plan)));
    let best = logs.reduce(|a, b| if b.0.compare_low(&a.0).is_gt() { b } else { a });
    best.map(|(_, plan)| plan)
}

/// What the hypotheses ask for.
struct Room {
    form: BlockForm,
    /// The tokens of the smaller side.
    tokens: usize,
}

impl Room {
    fn new(problem: &Problem) -> Option<Self> {
        let form = BlockForm::of(problem).filter(|f| f.residual && f.degree >= 2)?;
        let (own, other) = problem.side_sizes();
        Some(Self { form, tokens: own.min(other) })
    }

    /// Whether the hidden width suffices for the products of b markers.
    fn contracts(&self, markers: usize) -> bool {
        let needed = match self.form.degree {
            2 => markers.checked_mul(2).and_then(|n| n.checked_add(4)),
            k => usize::try_from((k + 1).pow(2)).ok().and_then(|n| n.checked_mul(markers)),
        };
        needed.is_some_and(|needed| needed <= self.form.hidden)
    }

    /// `K = k (3k)^blocks`.
    fn exponent(&self, blocks: usize) -> Option<Integer> {
        let blocks = u32::try_from(blocks).ok()?;
        Some(Integer::from(3 * self.form.degree).pow(blocks) * self.form.degree)
    }

    /// Coordinates left for the payload beside the flag and b markers.
    fn rest(&self, markers: usize) -> Option<usize> {
        self.form.width.checked_sub(markers)?.checked_sub(1)
    }

    fn one_stage(&self, markers: usize, reading: usize) -> Option<BlockPlan> {
        let BlockForm { depth, heads, head_width, .. } = self.form;
        if markers == 0 || reading == 0 || markers > self.tokens || reading >= depth {
            return None;
        }
        let marker_groups = markers.div_ceil(head_width);
        let groups = reading.saturating_mul(heads) / marker_groups;
        let payload = self.rest(markers)?.min(groups.saturating_mul(head_width));
        // Of several blocks the first reads the coordinates that the sums go to.
        let first = (heads / marker_groups).saturating_mul(head_width);
        if payload < markers || reading > 1 && first < markers || !self.contracts(markers) {
            return None;
        }
        let stages = vec![(markers.checked_mul(payload)?, self.exponent(depth - reading - 1)?)];
        Some(BlockPlan { markers, second: None, payload, reading, stages })
    }

    fn two_stages(&self, first: usize, second: usize) -> Option<BlockPlan> {
        let (payload, [v, w]) = self.two_stage_variables(first, second)?;
        let exponent = self.exponent(self.form.depth - 3)?;
        let stages = vec![(v, Integer::from(&exponent * 4u32)), (w, exponent)];
        Some(BlockPlan { markers: first, second: Some(second), payload, reading: 2, stages })
    }

    /// The payload and the variables of either stage.
    fn two_stage_variables(&self, first: usize, second: usize) -> Option<(usize, [usize; 2])> {
        let BlockForm { depth, heads, head_width, degree, .. } = self.form;
        let markers = first.checked_add(second)?;
        if degree != 2 || depth < 3 || first == 0 || second == 0 || markers > self.tokens {
            return None;
        }
        let coordinates = |heads: usize, markers: usize| {
            (heads / markers.div_ceil(head_width)).saturating_mul(head_width)
        };
        // One head of the second block adds the first sum to the flag.
        let payload = self
            .rest(markers)?
            .min(coordinates(heads, first))
            .min(coordinates(heads - 1, second).saturating_add(first));
        let clean = payload.checked_sub(first).filter(|clean| *clean >= second)?;
        if !self.contracts(first) || !self.contracts(second) {
            return None;
        }
        Some((payload, [first.checked_mul(payload)?, second.checked_mul(clean)?]))
    }

    /// For each number of blocks that read, the choice with the most variables, as far as more blocks give more.
    fn all_one_stage(&self) -> Vec<BlockPlan> {
        let head_width = self.form.head_width;
        let most = self.tokens.min(self.form.width.saturating_sub(1) / 2);
        let mut list: Vec<BlockPlan> = Vec::new();
        for reading in 1..=MAX_READING.min(self.form.depth.saturating_sub(1)) {
            // Up to half the width more markers of one number of groups give more.
            let groups = (1..).take_while(|c| (c - 1) * head_width < most);
            let plans = groups.map_while(|c: usize| {
                let ends = reading.saturating_mul(self.form.heads) / c;
                let all = (c * head_width).min(most).min(ends.saturating_mul(head_width));
                let fits = |b: &usize| *b > (c - 1) * head_width;
                Some(all).filter(fits)
            });
            let first = |b: usize| self.largest(b, reading);
            let plan = plans.filter_map(first).max_by_key(|plan| plan.stages[0].0);
            let before = list.last().map_or(0, |plan| plan.stages[0].0);
            list.extend(plan.filter(|plan| plan.stages[0].0 > before));
        }
        list
    }

    /// The choice with at most b markers in as many groups.
    fn largest(&self, markers: usize, reading: usize) -> Option<BlockPlan> {
        let BlockForm { heads, head_width, hidden, degree, .. } = self.form;
        let groups = markers.div_ceil(head_width);
        let mut markers = markers;
        if reading > 1 {
            markers = markers.min((heads / groups).saturating_mul(head_width));
        }
        markers = markers.min(match degree {
            2 => hidden.saturating_sub(4) / 2,
            k => hidden / usize::try_from((k + 1).pow(2)).unwrap_or(usize::MAX),
        });
        self.one_stage(markers, reading)
    }

    /// Those of which none has as many variables in either stage.
    fn all_two_stages(&self) -> Vec<BlockPlan> {
        let step = self.tokens.div_ceil(MAX_MARKERS);
        let markers = || (step..=self.tokens).step_by(step);
        let mut list = Vec::new();
        for first in markers() {
            // More markers of the second kind never make room.
            let plans = markers().map_while(|b| Some((self.two_stage_variables(first, b)?.1, b)));
            list.extend(plans.map(|(variables, second)| (variables, first, second)));
        }
        list.sort_unstable_by(|a, b| b.cmp(a));
        let mut most = 0;
        list.retain(|([_, second], ..)| {
            let more = *second > most;
            most = most.max(*second);
            more
        });
        list.into_iter().filter_map(|(_, a, b)| self.two_stages(a, b)).collect()
    }
}
