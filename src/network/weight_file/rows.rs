//! Single rows of a tensor, such as the embeddings of a few tokens.

use super::source::{Source, Span};
use super::tensors::Tensors;
use super::{InvalidProblem, WeightError, of_file};
use crate::arith::Rational;
use nalgebra::DMatrix;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A tensor of a weight file as a matrix, of which rows are read one by one.
pub struct TensorRows {
    path: PathBuf,
    file: Tensors<File>,
    source: Source,
    size: (usize, usize),
}

impl TensorRows {
    /// The tensor of this name in the weight file at `path`.
    ///
    /// # Errors
    /// As [`WeightMap::load`](super::WeightMap::load).
    pub fn at(path: &Path, tensor: &str) -> Result<Self, InvalidProblem> {
        let source = Source::of(tensor);
        let open = || {
            let file = Tensors::at(path)?;
            let size = file.size(&source)?;
            Ok((file, size))
        };
        let (file, size) = open().map_err(|why: WeightError| of_file(path, why))?;
        Ok(Self { path: path.into(), file, source, size })
    }

    /// Rows and columns.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// The row of this number, from 0, as a matrix of one row.
    ///
    /// # Errors
    /// A number that is not finite, or a file that is cut off.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&mut self, number: usize) -> Result<DMatrix<Rational>, InvalidProblem> {
        assert!(number < self.size.0, "row {number} of {}", self.size.0);
        self.source.rows = Some(Span::one(number));
        self.file.matrix(&self.source).map_err(|why| of_file(&self.path, why))
    }
}
