//! What was judged, with the verdict.

use super::verdict::{Finding, Verdict};
use super::{Options, check_with};
use crate::certificate::{Certificate, ReadError};
use serde::Serialize;
use std::fmt;

/// A verdict on some bytes, and the certificate that they are, if they are one.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What the checker says of the bytes.
    pub verdict: Verdict,
    /// The certificate that was judged.
    pub certificate: Option<Certificate>,
}

impl Checked {
    pub(super) fn new(
        certificate: Result<Certificate, ReadError>,
        matrix: Option<&[u8]>,
        options: Options<'_>,
    ) -> Self {
        match certificate {
            Ok(certificate) => {
                let verdict = check_with(&certificate, matrix, options);
                Self { verdict, certificate: Some(certificate) }
            }
            Err(error) => Self { verdict: Finding::from(error).into(), certificate: None },
        }
    }

    /// What there is to report.
    pub fn summary(&self) -> Summary {
        Summary {
            verdict: self.verdict.name(),
            by: (self.verdict == Verdict::ValidByChallenge).then_some("challenge"),
            claim: self.certificate.as_ref().map(|c| c.claim.to_string()),
            finding: self.verdict.finding().cloned(),
        }
    }
}

impl fmt::Display for Checked {
    /// The verdict; if it is Valid, with the claim.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.verdict, &self.certificate) {
            (verdict, Some(certificate)) if verdict.is_valid() => {
                write!(f, "{verdict}: {}", certificate.claim)
            }
            (verdict, _) => verdict.fmt(f),
        }
    }
}

/// A verdict with what it is about, for a report.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The name of the verdict.
    pub verdict: &'static str,
    /// `"challenge"` where a false claim would pass, one try in 2^128.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'static str>,
    /// What is claimed, in one line, if the bytes are a certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// What is wrong or missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
}
