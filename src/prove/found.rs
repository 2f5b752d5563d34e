//! A rank as it is found: by theorem or by computation.

use super::answer::{Evidence, RankAnswer, Status};
use super::by_theorem::{ByTheorem, decided_first, proved_instead};
use super::rank::{rank, some_draws};
use super::request::{RankError, RankRequest};
use crate::stop::Limit;
use rug::Integer;
use seprank_check::certificate::Certificate;
use std::fmt;

/// A rank, computed or by theorem.
#[derive(Clone, Debug)]
pub enum Rank {
    /// By a minor.
    Computed(Box<RankAnswer>),
    /// By bounds.
    Theorem(Box<ByTheorem>),
}

impl Rank {
    /// The answer to `request`: by theorem where that comes first ([`decided_first`]), else computed; and where that does
    /// not fit by theorem again ([`proved_instead`]), with the reason why it was not computed. `progress` as of
    /// [`rank`].
    ///
    /// # Errors
    /// As of [`rank`], where no theorem answers instead.
    pub fn find(
        request: &RankRequest,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<(Self, Option<RankError>), RankError> {
        some_draws(request)?;
        if let Some(found) = decided_first(request) {
            return Ok((Self::Theorem(found.into()), None));
        }
        match rank(request, progress) {
            Ok(answer) => Ok((Self::Computed(answer.into()), None)),
            Err(error) => match proved_instead(request, &error) {
                Some(found) => Ok((Self::Theorem(found.into()), Some(error))),
                None => Err(error),
            },
        }
    }

    /// What is proved; `None` of a number that is too long to write.
    pub fn value(&self) -> Option<Integer> {
        match self {
            Self::Computed(answer) => match answer.by_theorem() {
                Some(found) => found.lower.value,
                None => Some(answer.rank.into()),
            },
            Self::Theorem(found) => found.lower.value.clone(),
        }
    }

    /// Whether it is exact or at least that.
    pub fn status(&self) -> Status {
        match self {
            Self::Computed(answer) => answer.by_theorem().map_or(answer.status, |f| f.status()),
            Self::Theorem(found) => found.status(),
        }
    }

    /// What ended the search for a larger one, if anything did.
    pub fn limit(&self) -> Option<Limit> {
        match self {
            Self::Computed(answer) => answer.limit,
            Self::Theorem(_) => None,
        }
    }

    /// Whether it is exact, or the rank at the random weights by a computation that came to its end: no limit ended it,
    /// a grid had more points than its rank, and no theorem has a larger lower bound.
    pub fn is_whole(&self) -> bool {
        let ended = |answer: &RankAnswer| match &answer.evidence {
            Evidence::Grid { tried, .. } => answer.rank < *tried,
            _ => true,
        };
        match self {
            _ if self.status() == Status::Exact => true,
            Self::Computed(answer) => {
                answer.limit.is_none() && answer.by_theorem().is_none() && ended(answer)
            }
            Self::Theorem(_) => false,
        }
    }

    /// Its certificate.
    ///
    /// # Errors
    /// As [`RankAnswer::certificate`] and [`ByTheorem::certificate`].
    pub fn certificate(&self) -> Result<Certificate, RankError> {
        match self {
            Self::Computed(answer) => answer.certificate(),
            Self::Theorem(found) => Ok(found.certificate()?),
        }
    }
}

/// As the answer.
impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Computed(answer) => answer.fmt(f),
            Self::Theorem(found) => found.fmt(f),
        }
    }
}
