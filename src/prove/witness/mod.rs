//! Witnesses: the weights and inputs in the proofs of the lower bounds on attention.
//!
//! Each file builds one proof's construction. On its inputs the network is a kernel whose rank is
//! known by a formula; the rank that is computed from the network must agree with it. (Of two layers, 3.18, a part of
//! the coefficient matrix has the rank of the formula.)

mod blocks;
mod heads;
mod isotropic;
mod plan;
mod position_wise;
mod power;
mod summing;
mod transformer;
mod two_layers;

use crate::arith::Rational;
use crate::bounds::pairing::{best_plan, exact_rank};
use crate::bounds::{BlockPlan, PairingPlan};
use crate::network::{InputFamily, InvalidProblem, Network, Problem};
use plan::{Plan, integer, variable};

/// Weights and inputs from a proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The construction.
    pub kind: WitnessKind,
    /// The network with the proof's weights.
    pub network: Network<Rational>,
    /// The inputs of the proof.
    pub family: InputFamily,
    /// The rank on these inputs, by the proof's formula.
    pub rank: rug::Integer,
}

/// The named constructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WitnessKind {
    /// Theorem 3.4: a power of an inner product, from repeated squaring.
    Power,
    /// Theorem 3.5: two isotropic tokens, the full exponent C_L.
    Isotropic,
    /// Theorem 3.8: many variables through many heads.
    Heads,
    /// Theorem 3.9: twice as many vectors, in blocks.
    Blocks,
    /// Theorem 3.18: two layers; on its inputs the rank is at least the formula's.
    TwoLayers,
    /// Theorem 5.3: a power of an inner product, with a position-wise power after each layer.
    PositionWise,
    /// Theorem 5.4: whole blocks with residual connections.
    Transformer,
    /// Theorem 5.4': whole blocks, two stages.
    TwoStages,
}

impl WitnessKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Power,
        Self::Isotropic,
        Self::Heads,
        Self::Blocks,
        Self::TwoLayers,
        Self::PositionWise,
        Self::Transformer,
        Self::TwoStages,
    ];

    /// The name, as of the values of `weights`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Isotropic => "isotropic",
            Self::Heads => "heads",
            Self::Blocks => "blocks",
            Self::TwoLayers => "two-layers",
            Self::PositionWise => "position-wise",
            Self::Transformer => "transformer",
            Self::TwoStages => "two-stages",
        }
    }

    /// Whether the formula is the rank on the inputs of the proof, and not only at most that.
    pub fn is_exact(self) -> bool {
        self != Self::TwoLayers
    }

    /// Builds the construction for `problem`, with the best choice of its free parameters.
    ///
    /// # Errors
    /// If the problem has another form, or the theorem's hypotheses fail.
    pub fn build(self, problem: &Problem) -> Result<Witness, InvalidProblem> {
        let none = || {
            self.refuse("no choice of the theorem's free parameters fits: more depth, width, heads or tokens are needed")
        };
        let plan = match self {
            Self::PositionWise | Self::Transformer | Self::TwoStages => Plan::of_blocks(problem),
            _ => Plan::of_attention(problem),
        };
        let plan = plan.map_err(|why| self.refuse(&why))?;
        let (plan, rank) = match self {
            Self::Power => power::build(plan),
            Self::Isotropic => isotropic::build(plan),
            Self::TwoLayers => two_layers::build(plan),
            Self::PositionWise => position_wise::build(plan, problem),
            Self::Heads | Self::Blocks => {
                let best = match self {
                    Self::Heads => best_plan(PairingPlan::all_heads(problem)),
                    _ => best_plan(PairingPlan::all_blocks(problem)),
                };
                return Witness::of_plan(problem, &best.ok_or_else(none)?);
            }
            Self::Transformer | Self::TwoStages => {
                let best = match self {
                    Self::Transformer => BlockPlan::best_one_stage(problem),
                    _ => BlockPlan::best_two_stages(problem),
                };
                return Witness::of_blocks(problem, &best.ok_or_else(none)?);
            }
        }
        .map_err(|why| self.refuse(&why))?;
        Ok(plan.finish(problem, self, rank))
    }

    /// Bytes of the inputs of the construction, at most: of each side one polynomial for each entry, and in one that is
    /// a parameter two bytes for each parameter before. `None` past 64 bits.
    pub(super) fn input_bytes(self, problem: &Problem) -> Option<u64> {
        let width = problem.width() as u64;
        let side = |positions: usize| {
            let entries = (positions as u64).checked_mul(width)?;
            let parameters = match self {
                Self::Power | Self::Isotropic | Self::PositionWise => width,
                Self::TwoLayers => 3 * width,
                _ => entries,
            };
            entries.checked_mul(64)?.checked_add(parameters.checked_pow(2)?.checked_mul(2)?)
        };
        let (own, other) = problem.side_sizes();
        side(own)?.checked_add(side(other)?)
    }

    fn refuse(self, why: &str) -> InvalidProblem {
        InvalidProblem::new("weights", self.name(), why)
    }
}

impl Witness {
    /// The construction of Theorem 3.8 or 3.9 with chosen free parameters.
    ///
    /// # Errors
    /// If the problem is not attention, or its rank has too many terms to be written out.
    pub fn of_plan(problem: &Problem, pairing: &PairingPlan) -> Result<Self, InvalidProblem> {
        let kind = match pairing.first_batch {
            None => WitnessKind::Heads,
            Some(_) => WitnessKind::Blocks,
        };
        let mut plan = Plan::of_attention(problem).map_err(|why| kind.refuse(&why))?;
        let rank = exact_rank(pairing)
            .ok_or_else(|| kind.refuse("the rank on its inputs is too large to be written out"))?;
        match kind {
            WitnessKind::Heads => heads::build(&mut plan, pairing),
            _ => blocks::build(&mut plan, pairing),
        }
        Ok(plan.finish(problem, kind, rank))
    }

    /// The construction of Theorem 5.4 or 5.4' with chosen free parameters.
    ///
    /// # Errors
    /// If the problem has another form, or its rank has too many terms to be written out.
    pub fn of_blocks(problem: &Problem, choice: &BlockPlan) -> Result<Self, InvalidProblem> {
        let kind = match choice.second {
            None => WitnessKind::Transformer,
            Some(_) => WitnessKind::TwoStages,
        };
        let mut plan = Plan::of_blocks(problem).map_err(|why| kind.refuse(&why))?;
        let rank = choice
            .value()
            .ok_or_else(|| kind.refuse("the rank on its inputs is too large to be written out"))?;
        transformer::build(&mut plan, choice);
        Ok(plan.finish(problem, kind, rank))
    }
}

#[cfg(test)]
mod tests;
