//! The Jacobian of a network's outputs in its weights, by dual numbers through the forward pass.

use super::answer::{DimensionMinor, WeightEntry};
use crate::arith::{Dual, Fp, Prime};
use crate::linalg::{Echelon, rank_of_residues};
use crate::network::{Network, Problem};
use crate::stop::Stop;
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use rayon::prelude::*;

/// Place of a free weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Free {
    pub(super) layer: usize,
    pub(super) parameter: usize,
    pub(super) at: (usize, usize),
}

/// The weights that belong to no layer's definition, in the order of the layers, their parameters and the entries by
/// rows.
pub(super) fn free_weights(problem: &Problem) -> impl Iterator<Item = Free> {
    let layers = problem.parameters().into_iter().enumerate();
    layers.flat_map(|(layer, list)| {
        let free = list.into_iter().enumerate().filter(|(_, p)| p.value.is_none());
        free.flat_map(move |(parameter, p)| {
            (0..p.rows * p.cols).map(move |e| Free {
                layer,
                parameter,
                at: (e / p.cols, e % p.cols),
            })
        })
    })
}

/// `[d out / d w]` for the free weights w by rows; columns are (point, output).
pub(super) struct Jacobian<'a> {
    problem: &'a Problem,
    network: Network<Dual<Fp>>,
    plain: &'a Network<Fp>,
    weights: Vec<Free>,
    outputs: &'a [(usize, usize)],
    prime: Prime,
    /// A matrix for each point: weights by outputs, by rows.
    blocks: Vec<Vec<u64>>,
}

fn dual(network: &Network<Fp>) -> Network<Dual<Fp>> {
    network.map(|x| Dual::constant(*x))
}

/// The derivatives of the last state in one weight, the layer of which is reached by `y`.
fn slopes(
    network: &mut Network<Dual<Fp>>,
    weight: &Free,
    y: &DMatrix<Dual<Fp>>,
) -> DMatrix<Dual<Fp>> {
    let Free { layer, parameter, at } = *weight;
    network.entry_mut(layer, parameter, at).slope = Fp::one();
    let found = network.forward_from(layer, y);
    network.entry_mut(layer, parameter, at).slope = Fp::zero();
    found
}

/// One forward pass of dual numbers, to see how long it takes.
pub(super) fn first_slopes(network: &Network<Fp>, x: &DMatrix<Fp>) {
    std::hint::black_box(dual(network).forward(&x.map(Dual::constant)));
}

impl<'a> Jacobian<'a> {
    /// Without points.
    pub(super) fn new(
        problem: &'a Problem,
        plain: &'a Network<Fp>,
        outputs: &'a [(usize, usize)],
        prime: Prime,
    ) -> Self {
        let weights = free_weights(problem).collect();
        let network = dual(plain);
        Self { problem, network, plain, weights, outputs, prime, blocks: Vec::new() }
    }

    pub(super) fn points(&self) -> usize {
        self.blocks.len()
    }

    /// Adds the columns of the point `x`, unless `stop` is due before they are found. `progress` is called with the
    /// number of derivatives found since its last call.
    pub(super) fn add(&mut self, x: DMatrix<Fp>, stop: &Stop, progress: &(dyn Fn(u64) + Sync)) {
        let states: Vec<_> = self.plain.states(&x).iter().map(|y| y.map(Dual::constant)).collect();
        let width = self.outputs.len();
        let mut block = vec![0; self.weights.len() * width];
        let rows = block.par_chunks_mut(width).zip(&self.weights);
        rows.for_each_init(
            || self.network.clone(),
            |network, (row, weight)| {
                if stop.is_due() {
                    return;
                }
                let found = slopes(network, weight, &states[weight.layer]);
                for (entry, at) in row.iter_mut().zip(self.outputs) {
                    *entry = found[*at].slope.residue(self.prime);
                }
                progress(1);
            },
        );
        if !stop.is_due() {
            self.blocks.push(block);
        }
    }

    /// The rank, with rows and the lexicographically first columns of a minor; once `stop` is due, of what was
    /// eliminated.
    pub(super) fn rank(&self, stop: &Stop) -> Echelon {
        let width = self.outputs.len();
        let columns = width * self.blocks.len();
        let mut data = Vec::with_capacity(self.weights.len() * columns);
        for row in 0..self.weights.len() {
            self.blocks.iter().for_each(|b| data.extend(&b[row * width..(row + 1) * width]));
        }
        rank_of_residues(&mut data, self.weights.len(), columns, self.prime, stop)
    }

    /// Whether some point's columns depend on those of the points before it.
    pub(super) fn last_adds_nothing(&self, found: &Echelon) -> bool {
        let mut adds = vec![false; self.blocks.len()];
        found.pivot_cols.iter().for_each(|col| adds[col / self.outputs.len()] = true);
        adds.contains(&false)
    }

    /// The minor of an elimination, by names.
    pub(super) fn minor(&self, found: &Echelon) -> DimensionMinor {
        let parameters = self.problem.parameters();
        let mut rows = found.pivot_rows.clone();
        rows.sort_unstable();
        let weights = rows.into_iter().map(|row| {
            let Free { layer, parameter, at } = self.weights[row];
            WeightEntry { layer, name: parameters[layer][parameter].name.clone(), at }
        });
        let columns = found.pivot_cols.iter();
        let width = self.outputs.len();
        DimensionMinor {
            weights: weights.collect(),
            columns: columns.map(|col| (col / width, self.outputs[col % width])).collect(),
        }
    }
}
