//! One rank by Hankel blocks in parts: the classes of its blocks, found where and when one likes, and put together.
//!
//! A class of the block of degree b is found from the request alone: its random numbers are a stream of their own.
//! So the answer that is put together is that of [`rank`](super::rank), and its certificate has the same bytes. The
//! price is the function of the sum, which every part finds anew; classes that cost less than that are put into one
//! unit with their neighbours.

use super::answer::{Evidence, Found, RankAnswer, Route};
use super::by_hankel::{Classes, Steps};
use super::modulus::{WORD, faithful};
use super::plan::{Choice, HankelBlocks, Plan};
use super::rank::judged;
use super::rates::Rates;
use super::request::{RankError, RankRequest};
use super::setting::Setting;
use super::units;
use crate::arith::Prime;
use crate::network::InvalidProblem;
use crate::stop::Limit;
use crate::tensor::hankel::{BlockRank, ClassRank, ClassSize, Labels, class_bytes};
use seprank_check::certificate::Words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rank of one class, as it is kept in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassPart {
    /// The degree b of the block.
    pub degree: usize,
    /// The label of the class.
    pub class: u32,
    rows: Words,
    cols: Words,
    whole: bool,
    /// Of the challenges of a certificate, if the minor is large.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    solutions: Vec<Words>,
}

impl ClassPart {
    /// A table with more than 2^32 lines is in no memory.
    pub(super) fn new(degree: usize, class: u32, found: &ClassRank) -> Self {
        let words = |list: &[usize]| Words(list.iter().map(|n| *n as u32).collect());
        Self {
            degree,
            class,
            rows: words(&found.rows),
            cols: words(&found.cols),
            whole: found.whole,
            solutions: found.solutions.iter().cloned().map(Words).collect(),
        }
    }

    /// The rank, if it has as many rows as columns, each of them once and among those that `belong`, of (rows, columns).
    pub(super) fn into_rank(self, belong: [&dyn Fn(usize) -> bool; 2]) -> Option<ClassRank> {
        let lines = |words: Words| words.0.into_iter().map(|n| n as usize).collect::<Vec<_>>();
        let (rows, cols) = (lines(self.rows), lines(self.cols));
        let sound = |lines: &[usize], belongs: &dyn Fn(usize) -> bool| {
            let mut sorted = lines.to_vec();
            sorted.sort_unstable();
            sorted.windows(2).all(|w| w[0] < w[1]) && sorted.iter().all(|n| belongs(*n))
        };
        let sound = rows.len() == cols.len() && sound(&rows, belong[0]) && sound(&cols, belong[1]);
        let solutions = self.solutions.into_iter().map(|x| x.0).collect();
        sound.then_some(ClassRank { rows, cols, whole: self.whole, solutions })
    }
}

/// Some classes of one rank that are found together: (degree b, label), in order.
pub type BlockUnit = Vec<(usize, u32)>;

/// The blocks of a request, before anything is computed.
struct Blocks<'a> {
    setting: Setting<'a>,
    planned: HankelBlocks,
    prime: Prime,
    /// By degree, those of the weights, as the run finds them.
    classes: Vec<Vec<ClassSize>>,
    signs: Vec<u32>,
}

impl<'a> Blocks<'a> {
    fn new(request: &'a RankRequest) -> Result<Self, RankError> {
        if request.draws != 1 {
            let allowed = "must be 1 where a rank is found in parts, as these are of one draw";
            return Err(InvalidProblem::new("draws", request.draws, allowed).into());
        }
        let Plan { setting, choice } = Plan::new(request)?;
        let planned = match choice {
            Choice::Hankel(planned) => planned,
            other => {
                let allowed = format!(
                    "needs the method hankel, whose blocks are the parts; this problem is done by {}",
                    other.route().name()
                );
                return Err(InvalidProblem::new("method", Route::Hankel.name(), allowed).into());
            }
        };
        let prime = faithful(setting.network(), WORD)?;
        let network = setting.network().modulo(prime);
        let network = network.map_err(|last| RankError::no_prime(1, last))?;
        let labels = Labels::of_attention(&request.problem, &network).unwrap_or_else(|| {
            Labels::none(planned.sizes.variables as usize, planned.sizes.components as usize)
        });
        let classes = labels.sizes(planned.sizes.degree, planned.sizes.sides);
        let signs = labels.channels(request.problem.width());
        Ok(Self { setting, planned, prime, classes, signs })
    }

    /// Every class with the degree of its block, in order.
    fn list(&self) -> impl Iterator<Item = (usize, ClassSize)> {
        let of = |(b, list): (usize, &Vec<ClassSize>)| {
            list.iter().map(move |class| (b, *class)).collect::<Vec<_>>()
        };
        self.classes.iter().enumerate().flat_map(of)
    }

    /// The part of the sums of its block that is made for a class.
    fn sums(&self, b: usize, class: ClassSize) -> f64 {
        let entries = |class: &ClassSize| class.rows as f64 * class.cols as f64;
        let all: f64 = self.classes[b].iter().map(entries).sum();
        units::sums(self.planned.sizes, b as u64) * entries(&class) / all.max(1.0)
    }

    /// The sizes of that class.
    fn size(&self, (b, label): (usize, u32)) -> Result<ClassSize, RankError> {
        let list = self.classes.get(b).map_or(&[][..], Vec::as_slice);
        let class = list.iter().find(|class| class.label == label).copied();
        class.ok_or_else(|| invalid((b, label), NO_CLASS))
    }
}

const NO_CLASS: &str = "the rank has no such class";

fn invalid((b, label): (usize, u32), allowed: &str) -> RankError {
    InvalidProblem::new("class", format_args!("{label} of degree {b}"), allowed).into()
}

/// The units of the rank that `request` asks for, in the order of their classes: each class whose elimination is counted
/// to be as long as finding the function is one, and those before it that are shorter are with it. Of counts and not
/// times, so that the list depends on no machine. Cost: that of the plan.
///
/// # Errors
/// Those of [`rank`](super::rank); [`RankError::Invalid`] also if the route is not that by Hankel blocks.
pub fn block_units(request: &RankRequest) -> Result<Vec<BlockUnit>, RankError> {
    let blocks = Blocks::new(request)?;
    let function = units::function(&request.problem, blocks.planned.sizes);
    let (mut list, mut open, mut work) = (Vec::new(), BlockUnit::new(), 0.0);
    for (b, class) in blocks.list() {
        work += units::elimination(class.order()) + blocks.sums(b, class);
        open.push((b, class.label));
        if work >= function {
            list.push(std::mem::take(&mut open));
            work = 0.0;
        }
    }
    list.extend(Some(open).filter(|open| !open.is_empty()));
    Ok(list)
}

/// Seconds, by the rates of this machine, and bytes that each unit takes: the function of the sum, and the eliminations
/// of its classes. Cost: that of the plan, and of timing the rates.
///
/// # Errors
/// As [`block_units`]; [`RankError::Invalid`] also if there is no such class.
pub fn block_costs(
    request: &RankRequest,
    list: &[&BlockUnit],
) -> Result<Vec<(f64, u64)>, RankError> {
    let blocks = Blocks::new(request)?;
    let (rates, sizes) = (Rates::default(), blocks.planned.sizes);
    let function = units::function(&request.problem, sizes) * rates.function(&request.problem);
    let cost = |unit: &&BlockUnit| {
        let (mut seconds, mut largest) = (function, 0);
        for at in *unit {
            let class = blocks.size(*at)?;
            let sums = blocks.sums(at.0, class);
            seconds += rates.class().seconds(class.order());
            seconds += if sums > 0.0 { sums * rates.member() } else { 0.0 };
            largest = largest.max(class_bytes(class.rows, class.cols).unwrap_or(u64::MAX));
        }
        let bytes = sizes.bytes.max(largest.saturating_add(sizes.kept));
        Ok((seconds, bytes.saturating_add(blocks.setting.weight_bytes)))
    };
    list.iter().map(cost).collect()
}

/// The ranks of these classes (degree b, label), in their order. `progress` is called with (steps done, steps planned).
/// Cost: that of the function, and of [`Block::class_rank`](crate::tensor::hankel::Block::class_rank) for each.
///
/// # Errors
/// As [`block_units`]; [`RankError::Invalid`] also if there is no such class.
pub fn class_ranks(
    request: &RankRequest,
    classes: &[(usize, u32)],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<ClassPart>, RankError> {
    let blocks = Blocks::new(request)?;
    let order = |at: &(usize, u32)| blocks.size(*at).map(ClassSize::order);
    let orders = classes.iter().map(order).collect::<Result<Vec<_>, _>>()?;
    let total = Steps::total(orders.iter().copied());
    let stopped = || InvalidProblem::new("stop", "", "a part is found whole or not at all");
    let found =
        Classes::new(&blocks.setting, &blocks.planned, blocks.prime)?.ok_or_else(stopped)?;
    let (mut parts, mut orders) = (Vec::new(), orders.into_iter());
    // Each block is parted once for all of its classes that are asked for together.
    for together in classes.chunk_by(|a, b| a.0 == b.0) {
        let b = together[0].0;
        let block = found.function().block(b);
        let all = block.classes();
        for (at, order) in together.iter().zip(&mut orders) {
            let class = all.iter().find(|class| class.label == at.1);
            let class = class.ok_or_else(|| invalid(*at, NO_CLASS))?;
            let steps = Steps::new(order, total, progress);
            parts.push(ClassPart::new(b, at.1, &found.rank(b, &block, class, &|n| steps.done(n))));
            steps.done(u64::MAX);
        }
    }
    Ok(parts)
}

/// The answer to `request` that has these classes: the one that [`rank`](super::rank) gives by Hankel blocks, without
/// its work. That a minor is not zero is not computed again: the certificate is checked for that. Cost: that of the plan.
///
/// # Errors
/// As [`block_units`]; [`RankError::Invalid`] also if a class is missing, there twice, or its minor is not in its block.
pub fn rank_of_classes(
    request: &RankRequest,
    parts: Vec<ClassPart>,
) -> Result<RankAnswer, RankError> {
    let blocks = Blocks::new(request)?;
    let mut known: BTreeMap<(usize, u32), ClassPart> = BTreeMap::new();
    for part in parts {
        let at = (part.degree, part.class);
        if known.insert(at, part).is_some() {
            return Err(invalid(at, "it is there twice"));
        }
    }
    let mut ranks = Vec::new();
    for (b, list) in blocks.classes.iter().enumerate() {
        let (rows, cols) = blocks.planned.sizes.block(b as u64);
        let belong: [&dyn Fn(usize) -> bool; 2] =
            [&|row| (row as u64) < rows, &|col| (col as u64) < cols];
        let class = |class: &ClassSize| {
            let at = (b, class.label);
            let part = known.remove(&at).ok_or_else(|| invalid(at, "it is missing"))?;
            part.into_rank(belong).ok_or_else(|| invalid(at, "its minor is not in its block"))
        };
        let classes = list.iter().map(class).collect::<Result<Vec<_>, _>>()?;
        ranks.push(BlockRank::joined(b, (rows as usize, cols as usize), classes));
    }
    if let Some(at) = known.into_keys().next() {
        return Err(invalid(at, NO_CLASS));
    }
    let limit = ranks.iter().any(|b| !b.whole).then_some(Limit::Memory);
    let Blocks { setting, prime, signs, .. } = blocks;
    let evidence = Evidence::Hankel { blocks: ranks, signs };
    Ok(judged(setting, Found { evidence, prime, limit }))
}
