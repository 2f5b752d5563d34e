//! The four formats of a table.

use super::{Cell, Data, Table};
use itertools::Itertools;
use serde_json::{Map, Value, json};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A booktabs `table` environment.
    Latex,
    /// A pipe table under a heading.
    Markdown,
    /// Comma separated values with a heading line.
    Csv,
    /// `{"id", "caption", "rows": [{column: value}]}`.
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

/// An interval for log10 as one number: its common leading digits, or both ends.
fn logarithm(lo: f64, hi: f64) -> String {
    let (a, b) = (format!("{lo:.3}"), format!("{hi:.3}"));
    if a == b { a } else { format!("{a}..{b}") }
}

fn plain(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Integer(value) => value.to_string(),
        Cell::Log10(lo, hi) => format!("10^{}", logarithm(*lo, *hi)),
        Cell::Missing => String::new(),
    }
}

fn csv(data: &Data) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let records = std::iter::once(data.columns.iter().map(ToString::to_string).collect())
        .chain(data.rows.iter().map(|row| row.iter().map(plain).collect::<Vec<_>>()));
    for record in records {
        writer.write_record(record).expect("writing to memory, rows of equal length");
    }
    let bytes = writer.into_inner().expect("writing to memory");
    String::from_utf8(bytes).expect("cells are text")
}

fn json(table: &dyn Table, data: &Data) -> String {
    let rows: Vec<Value> = data
        .rows
        .iter()
        .map(|row| {
            let fields = data.columns.iter().zip(row).map(|(column, cell)| {
                let value = match cell {
                    Cell::Text(text) => json!(text),
                    Cell::Integer(value) => json!(value.to_string()),
                    Cell::Log10(lo, hi) => json!({ "log10": [lo, hi] }),
                    Cell::Missing => Value::Null,
                };
                (column.to_string(), value)
            });
            Value::Object(fields.collect::<Map<_, _>>())
        })
        .collect();
    let document = json!({ "id": table.id(), "caption": table.caption(), "rows": rows });
    format!("{document:#}\n")
}

fn markdown(table: &dyn Table, data: &Data) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let escape = |text: String| text.replace('|', "\\|");
    let rule = alignment(data).map(|a| if a == 'r' { "---:" } else { "---" }.to_string()).collect();
    let mut out = format!("### {}\n\n{}\n\n", table.id(), table.caption());
    out += &line(data.columns.iter().map(ToString::to_string).collect());
    out += &line(rule);
    for row in &data.rows {
        out += &line(row.iter().map(plain).map(escape).collect());
    }
    out
}

/// `r` for columns of numbers, `l` for columns with words.
fn alignment(data: &Data) -> impl Iterator<Item = char> + '_ {
    (0..data.columns.len()).map(|c| {
        let words = data.rows.iter().any(|row| matches!(row[c], Cell::Text(_)));
        if words { 'l' } else { 'r' }
    })
}

fn latex(table: &dyn Table, data: &Data) -> String {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => latex_text(text),
        Cell::Integer(value) => format!("${value}$"),
        Cell::Log10(lo, hi) => {
            format!("$10^{{{}}}$", logarithm(*lo, *hi).replace("..", "\\ldots "))
        }
        Cell::Missing => "--".into(),
    };
    let header = data.columns.iter().map(|c| latex_text(c)).join(" & ");
    let rows: String =
        data.rows.iter().map(|row| row.iter().map(cell).join(" & ") + " \\\\\n").collect();
    let columns: String = alignment(data).collect();
    let (id, caption) = (table.id(), latex_text(table.caption()));
    format!(
        "\\begin{{longtable}}{{{columns}}}\n\\caption{{{caption}}}\\label{{tab:{id}}}\\\\\n\
         \\toprule\n{header} \\\\\n\\midrule\n\\endfirsthead\n\
         \\toprule\n{header} \\\\\n\\midrule\n\\endhead\n\
         \\bottomrule\n\\endlastfoot\n{rows}\\end{{longtable}}\n"
    )
}

/// Plain words with the characters that LaTeX reserves made harmless.
fn latex_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out += "$<$",
            '>' => out += "$>$",
            '|' => out += "$|$",
            '^' => out += "\\textasciicircum{}",
            '~' => out += "\\textasciitilde{}",
            '\\' => out += "\\textbackslash{}",
            _ => out.push(c),
        }
    }
    out.replace("$<$=", "$\\le$").replace("$>$=", "$\\ge$")
}
