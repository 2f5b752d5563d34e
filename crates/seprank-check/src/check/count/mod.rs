//! The integers in the theorems' formulas, evaluated again. `None` wherever a number or a sum would
//! be too large for the checker, or the work that a certificate may cause is spent.

mod partitions;
#[cfg(test)]
mod tests;
mod work;

pub(super) use partitions::{covariant, determinantal};
pub(super) use work::{Work, product as product_work};

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

/// No number in a formula has more bits than about this.
const MAX_BITS: u64 = 1 << 20;
/// No table has more bits in all than about this.
const MAX_TABLE_BITS: u64 = 1 << 30;
/// No sum or table has more terms.
pub(super) const MAX_TERMS: u64 = 20_000;

/// `base^exponent`.
pub(super) fn power(work: &Work, base: u64, exponent: u64) -> Option<BigUint> {
    let bits = (base as f64).log2() * exponent as f64;
    (bits <= MAX_BITS as f64).then_some(())?;
    work.take(work::square(bits as u64))?;
    Some(BigUint::from(base).pow(u32::try_from(exponent).ok()?))
}

/// `C_L = (3^L - 1)/2`.
pub(super) fn half_degree(work: &Work, depth: u64) -> Option<BigUint> {
    Some(power(work, 3, depth)? / 2u32) // an odd number
}

/// More bits than `C(n, k)` has, for `k <= n/2`: it is at most `(e n / k)^k`.
fn binomial_bits(n: &BigUint, k: u64) -> u64 {
    let k_bits = u64::from(u64::BITS - k.leading_zeros());
    k.saturating_mul(n.bits().saturating_sub(k_bits) + 3)
}

/// `C(n, k)`.
pub(super) fn choose(work: &Work, n: &BigUint, k: &BigUint) -> Option<BigUint> {
    if k > n {
        return Some(BigUint::zero());
    }
    let k = k.min(&(n - k)).to_u64()?;
    let bits = binomial_bits(n, k);
    (bits <= MAX_BITS).then_some(())?;
    work.take(work::quotient(k.saturating_mul(n.bits()), bits))?;
    let numerator = product(&|i| n - i, 0, k);
    Some(numerator / product(&|i| BigUint::from(i + 1), 0, k))
}

/// `f(from) .. f(to - 1)` multiplied in halves, which keeps the factors of like size.
fn product(f: &dyn Fn(u64) -> BigUint, from: u64, to: u64) -> BigUint {
    match to - from {
        0 => BigUint::one(),
        1 => f(from),
        count => product(f, from, from + count / 2) * product(f, from + count / 2, to),
    }
}

/// `mc(n, k) = C(n + k - 1, k)`: monomials of degree k in n variables.
pub(super) fn monomials(work: &Work, n: &BigUint, k: &BigUint) -> Option<BigUint> {
    if k.is_zero() { Some(BigUint::one()) } else { choose(work, &(n + k - 1u32), k) }
}

/// `mc(n, 0), .., mc(n, last)`.
pub(super) fn monomial_table(work: &Work, n: &BigUint, last: u64) -> Option<Vec<BigUint>> {
    if last >= 4 * MAX_TERMS {
        return None;
    }
    // The last entry is C(n + last - 1, last), and the largest.
    let lower = n.to_u64().map_or(last, |n| last.min(n.saturating_sub(1)));
    let bits = binomial_bits(&(n + last), lower);
    (bits <= MAX_BITS && bits * last <= MAX_TABLE_BITS).then_some(())?;
    work.take(work::steps(last, bits))?;
    let mut table = vec![BigUint::one()];
    let mut entry = BigUint::one();
    for k in 0..last {
        entry = entry * (n + k) / (k + 1);
        table.push(entry.clone());
    }
    Some(table)
}

/// A value, and whether it is the formula's own or a weaker bound that stands in for it.
pub(super) struct Estimate {
    pub(super) value: BigUint,
    pub(super) sharp: bool,
}

/// Why a theorem gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// This hypothesis fails.
    Hypothesis(&'static str),
    /// The formula is too costly here.
    TooCostly,
}

/// `None` of the counting functions means too costly.
pub(super) trait OrTooCostly<T> {
    fn or_too_costly(self) -> Result<T, Failure>;
}

impl<T> OrTooCostly<T> for Option<T> {
    fn or_too_costly(self) -> Result<T, Failure> {
        self.ok_or(Failure::TooCostly)
    }
}

pub(super) fn sharp(value: Option<BigUint>) -> Result<Estimate, Failure> {
    Ok(Estimate { value: value.or_too_costly()?, sharp: true })
}

pub(super) fn big(n: u64) -> BigUint {
    n.into()
}

/// `d(d+1)/2`.
pub(super) fn symmetric(d: u64) -> BigUint {
    big(d) * (big(d) + 1u32) / 2u32
}
