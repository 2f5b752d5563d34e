//! Grids of residues: the values of a network for many pairs of points at once.
//!
//! One more reading of [`Expression`](crate::network::expression::Expression): as steps on packs of
//! points, by the kernels of `linalg`. A parameter is read once for a pack of pairs, what depends on one
//! side only is found once for each of its points, and of every state only the rows and columns that
//! the output asks for. The value of a pair is that of [`Network::forward`], in the same field.

mod read;
mod run;
mod steps;
#[cfg(test)]
mod tests;
mod value;
mod work;

use super::GridPoints;
use crate::arith::{Fp, Prime};
use crate::linalg::{Lanes, MersenneLanes, WideLanes, WordLanes, word_modulus};
use crate::network::{Network, Problem};
use crate::stop::{NEVER, Stop};
use nalgebra::DMatrix;
use rayon::prelude::*;
use run::Runner;
use steps::{Sides, Steps};
pub(crate) use work::{GridSpeed, GridWork};

/// Bytes of an entry of a state for all points of a pack, at most.
pub(crate) const PACK_BYTES: u64 = 24 * 8;

/// Evaluates the output of one network modulo a prime.
pub struct Evaluator {
    prime: Prime,
    kernel: Kernel,
}

/// By the size of the prime.
enum Kernel {
    Word(Runner<WordLanes>),
    Mersenne(Runner<MersenneLanes>),
    Wide(Runner<WideLanes>),
}

impl Evaluator {
    /// The output of `problem` for `network`, over the field of that prime. Memory: the parameters twice.
    ///
    /// # Panics
    /// If the layers of the network do not fit the problem.
    pub fn new(problem: &Problem, network: &Network<Fp>, prime: Prime) -> Self {
        let steps = Steps::new(problem, network.layers());
        let parameters = network.parameters();
        let kernel = match (word_modulus(prime), prime) {
            (Some(p), _) => Kernel::Word(Runner::new(WordLanes::new(p), steps, parameters, prime)),
            (_, Prime::MERSENNE_61) => {
                Kernel::Mersenne(Runner::new(MersenneLanes::new(), steps, parameters, prime))
            }
            _ => Kernel::Wide(Runner::new(WideLanes::new(prime.get()), steps, parameters, prime)),
        };
        Self { prime, kernel }
    }

    /// The values for all pairs of points, as residues, those of a point of A in a row, and for each of these
    /// points whether its row is found: once `stop` is due others are left out. `progress` is called with the number
    /// of rows found since its last call.
    pub fn values(
        &self,
        left: &[DMatrix<Fp>],
        right: &[DMatrix<Fp>],
        stop: &Stop,
        progress: &(dyn Fn(u64) + Sync),
    ) -> (Vec<u64>, Vec<bool>) {
        let points = (left, right);
        match &self.kernel {
            Kernel::Word(runner) => values(runner, self.prime, points, stop, progress),
            Kernel::Mersenne(runner) => values(runner, self.prime, points, stop, progress),
            Kernel::Wide(runner) => values(runner, self.prime, points, stop, progress),
        }
    }

    /// The matrix of [`grid`](super::grid).
    pub fn grid(&self, points: &GridPoints<Fp>, progress: &(dyn Fn(u64) + Sync)) -> DMatrix<Fp> {
        let (values, _) = self.values(&points.left, &points.right, &NEVER, progress);
        let entries = values.into_iter().map(|x| Fp::from_residue(x, self.prime));
        DMatrix::from_row_iterator(points.left.len(), points.right.len(), entries)
    }
}

fn values<K: Lanes>(
    runner: &Runner<K>,
    prime: Prime,
    (left, right): (&[DMatrix<Fp>], &[DMatrix<Fp>]),
    stop: &Stop,
    progress: &(dyn Fn(u64) + Sync),
) -> (Vec<u64>, Vec<bool>) {
    let width = runner.kernel.width();
    debug_assert!((width * size_of::<K::Word>()) as u64 <= PACK_BYTES);
    let by_rows = |m: &DMatrix<Fp>| -> Vec<K::Word> {
        let entries = (0..m.nrows()).flat_map(|i| (0..m.ncols()).map(move |j| (i, j)));
        entries.map(|e| runner.kernel.word(m[e].residue(prime))).collect()
    };
    let words = |list: &[DMatrix<Fp>]| list.iter().map(by_rows).collect::<Vec<_>>();
    let (left, right, cols) = (words(left), words(right), right.len());
    let part = work::part(left.len(), width);
    let mut result = vec![0; left.len() * cols];
    let mut found = vec![false; left.len()];
    let parts = result.par_chunks_mut((part * cols).max(1)).zip(left.par_chunks(part));
    parts.zip(found.par_chunks_mut(part)).for_each(|((rows, points), found)| {
        if stop.is_due() {
            return;
        }
        let [mut own, mut other, mut both] = std::array::from_fn(|_| runner.frame());
        runner.side(Sides::LEFT, points, &mut own);
        for (at, pack) in right.chunks(width).enumerate().map(|(n, pack)| (n * width, pack)) {
            runner.side(Sides::RIGHT, pack, &mut other);
            for (i, row) in rows.chunks_exact_mut(cols).enumerate() {
                let out = &mut row[at..at + pack.len()];
                runner.pair((&own, i), &other, &mut both, out);
            }
        }
        found.fill(true);
        progress(points.len() as u64);
    });
    let mut rows = found.iter();
    let result = match found.contains(&false) {
        false => result,
        true => result
            .chunks(cols.max(1))
            .filter(|_| rows.next() == Some(&true))
            .flatten()
            .copied()
            .collect(),
    };
    (result, found)
}
