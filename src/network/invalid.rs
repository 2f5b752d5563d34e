//! What is asked for and cannot be.

/// Largest number of layers, tokens, channels or hidden units accepted anywhere: far above any
/// published model, and small enough that products of two sizes fit 64 bits.
pub const MAX_SIZE: usize = 1 << 24;

/// A request that makes no sense: names the field, the value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {value}: {allowed}")]
pub struct InvalidProblem {
    /// What is wrong, for example `"width"`.
    pub field: &'static str,
    /// The value given.
    pub value: String,
    /// What is allowed instead.
    pub allowed: String,
}

impl InvalidProblem {
    /// An error about `field`.
    pub fn new(field: &'static str, value: impl ToString, allowed: impl ToString) -> Self {
        Self { field, value: value.to_string(), allowed: allowed.to_string() }
    }
}
