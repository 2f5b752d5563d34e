//! The writer: one layout, a line for each item of evidence.

use super::{Certificate, MAX_FILE_BYTES};
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};
use std::path::Path;

/// The file of a certificate. The same certificate always gives the same bytes.
pub fn to_bytes(certificate: &Certificate) -> Vec<u8> {
    let mut bytes = written(certificate);
    bytes.push(b'\n');
    bytes
}

/// A part of a certificate in the layout of the file, without a line end.
pub(super) fn written(part: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Lines::default());
    // Writing to memory cannot fail, and the types have string keys only.
    part.serialize(&mut serializer).expect("a certificate is always valid JSON");
    bytes
}

impl Certificate {
    /// Writes the file, which appears whole or not at all.
    ///
    /// # Errors
    /// Those of the file system, and that it would have more than [`MAX_FILE_BYTES`] bytes, so that no checker
    /// would read it.
    pub fn write(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let bytes = to_bytes(self);
        if bytes.len() as u64 > MAX_FILE_BYTES {
            let size = bytes.len();
            let why =
                format!("it would have {size} bytes, the checker reads at most {MAX_FILE_BYTES}");
            return Err(io::Error::other(why));
        }
        crate::files::replace(path.as_ref(), &bytes)
    }
}

/// Layout: no indentation and no spaces. Every field of an object starts a line. An array whose
/// first item is an array or an object has an item a line; any other array is on one line.
#[derive(Default)]
struct Lines {
    /// For each open array or object, whether its items start lines; unknown before the first.
    open: Vec<Option<bool>>,
    /// An array item is about to be written; whether it is the first.
    pending: Option<bool>,
}

impl Lines {
    /// Writes what stands before an array item, now that it is known whether it is a container.
    fn item(&mut self, out: &mut (impl Write + ?Sized), container: bool) -> io::Result<()> {
        let Some(first) = self.pending.take() else { return Ok(()) };
        let lines = self.open.last_mut().map(|l| *l.get_or_insert(container));
        out.write_all(if first { b"" } else { b"," })?;
        out.write_all(if lines == Some(true) { b"\n" } else { b"" })
    }

    fn close(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        if self.open.pop().flatten() == Some(true) {
            out.write_all(b"\n")?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.item(out, true)?;
        self.open.push(None);
        out.write_all(b"[")
    }
    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.pending = Some(first);
        Ok(())
    }
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.item(out, true)?;
        self.open.push(Some(true));
        out.write_all(b"{")
    }
    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"\n" } else { b",\n" })
    }
    fn begin_string<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.item(out, false)?;
        out.write_all(b"\"")
    }
    fn write_u64<W: ?Sized + Write>(&mut self, out: &mut W, value: u64) -> io::Result<()> {
        self.item(out, false)?;
        write!(out, "{value}")
    }
}
