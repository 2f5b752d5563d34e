//! Evidence by blocks, for functions of a sum (docs/theory.md, 1.6).

use super::challenge::Challenge;
use super::packed;
use super::problem::Problem;
use super::types::{Residue, required};
use super::weights::Weights;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Minors of Hankel blocks, whose orders add up to the rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blocks {
    /// The prime p.
    pub prime: Residue,
    /// One number a channel, whose bits say which changes of sign of channels the function is odd under;
    /// all 0 if the blocks are not split.
    pub signs: Vec<u64>,
    /// The minors: no two of one degree and class.
    pub blocks: Vec<Block>,
}

/// A minor of the block of one degree, within one class of signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The degree b.
    pub degree: u64,
    /// Numbers of the rows (k, alpha), |alpha| = C - b.
    pub rows: Words,
    /// Numbers of the columns beta, |beta| = b.
    pub cols: Words,
    /// The solutions of the challenges; without them the minor is eliminated.
    #[serde(deserialize_with = "required")]
    pub solutions: Option<Vec<Words>>,
}

impl Block {
    /// The right-hand sides that belong to this minor of `problem` with `weights`, modulo `prime`.
    pub fn challenge(&self, problem: &Problem, weights: &Weights, prime: &Residue) -> Challenge {
        let Self { degree, rows, cols, solutions: _ } = self;
        let fixed = Fixed { problem, weights, prime, degree: *degree, rows, cols };
        Challenge::new(&fixed, prime.0)
    }
}

/// Everything that fixes a minor.
#[derive(Serialize)]
struct Fixed<'a> {
    problem: &'a Problem,
    weights: &'a Weights,
    prime: &'a Residue,
    degree: u64,
    rows: &'a Words,
    cols: &'a Words,
}

/// Numbers below 2^32: in a file the base64 (RFC 4648, with padding) of four bytes each, the lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<u32>);

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        packed::serialize(self.0.iter().map(|n| n.to_le_bytes()), serializer)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        packed::deserialize(deserializer, u32::from_le_bytes).map(Self)
    }
}
