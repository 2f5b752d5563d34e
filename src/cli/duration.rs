//! Durations for people.

/// So many seconds in the unit that a reader would take: two digits of what is only a forecast.
pub(super) fn duration(seconds: f64) -> String {
    let units = [(60.0, 1.0, "s"), (3600.0, 60.0, "min"), (86400.0, 3600.0, "h")];
    let years = 365.25 * 86400.0;
    let (_, unit, name) = units
        .into_iter()
        .find(|(below, ..)| seconds < *below)
        .unwrap_or(if seconds < years { (years, 86400.0, "days") } else { (0.0, years, "years") });
    match seconds / unit {
        n if n < 0.1 => format!("below 0.1 {name}"),
        n if n > 1e6 => format!("more than a million {name}"),
        n if n < 10.0 => format!("{n:.1} {name}"),
        n => format!("{n:.0} {name}"),
    }
}

/// The same of a forecast, as `about 3.0 s`; what is only bounded has no `about`.
pub(super) fn about(seconds: f64) -> String {
    let text = duration(seconds);
    if text.starts_with(|c: char| c.is_ascii_digit()) { format!("about {text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{about, duration};

    #[test]
    fn durations_are_in_the_unit_of_a_reader() {
        for (seconds, text) in [
            (0.0, "below 0.1 s"),
            (0.25, "0.2 s"),
            (59.0, "59 s"),
            (90.0, "1.5 min"),
            (7200.0, "2.0 h"),
            (864_000.0, "10 days"),
            (3.2e8, "10 years"),
            (8.8e21, "more than a million years"),
            (f64::INFINITY, "more than a million years"),
        ] {
            assert_eq!(duration(seconds), text);
        }
        assert_eq!([about(0.0), about(90.0)], ["below 0.1 s", "about 1.5 min"]);
    }
}
