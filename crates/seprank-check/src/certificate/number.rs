//! Numbers as text, in exactly one form each.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt::{self, Display};
use std::str::FromStr;

/// No number in a certificate has more characters than this; checked before it is parsed.
pub const MAX_DIGITS: usize = 100_000;

pub(super) const NOT_CANONICAL: &str = "number not in canonical form";
pub(super) const TOO_LONG: &str = "number too long";

/// A number that is written as a JSON string.
///
/// Accepted is exactly what the number's own `Display` writes: no leading zeros, `+`, `-0`,
/// spaces, exponents, or fractions that are not in lowest terms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr + Display> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > MAX_DIGITS {
            let got = text.len();
            return Err(de::Error::custom(format_args!("{TOO_LONG}: {got} > {MAX_DIGITS}")));
        }
        match text.parse::<T>() {
            Ok(value) if value.to_string() == text => Ok(Self(value)),
            _ => Err(de::Error::custom(format_args!("{NOT_CANONICAL}: {text:?}"))),
        }
    }
}

/// As [`Text`] is written, at once where it is a word: of a matrix there are many.
pub(super) fn serialize<S: Serializer>(
    number: &Text<BigRational>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match number.0.is_integer().then(|| number.0.numer().to_i64()).flatten() {
        Some(word) => serializer.serialize_str(&word.to_string()),
        None => number.serialize(serializer),
    }
}

/// A decimal fraction `units / 10^places`: an end of an enclosure.
///
/// Written with exactly `places` digits after the point, and without a point if there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The number in units of the last place.
    pub units: BigInt,
    /// Digits after the point.
    pub places: u32,
}

impl FromStr for Decimal {
    type Err = num_bigint::ParseBigIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        Ok(Self { units: format!("{whole}{fraction}").parse()?, places })
    }
}

impl Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units.is_negative() { "-" } else { "" };
        let places = self.places as usize;
        let digits = format!("{:0>width$}", self.units.magnitude().to_string(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places > 0 { "." } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts<T: FromStr + Display>(text: &str) -> bool {
        serde_json::from_value::<Text<T>>(text.into()).is_ok()
    }

    #[test]
    fn one_form_a_number() {
        for good in ["0", "7", "-12", "18446744073709551616"] {
            assert!(accepts::<BigInt>(good), "{good}");
        }
        for bad in
            ["", "+1", "-0", "01", " 1", "1 ", "1_000", "1.0", "1e3", "0x1", "--1", "\u{661}"]
        {
            assert!(!accepts::<BigInt>(bad), "{bad}");
            assert!(!accepts::<BigRational>(bad), "{bad}");
            assert!(!accepts::<u64>(bad), "{bad}");
        }
        for bad in ["2/4", "1/1", "1/-2", "1/0", "0/2", "1/02", "+1/2", "1/2/3", "/2", "1/"] {
            assert!(!accepts::<BigRational>(bad), "{bad}");
        }
        assert!(accepts::<BigRational>("-3/2"));
        assert!(!accepts::<u64>("18446744073709551616"));
    }

    #[test]
    fn decimals() {
        for good in ["0", "0.5", "-0.25", "18.489", "18.490", "-3", "0.000"] {
            assert!(accepts::<Decimal>(good), "{good}");
        }
        for bad in ["", ".5", "5.", "-.5", "00.5", "1.-5", "1.2.3", "+0.5", "-0", "-0.0", "1e5"] {
            assert!(!accepts::<Decimal>(bad), "{bad}");
        }
    }
}
