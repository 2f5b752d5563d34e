//! What the command lines that check certificates share: `seprank-check`, and `seprank check`.
//!
//! Exit codes: 0 if all are Valid, 1 if one is Invalid, else 2.

use crate::check::{Checked, MAX_MATRIX_BYTES, Options, Summary};
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Which certificates, and how to print what is said of them.
#[derive(clap::Args, Clone, Debug)]
pub struct Selection {
    /// Certificates, or directories of them
    #[arg(required = true, value_name = "FILE")]
    pub paths: Vec<PathBuf>,
    /// Eliminate minors also where the solutions of challenges are given
    #[arg(long)]
    pub eliminate: bool,
    /// Of a claim on a matrix: the file with its entries, as the certificate names it
    #[arg(long, value_name = "FILE")]
    pub matrix: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For reading
    Text,
    /// One JSON document
    Json,
}

impl Selection {
    /// How they are to be checked.
    pub fn options(&self) -> Options<'static> {
        Options { eliminate: self.eliminate, stop: None }
    }

    /// The content of the file of a matrix, if one is named.
    ///
    /// # Errors
    /// Those of reading it, with its path, and that it is larger than [`MAX_MATRIX_BYTES`].
    pub fn matrix(&self) -> io::Result<Option<Vec<u8>>> {
        let Some(path) = &self.matrix else { return Ok(None) };
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(named)?;
        file.take(MAX_MATRIX_BYTES + 1).read_to_end(&mut bytes).map_err(named)?;
        if bytes.len() as u64 > MAX_MATRIX_BYTES {
            let message = format!("more than {MAX_MATRIX_BYTES} bytes, the most that are allowed");
            return Err(named(io::Error::other(message)));
        }
        Ok(Some(bytes))
    }

    /// The files: the paths given, and for a directory the *.json files in it by name.
    ///
    /// # Errors
    /// That a path does not exist, and those of reading a directory, with the path.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for path in &self.paths {
            let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
            if std::fs::metadata(path).map_err(named)?.is_dir() {
                files.append(&mut inside(path).map_err(named)?);
            } else {
                files.push(path.clone());
            }
        }
        Ok(files)
    }
}

fn inside(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_file() && path.extension().is_some_and(|e| e == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What is said of one file after another.
#[derive(Debug)]
pub struct Report {
    format: Format,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    file: String,
    #[serde(flatten)]
    summary: Summary,
    #[serde(skip)]
    exit_code: u8,
}

impl Report {
    /// Of no file yet.
    pub fn new(format: Format) -> Self {
        Self { format, lines: Vec::new() }
    }

    /// Adds a file; as text it is printed at once.
    ///
    /// # Errors
    /// Those of writing.
    pub fn add(&mut self, out: &mut dyn Write, file: &Path, checked: &Checked) -> io::Result<()> {
        let file_name = file.display().to_string();
        let exit_code = checked.verdict.exit_code();
        self.lines.push(Line { file: file_name, summary: checked.summary(), exit_code });
        if self.format == Format::Text {
            writeln!(out, "{}: {checked}", file.display())?;
            out.flush()?;
        }
        Ok(())
    }

    /// Prints what is left: the document, or how many files there were of each verdict.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |name| self.lines.iter().filter(|line| line.summary.verdict == name).count();
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &self.lines)?;
                writeln!(out)?;
            }
            Format::Text if self.lines.len() != 1 => writeln!(
                out,
                "{} files: {} valid, {} incomplete, {} invalid",
                self.lines.len(),
                count("valid"),
                count("incomplete"),
                count("invalid")
            )?,
            Format::Text => {}
        }
        out.flush()
    }

    /// The exit code of the worst verdict. Of no file at all nothing was checked.
    pub fn exit_code(&self) -> u8 {
        let there = |code: &u8| self.lines.iter().any(|line| line.exit_code == *code);
        [1, 2, 0].into_iter().find(there).unwrap_or(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Finding, Kind, Verdict};

    /// Invalid is worst, and nothing is not Valid.
    #[test]
    fn the_worst_verdict_gives_the_exit_code() {
        let finding = |kind| {
            let [place, expected, got] = ["here", "this", "that"].map(String::from);
            Finding { kind, place, expected, got }
        };
        let verdicts = [Verdict::Valid, finding(Kind::Minor).into(), finding(Kind::Limit).into()];
        for chosen in 0..8usize {
            let mut report = Report::new(Format::Json);
            for (i, verdict) in verdicts.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1) {
                let checked = Checked { verdict: verdict.clone(), certificate: None };
                report.add(&mut Vec::new(), Path::new(&i.to_string()), &checked).unwrap();
            }
            let expected = [2, 0, 1, 1, 2, 2, 1, 1][chosen];
            assert_eq!(report.exit_code(), expected, "{chosen}");
        }
    }
}
