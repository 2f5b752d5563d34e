//! Cells as plain text, from which every format starts.

use super::{Cell, Data, words};

/// An interval for reading: one number where both ends agree to three decimals, or else both ends,
/// rounded outwards to about the digits that they share.
pub(super) fn interval([lo, hi]: [f64; 2]) -> Vec<String> {
    let (low, high) = (format!("{lo:.3}"), format!("{hi:.3}"));
    if low == high {
        return vec![low];
    }
    let decimals = (0..3).find(|&k| (hi - lo) * 10f64.powi(k) >= 1.0).unwrap_or(3);
    let scale = 10f64.powi(decimals);
    // One step away in floating point, so that the product's own rounding does not move an end inwards.
    let ends = [(lo * scale).next_down().floor(), (hi * scale).next_up().ceil()];
    ends.map(|end| format!("{:.*}", decimals as usize, end / scale)).into()
}

/// For reading without typesetting.
pub fn plain(cell: &Cell) -> String {
    let bracket = |ends: Vec<String>| match ends.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    match cell {
        Cell::Text(text) => words::plain(text),
        Cell::Integer(value) => value.to_string(),
        Cell::Log10(ends) => format!("10^{}", bracket(interval(*ends))),
        Cell::Real(ends) => bracket(interval(*ends)),
        Cell::Measured(value) => format!("{value:.1e}"),
        Cell::Missing => String::new(),
    }
}

/// Whether a column holds words, and so begins at the left.
pub(super) fn has_words(data: &Data, column: usize) -> bool {
    data.rows.iter().any(|row| matches!(row[column], Cell::Text(_)))
}
