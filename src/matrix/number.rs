//! Entries of a matrix: a word if it fits, else a rational.

use rug::{Integer, Rational};
use seprank_check::certificate::MAX_DIGITS;
use std::fmt;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// An integer of 64 bits.
    Word(i64),
    /// Any other.
    Rational(Rational),
}

/// What may stand for a number in a text.
pub(super) const ALLOWED: &str =
    "allowed are an integer, as -12, 3 or 3.0, and a fraction n/d, of at most 100000 characters";

impl Number {
    /// Bytes of a rational of two words.
    pub(super) const RATIONAL_BYTES: u64 = 96;

    /// An integer, where it has a fraction of zeros as `3.0`, or a fraction `n/d`, in decimal. Nothing for
    /// anything else: other decimal fractions and exponents are refused rather than rounded.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let text = text.as_ref();
        if let Some(word) = short(text) {
            return Some(Self::Word(word));
        }
        if text.len() > MAX_DIGITS {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let text = text.strip_prefix('+').filter(|t| !t.starts_with('-')).unwrap_or(text);
        if let Ok(word) = text.parse() {
            return Some(Self::Word(word));
        }
        if let Some((numerator, denominator)) = text.split_once('/') {
            let [numerator, denominator] = [integer(numerator)?, integer(denominator)?];
            return (!denominator.is_zero())
                .then(|| Self::from(Rational::from((numerator, denominator))));
        }
        let whole = text.split_once('.').map_or(Some(text), |(whole, fraction)| {
            fraction.bytes().all(|digit| digit == b'0').then_some(whole)
        })?;
        integer(whole).map(|n| Self::from(Rational::from(n)))
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Word(n) => *n == 0,
            Self::Rational(n) => n.is_zero(),
        }
    }

    /// Bytes that it takes as a rational.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Word(_) => Self::RATIONAL_BYTES,
            Self::Rational(n) => {
                let bits = |n: &Integer| u64::from(n.significant_bits());
                Self::RATIONAL_BYTES + (bits(n.numer()) + bits(n.denom())) / 8
            }
        }
    }

    pub(super) fn to_word(&self) -> Option<i64> {
        match self {
            Self::Word(n) => Some(*n),
            Self::Rational(_) => None,
        }
    }

    /// Minus the number.
    pub(super) fn negated(&self) -> Self {
        match self {
            Self::Word(n) => {
                n.checked_neg().map_or_else(|| Self::from(-Rational::from(*n)), Self::Word)
            }
            Self::Rational(n) => Self::from(Rational::from(-n)),
        }
    }

    /// The same as a rational.
    pub fn into_rational(self) -> Rational {
        match self {
            Self::Word(n) => n.into(),
            Self::Rational(n) => n,
        }
    }

    /// The same as an integer, if it is one.
    pub fn into_integer(self) -> Option<Integer> {
        match self {
            Self::Word(n) => Some(n.into()),
            Self::Rational(n) => {
                let (numerator, denominator) = n.into_numer_denom();
                (denominator == 1).then_some(numerator)
            }
        }
    }
}

/// An integer of at most 18 digits, without `+`: what nearly all of a file is.
pub(super) fn short(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut n = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        n = 10 * n + i64::from(digit);
    }
    Some(if negative { -n } else { n })
}

fn integer(text: &str) -> Option<Integer> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let decimal = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !decimal {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

impl From<Rational> for Number {
    fn from(value: Rational) -> Self {
        let word = (*value.denom() == 1).then(|| value.numer().to_i64()).flatten();
        word.map_or(Self::Rational(value), Self::Word)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(n) => n.fmt(f),
            Self::Rational(n) => n.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_fractions_and_nothing_else() {
        for (text, value) in [
            ("0", "0"),
            ("-0", "0"),
            ("+7", "7"),
            ("-12", "-12"),
            ("3.0", "3"),
            ("3.", "3"),
            ("-3.000", "-3"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", "9223372036854775808"),
            ("-18446744073709551616", "-18446744073709551616"),
            ("9007199254740993.0", "9007199254740993"),
            ("2/4", "1/2"),
            ("2/-4", "-1/2"),
            ("-6/3", "-2"),
            ("0/5", "0"),
        ] {
            assert_eq!(Number::parse(text).unwrap().to_string(), value, "{text}");
        }
        for text in [
            "", "-", "+", "+-1", "-+1", "--1", ".", ".0", ".5", "3.5", "3e0", "1e3", "0x10",
            "1_000", "1/0", "1/", "/2", "1/2/3", "1.0/2", "nan", "inf", " 1", "1 ", "\u{661}",
            "3.0.0", "1:", "/",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert!(Number::parse("7".repeat(MAX_DIGITS)).is_some());
        assert!(Number::parse("7".repeat(MAX_DIGITS + 1)).is_none());
        assert_eq!(Number::parse("4/2"), Some(Number::Word(2)));
    }
}
