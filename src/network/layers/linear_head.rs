//! The linear head of a classifier.

use super::{LayerRule, Parameters};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site};
use serde::Deserialize;

/// `Y <- Y W + b` with `W: d x c`: the state gets c channels. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearHead {
    /// Channels c of the output.
    pub outputs: usize,
    /// Whether the row b is there.
    pub bias: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    outputs: usize,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for LinearHead {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        Ok(Self { outputs: site.size("outputs", keys.outputs)?, bias: keys.bias })
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let linear = Input.times(parameters.weight("weight", width, self.outputs));
        match self.bias {
            true => linear
                .plus(parameters.weight("bias", 1, self.outputs).repeated(tokens, self.outputs)),
            false => linear,
        }
    }
}
