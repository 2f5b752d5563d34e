//! A table as a `longtable` that fits a landscape page.

use super::text::{has_words, interval, plain};
use super::{Cell, Data, Table, full_caption, words};
use itertools::Itertools;

/// Characters of `\small` type that fit a line of the appendix.
const LINE: usize = 146;

/// Space between two columns, in characters.
const GAP: usize = 2;

/// Words longer than this may be broken into lines.
const BREAKABLE: usize = 36;

/// The table, ending with a line end. It needs `longtable`, `booktabs`, `array`, `amsmath`.
pub(super) fn latex(table: &dyn Table, data: &Data) -> String {
    let header = data.columns.iter().map(|c| words::latex(c)).join(" & ");
    let line = |row: &Vec<Cell>| row.iter().map(cell).join(" & ") + " \\\\\n";
    let rows: String = data.rows.iter().map(line).collect();
    let (id, caption) = (table.id(), words::latex(&full_caption(table)));
    let columns = layout(data);
    format!(
        "{{\\small\\setlength{{\\tabcolsep}}{{4pt}}\\setlength{{\\LTcapwidth}}{{\\linewidth}}%\n\
         \\begin{{longtable}}{{{columns}}}\n\\caption{{{caption}}}\\label{{tab:{id}}}\\\\\n\
         \\toprule\n{header} \\\\\n\\midrule\n\\endfirsthead\n\
         \\toprule\n{header} \\\\\n\\midrule\n\\endhead\n\
         \\bottomrule\n\\endlastfoot\n{rows}\\end{{longtable}}}}\n"
    )
}

/// The column specification. Where the line is too short, the columns of long words share, in
/// proportion, what the others leave.
fn layout(data: &Data) -> String {
    let widths: Vec<usize> = (0..data.columns.len())
        .map(|c| {
            let heading = words::plain(data.columns[c]).chars().count();
            data.rows.iter().map(|row| width(&row[c])).fold(heading, usize::max)
        })
        .collect();
    let natural: usize = widths.iter().map(|w| w + GAP).sum();
    let breakable = |c: &usize| natural > LINE && widths[*c] > BREAKABLE;
    let broken: usize = (0..widths.len()).filter(breakable).map(|c| widths[c]).sum();
    let room = LINE.saturating_sub(natural - broken);
    let columns = (0..widths.len()).map(|c| match (breakable(&c), has_words(data, c)) {
        (true, _) => {
            // Half an em a character.
            let ems = (room * widths[c]) as f64 / broken as f64 / 2.0;
            format!(">{{\\raggedright\\arraybackslash}}p{{{ems:.1}em}}")
        }
        (false, true) => "l".into(),
        (false, false) => "r".into(),
    });
    columns.collect()
}

/// Characters of a cell; an exponent is set smaller.
fn width(cell: &Cell) -> usize {
    let characters = plain(cell).chars().count();
    if matches!(cell, Cell::Log10(_)) { characters * 7 / 10 } else { characters }
}

fn cell(cell: &Cell) -> String {
    let numbers = |ends: [f64; 2]| match interval(ends).as_slice() {
        [one] => grouped(one),
        several => format!("[{}]", several.iter().map(|n| grouped(n)).join(",\\,")),
    };
    match cell {
        Cell::Text(text) => words::latex(text),
        Cell::Integer(value) => format!("${}$", grouped(&value.to_string())),
        Cell::Log10(ends) => format!("$10^{{{}}}$", numbers(*ends)),
        Cell::Real(ends) => format!("${}$", numbers(*ends)),
        Cell::Measured(_) => match plain(cell).split_once('e') {
            Some((digits, exponent)) => format!("${digits}\\cdot 10^{{{exponent}}}$"),
            None => plain(cell),
        },
        Cell::Missing => "--".into(),
    }
}

/// A decimal number with thin spaces between thousands, from five digits on.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    if whole.len() < 5 {
        return number.into();
    }
    let head = whole.len() % 3;
    let groups = [&whole[..head]].into_iter().filter(|g| !g.is_empty()).map(str::to_string);
    let tail = whole.as_bytes()[head..].chunks(3).map(|c| String::from_utf8_lossy(c).into_owned());
    groups.chain(tail).join("\\,") + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (number, expected) in [
            ("1234", "1234"),
            ("12345", "12\\,345"),
            ("123456.789", "123\\,456.789"),
            ("1234567", "1\\,234\\,567"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }

    #[test]
    fn intervals_are_rounded_outwards() {
        assert_eq!(interval([1.0001, 1.0002]), ["1.000"]);
        assert_eq!(interval([2.71849, 2.71851]), ["2.718", "2.719"]);
        assert_eq!(interval([10.26, 11.27]), ["10", "12"]);
        assert_eq!(interval([10.26, 10.41]), ["10.2", "10.5"]);
    }
}
