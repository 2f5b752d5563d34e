//! Exact numbers in network files.

use super::LITERAL;
use crate::arith::Rational;
use rug::Integer;
use rug::ops::Pow;
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use std::fmt;

/// A rational number: an integer or a decimal fraction, taken exactly as it is written (`0.1` is
/// 1/10, `1e-330` is not zero, `0xff` is 255), or a string `"n/d"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(pub Rational);

/// No number has more characters, nor more digits before or after the point when it is written out
/// without exponent, so that no arithmetic with it takes long and no matrix of them much memory.
pub const MAX_NUMBER_LENGTH: usize = 400;

/// The value of a number that is no string, without underscores; `None` if it is not finite, too
/// long, or not a number at all.
fn of_literal(literal: &str) -> Option<Rational> {
    if literal.len() > MAX_NUMBER_LENGTH {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = literal.strip_prefix(prefix) {
            return Integer::from_str_radix(digits, radix).ok().map(Rational::from);
        }
    }
    let (mantissa, exponent) = match literal.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (literal, 0),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = Integer::from_str_radix(&format!("{whole}{decimals}"), 10).ok()?;
    // The value is digits * 10^shift.
    let shift = exponent.checked_sub(decimals.len() as i64)?;
    let size = usize::try_from(shift.unsigned_abs()).ok().filter(|n| *n <= MAX_NUMBER_LENGTH)?;
    let written = mantissa.bytes().filter(u8::is_ascii_digit).count();
    if shift > 0 && size + written > MAX_NUMBER_LENGTH {
        return None;
    }
    let power = Integer::from(10).pow(size as u32);
    Some(if shift < 0 { (digits, power).into() } else { (digits * power).into() })
}

impl Number {
    /// The number that a text is: an integer, a decimal fraction or `n/d`.
    pub(in crate::network) fn of_text(text: &str) -> Option<Rational> {
        match text.contains('/') {
            true => Some(text).filter(|t| t.len() <= MAX_NUMBER_LENGTH).and_then(Rational::parse),
            false => of_literal(text),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LITERAL, NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "an integer, a decimal fraction or a string \"n/d\", of at most {MAX_NUMBER_LENGTH} digits \
             before and after the point"
        )
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, literal: D) -> Result<Number, D::Error> {
        let literal = String::deserialize(literal)?;
        of_literal(&literal).map(Number).ok_or_else(|| {
            let given = format!("`{}`", shortened(&literal));
            de::Error::invalid_value(Unexpected::Other(&given), &self)
        })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        let number = Some(text).filter(|t| t.len() <= MAX_NUMBER_LENGTH).and_then(Rational::parse);
        let given = shortened(text);
        number.map(Number).ok_or_else(|| E::invalid_value(Unexpected::Str(&given), &self))
    }
}

/// A text for a message on one line: the beginning of a long one.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}..", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_exact_and_limited() {
        let ratio = |n: i64, d: i64| Some(Rational::from((n, d)));
        let ten = |e: u32| Rational::from(Integer::from(10).pow(e));
        for (literal, value) in [
            ("0", ratio(0, 1)),
            ("-0.0", ratio(0, 1)),
            ("+17", ratio(17, 1)),
            ("-0.5", ratio(-1, 2)),
            ("1.50e1", ratio(15, 1)),
            ("6.25e-2", ratio(1, 16)),
            ("3E+0002", ratio(300, 1)),
            ("0xff", ratio(255, 1)),
            ("0o17", ratio(15, 1)),
            ("0b101", ratio(5, 1)),
            ("18446744073709551616", Some(Rational::from(Integer::from(1) << 64u32))),
            ("1e399", Some(ten(399))),
            ("-1.5e399", Some(-ten(398) * Rational::from(15))),
            ("1e400", None),
            ("1e-400", Some(Rational::from((Integer::from(1), Integer::from(10).pow(400))))),
            ("1e-401", None),
            ("1e999999999", None),
            ("1e-99999999999999999999", None),
            ("0.1e9223372036854775807", None),
            ("1.5e-9223372036854775808", None),
            ("nan", None),
            ("-nan", None),
            ("inf", None),
            ("+inf", None),
            ("-inf", None),
        ] {
            assert_eq!(of_literal(literal), value, "{literal}");
        }
        let long = |n: usize| "7".repeat(n);
        assert!(of_literal(&long(MAX_NUMBER_LENGTH)).is_some());
        assert!(of_literal(&long(MAX_NUMBER_LENGTH + 1)).is_none());
    }
}
