//! The pictures of a report: numbers of its certificates. Each has a table with the same numbers beside it.

use super::Report;
use super::certificates::Judged;
use crate::certificate::{Architecture, Claim, GapClaim, RankClaim, Relation, Value};
use crate::claims::Verdict;
use crate::plot::{Chart, PlotError, Series};
use std::collections::BTreeMap;

/// A gap that a certificate shows.
pub(super) struct Gap<'a> {
    /// The name of the certificate.
    pub(super) name: &'a str,
    pub(super) claim: &'a GapClaim,
}

/// log10 of a value as a picture shows it, which rounds; `None` of zero.
pub(super) fn log10(value: &Value) -> Option<f64> {
    let log = match value {
        Value::Exact(value) => {
            let digits = value.to_string();
            let (head, rest) = digits.split_at(digits.len().min(15));
            head.parse::<f64>().ok()?.log10() + rest.len() as f64
        }
        Value::Log10(log) => log.low.to_string().parse().ok()?,
    };
    log.is_finite().then(|| (log * 1e4).round() / 1e4)
}

/// Number of layers.
pub(super) fn depth(architecture: &Architecture) -> u64 {
    match architecture {
        Architecture::Attention(sizes) => sizes.depth,
        Architecture::Mixer(sizes) => sizes.depth,
        Architecture::Layers(layers) => layers.layers.len() as u64,
    }
}

/// The claims that are shown, with the names of their certificates.
fn shown(report: &Report) -> impl Iterator<Item = (&str, &Claim)> {
    let valid = |judged: &&Judged| judged.verdict() == Verdict::Valid;
    report.certificates.iter().filter_map(move |(name, judged)| {
        Some((&name[..], Some(judged).filter(valid)?.claim.as_ref()?))
    })
}

/// The gaps that are shown, in the order of their certificates.
pub(super) fn gaps(report: &Report) -> Vec<Gap<'_>> {
    fn gap<'a>((name, claim): (&'a str, &'a Claim)) -> Option<Gap<'a>> {
        match claim {
            Claim::Gap(claim)
            | Claim::RefutedGap(claim)
            | Claim::GapAcross(claim)
            | Claim::RefutedGapAcross(claim) => Some(Gap { name, claim }),
            Claim::Rank(_) | Claim::Matrix(_) => None,
        }
    }
    shown(report).filter_map(gap).collect()
}

/// log10 of every rank and bound that a certificate shows, against the depth of the network.
pub(super) fn by_depth(report: &Report) -> Option<Chart> {
    let mut series: BTreeMap<&str, Series> = BTreeMap::new();
    for (_, claim) in shown(report) {
        let Claim::Rank(claim) = claim else { continue };
        let Some(y) = log10(&claim.value) else { continue };
        let label = match (&claim.problem.architecture, claim.relation) {
            (_, Relation::AtMost) => "upper bounds",
            (Architecture::Attention(_), _) => "ranks of attention",
            (Architecture::Mixer(_), _) => "ranks of Mixers",
            (Architecture::Layers(_), _) => "ranks of other networks",
        };
        let new = || Series { label: label.into(), points: Vec::new(), at_least: Vec::new() };
        let line = series.entry(label).or_insert_with(new);
        let point = (depth(&claim.problem.architecture) as f64, y);
        line.points.push(point);
        if claim.relation == Relation::AtLeast {
            line.at_least.push(point);
        }
    }
    let title = "Ranks and bounds that certificates show, by depth";
    chart(title, "depth L", series.into_values().collect())
}

/// log10 of the two halves of every gap.
pub(super) fn halves(gaps: &[Gap]) -> Option<Chart> {
    let half = |label: &str, of: fn(&GapClaim) -> &RankClaim| {
        let numbered = (1u32..).zip(gaps);
        let points = numbered
            .filter_map(|(number, gap)| Some((f64::from(number), log10(&of(gap.claim).value)?)))
            .collect();
        Series { label: label.into(), points, at_least: Vec::new() }
    };
    let series = vec![
        half("the larger network, lower bound", |claim| &claim.lower),
        half("the smaller network, upper bound", |claim| &claim.upper),
    ];
    chart("The two halves of every gap", "number in the table", series)
}

fn chart(title: &str, x: &str, series: Vec<Series>) -> Option<Chart> {
    let empty = series.iter().all(|series| series.points.is_empty());
    let values = series.iter().flat_map(|series| &series.points);
    // The gaps at published shapes have thousands of digits, those of small cases a few.
    let logarithmic =
        values.clone().all(|point| point.1 > 0.0) && values.clone().any(|point| point.1 > 100.0);
    (!empty).then(|| Chart {
        title: title.into(),
        x: x.into(),
        y: "log10 of the value".into(),
        logarithmic,
        whole: false,
        joined: false,
        series,
    })
}

/// The picture to stand within a page: with a name that is read aloud in its place.
pub(super) fn svg(chart: &Chart) -> Result<String, PlotError> {
    let name = seprank_account::escape(&chart.title);
    let named =
        format!("<svg role=\"img\" aria-label=\"{name}; the table beside it has the numbers\" ");
    Ok(chart.svg()?.replacen("<svg ", &named, 1))
}
