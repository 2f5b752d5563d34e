//! When two problems can be compared. A gap is a statement about one number of tokens, one partition and
//! one side of the output token, on which attention's bounds depend; and, unless it is asked for across
//! sizes, about one width and one depth.

use super::block_form::BlockForm;
use crate::network::{Architecture, InvalidProblem, Output, Problem};
use itertools::Itertools;
use std::fmt;

/// What must be the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// The number of tokens N.
    Tokens,
    /// The two sides of the partition, whichever is called A.
    Partition,
    /// The side of the output token.
    OutputSide,
    /// The width d.
    Width,
    /// The depth L; a network given by its layers has none, unless its layers are blocks of attention and a channel
    /// mixing.
    Depth,
}

impl Aspect {
    /// The field of a request that decides it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Partition => "left",
            Self::OutputSide => "output",
            Self::Width => "width",
            Self::Depth => "depth",
        }
    }

    /// Whether problems that differ in it alone may be compared across sizes.
    pub fn is_size(self) -> bool {
        matches!(self, Self::Width | Self::Depth)
    }

    fn allowed(self) -> &'static str {
        match self {
            Self::Tokens => "a gap is about one number of tokens",
            Self::Partition => "a gap is about one partition",
            Self::OutputSide => "a gap is about output tokens on one side of the partition",
            Self::Width => "a gap at one size is about one width",
            Self::Depth => "a gap at one size is about one depth",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.field())
    }
}

/// A difference between attention and the other network because of which they are not compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{aspect} {}: {}", self.values(), aspect.allowed())]
pub struct Incomparable {
    /// Where they differ.
    pub aspect: Aspect,
    /// What it is for attention.
    pub attention: String,
    /// What it is for the other network.
    pub other: String,
}

impl Incomparable {
    /// Both values, each with its side.
    pub fn values(&self) -> String {
        format!("{} of attention, {} of the other network", self.attention, self.other)
    }
}

impl From<Incomparable> for InvalidProblem {
    fn from(e: Incomparable) -> Self {
        Self::new(e.aspect.field(), e.values(), e.aspect.allowed())
    }
}

/// Whether the two can be compared; if so, the sizes in which they differ.
///
/// # Errors
/// If they differ in tokens, partition or side of the output token.
pub fn comparable(attention: &Problem, other: &Problem) -> Result<Vec<Incomparable>, Incomparable> {
    let list = differences(attention, other);
    match list.iter().find(|d| !d.aspect.is_size()) {
        Some(difference) => Err(difference.clone()),
        None => Ok(list),
    }
}

impl Problem {
    /// The same network asked about the partition and the output token of `other`.
    ///
    /// # Errors
    /// If `other` has another number of tokens, or this network no such output token.
    pub fn like(&self, other: &Self) -> Result<Self, InvalidProblem> {
        if self.tokens() != other.tokens() {
            return Err(differences(self, other).remove(0).into());
        }
        let output = Output { token: other.output().token, ..self.output() };
        Self::new(self.architecture().clone(), other.partition().clone(), output)
    }
}

/// Where the two problems differ, those first across which nothing is compared.
fn differences(attention: &Problem, other: &Problem) -> Vec<Incomparable> {
    let describe = |aspect, of: &dyn Fn(&Problem) -> String| Incomparable {
        aspect,
        attention: of(attention),
        other: of(other),
    };
    if attention.tokens() != other.tokens() {
        return vec![describe(Aspect::Tokens, &|p| p.tokens().to_string())];
    }
    let (a, b) = (attention.own_and_other(), other.own_and_other());
    let mut list = Vec::new();
    if a != b && a != (b.1, b.0) {
        let sides = |p: &Problem| {
            let sides = p.partition();
            format!("{} | {}", positions(sides.left()), positions(sides.right()))
        };
        list.push(describe(Aspect::Partition, &sides));
    } else if a != b {
        let own = |p: &Problem| format!("token {}", p.output().token);
        list.push(describe(Aspect::OutputSide, &own));
    }
    if attention.width() != other.width() {
        list.push(describe(Aspect::Width, &|p| p.width().to_string()));
    }
    let depths = [depth(attention), depth(other)];
    if depths[0].is_none() || depths[0] != depths[1] {
        let words = |p: &Problem| match depth(p) {
            Some(depth) => depth.to_string(),
            None => format!("none ({} layers one by one)", p.architecture().depth()),
        };
        list.push(describe(Aspect::Depth, &words));
    }
    list
}

/// L, which a network by its layers does not have unless it is made of blocks of attention and a channel mixing.
pub(crate) fn depth(problem: &Problem) -> Option<usize> {
    match problem.architecture() {
        Architecture::Layers(_) => BlockForm::of(problem).map(|form| form.depth),
        known => Some(known.depth()),
    }
}

/// Runs of positions that are written; more are cut off.
const RUNS: usize = 6;

/// Increasing positions as runs: `0..=3, 6`.
pub fn positions(list: &[usize]) -> String {
    let runs = list.iter().enumerate().chunk_by(|(index, position)| *position - index);
    let mut written: Vec<String> = Vec::new();
    for (_, run) in &runs {
        if written.len() == RUNS {
            written.push("..".into());
            break;
        }
        let run: Vec<usize> = run.map(|(_, position)| *position).collect();
        written.push(match run[..] {
            [one] => one.to_string(),
            [first, .., last] => format!("{first}..={last}"),
            [] => continue,
        });
    }
    written.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attention() -> Problem {
        Problem::attention(3, 4, 2, 6).unwrap()
    }

    fn with(problem: &Problem, left: &[usize], token: usize) -> Problem {
        let sides = problem.with_partition(left).unwrap().partition().clone();
        Problem::new(problem.architecture().clone(), sides, Output { token, channel: 0 }).unwrap()
    }

    fn aspects(other: &Problem) -> Vec<Aspect> {
        differences(&attention(), other).into_iter().map(|d| d.aspect).collect()
    }

    #[test]
    fn every_difference_is_named() {
        let mixer = |depth, width, tokens| Problem::mixer(depth, width, 2, tokens).unwrap();
        let same = mixer(3, 4, 6);
        assert_eq!(aspects(&same), []);
        assert_eq!(aspects(&mixer(3, 4, 8)), [Aspect::Tokens]);
        assert_eq!(aspects(&mixer(2, 4, 6)), [Aspect::Depth]);
        assert_eq!(aspects(&mixer(3, 5, 6)), [Aspect::Width]);
        assert_eq!(aspects(&mixer(2, 5, 6)), [Aspect::Width, Aspect::Depth]);
        assert_eq!(aspects(&with(&same, &[0, 1], 0)), [Aspect::Partition]);
        assert_eq!(aspects(&with(&same, &[0, 1, 2], 3)), [Aspect::OutputSide]);
        // A and B have changed names: the same two sides, the output token with the same tokens.
        assert_eq!(aspects(&with(&same, &[3, 4, 5], 2)), []);
        assert_eq!(aspects(&with(&same, &[3, 4, 5], 5)), [Aspect::OutputSide]);
    }

    #[test]
    fn a_problem_is_asked_as_another_is() {
        let other = with(&Problem::mixer(2, 3, 2, 6).unwrap(), &[1, 4], 4);
        let like = attention().like(&other).unwrap();
        assert_eq!((like.partition(), like.output().token), (other.partition(), 4));
        assert_eq!(comparable(&like, &other).unwrap().len(), 2);
        assert_eq!(comparable(&attention(), &other).unwrap_err().aspect, Aspect::Partition);
        let fewer = Problem::mixer(2, 3, 2, 4).unwrap();
        assert_eq!(attention().like(&fewer).unwrap_err().field, "tokens");
    }

    #[test]
    fn errors_name_both_values() {
        let other = Problem::mixer(3, 4, 2, 9).unwrap();
        let error = differences(&attention(), &other).remove(0);
        let text =
            "tokens 6 of attention, 9 of the other network: a gap is about one number of tokens";
        assert_eq!(error.to_string(), text);
        assert_eq!(InvalidProblem::from(error).to_string(), text);
        let other = with(&Problem::mixer(3, 4, 2, 6).unwrap(), &[0, 2, 3], 0);
        let text = differences(&attention(), &other)[0].to_string();
        assert!(text.contains("0..=2 | 3..=5 of attention, 0, 2..=3 | 1, 4..=5 of"), "{text}");
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(positions(&[]), "");
        assert_eq!(positions(&[4]), "4");
        assert_eq!(positions(&[0, 1, 2, 7, 9, 10]), "0..=2, 7, 9..=10");
        let even: Vec<usize> = (0..100).map(|k| 2 * k).collect();
        assert_eq!(positions(&even), "0, 2, 4, 6, 8, 10, ..");
    }
}
