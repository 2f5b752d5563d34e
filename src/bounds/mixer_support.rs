//! Theorem 4.6: after the first token mixing a Mixer is a polynomial of low degree in few numbers, each of
//! which holds k powers at most. That leaves out most monomials of high degree.

use super::mixer_homogeneous::{covered_log, visible_variables};
use super::numbers::{choose, log10_multiset_estimate, multiset};
use super::{Bound, Inapplicable, LogInterval, MAX_DIGITS, Side, mixer, short};
use crate::network::{MixerShape, Problem};
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
        let degree = problem.big_degree().to_u64()?;
        let variables = Integer::from(shape.width) * Integer::from(shape.token_hidden);
        let digits = log10_multiset_estimate(variables.to_f64(), degree as f64);
        let units = degree / shape.token_degree;
        let parts = variables.to_u64()?.min(units);
        let steps = degree as f64 * (parts as f64).powi(2);
        if digits > MAX_DIGITS || steps > 2e7 || !short(steps, digits) {
            return None;
        }
        let monomials = supported(&variables, shape.token_degree, units);
        let (n_a, n_b) = visible_variables(shape, problem);
        let functions = |n: usize| -> Vec<Integer> {
            let all = (0..=degree).map(|a| multiset(&Integer::from(n), a));
            all.zip(&monomials).map(|(all, some)| all.min(some.clone())).collect()
        };
        let (from_a, from_b) = (functions(n_a), functions(n_b));
        if !shape.bias {
            let pairs = from_a.into_iter().zip(from_b.into_iter().rev());
            return Some(pairs.map(|(a, b)| a.min(b)).sum());
        }
        let sums = |list: &[Integer]| {
            list.iter().fold(vec![Integer::new()], |mut sums, term| {
                sums.push(Integer::from(term + &sums[sums.len() - 1]));
                sums
            })
        };
        let (below, rest) = (sums(&from_a), sums(&from_b));
        below.into_iter().zip(rest.into_iter().rev()).map(|(a, b)| a + b).min()
    }
    /// Wide: from 1 to 4.1, which the value does not exceed (with biases to 4.2, the same number).
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let shape: &MixerShape = mixer(problem).ok()?;
        let above = covered_log(visible_variables(shape, problem), &problem.big_degree())?;
        Some(LogInterval::between(&LogInterval::one(), &above))
    }
}

inventory::submit!(&SupportBound as &dyn Bound);

/// For each degree a = 0..=kM the number of monomials `u^alpha` of degree a in n variables with
/// `sum_i ceil(alpha_i/k) <= M`.
///
/// Of i variables that occur, with `alpha_i = k j_i - r_i`, `j_i >= 1`, `0 <= r_i < k` and
/// `sum j_i = m`, there are `C(n,i) C(m-1,i-1)` times the ways to write `km - a` as a sum of the `r_i`.
fn supported(n: &Integer, k: u64, units: u64) -> Vec<Integer> {
    let mut counts = vec![Integer::new(); (k * units + 1) as usize];
    counts[0] += 1; // no variable occurs
    let most = n.to_u64().map_or(units, |n| n.min(units));
    // Ways to write 0, 1, .. as a sum of i numbers below k.
    let mut ways = vec![Integer::from(1)];
    for i in 1..=most {
        let mut next = vec![Integer::new(); ways.len() + k as usize - 1];
        for (sum, count) in ways.iter().enumerate() {
            for more in &mut next[sum..sum + k as usize] {
                *more += count;
            }
        }
        ways = next;
        let variables = choose(n.clone(), i);
        for m in i..=units {
            let choices = choose(Integer::from(m - 1), i - 1) * &variables;
            for (defect, count) in ways.iter().enumerate() {
                // The largest defect, i(k-1), is below k m.
                counts[(k * m) as usize - defect] += Integer::from(&choices * count);
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Output, Partition, WeightStyle};
    use crate::prove::{RankRequest, Weights, generator, rank};

    fn problem(shape: MixerShape, own: usize, other: usize) -> Problem {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
        Problem::new(Architecture::Mixer(shape), partition, Output::default()).unwrap()
    }

    fn shape(depth: usize, degrees: (u64, u64), width: usize, hidden: usize) -> MixerShape {
        MixerShape {
            token_degree: degrees.0,
            channel_degree: degrees.1,
            ..MixerShape::quadratic(depth, width, hidden)
        }
    }

    /// All monomials, one by one.
    #[test]
    fn monomials_are_counted() {
        for (n, k, units) in itertools::iproduct!(1..=4usize, 2..=4u64, 1..=3u64) {
            let mut expected = vec![0; (k * units + 1) as usize];
            let ranges = std::iter::repeat_n(0..=k * units, n);
            for alpha in itertools::Itertools::multi_cartesian_product(ranges) {
                if alpha.iter().map(|a| a.div_ceil(k)).sum::<u64>() <= units {
                    expected[alpha.iter().sum::<u64>() as usize] += 1;
                }
            }
            assert_eq!(supported(&n.into(), k, units), expected, "{n} {k} {units}");
        }
    }

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
                let value = SupportBound.value(&problem).unwrap();
                assert!(SupportBound.enclosure(&problem).unwrap().admits(&value));
                let degree = crate::bounds::find("mixer-degree").unwrap().value(&problem).unwrap();
                assert!(value <= degree, "{value} {problem:?}");
                for style in WeightStyle::ALL {
                    let mut request = RankRequest::new(problem.clone());
                    request.weights = Weights::Given(style.draw(&problem, &mut generator(5)));
                    let found = rank(&request, &|_, _| ()).unwrap().rank;
                    assert!(value >= found, "{value} {found} {problem:?}");
                }
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
