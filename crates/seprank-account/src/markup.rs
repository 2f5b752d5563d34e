//! Markup: what is escaped, and how numbers and pictures begin.

use std::fmt::Display;

/// `text` as the content of an element or of an attribute in double quotes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A picture with its title, which is read aloud in its place.
pub(crate) fn svg(class: &str, title: &str, (width, height): (u64, u64), content: &str) -> String {
    let title = escape(title);
    format!(
        "<svg class=\"{class}\" role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\"><title>{title}</title>{content}</svg>"
    )
}

/// A line of text in a picture, centred at `x`.
pub(crate) fn text(x: u64, y: u64, class: &str, content: impl Display) -> String {
    let content = escape(&content.to_string());
    format!("<text x=\"{x}\" y=\"{y}\" class=\"{class}\" text-anchor=\"middle\">{content}</text>")
}
