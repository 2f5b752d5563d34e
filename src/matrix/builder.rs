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
    /// For each entry its row and its column.
    places: [Vec<u32>; 2],
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
        Ok(Self {
            rows,
            cols,
            limit,
            bytes,
            places: Default::default(),
            values: Values::Words(Vec::new()),
        })
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
        self.places[0].push(row as u32);
        self.places[1].push(col as u32);
        match &mut self.values {
            Values::Words(list) => list.extend(value.to_word()),
            Values::Rationals(list) => list.push(value.into_rational()),
        }
        Ok(())
    }

    /// The matrix. Cost: where the entries did not come row by row they are copied; where those of a row did not
    /// come in order, they are sorted.
    ///
    /// # Errors
    /// A place that has two entries.
    pub fn finish(self) -> Result<Matrix, ShapeError> {
        let Self { rows, cols, places: [row_of, mut columns], mut values, .. } = self;
        let mut starts = vec![0; rows + 1];
        row_of.iter().for_each(|row| starts[*row as usize + 1] += 1);
        (0..rows).for_each(|i| starts[i + 1] += starts[i]);
        if !row_of.is_sorted() {
            columns = by_rows(&row_of, &starts, columns);
            values = match values {
                Values::Words(list) => Values::Words(by_rows(&row_of, &starts, list)),
                Values::Rationals(list) => Values::Rationals(by_rows(&row_of, &starts, list)),
            };
        }
        for (row, ends) in starts.windows(2).enumerate() {
            let range = ends[0]..ends[1];
            let columns = &mut columns[range.clone()];
            if !columns.is_sorted() {
                match &mut values {
                    Values::Words(list) => sort(columns, &mut list[range]),
                    Values::Rationals(list) => sort(columns, &mut list[range]),
                }
            }
            if let Some(pair) = columns.windows(2).find(|pair| pair[0] == pair[1]) {
                let (row, col) = (row as u64 + 1, u64::from(pair[0]) + 1);
                return Err(ShapeError::Twice { row, col });
            }
        }
        Ok(Matrix { cols, starts, columns, values })
    }
}

/// What belongs to the entries, row by row, of each row in the order in which it came.
fn by_rows<T: Default>(row_of: &[u32], starts: &[usize], list: Vec<T>) -> Vec<T> {
    let mut next = starts.to_vec();
    let mut sorted = Vec::new();
    sorted.resize_with(list.len(), T::default);
    for (row, value) in row_of.iter().zip(list) {
        let at = &mut next[*row as usize];
        sorted[*at] = value;
        *at += 1;
    }
    sorted
}

/// Sorts the entries of a row by their columns.
fn sort<T: Default>(columns: &mut [u32], values: &mut [T]) {
    let pairs = columns.iter().copied().zip(values.iter_mut().map(std::mem::take));
    let mut pairs: Vec<(u32, T)> = pairs.collect();
    pairs.sort_unstable_by_key(|(col, _)| *col);
    for ((col, value), (to_col, to_value)) in pairs.into_iter().zip(columns.iter_mut().zip(values))
    {
        (*to_col, *to_value) = (col, value);
    }
}
