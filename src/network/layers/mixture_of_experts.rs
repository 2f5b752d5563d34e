//! Mixtures of experts (Jacobs et al. 1991; Shazeer et al. 2017, arXiv 1701.06538), with polynomial gates.

use super::{LayerRule, Parameters};
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, MAX_ACTIVATION_DEGREE, Site};
use serde::Deserialize;

/// `Y_t <- sum_e (Y_t g_e)^k sigma(Y_t A_e) B_e` with `A_e: d x hidden`, `B_e: hidden x d` and a column g_e: the gate, in the place of a
/// softmax over the experts, all of which are taken. The degree is k + that of sigma.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixtureOfExperts {
    /// Number of experts.
    pub experts: usize,
    /// Hidden width of each.
    pub hidden: usize,
    /// The activation sigma of each.
    pub activation: Activation,
    /// The power k of the gates.
    pub gate: u64,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Keys {
    experts: usize,
    hidden: Option<usize>,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    gate_degree: Option<u64>,
}

impl LayerRule for MixtureOfExperts {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let gate = keys.gate_degree.unwrap_or(1);
        if !(1..=MAX_ACTIVATION_DEGREE).contains(&gate) {
            let allowed = format!("allowed are 1..={MAX_ACTIVATION_DEGREE}");
            return Err(FileError::new("gate-degree", gate, allowed));
        }
        site.size("experts", keys.experts)?;
        // Every expert has parameters with names.
        site.charge("the experts", &[keys.experts, 16])?;
        Ok(Self {
            experts: keys.experts,
            hidden: site.size("hidden", keys.hidden.unwrap_or(site.width))?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            gate,
        })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let sigma = self.activation.function(parameters);
        let power = Activation::Power(self.gate).function(parameters);
        let expert = |p: &mut Parameters| {
            let gate = power(Input.times(p.weight("gate", width, 1)));
            let hidden = sigma(Input.times(p.weight("w1", width, self.hidden)));
            let value = hidden.times(p.weight("w2", self.hidden, width));
            value.hadamard(gate.repeated(tokens, width))
        };
        parameters.sum_of("expert", self.experts, expert)
    }
}
