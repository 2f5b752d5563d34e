//! Residual connections.

use super::{Layer, LayerRule, Parameter, chain, chain_output};
use crate::network::Site;
use crate::network::expression::Expression::{self, Input};
use serde::Deserialize;

/// `Y <- Y + inner(Y)`, the inner layers applied one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// The layers inside.
    pub inner: Vec<Layer>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    layers: Vec<toml::Table>,
}

impl LayerRule for Residual {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        Ok(Self { inner: site.layers("layers", keys.layers)? })
    }

    fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
        match chain_output(&self.inner, (tokens, width)) {
            Ok(size) if size == (tokens, width) => Ok(()),
            Ok((n, d)) => Err(format!("adds {n} x {d} to its input")),
            Err(inside) => Err(format!("holds layers that do not fit: {inside}")),
        }
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        chain(&self.inner, (tokens, width), "inner").0
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        chain(&self.inner, (tokens, width), "").1.plus(Input)
    }
}
