//! The reader: exactly the canonical files, nothing else.

use super::claim::UNSUPPORTED;
use super::number::{NOT_CANONICAL, TOO_LONG};
use super::{Certificate, kinds, to_bytes};
use serde::Deserialize;
use serde_json::error::Category;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// No certificate is larger; checked before it is read. What is built from a file takes at most
/// some 32 times its size.
pub const MAX_FILE_BYTES: u64 = 96 << 20;

kinds! {
    /// Why a file is not a certificate.
    ReadKind {
        /// It cannot be opened or read.
        Io = "io",
        /// It has more than [`MAX_FILE_BYTES`] bytes.
        FileTooLarge = "file-too-large",
        /// It is not JSON.
        Syntax = "syntax",
        /// Something follows the certificate.
        Trailing = "trailing",
        /// A field that the format does not have.
        UnknownField = "unknown-field",
        /// A field twice.
        DuplicateField = "duplicate-field",
        /// A field of the format is absent.
        MissingField = "missing-field",
        /// A choice that the format does not have.
        UnknownVariant = "unknown-variant",
        /// A value of another type than the field's.
        WrongType = "wrong-type",
        /// A version of the format other than 1.
        Version = "version",
        /// A number written in a form that is not its own.
        Number = "number",
        /// A number of more than [`MAX_DIGITS`](super::MAX_DIGITS) characters.
        NumberTooLong = "number-too-long",
        /// The content is right but laid out otherwise than the writer does.
        Layout = "layout",
    }
}

/// Why a file is not a certificate, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at line {line}, column {column}: {message}")]
pub struct ReadError {
    /// What is wrong.
    pub kind: ReadKind,
    /// Line, from 1; 0 if it is not about a line.
    pub line: usize,
    /// Column, from 1; 0 if it is not about a column.
    pub column: usize,
    /// What was expected and what was found.
    pub message: String,
}

impl ReadError {
    fn whole(kind: ReadKind, message: String) -> Self {
        Self { kind, line: 0, column: 0, message }
    }

    /// serde names the kind of an error only in its message; the beginnings are fixed, and the
    /// example files of tests/data/reject/ pin them.
    fn of(error: &serde_json::Error) -> Self {
        const BEGINNINGS: [(&str, ReadKind); 7] = [
            ("unknown field", ReadKind::UnknownField),
            ("duplicate field", ReadKind::DuplicateField),
            ("missing field", ReadKind::MissingField),
            ("unknown variant", ReadKind::UnknownVariant),
            (UNSUPPORTED, ReadKind::Version),
            (NOT_CANONICAL, ReadKind::Number),
            (TOO_LONG, ReadKind::NumberTooLong),
        ];
        let message = error.to_string();
        let kind = match error.classify() {
            Category::Io => ReadKind::Io,
            Category::Syntax | Category::Eof => ReadKind::Syntax,
            Category::Data => BEGINNINGS
                .iter()
                .find(|(beginning, _)| message.starts_with(beginning))
                .map_or(ReadKind::WrongType, |b| b.1),
        };
        Self { kind, line: error.line(), column: error.column(), message }
    }
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::whole(ReadKind::Io, error.to_string())
    }
}

/// The bytes of a file that may be a certificate. The file is opened once.
///
/// # Errors
/// [`ReadKind::Io`], and [`ReadKind::FileTooLarge`] before more than that is read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    check_size(&bytes)?;
    Ok(bytes)
}

fn check_size(bytes: &[u8]) -> Result<(), ReadError> {
    if bytes.len() as u64 <= MAX_FILE_BYTES {
        return Ok(());
    }
    let message = format!("expected at most {MAX_FILE_BYTES} bytes");
    Err(ReadError::whole(ReadKind::FileTooLarge, message))
}

/// Reads the certificate in a file.
///
/// # Errors
/// Those of [`read_bytes`] and [`from_bytes`].
pub fn read(path: &Path) -> Result<Certificate, ReadError> {
    from_bytes(&read_bytes(path)?)
}

/// Reads a certificate. Cost: linear in the size, but quadratic in the length of a number.
///
/// # Errors
/// Every [`ReadKind`] but `Io`.
pub fn from_bytes(bytes: &[u8]) -> Result<Certificate, ReadError> {
    check_size(bytes)?;
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let certificate = Certificate::deserialize(&mut json).map_err(|e| ReadError::of(&e))?;
    json.end().map_err(|e| ReadError { kind: ReadKind::Trailing, ..ReadError::of(&e) })?;
    let canonical = to_bytes(&certificate);
    if canonical != bytes {
        let same = canonical.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        let before = &bytes[..same];
        let start = before.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        return Err(ReadError {
            kind: ReadKind::Layout,
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: 1 + same - start,
            message: "not the layout that docs/format.md prescribes".into(),
        });
    }
    Ok(certificate)
}
