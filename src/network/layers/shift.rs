//! Spatial shift (S2-MLP, Yu et al. 2021, algorithm 1).

use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Gather, Input};
use crate::network::{FileError, Site};
use serde::Deserialize;

/// The tokens lie on a grid by rows; the channels are cut into four groups, as equal as can be, which
/// move by one place: down, up, right, left. At the edge an entry without a neighbour to take
/// keeps its value, so entries are copied and lost: this is no permutation. With `by` every channel moves down the
/// list of tokens by a number of places of its own, those at the ends taking the first or last token's. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Rows of the grid.
    pub rows: usize,
    /// Columns of the grid.
    pub cols: usize,
    /// The places by which each channel moves, in the place of one on the grid.
    pub by: Option<Vec<i64>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    grid: Option<[usize; 2]>,
    by: Option<Vec<i64>>,
}

impl LayerRule for Shift {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        if keys.grid.is_some() && keys.by.is_some() {
            return Err(FileError::whole("give grid or by, not both"));
        }
        if let Some(by) = keys.by.as_ref().filter(|by| by.len() != site.width) {
            let wrong = format!("it has {} numbers; {} are needed", by.len(), site.width);
            return Err(FileError::of("by", wrong));
        }
        let [rows, cols] = site.grid(keys.grid)?;
        site.charge("the shift", &[site.tokens, site.width])?;
        Ok(Self { rows, cols, by: keys.by })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let Self { rows, cols, by } = self;
        if let Some(by) = by.as_ref().filter(|by| by.len() != width) {
            return Some(format!("shifts {} channels", by.len()));
        }
        (rows * cols != tokens).then(|| format!("shifts a grid of {rows} x {cols} tokens"))
    }

    fn define(&self, (tokens, width): (usize, usize), _parameters: &mut Parameters) -> Expression {
        let source = (0..tokens * width).map(|e| {
            let (token, channel) = (e / width, e % width);
            if let Some(by) = &self.by {
                // Tokens are far fewer than i64::MAX.
                let from = (token as i64).saturating_sub(by[channel]);
                return from.clamp(0, tokens as i64 - 1) as usize * width + channel;
            }
            let (row, col) = (token / self.cols, token % self.cols);
            let (row, col) = match 4 * channel / width {
                0 => (row.saturating_sub(1), col),
                1 => ((row + 1).min(self.rows - 1), col),
                2 => (row, col.saturating_sub(1)),
                _ => (row, (col + 1).min(self.cols - 1)),
            };
            (row * self.cols + col) * width + channel
        });
        Gather { of: Input.into(), rows: tokens, cols: width, source: source.collect() }
    }
}
