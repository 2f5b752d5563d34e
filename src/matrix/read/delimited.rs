//! CSV: a row of the matrix a line, by the crate `csv`; values may be quoted and have spaces around them.

use super::{ReadError, number};
use crate::matrix::{Builder, MAX_SIDE, Matrix, Number};
use crate::tensor::MemoryLimit;
use csv::{ByteRecord, ReaderBuilder, Trim};

pub(super) fn parse(bytes: &[u8], limit: MemoryLimit) -> Result<Matrix, ReadError> {
    let reader = || {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(Trim::All).from_reader(bytes)
    };
    // Once for the sizes, once for the values.
    let mut record = ByteRecord::new();
    let (mut rows, mut cols) = (0u64, 0);
    let mut sizes = reader();
    while sizes.read_byte_record(&mut record).map_err(csv_error)? {
        let length = record.len() as u64;
        if rows == 0 {
            cols = length;
        } else if length != cols {
            let value = format_args!("{length} values").to_string();
            let allowed = format_args!("allowed are {cols}, as in the first row");
            return Err(ReadError::new(
                record.position().map(csv::Position::line),
                None,
                value,
                allowed,
            ));
        }
        rows += 1;
    }
    if rows > MAX_SIDE || cols > MAX_SIDE {
        return Err(crate::matrix::ShapeError::Side { rows, cols }.into());
    }
    let mut builder = Builder::new(rows, cols, 0, limit)?;
    let mut values = reader();
    let mut row = 0;
    while values.read_byte_record(&mut record).map_err(csv_error)? {
        for (col, field) in record.iter().enumerate() {
            let number = Number::parse(field).ok_or_else(|| {
                let line = record.position().map(csv::Position::line);
                let text = String::from_utf8_lossy(field);
                ReadError::new(line, Some(col as u64 + 1), text, number::ALLOWED)
            })?;
            builder.push(row, col, number)?;
        }
        row += 1;
    }
    Ok(builder.finish()?)
}

fn csv_error(error: csv::Error) -> ReadError {
    let line = error.position().map(csv::Position::line);
    ReadError::new(line, None, error, "allowed is text between commas")
}
