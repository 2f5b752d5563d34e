//! Theorem 3.12: every word of attention with many letters of one side has several of them side by side,
//! so that its function of one token of that side lies in an ideal of products of few forms.

use super::attention_graded::{HeadCounts, HeadTerm, boxes};
use super::junctions::{Forms, Letters, MAX_DEPTH, missing_functions, product};
use super::numbers::{
    attention_half_degree, covariant_dimension_bound, covariant_dimension_within,
    determinantal_dimension_bound, determinantal_dimension_within, determinantal_variables,
    log10_multiset_estimate, multiset, symmetric_entries,
};
use super::{Bound, Inapplicable, LogInterval, Side, affordable, applicable, attention, find};
use crate::network::Problem;
use rug::Integer;

struct JunctionBound;

impl Bound for JunctionBound {
    fn id(&self) -> &'static str {
        "attention-junctions"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "3.12"
    }
    fn formula(&self) -> &'static str {
        "$sum_{b=0}^{C} min( h(d,|B|;b) - delta_B(b), h_1(d,|A|;C-b) - delta_A(C-b), g(b) )$, $C = (3^L - 1)/2$, \
         output token in $A$; $delta$ counts the functions that are in no word"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L <= 5$, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        if attention(problem)?.depth > MAX_DEPTH {
            return Err(Inapplicable::new("counts words up to depth 5; beyond it 3.3 stands"));
        }
        Ok(())
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        Some(junction_terms(problem)?.into_iter().sum())
    }
    /// Wide: from the best lower bound of the generic rank, which the value is not below, to 3.3, which
    /// it does not exceed.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let above = find("attention-graded")?.enclosure(problem)?;
        let lower = applicable(problem).into_iter().filter(|bound| bound.side() == Side::Lower);
        let below =
            lower.filter_map(|bound| bound.enclosure(problem)).max_by(LogInterval::compare_low);
        Some(LogInterval::between(&below.unwrap_or_else(LogInterval::one), &above))
    }
}

inventory::submit!(&JunctionBound as &dyn Bound);

/// The terms of Theorem 3.12 for b = 0..=C: at most so large is the rank of the part of degree 2b in the
/// entries of the side without the output token. Where the partitions in h or h1 are too many to sum,
/// their always valid bounds stand in. `None` for other networks than attention of up to five layers, and
/// where the numbers are too long.
pub fn junction_terms(problem: &Problem) -> Option<Vec<Integer>> {
    let shape = attention(problem).ok()?;
    let (own, other) = problem.side_sizes();
    let (d, depth) = (shape.width, shape.depth);
    if depth > MAX_DEPTH {
        return None;
    }
    let c = attention_half_degree(depth);
    let digits = log10_multiset_estimate(symmetric_entries(d).to_f64(), c.to_f64());
    if !affordable(&Integer::from(&c + 1), digits) {
        return None;
    }
    let c = c.to_u64()?;
    // The third term needs h and h1 themselves, more often than 3.3.
    let work = 4 * boxes(digits, c + 1);
    let from_other = Dimensions::new(
        c,
        |b| determinantal_dimension_within(d, other, b, work),
        |b| determinantal_dimension_bound(d, other, b),
    );
    let from_own = Dimensions::new(
        c,
        |c| covariant_dimension_within(d, own, c, work),
        |c| covariant_dimension_bound(d, own, c),
    );
    let missing = |letters| missing_functions(depth, d, shape.heads, letters);
    let heads = HeadTerm::new(shape).and_then(|term| {
        let counts = term.counts(c)?;
        let seen = term.seen.to_u64()?;
        let other = from_other.seen(&counts, seen, 1, &determinantal_variables(d, other));
        let own = from_own.seen(&counts, seen, d, &determinantal_variables(d, own));
        Some((own, other))
    });
    let (absent_own, absent_other) = (missing(Letters::Own), missing(Letters::Other));
    let term = |b: usize| {
        let a = c as usize - b;
        let other = Integer::from(&from_other.values[b] - &absent_other[b]);
        let own = Integer::from(&from_own.values[a] - &absent_own[a]);
        let covers = heads.iter().flat_map(|(own, other)| {
            // t runs over 0..=E+1: the A-functions up to t-1, the B-functions up to E-t.
            own[a].iter().zip(other[b].iter().rev()).map(|(x, y)| Integer::from(x + y))
        });
        covers.fold(own.min(other), Integer::min)
    };
    Some((0..=c as usize).map(term).collect())
}

/// `h(d,|B|;b)` or `h1(d,|A|;c)` for each degree, or bounds for them.
struct Dimensions {
    values: Vec<Integer>,
    /// Below this degree no bound stands in.
    exact: usize,
}

impl Dimensions {
    fn new(
        last: u64,
        exact: impl Fn(u64) -> Option<Integer>,
        bound: impl Fn(u64) -> Integer,
    ) -> Self {
        let list: Vec<_> = (0..=last).map(exact).collect();
        let whole = list.iter().take_while(|value| value.is_some()).count();
        let values = list.into_iter().zip(0..).map(|(value, k)| value.unwrap_or_else(|| bound(k)));
        Self { values: values.collect(), exact: whole }
    }

    /// For each degree k, at index s + 1 for s = -1..=E, the dimension of the functions of degree k and of
    /// degree at most s in the coordinates that layer 1 does not see, at most: `scale R_k(s)`, all
    /// of degree k, and, where the `seen` forms may be a regular sequence on a variety of dimension
    /// `dimension`, the degree-k part of the (k-s)-th power of their ideal:
    /// `value(k) - sum over i < k-s of mc(u,i) [z^(k-i)] (1-z)^u sum_j value(j) z^j`.
    fn seen(
        &self,
        counts: &HeadCounts,
        seen: u64,
        scale: usize,
        dimension: &Integer,
    ) -> Vec<Vec<Integer>> {
        let top = self.values.len() - 1;
        let regular = |k: usize| k < self.exact && seen <= *dimension;
        let without = product(&self.values, &Forms { number: seen, weight: 1 }.without(top));
        let powers: Vec<Integer> = (0..=top).map(|i| multiset(&seen.into(), i as u64)).collect();
        let of_degree = |(k, all): (usize, &Integer)| {
            // The functions of degree k outside the j-th power, j = 0..=k+1.
            let mut outside = vec![Integer::new()];
            for i in 0..=k {
                let more = Integer::from(&powers[i] * &without[k - i]);
                outside.push(more + &outside[i]);
            }
            let bound = |(index, count): (usize, Integer)| {
                let least = (count * Integer::from(scale)).min(all.clone());
                let power = (k + 1).saturating_sub(index);
                if regular(k) { least.min(Integer::from(all - &outside[power])) } else { least }
            };
            counts.up_to(k as u64).into_iter().enumerate().map(bound).collect()
        };
        self.values.iter().enumerate().map(of_degree).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, AttentionShape, Output, Partition};
    use crate::prove::{RankRequest, rank};

    fn problem(depth: usize, width: usize, heads: usize, own: usize, other: usize) -> Problem {
        let partition =
            Partition::new(own + other, &(0..own).collect::<Vec<_>>()).expect("two sides");
        let shape = Architecture::Attention(AttentionShape { depth, width, heads });
        Problem::new(shape, partition, Output::default()).expect("a problem")
    }

    fn graded(problem: &Problem) -> Integer {
        find("attention-graded").unwrap().value(problem).unwrap()
    }

    /// The rank of random weights is the value, for every partition; 3.3 is above it in some cases.
    #[test]
    fn random_weights_reach_it() {
        let mut sharper = 0;
        let two = itertools::iproduct!([2], 2..=4, [1, 2, 3, 4], 1..=3, 1..=3);
        let three = itertools::iproduct!([3], [2], [1, 2], 1..=3, 1..=3);
        for (depth, width, heads, own, other) in two.chain(three) {
            if width % heads > 0 {
                continue;
            }
            let problem = problem(depth, width, heads, own, other);
            let value = JunctionBound.value(&problem).unwrap();
            let found = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap().rank;
            assert_eq!(value, found, "{depth} {width} {heads} {own} {other}");
            sharper += usize::from(value < graded(&problem));
        }
        assert!(sharper >= 6, "{sharper}");
    }

    /// Values computed by an independent program from minimal exponent vectors.
    #[test]
    fn larger_cases() {
        for (sizes, value, of_3_3) in [
            ((2, 5, 1, 1, 3), 146, 176),
            ((2, 6, 1, 1, 6), 245, 315),
            ((3, 3, 1, 1, 2), 800, 818),
            ((3, 3, 1, 1, 3), 807, 825),
            ((3, 3, 1, 3, 1), 882, 967),
            ((3, 3, 3, 2, 2), 2274, 2350),
            ((3, 3, 3, 3, 2), 2376, 2434),
            ((3, 3, 3, 2, 3), 2339, 2357),
            ((3, 4, 1, 4, 4), 31_456, 31_460),
            ((3, 5, 1, 5, 5), 248_008, 248_064),
            ((3, 6, 1, 6, 6), 1_578_299, 1_578_720),
        ] {
            let (depth, width, heads, own, other) = sizes;
            let problem = problem(depth, width, heads, own, other);
            assert_eq!(JunctionBound.value(&problem), Some(value.into()), "{sizes:?}");
            assert_eq!(graded(&problem), of_3_3, "{sizes:?}");
        }
    }

    /// Never above 3.3, whatever the sizes, up to the last depth.
    #[test]
    fn it_does_not_exceed_the_graded_bound() {
        let small =
            itertools::iproduct!(1..=3, [1, 2, 3, 6, 12], [1, 2, 3], [1, 2, 7, 30], [1, 3, 40]);
        let deep = itertools::iproduct!([4, 5], [1, 2, 6, 12], [1, 2], [2], [3]);
        for (depth, width, heads, own, other) in small.chain(deep) {
            if width % heads > 0 {
                continue;
            }
            let problem = problem(depth, width, heads, own, other);
            let value = JunctionBound.value(&problem).unwrap();
            assert!(value <= graded(&problem), "{depth} {width} {heads} {own} {other}");
            assert!(JunctionBound.enclosure(&problem).unwrap().admits(&value));
        }
        assert!(JunctionBound.applies(&problem(5, 2, 1, 2, 2)).is_ok());
        assert!(JunctionBound.applies(&problem(6, 2, 1, 2, 2)).is_err());
    }
}
