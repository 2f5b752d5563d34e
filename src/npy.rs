//! The header of NPY files (<https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>).
//!
//! Six bytes, a version, the length of a header and the header, the text of a Python dictionary with the keys
//! `descr`, `fortran_order` and `shape`. The crates that read it bring a parser for all of Python's literals,
//! which recurses as deep as the file says; here exactly these three keys are read.

use std::fmt::Display;

/// The first bytes of a file.
pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";

/// No header is longer.
pub(crate) const MAX_HEADER: usize = 1 << 16;

/// What is wrong with a header: what stands there, and what may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeaderError {
    pub(crate) value: String,
    pub(crate) allowed: String,
}

impl HeaderError {
    /// In words, by the beginning of what stands there.
    pub(crate) fn shown(&self) -> String {
        let value = self.value.chars().take(60).map(|c| if c.is_control() { ' ' } else { c });
        format!("{}: {}", value.collect::<String>(), self.allowed)
    }
}

fn wrong(value: impl Display, allowed: impl Display) -> HeaderError {
    HeaderError { value: value.to_string(), allowed: allowed.to_string() }
}

/// The header at the beginning of a file, and what follows it.
///
/// # Errors
/// What the format does not allow.
pub(crate) fn split(bytes: &[u8]) -> Result<(Header<'_>, &[u8]), HeaderError> {
    let short = || wrong("the end of the file", "allowed is a header of NPY");
    if !bytes.starts_with(MAGIC) {
        return Err(wrong("the first bytes", "allowed are those of an NPY file, \\x93NUMPY"));
    }
    let [version, _, rest @ ..] = &bytes[MAGIC.len()..] else { return Err(short()) };
    let (length, rest) = match version {
        1 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        2 | 3 => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(short)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        other => return Err(wrong(format_args!("version {other}"), "allowed are versions 1 to 3")),
    };
    if length > MAX_HEADER {
        return Err(wrong(
            format_args!("a header of {length} bytes"),
            format_args!("allowed are {MAX_HEADER}"),
        ));
    }
    let (header, data) = rest.split_at_checked(length).ok_or_else(short)?;
    let text =
        std::str::from_utf8(header).map_err(|_| wrong("the header", "allowed is text in UTF-8"))?;
    Ok((Header::parse(text)?, data))
}

/// What a header says.
#[derive(Debug, PartialEq)]
pub(crate) struct Header<'a> {
    /// The type, as `<f8`.
    pub(crate) descr: &'a str,
    /// The first index runs fastest.
    pub(crate) by_columns: bool,
    /// The numbers of positions by dimension.
    pub(crate) shape: Vec<u64>,
}

impl<'a> Header<'a> {
    /// A dictionary of three keys in any order, with spaces anywhere between.
    fn parse(text: &'a str) -> Result<Self, HeaderError> {
        let allowed = "allowed is a dictionary with the keys descr, fortran_order and shape";
        let refused = || wrong(text.trim(), allowed);
        let mut rest = Scanner(text);
        let (mut descr, mut by_columns, mut shape) = (None, None, None);
        rest.take("{").ok_or_else(refused)?;
        while rest.take("}").is_none() {
            let key = rest.quoted().ok_or_else(refused)?;
            rest.take(":").ok_or_else(refused)?;
            let twice = match key {
                "descr" => descr.replace(rest.quoted().ok_or_else(refused)?).is_some(),
                "fortran_order" => {
                    by_columns.replace(rest.boolean().ok_or_else(refused)?).is_some()
                }
                "shape" => shape.replace(rest.shape().ok_or_else(refused)?).is_some(),
                _ => true,
            };
            if twice || (rest.take(",").is_none() && !rest.0.trim_start().starts_with('}')) {
                return Err(refused());
            }
        }
        match (descr, by_columns, shape, rest.0.trim().is_empty()) {
            (Some(descr), Some(by_columns), Some(shape), true) => {
                Ok(Self { descr, by_columns, shape })
            }
            _ => Err(refused()),
        }
    }
}

/// What is left of a header.
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn take(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start();
        let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (inside, rest) = text[1..].split_once(quote)?;
        self.0 = rest;
        Some(inside)
    }

    fn boolean(&mut self) -> Option<bool> {
        let value = self.take("True").map(|()| true);
        value.or_else(|| self.take("False").map(|()| false))
    }

    fn shape(&mut self) -> Option<Vec<u64>> {
        self.take("(")?;
        let (inside, rest) = self.0.split_once(')')?;
        self.0 = rest;
        let inside = inside.trim();
        let inside = inside.strip_suffix(',').unwrap_or(inside);
        if inside.is_empty() {
            return Some(Vec::new());
        }
        inside.split(',').map(|n| n.trim().parse().ok()).collect()
    }
}
