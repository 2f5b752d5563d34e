//! Claims on the rank of a matrix that is given entry by entry (docs/theory.md, 1.8; docs/format.md, 2).
//!
//! The matrix stands in the certificate or, if it is large, in a file beside it that the certificate names by
//! its SHA-256. Over Q its rows are made integral first, which does not change the rank.

mod lower;
mod rows;
mod side_file;
mod upper;

pub use side_file::MAX_MATRIX_BYTES;

use super::Options;
use super::evidence::Way;
use super::halves::halves;
use super::prime::is_prime;
use super::verdict::{Finding, Kind};
use crate::certificate::{
    Field, GivenMatrix, MatrixClaim, MatrixEntries, MatrixEntry, SideFile, Words,
};
use crate::files::sha256;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use rows::{Entries, Rows};
use std::fmt::Display;

const PLACE: &str = "claim.matrix";

/// Sizes are at most this.
const MAX_SIDE: u64 = 1 << 24;

/// Checks a claim. `file` is the content of the file that was given with it, if one was.
pub(super) fn check(
    claim: &MatrixClaim,
    file: Option<&[u8]>,
    options: Options<'_>,
) -> Result<Way, Finding> {
    let value = form(claim)?;
    let matrix = matrix(claim, file)?;
    let check = Check { claim, value, matrix: &matrix, eliminate: options.eliminate };
    let lower = claim.lower.as_ref().map_or(Ok(Way::Whole), |minor| check.minor(minor))?;
    let upper = claim.upper.as_ref().map_or(Ok(Way::Whole), |upper| check.upper(upper))?;
    Ok(lower.max(upper))
}

struct Check<'a> {
    claim: &'a MatrixClaim,
    value: u64,
    matrix: &'a Entries,
    eliminate: bool,
}

fn finding(kind: Kind, field: &str, expected: impl Display, got: impl Display) -> Finding {
    Finding::new(kind, format_args!("{PLACE}.{field}"), expected, got)
}

/// The value, which no rank passes, if the evidence that the claim asks for is there and no other.
fn form(claim: &MatrixClaim) -> Result<u64, Finding> {
    halves(PLACE, claim.relation, claim.lower.is_some(), claim.upper.is_some())?;
    let GivenMatrix { rows, cols, .. } = claim.matrix;
    for (field, size) in [("rows", rows), ("cols", cols)] {
        if size > MAX_SIDE {
            let field = format!("matrix.{field}");
            return Err(finding(Kind::Matrix, &field, format_args!("at most {MAX_SIDE}"), size));
        }
    }
    let most = rows.min(cols);
    let value = claim.value.0.to_u64().filter(|value| *value <= most);
    value.ok_or_else(|| {
        let expected = format_args!("0..={most}, the least of the two sizes");
        finding(Kind::Value, "value", expected, &claim.value)
    })
}

/// The entries, from the certificate or the file.
fn matrix(claim: &MatrixClaim, file: Option<&[u8]>) -> Result<Entries, Finding> {
    let over = Over::new(&claim.over)?;
    match (&claim.matrix.entries, file) {
        (MatrixEntries::Inline(list), file) => {
            let entries = inline(&claim.matrix, list, &over)?;
            let given = file.map(|bytes| side_file::read(&claim.matrix, bytes, &over));
            if given.transpose()?.is_some_and(|given| given != entries) {
                let expected = "the matrix in the file that was given with it";
                return Err(finding(Kind::Matrix, "matrix.entries", expected, "another"));
            }
            Ok(entries)
        }
        (MatrixEntries::File(named), Some(bytes)) => {
            let found = sha256(bytes);
            if found == named.sha256 {
                return side_file::read(&claim.matrix, bytes, &over);
            }
            let expected = format_args!("a file whose SHA-256 is {}", named.sha256);
            Err(finding(Kind::MissingMatrix, "matrix.entries.file", expected, found))
        }
        (MatrixEntries::File(SideFile { name, sha256 }), None) => {
            let name = name.escape_debug();
            let expected = format_args!("the file {name} with SHA-256 {sha256}, by --matrix");
            Err(finding(Kind::MissingMatrix, "matrix.entries.file", expected, "none"))
        }
    }
}

/// A field of which the prime was tested.
enum Over {
    Rationals,
    Modulo(u64),
}

impl Over {
    fn new(field: &Field) -> Result<Self, Finding> {
        match field {
            Field::Rational => Ok(Self::Rationals),
            Field::Modulo(p) => prime(p.0, "over").map(Self::Modulo),
        }
    }
}

fn prime(p: u64, field: &str) -> Result<u64, Finding> {
    if p >> 63 == 0 && is_prime(p) {
        return Ok(p);
    }
    Err(finding(Kind::Prime, field, "a prime below 2^63", p))
}

/// The entries in the certificate, each in its place and once.
fn inline(matrix: &GivenMatrix, list: &[MatrixEntry], over: &Over) -> Result<Entries, Finding> {
    let mut builder = rows::Builder::new(matrix, over);
    for (number, MatrixEntry(row, col, value)) in list.iter().enumerate() {
        builder.push(*row, *col, value.0.clone()).map_err(|(expected, got)| {
            finding(Kind::Matrix, &format!("matrix.entries[{number}]"), expected, got)
        })?;
    }
    Ok(builder.finish())
}

/// Numbers that increase and are below a size.
fn positions<'a>(list: &'a Words, size: u64, field: &str) -> Result<&'a [u32], Finding> {
    let increasing = list.0.windows(2).all(|w| w[0] < w[1]);
    if increasing && list.0.last().is_none_or(|last| u64::from(*last) < size) {
        return Ok(&list.0);
    }
    let expected = format_args!("increasing numbers below {size}");
    Err(finding(Kind::Matrix, field, expected, "others"))
}

impl Entries {
    /// The matrix modulo p, which over a prime field is that prime.
    fn modulo(&self, p: u64) -> std::borrow::Cow<'_, Rows<u64>> {
        match self {
            Self::Residues(rows) => std::borrow::Cow::Borrowed(rows),
            Self::Integers(rows) => std::borrow::Cow::Owned(rows.map(|n| residue(n, p))),
        }
    }
}

/// In 0..p.
fn residue(n: &BigInt, p: u64) -> u64 {
    let p = BigInt::from(p);
    let residue = (n % &p + &p) % &p;
    residue.to_u64().unwrap_or_default() // below p < 2^63
}
