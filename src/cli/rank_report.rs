//! What `seprank rank` prints as JSON, and what an answer is about.

use super::json;
use super::weight_file::Origin;
use crate::bounds::{Ends, LogInterval};
use crate::network::{Problem, describe};
use crate::prove::{
    BoundValue, ByTheorem, Checking, Evidence, Forecast, RankAnswer, RealRank,
    problem_in_certificate,
};
use rug::Integer;
use seprank_check::certificate;
use serde::Serialize;
use std::fmt;

/// The network, its weights and the program.
#[derive(Serialize)]
pub(super) struct About {
    /// In a few words.
    network: String,
    /// As certificates write it (docs/format.md).
    problem: certificate::Problem,
    weights: Origin,
    /// Of everything random.
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    version: &'static str,
    /// Whether long numbers are written out.
    #[serde(skip)]
    pub(super) digits: bool,
    /// Of an output that depends on one side only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warning: Option<String>,
}

/// The weights and the program.
impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weights, seed, version, .. } = self;
        write!(f, "{}; seprank {version}", weights.text(*seed))
    }
}

impl About {
    pub(super) fn new(problem: &Problem, weights: Origin, seed: u64, digits: bool) -> Self {
        Self {
            network: describe(problem),
            problem: problem_in_certificate(problem),
            weights,
            seed,
            version: env!("CARGO_PKG_VERSION"),
            digits,
            warning: problem.sight().and_then(|sight| sight.warning(problem.output())),
        }
    }
}

/// What is forecast.
#[derive(Serialize)]
pub(super) struct Prediction {
    method: &'static str,
    blocks: Vec<[json::Integer; 2]>,
    /// Of Hankel blocks: the number of classes, and rows and columns of the largest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    classes: Vec<[json::Integer; 3]>,
    #[serde(serialize_with = "json::integer")]
    bytes: u64,
    /// Counted, and the same each time.
    operations: f64,
    /// By the rates of this machine, which are timed each time.
    seconds: f64,
    fits: bool,
    /// Of a certificate by blocks: bytes without the weights, and seconds to check it on this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<CheckRow>,
}

#[derive(Serialize)]
struct CheckRow {
    #[serde(serialize_with = "json::integer")]
    bytes: u64,
    check_seconds: f64,
}

impl Prediction {
    pub(super) fn of(f: &Forecast, checking: Option<Checking>) -> Self {
        let classes = f.classes.iter();
        Self {
            method: f.route.name(),
            blocks: f.blocks.iter().map(|(rows, cols)| [*rows, *cols].map(json::Integer)).collect(),
            classes: classes
                .map(|(count, rows, cols)| [*count as u64, *rows, *cols].map(json::Integer))
                .collect(),
            bytes: f.bytes,
            operations: f.operations,
            seconds: f.seconds,
            fits: f.fits,
            certificate: checking.map(|c| CheckRow { bytes: c.bytes, check_seconds: c.seconds }),
        }
    }

    /// Nothing is computed.
    pub(super) fn theorem() -> Self {
        let (blocks, classes) = (Vec::new(), Vec::new());
        Self {
            method: "theorem",
            blocks,
            classes,
            bytes: 0,
            operations: 0.0,
            seconds: 0.0,
            fits: true,
            certificate: None,
        }
    }
}

/// The best that is proved, and what it rests on.
#[derive(Serialize)]
pub(super) struct Report {
    /// None of a number that is too long to write.
    #[serde(serialize_with = "json::optional_count")]
    rank: Option<Integer>,
    /// Around the logarithm of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    log10: Option<Ends>,
    status: &'static str,
    method: &'static str,
    #[serde(flatten)]
    about: About,
    bounds: Vec<BoundRow>,
    basis: String,
    /// The draws that gave the rank; none of a rank by theorem.
    #[serde(skip_serializing_if = "Option::is_none")]
    draws: Option<u64>,
    /// Of the Hankel route: the blocks whose ranks add up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<BlockRow>,
    /// What was computed, if a theorem proves more.
    #[serde(skip_serializing_if = "Option::is_none")]
    computed: Option<Computed>,
    /// None of a rank by theorem.
    #[serde(skip_serializing_if = "Option::is_none")]
    prime: Option<String>,
    scope: String,
    /// The limit that ended the computation.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
    /// Why nothing was computed, if that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_computed: Option<String>,
}

#[derive(Serialize)]
struct Computed {
    rank: usize,
    method: &'static str,
    basis: String,
}

#[derive(Serialize)]
struct BlockRow {
    degree_right: usize,
    rows: usize,
    cols: usize,
    classes: usize,
    rank: usize,
}

#[derive(Serialize)]
struct BoundRow {
    id: &'static str,
    side: &'static str,
    /// None of long ones, unless they are asked for.
    value: Option<String>,
    /// Of a value that is left out: around its logarithm.
    #[serde(skip_serializing_if = "Option::is_none")]
    log10: Option<Ends>,
}

/// Longer numbers are given by their logarithms.
const LONG: usize = 60;

fn log10(bound: &BoundValue) -> Option<Ends> {
    bound.log.as_ref().map(LogInterval::log10_ends)
}

impl BoundRow {
    fn list(bounds: &[BoundValue], digits: bool) -> Vec<Self> {
        let row = |b: &BoundValue| {
            let short = |text: &String| text.len() <= LONG || digits;
            let value = b.value.as_ref().map(ToString::to_string).filter(short);
            let log10 = if value.is_none() { log10(b) } else { None };
            Self { id: b.id, side: b.side.name(), value, log10 }
        };
        bounds.iter().map(row).collect()
    }
}

impl Report {
    /// `not_computed` says why nothing was computed, if that was wanted.
    pub(super) fn of_theorem(
        found: &ByTheorem,
        about: About,
        not_computed: Option<String>,
    ) -> Self {
        Self {
            rank: found.lower.value.clone(),
            log10: log10(&found.lower).filter(|_| found.lower.value.is_none()),
            status: found.status().name(),
            method: "theorem",
            bounds: BoundRow::list(&found.bounds, about.digits),
            about,
            basis: found.reason(),
            draws: None,
            blocks: Vec::new(),
            computed: None,
            prime: None,
            scope: found.scope().to_string(),
            ended_by: None,
            not_computed,
        }
    }

    pub(super) fn of_answer(answer: &RankAnswer, about: About) -> Self {
        let method = answer.evidence.route().name();
        let blocks = match &answer.evidence {
            Evidence::Hankel { blocks, .. } => blocks
                .iter()
                .map(|b| BlockRow {
                    degree_right: b.degree,
                    rows: b.rows,
                    cols: b.cols,
                    classes: b.classes,
                    rank: b.rank,
                })
                .collect(),
            _ => Vec::new(),
        };
        let computed = Self {
            rank: Some(answer.rank.into()),
            log10: None,
            status: answer.status.name(),
            method,
            bounds: BoundRow::list(&answer.bounds, about.digits),
            about,
            basis: answer.reason(),
            draws: Some(answer.draws),
            blocks,
            computed: None,
            prime: Some(answer.prime.to_string()),
            scope: answer.scope.to_string(),
            ended_by: answer.limit.map(crate::Limit::name),
            not_computed: None,
        };
        match answer.by_theorem() {
            None => computed,
            Some(better) => Self {
                log10: log10(&better.lower).filter(|_| better.lower.value.is_none()),
                rank: better.lower.value.clone(),
                status: better.status().name(),
                method: "theorem",
                basis: better.reason(),
                computed: Some(Computed { rank: answer.rank, method, basis: computed.basis }),
                ..computed
            },
        }
    }
}

/// A lower bound for a network that is no polynomial.
#[derive(Serialize)]
pub(super) struct RealReport {
    rank: usize,
    status: &'static str,
    method: &'static str,
    network: String,
    /// As certificates write it (docs/format.md).
    problem: certificate::Problem,
    weights: Origin,
    #[serde(serialize_with = "json::integer")]
    seed: u64,
    version: &'static str,
    basis: String,
    points: usize,
    precision: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_by: Option<&'static str>,
}

impl RealReport {
    pub(super) fn new(answer: &RealRank, weights: Origin, seed: u64) -> Self {
        let problem = answer.problem.shape();
        Self {
            rank: answer.rank,
            status: "lower",
            method: RealRank::METHOD,
            network: describe(problem),
            problem: problem_in_certificate(problem),
            weights,
            seed,
            version: env!("CARGO_PKG_VERSION"),
            basis: answer.reason(),
            points: answer.points,
            precision: answer.precision,
            ended_by: answer.limit.map(crate::Limit::name),
        }
    }
}
