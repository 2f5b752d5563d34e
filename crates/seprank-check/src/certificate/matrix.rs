//! Claims on the rank of a matrix that is given entry by entry.

use super::blocks::Words;
use super::challenge::Challenge;
use super::types::{Integer, Rational, Relation, Residue, required};
use super::write::written;
use super::{number, packed};
use crate::files::sha256;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `rank(matrix) relation value`, over a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixClaim {
    /// The matrix.
    pub matrix: GivenMatrix,
    /// The field.
    pub over: Field,
    /// Which way.
    pub relation: Relation,
    /// The right-hand side.
    pub value: Integer,
    /// Evidence for at-least and equal.
    #[serde(deserialize_with = "required")]
    pub lower: Option<MatrixMinor>,
    /// Evidence for at-most and equal.
    #[serde(deserialize_with = "required")]
    pub upper: Option<MatrixUpper>,
}

/// A matrix, by its entries that are not zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GivenMatrix {
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub cols: u64,
    /// The entries.
    pub entries: MatrixEntries,
}

/// Where the entries are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatrixEntries {
    /// Here, row by row, columns increasing.
    Inline(Vec<MatrixEntry>),
    /// In another file.
    File(SideFile),
}

/// Row and column, from 0, and the value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MatrixEntry(
    pub u64,
    pub u64,
    #[serde(serialize_with = "number::serialize")] pub Rational,
);

/// A file with the entries of a matrix, in the form of docs/format.md.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideFile {
    /// A name for people.
    pub name: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Q.
    Rational,
    /// The integers modulo a prime.
    Modulo(Residue),
}

/// A minor that is not zero modulo a prime.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixMinor {
    /// The prime p.
    pub prime: Residue,
    /// Its rows, increasing, from 0.
    pub rows: Words,
    /// Its columns, increasing, from 0.
    pub cols: Words,
    /// The solutions of the challenge; without them the minor is eliminated.
    #[serde(deserialize_with = "required")]
    pub solutions: Option<Vec<Residues>>,
}

/// Evidence for an upper bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MatrixUpper {
    /// Rows and columns that hold every entry.
    Cover(MatrixCover),
    /// Columns of which all are combinations.
    Columns(SpanningColumns),
    /// The matrix is eliminated.
    Elimination,
}

/// Rows and columns, from 0, increasing, outside of which all entries are zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixCover {
    /// The rows.
    pub rows: Words,
    /// The columns.
    pub cols: Words,
}

/// Columns, from 0, increasing, of which all are combinations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanningColumns {
    /// The columns.
    pub cols: Words,
    /// For each challenge the combination of these columns that is asked for.
    pub combinations: Vec<Residues>,
}

/// Residues below 2^63: in a file the base64 (RFC 4648, with padding) of eight bytes each, the lowest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Residues(pub Vec<u64>);

impl Serialize for Residues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        packed::serialize(self.0.iter().map(|n| n.to_le_bytes()), serializer)
    }
}

impl<'de> Deserialize<'de> for Residues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        packed::deserialize(deserializer, u64::from_le_bytes).map(Self)
    }
}

/// The challenges that belong to a claim: everything but the answers to them is hashed.
#[derive(Clone, Debug)]
pub struct MatrixChallenges<'a> {
    claim: &'a MatrixClaim,
    /// The SHA-256 of the matrix, as it is written in the file.
    matrix: String,
}

#[derive(Serialize)]
struct Fixed<'a> {
    asks: &'static str,
    number: u32,
    matrix: &'a str,
    over: &'a Field,
    relation: Relation,
    value: &'a Integer,
    prime: Option<&'a Residue>,
    rows: Option<&'a Words>,
    cols: &'a Words,
}

impl MatrixClaim {
    /// Its challenges. Cost: the matrix is written once.
    pub fn challenges(&self) -> MatrixChallenges<'_> {
        MatrixChallenges { claim: self, matrix: sha256(&written(&self.matrix)) }
    }
}

impl MatrixChallenges<'_> {
    /// The right-hand sides that the solutions of `minor` belong to.
    pub fn minor(&self, minor: &MatrixMinor) -> Challenge {
        let MatrixMinor { prime, rows, cols, solutions: _ } = minor;
        let fixed = Fixed { prime: Some(prime), rows: Some(rows), ..self.fixed("minor", 0, cols) };
        Challenge::new(&fixed, prime.0)
    }

    /// The combinations of all columns that are to be combinations of `cols`, modulo p. Over Q there is one prime
    /// for each number, and its first combination counts.
    pub fn columns(&self, cols: &Words, number: u32, p: u64) -> Challenge {
        Challenge::new(&self.fixed("columns", number, cols), p)
    }

    /// Over Q the numbers from 2^61 below 2^62 of which the first prime is taken.
    pub fn candidates(&self, cols: &Words, number: u32) -> Vec<u64> {
        const TRIED: usize = 4096;
        let challenge = Challenge::new(&self.fixed("prime", number, cols), 1 << 61);
        challenge.sides(TRIED)[0].iter().map(|n| n + (1 << 61)).collect()
    }

    fn fixed<'a>(&'a self, asks: &'static str, number: u32, cols: &'a Words) -> Fixed<'a> {
        let MatrixClaim { over, relation, value, .. } = self.claim;
        let (relation, matrix) = (*relation, self.matrix.as_str());
        Fixed { asks, number, matrix, over, relation, value, prime: None, rows: None, cols }
    }
}
