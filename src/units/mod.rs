//! Campaigns in units: independent pieces of work that any engine may run, anywhere and in any order.
//!
//! A [`Request`] says what is wanted; its units follow from it. A [`Campaign`] is a directory with the request and the list
//! of its units, `campaign.json`, and for each finished unit a file `parts/ID.json`. Files appear whole or not at all, by
//! renaming, so there are no locks: of two processes on one unit each writes the same bytes. A part says of which
//! campaign, program, seed and unit it is, with its own digest, and counts only if all of that is right. What the parts
//! are put together to is what the command gives that does all at once.
//!
//! | file | what it holds |
//! |---|---|
//! | `campaign.rs` | the directory: listing, running one unit, what is there, joining |
//! | `record.rs` | campaigns and parts as files |
//! | `claims.rs`, `sharpness.rs`, `map.rs`, `rank.rs`, `study.rs` | one kind of campaign each |

mod campaign;
mod claims;
mod map;
mod rank;
mod record;
mod sharpness;
mod study;

pub use campaign::{Campaign, Done, State, Unfinished};
pub use claims::ClaimsUnits;
pub use map::MapUnits;
pub use rank::RankUnits;
pub use record::ListedUnit;
pub use sharpness::SharpnessUnits;
pub use study::StudyUnits;

use crate::claims::sharpness::Record;
use crate::claims::{Claim, Examined};
use crate::float::FloatError;
use crate::float::study::{Measurement, Question};
use crate::network::InvalidProblem;
use crate::prove::{RankAnswer, RankError};
use crate::sweep::Row;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// Campaigns of more units are refused.
pub const MOST_UNITS: usize = 100_000;

/// What a campaign is of. All that its results depend on is in it, so that it may be sent elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Request {
    /// The cases of claims.
    Claims(ClaimsUnits),
    /// Instances of Conjecture 3.13.
    Sharpness(SharpnessUnits),
    /// Sizes of the regime map.
    Map(MapUnits),
    /// Classes of the Hankel blocks of one rank.
    Rank(RankUnits),
    /// Rows of the study of real networks.
    Study(StudyUnits),
}

impl Request {
    /// The name of its kind, with which the ids of its units begin.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Claims(_) => "claims",
            Self::Sharpness(_) => "sharpness",
            Self::Map(_) => "map",
            Self::Rank(_) => "rank",
            Self::Study(_) => "study",
        }
    }

    /// Seed of everything random; 0 where nothing is.
    pub fn seed(&self) -> u64 {
        match self {
            Self::Claims(ClaimsUnits { seed, .. })
            | Self::Sharpness(SharpnessUnits { seed, .. })
            | Self::Rank(RankUnits { seed, .. })
            | Self::Study(StudyUnits { seed, .. }) => *seed,
            Self::Map(_) => 0,
        }
    }

    fn units(&self) -> &dyn Units {
        match self {
            Self::Claims(kind) => kind,
            Self::Sharpness(kind) => kind,
            Self::Map(kind) => kind,
            Self::Rank(kind) => kind,
            Self::Study(kind) => kind,
        }
    }
}

/// What a unit is forecast to cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// By the rates of the machine that made the list, rounded up.
    pub milliseconds: u64,
    /// Largest memory in use, besides the program.
    pub bytes: u64,
}

impl Cost {
    fn new(seconds: f64, bytes: u64) -> Self {
        Self { milliseconds: (seconds * 1e3).ceil() as u64, bytes }
    }

    /// Seconds.
    pub fn seconds(self) -> f64 {
        self.milliseconds as f64 / 1e3
    }
}

/// What the parts are put together to: what the command has that does all at once.
pub enum Joined {
    /// `certify`: the claims and their cases in order.
    Claims(Vec<&'static dyn Claim>, Vec<Examined>),
    /// `certify --profile sharpness`.
    Sharpness(Vec<Record>),
    /// `map`.
    Map(Vec<Row>),
    /// `rank`.
    Rank(Box<RankAnswer>),
    /// `spectrum`.
    Study(StudyUnits, Vec<(Question, Measurement)>),
}

/// Steps done of steps planned.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// A kind of campaign.
trait Kind {
    /// All that tells one unit from the others.
    type Unit;
    /// What a unit finds, from which nothing is lost in JSON.
    type Part: Serialize + DeserializeOwned;

    /// The units in the order of the joined result, each with its canonical form, which names it.
    fn list(&self) -> Result<Vec<(String, Self::Unit)>, UnitError>;

    /// Those of these names.
    fn pick(&self, names: &[&str]) -> Result<Vec<Self::Unit>, UnitError> {
        let mut known: HashMap<String, Self::Unit> = self.list()?.into_iter().collect();
        let unknown = |name: &str| UnitError::Damaged(name.into(), UNKNOWN.into());
        names.iter().map(|name| known.remove(*name).ok_or_else(|| unknown(name))).collect()
    }

    /// What they cost, in their order.
    fn costs(&self, units: &[(String, Self::Unit)]) -> Result<Vec<Cost>, UnitError>;

    /// Finds one.
    fn run(&self, unit: &Self::Unit, progress: Progress) -> Result<Self::Part, UnitError>;

    /// The result of all, in the order of the list; certificates are written into the directory `out`.
    fn join(&self, parts: Vec<(Self::Unit, Self::Part)>, out: &Path) -> Result<Joined, UnitError>;
}

/// The same without types.
trait Units {
    fn names_and_costs(&self) -> Result<Vec<(String, Cost)>, UnitError>;
    fn find(&self, name: &str, progress: Progress) -> Result<Value, UnitError>;
    fn put_together(&self, parts: Vec<(&str, Value)>, out: &Path) -> Result<Joined, UnitError>;
}

impl<K: Kind> Units for K {
    fn names_and_costs(&self) -> Result<Vec<(String, Cost)>, UnitError> {
        let units = self.list()?;
        let costs = self.costs(&units)?;
        Ok(units.into_iter().map(|(name, _)| name).zip(costs).collect())
    }

    fn find(&self, name: &str, progress: Progress) -> Result<Value, UnitError> {
        let damaged = |why: &str| UnitError::Damaged(name.into(), why.into());
        let unit = self.pick(&[name])?.pop().ok_or_else(|| damaged(UNKNOWN))?;
        let part = self.run(&unit, progress)?;
        serde_json::to_value(part).map_err(|e| damaged(&e.to_string()))
    }

    fn put_together(&self, parts: Vec<(&str, Value)>, out: &Path) -> Result<Joined, UnitError> {
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        let units = self.pick(&names)?;
        let read = |(unit, (name, part)): (K::Unit, (&str, Value))| {
            let part = serde_json::from_value(part);
            let damaged = |e: serde_json::Error| UnitError::Damaged(name.into(), e.to_string());
            part.map(|part| (unit, part)).map_err(damaged)
        };
        self.join(units.into_iter().zip(parts).map(read).collect::<Result<_, _>>()?, out)
    }
}

const UNKNOWN: &str = "the request has no such unit";

/// Why a campaign does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// The request makes no sense, or a rank does not fit.
    #[error(transparent)]
    Rank(#[from] RankError),
    /// A measurement fails.
    #[error(transparent)]
    Float(#[from] FloatError),
    /// A file cannot be read or written; with its path.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The directory holds something else than what is asked for, or it is damaged: the path, and why.
    #[error("{0}: {1}")]
    Campaign(String, String),
    /// A unit, by its name, whose result cannot be had from the campaign: why.
    #[error("unit {0}: {1}")]
    Damaged(String, String),
}

impl From<InvalidProblem> for UnitError {
    fn from(error: InvalidProblem) -> Self {
        Self::Rank(error.into())
    }
}
