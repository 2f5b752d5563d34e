//! The upper bounds by degree: of the Mixer (docs/theory.md, 4.1 and 4.2) and of any network by its
//! layers (4.5).

use super::images;
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, choose, monomial_table, power, sharp,
};
use crate::check::problem::{Architecture, MixerSizes, Problem};
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

pub(super) fn mixer<'a>(problem: &'a Problem) -> Result<&'a MixerSizes, Failure> {
    match &problem.architecture {
        Architecture::Mixer(sizes) => Ok(sizes),
        _ => Err(Failure::Hypothesis("a Mixer")),
    }
}

/// `D = (k_t k_c)^L`.
pub(super) fn total_degree(problem: &Problem, m: &MixerSizes, work: &Work) -> Result<u64, Failure> {
    let degree = power(work, m.token_degree * m.channel_degree, problem.depth);
    degree.and_then(|d| d.to_u64()).or_too_costly()
}

/// `d min(S, |side|)` for A and B; without the minimum if the first layer has a residual.
pub(super) fn variables(problem: &Problem, m: &MixerSizes) -> (BigUint, BigUint) {
    let [a, b] = problem.sides().map(|side| {
        let rows = if m.residual { side } else { side.min(m.token_hidden) };
        big(problem.width) * rows
    });
    (a, b)
}

/// 4.1: `sum_{a=0}^{D} min( mc(n_A, a), mc(n_B, D-a) )`.
pub(super) fn homogeneous(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = mixer(problem)?;
    if m.bias || m.residual {
        return Err(Failure::Hypothesis("no biases and no residual connections"));
    }
    let (n_a, n_b) = variables(problem, m);
    let degree = total_degree(problem, m, work)?;
    (degree <= MAX_TERMS).then_some(()).or_too_costly()?;
    let from_a = monomial_table(work, &n_a, degree).or_too_costly()?;
    let from_b = monomial_table(work, &n_b, degree).or_too_costly()?;
    sharp(Some(from_a.iter().zip(from_b.iter().rev()).map(|(a, b)| a.min(b)).sum()))
}

/// 4.2.
pub(super) fn mixer_degree(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = mixer(problem)?;
    let (n_a, n_b) = variables(problem, m);
    covered(&n_a, &n_b, total_degree(problem, m, work)?, work)
}

/// 4.5.
pub(super) fn network_degree(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let Architecture::Layers(layers) = &problem.architecture else {
        return Err(Failure::Hypothesis("a network by its layers"));
    };
    let [n_a, n_b] = images::visible(problem, layers);
    let degree = layers.degree().ok_or(Failure::Hypothesis("a polynomial"))?;
    covered(&big(n_a), &big(n_b), degree.to_u64().or_too_costly()?, work)
}

/// `min_{0<=t<=D+1} [ C(n_A+t-1, n_A) + C(n_B+D-t, n_B) ]`: monomials of degree below t in n_A
/// variables, and of degree at most D-t in n_B.
fn covered(n_a: &BigUint, n_b: &BigUint, degree: u64, work: &Work) -> Result<Estimate, Failure> {
    let one = BigUint::one();
    if n_a.is_zero() || n_b.is_zero() {
        // The constant alone on that side, and t such that nothing is left for the other.
        return sharp(Some(one));
    }
    // From t to t+1 the sum grows by C(n_A+t-1, n_A-1) - C(n_B+D-t-1, n_B-1), which grows with t:
    // the least sum is at the first t where it is not negative.
    let grows = |t: u64| {
        let gain = choose(work, &(n_a + t - 1u32), &(n_a - &one))?;
        Some(gain >= choose(work, &(n_b + (degree - t) - 1u32), &(n_b - &one))?)
    };
    let (mut low, mut high) = (0, degree.checked_add(1).or_too_costly()?);
    while low < high {
        let t = low + (high - low) / 2;
        if grows(t).or_too_costly()? { high = t } else { low = t + 1 }
    }
    let below =
        if low == 0 { Some(BigUint::zero()) } else { choose(work, &(n_a + low - 1u32), n_a) };
    let rest = if low > degree {
        Some(BigUint::zero())
    } else {
        choose(work, &(n_b + (degree - low)), n_b)
    };
    sharp(below.zip(rest).map(|(a, b)| a + b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixer_of(degrees: (u64, u64), residual: bool) -> Problem<'static> {
        Problem {
            architecture: Architecture::Mixer(MixerSizes {
                token_hidden: 2,
                token_degree: degrees.0,
                channel_hidden: 2,
                channel_degree: degrees.1,
                bias: false,
                residual,
                permutation: None,
            }),
            depth: 2,
            width: 2,
            tokens: 4,
            left: vec![0, 1, 2],
            output: (0, 0),
        }
    }

    /// D = (k_t k_c)^2 in 2 min(S, 3) and 2 variables, for all a and t.
    #[test]
    fn both_degrees_count() {
        let up_to = |n: u64, d: u64| choose(&Work::new(), &(n + d).into(), &n.into()).unwrap();
        let of = |n: u64, d: u64| choose(&Work::new(), &(n + d - 1).into(), &d.into()).unwrap();
        for (k_t, k_c) in [(1, 1), (2, 1), (1, 3), (2, 3)] {
            let d = (k_t * k_c) * (k_t * k_c);
            let problem = mixer_of((k_t, k_c), false);
            let sum: BigUint = (0..=d).map(|a| of(4, a).min(of(2, d - a))).sum();
            assert_eq!(homogeneous(&problem, &Work::new()).ok().unwrap().value, sum);
            let least = |n: u64| {
                let inner = (1..=d).map(|t| up_to(n, t - 1) + up_to(2, d - t)).min();
                inner.unwrap().min(up_to(2, d)).min(up_to(n, d))
            };
            assert_eq!(mixer_degree(&problem, &Work::new()).ok().unwrap().value, least(4));
            let problem = mixer_of((k_t, k_c), true);
            assert_eq!(mixer_degree(&problem, &Work::new()).ok().unwrap().value, least(6));
            assert!(matches!(homogeneous(&problem, &Work::new()), Err(Failure::Hypothesis(_))));
        }
    }

    /// The sum of 4.1 has D + 1 terms.
    #[test]
    fn degrees_are_limited() {
        let value = |degrees| homogeneous(&mixer_of(degrees, false), &Work::new()).map(drop);
        assert_eq!(value((10, 14)), Ok(()));
        assert_eq!(value((11, 13)), Err(Failure::TooCostly));
    }

    /// The least sum over every t, written out.
    #[test]
    fn the_least_of_all_degrees_is_found() {
        let sum = |a: u64, b: u64, degree: u64, t: u64| {
            let up_to = |n: u64, d: u64| choose(&Work::new(), &(n + d).into(), &n.into()).unwrap();
            let below = if t == 0 { BigUint::zero() } else { up_to(a, t - 1) };
            below + if t > degree { BigUint::zero() } else { up_to(b, degree - t) }
        };
        for (a, b) in (0..7).flat_map(|a| (0..7).map(move |b| (a, b))) {
            for degree in 0..12 {
                let least = (0..degree + 2).map(|t| sum(a, b, degree, t)).min().unwrap();
                let own = covered(&a.into(), &b.into(), degree, &Work::new()).ok().unwrap();
                assert_eq!(own.value, least, "{a} {b} {degree}");
            }
        }
    }
}
