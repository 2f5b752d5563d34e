//! What `seprank gap` prints.

use super::shape::Shape;
use super::{Failure, Format, json, print_json};
use crate::bounds::{Ends, Half, Incomparable, LogInterval, Regime};
use crate::network::Problem;
use crate::prove::GapAnswer;
use rug::Integer;
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
pub(super) struct Report {
    verdict: Regime,
    certified: bool,
    attention: Shape,
    other: Shape,
    /// The sizes in which the two differ.
    across: Vec<String>,
    lower: Option<SideReport>,
    upper: Option<SideReport>,
    /// The other way round: the other network's lower bound, and attention's upper bound where that has one.
    other_lower: Option<SideReport>,
    attention_upper: Option<SideReport>,
    /// Around the ratio of the two logarithms.
    ratio: Option<Ends>,
    reason: Option<String>,
    scope: Vec<String>,
}

#[derive(Serialize)]
struct SideReport {
    /// The id of the bound, or `computed`.
    id: &'static str,
    /// Where it is short enough to be compared so.
    #[serde(serialize_with = "json::optional_count")]
    value: Option<Integer>,
    log10: Option<Ends>,
}

impl From<&Half> for SideReport {
    fn from(half: &Half) -> Self {
        let log10 = half.log.as_ref().map(LogInterval::log10_ends);
        Self { id: half.id(), value: half.value.clone(), log10 }
    }
}

impl Report {
    /// The report on `answer`, of attention and the other network as they were asked for.
    pub(super) fn of(
        answer: &GapAnswer,
        attention: &Problem,
        other: &Problem,
        scope: Vec<String>,
    ) -> Self {
        let gap = &answer.gap;
        let difference = |d: &Incomparable| format!("{}: {}", d.aspect, d.values());
        let side = |half: &Option<Half>| half.as_ref().map(SideReport::from);
        Self {
            verdict: gap.regime(),
            certified: gap.certified(),
            attention: Shape::of(attention),
            other: Shape::of(other),
            across: gap.across.iter().map(difference).collect(),
            lower: side(&gap.lower),
            upper: side(&gap.upper),
            other_lower: side(&gap.other_lower),
            attention_upper: side(&gap.attention_upper),
            ratio: gap.ratio_ends(),
            reason: answer.reason(),
            scope,
        }
    }

    pub(super) fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Json => print_json(self),
            Format::Text => print_text(self),
        }
    }
}

/// Longer numbers are printed as their logarithms.
const LONGEST: usize = 40;

fn print_text(report: &Report) -> Result<(), Failure> {
    let mut out = super::prose::out();
    writeln!(out, "gap {}", report.verdict.name())?;
    let (attention, other) = (&report.attention, &report.other);
    for shape in [attention, other] {
        writeln!(out, "  {:<9} {shape}", shape.architecture)?;
    }
    let mut sides = vec![(attention, ">=", &report.lower), (other, "<=", &report.upper)];
    if report.verdict == Regime::Refuted {
        sides =
            vec![(other, ">=", &report.other_lower), (attention, "<=", &report.attention_upper)];
    }
    report.across.iter().try_for_each(|d| writeln!(out, "  compared across {d}"))?;
    for (shape, relation, side) in sides {
        let name = shape.architecture;
        match side {
            Some(SideReport { id, value: Some(value), .. })
                if value.to_string().len() <= LONGEST =>
            {
                writeln!(out, "  {name:<9} {relation} {value}  {id}")?;
            }
            Some(SideReport { id, log10: Some(ends), .. }) => {
                writeln!(out, "  {name:<9} {relation} 10^{ends}  {id}")?;
            }
            _ => writeln!(out, "  {name:<9} no bound that applies")?,
        }
    }
    if let Some(ends) = &report.ratio {
        writeln!(out, "  ratio of the logarithms in {ends}")?;
    }
    if let Some(reason) = &report.reason {
        writeln!(out, "  why: {reason}")?;
    }
    report.scope.iter().try_for_each(|note| writeln!(out, "  scope: {note}"))?;
    Ok(())
}
