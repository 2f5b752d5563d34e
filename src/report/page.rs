//! The page of the checker, beside a report: its buttons hand certificates to the page, which `web/build` makes.

use crate::files::{naming, read_text};
use std::io;
use std::path::Path;

/// The name that the page has beside a report.
pub const PAGE: &str = "check.html";

/// The page is smaller than this.
const MAX_PAGE_BYTES: u64 = 16 << 20;

/// What the page has, and takes from a report.
const MARKS: [&str; 2] =
    ["<title>Check certificates of separation ranks</title>", "certificates-ready"];

/// The page of the checker in the file at `path`.
///
/// # Errors
/// Those of reading; the file is not that page. With the path.
pub fn check_page(path: &Path) -> io::Result<String> {
    let text = read_text(path, MAX_PAGE_BYTES).map_err(|e| naming(path, &e))?;
    if MARKS.iter().all(|mark| text.contains(mark)) {
        return Ok(text);
    }
    let why = "it is not the page of the checker; web/build makes target/web/check.html";
    Err(naming(path, &io::Error::other(why)))
}
