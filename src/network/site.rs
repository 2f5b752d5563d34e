//! The place of a layer in a network file that is being read, and the limits on the file.

use super::{FileError, MAX_SIZE, Number};
use crate::arith::Rational;
use nalgebra::DMatrix;
use std::cell::Cell;
use std::path::Path;

/// The matrices that belong to the definition of a network have at most this many entries together.
const MAX_GIVEN_ENTRIES: usize = 1 << 20;
/// A network has at most this many layers, those inside others and repetitions counted.
pub const MAX_LAYERS: usize = 4096;
/// Layers inside layers go at most this deep.
const MAX_NESTING: usize = 4;

/// What is left of the limits on a network file.
pub(super) struct Budget {
    layers: Cell<usize>,
    entries: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { layers: Cell::new(MAX_LAYERS), entries: Cell::new(MAX_GIVEN_ENTRIES) }
    }
}

/// The place of a layer in a network that is being read: the state that reaches it, and what is left
/// of the limits.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// Rows of the state.
    pub(super) tokens: usize,
    /// Columns of the state.
    pub(super) width: usize,
    /// Where named files lie.
    pub(super) folder: &'a Path,
    nesting: usize,
    budget: &'a Budget,
}

impl<'a> Site<'a> {
    /// The place of the first layer.
    ///
    /// # Errors
    /// If a size is not allowed.
    pub(super) fn new(
        tokens: usize,
        width: usize,
        folder: &'a Path,
        budget: &'a Budget,
    ) -> Result<Self, FileError> {
        let site = Self { tokens, width, folder, nesting: 0, budget };
        site.size("tokens", tokens)?;
        site.size("width", width)?;
        if tokens * width > MAX_SIZE {
            let both = format!("tokens = {tokens}, width");
            let allowed = format!("at most {MAX_SIZE} entries together");
            return Err(FileError::new(&both, width, allowed));
        }
        Ok(site)
    }

    /// The place of the first layer inside the layer here.
    ///
    /// # Errors
    /// If that is nested too deep.
    pub(super) fn inside(self) -> Result<Self, FileError> {
        match self.nesting {
            MAX_NESTING => {
                Err(FileError::whole(format!("layers inside layers go at most {MAX_NESTING} deep")))
            }
            nesting => Ok(Self { nesting: nesting + 1, ..self }),
        }
    }

    /// The value of a size, if it is allowed.
    pub(super) fn size(&self, key: &str, value: usize) -> Result<usize, FileError> {
        match (1..=MAX_SIZE).contains(&value) {
            true => Ok(value),
            false => Err(FileError::new(key, value, format_args!("allowed are 1..={MAX_SIZE}"))),
        }
    }

    /// Takes the entries of a matrix that belongs to the definition from what is left of them.
    pub(super) fn charge(&self, what: &str, sizes: &[usize]) -> Result<(), FileError> {
        let count = sizes.iter().fold(1, |product: usize, n| product.saturating_mul(*n));
        let left = self.budget.entries.get().checked_sub(count).ok_or_else(|| {
            FileError::whole(format!(
                "{what} would bring the entries of given matrices above {MAX_GIVEN_ENTRIES}"
            ))
        })?;
        self.budget.entries.set(left);
        Ok(())
    }

    /// Takes one from the number of layers that may still come.
    pub(super) fn count(&self) -> Result<(), FileError> {
        let left = self.budget.layers.get().checked_sub(1);
        let too_many = || FileError::whole(format!("at most {MAX_LAYERS} layers are allowed"));
        self.budget.layers.set(left.ok_or_else(too_many)?);
        Ok(())
    }

    /// The matrix of a key, if it is there.
    pub(super) fn matrix(
        &self,
        key: &str,
        rows: Option<Vec<Vec<Number>>>,
        (n, d): (usize, usize),
    ) -> Result<Option<DMatrix<Rational>>, FileError> {
        let Some(rows) = rows else { return Ok(None) };
        self.charge(key, &[n, d])?;
        if rows.len() != n {
            let wrong = format!("it has {} rows; {n} are needed", rows.len());
            return Err(FileError::of(key, wrong));
        }
        if let Some((i, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != d) {
            let wrong = format!("row {i} has {} numbers; {d} are needed", row.len());
            return Err(FileError::of(key, wrong));
        }
        let entries: Vec<Rational> = rows.into_iter().flatten().map(|Number(c)| c).collect();
        Ok(Some(DMatrix::from_row_slice(n, d, &entries)))
    }

    /// The grid on which the tokens lie: as given, or one row.
    pub(super) fn grid(&self, grid: Option<[usize; 2]>) -> Result<[usize; 2], FileError> {
        let [rows, cols] = grid.unwrap_or([1, self.tokens]);
        match rows.checked_mul(cols) == Some(self.tokens) {
            true => Ok([rows, cols]),
            false => {
                let allowed = format!("it must have {} tokens", self.tokens);
                Err(FileError::new("grid", format_args!("[{rows}, {cols}]"), allowed))
            }
        }
    }
}
