//! The small problems over which claims are certified and tables are made.

use super::{Profile, sizes};
use crate::network::layers::Permutation;
use crate::network::{Architecture, InvalidProblem, MixerShape, Output, Partition, Problem};

/// Attention problems: (L, d, H, N), A = the first half; and some with another side or output.
pub fn small_attention(profile: Profile) -> Vec<Problem> {
    let mut list: Vec<_> = sizes::attention(profile)
        .into_iter()
        .map(|(l, d, h, n)| Problem::attention(l, d, h, n))
        .collect();
    list.extend(sizes::partitions(profile).into_iter().map(|(l, d, h, own, other)| {
        with(Problem::attention(l, d, h, own + other), &(0..own).collect::<Vec<_>>())
    }));
    // Sides that are no intervals, and an output on the right.
    list.extend([
        with(Problem::attention(2, 2, 1, 5), &[1, 3, 4]),
        with_output(Problem::attention(2, 3, 1, 4), 3, 1),
    ]);
    valid(list)
}

/// Quadratic Mixers, then biases, residuals, permutations, higher degrees.
pub fn small_mixers(profile: Profile) -> Vec<Problem> {
    let mut list: Vec<_> =
        sizes::mixers(profile).into_iter().map(|(l, d, s, n)| Problem::mixer(l, d, s, n)).collect();
    let base = || MixerShape::quadratic(2, 2, 2);
    let reversed = Permutation::new((0..8).rev().collect());
    let interleaved = Permutation::new(vec![0, 4, 1, 5, 2, 6, 3, 7]);
    list.extend(
        [
            MixerShape { bias: true, ..base() },
            MixerShape { depth: 1, residual: true, ..base() },
            MixerShape { bias: true, residual: true, ..MixerShape::quadratic(1, 2, 2) },
            MixerShape { permutation: reversed, ..base() },
            MixerShape { permutation: interleaved, ..base() },
            MixerShape { token_degree: 3, ..base() },
            MixerShape { channel_degree: 2, ..base() },
            MixerShape { token_degree: 4, ..MixerShape::quadratic(1, 2, 2) },
        ]
        .map(|shape| {
            Problem::new(Architecture::Mixer(shape), Partition::halves(4)?, Output::default())
        }),
    );
    list.push(with(Problem::mixer(2, 2, 2, 4), &[0]));
    valid(list)
}

/// All of them.
pub fn small_problems(profile: Profile) -> Vec<Problem> {
    [small_attention(profile), small_mixers(profile)].concat()
}

fn with(
    problem: Result<Problem, InvalidProblem>,
    left: &[usize],
) -> Result<Problem, InvalidProblem> {
    problem?.with_partition(left)
}

fn with_output(
    problem: Result<Problem, InvalidProblem>,
    token: usize,
    channel: usize,
) -> Result<Problem, InvalidProblem> {
    let p = problem?;
    Problem::new(p.architecture().clone(), p.partition().clone(), Output { token, channel })
}

fn valid(list: Vec<Result<Problem, InvalidProblem>>) -> Vec<Problem> {
    list.into_iter().map(|p| p.expect("the sizes above are valid")).collect()
}
