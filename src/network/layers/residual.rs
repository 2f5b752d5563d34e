//! Residual connections.

use super::{Layer, LayerRule, Parameters, chain_output, define_chain, read_list};
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, Site, Table};
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
    layers: Vec<Table>,
}

impl LayerRule for Residual {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let (inner, _) = read_list(*site, keys.layers).map_err(|e| e.within("layers"))?;
        Ok(Self { inner })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        match chain_output(&self.inner, (tokens, width)) {
            Ok(size) if size == (tokens, width) => None,
            Ok((n, d)) => Some(format!("adds {n} x {d} to its input")),
            Err(inside) => Some(format!("holds layers that do not fit: {inside}")),
        }
    }

    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        define_chain(&self.inner, state, ("inner", 0), parameters).plus(Input)
    }
}
