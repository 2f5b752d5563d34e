//! Partitions (A, B) of the token positions.

use super::{InvalidProblem, MAX_SIZE};
use std::sync::Arc;

/// A partition of `0..tokens` into two non-empty sides A (left) and B (right). Copies share the positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    left: Arc<[usize]>,
    right: Arc<[usize]>,
}

impl Partition {
    /// The partition with A = `left`.
    ///
    /// # Errors
    /// If `left` repeats a position, has one outside `0..tokens`, or leaves a side empty.
    pub fn new(tokens: usize, left: &[usize]) -> Result<Self, InvalidProblem> {
        Self::check_size(tokens)?;
        let mut is_left = vec![false; tokens];
        for &position in left {
            match is_left.get_mut(position) {
                None => {
                    return Err(InvalidProblem::new(
                        "left",
                        position,
                        format!(
                            "positions must be below the number of tokens {tokens}, so 0..={}",
                            tokens.saturating_sub(1)
                        ),
                    ));
                }
                Some(true) => {
                    return Err(InvalidProblem::new(
                        "left",
                        position,
                        "the position is repeated; give each position once",
                    ));
                }
                Some(seen) => *seen = true,
            }
        }
        let side = |wanted: bool| (0..tokens).filter(|&t| is_left[t] == wanted).collect();
        let partition = Self { left: side(true), right: side(false) };
        if partition.left.is_empty() || partition.right.is_empty() {
            return Err(InvalidProblem::new(
                "left",
                format_args!("{left:?}"),
                format!(
                    "both sides must be non-empty: give 1..={} of the {tokens} positions",
                    tokens.saturating_sub(1)
                ),
            ));
        }
        Ok(partition)
    }

    /// A = the first half, rounded down (at least one position).
    ///
    /// # Errors
    /// If there are fewer than two tokens.
    pub fn halves(tokens: usize) -> Result<Self, InvalidProblem> {
        if tokens < 2 {
            return Err(InvalidProblem::new(
                "tokens",
                tokens,
                "must be at least 2, to have two sides",
            ));
        }
        Self::check_size(tokens)?;
        Ok(Self { left: (0..tokens / 2).collect(), right: (tokens / 2..tokens).collect() })
    }

    /// Before anything is allocated by token.
    fn check_size(tokens: usize) -> Result<(), InvalidProblem> {
        if tokens <= MAX_SIZE {
            return Ok(());
        }
        Err(InvalidProblem::new("tokens", tokens, format_args!("allowed are 2..={MAX_SIZE}")))
    }

    /// The positions of A, increasing.
    pub fn left(&self) -> &[usize] {
        &self.left
    }

    /// The positions of B, increasing.
    pub fn right(&self) -> &[usize] {
        &self.right
    }

    /// Number of tokens.
    pub fn tokens(&self) -> usize {
        self.left.len() + self.right.len()
    }
}
