//! The campaign on Conjecture 3.13: is the bound of 3.12 the generic rank, for every partition?
//!
//! Instances (L, d, H, |A|, |B|) with L = 2, .., 5 and both sides at most d (more tokens change nothing)
//! are taken in order of forecast cost, as much for each depth, until the budget is spent. Each is recorded on
//! disk, so a campaign resumes where it stopped. An instance whose rank meets the bound is proved: its
//! blocks or its grid have a non-singular minor modulo a prime. One that stays below is not refuted by
//! that alone; it is drawn again with other weights before it is recorded.

mod by_degree;
mod instances;
mod record;

pub use instances::{Instance, Instances, Sizes};
pub use record::Record;

use super::finished::{Finished, Named};
use super::{Certified, certified_rank};
use crate::bounds::junction_terms;
use crate::prove::{Evidence, RankAnswer, RankRequest, rank};
use crate::tensor::MemoryLimit;
use by_degree::ranks_by_degree;
use rug::Integer;
use seprank_check::certificate;
use seprank_check::check;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// An instance that stays below the bound is drawn this often.
const DRAWS: u64 = 3;

/// Ranks up to this get a certificate that is checked at once; the checker's cost grows with the cube.
const LARGEST_CHECKED: usize = 120;

/// Runs the campaign for `budget`: instances that the same program recorded in `out` with the same seed
/// are taken from there, a certificate being checked again; others are computed and, if `out` is given,
/// recorded there. `done` is called with each record. A depth ends with the first instance whose forecast is
/// longer than what is left of the budget.
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
    let mut instances = Instances::new(memory);
    while let Some(instance) = instances.next() {
        let work = work(instance.sizes);
        let record = match finished.as_ref().and_then(|f| f.result(&work, accepted)) {
            Some((record, _)) => record,
            None => {
                let left = budget.saturating_sub(start.elapsed());
                if instance.seconds > left.as_secs_f64() {
                    instances.close(instance.sizes.depth);
                    continue;
                }
                let result = examine_instance(instance.sizes, memory, seed);
                if let Some(finished) = &finished {
                    result.keep(&work, finished)?;
                }
                let Some(record) = result.record else { continue };
                record
            }
        };
        done(&record);
        records.push(record);
    }
    Ok(records)
}

/// What an instance has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceResult {
    /// None if it does not fit after all.
    record: Option<Record>,
    /// Name and text.
    certificate: Option<(String, String)>,
}

impl InstanceResult {
    fn keep(&self, work: &str, finished: &Finished) -> io::Result<()> {
        let Some(record) = &self.record else { return Ok(()) };
        let named = |(name, text): &(String, String)| (name.clone(), text.clone().into_bytes());
        let certificates: Vec<Named> = self.certificate.iter().map(named).collect();
        finished.write(work, Some(record), &certificates)
    }
}

/// Examines the instance of these sizes alone, in that memory.
pub fn examine_instance(sizes: Sizes, memory: MemoryLimit, seed: u64) -> InstanceResult {
    let found = sizes.request(memory).and_then(|request| examine(sizes, &request, seed));
    let text = |(name, bytes)| (name, String::from_utf8(bytes).expect("JSON is text"));
    let (record, certificate) = found.unzip();
    InstanceResult { record, certificate: certificate.flatten().map(text) }
}

/// The records of instances as [`campaign`] with `out` gives and leaves them there, in their order; nothing is examined
/// or checked again.
///
/// # Errors
/// Those of the file system, with the path.
pub fn joined_instances(
    results: impl IntoIterator<Item = (Sizes, InstanceResult)>,
    seed: u64,
    out: &Path,
) -> io::Result<Vec<Record>> {
    let finished = Finished::open(out, seed)?;
    let mut records = Vec::new();
    for (sizes, result) in results {
        result.keep(&work(sizes), &finished)?;
        records.extend(result.record);
    }
    Ok(records)
}

/// The name of an instance among all work.
fn work(sizes: Sizes) -> String {
    format!("sharp {sizes}")
}

fn accepted(_: &str, bytes: &[u8]) -> bool {
    certificate::from_bytes(bytes).is_ok_and(|c| check::check(&c) == check::Verdict::Valid)
}

/// The record, and the certificate if there is one. `None` if the instance does not fit after all.
fn examine(sizes: Sizes, asked: &RankRequest, seed: u64) -> Option<(Record, Option<Named>)> {
    let terms = junction_terms(&asked.problem)?;
    let bound: Integer = terms.iter().sum();
    let mut seeds = Vec::new();
    let mut best: Option<(RankRequest, RankAnswer)> = None;
    for draw in 0..DRAWS {
        let request = RankRequest { seed: seed.wrapping_add(draw), ..asked.clone() };
        let answer = rank(&request, &|_, _| ()).ok()?;
        let sharp = bound == answer.rank;
        if best.as_ref().is_none_or(|(_, before)| before.rank < answer.rank) {
            // The last seed is that of the rank.
            seeds.push(request.seed);
            best = Some((request, answer));
        } else {
            seeds.insert(0, request.seed);
        }
        if sharp {
            break;
        }
    }
    let (request, answer) = best?;
    let sharp = bound == answer.rank;
    let mut certificate = None;
    if sharp && answer.rank <= LARGEST_CHECKED {
        let Certified { name, certificate: c } = certified_rank(&request, &answer).ok()?;
        certificate = Some((name, certificate::to_bytes(&c)));
    }
    let checked = certificate.as_ref().is_some_and(|(name, bytes)| accepted(name, bytes));
    let blocks = match &answer.evidence {
        Evidence::Hankel { blocks, .. } => {
            blocks.iter().map(|b| [b.rows, b.cols, b.rank]).collect()
        }
        _ => Vec::new(),
    };
    let first_below = if sharp { None } else { first_below(&request, &answer, &terms, &blocks) };
    let Sizes { depth, width, heads, own, other } = sizes;
    let record = Record {
        depth,
        width,
        heads,
        own,
        other,
        bound: bound.to_string(),
        rank: answer.rank,
        prime: answer.prime.get(),
        seeds,
        blocks,
        first_below,
        checked,
    };
    Some((record, certificate))
}

/// The first degree whose part has a rank below its term; `None` if all have theirs, or the parts do not
/// fit the memory.
fn first_below(
    request: &RankRequest,
    answer: &RankAnswer,
    terms: &[Integer],
    blocks: &[[usize; 3]],
) -> Option<usize> {
    let ranks: Vec<usize> = if blocks.is_empty() {
        let points = terms.iter().max()?.to_u64()?.checked_add(8)?;
        let bytes = points.checked_mul(points)?.checked_mul(24 * (terms.len() as u64 + 2))?;
        if bytes > request.memory.0 {
            return None;
        }
        let network = answer.network.modulo(answer.prime).ok()?;
        let points = usize::try_from(points).ok()?;
        ranks_by_degree(&request.problem, &network, terms.len() - 1, points, answer.prime)
    } else {
        blocks.iter().map(|block| block[2]).collect()
    };
    ranks.iter().zip(terms).position(|(rank, term)| term > rank)
}
