//! The picture of a partition: tokens in a row, those of side A in one colour and those of B in another.

use crate::markup::{svg, text};
use seprank_check::certificate::Problem;

/// So many tokens are drawn one by one, with their numbers; of more, the runs.
const SINGLE: u64 = 32;
/// So many runs are drawn.
const RUNS: usize = 32;
const CELL: u64 = 24;

/// The tokens of `problem`. Cost: linear in the positions of A.
pub(crate) fn picture(problem: &Problem) -> String {
    let own = problem.left.len() as u64;
    let other = problem.tokens.saturating_sub(own);
    let title = format!("{own} tokens on side A, {other} on side B");
    let runs = runs(problem);
    let cells = if problem.tokens <= SINGLE {
        singles(problem, &runs)
    } else if runs.len() <= RUNS {
        runs.iter().map(|&(side, first, last)| (side, label(first, last), None)).collect()
    } else {
        vec![
            ('A', format!("{own} tokens, scattered"), None),
            ('B', format!("{other} tokens, the rest"), None),
        ]
    };
    draw(&title, &cells)
}

/// A cell: its side, what is written below it, and the output's mark if it is the output's token.
type Cell = (char, String, Option<char>);

fn draw(title: &str, cells: &[Cell]) -> String {
    let (mut x, mut content) = (4, String::new());
    for (side, label, mark) in cells {
        // Eight pixels a character.
        let width = CELL.max(8 * label.chars().count() as u64 + 8);
        let middle = x + width / 2;
        let class = if *side == 'A' { "side-a" } else { "side-b" };
        content.push_str(&format!(
            "<rect x=\"{x}\" y=\"18\" width=\"{}\" height=\"{CELL}\" rx=\"3\" class=\"{class}\"/>",
            width - 2
        ));
        content.push_str(&text(middle, 35, "on-side", side));
        content.push_str(&text(middle, 58, "small", label));
        if let Some(mark) = mark {
            content.push_str(&text(middle, 13, "small", mark));
        }
        x += width;
    }
    svg("partition", title, (x + 4, 64), &content)
}

fn singles(problem: &Problem, runs: &[(char, u64, u64)]) -> Vec<Cell> {
    let of = |token| {
        let inside = |&&(_, first, last): &&(char, u64, u64)| (first..=last).contains(&token);
        let side = runs.iter().find(inside).map_or('B', |run| run.0);
        (side, token.to_string(), (token == problem.output.token).then_some('Y'))
    };
    (0..problem.tokens).map(of).collect()
}

fn label(first: u64, last: u64) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

/// Side, first and last token of each run; no more than one above [`RUNS`]. Positions that are not in order
/// or not there, as a file may have, give runs that mean nothing, and the verdict says so.
fn runs(problem: &Problem) -> Vec<(char, u64, u64)> {
    let mut runs = Vec::new();
    let mut next = 0;
    for run in problem.left.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let (first, last) = (run[0], run[run.len() - 1]);
        if first < next || last >= problem.tokens || runs.len() > RUNS {
            break;
        }
        if first > next {
            runs.push(('B', next, first - 1));
        }
        runs.push(('A', first, last));
        next = last + 1;
    }
    if next < problem.tokens && runs.len() <= RUNS {
        runs.push(('B', next, problem.tokens - 1));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use seprank_check::certificate::{Architecture, Attention, Output};

    fn of(tokens: u64, left: &[u64]) -> Problem {
        let architecture = Architecture::Attention(Attention { depth: 1, width: 1, heads: 1 });
        let output = Output { token: 0, channel: 0 };
        Problem { architecture, tokens, left: left.to_vec(), output }
    }

    #[test]
    fn runs_cover_the_tokens_in_order() {
        assert_eq!(runs(&of(6, &[0, 1, 4])), [('A', 0, 1), ('B', 2, 3), ('A', 4, 4), ('B', 5, 5)]);
        assert_eq!(runs(&of(3, &[])), [('B', 0, 2)]);
        assert_eq!(runs(&of(3, &[2])), [('B', 0, 1), ('A', 2, 2)]);
        // What is no partition.
        assert_eq!(runs(&of(3, &[u64::MAX])), [('B', 0, 2)]);
        assert_eq!(runs(&of(0, &[0])), []);
        assert_eq!(runs(&of(9, &[5, 3])), [('B', 0, 4), ('A', 5, 5), ('B', 6, 8)]);
    }

    #[test]
    fn a_picture_stays_small() {
        let every_second: Vec<u64> = (0..100_000).map(|i| 2 * i).collect();
        for problem in [of(200_000, &every_second), of(u64::MAX, &[0]), of(32, &[1]), of(0, &[])] {
            assert!(picture(&problem).len() < 8000);
        }
    }
}
