//! Branches side by side, summed.

use super::{Layer, LayerRule, Parameter, chain, chain_output};
use crate::network::Site;
use crate::network::expression::Expression;
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
    branches: Vec<Vec<toml::Table>>,
}

impl LayerRule for Parallel {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, String> {
        if keys.branches.is_empty() {
            return Err("branches = []: at least one is needed".into());
        }
        let branch = |(i, layers)| site.layers(&format!("branch {i}"), layers);
        let branches: Result<_, String> = keys.branches.into_iter().enumerate().map(branch).collect();
        Ok(Self { branches: branches? })
    }

    fn accepts(&self, tokens: usize, width: usize) -> Result<(), String> {
        let mut sizes = Vec::new();
        for (i, branch) in self.branches.iter().enumerate() {
            let size = chain_output(branch, (tokens, width));
            sizes.push(size.map_err(|inside| format!("holds a branch {i} that does not fit: {inside}"))?);
        }
        match sizes.iter().position(|size| *size != sizes[0]) {
            None => Ok(()),
            Some(i) => Err(format!(
                "adds {} x {} of branch {i} to {} x {} of branch 0",
                sizes[i].0, sizes[i].1, sizes[0].0, sizes[0].1
            )),
        }
    }

    fn parameters(&self, tokens: usize, width: usize) -> Vec<Parameter> {
        let named = |(i, branch): (usize, &Vec<Layer>)| {
            chain(branch, (tokens, width), &format!("branch{i}.")).0
        };
        self.branches.iter().enumerate().flat_map(named).collect()
    }

    fn expression(&self, tokens: usize, width: usize) -> Expression {
        let mut before = 0;
        let terms = self.branches.iter().map(|branch| {
            let (parameters, composed) = chain(branch, (tokens, width), "");
            let shifted = composed.shifted(before);
            before += parameters.len();
            shifted
        });
        Expression::Sum(terms.collect())
    }
}
