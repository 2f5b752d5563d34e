//! The values of an evaluator are those of forward passes.

use super::*;
use crate::network::presets::families;
use crate::network::{Output, Partition, Replacements, WeightStyle};
use crate::tensor::{grid, random_inputs};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn agree(problem: &Problem, prime: Prime, count: (usize, usize), rng: &mut ChaCha20Rng) {
    let style = WeightStyle::ALL[rng.random_range(0..WeightStyle::ALL.len())];
    let network = style.draw(problem, rng).modulo(prime).unwrap();
    let points = random_inputs(problem, count, prime, rng);
    let found = Evaluator::new(problem, &network, prime).grid(&points, &|_| ());
    assert_eq!(found, grid(problem, &network, &points, &|_| ()), "{problem:?}");
}

/// Of every family, with any partition and output, modulo primes of each kind.
#[test]
fn families_have_the_values_of_forward_passes() {
    let primes = [Prime::WORD, Prime::MERSENNE_61, Prime::new((1 << 63) - 25).unwrap()];
    let mut rng = rng(1);
    for family in families() {
        for prime in primes {
            let whole = family.network(&Replacements::default()).unwrap().problem;
            let mut positions: Vec<usize> = (0..whole.tokens()).collect();
            positions.shuffle(&mut rng);
            positions.truncate(rng.random_range(1..whole.tokens()));
            let partition = Partition::new(whole.tokens(), &positions).unwrap();
            let output = Output { token: rng.random_range(0..whole.tokens()), channel: 0 };
            // A pooled state has one token only.
            let other = Problem::new(whole.architecture().clone(), partition, output);
            let problem = other.unwrap_or(whole);
            let count = (rng.random_range(1..30), rng.random_range(1..30));
            agree(&problem, prime, count, &mut rng);
        }
    }
}

/// Sizes beyond a pack, a panel and a delayed reduction.
#[test]
fn wide_networks_have_the_values_of_forward_passes() {
    let mut rng = rng(2);
    let wide = [
        Problem::attention(2, 37, 1, 3),
        Problem::attention(1, 40, 4, 5),
        Problem::mixer(1, 33, 5, 4),
        Problem::mixer(1, 2, 1100, 2),
    ];
    for problem in wide {
        let problem = problem.unwrap();
        for prime in [Prime::WORD, Prime::MERSENNE_61] {
            agree(&problem, prime, (3, 26), &mut rng);
        }
    }
}

#[test]
fn no_points_have_no_values() {
    let problem = Problem::attention(1, 2, 1, 2).unwrap();
    for count in [(0, 3), (3, 0), (0, 0)] {
        agree(&problem, Prime::WORD, count, &mut rng(3));
    }
}
