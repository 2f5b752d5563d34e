//! Families of layers at one size: degree, weights, rank and bound of each.

use crate::bounds::{Evaluation, Side, best};
use crate::network::presets::{self, Family, FamilySize};
use crate::network::{InvalidProblem, Partition, Problem};
use crate::prove::{Method, Rank, RankRequest, Status, is_short, rank};
use crate::stop::Stop;
use crate::tensor::MemoryLimit;
use itertools::Itertools;
use rug::Integer;
use std::cmp::Ordering;

/// What all families are compared at.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Tokens and channels.
    pub size: FamilySize,
    /// How often the layers of a family's file stand one after the other.
    pub depth: usize,
    /// Side A, the same for all.
    pub left: Vec<usize>,
    /// Whether the ranks at the contiguous cuts are found too, where each is short.
    pub cuts: bool,
    /// Seed of everything random.
    pub seed: u64,
    /// Limit on memory.
    pub memory: MemoryLimit,
    /// Largest number of points on a side of a grid by which a rank is found that takes more than about a second: it
    /// is a lower bound then.
    pub points: Option<u64>,
}

/// One family in a comparison.
#[derive(Clone)]
pub struct Row {
    /// The family.
    pub family: Family,
    /// What is found; or why the family has no network of that size, or there was no time for it.
    pub entry: Result<Entry, String>,
}

/// A family's network.
#[derive(Clone)]
pub struct Entry {
    /// The network.
    pub problem: Problem,
    /// The number of its free weights.
    pub weights: usize,
    /// Its rank; or why it is not found.
    pub rank: Result<Rank, String>,
    /// The best upper bound.
    pub upper: Option<Evaluation>,
    /// The least and the largest rank found at the contiguous cuts, each proved from below.
    pub cuts: Option<[usize; 2]>,
}

impl Comparison {
    /// At a size, A being `left` or else the first half; with cuts, seed 0, default memory limit, any number of points.
    ///
    /// # Errors
    /// A size below its least or above [`FamilySize::MOST`], or a side that is none.
    pub fn new(
        size: FamilySize,
        depth: usize,
        left: Option<&[usize]>,
    ) -> Result<Self, InvalidProblem> {
        let FamilySize { tokens, width } = size;
        let size = FamilySize::new(tokens, width)?;
        if !(1..=FamilySize::MOST).contains(&depth) {
            let allowed = format!("allowed are 1..={}", FamilySize::MOST);
            return Err(InvalidProblem::new("depth", depth, allowed));
        }
        let partition = match left {
            Some(left) => Partition::new(tokens, left)?,
            None => Partition::halves(tokens)?,
        };
        let (left, memory) = (partition.left().to_vec(), MemoryLimit::default());
        Ok(Self { size, depth, left, cuts: true, seed: 0, memory, points: None })
    }

    /// The rows of families, the largest rank first, and that of attention, to which they are compared. Each has its
    /// share of the time until `stop` is due, and ends then with what is proved; `progress` is told of each.
    pub fn rows(&self, families: &[Family], stop: &Stop, progress: &dyn Fn()) -> (Vec<Row>, Row) {
        let row = |(index, family): (usize, &Family)| {
            let share = stop.left().map(|left| left / (families.len() - index) as u32);
            let stop = share.map_or_else(|| stop.clone(), |share| stop.within(share));
            let row = self.row(*family, &stop);
            progress();
            row
        };
        let mut rows: Vec<Row> = families.iter().enumerate().map(row).collect();
        let attention = |family: &Family| family.name == "attention";
        let own = rows.iter().find(|row| attention(&row.family)).cloned();
        let attention = own.unwrap_or_else(|| {
            let family = presets::families().into_iter().find(attention);
            let family = family.expect("attention is a family");
            Self { cuts: false, ..self.clone() }.row(family, stop)
        });
        sort(&mut rows);
        (rows, attention)
    }

    /// The row of one family, which ends with what is proved once `stop` is due.
    pub fn row(&self, family: Family, stop: &Stop) -> Row {
        let not_computed = stop.due().map(|limit| format!("not computed: {limit}"));
        let problem = match not_computed {
            Some(why) => Err(why),
            None => family.at(self.size, self.depth, &self.left),
        };
        let entry = problem.map(|problem| {
            let request = RankRequest {
                seed: self.seed,
                memory: self.memory,
                stop: stop.clone(),
                ..RankRequest::new(problem.clone())
            };
            let upper = best(&problem, Side::Upper);
            let cuts = if self.cuts { cuts(&request) } else { None };
            let weights = problem.free_weights();
            Entry { rank: found(request, self.points), weights, upper, cuts, problem }
        });
        Row { family, entry }
    }
}

fn found(request: RankRequest, points: Option<u64>) -> Result<Rank, String> {
    let request = &match points {
        Some(_) if !is_short(&request) => RankRequest { points, method: Method::Grid, ..request },
        _ => request,
    };
    Rank::find(request, &|_, _| ()).map(|(rank, _)| rank).map_err(|error| error.to_string())
}

/// The least and the largest rank at a contiguous cut, if all are found in about a second each.
fn cuts(request: &RankRequest) -> Option<[usize; 2]> {
    let mut ends: Option<[usize; 2]> = None;
    for cut in 1..request.problem.tokens() {
        let problem = request.problem.with_partition(&(0..cut).collect::<Vec<_>>()).ok()?;
        let request = RankRequest { problem, ..request.clone() };
        if request.stop.is_due() || !is_short(&request) {
            return None;
        }
        let answer = rank(&request, &|_, _| ()).ok().filter(|answer| answer.limit.is_none())?;
        let [least, most] = ends.unwrap_or([answer.rank; 2]);
        ends = Some([least.min(answer.rank), most.max(answer.rank)]);
    }
    ends
}

impl Row {
    /// The rank, if it is found.
    pub fn rank(&self) -> Option<&Rank> {
        self.entry.as_ref().ok()?.rank.as_ref().ok()
    }

    /// Why there is no rank.
    pub fn missing(&self) -> Option<&str> {
        match &self.entry {
            Err(why) => Some(why),
            Ok(entry) => entry.rank.as_ref().err().map(String::as_str),
        }
    }

    /// How its rank stands to that of `other`: proved where their bounds decide, found where both ranks were computed to
    /// the end, else open; `None` where one has no rank.
    pub fn against(&self, other: &Self) -> Option<&'static str> {
        let (own, other) = (self.known()?, other.known()?);
        let above = |a: &Known, b: &Known| b.upper.as_ref().is_some_and(|upper| a.lower > *upper);
        let exact = |known: &Known| known.upper.as_ref() == Some(&known.lower);
        Some(match own.lower.cmp(&other.lower) {
            _ if above(&own, &other) => "above, proved",
            _ if above(&other, &own) => "below, proved",
            Ordering::Equal if exact(&own) && exact(&other) => "equal, proved",
            _ if !(own.whole && other.whole) => "open",
            Ordering::Greater => "above, found",
            Ordering::Less => "below, found",
            Ordering::Equal => "equal, found",
        })
    }

    fn known(&self) -> Option<Known> {
        let (entry, rank) = (self.entry.as_ref().ok()?, self.rank()?);
        let lower = rank.value()?;
        let upper = match rank.status() {
            Status::Exact => Some(lower.clone()),
            Status::Lower => entry.upper.as_ref().and_then(|e| e.value.clone()),
        };
        Some(Known { lower, upper, whole: rank.is_whole() })
    }
}

/// What is known of a rank.
struct Known {
    lower: Integer,
    upper: Option<Integer>,
    /// As [`Rank::is_whole`].
    whole: bool,
}

/// The families of these names, each once, or all.
///
/// # Errors
/// A name that is none's.
pub fn chosen(names: Option<&[String]>) -> Result<Vec<Family>, InvalidProblem> {
    let all = presets::families();
    let Some(names) = names else { return Ok(all) };
    let find = |name: &String| {
        let known = || all.iter().map(|family| family.name).join(", ");
        let found = all.iter().find(|family| family.name == name);
        let wrong = || InvalidProblem::new("families", name, format!("allowed are {}", known()));
        found.copied().ok_or_else(wrong)
    };
    names.iter().unique().map(find).collect()
}

/// The largest rank first, then by name; families without one come last.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        let of = |row: &Row| row.rank().map(|rank| (rank.value().is_none(), rank.value()));
        of(b).cmp(&of(a)).then_with(|| a.family.name.cmp(b.family.name))
    });
}
