//! The work that the theorems of one certificate may cause, over all their choices and terms
//! together: it is taken before it is done.

use std::cell::Cell;

/// Multiplications of two words: a second or two on one core.
const MAX_WORK: u64 = 1 << 30;

/// What may still be done.
pub(in crate::check) struct Work {
    left: Cell<u64>,
}

impl Work {
    /// The work that one certificate may cause.
    pub(in crate::check) fn new() -> Self {
        Self::of(MAX_WORK)
    }

    pub(super) fn of(left: u64) -> Self {
        Self { left: Cell::new(left) }
    }

    /// Takes `cost` multiplications of two words; `None`, and nothing is taken, if fewer are left.
    pub(in crate::check) fn take(&self, cost: u64) -> Option<()> {
        self.left.set(self.left.get().checked_sub(cost)?);
        Some(())
    }
}

fn words(bits: u64) -> u64 {
    bits / 64 + 1
}

/// A product of numbers of so many bits. Long ones are multiplied faster than by the school book.
pub(in crate::check) fn product(a: u64, b: u64) -> u64 {
    let (a, b) = (words(a), words(b));
    a.max(b).saturating_mul(a.min(b).isqrt()).saturating_mul(4)
}

/// A number of so many bits, made by squarings or by products of factors of like size.
pub(super) fn square(bits: u64) -> u64 {
    product(bits, bits).saturating_mul(2)
}

/// A product of so many bits, divided by one that leaves at most so many. The division is that of
/// the school book: words of the divisor times words of the quotient.
pub(super) fn quotient(numerator: u64, left: u64) -> u64 {
    let division = words(numerator).saturating_mul(words(left.min(numerator)));
    square(numerator).saturating_mul(2).saturating_add(division)
}

/// So many numbers, the largest of so many bits, each from the one before by a short factor and a
/// short divisor.
pub(super) fn steps(count: u64, bits: u64) -> u64 {
    count.saturating_add(1).saturating_mul(words(bits)).saturating_mul(8)
}
