//! Sentences on a terminal: lines that are too long for it are broken between words.

use std::io::{self, IsTerminal, StdoutLock, Write};
use textwrap::{Options, WordSeparator, WordSplitter};

/// Standard output, locked. On a terminal what passes its width is broken between words, with two spaces more
/// before what follows than before the line; anywhere else it stays as it is, a line a line.
pub(super) fn out() -> Prose<StdoutLock<'static>> {
    let out = io::stdout();
    let width = if out.is_terminal() { width(terminal_size::terminal_size_of(&out)) } else { None };
    Prose { out: out.lock(), width, line: Vec::new() }
}

/// The same for one line of standard error, such as an error.
pub(super) fn for_stderr(text: &str) -> String {
    let err = io::stderr();
    let width = if err.is_terminal() { width(terminal_size::terminal_size_of(&err)) } else { None };
    width.map_or_else(
        || text.into(),
        |width| text.lines().map(|l| broken(l, width)).collect::<Vec<_>>().join("\n"),
    )
}

/// Its columns, unless there are too few of them for words.
fn width(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Option<usize> {
    size.map(|(width, _)| width.0.into()).filter(|width| *width >= 40)
}

/// A writer of whole lines.
pub(super) struct Prose<W: Write> {
    out: W,
    width: Option<usize>,
    /// What came after the last line end.
    line: Vec<u8>,
}

impl<W: Write> Write for Prose<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(width) = self.width else { return self.out.write(bytes) };
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                let text = String::from_utf8_lossy(&line);
                writeln!(self.out, "{}", broken(text.trim_end_matches('\n'), width))?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&std::mem::take(&mut self.line))?;
        self.out.flush()
    }
}

/// `line` in pieces of at most `width` columns, but for words that are longer.
fn broken(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let next = " ".repeat(indent + 2);
    let options = Options::new(width)
        .subsequent_indent(&next)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    if textwrap::core::display_width(line) <= width {
        return line.into();
    }
    textwrap::fill(line, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(width: Option<usize>, pieces: &[&str]) -> String {
        let mut prose = Prose { out: Vec::new(), width, line: Vec::new() };
        pieces.iter().for_each(|piece| prose.write_all(piece.as_bytes()).unwrap());
        prose.flush().unwrap();
        String::from_utf8(prose.out).unwrap()
    }

    #[test]
    fn long_lines_are_broken_between_words_and_short_ones_stay() {
        let text = "  by: one two\u{a0}three four\nshort  line\n0123456789-0123456789 end";
        let pieces: Vec<_> = text.split_inclusive("e").collect();
        assert_eq!(written(None, &pieces), text);
        let wanted =
            "  by: one\n    two\u{a0}three\n    four\nshort  line\n0123456789-0123456789 end";
        assert_eq!(written(Some(14), &pieces), wanted);
    }
}
