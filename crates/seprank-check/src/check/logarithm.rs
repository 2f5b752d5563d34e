//! Enclosures of decimal logarithms, digit by digit, in integers.

use crate::certificate::Decimal;
use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

/// No enclosure in a file has more places.
pub(super) const MAX_PLACES: u32 = 100;
/// Places of the checker's own enclosure, so that it is narrow against any in a file.
const OWN_PLACES: u32 = MAX_PLACES + 20;
/// Places that the numbers are kept to: more than any enclosure has, as one is lost for each digit.
const PRECISION: u32 = 160;

/// `(low, high)` with `low <= 10^places log10(value) <= high` and high - low mostly 1;
/// value must be positive.
///
/// Write value = 10^e x with 1 <= x < 10. The next digit of log10(x) is the exponent of x^10, and so
/// on with what is left. x is kept as an interval of integers over 10^precision; the interval's
/// width grows tenfold a step, so the ends agree on the digits that are used if the precision is
/// larger than the places.
fn enclose(value: &BigUint, places: u32, precision: u32) -> (BigUint, BigUint) {
    let ten = |k: u32| BigUint::from(10u32).pow(k);
    // An exponent e with 10^e <= value < 10^(e+1), from one below: bits log10(2) is at most 0.302
    // more than the logarithm.
    let above = (value.bits() as f64 * std::f64::consts::LOG10_2) as u32;
    let mut e = above.saturating_sub(1);
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
    let scaled = |end: &Decimal| &end.units * BigInt::from(10).pow(OWN_PLACES - end.places);
    let (own_low, own_high) = enclose(value, OWN_PLACES, PRECISION);
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
    let (low, high) = enclose(value, 9, PRECISION);
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
            let (low, high) = enclose(&n.into(), 12, PRECISION);
            let expected = (n as f64).log10() * 1e12;
            let (low, high) = (low.to_f64().unwrap(), high.to_f64().unwrap());
            assert!(low <= expected + 20.0 && expected - 20.0 <= high && high - low <= 2.0, "{n}");
        }
    }

    /// `10^low <= n^(10^places) <= 10^high`, in integers; however few digits are kept.
    #[test]
    fn powers_of_ten_lie_on_either_side() {
        let ten = |k: &BigUint| BigUint::from(10u32).pow(k.to_u32().unwrap());
        let width = |n: u64, places, precision| {
            let (low, high) = enclose(&n.into(), places, precision);
            let power = BigUint::from(n).pow(10u32.pow(places));
            assert!(ten(&low) <= power && power <= ten(&high), "{n} {places} {precision}");
            high - low
        };
        for n in (1..200u64).chain([999, 1000, 1001, 31_622, 31_623, 1 << 40, u64::MAX]) {
            for places in 0..3 {
                assert_eq!(width(n, places, PRECISION), BigUint::one(), "{n} {places}");
            }
        }
        for n in (1..900).chain([1097]) {
            for (places, precision) in (0..4).flat_map(|a| (1..5).map(move |b| (a, b))) {
                width(n, places, precision);
            }
        }
    }

    /// The first k + 1 digits of the 2^n-th root of ten: the logarithm is k + 2^-n, less at most
    /// 10^-k, and the ends cannot tell on which side, once n - 1 digits are known.
    #[test]
    fn ends_that_differ_in_a_digit_are_kept_apart() {
        let ten = |k: u32| BigUint::from(10u32).pow(k);
        for (k, places) in [(200, 3), (200, 12), (300, 9)] {
            for n in 1..4u32 {
                let root = ten((k << n) + 1).nth_root(1 << n);
                let (low, high) = enclose(&root, places, PRECISION);
                // 10^places (k + 2^-n), as 10^n / 2^n = 5^n.
                let logarithm = k * ten(places) + BigUint::from(5u32).pow(n) * ten(places - n);
                assert!(low < logarithm && logarithm <= high, "{k} {places} {n}");
                assert!(high - low <= 2u32 * ten(places - n));
            }
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
