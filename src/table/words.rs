//! Words with mathematics between dollars: one source, to be read as it stands or typeset.
//!
//! Mathematics is written so that it reads without typesetting: `$sum_{k=0}^{e} mc(d-1, 2k)$`. There a
//! run of two letters or more is a name, a symbol of LaTeX or else an operator; `<=` and `>=` are
//! relations.

use itertools::Itertools;

/// Names that LaTeX has a command for.
const COMMANDS: [&str; 8] = ["sum", "min", "max", "log", "kappa", "tau", "sigma", "times"];

/// As it reads without typesetting.
pub fn plain(text: &str) -> String {
    text.replace('$', "")
}

/// As LaTeX.
pub(super) fn latex(text: &str) -> String {
    let parts = text.split('$').enumerate();
    parts
        .map(|(i, part)| match i % 2 {
            0 => escape(part),
            _ => format!("${}$", mathematics(part)),
        })
        .collect()
}

fn mathematics(text: &str) -> String {
    let runs = text.chars().chunk_by(char::is_ascii_alphabetic);
    let named: String = runs
        .into_iter()
        .map(|(letters, run)| {
            let run: String = run.collect();
            match run.len() {
                _ if !letters => run,
                1 => run,
                _ if COMMANDS.contains(&run.as_str()) => format!("\\{run} "),
                _ => format!("\\operatorname{{{run}}}"),
            }
        })
        .collect();
    named.replace("<=", "\\le ").replace(">=", "\\ge ")
}

/// Words with the characters that LaTeX reserves made harmless.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '<' | '>' | '|' => {
                out.push('$');
                out.push(c);
                out.push('$');
            }
            '^' => out += "\\textasciicircum{}",
            '~' => out += "\\textasciitilde{}",
            '\\' => out += "\\textbackslash{}",
            _ => out.push(c),
        }
    }
    out.replace("$<$=", "$\\le$").replace("$>$=", "$\\ge$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mathematics_is_typeset_and_words_are_escaped() {
        let text = "50% of $sum_{kappa<=K} mc(d_a, 2k)$, a_b < c";
        assert_eq!(plain(text), "50% of sum_{kappa<=K} mc(d_a, 2k), a_b < c");
        assert_eq!(
            latex(text),
            "50\\% of $\\sum _{\\kappa \\le K} \\operatorname{mc}(d_a, 2k)$, a\\_b $<$ c"
        );
    }
}
