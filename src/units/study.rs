//! Rows of the study of real networks.

use super::{Cost, Joined, Kind, Progress, UnitError};
use crate::float::study::{Estimate, Measurement, Model, Plan, Question, Sizes, measure, observe};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Instant;

/// A study: a plan of the program, with other numbers of points and draws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyUnits {
    /// Whether it is that of larger sizes.
    full: bool,
    points: usize,
    draws: u64,
    /// Of everything random.
    pub seed: u64,
}

/// A mean and half the width of its interval, in decimal: what a reader of JSON makes of numbers may differ in the last bit.
type Decimal = (String, Option<String>);

/// What is measured in one row.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Measured {
    /// Effective rank, that of the interaction, epsilon-rank.
    ranks: [Decimal; 3],
    plain_decay: Vec<Decimal>,
    interaction_decay: Vec<Decimal>,
}

impl StudyUnits {
    /// Of the full plan, or the quick one; with so many points and draws instead of its own.
    pub fn new(full: bool, points: Option<usize>, draws: Option<u64>, seed: u64) -> Self {
        let plan = if full { Plan::full() } else { Plan::quick() };
        let (points, draws) = (points.unwrap_or(plan.points), draws.unwrap_or(plan.draws));
        Self { full, points, draws, seed }
    }

    /// What is measured.
    pub fn plan(&self) -> Plan {
        let plan = if self.full { Plan::full() } else { Plan::quick() };
        Plan { points: self.points, draws: self.draws, ..plan }
    }
}

type Case = (Question, &'static Model, Sizes);

impl Kind for StudyUnits {
    type Unit = Case;
    type Part = Measured;

    fn list(&self) -> Result<Vec<(String, Case)>, UnitError> {
        let name = |(question, model, sizes): &Case| {
            let Sizes { depth, width, tokens } = sizes;
            format!("{}: {} L={depth} d={width} N={tokens}", question.name(), model.name())
        };
        Ok(self.plan().cases().into_iter().map(|case| (name(&case), case)).collect())
    }

    /// By a grid of few points: entries are most of the work.
    fn costs(&self, units: &[(String, Case)]) -> Result<Vec<Cost>, UnitError> {
        const FEW: usize = 4;
        let grids = (self.points as f64 / FEW as f64).powi(2) * self.draws as f64;
        let entries = (self.points as u64).saturating_pow(2).saturating_mul(self.draws);
        let cost = |(_, (_, model, sizes)): &(String, Case)| {
            let start = Instant::now();
            observe(model, *sizes, FEW, self.seed, 0)?;
            let seconds = start.elapsed().as_secs_f64() * grids;
            // The values with their exponents, and a few matrices of them.
            Ok(Cost::new(seconds, entries.saturating_mul(80)))
        };
        units.iter().map(cost).collect()
    }

    fn run(&self, (_, model, sizes): &Case, progress: Progress) -> Result<Measured, UnitError> {
        let count = || progress(1, self.draws);
        let m = measure(model, *sizes, self.points, (self.seed, self.draws), &count)?;
        Ok(Measured {
            ranks: [m.effective_rank, m.interaction_rank, m.epsilon_rank].map(decimal),
            plain_decay: m.plain_decay.into_iter().map(decimal).collect(),
            interaction_decay: m.interaction_decay.into_iter().map(decimal).collect(),
        })
    }

    fn join(&self, parts: Vec<(Case, Measured)>, _: &Path) -> Result<Joined, UnitError> {
        let row = |((question, model, sizes), m): (Case, Measured)| {
            let all = |list: &[Decimal]| list.iter().map(estimate).collect::<Option<Vec<_>>>();
            let ranks = all(&m.ranks)?;
            let measurement = Measurement {
                family: model.family,
                variant: model.variant,
                depth: sizes.depth,
                width: sizes.width,
                tokens: sizes.tokens,
                effective_rank: ranks[0],
                interaction_rank: ranks[1],
                epsilon_rank: ranks[2],
                plain_decay: all(&m.plain_decay)?,
                interaction_decay: all(&m.interaction_decay)?,
            };
            Some((question, measurement))
        };
        let damaged = || UnitError::Damaged("of a study".into(), "a number is none".into());
        let rows: Option<Vec<_>> = parts.into_iter().map(row).collect();
        Ok(Joined::Study(self.clone(), rows.ok_or_else(damaged)?))
    }
}

fn decimal(e: Estimate) -> Decimal {
    (e.mean.to_string(), e.half_width.map(|half| half.to_string()))
}

fn estimate((mean, half): &Decimal) -> Option<Estimate> {
    let half_width = half.as_ref().map(|half| half.parse()).transpose().ok()?;
    Some(Estimate { mean: mean.parse().ok()?, half_width })
}
