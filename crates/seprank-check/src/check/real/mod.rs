//! Real numbers, enclosed: the ring in which a network with softmax or GELU is read.
//!
//! Trusted besides the integers: the bounds in this folder. Each is stated where it is used, and proved in
//! docs/theory.md, 1.10.

mod ball;
mod constants;
mod erf;
mod functions;
mod planes;
#[cfg(test)]
mod tests;

pub(super) use ball::{Ball, Balls};
pub(super) use planes::Planes;

/// Numbers are computed to multiples of 2^-b for at most this b.
pub const MAX_BITS: u64 = 1 << 14;
