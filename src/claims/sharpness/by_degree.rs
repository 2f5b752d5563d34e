//! Ranks of the parts of one degree in the entries of side B, for attention of any partition.

use crate::arith::{Field, Fp, Prime, Ring};
use crate::linalg::rank_mod_p;
use crate::network::{Network, Problem};
use crate::prove::generator;
use crate::tensor::{Evaluator, random_inputs};
use nalgebra::DMatrix;

/// For b = 0..=C the rank modulo `prime`, on `points` random points on a side, of the part of `f` of degree
/// 2b in the entries of B, C = `half_degree`: at most the rank of that part, and but for a small chance that.
///
/// With B scaled by s the function is the sum of `s^(2b) f_b`, so C + 1 scales give every part.
/// Cost: C + 1 grids and as many eliminations; the memory of C + 1 grids.
pub(super) fn ranks_by_degree(
    problem: &Problem,
    network: &Network<Fp>,
    half_degree: usize,
    points: usize,
    prime: Prime,
) -> Vec<usize> {
    let base = random_inputs(problem, (points, points), prime, &mut generator(0));
    let other_is_right = problem.own_and_other().1 == problem.partition().right();
    let nodes: Vec<Fp> = (1..=half_degree as i64 + 1).map(|s| Fp::new(s, prime)).collect();
    let mut parts: Vec<DMatrix<Fp>> = Vec::with_capacity(nodes.len());
    let evaluator = Evaluator::new(problem, network, prime);
    for node in &nodes {
        let mut scaled = base.clone();
        let other = if other_is_right { &mut scaled.right } else { &mut scaled.left };
        other.iter_mut().flat_map(|m| m.iter_mut()).for_each(|x| *x *= *node);
        parts.push(evaluator.grid(&scaled, &|_| ()));
    }
    let squares: Vec<Fp> = nodes.iter().map(|s| s.power(2)).collect();
    interpolate(&mut parts, &squares);
    parts.iter().map(|part| rank_mod_p(part, prime).rank).collect()
}

/// Values of a polynomial at distinct nodes become its coefficients, by divided differences.
fn interpolate(values: &mut [DMatrix<Fp>], nodes: &[Fp]) {
    let count = nodes.len();
    for step in 1..count {
        for k in (step..count).rev() {
            let distance = nodes[k] - nodes[k - step];
            let inverse = distance.inverse().expect("the nodes are distinct");
            let (before, from) = values.split_at_mut(k);
            from[0].zip_apply(&before[k - 1], |x, y| *x = (*x - y) * inverse);
        }
    }
    for k in (0..count.saturating_sub(1)).rev() {
        for i in k..count - 1 {
            let (until, after) = values.split_at_mut(i + 1);
            until[i].zip_apply(&after[0], |x, y| *x -= y * nodes[k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::junction_terms;
    use crate::network::WeightStyle;
    use rug::Integer;

    /// The ranks of the parts of random networks are the terms of 3.12, where it is sharp.
    #[test]
    fn parts_have_the_ranks_of_their_terms() {
        let prime = Prime::MERSENNE_61;
        for (depth, width, own, other) in [(2, 2, 1, 2), (2, 3, 1, 2), (2, 3, 2, 1), (3, 2, 2, 1)] {
            let problem = Problem::attention(depth, width, 1, own + other).unwrap();
            let problem = problem.with_partition(&(0..own).collect::<Vec<_>>()).unwrap();
            let network = WeightStyle::Random.draw(&problem, &mut generator(7));
            let network = network.modulo(prime).unwrap();
            let terms = junction_terms(&problem).unwrap();
            let ranks = ranks_by_degree(&problem, &network, terms.len() - 1, 60, prime);
            let ranks: Vec<Integer> = ranks.into_iter().map(Integer::from).collect();
            assert_eq!(ranks, terms, "{problem:?}");
        }
    }
}
