//! Numbers in JSON documents.
//!
//! A reader that keeps numbers in doubles, as JavaScript does, rounds integers of 2^53 and more. So
//! those are decimal strings, and primes and the values in lists of bounds are strings at any size.

use serde::{Serialize, Serializer};
use std::fmt::Display;

/// The least integer that is written as a string.
const LARGE: u64 = 1 << 53;

/// A count or a size: a number below 2^53, a decimal string from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Integer(pub(super) u64);

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 < LARGE { to.serialize_u64(self.0) } else { to.collect_str(&self.0) }
    }
}

/// For `#[serde(serialize_with = "json::integer")]`: as [`Integer`].
pub(super) fn integer<S: Serializer>(n: &u64, to: S) -> Result<S::Ok, S::Error> {
    Integer(*n).serialize(to)
}

/// For `#[serde(serialize_with = "json::count")]`: as [`Integer`], of any size.
pub(super) fn count<S: Serializer>(n: &rug::Integer, to: S) -> Result<S::Ok, S::Error> {
    match n.to_u64() {
        Some(n) => Integer(n).serialize(to),
        None => to.collect_str(n),
    }
}

/// For `#[serde(serialize_with = "json::optional_count")]`: as [`count`], or null.
pub(super) fn optional_count<S: Serializer>(
    n: &Option<rug::Integer>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match n {
        Some(n) => count(n, to),
        None => to.serialize_none(),
    }
}

/// For `#[serde(serialize_with = "json::string")]`: a string at any size, as of primes.
pub(super) fn string<S: Serializer>(n: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The double next to a number that is written bare is that number.
    #[test]
    fn integers_that_doubles_round_are_strings() {
        for n in [0, 1, LARGE - 1, LARGE, LARGE + 1, (1 << 61) - 1, u64::MAX] {
            let text = serde_json::to_string(&Integer(n)).unwrap();
            let exact = n as f64 as u64 == n && (n as f64 + 1.0) as u64 == n.wrapping_add(1);
            assert_eq!(text, if exact { n.to_string() } else { format!("\"{n}\"") });
        }
    }
}
