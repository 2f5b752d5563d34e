//! The campaign on Conjecture 3.13: is the bound of 3.12 the generic rank? Here both sides have as many
//! tokens as the width, and 3.12 is evaluated (up to five layers).
//!
//! Instances (L, d, H) are taken in order of predicted cost until the budget is spent. Each is
//! recorded on disk, so a campaign resumes where it stopped. An instance whose rank meets the bound is
//! proved: its Hankel blocks are non-singular minors modulo a prime. One that stays below is not
//! refuted by that alone; it is drawn again with other weights before it is recorded.

use super::finished::{Finished, Named};
use super::{Certified, Verdict, certified_rank};
use crate::bounds::find;
use crate::network::Problem;
use crate::prove::{Evidence, Method, RankRequest, Rates, forecast_at, rank};
use crate::tensor::MemoryLimit;
use seprank_check::certificate;
use seprank_check::check;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// An instance of the conjecture: N = 2d tokens, halves.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The problem.
    pub problem: Problem,
    /// Depth, width, heads.
    pub sizes: (usize, usize, usize),
    /// Predicted seconds.
    pub seconds: f64,
}

/// What is recorded of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Depth L.
    pub depth: usize,
    /// Width d.
    pub width: usize,
    /// Heads H.
    pub heads: usize,
    /// Tokens N.
    pub tokens: usize,
    /// The bound of 3.12, decimal.
    pub bound: String,
    /// The largest rank found, a lower bound on the generic rank.
    pub rank: usize,
    /// The prime of the blocks; decimal in JSON.
    #[serde(with = "decimal")]
    pub prime: u64,
    /// Seeds of the draws, the last one that of `blocks`; decimal in JSON.
    #[serde(with = "decimal::list")]
    pub seeds: Vec<u64>,
    /// For each degree b: rows, columns and rank of the block.
    pub blocks: Vec<[usize; 3]>,
    /// Whether the checker accepted a certificate; false where it would take it too long.
    pub checked: bool,
}

/// Integers as decimal strings, since readers that keep numbers in doubles round those of 2^53 and more.
mod decimal {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(n: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(n)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }

    /// Lists of them.
    pub(super) mod list {
        use super::{Deserialize, Deserializer, Error, Serializer};

        pub(in super::super) fn serialize<S: Serializer>(
            list: &[u64],
            to: S,
        ) -> Result<S::Ok, S::Error> {
            to.collect_seq(list.iter().map(u64::to_string))
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Vec<u64>, D::Error> {
            let texts = Vec::<String>::deserialize(from)?;
            texts.iter().map(|n| n.parse().map_err(D::Error::custom)).collect()
        }
    }
}

impl Record {
    /// Whether the rank meets the bound, which proves the instance.
    pub fn is_sharp(&self) -> bool {
        self.bound == self.rank.to_string()
    }

    /// Valid if sharp, else incomplete.
    pub fn verdict(&self) -> Verdict {
        if self.is_sharp() {
            return Verdict::Valid;
        }
        Verdict::Incomplete(format!(
            "L={} d={} H={}: rank {} stays below {} in {} draws",
            self.depth,
            self.width,
            self.heads,
            self.rank,
            self.bound,
            self.seeds.len()
        ))
    }
}

/// An instance that stays below the bound is drawn this often.
const DRAWS: u64 = 3;

/// Ranks up to this get a certificate that is checked at once; the checker's cost grows with the cube.
const LARGEST_CHECKED: usize = 120;

/// The instances that fit `memory`, cheapest first.
pub fn instances(memory: MemoryLimit) -> Vec<Instance> {
    let mut list = Vec::new();
    // One timing serves all.
    let rates = Rates::default();
    for depth in 1..=8usize {
        for width in 1..=64usize {
            for heads in (1..=width).filter(|h| width.is_multiple_of(*h)) {
                let Ok(problem) = Problem::attention(depth, width, heads, 2 * width) else {
                    continue;
                };
                let request = request(problem, memory);
                let Ok(forecast) = forecast_at(&request, &rates) else { continue };
                let instance = Instance {
                    problem: request.problem,
                    sizes: (depth, width, heads),
                    seconds: forecast.seconds,
                };
                list.push((forecast.operations, instance));
            }
        }
    }
    // By operations, not by seconds: these are timed, and the order is to be the same in every run.
    list.sort_by(|(n, a), (m, b)| n.total_cmp(m).then(a.sizes.cmp(&b.sizes)));
    list.into_iter().map(|(_, instance)| instance).collect()
}

/// Hankel blocks at random weights.
fn request(problem: Problem, memory: MemoryLimit) -> RankRequest {
    RankRequest { memory, method: Method::Hankel, ..RankRequest::new(problem) }
}

/// Runs the campaign for `budget`: instances that the same program recorded in `out` with the same seed
/// are taken from there, a certificate being checked again; others are computed and, if `out` is given,
/// recorded there. `done` is called with each record.
///
/// # Errors
/// Those of the file system, with the path.
pub fn campaign(
    seed: u64,
    budget: Duration,
    memory: MemoryLimit,
    out: Option<&Path>,
    done: &mut dyn FnMut(&Record),
) -> io::Result<Vec<Record>> {
    let start = Instant::now();
    let finished = out.map(|path| Finished::open(path, seed)).transpose()?;
    let mut records = Vec::new();
    for instance in instances(memory) {
        let (depth, width, heads) = instance.sizes;
        let work = format!("sharp L={depth} d={width} H={heads}");
        let record = match finished.as_ref().and_then(|f| f.result(&work, accepted)) {
            Some(record) => record,
            None => {
                let left = budget.saturating_sub(start.elapsed());
                if instance.seconds > left.as_secs_f64() {
                    break;
                }
                let Some((record, certificate)) = examine(&instance, seed, memory) else {
                    continue;
                };
                if let Some(finished) = &finished {
                    finished.write(&work, Some(&record), certificate.as_slice())?;
                }
                record
            }
        };
        done(&record);
        records.push(record);
    }
    Ok(records)
}

fn accepted(_: &str, bytes: &[u8]) -> bool {
    certificate::from_bytes(bytes).is_ok_and(|c| check::check(&c) == check::Verdict::Valid)
}

/// The record, and the certificate if there is one. `None` if the instance does not fit after all.
fn examine(instance: &Instance, seed: u64, memory: MemoryLimit) -> Option<(Record, Option<Named>)> {
    let (depth, width, heads) = instance.sizes;
    let bound = find("attention-junctions")?.value(&instance.problem)?;
    let mut best: Option<Record> = None;
    let mut certified = None;
    for draw in 0..DRAWS {
        let mut request = request(instance.problem.clone(), memory);
        request.seed = seed.wrapping_add(draw);
        let answer = rank(&request, &|_, _| ()).ok()?;
        let Evidence::Hankel { blocks } = &answer.evidence else { return None };
        let mut seeds = best.as_ref().map(|r| r.seeds.clone()).unwrap_or_default();
        seeds.push(request.seed);
        if best.as_ref().is_some_and(|r| r.rank >= answer.rank) {
            best.iter_mut().for_each(|r| r.seeds.insert(0, request.seed));
            continue;
        }
        let sharp = bound == answer.rank;
        let mut checked = false;
        if sharp && answer.rank <= LARGEST_CHECKED {
            let Certified { name, certificate } = certified_rank(&request, &answer).ok()?;
            let bytes = certificate::to_bytes(&certificate);
            checked = accepted(&name, &bytes);
            certified = Some((name, bytes));
        }
        best = Some(Record {
            depth,
            width,
            heads,
            tokens: instance.problem.tokens(),
            bound: bound.to_string(),
            rank: answer.rank,
            prime: answer.prime.get(),
            seeds,
            blocks: blocks.iter().map(|b| [b.rows, b.cols, b.rank]).collect(),
            checked,
        });
        if sharp {
            break;
        }
    }
    best.map(|record| (record, certified))
}
