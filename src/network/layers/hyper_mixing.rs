//! Token mixing by a hyper-network (HyperMixer, Mai et al. 2022).

use super::{LayerRule, Parameters};
use crate::network::activation::ActivationKey;
use crate::network::expression::Expression::{self, Input};
use crate::network::{Activation, FileError, Site};
use serde::Deserialize;

/// `Y <- W2 sigma(W1^T Y)` where the weights `W1 = Y P1` and `W2 = Y P2`, of size `N x S`, are made
/// from the tokens by linear hyper-networks `P1, P2: d x S` (one and the same if `tied`). With
/// sigma of degree k the degree is 1 + 2k; k = 1 is attention's, and indeed one head of it with
/// `W = P2 P1^T` and `V = I`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HyperMixing {
    /// Hidden width S.
    pub hidden: usize,
    /// The activation sigma.
    pub activation: Activation,
    /// Whether P1 = P2.
    pub tied: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    hidden: usize,
    degree: Option<u64>,
    activation: Option<ActivationKey>,
    #[serde(default)]
    tied: bool,
}

impl LayerRule for HyperMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self {
            hidden: site.size("hidden", keys.hidden)?,
            activation: Activation::of_keys(keys.degree, keys.activation, 1)?,
            tied: keys.tied,
        })
    }

    fn define(&self, (_, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let (first, second) = match self.tied {
            true => {
                let p = parameters.weight("p", width, self.hidden);
                (p.clone(), p)
            }
            false => {
                let p1 = parameters.weight("p1", width, self.hidden);
                (p1, parameters.weight("p2", width, self.hidden))
            }
        };
        let hidden = Input.times(first).transposed().times(Input);
        Input.times(second).times(self.activation.function(parameters)(hidden))
    }
}
