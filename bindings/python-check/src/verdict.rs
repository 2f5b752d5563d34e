//! `check` and its verdict.

use crate::job::{self, Watch};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use seprank_check::certificate::{Certificate, to_bytes};
use seprank_check::check::{MAX_MATRIX_BYTES, Options, examine_file_with, examine_with};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// What the checker says of a certificate; true if it is valid.
#[pyclass(frozen, eq, hash)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Verdict {
    /// "valid", "invalid" or "incomplete".
    #[pyo3(get)]
    kind: &'static str,
    /// "challenge" of a valid certificate that a false claim would pass as well, one try in 2^128; else None.
    #[pyo3(get)]
    by: Option<&'static str>,
    /// What is claimed, in one line; None of what is no certificate.
    #[pyo3(get)]
    claim: Option<String>,
    /// What is wrong or missing, and where; None if valid.
    #[pyo3(get)]
    finding: Option<String>,
    valid: bool,
}

#[pymethods]
impl Verdict {
    fn __bool__(&self) -> bool {
        self.valid
    }

    fn __str__(&self) -> String {
        match (&self.finding, &self.claim, self.by) {
            (Some(finding), ..) => format!("{}: {finding}", self.kind),
            (None, Some(claim), Some(by)) => format!("{} by {by}: {claim}", self.kind),
            (None, claim, _) => format!("{}: {}", self.kind, claim.as_deref().unwrap_or("")),
        }
    }

    fn __repr__(&self) -> String {
        format!("<Verdict {}>", self.__str__())
    }
}

/// Where a certificate is.
enum Source {
    File(PathBuf),
    Text(Vec<u8>),
}

impl Source {
    fn of(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = source.py();
        if source.is_instance_of::<PyDict>() {
            let text: String = py.import("json")?.call_method1("dumps", (source,))?.extract()?;
            // A dict has no layout, so what it says is judged in the one that files have.
            let laid_out = serde_json::from_str(&text).map(|c: Certificate| to_bytes(&c));
            return Ok(Self::Text(laid_out.unwrap_or_else(|_| text.into_bytes())));
        }
        if let Ok(bytes) = source.cast::<PyBytes>() {
            return Ok(Self::Text(bytes.as_bytes().to_vec()));
        }
        if source.is_instance_of::<PyString>() {
            let text: String = source.extract()?;
            if text.trim_start().starts_with('{') {
                return Ok(Self::Text(text.into_bytes()));
            }
        }
        for method in ["to_json", "read"] {
            if source.hasattr(method)? {
                return Self::of(&source.call_method0(method)?);
            }
        }
        Ok(Self::File(source.extract()?))
    }
}

/// The verdict of the checker on a certificate, which is the path of a file, or its content as str, bytes or dict, or
/// an open file, or a Certificate.
///
/// The checker shares no arithmetic with what makes certificates. What cannot be read is "incomplete", what is no
/// certificate "invalid": neither is an exception.
///
/// Of a claim on a matrix that stands in a file of its own, `matrix` is the path of that. With `eliminate` minors
/// are eliminated also where a certificate answers challenges.
///
/// Cost: seconds at most for certificates that this package makes; the limits are in docs/format.md.
#[pyfunction]
#[pyo3(signature = (certificate, *, matrix = None, eliminate = false))]
pub(crate) fn check(
    py: Python<'_>,
    certificate: &Bound<'_, PyAny>,
    matrix: Option<PathBuf>,
    eliminate: bool,
) -> PyResult<Verdict> {
    let source = Source::of(certificate)?;
    let matrix = matrix.map(read).transpose()?;
    let options = Options { eliminate, stop: None };
    let (checked, _) = job::run(py, &Watch::default(), move |_| match source {
        Source::File(path) => examine_file_with(&path, matrix.as_deref(), options),
        Source::Text(bytes) => examine_with(&bytes, matrix.as_deref(), options),
    })?;
    let valid = checked.verdict.is_valid();
    let summary = checked.summary();
    Ok(Verdict {
        kind: summary.verdict,
        by: summary.by,
        claim: summary.claim,
        finding: summary.finding.map(|finding| finding.to_string()),
        valid,
    })
}

/// One byte more than allowed is enough for the checker to refuse it.
fn read(path: PathBuf) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_MATRIX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
