//! Linear token mixing (ResMLP, Touvron et al. 2021: the cross-patch sublayer).

use super::{LayerRule, Parameter};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input, Parameter as P};
use crate::network::{Number, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y <- M Y + b` with `M: N x N`, free or given, and one number per token in b. Linear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinearTokenMixing {
    /// The matrix M, if it belongs to the definition.
    pub matrix: Option<DMatrix<Rational>>,
    /// Whether b is there.
    pub bias: bool,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    matrix: Option<Vec<Vec<Number>>>,
    #[serde(default)]
    bias: bool,
}

impl LayerRule for LinearTokenMixing {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        let size = (site.tokens, site.tokens);
        Ok(Self { matrix: site.matrix("matrix", keys.matrix, size)?, bias: keys.bias })
    }

    fn accepts(&self, tokens: usize, _width: usize) -> Result<(), String> {
        match &self.matrix {
            Some(m) if m.nrows() != tokens => Err(format!("mixes {} tokens", m.nrows())),
            _ => Ok(()),
        }
    }

    fn parameters(&self, tokens: usize, _width: usize) -> Vec<Parameter> {
        let mut list = vec![Parameter::given("matrix", (tokens, tokens), &self.matrix)];
        if self.bias {
            list.push(Parameter::new("bias", tokens, 1));
        }
        list
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        let linear = P(0).times(Input);
        if self.bias { linear.plus(P(1).repeated(tokens, width)) } else { linear }
    }
}
