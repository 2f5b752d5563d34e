//! Integers that may have millions of bits, of which only the leading ones are kept.

use crate::arith::Interval;
use rug::float::Round;
use rug::{Float, Integer};

/// A non-negative integer: itself, or where it has more than [`EXACT`] bits an interval around it.
#[derive(Clone, Debug)]
pub(super) enum Count {
    Exact(Integer),
    About(Interval),
}

/// Integers of so many bits are exact.
const EXACT: u32 = 1000;

/// Bits of a place, a float that is an integer: so many that those of at most [`EXACT`] bits are all there, and
/// differences of larger ones keep hundreds of bits.
const PRECISION: u32 = EXACT + 24;

impl From<&Integer> for Count {
    fn from(n: &Integer) -> Self {
        match n.significant_bits() <= EXACT {
            true => Self::Exact(n.clone()),
            false => Self::About(Interval::integer(n)),
        }
    }
}

impl Count {
    /// That of a place that is not negative.
    pub(super) fn at(place: &Float) -> Self {
        match is_exact(place) {
            true => Self::Exact(place.to_integer().expect("a place is finite")),
            false => Self::About(Interval::around(place, place)),
        }
    }

    /// `whole - place`, the whole being between two places; `None` if it is negative, or small beside them.
    pub(super) fn beyond(place: &Float, [low, high]: &[Float; 2]) -> Option<Self> {
        let (low, high) =
            (moved(low, &-place.clone(), Round::Down), moved(high, &-place.clone(), Round::Up));
        match (low == high, is_exact(&low)) {
            _ if low < 0 => None,
            (true, true) => Some(Self::at(&low)),
            (false, true) => None,
            (_, false) => Some(Self::About(Interval::around(&low, &high))),
        }
    }

    /// `2 n`, and one more if it is to be `odd`.
    pub(super) fn doubled(&self, odd: bool) -> Self {
        match self {
            Self::Exact(n) => Self::from(&(Integer::from(n * 2u32) + u32::from(odd))),
            Self::About(n) => Self::About(&(n + n) + &Interval::ratio(i64::from(odd), 1)),
        }
    }

    /// Around it.
    pub(super) fn interval(&self) -> Interval {
        match self {
            Self::Exact(n) => Interval::integer(n),
            Self::About(n) => n.clone(),
        }
    }
}

fn is_exact(place: &Float) -> bool {
    place.get_exp().is_none_or(|bits| bits <= EXACT as i32)
}

/// The places at `n`, or below and above it.
pub(super) fn places(n: &Integer) -> [Float; 2] {
    [Round::Down, Round::Up].map(|round| Float::with_val_round(PRECISION, n, round).0)
}

/// The place `step` further on, rounded if it is none.
pub(super) fn moved(place: &Float, step: &Float, round: Round) -> Float {
    Float::with_val_round(PRECISION, place + step, round).0
}

#[cfg(test)]
mod tests {
    use super::super::{Growth, LogInterval, least_sum};
    use super::*;
    use rug::ops::Pow;

    /// Numbers around the change from exact ones to their leading bits, and far above.
    fn large() -> impl Iterator<Item = Integer> {
        let near = [EXACT - 3, EXACT - 1, EXACT, EXACT + 1, PRECISION, 5000];
        let near = near.into_iter().map(|bits| Integer::from(1) << bits);
        near.flat_map(|n| [Integer::from(&n - 1u32), n.clone(), n + 1u32])
            .chain([Integer::from(3).pow(20_000)])
    }

    #[test]
    fn binomials_are_as_in_closed_form() {
        for k in large() {
            // C(k+4, 4)
            let product: Integer = (1..=4u32).map(|i| Integer::from(&k + i)).product();
            let found = LogInterval::multiset(&5.into(), &k).unwrap();
            assert!(found.admits(&(product / 24u32)) && found.relative_width() < 1e-60);
        }
    }

    /// `sum_a min(2a+2, 2(C-a)+1)` and `sum_a min(a+1, C-a+1)`, in closed form.
    #[test]
    fn sums_are_as_in_closed_form() {
        for c in large() {
            // The first is less for a < t.
            let t = (Integer::from(&c * 2u32) - 1u32) / 4u32 + 1u32;
            let rest = Integer::from(&c - &t) + 1u32;
            let first = Integer::from(&t * &Integer::from(&t + 1u32));
            let expected = first + Integer::from(rest.square_ref());
            let found = least_sum(&Growth::odd(2.into()), &Growth::even(2.into()), &c).unwrap();
            assert!(found.admits(&expected) && found.relative_width() < 1e-20, "{c}");
            let (half, other) =
                (Integer::from(&c / 2u32) + 1u32, Integer::from(&c + 1u32) / 2u32 + 1u32);
            let every = || Growth::every(2.into());
            let found = least_sum(&every(), &every(), &c).unwrap();
            assert!(found.admits(&(half * other)) && found.relative_width() < 1e-20, "{c}");
        }
    }
}
