//! Attention of two layers: docs/theory.md, 3.18'.

use super::Sizes;
use crate::check::count::{Estimate, Failure, OrTooCostly, Work, big, sharp};
use crate::check::problem::Problem;
use num_bigint::BigUint;
use num_traits::Zero;

/// All choices of M and J are tried.
pub(super) fn two_layers(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let (own, other) = problem.own_and_other();
    if s.depth != 2 || own < 3 || other < 2 || s.width < 4 || s.head_width < 2 {
        return Err(Failure::Hypothesis(
            "L = 2, three tokens on the output's side and two on the other, d >= 4, d_a >= 2",
        ));
    }
    let a = s.head_width;
    a.checked_mul(a).and_then(|n| work.take(n.saturating_mul(16))).or_too_costly()?;
    let mut most = BigUint::zero();
    for m in 1..a {
        for j in 1..=a - m {
            let t = j.min(s.heads);
            if m <= j * t - choose_two(t) {
                most = most.max(shared(&s, m, j));
            }
        }
    }
    sharp(Some(most))
}

fn choose_two(n: u64) -> u64 {
    n * (n - 1) / 2
}

/// `mc(n, 2)`.
fn quadrics(n: u64) -> BigUint {
    big(n) * (big(n) + 1u32) / 2u32
}

/// `u C(e+1,2) - e C(M,2) + mc(u'',2) - 1`.
fn shared(s: &Sizes, m: u64, j: u64) -> BigUint {
    let (e, rest) = (s.width - m, s.width - j);
    if e <= j || rest < 3 {
        return BigUint::zero();
    }
    let first = quadrics(e) * (m * s.width - choose_two(m)) - big(e) * choose_two(m);
    first + quadrics(m * rest - choose_two(m)) - 1u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choices_of_the_published_shapes() {
        let s = Sizes { depth: 2, width: 768, heads: 12, head_width: 64 };
        assert_eq!(shared(&s, 54, 10), 10_999_827_971u64.into());
        let s = Sizes { depth: 2, width: 1024, heads: 16, head_width: 64 };
        assert_eq!(shared(&s, 54, 10), 26_787_330_179u64.into());
    }
}
