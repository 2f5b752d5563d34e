//! What the campaign records of an instance.

use super::Sizes;
use crate::claims::Verdict;
use serde::{Deserialize, Serialize};

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
    /// Tokens of A, the side of the output token.
    pub own: usize,
    /// Tokens of B.
    pub other: usize,
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
    /// For each degree b: rows, columns and rank of the block, where both sides have as many tokens as
    /// the width; else empty.
    pub blocks: Vec<[usize; 3]>,
    /// The first degree b whose part has a rank below its term of 3.12, where the rank is below the bound
    /// and the parts were looked at.
    pub first_below: Option<usize>,
    /// Whether the checker accepted a certificate; false where it would take it too long.
    pub checked: bool,
}

impl Record {
    /// The instance's sizes.
    pub fn sizes(&self) -> Sizes {
        let Self { depth, width, heads, own, other, .. } = *self;
        Sizes { depth, width, heads, own, other }
    }

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
            "{}: rank {} stays below {} in {} draws{}",
            self.sizes(),
            self.rank,
            self.bound,
            self.seeds.len(),
            self.first_below.map_or(String::new(), |b| format!(", first at b = {b}"))
        ))
    }
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
