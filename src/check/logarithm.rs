//! Enclosures of decimal logarithms, digit by digit, in integers.

use crate::certificate::Decimal;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

/// No enclosure in a file has more places.
pub(super) const MAX_PLACES: u32 = 100;

/// `(low, high)` with `low <= 10^places log10(value) <= high` and high - low mostly 1;
/// value must be positive.
///
/// Write value = 10^e x with 1 <= x < 10. The next digit of log10(x) is the exponent of x^10, and so
/// on with what is left. x is kept as an interval of integers over 10^precision; the interval's
/// width grows tenfold a step, so the ends agree on the digits that are used.
fn enclose(value: &BigUint, places: u32) -> (BigUint, BigUint) {
    let precision = 2 * places + 20;
    let ten = |k: u32| BigUint::from(10u32).pow(k);
    // An exponent e with 10^e <= value < 10^(e+1), from a guess by bits.
    let mut e = ((value.bits() - 1) as f64 * std::f64::consts::LOG10_2) as u32;
    while ten(e) > *value {
        e -= 1;
    }
    while ten(e + 1) <= *value {
        e += 1;
    }
    let mut low = value * ten(precision) / ten(e);
    let mut high = &low + 1u32;
    let mut digits = BigUint::from(e);
    for step in 0..places {
        let scale = 9 * precision;
        low = low.pow(10) / ten(scale);
        high = high.pow(10) / ten(scale) + 1u32;
        let digit = |x: &BigUint| (1..10).rev().find(|k| *x >= ten(precision + k)).unwrap_or(0);
        let (d, d_high) = (digit(&low), digit(&high));
        digits *= 10u32;
        if d != d_high {
            // The ends differ: the digits after this one are unknown.
            let rest = ten(places - step - 1);
            return ((&digits + d) * &rest, (digits + d_high + 1u32) * rest);
        }
        digits += d;
        low /= ten(d);
        high = high / ten(d) + 1u32;
    }
    (digits.clone(), digits + BigUint::one())
}

/// Whether `low <= log10(value) <= high` is certain. `None` if an end has too many places.
pub(super) fn contains(low: &Decimal, high: &Decimal, value: &BigUint) -> Option<bool> {
    if low.places.max(high.places) > MAX_PLACES {
        return None;
    }
    if value.is_zero() {
        return Some(false);
    }
    let places = low.places.max(high.places) + 20;
    let scaled = |end: &Decimal| &end.units * BigInt::from(10).pow(places - end.places);
    let (own_low, own_high) = enclose(value, places);
    Some(scaled(low) <= own_low.into() && BigInt::from(own_high) <= scaled(high))
}

/// Whether a < b.
pub(super) fn less(a: &Decimal, b: &Decimal) -> Option<bool> {
    if a.places.max(b.places) > MAX_PLACES {
        return None;
    }
    let scaled = |x: &Decimal| &x.units * BigInt::from(10).pow(MAX_PLACES - x.places);
    Some(scaled(a) < scaled(b))
}

/// `value` as an enclosure of its logarithm, to nine places; for comparing with another.
pub(super) fn log10(value: &BigUint) -> Option<(Decimal, Decimal)> {
    if value.is_zero() {
        return None;
    }
    let (low, high) = enclose(value, 9);
    let decimal = |n: BigUint| Decimal { units: n.into(), places: 9 };
    Some((decimal(low), decimal(high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::ToPrimitive;

    #[test]
    fn floating_point_agrees() {
        for n in (1..2000u64).chain([1 << 40, u64::MAX, 999_999_999, 1_000_000_000]) {
            let (low, high) = enclose(&n.into(), 12);
            let expected = (n as f64).log10() * 1e12;
            let (low, high) = (low.to_f64().unwrap(), high.to_f64().unwrap());
            assert!(low <= expected + 20.0 && expected - 20.0 <= high && high - low <= 2.0, "{n}");
        }
    }

    /// `10^low <= n^(10^places) <= 10^high`, in integers.
    #[test]
    fn powers_of_ten_lie_on_either_side() {
        let ten = |k: &BigUint| BigUint::from(10u32).pow(k.to_u32().unwrap());
        for n in (1..200u64).chain([999, 1000, 1001, 31_622, 31_623, 1 << 40, u64::MAX]) {
            for places in 0..3u32 {
                let (low, high) = enclose(&n.into(), places);
                let power = BigUint::from(n).pow(10u32.pow(places));
                assert!(ten(&low) <= power && power <= ten(&high), "{n} {places}");
                assert_eq!(&high - &low, BigUint::one(), "{n} {places}");
            }
        }
    }

    /// The first k + 1 digits of the square root of ten: the logarithm is k + 1/2, less at most 10^-k,
    /// and the ends cannot tell on which side.
    #[test]
    fn ends_that_differ_in_a_digit_are_kept_apart() {
        for (k, places) in [(100u32, 3u32), (100, 12), (300, 9)] {
            let root = BigUint::from(10u32).pow(2 * k + 1).sqrt();
            let (low, high) = enclose(&root, places);
            let half = BigUint::from(10 * k + 5) * BigUint::from(10u32).pow(places - 1);
            assert!(low < half && half <= high, "{k} {places}");
            assert!(&high - &low <= BigUint::from(2u32) * BigUint::from(10u32).pow(places - 1));
        }
    }

    #[test]
    fn decimals_are_compared_by_value() {
        let texts = ["-2", "-1.5", "-0.25", "0", "0.1", "0.11", "0.2", "1", "1.000001", "3"];
        let list: Vec<Decimal> = texts.iter().map(|t| t.parse().unwrap()).collect();
        for (i, a) in list.iter().enumerate() {
            for (j, b) in list.iter().enumerate() {
                assert_eq!(less(a, b), Some(i < j), "{} {}", texts[i], texts[j]);
            }
        }
        let places = |n: usize| format!("0.{}1", "0".repeat(n - 1)).parse::<Decimal>().unwrap();
        let (fits, long, one) = (places(100), places(101), BigUint::one());
        assert_eq!((less(&fits, &list[7]), less(&list[7], &fits)), (Some(true), Some(false)));
        assert_eq!((less(&long, &list[7]), less(&list[7], &long)), (None, None));
        assert_eq!(contains(&list[3], &fits, &one), Some(true));
        assert_eq!(
            (contains(&list[3], &long, &one), contains(&long, &list[7], &one)),
            (None, None)
        );
        assert_eq!(contains(&list[3], &list[7], &BigUint::zero()), Some(false));
        assert_eq!(log10(&BigUint::zero()), None);
    }

    #[test]
    fn the_ends_are_tight_for_a_thousand_digits() {
        // log10(2) = 0.30102 99956 63981 19521 37388 94724 49302 67681 89881 46210 85413 ..
        let power = BigUint::from(2u32).pow(10_000);
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        let inside =
            |low: &str, high: &str| contains(&decimal(low), &decimal(high), &power).unwrap();
        assert!(inside("3010.2999566398119521373889472449302676818988146", "3010.3"));
        assert!(inside("3010", "3010.2999566398119521373889472449302676818988147"));
        assert!(!inside("3010.2999566398119521373889472449302676818988147", "3010.3"));
        assert!(!inside("3010", "3010.2999566398119521373889472449302676818988146"));
        assert!(contains(&decimal("3"), &decimal("3.000001"), &1000u32.into()).unwrap());
    }
}
