//! Theorem 4.6: after the first token mixing a Mixer is a polynomial of low degree in few numbers, each of
//! which holds k powers at most. That leaves out most monomials of high degree.

use super::mixer_homogeneous::{up_to_covered, visible_variables};
use super::support::{covered_below, paired, supported, within_forms};
use super::{Bound, Inapplicable, LogInterval, Side, mixer};
use crate::network::Problem;
use rug::Integer;

struct SupportBound;

impl Bound for SupportBound {
    fn id(&self) -> &'static str {
        "mixer-support"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.6"
    }
    fn formula(&self) -> &'static str {
        "$sum_{a=0}^{D} min( N_A(a), N_B(D-a) )$, with biases $min_t [ sum_{a<t} N_A(a) + sum_{b<=D-t} N_B(b) ]$; \
         $N_A(a)$ the lesser of $mc(n_A, a)$ and the number of monomials $u^alpha$ of degree a in $d S$ variables \
         with $sum_i ceil(alpha_i / k_t) <= D / k_t$"
    }
    fn hypotheses(&self) -> &'static str {
        "mixer, $k_t >= 3$, no residual, any fixed permutation, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        if shape.residual {
            return Err(Inapplicable::new("needs a Mixer without residual connections"));
        }
        if shape.token_degree < 3 {
            return Err(Inapplicable::new(
                "needs a token activation of degree 3 or more; for less it is 4.1 and 4.2",
            ));
        }
        Ok(())
    }
    /// `None` also where the monomials take too long to count.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = mixer(problem).ok()?;
        let units = problem.big_degree().to_u64()? / shape.token_degree;
        let variables = Integer::from(shape.width) * Integer::from(shape.token_hidden);
        let monomials = supported(&variables, shape.token_degree, units)?;
        let (n_a, n_b) = visible_variables(shape, problem);
        let (from_a, from_b) = (within_forms(n_a, &monomials), within_forms(n_b, &monomials));
        Some(match shape.bias {
            true => covered_below(&from_a, &from_b),
            false => paired(&from_a, &from_b),
        })
    }
    /// Wide: from 1 to 4.1, which the value does not exceed (with biases to 4.2, the same number).
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        up_to_covered(visible_variables(mixer(problem).ok()?, problem), &problem.big_degree())
    }
}

inventory::submit!(&SupportBound as &dyn Bound);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::attack::{mixer_problem as problem, mixer_shape as shape, withstood};
    use crate::network::MixerShape;
    use crate::prove::{RankRequest, rank};

    /// Where 4.1 is not reached, random weights reach this: 14, 18, 46 and 138.
    #[test]
    fn random_weights_reach_it() {
        for (depth, degrees, value, of_4_1) in
            [(1, (4, 1), 14, 20), (1, (5, 1), 18, 30), (1, (3, 2), 46, 50), (2, (3, 1), 138, 140)]
        {
            let own = problem(shape(depth, degrees, 2, 2), 2, 2);
            let found = rank(&RankRequest::new(own.clone()), &|_, _| ()).unwrap().rank;
            assert_eq!(
                (SupportBound.value(&own), found),
                (Some(value.into()), value),
                "{degrees:?}"
            );
            let homogeneous = crate::bounds::find("mixer-homogeneous").unwrap();
            assert_eq!(homogeneous.value(&own), Some(of_4_1.into()));
        }
    }

    /// No weights exceed it, with or without biases; 4.1 and 4.2 are not below it.
    #[test]
    fn no_weights_exceed_it() {
        let sizes =
            itertools::iproduct!(1..=2, [(3, 1), (4, 1), (3, 2)], 1..=2, 1..=2, 1..=2, 1..=2);
        for (depth, degrees, width, hidden, own, other) in sizes {
            for bias in [false, true] {
                if depth == 2 && (degrees != (3, 1) || bias && width == 2) {
                    continue;
                }
                let shape = MixerShape { bias, ..shape(depth, degrees, width, hidden) };
                let problem = problem(shape, own, other);
                let value = withstood(&SupportBound, &problem);
                let degree = crate::bounds::find("mixer-degree").unwrap().value(&problem).unwrap();
                assert!(value <= degree, "{value} {problem:?}");
            }
        }
    }

    /// 358018, with 3^2 levels and one hidden token unit, at width 64.
    #[test]
    fn a_narrow_token_part() {
        let narrow = problem(shape(2, (3, 1), 64, 1), 2, 2);
        assert_eq!(SupportBound.value(&narrow), Some(358_018.into()));
    }
}
