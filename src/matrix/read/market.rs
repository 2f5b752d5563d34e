//! Matrix Market: R. F. Boisvert, R. Pozo, K. A. Remington, *The Matrix Market exchange formats: initial
//! design*, NISTIR 5935, 1996.
//!
//! Written here, as crates that read it hold values in 64 bits. Of symmetric matrices the lower triangle is
//! stored, of skew-symmetric ones what is strictly below the diagonal.

use super::{Lines, ReadError, Word};
use crate::matrix::{Builder, MAX_SIDE, Matrix, Number};
use crate::tensor::MemoryLimit;

#[derive(Clone, Copy, PartialEq)]
enum Field {
    Numbers,
    Pattern,
}

#[derive(Clone, Copy, PartialEq)]
enum Symmetry {
    General,
    Symmetric,
    Skew,
}

const BANNER: &str =
    "%%MatrixMarket matrix coordinate|array integer|pattern|real general|symmetric|skew-symmetric";

pub(super) fn parse(bytes: &[u8], limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let mut lines = Lines::new(bytes, None);
    let words = lines.expect::<5>(BANNER)?;
    let lower = words.map(|w| String::from_utf8_lossy(w.text).to_ascii_lowercase());
    let among = |at: usize, allowed: &str| -> Result<(), ReadError> {
        let known = allowed.split('|').any(|name| name == lower[at]);
        if known { Ok(()) } else { Err(words[at].wrong(format_args!("allowed is {allowed}"))) }
    };
    among(0, "%%matrixmarket")?;
    among(1, "matrix")?;
    among(2, "coordinate|array")?;
    let coordinate = lower[2] == "coordinate";
    among(3, if coordinate { "integer|real|pattern" } else { "integer|real" })?;
    among(4, "general|symmetric|skew-symmetric")?;
    let field = if lower[3] == "pattern" { Field::Pattern } else { Field::Numbers };
    let symmetry = match lower[4].as_str() {
        "symmetric" => Symmetry::Symmetric,
        "skew-symmetric" => Symmetry::Skew,
        _ => Symmetry::General,
    };
    if field == Field::Pattern && symmetry == Symmetry::Skew {
        return Err(words[4].wrong("allowed are general and symmetric, for pattern"));
    }
    lines.comment = Some(b'%');
    if coordinate {
        by_coordinates(&mut lines, field, symmetry, limit)
    } else {
        array(&mut lines, symmetry, limit)
    }
}

/// Rows and columns; of a symmetric matrix as many of both.
fn size(rows: Word<'_>, cols: Word<'_>, symmetry: Symmetry) -> Result<(u64, u64), ReadError> {
    let sizes = (rows.count("rows", MAX_SIDE)?, cols.count("columns", MAX_SIDE)?);
    if symmetry != Symmetry::General && sizes.0 != sizes.1 {
        return Err(cols.wrong(format_args!("allowed is {}, as there are rows", sizes.0)));
    }
    Ok(sizes)
}

/// The entry, and that on the other side of the diagonal.
fn push(
    builder: &mut Builder,
    (i, j): (usize, usize),
    value: Number,
    symmetry: Symmetry,
) -> Result<(), ReadError> {
    if symmetry != Symmetry::General && i != j {
        let other = match symmetry {
            Symmetry::Skew => value.negated(),
            _ => value.clone(),
        };
        builder.push(j, i, other)?;
    }
    Ok(builder.push(i, j, value)?)
}

fn by_coordinates(
    lines: &mut Lines<'_>,
    field: Field,
    symmetry: Symmetry,
    limit: MemoryLimit,
) -> Result<Matrix, ReadError> {
    let [rows, cols, entries] = lines.expect("rows, columns and number of entries")?;
    let (m, n) = size(rows, cols, symmetry)?;
    let count = entries.count("entries", m * n)?;
    let mut builder = Builder::new(m, n, count, limit)?;
    for _ in 0..count {
        let (row, col, value) = match field {
            Field::Pattern => {
                let [row, col] = lines.expect("row and column of an entry")?;
                (row, col, Number::Word(1))
            }
            Field::Numbers => {
                let [row, col, value] = lines.expect("row, column and value of an entry")?;
                (row, col, value.number()?)
            }
        };
        let (i, j) = (row.position("row", m as usize)?, col.position("column", n as usize)?);
        match symmetry {
            Symmetry::Symmetric if j > i => {
                return Err(
                    col.wrong(format_args!("allowed are 1..={}, the lower triangle", i + 1))
                );
            }
            Symmetry::Skew if j >= i => {
                return Err(col.wrong(format_args!("allowed are 1..={i}, below the diagonal")));
            }
            _ => push(&mut builder, (i, j), value, symmetry)?,
        }
    }
    lines.end()?;
    Ok(builder.finish()?)
}

fn array(
    lines: &mut Lines<'_>,
    symmetry: Symmetry,
    limit: MemoryLimit,
) -> Result<Matrix, ReadError> {
    let [rows, cols] = lines.expect("rows and columns")?;
    let (m, n) = size(rows, cols, symmetry)?;
    // A value is a digit and a line end at least.
    let held = m.saturating_mul(n).min(lines.rest.len() as u64 / 2 + 1);
    let mut builder = Builder::new(m, n, held, limit)?;
    for j in 0..n as usize {
        let first = match symmetry {
            Symmetry::General => 0,
            Symmetry::Symmetric => j,
            Symmetry::Skew => j + 1,
        };
        for i in first..m as usize {
            let value = match lines.integer() {
                Some(value) => value,
                None => lines.expect::<1>("a value, by columns")?[0].number()?,
            };
            push(&mut builder, (i, j), value, symmetry)?;
        }
    }
    lines.end()?;
    Ok(builder.finish()?)
}
