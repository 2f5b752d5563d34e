//! Diagonal state-space layers (S4D, Gu et al. 2022, arXiv 2206.11893), after discretisation.

use super::over_tokens::{charge_recurrence, columns_repeated, recurrence};
use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// In every channel c so many numbers go from token to token, `h_t[n] = a[c,n] h_{t-1}[n] + b[c,n] y_t[c]`, and
/// `Y_t[c] <- sum_n o[c,n] h_t[n] + s[c] y_t[c]`. The transition a is real, free or given. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateSpace {
    /// Numbers of a channel's state.
    pub state: usize,
    /// The transition, a row of `d * state` numbers channel by channel, if it belongs to the definition.
    pub transition: Option<DMatrix<Rational>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    state: usize,
    transition: Option<Vec<Vec<Number>>>,
}

impl LayerRule for StateSpace {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let state = site.size("state", keys.state)?;
        charge_recurrence(site, 1)?;
        site.charge("the states", &[site.width, site.width, state])?;
        let transition = site.matrix("transition", keys.transition, (site.width, state))?;
        let row = |m: DMatrix<Rational>| {
            DMatrix::from_row_iterator(1, m.len(), m.transpose().iter().cloned())
        };
        Ok(Self { state, transition: transition.map(row) })
    }

    fn unmet(&self, _tokens: usize, width: usize) -> Option<String> {
        let given = self.transition.as_ref().filter(|m| m.ncols() != width * self.state)?;
        Some(format!("has a transition of {} channels", given.ncols() / self.state))
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let all = width * self.state;
        let transition = parameters.given("transition", (1, all), &self.transition);
        let [input, output] =
            ["input", "output"].map(|name| parameters.weight(name, 1, all).repeated(tokens, all));
        let skip = parameters.weight("skip", 1, width).repeated(tokens, width);
        let states = parameters.fixed("states", columns_repeated(width, self.state));
        let input = Input.times(states.clone()).hadamard(input);
        let h = recurrence(&transition.repeated(tokens, all), &input, tokens, parameters);
        h.hadamard(output).times(states.transposed()).plus(Input.hadamard(skip))
    }
}
