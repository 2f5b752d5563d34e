//! Selective state-space layers (S6, Mamba: Gu and Dao 2023, arXiv 2312.00752, algorithm 2), polynomial.

use super::over_tokens::{charge_recurrence, columns_repeated, columns_tiled, recurrence};
use super::{LayerRule, Parameters};
use crate::arith::{Field, Rational};
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};
use serde::Deserialize;

/// In every channel c so many numbers go from token to token,
/// `h_t[n] = e(D_t[c] A[c,n]) h_{t-1}[n] + D_t[c] B_t[n] y_t[c]`, and `Y_t[c] <- sum_n C_t[n] h_t[n] + s[c] y_t[c]`. Here
/// `D = Y W + w` (a row w for all tokens; Mamba takes its softplus), `B = Y W_B`, `C = Y W_C`, and e is the Taylor polynomial of the
/// exponential function of degree `order`. The degree is 4 + (N-1) order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectiveStateSpace {
    /// Numbers of a channel's state.
    pub state: usize,
    /// The Taylor polynomial of the exponential function.
    pub exponential: Activation,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    state: usize,
    #[serde(default = "super::attention::one")]
    order: usize,
}

/// The Taylor polynomial has at most this degree.
const MAX_ORDER: usize = 16;

impl LayerRule for SelectiveStateSpace {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Keys { state, order } = keys;
        site.size("state", state)?;
        if !(1..=MAX_ORDER).contains(&order) {
            return Err(FileError::new("order", order, format!("allowed are 1..={MAX_ORDER}")));
        }
        charge_recurrence(site, 1)?;
        site.charge("the states", &[site.width, site.width, state])?;
        site.charge("the states", &[site.width, state, state])?;
        let mut coefficients = vec![Rational::from(1)];
        for k in 1..=order {
            let inverse = Rational::from(k as i64).inverse().expect("k is not 0");
            coefficients.push(coefficients[k - 1].clone() * inverse);
        }
        let exponential = Activation::new(coefficients).map_err(|e| FileError::of("order", e))?;
        Ok(Self { state, exponential })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let all = width * self.state;
        let step = parameters.weight("step", width, width);
        let offset = parameters.weight("step-bias", 1, width).repeated(tokens, width);
        let transition = parameters.weight("transition", 1, all).repeated(tokens, all);
        let [input, output] =
            ["input", "output"].map(|name| parameters.weight(name, width, self.state));
        let skip = parameters.weight("skip", 1, width).repeated(tokens, width);
        let exponential = self.exponential.function(parameters);
        let states = parameters.fixed("states", columns_repeated(width, self.state));
        let all_channels = parameters.fixed("all-channels", columns_tiled(self.state, width));
        let step = Input.times(step).plus(offset);
        let gate = exponential(step.clone().times(states.clone()).hadamard(transition));
        let of_state = |factor: Expression| Input.times(factor).times(all_channels.clone());
        let input = step.hadamard(Input).times(states.clone()).hadamard(of_state(input));
        let h = recurrence(&gate, &input, tokens, parameters);
        h.hadamard(of_state(output)).times(states.transposed()).plus(Input.hadamard(skip))
    }
}
