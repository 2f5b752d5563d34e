//! Graph neural networks with product aggregation (Razin et al. 2023, arXiv 2211.16494, equation 2).

use super::over_tokens::entrywise;
use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression::{self, Input};
use crate::network::{FileError, MAX_ACTIVATION_DEGREE, Site};
use nalgebra::DMatrix;
use serde::Deserialize;

/// `Y_i <- prod_j Y_j W`, entrywise over the neighbours j of vertex i, i itself among them, with `W: d x c`. The tokens are the
/// vertices of a given undirected graph. The degree is the largest number of neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// The neighbours of each vertex, increasing, itself among them.
    pub neighbours: Vec<Vec<usize>>,
    /// Channels c that are left.
    pub channels: usize,
}

/// Keys in a network file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    edges: Vec<[usize; 2]>,
    channels: Option<usize>,
}

impl LayerRule for Graph {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        site.charge("the graph", &[site.tokens, site.tokens])?;
        let mut neighbours: Vec<Vec<usize>> = (0..site.tokens).map(|i| vec![i]).collect();
        for [i, j] in keys.edges {
            if i.max(j) >= site.tokens {
                let allowed = format!("the vertices are 0..={}", site.tokens - 1);
                return Err(FileError::new("edges", format_args!("[{i}, {j}]"), allowed));
            }
            neighbours[i].push(j);
            neighbours[j].push(i);
        }
        for (i, list) in neighbours.iter_mut().enumerate() {
            list.sort_unstable();
            list.dedup();
            if list.len() as u64 > MAX_ACTIVATION_DEGREE {
                let most = format!(
                    "a vertex has at most {MAX_ACTIVATION_DEGREE} neighbours, itself among them"
                );
                return Err(FileError::new(
                    "edges",
                    format_args!("({} of vertex {i})", list.len()),
                    most,
                ));
            }
        }
        let slots = neighbours.iter().map(Vec::len).max().unwrap_or(1);
        site.charge("the graph", &[slots - 1, site.tokens, site.tokens])?;
        let channels = site.size("channels", keys.channels.unwrap_or(site.width))?;
        Ok(Self { neighbours, channels })
    }

    fn unmet(&self, tokens: usize, _width: usize) -> Option<String> {
        let vertices = self.neighbours.len();
        (vertices != tokens).then(|| format!("has a graph of {vertices} vertices"))
    }

    fn define(&self, (tokens, width): (usize, usize), parameters: &mut Parameters) -> Expression {
        let all = Input.times(parameters.weight("weight", width, self.channels));
        let slots = self.neighbours.iter().map(Vec::len).max().unwrap_or(1);
        // Neighbour number k of every vertex; where there is none the factor is 1.
        let factor = |k: usize| {
            let number = |yes| Rational::from(i64::from(yes));
            let chosen = |i: usize, j| number(self.neighbours[i].get(k) == Some(&j));
            let chosen = DMatrix::from_fn(tokens, tokens, chosen);
            let factor = parameters.fixed(&format!("neighbour{k}"), chosen).times(all.clone());
            let absent = DMatrix::from_fn(tokens, 1, |i, _| number(self.neighbours[i].len() <= k));
            match absent.iter().any(|a| *a == number(true)) {
                true => {
                    let absent = parameters.fixed(&format!("absent{k}"), absent);
                    factor.plus(absent.repeated(tokens, self.channels))
                }
                false => factor,
            }
        };
        entrywise((0..slots).map(factor).collect())
    }
}
