//! A dimension, and what it rests on.

use super::UpperBound;
use crate::arith::Prime;
use crate::network::{Output, Problem, describe};
use crate::prove::Status;
use crate::stop::Limit;
use std::fmt;

/// Which entries of the last state make the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// All: the network as a map from states to states.
    State,
    /// The row of the problem's output entry: the map from states to one token.
    Token,
    /// The problem's output entry alone: one polynomial.
    Entry,
}

impl Outputs {
    /// `"state"`, `"token"` or `"entry"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Token => "token",
            Self::Entry => "entry",
        }
    }

    /// Their rows and columns in the last state.
    pub(super) fn entries(self, problem: &Problem) -> Vec<(usize, usize)> {
        let (tokens, width) = problem.output_size();
        let Output { token, channel } = problem.output();
        let row = |i: usize| (0..width).map(move |j| (i, j));
        match self {
            Self::State => (0..tokens).flat_map(row).collect(),
            Self::Token => row(token).collect(),
            Self::Entry => vec![(token, channel)],
        }
    }

    /// In words.
    fn words(self, problem: &Problem) -> String {
        let Output { token, channel } = problem.output();
        match self {
            Self::State => "all entries of the last state".into(),
            Self::Token => format!("the entries of token {token} of the last state"),
            Self::Entry => format!("the entry Y[{token},{channel}] of the last state"),
        }
    }
}

/// One free weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightEntry {
    /// Index of the layer.
    pub layer: usize,
    /// Name of the parameter.
    pub name: String,
    /// Row and column.
    pub at: (usize, usize),
}

/// A minor of the Jacobian that is not zero: as many weights as columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionMinor {
    /// The rows: weights in which the functions differ to first order, whatever the others are.
    pub weights: Vec<WeightEntry>,
    /// The columns: number of the random point, from 0, and entry of the last state.
    pub columns: Vec<(usize, (usize, usize))>,
}

/// The dimension of the set of functions, with its evidence.
#[derive(Clone, Debug)]
pub struct DimensionAnswer {
    /// The network.
    pub problem: Problem,
    /// The outputs that make the function.
    pub outputs: Outputs,
    /// The order of the minor.
    pub dimension: u64,
    /// Exact where an upper bound is met; else at least this.
    pub status: Status,
    /// Of a lower bound: the chance that the generic rank modulo the prime is larger is at most this, if that is
    /// known to be below 1.
    pub chance: Option<f64>,
    /// Free weights.
    pub weights: u64,
    /// The upper bounds, in the order in which they are stated.
    pub upper: Vec<UpperBound>,
    /// Random points that were taken.
    pub points: usize,
    /// The prime of the minor.
    pub prime: Prime,
    /// The minor.
    pub minor: DimensionMinor,
    /// Seed of weights and points: first the weights are drawn, then the points, entry by entry.
    pub seed: u64,
    /// What ended it before a point added nothing.
    pub limit: Option<Limit>,
}

impl DimensionAnswer {
    /// What the verdict rests on, in words.
    pub fn reason(&self) -> String {
        let met = self.upper.iter().find(|b| b.value == self.dimension);
        match (self.status, met, self.limit) {
            (Status::Exact, Some(bound), _) => {
                format!(
                    "a minor of the Jacobian modulo {} and the number of {}",
                    self.prime, bound.name
                )
            }
            (_, _, Some(limit)) => {
                format!("a minor of the Jacobian modulo {}; ended by {limit}", self.prime)
            }
            _ => {
                let chance = self.chance.map_or("not known".into(), |p| format!("at most {p:.0e}"));
                format!(
                    "a minor of the Jacobian modulo {}; the chance that its generic rank there is larger is {chance}",
                    self.prime
                )
            }
        }
    }
}

impl fmt::Display for DimensionAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dimension, status, problem, .. } = self;
        let word = if *status == Status::Exact { "exact" } else { "lower bound" };
        writeln!(f, "dimension {} {dimension}  ({word})", status.relation())?;
        writeln!(f, "  {}", describe(problem))?;
        writeln!(f, "  function: {}, for all weights", self.outputs.words(problem))?;
        write!(f, "  by: {}", self.reason())?;
        for bound in &self.upper {
            write!(f, "\n  <= {}  {}", bound.value, bound.name)?;
        }
        Ok(())
    }
}
