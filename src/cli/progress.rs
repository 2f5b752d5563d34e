//! Progress bars on standard error; nothing where that is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar for `length` steps that appears on a terminal only.
pub(super) fn bar(length: u64, unit: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!(
        "{{elapsed_precise}} [{{bar:30}}] {{pos}}/{{len}} {unit}, {{eta}} left {{msg}}"
    ));
    let bar = ProgressBar::new(length);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// A count of something that has no known end.
pub(super) fn counter(unit: &str) -> ProgressBar {
    let bar = ProgressBar::no_length();
    let style = format!("{{elapsed_precise}} {{pos}} {unit}, last {{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    bar
}
