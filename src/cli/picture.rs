//! Files of pictures: SVG, or PNG where the name says so.

use super::{Failure, try_output};
use crate::files::replace;
use crate::plot::png;
use std::path::Path;

/// Whether the name ends in `ending`, in any case.
fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// The picture that an option names can be written, which is tried before any work.
pub(super) fn try_picture(option: &str, path: Option<&Path>) -> Result<(), Failure> {
    const OTHERS: &[&str] = &["jpg", "jpeg", "gif", "webp", "pdf", "ps", "eps"];
    if let Some(path) = path.filter(|path| OTHERS.iter().any(|other| ends_in(path, other))) {
        let name = path.display();
        let allowed = "pictures are SVG, or PNG; give a name that ends in .svg or .png";
        return Err(format!("{option} {name}: {allowed}").into());
    }
    try_output(option, path)
}

/// Writes the picture `svg` in the form that the name asks for.
pub(super) fn write_picture(option: &str, path: &Path, svg: &str) -> Result<(), Failure> {
    let bytes = if ends_in(path, "png") { png(svg)? } else { svg.as_bytes().to_vec() };
    replace(path, &bytes).map_err(|e| format!("{option} {}: {e}", path.display()).into())
}
