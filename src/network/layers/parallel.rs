//! Branches side by side, summed.

use super::{Layer, LayerRule, Parameters, chain_output, define_chain, read_list};
use crate::network::expression::Expression;
use crate::network::{FileError, Site, Table};
use serde::Deserialize;

/// `Y <- sum_b branch_b(Y)`, each branch a list of layers applied one after the other; an empty one
/// is the state itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parallel {
    /// The branches, at least one.
    pub branches: Vec<Vec<Layer>>,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    branches: Vec<Vec<Table>>,
}

impl LayerRule for Parallel {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        if keys.branches.is_empty() {
            return Err(FileError::new("branches", "[]", "at least one is needed"));
        }
        let branch = |(i, list)| {
            let layers = read_list(*site, list).map(|(layers, _)| layers);
            layers.map_err(|e| e.within(format_args!("branch {i}")))
        };
        let branches: Result<_, FileError> =
            keys.branches.into_iter().enumerate().map(branch).collect();
        Ok(Self { branches: branches? })
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let mut sizes = Vec::new();
        for (i, branch) in self.branches.iter().enumerate() {
            match chain_output(branch, (tokens, width)) {
                Ok(size) => sizes.push(size),
                Err(inside) => {
                    return Some(format!("holds a branch {i} that does not fit: {inside}"));
                }
            }
        }
        let i = sizes.iter().position(|size| *size != sizes[0])?;
        Some(format!(
            "adds {} x {} of branch {i} to {} x {} of branch 0",
            sizes[i].0, sizes[i].1, sizes[0].0, sizes[0].1
        ))
    }

    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        let term = |(i, branch): (usize, &Vec<Layer>)| {
            define_chain(branch, state, (&format!("branch{i}."), 0), parameters)
        };
        Expression::Sum(self.branches.iter().enumerate().map(term).collect())
    }
}
