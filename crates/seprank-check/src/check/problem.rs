//! The problem of a claim, once its numbers are known to make sense.

use super::layers::{Layers, MAX_SIZE};
use super::verdict::{Finding, Kind};
use crate::certificate::{self as file, Mixer};
use std::fmt::Display;

/// The matrices of a network, and a state, have no more entries.
const MAX_CELLS: u64 = 1 << 22;
/// No check multiplies more often.
pub(super) const MAX_OPERATIONS: u64 = 1 << 42;
/// Multiplications for one hidden entry of a Mixer: two products for either mixing, and two powers
/// with 64 squarings at most.
const MIXER_OPERATIONS: u64 = 132;

/// Sizes are those of docs/theory.md, section 2.
pub(super) struct Problem<'a> {
    pub(super) architecture: Architecture<'a>,
    pub(super) depth: u64,
    pub(super) width: u64,
    pub(super) tokens: u64,
    /// The positions of A, increasing; B has the rest.
    pub(super) left: Vec<u64>,
    /// Token and channel.
    pub(super) output: (u64, u64),
}

pub(super) enum Architecture<'a> {
    Attention { heads: u64, head_width: u64 },
    Mixer(MixerSizes),
    Layers(Layers<'a>),
}

pub(super) struct MixerSizes {
    pub(super) token_hidden: u64,
    pub(super) token_degree: u64,
    pub(super) channel_hidden: u64,
    pub(super) channel_degree: u64,
    pub(super) bias: bool,
    pub(super) residual: bool,
    pub(super) permutation: Option<Vec<u64>>,
}

impl<'a> Problem<'a> {
    /// Checks every number of the problem.
    pub(super) fn new(problem: &'a file::Problem, place: &str) -> Result<Self, Finding> {
        let place = format!("{place}.problem");
        let wrong = |field: &str, expected: &dyn Display, got: &dyn Display| {
            Finding::new(Kind::Problem, format_args!("{place}.{field}"), expected, got)
        };
        let within = |field: &str, got: u64, most: u64| {
            if (1..=most).contains(&got) {
                Ok(got)
            } else {
                Err(wrong(field, &format_args!("1..={most}"), &got))
            }
        };
        let tokens = within("tokens", problem.tokens, MAX_SIZE)?;
        let (depth, width, architecture) = match &problem.architecture {
            file::Architecture::Attention(a) => {
                let width = within("width", a.width, MAX_SIZE)?;
                let heads = within("heads", a.heads, MAX_SIZE)?;
                if !width.is_multiple_of(heads) {
                    return Err(wrong("heads", &format_args!("a divisor of {width}"), &heads));
                }
                let shape = Architecture::Attention { heads, head_width: width / heads };
                (within("depth", a.depth, MAX_SIZE)?, width, shape)
            }
            file::Architecture::Mixer(m) => {
                let width = within("width", m.width, MAX_SIZE)?;
                within("token_degree", m.token_degree, 64)?;
                within("channel_degree", m.channel_degree, 64)?;
                let permutation =
                    m.permutation.as_ref().map(|source| permutation(source, tokens * width));
                let Mixer { token_degree, channel_degree, bias, residual, .. } = *m;
                let shape = MixerSizes {
                    token_hidden: within("token_hidden", m.token_hidden, MAX_SIZE)?,
                    token_degree,
                    channel_hidden: within("channel_hidden", m.channel_hidden, MAX_SIZE)?,
                    channel_degree,
                    bias,
                    residual,
                    permutation: permutation
                        .transpose()
                        .map_err(|(expected, got)| wrong("permutation", &expected, &got))?,
                };
                (within("depth", m.depth, MAX_SIZE)?, width, Architecture::Mixer(shape))
            }
            file::Architecture::Layers(given) => {
                let width = within("width", given.width, MAX_SIZE)?;
                let layers = Layers::new(given, (tokens, width)).map_err(|e| {
                    wrong(&format!("architecture.layers.{}", e.place), &e.expected, &e.got)
                })?;
                (layers.layers.len() as u64, width, Architecture::Layers(layers))
            }
        };
        let mut least = 0;
        for &position in &problem.left {
            if !(least..problem.tokens).contains(&position) {
                return Err(wrong(
                    "left",
                    &format_args!("{least}..{tokens}, increasing"),
                    &position,
                ));
            }
            least = position + 1;
        }
        let left = problem.left.clone();
        if left.is_empty() || left.len() as u64 == tokens {
            let expected = format_args!("1..{tokens} positions").to_string();
            return Err(wrong("left", &expected, &left.len()));
        }
        let file::Output { token, channel } = problem.output;
        let index = |field: &str, got: u64, size: u64| {
            if got < size { Ok(got) } else { Err(wrong(field, &format_args!("0..{size}"), &got)) }
        };
        let (rows, cols) = match &architecture {
            Architecture::Layers(layers) => layers.output,
            _ => (tokens, width),
        };
        let output = (index("output.token", token, rows)?, index("output.channel", channel, cols)?);
        Ok(Self { architecture, depth, width, tokens, left, output })
    }

    /// Sizes of the output token's side and of the other. For attention: the last state of other
    /// networks need not have a row for each position.
    pub(super) fn own_and_other(&self) -> (u64, u64) {
        let [a, b] = self.sides();
        if self.left.binary_search(&self.output.0).is_ok() { (a, b) } else { (b, a) }
    }

    /// Whether f is no polynomial.
    pub(super) fn is_real(&self) -> bool {
        matches!(&self.architecture, Architecture::Layers(layers) if layers.degrees.is_none())
    }

    /// The sizes of A and B.
    pub(super) fn sides(&self) -> [u64; 2] {
        let left = self.left.len() as u64;
        [left, self.tokens - left]
    }

    /// Refuses to evaluate the network `times` times where that would pass a limit; else the multiplications of it.
    pub(super) fn affordable(&self, times: u64, place: &str) -> Result<u64, Finding> {
        let product = |sizes: &[u64]| sizes.iter().fold(1, |p: u64, &n| p.saturating_mul(n));
        let (l, n, d) = (self.depth, self.tokens, self.width);
        let (cells, operations) = match &self.architecture {
            Architecture::Attention { heads, .. } => {
                let operations = product(&[3, l, *heads, n, d, d]);
                let cells = product(&[l, *heads, d, d]).max(product(&[n, n]));
                (cells, operations.saturating_add(product(&[2, l, *heads, n, n, d])))
            }
            Architecture::Mixer(m) => {
                let hidden = m.token_hidden.max(m.channel_hidden);
                let cells = product(&[l, n.max(d), hidden]);
                (cells, product(&[MIXER_OPERATIONS, l, hidden, n, d]))
            }
            Architecture::Layers(layers) => (layers.cells, layers.operations),
        };
        let cells = cells.max(product(&[n, d]));
        within_limit(place, "entries in matrices", MAX_CELLS, cells)?;
        let operations = operations.saturating_mul(times);
        within_limit(place, "multiplications", MAX_OPERATIONS, operations)?;
        Ok(operations)
    }
}

/// Refuses `needed` of `what` above `limit`.
pub(super) fn within_limit(
    place: &str,
    what: &str,
    limit: u64,
    needed: u64,
) -> Result<(), Finding> {
    if needed <= limit {
        return Ok(());
    }
    Err(Finding::new(Kind::Limit, place, format_args!("at most {limit} {what}"), needed))
}

/// `source` as a permutation of 0..count, or what is expected and found instead.
fn permutation(source: &[u64], count: u64) -> Result<Vec<u64>, (String, String)> {
    if source.len() as u64 != count {
        return Err((format!("{count} entries"), source.len().to_string()));
    }
    let mut seen = vec![false; source.len()];
    for &e in source {
        match usize::try_from(e).ok().and_then(|e| seen.get_mut(e)) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err((format!("each of 0..{count} once"), e.to_string())),
        }
    }
    Ok(source.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_lists_of_each_entry_once() {
        let digits = |n: u64| [n / 27, n / 9 % 3, n / 3 % 3, n % 3];
        for source in (0..81).map(digits).map(|d| [d[1], d[2], d[3]]) {
            let once = (0..3).all(|e| source.contains(&e));
            assert_eq!(permutation(&source, 3).is_ok(), once, "{source:?}");
        }
        assert_eq!(permutation(&[1, 2, 0], 3), Ok(vec![1, 2, 0]));
        assert!(permutation(&[1, 0], 3).is_err() && permutation(&[1, 0, 3], 3).is_err());
    }

    #[test]
    fn limits_are_included() {
        assert!(within_limit("", "", 7, 7).is_ok() && within_limit("", "", 7, 8).is_err());
    }
}
