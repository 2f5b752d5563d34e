//! Grid matrices: values of f on a product of points.

use crate::arith::{Fp, Prime, Rational, Ring};
use crate::network::{InputFamily, Network, Problem, SideFamily};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use std::ops::Range;

/// Points of either side; each is the rows of X on that side, positions x width.
#[derive(Clone, Debug, PartialEq)]
pub struct GridPoints<T> {
    /// Points of side A.
    pub left: Vec<DMatrix<T>>,
    /// Points of side B.
    pub right: Vec<DMatrix<T>>,
}

/// `count` points on either side of `family`, the parameters uniform in F_p; of a union of maps
/// the branches are used in turn.
pub fn random_points(
    family: &InputFamily,
    count: (usize, usize),
    prime: Prime,
    rng: &mut ChaCha20Rng,
) -> GridPoints<Fp> {
    let left = of_family(&family.left, 0..count.0, prime, rng);
    GridPoints { left, right: of_family(&family.right, 0..count.1, prime, rng) }
}

fn of_family(
    side: &SideFamily,
    branches: Range<usize>,
    prime: Prime,
    rng: &mut ChaCha20Rng,
) -> Vec<DMatrix<Fp>> {
    // Families have integer coefficients, so the embedding never fails.
    let embed = |c: &Rational| Fp::from_ratio(c, prime).expect("an integer");
    branches
        .map(|branch| side.evaluate(branch, &random_values(side.parameters, prime, rng), embed))
        .collect()
}

/// The same of all inputs, without a family of N d polynomials in N d variables.
pub fn random_inputs(
    problem: &Problem,
    count: (usize, usize),
    prime: Prime,
    rng: &mut ChaCha20Rng,
) -> GridPoints<Fp> {
    let width = problem.width();
    let mut side = |positions: usize, count: usize| {
        let mut point = || {
            let values = random_values(positions * width, prime, rng);
            DMatrix::from_row_slice(positions, width, &values)
        };
        (0..count).map(|_| point()).collect()
    };
    let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
    GridPoints { left: side(left, count.0), right: side(right, count.1) }
}

impl GridPoints<Fp> {
    /// None of either side.
    pub(crate) fn none() -> Self {
        Self { left: Vec::new(), right: Vec::new() }
    }

    /// Draws further points, until there are `count` on either side: of the family, or of all inputs.
    pub(crate) fn draw(
        &mut self,
        problem: &Problem,
        family: Option<&InputFamily>,
        count: usize,
        prime: Prime,
        rng: &mut ChaCha20Rng,
    ) {
        let known = self.left.len();
        let more = match family {
            None => random_inputs(problem, (count - known, count - known), prime, rng),
            Some(family) => {
                let left = of_family(&family.left, known..count, prime, rng);
                Self { left, right: of_family(&family.right, known..count, prime, rng) }
            }
        };
        self.left.extend(more.left);
        self.right.extend(more.right);
    }
}

fn random_values(count: usize, prime: Prime, rng: &mut ChaCha20Rng) -> Vec<Fp> {
    (0..count).map(|_| Fp::from_residue(rng.random_range(0..prime.get()), prime)).collect()
}

/// The matrix `[f(a_s, b_t)]`, s by rows, over any ring. Cost: one forward pass an entry, on all cores; over
/// F_p an [`Evaluator`](super::Evaluator) is faster.
/// `progress` is called with the number of rows done since its last call.
pub fn grid<T: Ring>(
    problem: &Problem,
    network: &Network<T>,
    points: &GridPoints<T>,
    progress: &(dyn Fn(u64) + Sync),
) -> DMatrix<T> {
    let output = problem.output();
    let (rows, cols) = (points.left.len(), points.right.len());
    let entries: Vec<T> = points
        .left
        .par_iter()
        .flat_map_iter(|a| {
            progress(1);
            points.right.iter().map(move |b| {
                let x = problem.partition().assemble(a, b);
                network.forward(&x)[(output.token, output.channel)].clone()
            })
        })
        .collect();
    DMatrix::from_row_iterator(rows, cols, entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn all_inputs_are_those_of_their_family() {
        let problem = Problem::attention(1, 3, 1, 5).unwrap();
        let rng = || ChaCha20Rng::seed_from_u64(1);
        let family = InputFamily::all(&problem);
        let of_family = random_points(&family, (2, 3), Prime::WORD, &mut rng());
        assert_eq!(random_inputs(&problem, (2, 3), Prime::WORD, &mut rng()), of_family);
    }
}
