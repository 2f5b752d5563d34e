//! Errors of the crate as the exceptions of `seprank._errors`, which have `.field`, `.value` and `.allowed`.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use seprank::network::InvalidProblem;
use seprank::prove::RankError;
use seprank::tensor::{TensorError, TooLarge};
use std::fmt::Display;

/// The exception of that name, or what went wrong when it was made.
fn exception(py: Python<'_>, name: &str, [field, value, allowed, message]: [&str; 4]) -> PyErr {
    let made = py
        .import("seprank._errors")
        .and_then(|errors| errors.getattr(name))
        .and_then(|class| class.call1((field, value, allowed, message)));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// What was asked makes no sense.
pub(crate) fn invalid(
    py: Python<'_>,
    field: &str,
    value: impl Display,
    allowed: impl Display,
) -> PyErr {
    let [value, allowed] = [value.to_string(), allowed.to_string()];
    let message = match (field, &value[..]) {
        ("", _) => allowed.clone(),
        (field, "") => format!("{field}: {allowed}"),
        (field, value) => format!("{field} {value}: {allowed}"),
    };
    exception(py, "InvalidProblem", [field, &value, &allowed, &message])
}

/// An error of the crate, of which the interpreter knows nothing yet.
pub(crate) trait Raise {
    fn raise(self, py: Python<'_>) -> PyErr;
}

impl Raise for InvalidProblem {
    fn raise(self, py: Python<'_>) -> PyErr {
        invalid(py, self.field, self.value, self.allowed)
    }
}

impl Raise for TooLarge {
    fn raise(self, py: Python<'_>) -> PyErr {
        let needed = self.needed.map_or_else(|| "over 10^18".into(), |n| n.to_string());
        let allowed = format!("at most {} bytes", self.limit);
        exception(py, "TooLarge", ["memory", &needed, &allowed, &self.to_string()])
    }
}

impl Raise for TensorError {
    fn raise(self, py: Python<'_>) -> PyErr {
        RankError::from(self).raise(py)
    }
}

impl Raise for RankError {
    fn raise(self, py: Python<'_>) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Invalid(error) => error.raise(py),
            Self::TooLarge(error) => error.raise(py),
            _ => failed(py, message),
        }
    }
}

/// What was asked makes sense, and is not found.
pub(crate) fn failed(py: Python<'_>, error: impl Display) -> PyErr {
    exception(py, "SeprankError", ["", "", "", &error.to_string()])
}

/// What is said of a matrix.
impl Raise for seprank::matrix::RankError {
    fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::TooLarge(error) => error.raise(py),
            Self::NoResidue(_) => invalid(py, "matrix", "", self),
            _ => failed(py, self),
        }
    }
}

/// What can only be a mistake of this package.
pub(crate) fn internal(error: impl Display) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
