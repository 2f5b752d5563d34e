//! SMS: the sparse format of J.-G. Dumas' collection of integer matrices, of LinBox and of SpaSM.
//!
//! `rows columns letter` (the letter, often `M`, says what wrote it and is not read), then `row column value`
//! from 1, in any order, then `0 0 0`.

use super::{Lines, ReadError};
use crate::matrix::{Builder, MAX_SIDE, Matrix};
use crate::tensor::MemoryLimit;

pub(super) fn parse(bytes: &[u8], limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let mut lines = Lines::new(bytes, Some(b'#'));
    let [rows, cols, letter] = lines.expect("rows, columns and a letter")?;
    let (m, n) = (rows.count("rows", MAX_SIDE)?, cols.count("columns", MAX_SIDE)?);
    if !matches!(letter.text, [letter] if letter.is_ascii_alphabetic()) {
        return Err(letter.wrong("allowed is one letter, as M"));
    }
    let mut builder = Builder::new(m, n, 0, limit)?;
    loop {
        let [row, col, value] =
            lines.expect("row, column and value of an entry, or 0 0 0 at the end")?;
        if [row, col, value].iter().all(|word| word.text == b"0") {
            break;
        }
        let (i, j) = (row.position("row", m as usize)?, col.position("column", n as usize)?);
        builder.push(i, j, value.number()?)?;
    }
    lines.end()?;
    Ok(builder.finish()?)
}
