//! Unknown names are answered with the nearest known one, and types with what they hold.

/// The message of a deserializer, on one line, with the name that is nearest to an unknown one.
pub(super) fn with_nearest(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().to_owned();
    if !line.starts_with("unknown") {
        return line;
    }
    // serde writes "unknown field `x`, expected one of `a`, `b`".
    let mut names = line.split('`').skip(1).step_by(2);
    let Some(given) = names.next() else { return line };
    match nearest(given, names) {
        Some(near) => format!("{line}; did you mean `{near}`?"),
        None => line,
    }
}

/// A message of a deserializer with what is expected named in words, and not by the type that takes it.
pub(super) fn in_plain_words(message: String) -> String {
    let Some((before, kind)) = message.rsplit_once("expected ") else { return message };
    let words = match kind {
        "usize" | "u64" => "a whole number from 0 to 2^64 - 1",
        "i64" => "a whole number of 64 bits",
        "f64" | "f32" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        _ => return message,
    };
    format!("{before}expected {words}")
}

/// The known name that is most like `given`.
pub(super) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.max_by(|a, b| strsim::jaro_winkler(a, given).total_cmp(&strsim::jaro_winkler(b, given)))
}
