//! The types of the format, in the order in which they stand in a file. See docs/format.md.

use super::number::Text;
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Deserializer, Serialize};

/// An integer of any size.
pub type Integer = Text<BigInt>;
/// A rational number in lowest terms, `"n"` or `"n/d"`.
pub type Rational = Text<BigRational>;
/// A residue in 0..p, or the prime p itself.
pub type Residue = Text<u64>;
/// Rows of equal length.
pub type Matrix = Vec<Vec<Rational>>;
/// Exponents of the entries of X on one side: positions in increasing order, channels within them.
pub type Monomial = Vec<u64>;

/// Which way a claim goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `=`
    Equal,
}

/// A field that may be null but not absent.
pub(super) fn required<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(d)
}
