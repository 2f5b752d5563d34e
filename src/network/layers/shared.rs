//! Weights that layers share.

use super::{Layer, Parallel, Parameters, Residual, chain_output, define_chain};
use crate::network::expression::Expression;
use std::collections::{BTreeMap, BTreeSet};

/// A layer that has its weights together with all others of that name (as ALBERT's, Lan et al. 2020, arXiv
/// 1909.11942): the key `share` of any layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The name.
    pub(super) name: String,
    /// The layer.
    pub(super) layer: Box<Layer>,
}

/// Layers one after the other of which some share weights: one layer, as its weights are one set. The parameters
/// have the numbers of the layers in the network file before their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// The number of the first layer.
    first: usize,
    /// The layers.
    inner: Vec<Layer>,
}

impl Shared {
    pub(super) fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        self.layer.unmet(tokens, width)
    }

    pub(super) fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        parameters.shared(&self.name, (&self.layer, state), |p| self.layer.define(state, p))
    }
}

impl Sequence {
    pub(super) fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let unfit = chain_output(&self.inner, (tokens, width)).err()?;
        Some(format!("holds layers that do not fit: {unfit}"))
    }

    pub(super) fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        define_chain(&self.inner, state, ("", self.first), parameters)
    }
}

/// The layers of a network file from the list that it is read as.
pub(in crate::network) fn written_out(layers: Vec<Layer>) -> Vec<Layer> {
    let inner = |layer| match layer {
        Layer::Sequence(Sequence { inner, .. }) => inner,
        other => vec![other],
    };
    layers.into_iter().flat_map(inner).collect()
}

/// How many layers of a network file this one is.
pub(in crate::network) fn written_length(layer: &Layer) -> usize {
    match layer {
        Layer::Sequence(Sequence { inner, .. }) => inner.len(),
        _ => 1,
    }
}

/// The list with every run of layers that share weights, from the first to the last of them, as one layer.
pub(in crate::network) fn joined(layers: Vec<Layer>) -> Vec<Layer> {
    let layers = written_out(layers);
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, layer) in layers.iter().enumerate() {
        last.extend(names(layer).into_iter().map(|name| (name, i)));
    }
    let end = |i: usize| names(&layers[i]).iter().map(|name| last[name]).max().unwrap_or(i);
    let ends: Vec<usize> = (0..layers.len()).map(end).collect();
    let (mut list, mut first, mut until) = (Vec::new(), 0, 0);
    let mut inner = Vec::new();
    for (i, layer) in layers.into_iter().enumerate() {
        until = until.max(ends[i]);
        inner.push(layer);
        if i == until {
            let run = std::mem::take(&mut inner);
            match run.len() {
                1 => list.extend(run),
                _ => list.push(Layer::Sequence(Sequence { first, inner: run })),
            }
            (first, until) = (i + 1, i + 1);
        }
    }
    list
}

/// The names under which a layer and those inside it share their weights.
fn names(layer: &Layer) -> BTreeSet<&str> {
    match layer {
        Layer::Shared(Shared { name, layer }) => {
            let mut all = names(layer);
            all.insert(name);
            all
        }
        Layer::Sequence(Sequence { inner, .. }) | Layer::Residual(Residual { inner }) => {
            inner.iter().flat_map(names).collect()
        }
        Layer::Parallel(Parallel { branches }) => {
            branches.iter().flatten().flat_map(names).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Whether layers that share weights are alike, and stand in one layer of the list.
///
/// # Errors
/// Names two that do not.
pub(in crate::network) fn check(layers: &[Layer], state: (usize, usize)) -> Result<(), String> {
    let mut used = BTreeMap::new();
    for (i, layer) in layers.iter().enumerate() {
        for name in names(layer) {
            if let Some(before) = used.insert(name, i) {
                return Err(format!(
                    "layers {before} and {i} share weights as {name:?}, so they must be read as one"
                ));
            }
        }
    }
    Walk::default().list(layers, state, "", 0)
}

/// The first layer of each name: its place, itself, and the state that reaches it.
#[derive(Default)]
struct Walk<'a> {
    first: BTreeMap<&'a str, (String, &'a Layer, (usize, usize))>,
}

impl<'a> Walk<'a> {
    fn list(
        &mut self,
        layers: &'a [Layer],
        mut state: (usize, usize),
        place: &str,
        from: usize,
    ) -> Result<(), String> {
        let mut number = from;
        for layer in layers {
            self.layer(layer, state, place, number)?;
            number += written_length(layer);
            state = layer.output(state.0, state.1).map_err(|unfit| unfit.to_string())?;
        }
        Ok(())
    }

    fn layer(
        &mut self,
        layer: &'a Layer,
        state: (usize, usize),
        place: &str,
        number: usize,
    ) -> Result<(), String> {
        let own = format!("{place}layer {number} ({})", layer.name());
        match layer {
            Layer::Sequence(Sequence { first, inner }) => self.list(inner, state, place, *first),
            Layer::Residual(Residual { inner }) => self.list(inner, state, &format!("{own}, "), 0),
            Layer::Parallel(Parallel { branches }) => {
                let mut branches = branches.iter().enumerate();
                branches.try_for_each(|(b, list)| {
                    self.list(list, state, &format!("{own}, branch {b}, "), 0)
                })
            }
            Layer::Shared(Shared { name, layer }) => {
                self.layer(layer, state, place, number)?;
                let here = (own, &**layer, state);
                let (before, first, size) = self.first.entry(name).or_insert_with(|| here.clone());
                let sized = |place: &str, (n, d): (usize, usize)| format!("{place}, on {n} x {d}");
                match (*first, *size) == (here.1, state) {
                    true => Ok(()),
                    false => Err(format!(
                        "share = {name:?}: {} and {} have these weights; layers that share them must be of one \
                         type, with the same keys, on states of one size",
                        sized(before, *size),
                        sized(&here.0, state)
                    )),
                }
            }
            _ => Ok(()),
        }
    }
}
