//! The gap between attention and another network, by bounds and where those leave it open by a rank that is small
//! enough to be computed at once.
//!
//! A computed rank is a lower bound: for almost all weights, by a minor that is not zero. The upper half of a
//! verdict is a theorem in any case. So of two networks only that one can be proved to be above whose best upper
//! bound is the larger of the two: no rank passes the smaller of them otherwise. It is the one that is computed.

use super::answer::RankAnswer;
use super::plan::Plan;
use super::rank::rank;
use super::request::{Method, RankRequest};
use crate::bounds::{self, Gap, Half, Incomparable, Regime};
use crate::network::Problem;
use crate::tensor::MemoryLimit;
use rug::Integer;
use std::cmp::Ordering;

/// A rank is computed where its plan has at most this many multiply-adds modulo a prime (those of
/// [`Forecast::operations`](super::Forecast)), and where reading all weights for each entry of the minor that is
/// needed takes no more: about a second. A count and not a time, so that a verdict depends on no machine.
pub(super) const MOST_OPERATIONS: f64 = 1e8;

/// And in at most a quarter of a GiB.
const MEMORY: MemoryLimit = MemoryLimit(1 << 28);

/// What is known of a gap, with what it rests on.
#[derive(Clone)]
pub struct GapAnswer {
    /// The four numbers and their verdict; a lower one may be a computed rank.
    pub gap: Gap,
    /// Attention's problem; its partition is named as that of the other.
    pub attention: Problem,
    /// The other network's problem.
    pub other: Problem,
    /// The computed rank of attention, if there is one, and that of the other.
    pub(super) ranks: [Option<Box<RankAnswer>>; 2],
    /// What a computed rank may do, where the verdict is open.
    note: Option<String>,
}

/// The gap between `attention` and `other` at one size.
/// Cost: that of [`bounds::gap`] and, where it is open, of at most two ranks of a second.
///
/// # Errors
/// If they differ in tokens, partition, side of the output token, width or depth.
///
/// ```
/// use seprank::bounds::Regime;
/// use seprank::network::Problem;
/// let (attention, mixer) = (Problem::attention(2, 2, 2, 4)?, Problem::mixer(2, 2, 1, 4)?);
/// assert_eq!(seprank::bounds::gap(&attention, &mixer)?.regime(), Regime::Open);
/// let answer = seprank::prove::gap(&attention, &mixer)?;
/// assert_eq!(answer.gap.regime(), Regime::Certified);
/// assert_eq!(answer.gap.lower.unwrap().id(), "computed");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gap(attention: &Problem, other: &Problem) -> Result<GapAnswer, Incomparable> {
    GapAnswer::by_bounds(attention, other, bounds::gap).map(GapAnswer::settled)
}

/// As [`gap`], but widths and depths may differ: [`Gap::across`] says where they do.
///
/// # Errors
/// If they differ in tokens, partition or side of the output token.
pub fn gap_across(attention: &Problem, other: &Problem) -> Result<GapAnswer, Incomparable> {
    GapAnswer::by_bounds(attention, other, bounds::gap_across).map(GapAnswer::settled)
}

/// A way to compare two problems by their bounds.
type Comparison = fn(&Problem, &Problem) -> Result<Gap, Incomparable>;

impl GapAnswer {
    fn by_bounds(
        attention: &Problem,
        other: &Problem,
        compare: Comparison,
    ) -> Result<Self, Incomparable> {
        let gap = compare(attention, other)?;
        // The sides may have changed names; a rank does not depend on them.
        let attention = match attention.partition() == other.partition() {
            true => attention.clone(),
            false => attention
                .with_partition(other.partition().left())
                .unwrap_or_else(|_| attention.clone()),
        };
        Ok(Self { gap, attention, other: other.clone(), ranks: [None, None], note: None })
    }

    /// The gap of two networks whose generic ranks were computed, at one size: by bounds, and where they leave it
    /// open by those ranks.
    ///
    /// # Errors
    /// As of [`gap`].
    pub fn of_ranks(attention: &RankAnswer, other: &RankAnswer) -> Result<Self, Incomparable> {
        let mut answer = Self::by_bounds(&attention.problem, &other.problem, bounds::gap)?;
        let same = answer.attention == attention.problem;
        if answer.gap.regime() == Regime::Open {
            answer.gap.ask_attention_upper(&attention.problem);
            let ranks = [attention, other].into_iter().enumerate();
            ranks.filter(|(k, _)| same || *k == 1).for_each(|(k, r)| answer.add(k, r.clone()));
        }
        Ok(answer)
    }

    /// With a computed rank, where one may decide and is small.
    fn settled(mut self) -> Self {
        if self.gap.regime() != Regime::Open {
            return self;
        }
        self.gap.ask_attention_upper(&self.attention);
        let (Some(own), Some(other)) = (&self.gap.attention_upper, &self.gap.upper) else {
            return self;
        };
        // Values that are not there have more digits than those that are.
        let (side, least) = match (&own.value, &other.value) {
            (Some(own), Some(other)) => match own.cmp(other) {
                Ordering::Greater => (0, other.clone()),
                Ordering::Less => (1, own.clone()),
                Ordering::Equal => {
                    let note = "no computed rank decides: the two upper bounds are equal";
                    self.note = Some(note.into());
                    return self;
                }
            },
            (None, Some(other)) => (0, other.clone()),
            (Some(own), None) => (1, own.clone()),
            (None, None) => {
                self.note = Some("the ranks are too large to be computed".into());
                return self;
            }
        };
        let (name, problem) =
            [("attention", &self.attention), ("the other network", &self.other)][side];
        match small_rank(problem, &least) {
            Some(answer) => {
                let rank = answer.rank;
                self.add(side, answer);
                if self.gap.regime() == Regime::Open {
                    let words =
                        format!("nor is the computed rank of {name}, {rank}, above {least}");
                    self.note = Some(words);
                }
            }
            None if least.significant_bits() > 32 => {
                self.note = Some("the ranks are too large to be computed".into());
            }
            None => {
                let words = "is not computed here, as that may take longer than about a second";
                self.note = Some(format!(
                    "the rank of {name} {words}; `rank` decides if it finds one above {least}"
                ));
            }
        }
        self
    }

    /// Takes a computed rank of attention (0) or of the other network (1) as the lower bound, where it is better
    /// than the one that is there.
    fn add(&mut self, side: usize, answer: RankAnswer) {
        let lower = if side == 0 { &mut self.gap.lower } else { &mut self.gap.other_lower };
        let found = Half::computed(answer.rank);
        let better = lower
            .as_ref()
            .is_none_or(|lower| lower.value.as_ref().is_some_and(|value| *value < answer.rank));
        if better {
            *lower = Some(found);
            self.ranks[side] = Some(answer.into());
        }
    }

    /// Why the gap is not certified, and what a computed rank may add; `None` where it is.
    pub fn reason(&self) -> Option<String> {
        let reason = self.gap.reason()?;
        let note = self.note.as_ref().filter(|_| self.gap.regime() == Regime::Open);
        Some(note.map_or_else(|| reason.clone(), |note| format!("{reason}; {note}")))
    }
}

/// The generic rank of `problem`, or as much of it as shows that it is above `least`, if that is small.
fn small_rank(problem: &Problem, least: &Integer) -> Option<RankAnswer> {
    let points = least.to_u64()?.checked_add(1)?;
    let weights = problem.architecture().parameter_count(problem.tokens())?;
    // Before weights are drawn.
    if weights as f64 * (points as f64).powi(2) > MOST_OPERATIONS {
        return None;
    }
    let whole = RankRequest { memory: MEMORY, ..RankRequest::new(problem.clone()) };
    [whole, passing(problem, points)].into_iter().find_map(|request| {
        let affordable = Plan::new(&request)
            .is_ok_and(|plan| plan.operations() <= MOST_OPERATIONS && plan.grids_suffice());
        affordable.then(|| rank(&request, &|_, _| ()).ok()).flatten()
    })
}

/// The request for a minor of at most so many rows, on a grid.
fn passing(problem: &Problem, points: u64) -> RankRequest {
    let request = RankRequest::new(problem.clone());
    RankRequest { points: Some(points), method: Method::Grid, memory: MEMORY, ..request }
}
