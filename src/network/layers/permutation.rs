//! Fixed permutations of the entries of the state.

use super::{LayerRule, Parameters};
use crate::files::read_text;
use crate::network::expression::Expression::{self, Gather, Input};
use crate::network::{FileError, MAX_SIZE, Site};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;
use std::path::Path;

/// `out[e] = in[source[e]]`, entries numbered `e = token * width + channel`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permutation {
    source: Vec<usize>,
}

/// A file with an order has at most this many bytes: that many entries of the largest state.
const MAX_ORDER_BYTES: u64 = 10 * MAX_SIZE as u64;

/// What is wrong with an order, or with the file that holds it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PermutationError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Something else than a number.
    #[error("numbers from 0 are expected, not {word:?}")]
    Number {
        /// The beginning of it.
        word: String,
    },
    /// A number is missing or repeated.
    #[error("each of 0..={last} must stand there once")]
    Order {
        /// The largest number allowed.
        last: usize,
    },
}

impl Permutation {
    /// Accepts `source` if it is a permutation of `0..source.len()`; `None` if not.
    pub fn new(source: Vec<usize>) -> Option<Self> {
        let mut seen = vec![false; source.len()];
        for &e in &source {
            if std::mem::replace(seen.get_mut(e)?, true) {
                return None;
            }
        }
        Some(Self { source })
    }

    /// A random order of `count` things, the same for the same seed.
    pub fn random(count: usize, seed: u64) -> Self {
        let mut source: Vec<usize> = (0..count).collect();
        source.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
        Self { source }
    }

    /// The order in a file: numbers from 0, between commas or white space.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, PermutationError> {
        let content = read_text(path, MAX_ORDER_BYTES)?;
        let words = content.split([',', ' ', '\n', '\t', '\r']).filter(|w| !w.is_empty());
        let number = |word: &str| {
            let beginning = || word.chars().take(20).collect();
            word.parse().map_err(|_| PermutationError::Number { word: beginning() })
        };
        Self::of_order(words.map(number).collect::<Result<_, _>>()?)
    }

    fn of_order(order: Vec<usize>) -> Result<Self, PermutationError> {
        let last = order.len().saturating_sub(1);
        Self::new(order).ok_or(PermutationError::Order { last })
    }

    /// The permutation of entries that moves whole tokens.
    pub fn of_tokens(tokens: &Permutation, width: usize) -> Self {
        let source = tokens.source.iter().flat_map(|t| (0..width).map(move |k| t * width + k));
        Self { source: source.collect() }
    }

    /// The permutation of entries that moves whole channels.
    fn of_channels(channels: &Permutation, tokens: usize) -> Self {
        let width = channels.source.len();
        let source = (0..tokens).flat_map(|t| channels.source.iter().map(move |k| t * width + k));
        Self { source: source.collect() }
    }

    /// The list `source`.
    pub fn source(&self) -> &[usize] {
        &self.source
    }
}

/// What is permuted.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Of {
    #[default]
    Entries,
    Tokens,
    Channels,
}

/// The axis of a grid of tokens whose index changes places with that of a segment of channels.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Axis {
    Rows,
    Cols,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    #[serde(default)]
    of: Of,
    order: Option<Vec<usize>>,
    seed: Option<u64>,
    file: Option<String>,
    swap: Option<Axis>,
    grid: Option<[usize; 2]>,
}

impl LayerRule for Permutation {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let count = match keys.of {
            Of::Entries => site.tokens * site.width,
            Of::Tokens => site.tokens,
            Of::Channels => site.width,
        };
        site.charge("the permutation", &[site.tokens, site.width])?;
        let (key, order) = match (keys.order, keys.seed, keys.file, keys.swap) {
            (Some(order), None, None, None) => {
                ("order", Self::of_order(order).map_err(|e| FileError::of("order", e))?)
            }
            (None, Some(seed), None, None) => ("seed", Self::random(count, seed)),
            (None, None, Some(file), None) => {
                let order = Self::read(&site.folder.join(&file));
                ("file", order.map_err(|e| FileError::new("file", format_args!("{file:?}"), e))?)
            }
            (None, None, None, Some(axis)) => return segments(axis, keys.grid, site),
            (order, seed, file, swap) => {
                let given = [
                    ("order", order.is_some()),
                    ("seed", seed.is_some()),
                    ("file", file.is_some()),
                    ("swap", swap.is_some()),
                ];
                let given = given.iter().filter(|(_, there)| *there).map(|(key, _)| *key);
                let needed = match given.collect::<Vec<_>>()[..] {
                    [] => "one of the keys order, seed, file and swap is needed".into(),
                    ref given => format!("only one of the keys {} is allowed", given.join(", ")),
                };
                return Err(FileError::whole(needed));
            }
        };
        if keys.grid.is_some() {
            return Err(FileError::of("grid", "it goes with swap only"));
        }
        if order.source.len() != count {
            let wrong = format!("it has {} numbers; {count} are needed", order.source.len());
            return Err(FileError::of(key, wrong));
        }
        Ok(match keys.of {
            Of::Entries => order,
            Of::Tokens => Self::of_tokens(&order, site.width),
            Of::Channels => Self::of_channels(&order, site.tokens),
        })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let count = self.source.len();
        (count != tokens * width).then(|| format!("permutes {count} entries"))
    }

    fn define(&self, (tokens, width): (usize, usize), _parameters: &mut Parameters) -> Expression {
        Gather { of: Input.into(), rows: tokens, cols: width, source: self.source.clone() }
    }
}

/// The Vision Permutator's exchange (Hou et al. 2021, section 3.2): the channels are cut into as many
/// segments as the axis is long, and the index along the axis changes places with the segment's.
fn segments(axis: Axis, grid: Option<[usize; 2]>, site: &Site) -> Result<Permutation, FileError> {
    let [rows, cols] = site.grid(grid)?;
    let count = match axis {
        Axis::Rows => rows,
        Axis::Cols => cols,
    };
    if !site.width.is_multiple_of(count) {
        let wrong = format!("{count} segments do not divide {} channels", site.width);
        return Err(FileError::of("swap", wrong));
    }
    let length = site.width / count;
    let source = (0..site.tokens * site.width).map(|e| {
        let (token, channel) = (e / site.width, e % site.width);
        let (row, col) = (token / cols, token % cols);
        let (segment, within) = (channel / length, channel % length);
        let (row, col, segment) = match axis {
            Axis::Rows => (segment, col, row),
            Axis::Cols => (row, segment, col),
        };
        (row * cols + col) * site.width + segment * length + within
    });
    Ok(Permutation { source: source.collect() })
}
