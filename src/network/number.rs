//! Exact numbers in network files.

use crate::arith::Rational;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;

/// A rational number: an integer, a decimal fraction taken as written (0.1 is 1/10), or a string
/// `"n/d"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(pub Rational);

/// No number has more characters, so that no arithmetic with it takes long.
const MAX_LENGTH: usize = 400;

impl<'de> de::Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an integer, a decimal fraction or a string \"n/d\"")
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Number, E> {
        Ok(Number(n.into()))
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Number, E> {
        Ok(Number(n.into()))
    }

    /// By way of the shortest decimal form that gives back the same double.
    fn visit_f64<E: de::Error>(self, x: f64) -> Result<Number, E> {
        let text = x.to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{decimals}/1{}", "0".repeat(decimals.len()));
        let number = Rational::parse(&digits).filter(|_| x.is_finite());
        number.map(Number).ok_or_else(|| E::invalid_value(de::Unexpected::Float(x), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        let number = Rational::parse(text).filter(|_| text.len() <= MAX_LENGTH);
        number.map(Number).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}
