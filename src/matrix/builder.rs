//! Collecting the entries of a matrix.

use super::{MAX_SIDE, Matrix, Number, ShapeError, Values};
use crate::tensor::MemoryLimit;
use rug::Rational;

/// Bytes that an entry takes while a matrix is read: as it was listed, and once more in the matrix.
const ENTRY_BYTES: u64 = 32;

/// Collects the entries of a matrix, in any order.
#[derive(Debug)]
pub struct Builder {
    rows: usize,
    cols: usize,
    limit: MemoryLimit,
    bytes: u64,
    places: Vec<(u32, u32)>,
    values: Values,
}

impl Builder {
    /// For a matrix of that size, of which `expected` entries are promised (nothing is reserved for them).
    ///
    /// # Errors
    /// A side above [`MAX_SIDE`], or promises that would not fit the limit.
    pub fn new(
        rows: u64,
        cols: u64,
        expected: u64,
        limit: MemoryLimit,
    ) -> Result<Self, ShapeError> {
        if rows > MAX_SIDE || cols > MAX_SIDE {
            return Err(ShapeError::Side { rows, cols });
        }
        let bytes = 8 * (rows + 1);
        let needed = expected.checked_mul(ENTRY_BYTES).and_then(|b| b.checked_add(bytes));
        limit.check("the matrix", needed, &["memory"])?;
        let (rows, cols) = (rows as usize, cols as usize); // at most 2^24
        Ok(Self { rows, cols, limit, bytes, places: Vec::new(), values: Values::Words(Vec::new()) })
    }

    /// Adds an entry, places from 0 and inside the matrix; a zero is left out.
    ///
    /// # Errors
    /// `TooLarge`, before it is held.
    ///
    /// # Panics
    /// If the place is outside.
    pub fn push(&mut self, row: usize, col: usize, value: Number) -> Result<(), ShapeError> {
        assert!(row < self.rows && col < self.cols, "an entry of the matrix");
        if value.is_zero() {
            return Ok(());
        }
        if let (Number::Rational(_), Values::Words(words)) = (&value, &self.values) {
            self.bytes += words.len() as u64 * Number::RATIONAL_BYTES;
            self.limit.check("the matrix", Some(self.bytes), &["memory"])?;
            self.values = Values::Rationals(words.iter().map(|x| Rational::from(*x)).collect());
        }
        let rational = matches!(self.values, Values::Rationals(_));
        self.bytes += ENTRY_BYTES + if rational { value.bytes() } else { 0 };
        self.limit.check("the matrix", Some(self.bytes), &["memory"])?;
        self.places.push((row as u32, col as u32));
        match &mut self.values {
            Values::Words(list) => list.extend(value.to_word()),
            Values::Rationals(list) => list.push(value.into_rational()),
        }
        Ok(())
    }

    /// The matrix. Cost: sorting, where the entries did not come row by row.
    ///
    /// # Errors
    /// A place that has two entries.
    pub fn finish(self) -> Result<Matrix, ShapeError> {
        let Self { rows, cols, places, values, .. } = self;
        let (places, values) = if places.is_sorted() {
            (places, values)
        } else {
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_unstable_by_key(|at| places[*at]);
            let values = match values {
                Values::Words(list) => Values::Words(order.iter().map(|at| list[*at]).collect()),
                Values::Rationals(mut list) => Values::Rationals(
                    order.iter().map(|at| std::mem::take(&mut list[*at])).collect(),
                ),
            };
            (order.iter().map(|at| places[*at]).collect(), values)
        };
        if let Some(pair) = places.windows(2).find(|pair| pair[0] == pair[1]) {
            let (row, col) = pair[0];
            return Err(ShapeError::Twice { row: u64::from(row) + 1, col: u64::from(col) + 1 });
        }
        let mut starts = vec![0; rows + 1];
        places.iter().for_each(|(row, _)| starts[*row as usize + 1] += 1);
        (0..rows).for_each(|i| starts[i + 1] += starts[i]);
        Ok(Matrix { cols, starts, columns: places.iter().map(|(_, col)| *col).collect(), values })
    }
}
