//! The linear head of a classifier.

use super::{LayerRule, Parameter};
use crate::network::Site;
use crate::network::expression::Expression::{self, Input, Parameter as P};
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

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self { outputs: site.size("outputs", keys.outputs)?, bias: keys.bias })
    }

    fn parameters(&self, _tokens: usize, width: usize) -> Vec<Parameter> {
        let mut list = vec![Parameter::new("weight", width, self.outputs)];
        if self.bias {
            list.push(Parameter::new("bias", 1, self.outputs));
        }
        list
    }

    fn expression(&self, tokens: usize, _width: usize) -> Expression {
        let linear = Input.times(P(0));
        if self.bias { linear.plus(P(1).repeated(tokens, self.outputs)) } else { linear }
    }
}
