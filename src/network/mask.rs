//! Masks: a factor for every pair of tokens, part of a network's definition.

use super::{FileError, MAX_NUMBER_LENGTH, Number, Site};
use crate::arith::{Rational, Ring};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The key `mask` of a layer: a matrix, or a table of what a token sees.
pub(super) enum MaskKeys {
    /// Row i has the factors of the tokens that token i sees.
    Matrix(Vec<Vec<Number>>),
    Table(Rules),
}

/// Token i sees token j if all that is stated holds of the two.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    /// |i - j| is below this.
    window: Option<usize>,
    /// i - j is a multiple of this.
    dilation: Option<usize>,
    /// i and j are in one block of so many tokens.
    block: Option<usize>,
    /// So many tokens at the beginning see all and are seen by all, whatever the three above say.
    #[serde(default)]
    global: usize,
    /// i is one of these and j is not.
    queries: Option<Vec<usize>>,
    /// The factor is this to the power |i - j|.
    decay: Option<Number>,
}

impl<'de> Deserialize<'de> for MaskKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = MaskKeys;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a matrix, or a table with window, dilation, block, global, queries or decay")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<MaskKeys, A::Error> {
        Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(MaskKeys::Matrix)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MaskKeys, A::Error> {
        Deserialize::deserialize(MapAccessDeserializer::new(map)).map(MaskKeys::Table)
    }
}

impl MaskKeys {
    /// The factors, `N x N`.
    ///
    /// # Errors
    /// Names the key, its value and what is allowed.
    pub(super) fn factors(self, site: &Site) -> Result<DMatrix<Rational>, FileError> {
        let n = site.tokens;
        match self {
            Self::Matrix(rows) => {
                Ok(site.matrix("mask", Some(rows), (n, n))?.expect("there are rows"))
            }
            Self::Table(rules) => {
                site.charge("the mask", &[n, n])?;
                rules.factors(site).map_err(|e| e.within("mask"))
            }
        }
    }
}

impl Rules {
    fn factors(self, site: &Site) -> Result<DMatrix<Rational>, FileError> {
        let n = site.tokens;
        for (key, value) in
            [("window", self.window), ("dilation", self.dilation), ("block", self.block)]
        {
            value.map(|value| site.size(key, value)).transpose()?;
        }
        let mut asks = vec![true; n];
        if let Some(queries) = &self.queries {
            asks.fill(false);
            for &token in queries {
                let allowed = format!("allowed are 0..={}", n - 1);
                *asks.get_mut(token).ok_or_else(|| FileError::new("queries", token, allowed))? =
                    true;
            }
        }
        let powers = powers(self.decay, n)?;
        let sees = |i: usize, j: usize| {
            let near = self.window.is_none_or(|w| i.abs_diff(j) < w)
                && self.dilation.is_none_or(|s| i.abs_diff(j).is_multiple_of(s))
                && self.block.is_none_or(|b| i / b == j / b);
            (near || i.min(j) < self.global) && (self.queries.is_none() || asks[i] && !asks[j])
        };
        Ok(DMatrix::from_fn(n, n, |i, j| match sees(i, j) {
            true => powers[i.abs_diff(j)].clone(),
            false => Rational::zero(),
        }))
    }
}

/// The powers 0..n of a number, or as many ones.
fn powers(number: Option<Number>, n: usize) -> Result<Vec<Rational>, FileError> {
    let Some(Number(number)) = number else { return Ok(vec![Rational::one(); n]) };
    let bits = number.numer().significant_bits().max(number.denom().significant_bits()) as usize;
    // Four bits are more than a digit.
    if bits.saturating_mul(n) > 4 * MAX_NUMBER_LENGTH {
        let allowed = format!("its power {n} must have fewer digits than {MAX_NUMBER_LENGTH}");
        return Err(FileError::new("decay", number, allowed));
    }
    Ok((0..n as u64).map(|k| number.power(k)).collect())
}

/// The mask that the keys `causal` and `mask` say together; `None` if all tokens see all.
///
/// # Errors
/// As [`MaskKeys::factors`].
pub(super) fn mask(
    causal: bool,
    keys: Option<MaskKeys>,
    site: &Site,
) -> Result<Option<DMatrix<Rational>>, FileError> {
    let factors = keys.map(|keys| keys.factors(site)).transpose()?;
    if !causal {
        return Ok(factors);
    }
    site.charge("the causal mask", &[site.tokens, site.tokens])?;
    let factors =
        factors.unwrap_or_else(|| DMatrix::from_element(site.tokens, site.tokens, Rational::one()));
    Ok(Some(factors.map_with_location(|i, j, f| if j <= i { f } else { Rational::zero() })))
}

/// What a layer with this mask asks of a state of other tokens.
pub(super) fn unmet(mask: &Option<DMatrix<Rational>>, tokens: usize) -> Option<String> {
    let mask = mask.as_ref().filter(|mask| mask.nrows() != tokens)?;
    Some(format!("has a mask of {} tokens", mask.nrows()))
}
