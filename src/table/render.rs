//! The four formats of a table.

use super::latex::latex;
use super::text::{has_words, plain};
use super::{Cell, Data, Table, full_caption, words};
use serde_json::{Map, Value, json};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A `longtable` with booktabs rules that fits a landscape page.
    Latex,
    /// A pipe table under a heading.
    Markdown,
    /// Comma separated values with a heading line.
    Csv,
    /// `{"id", "title", "caption", "rows": [{column: value}]}`.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Latex, Self::Markdown, Self::Csv, Self::Json];

    /// The usual file name extension.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Latex => "tex",
            Self::Markdown => "md",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The table as text, ending with a line end.
pub fn render(table: &dyn Table, data: &Data, format: Format) -> String {
    match format {
        Format::Latex => latex(table, data),
        Format::Markdown => markdown(table, data),
        Format::Csv => csv(data),
        Format::Json => json(table, data),
    }
}

/// For programs: intervals with all digits.
fn exact(cell: &Cell) -> String {
    match cell {
        Cell::Log10([lo, hi]) => format!("10^[{lo}, {hi}]"),
        Cell::Real([lo, hi]) => format!("[{lo}, {hi}]"),
        _ => plain(cell),
    }
}

fn csv(data: &Data) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let headings = data.columns.iter().map(|c| words::plain(c)).collect();
    let records = data.rows.iter().map(|row| row.iter().map(exact).collect::<Vec<_>>());
    for record in std::iter::once(headings).chain(records) {
        writer.write_record(record).expect("writing to memory, rows of equal length");
    }
    let bytes = writer.into_inner().expect("writing to memory");
    String::from_utf8(bytes).expect("cells are text")
}

fn json(table: &dyn Table, data: &Data) -> String {
    let value = |cell: &Cell| match cell {
        Cell::Text(_) | Cell::Integer(_) => json!(plain(cell)),
        Cell::Log10(ends) => json!({ "log10": ends }),
        Cell::Real(ends) => json!(ends),
        Cell::Measured(_) => plain(cell).parse::<f64>().map_or(Value::Null, |v| json!(v)),
        Cell::Missing => Value::Null,
    };
    let record = |row: &Vec<Cell>| {
        let fields = data.columns.iter().zip(row);
        Value::Object(fields.map(|(c, cell)| (words::plain(c), value(cell))).collect::<Map<_, _>>())
    };
    let rows: Vec<Value> = data.rows.iter().map(record).collect();
    let caption = words::plain(&full_caption(table));
    let title = words::plain(table.title());
    let document = json!({ "id": table.id(), "title": title, "caption": caption, "rows": rows });
    format!("{document:#}\n")
}

fn markdown(table: &dyn Table, data: &Data) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let escape = |text: String| text.replace('|', "\\|");
    let rule = (0..data.columns.len()).map(|c| if has_words(data, c) { "---" } else { "---:" });
    let (title, caption) = (words::plain(table.title()), words::plain(&full_caption(table)));
    let mut out = format!("### {title}\n\n{caption}\n\n");
    out += &line(data.columns.iter().map(|c| escape(words::plain(c))).collect());
    out += &line(rule.map(Into::into).collect());
    for row in &data.rows {
        out += &line(row.iter().map(plain).map(escape).collect());
    }
    out
}
