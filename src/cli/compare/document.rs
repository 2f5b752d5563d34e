//! A comparison for programs.

use crate::cli::json;
use crate::compare::{Comparison, Row};
use serde::Serialize;

/// One JSON document.
#[derive(Serialize)]
pub(super) struct Document {
    version: &'static str,
    tokens: usize,
    width: usize,
    depth: usize,
    left: Vec<usize>,
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    /// As `--points`; null without it.
    points: Option<json::Integer>,
    /// The largest rank first.
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    family: &'static str,
    network: &'static str,
    #[serde(serialize_with = "json::optional_count")]
    degree: Option<rug::Integer>,
    weights: Option<usize>,
    #[serde(serialize_with = "json::optional_count")]
    rank: Option<rug::Integer>,
    /// "exact" or "lower"; null without a rank.
    status: Option<&'static str>,
    #[serde(serialize_with = "json::optional_count")]
    at_most: Option<rug::Integer>,
    /// The least and the largest rank found at a contiguous cut.
    cuts: Option<[usize; 2]>,
    to_attention: Option<&'static str>,
    /// Why there is no rank.
    missing: Option<String>,
}

impl Document {
    /// Of the rows of a comparison, `attention` being that of attention at the same size.
    pub(super) fn of(comparison: &Comparison, rows: &[Row], attention: &Row) -> Self {
        let line = |row: &Row| {
            let entry = row.entry.as_ref().ok();
            Line {
                family: row.family.name,
                network: row.family.title,
                degree: entry.map(|entry| entry.problem.big_degree()),
                weights: entry.map(|entry| entry.weights),
                rank: row.rank().and_then(|rank| rank.value()),
                status: row.rank().map(|rank| rank.status().name()),
                at_most: entry.and_then(|entry| entry.upper.as_ref()?.value.clone()),
                cuts: entry.and_then(|entry| entry.cuts),
                to_attention: row.against(attention),
                missing: row.missing().map(Into::into),
            }
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            tokens: comparison.size.tokens,
            width: comparison.size.width,
            depth: comparison.depth,
            left: comparison.left.clone(),
            seed: comparison.seed,
            points: comparison.points.map(json::Integer),
            rows: rows.iter().map(line).collect(),
        }
    }
}
