//! One number of a gap: from a bound of the registry, or a rank that was computed.

use super::{Bound, Evaluation, LogInterval};
use rug::Integer;

/// A lower or an upper bound on a separation rank, with what it rests on.
#[derive(Clone)]
pub struct Half {
    /// The bound of the registry; `None` for a computed rank, which is a lower bound.
    pub bound: Option<&'static dyn Bound>,
    /// The exact value, or `None` if it is too large.
    pub value: Option<Integer>,
    /// Around the logarithm of the value; `None` if the value is zero.
    pub log: Option<LogInterval>,
}

impl Half {
    /// The id of a computed rank.
    pub const COMPUTED: &'static str = "computed";

    /// A computed rank.
    pub fn computed(rank: usize) -> Self {
        let value = Integer::from(rank);
        Self { bound: None, log: LogInterval::of(&value), value: Some(value) }
    }

    /// The id of the bound, or [`Half::COMPUTED`].
    pub fn id(&self) -> &'static str {
        self.bound.map_or(Self::COMPUTED, Bound::id)
    }

    /// Whether this number is certainly larger: in exact integers where both are there, elsewhere by
    /// disjoint enclosures.
    pub(super) fn above(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Some(own), Some(other)) => own > other,
            _ => match (&self.log, &other.log) {
                (Some(own), Some(other)) => other.less_than(own),
                _ => false,
            },
        }
    }
}

impl From<Evaluation> for Half {
    fn from(Evaluation { bound, value, log }: Evaluation) -> Self {
        Self { bound: Some(bound), value, log }
    }
}
