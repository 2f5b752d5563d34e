//! Certificates.

use crate::errors::invalid;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use seprank::certificate::{self, ReadKind};
use std::path::PathBuf;

/// A claim with the evidence for it, for anyone's checker.
#[pyclass(frozen)]
pub(crate) struct Certificate(certificate::Certificate);

impl From<certificate::Certificate> for Certificate {
    fn from(certificate: certificate::Certificate) -> Self {
        Self(certificate)
    }
}

#[pymethods]
impl Certificate {
    /// The certificate in a file.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let read = py.detach(|| certificate::read(&path));
        read.map(Self).map_err(|e| match e.kind {
            ReadKind::Io => PyOSError::new_err(format!("{}: {}", path.display(), e.message)),
            _ => invalid(py, "certificate", path.display(), e),
        })
    }

    /// Writes it to a file, whole or not at all.
    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        py.detach(|| self.0.write(path)).map_err(PyErr::from)
    }

    /// The content of the file.
    fn to_json(&self) -> PyResult<String> {
        Ok(String::from_utf8(certificate::to_bytes(&self.0))?)
    }

    /// What is claimed, in one line.
    #[getter]
    fn claim(&self) -> String {
        self.0.claim.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Certificate: {}>", self.0.claim)
    }
}
