//! Ranks of matrices.

use crate::convert::rational;
use crate::errors::{Raise, internal, invalid};
use crate::job::{self, Watch};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyList};
use seprank::arith::Prime;
use seprank::linalg;
use seprank::matrix::{
    Builder, Matrix, MatrixCertificate, MatrixRank, Number, Over, Part, Request, ShapeError, Upper,
};
use seprank::tensor::MemoryLimit;
use std::path::PathBuf;
use std::sync::Arc;

/// A matrix with its rank, from which the certificate is written.
#[pyclass(frozen)]
pub(crate) struct MatrixSource(Arc<(Matrix, MatrixRank, MemoryLimit)>);

#[pymethods]
impl MatrixSource {
    /// Writes the certificate, and beside it the matrix where that does not stand in it: the path of that, or None.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<Option<PathBuf>> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(String::from) else {
            return Err(invalid(py, "path", path.display(), "a file name in UTF-8 is needed"));
        };
        let found = self.0.clone();
        let (made, _) = job::run(py, &Watch::default(), move |_| {
            let (matrix, answer, limit) = &*found;
            answer.certificate(matrix, &name, MatrixCertificate::ELIMINATED, *limit)
        })?;
        let made = made.map_err(|e| e.raise(py))?;
        let beside = made.side_file.as_ref().map(|file| path.with_file_name(&file.name));
        // The certificate comes last: it names the other by its digest.
        py.detach(|| {
            if let (Some(file), Some(beside)) = (&made.side_file, &beside) {
                seprank::files::replace(beside, &file.bytes)?;
            }
            made.certificate.write(&path)
        })?;
        Ok(beside)
    }
}

/// Collects entries, and says which one is wrong.
struct Entries<'py> {
    py: Python<'py>,
    builder: Builder,
}

impl<'py> Entries<'py> {
    fn new(py: Python<'py>, (rows, cols): (u64, u64), limit: MemoryLimit) -> PyResult<Self> {
        let builder = Builder::new(rows, cols, 0, limit).map_err(|e| shape(py, e))?;
        Ok(Self { py, builder })
    }

    fn push(&mut self, (i, j): (usize, usize), value: &Bound<'py, PyAny>) -> PyResult<()> {
        let wrong = |got: String, allowed: &str| {
            invalid(self.py, "matrix", format!("[{i}, {j}] = {got}"), allowed)
        };
        let number = match value.extract::<i64>() {
            Ok(word) => Number::Word(word),
            Err(_) => {
                let exact = rational(value).map_err(|e| wrong(repr(value), &e.to_string()))?;
                let whole = *exact.denom() == 1;
                if value.is_instance_of::<PyFloat>() && !whole {
                    let allowed = "integers and fractions are allowed; give a Fraction for a float that means one";
                    return Err(wrong(repr(value), allowed));
                }
                let (numerator, denominator) = (exact.numer().clone(), exact.denom().clone());
                Number::Rational(rug::Rational::from((numerator, denominator)))
            }
        };
        self.builder.push(i, j, number).map_err(|e| shape(self.py, e))
    }
}

fn repr(value: &Bound<'_, PyAny>) -> String {
    value.repr().map_or_else(|_| "?".into(), |text| text.to_string())
}

fn shape(py: Python<'_>, error: ShapeError) -> PyErr {
    match error {
        ShapeError::TooLarge(error) => error.raise(py),
        _ => invalid(py, "matrix", "", error),
    }
}

/// The rank of a matrix whose rows are lists of equal length, or of `(row, column, value)` where `triples`.
#[pyfunction]
pub(crate) fn matrix_rank<'py>(
    py: Python<'py>,
    entries: &Bound<'py, PyList>,
    size: (u64, u64),
    triples: bool,
    modulo: Option<u64>,
    seed: u64,
    bytes: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let limit = MemoryLimit(bytes);
    let over = match modulo {
        None => Over::Rationals,
        Some(p) => Over::Modulo(Prime::new(p).map_err(|e| invalid(py, "modulo", p, e))?),
    };
    let mut list = Entries::new(py, size, limit)?;
    for (i, row) in entries.iter().enumerate() {
        if triples {
            let (row, col, value): (usize, usize, Bound<'py, PyAny>) = row.extract()?;
            if row as u64 >= size.0 || col as u64 >= size.1 {
                return Err(invalid(
                    py,
                    "matrix",
                    format!("[{row}, {col}]"),
                    "no place of the matrix",
                ));
            }
            list.push((row, col), &value)?;
            continue;
        }
        let row = row.cast_into::<PyList>().map_err(internal)?;
        if row.len() as u64 != size.1 {
            let got = format!("row {i} of {} entries", row.len());
            return Err(invalid(py, "matrix", got, format!("rows of {} are expected", size.1)));
        }
        for (j, value) in row.iter().enumerate() {
            list.push((i, j), &value)?;
        }
    }
    let matrix = list.builder.finish().map_err(|e| shape(py, e))?;
    let request = Request { over, seed, limit };
    let (found, _) = job::run(py, &Watch::default(), move |_| {
        MatrixRank::new(&matrix, request).map(|answer| (matrix, answer, limit))
    })?;
    let found = found.map_err(|e| e.raise(py))?;
    let answer = &found.1;
    let dict = PyDict::new(py);
    dict.set_item("rank", answer.rank)?;
    dict.set_item("exact", answer.part() == Part::Exact)?;
    dict.set_item("prime", answer.prime().get())?;
    dict.set_item("upper", upper(&answer.upper))?;
    dict.set_item("source", MatrixSource(Arc::new(found)))?;
    Ok(dict)
}

/// Why the rank is not larger.
fn upper(upper: &Upper) -> String {
    match upper {
        Upper::Cover(cover) => {
            format!("{} rows and {} columns hold every entry", cover.rows.len(), cover.cols.len())
        }
        Upper::Elimination => "the elimination leaves nothing".into(),
        Upper::Rational(linalg::Certificate::Zero) => "all entries are zero".into(),
        Upper::Rational(linalg::Certificate::Full) => "the number of rows or columns".into(),
        Upper::Rational(_) => "a proof over Q".into(),
        Upper::Kernel => "a kernel over Q".into(),
        Upper::Open => "not shown: a proof over Q would take too much work or memory".into(),
    }
}
