//! Numbers, lists and bounds between Python and the crate. Python's integers and fractions are exact, and so is this.

use crate::errors::invalid;
use nalgebra::DMatrix;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyTuple};
use rug::Integer;
use seprank::arith::Rational;
use seprank::bounds::{Ends, LogInterval, Side, find};
use seprank::prove::BoundValue;

/// A Python integer of any size.
pub(crate) fn integer<'py>(py: Python<'py>, value: &Integer) -> PyResult<Bound<'py, PyAny>> {
    match value.to_i64() {
        Some(word) => Ok(word.into_pyobject(py)?.into_any()),
        // Of base 16 Python reads any number of digits.
        None => py.get_type::<PyInt>().call1((value.to_string_radix(16), 16)),
    }
}

/// An int where it is one, else a Fraction.
pub(crate) fn number<'py>(py: Python<'py>, value: &Rational) -> PyResult<Bound<'py, PyAny>> {
    static FRACTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let numerator = integer(py, value.numer())?;
    if *value.denom() == 1 {
        return Ok(numerator);
    }
    let fraction = FRACTION.import(py, "fractions", "Fraction")?;
    fraction.call1((numerator, integer(py, value.denom())?))
}

/// The integer that a Python integer is.
fn of_int(value: &Bound<'_, PyInt>) -> PyResult<Integer> {
    if let Ok(word) = value.extract::<i64>() {
        return Ok(word.into());
    }
    let text: String = value.call_method1("__format__", ("x",))?.extract()?;
    Integer::from_str_radix(&text, 16).map_err(|e| PyValueError::new_err(e.to_string()))
}

/// The number that an int, a Fraction, a NumPy number or a float is, exactly.
pub(crate) fn rational(value: &Bound<'_, PyAny>) -> PyResult<Rational> {
    if let Ok(int) = value.cast::<PyInt>() {
        return Ok(rug::Rational::from(of_int(int)?).into());
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value();
        let allowed = "allowed are finite numbers";
        return Rational::from_f64(float)
            .ok_or_else(|| invalid(value.py(), "number", float, allowed));
    }
    let part = |name: &str| -> PyResult<Integer> {
        let part = value.getattr(name)?;
        of_int(part.call_method0("__index__")?.cast::<PyInt>()?)
    };
    if let (Ok(numerator), Ok(denominator)) = (part("numerator"), part("denominator"))
        && denominator != 0
    {
        return Ok(rug::Rational::from((numerator, denominator)).into());
    }
    let kind = value.get_type().name()?;
    Err(PyTypeError::new_err(format!("an int, a Fraction or a float is expected, not {kind}")))
}

/// The matrix whose rows are lists; `field` names it in errors.
pub(crate) fn matrix(
    rows: &Bound<'_, PyAny>,
    field: &'static str,
    (n, m): (usize, usize),
) -> PyResult<DMatrix<Rational>> {
    let py = rows.py();
    let wrong =
        |got: String| invalid(py, field, got, format!("{n} rows of {m} numbers are expected"));
    let rows = rows.cast::<PyList>().map_err(|_| wrong("(not a list of rows)".into()))?;
    if rows.len() != n {
        return Err(wrong(format!("({} rows)", rows.len())));
    }
    let mut entries = Vec::with_capacity(n.saturating_mul(m).min(1 << 20));
    for (i, row) in rows.iter().enumerate() {
        let row = row.cast_into::<PyList>().map_err(|_| wrong(format!("(row {i} is no list)")))?;
        if row.len() != m {
            return Err(wrong(format!("(row {i} has {} numbers)", row.len())));
        }
        for value in row.iter() {
            entries.push(rational(&value)?);
        }
    }
    Ok(DMatrix::from_row_iterator(n, m, entries))
}

/// The rows of a matrix, as lists of what `entry` makes of its entries.
pub(crate) fn rows<'py, T>(
    py: Python<'py>,
    matrix: &DMatrix<T>,
    entry: impl Fn(&T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for row in matrix.row_iter() {
        list.append(row.iter().map(&entry).collect::<PyResult<Vec<_>>>()?)?;
    }
    Ok(list)
}

/// Both ends around a logarithm: floats, or where one overflows decimal numbers as str.
pub(crate) fn ends<'py>(py: Python<'py>, ends: &Ends) -> PyResult<Bound<'py, PyTuple>> {
    match ends {
        Ends::Double(ends) => PyTuple::new(py, ends),
        Ends::Decimal(ends) => PyTuple::new(py, ends),
    }
}

/// The keys of a bound: id, side, value or None, log10 or None, the place of its proof.
pub(crate) fn bound<'py>(
    py: Python<'py>,
    (id, side): (&'static str, Side),
    value: Option<&Integer>,
    log: Option<&LogInterval>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("id", id)?;
    dict.set_item("side", side.name())?;
    dict.set_item("value", value.map(|value| integer(py, value)).transpose()?)?;
    dict.set_item("log10", log.map(|log| ends(py, &log.log10_ends())).transpose()?)?;
    dict.set_item("theorem", find(id).map(|bound| bound.theorem()))?;
    Ok(dict)
}

/// The same of all bounds of an answer.
pub(crate) fn bounds<'py>(py: Python<'py>, list: &[BoundValue]) -> PyResult<Bound<'py, PyList>> {
    let dicts = list.iter().map(|b| bound(py, (b.id, b.side), b.value.as_ref(), b.log.as_ref()));
    PyList::new(py, dicts.collect::<PyResult<Vec<_>>>()?)
}
