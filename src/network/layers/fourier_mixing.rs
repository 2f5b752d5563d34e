//! Fourier mixing (FNet, Lee-Thorp et al. 2021, arXiv 2105.03824).

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use nalgebra::DMatrix;
use serde::Deserialize;
use std::f64::consts::TAU;

/// `Y <- Re(F_N Y F_d) = C_N Y C_d - S_N Y S_d`, F the discrete Fourier transform, C and S the matrices
/// of `cos(2 pi j k / n)` and `sin(2 pi j k / n)`. Linear, without weights.
///
/// Without `decimals` the map is exact, which needs it to be rational: N and d both in {1, 2, 4}
/// or both in {1, 2, 3, 6}. With it, sines and cosines are rounded to that many decimals, and the
/// rounded map is the layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FourierMixing {
    /// Decimals kept of the sines and cosines; `None` for the exact map.
    pub decimals: Option<u32>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    decimals: Option<u32>,
}

/// At most so many decimals of a double are kept.
const MAX_DECIMALS: u32 = 15;

impl LayerRule for FourierMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        if let Some(decimals) = keys.decimals
            && !(1..=MAX_DECIMALS).contains(&decimals)
        {
            let allowed = format!("allowed are 1..={MAX_DECIMALS}");
            return Err(FileError::new("decimals", decimals, allowed));
        }
        site.charge("the transform of the tokens", &[site.tokens, site.tokens])?;
        site.charge("the transform of the channels", &[site.width, site.width])?;
        Ok(Self { decimals: keys.decimals })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let rational = [&[1, 2, 4][..], &[1, 2, 3, 6]]
            .iter()
            .any(|sizes| sizes.contains(&tokens) && sizes.contains(&width));
        (!rational && self.decimals.is_none()).then(|| {
            "is rational only where tokens and channels are in {1, 2, 4} or in {1, 2, 3, 6}; \
             give decimals to round it"
                .into()
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let matrix = |n: usize, f: &dyn Fn(f64) -> Rational| {
            DMatrix::from_fn(n, n, |j, k| f(TAU * (j * k % n) as f64 / n as f64))
        };
        let (cosine, sine, sine_factor) = match self.decimals {
            Some(decimals) => {
                let unit = 10i64.pow(decimals);
                let rounded =
                    move |x: f64| Rational::from(((x * unit as f64).round() as i64, unit));
                let both: [Box<dyn Fn(f64) -> Rational>; 2] =
                    [Box::new(move |t| rounded(t.cos())), Box::new(move |t| rounded(t.sin()))];
                let [cosine, sine] = both;
                (cosine, sine, Rational::from(-1))
            }
            None => {
                // Cosines are multiples of 1/2; sines are -1, 0, 1, or those times sqrt(3)/2 for
                // both transforms, whose product 3/4 stands in front.
                let cosine: Box<dyn Fn(f64) -> Rational> =
                    Box::new(|t: f64| Rational::from(((2.0 * t.cos()).round() as i64, 2)));
                let sine: Box<dyn Fn(f64) -> Rational> =
                    Box::new(|t: f64| Rational::from(t.sin().round() as i64));
                let thirds = tokens.is_multiple_of(3) || width.is_multiple_of(3);
                (cosine, sine, if thirds { Rational::from((-3, 4)) } else { Rational::from(-1) })
            }
        };
        let token_cosines = parameters.fixed("token-cosines", matrix(tokens, &*cosine));
        let channel_cosines = parameters.fixed("channel-cosines", matrix(width, &*cosine));
        let token_sines = parameters.fixed("token-sines", matrix(tokens, &*sine) * sine_factor);
        let channel_sines = parameters.fixed("channel-sines", matrix(width, &*sine));
        let real = token_cosines.times(Input).times(channel_cosines);
        real.plus(token_sines.times(Input).times(channel_sines))
    }
}
