//! The Mixer from below: docs/theory.md, 4.9 and 4.10.

use super::degree::mixer;
use crate::check::count::{Estimate, Failure, OrTooCostly, Work, big, choose, power, sharp};
use crate::check::problem::{MixerSizes, Problem};
use num_traits::ToPrimitive;

fn not_permuted<'a>(problem: &'a Problem) -> Result<&'a MixerSizes, Failure> {
    let m = mixer(problem)?;
    match m.permutation {
        None => Ok(m),
        Some(_) => Err(Failure::Hypothesis("an input that is not permuted")),
    }
}

/// 4.9: `2 + d min(S,|A|,|B|)`.
pub(super) fn one_layer(problem: &Problem, _: &Work) -> Result<Estimate, Failure> {
    let m = not_permuted(problem)?;
    if problem.depth != 1 || m.token_degree != 2 || m.channel_degree != 1 {
        return Err(Failure::Hypothesis("L = 1, k_t = 2, k_c = 1"));
    }
    let rank = problem.sides().into_iter().fold(m.token_hidden, u64::min);
    sharp(Some(big(problem.width) * rank + 2u32))
}

/// 4.10: `C(d, k_t^(L-1) k_c^L)`.
pub(super) fn channels(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = not_permuted(problem)?;
    let failure = || Failure::Hypothesis("k_t >= 2 and d >= k_t^(L-1) k_c^L");
    // 2^24 is the largest width.
    if m.token_degree < 2 || problem.depth > 25 {
        return Err(failure());
    }
    let factors = power(work, m.token_degree, problem.depth - 1).zip(power(
        work,
        m.channel_degree,
        problem.depth,
    ));
    let (tokens, channels) = factors.or_too_costly()?;
    let chosen =
        (tokens * channels).to_u64().filter(|n| *n <= problem.width).ok_or_else(failure)?;
    sharp(choose(work, &big(problem.width), &big(chosen)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::problem::Architecture;

    fn of(depth: u64, width: u64, degrees: (u64, u64)) -> Problem<'static> {
        Problem {
            architecture: Architecture::Mixer(MixerSizes {
                token_hidden: 3,
                token_degree: degrees.0,
                channel_hidden: 1,
                channel_degree: degrees.1,
                bias: false,
                residual: false,
                permutation: None,
            }),
            depth,
            width,
            tokens: 6,
            left: vec![0, 1],
            output: (0, 0),
        }
    }

    #[test]
    fn values_and_hypotheses() {
        let work = Work::new();
        assert_eq!(one_layer(&of(1, 5, (2, 1)), &work).ok().unwrap().value, 12u32.into());
        for other in [of(2, 5, (2, 1)), of(1, 5, (3, 1)), of(1, 5, (2, 2))] {
            assert!(one_layer(&other, &work).is_err());
        }
        // C(9, 4) and C(9, 8).
        assert_eq!(channels(&of(3, 9, (2, 1)), &work).ok().unwrap().value, 126u32.into());
        assert_eq!(channels(&of(2, 9, (2, 2)), &work).ok().unwrap().value, 9u32.into());
        for other in [of(2, 7, (2, 2)), of(1, 7, (1, 2)), of(1 << 20, 9, (2, 1))] {
            assert!(channels(&other, &work).is_err());
        }
    }
}
