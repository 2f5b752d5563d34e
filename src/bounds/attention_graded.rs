//! Theorem 3.3, the graded Gram bound: f depends on the other side only through its Gram matrix, so
//! each degree b in that matrix contributes at most the number of functions on either side.

use super::enclosure::{Growth, least_sum};
use super::numbers::{
    attention_half_degree, covariant_dimension_bound, covariant_dimension_within,
    determinantal_dimension_bound, determinantal_dimension_within, determinantal_variables,
    log10_multiset_estimate, multiset, symmetric_entries,
};
use super::{Bound, Inapplicable, LogInterval, MAX_DIGITS, Side, affordable, attention, short};
use crate::network::{AttentionShape, Problem};
use rug::Integer;

struct GradedBound;

impl Bound for GradedBound {
    fn id(&self) -> &'static str {
        "attention-graded"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "3.3"
    }
    fn formula(&self) -> &'static str {
        "$sum_{b=0}^{C} min( h(d,|B|;b), h_1(d,|A|;C-b), g(b) )$, $C = (3^L - 1)/2$, output token in $A$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        attention(problem).map(|_| ())
    }
    /// Where the partitions in h or h1 are too many to sum, their always valid bounds stand in.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let (own, other) = problem.side_sizes();
        let d = shape.width;
        if d == 1 {
            // In one entry of a token there is one polynomial of each degree: every term is 1.
            return (shape.depth as f64 / 2.0 <= MAX_DIGITS)
                .then(|| attention_half_degree(shape.depth) + 1u32);
        }
        let c = attention_half_degree(shape.depth);
        let digits = log10_multiset_estimate(symmetric_entries(d).to_f64(), c.to_f64());
        let heads = HeadTerm::new(shape);
        let bare = heads.as_ref().map_or(0.0, |h| h.bare.to_f64());
        if !affordable(&Integer::from(&c + 1), digits) || !short(c.to_f64() * bare, digits) {
            return None;
        }
        let c = c.to_u64()?;
        let heads = match &heads {
            Some(heads) => Some(heads.counts(c)?),
            None => None,
        };
        Some(graded_sum(d, (own, other), c, boxes(digits, c + 1), heads.as_ref()))
    }
    /// One head, and each side of one token or of at least d: the terms are closed and the relative width is
    /// below 10^-12. Otherwise it is wide, since the partitions in h are too many to sum and g(b) is not
    /// a coefficient: the upper end takes `h <= min( mc(d(d+1)/2, b), mc(d r, 2b) )`, `h1 <= d h` and leaves g(b)
    /// out, which is sound for an upper bound; the lower end takes `h1 >= h >= mc(v, b)` and
    /// `g(b) >= min( mc(u, b), mc(u, C-b) )`, the terms j = 0 of R.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let shape = attention(problem).ok()?;
        let c = attention_half_degree(shape.depth);
        graded_enclosure(shape.width, problem.side_sizes(), &c, HeadTerm::new(shape).as_ref())
    }
}

inventory::submit!(&GradedBound as &dyn Bound);

/// Boxes of partitions summed over, in all terms together, while a word or two hold the numbers.
const WORK: f64 = 1e7;

/// Boxes for each of so many terms, where a number has so many digits.
pub(super) fn boxes(digits: f64, terms: u64) -> u64 {
    (WORK / (1.0 + digits / 20.0)) as u64 / terms
}

/// The sum of the theorem, with at most `work` boxes in the sums over partitions of one term.
fn graded_sum(
    d: usize,
    (own, other): (usize, usize),
    c: u64,
    work: u64,
    heads: Option<&HeadCounts>,
) -> Integer {
    let term = |b: u64| {
        let from_other = determinantal_dimension_within(d, other, b, work)
            .unwrap_or_else(|| determinantal_dimension_bound(d, other, b));
        let from_own = covariant_dimension_within(d, own, c - b, work)
            .unwrap_or_else(|| covariant_dimension_bound(d, own, c - b));
        let least = from_other.min(from_own);
        heads.map_or(least.clone(), |counts| least.min(counts.bound(d as u64, b, c - b)))
    };
    (0..=c).map(term).sum()
}

/// The enclosure of the theorem's sum up to degree c, described there.
pub(super) fn graded_enclosure(
    d: usize,
    (own, other): (usize, usize),
    c: &Integer,
    heads: Option<&HeadTerm>,
) -> Option<LogInterval> {
    let above = least_sum(&invariants(d, other), &covariants(d, own), c)?;
    let closed = |r: usize| r == 1 || r >= d;
    if heads.is_none() && closed(own) && closed(other) {
        return Some(above);
    }
    let independent = |r: usize| {
        let v = determinantal_variables(d, r);
        Growth::every(heads.map_or(v.clone(), |h| v.min(h.seen.clone())))
    };
    let below = least_sum(&independent(other), &independent(own), c)?;
    Some(LogInterval::between(&below, &above))
}

/// An upper bound for `h(d,r;b)`, exact where r = 1 or r >= d.
pub(super) fn invariants(d: usize, r: usize) -> Growth {
    if r == 1 {
        return Growth::even(Integer::from(d));
    }
    let symmetric = Growth::every(symmetric_entries(d));
    if r >= d {
        symmetric
    } else {
        symmetric.least(Growth::even(Integer::from(d) * Integer::from(r)))
    }
}

/// An upper bound for `h1(d,r;c)`, exact where r = 1 or r >= d.
pub(super) fn covariants(d: usize, r: usize) -> Growth {
    if r == 1 { Growth::odd(Integer::from(d)) } else { invariants(d, r).scaled(&Integer::from(d)) }
}

/// The term g(b) for several heads: layer 1 sees the Gram matrix through u linear forms only.
pub(super) struct HeadTerm {
    /// u, the forms that layer 1 sees.
    pub(super) seen: Integer,
    /// w, the other coordinates: d(d+1)/2 - u of them.
    pub(super) unseen: Integer,
    /// E = C_{L-1}, the largest degree in the other coordinates.
    pub(super) bare: Integer,
}

impl HeadTerm {
    /// `None` where the term says nothing new (w = 0).
    pub(super) fn new(shape: &AttentionShape) -> Option<Self> {
        let head_width = shape.width / shape.heads;
        let seen = Integer::from(shape.heads) * head_width * head_width;
        let unseen = symmetric_entries(shape.width) - &seen;
        let bare = attention_half_degree(shape.depth - 1);
        (unseen > 0).then_some(Self { seen, unseen, bare })
    }

    /// The coefficients of all terms up to b = c; `None` if E does not fit the memory.
    pub(super) fn counts(&self, c: u64) -> Option<HeadCounts> {
        let list = |n: &Integer, top: u64| (0..=top).map(|k| multiset(n, k)).collect();
        Some(HeadCounts {
            seen: list(&self.seen, c),
            unseen: list(&self.unseen, self.bare.to_u64()?),
        })
    }
}

/// `mc(u,k)` for k = 0..=C and `mc(w,j)` for j = 0..=E.
pub(super) struct HeadCounts {
    pub(super) seen: Vec<Integer>,
    pub(super) unseen: Vec<Integer>,
}

impl HeadCounts {
    /// `R_k(s)` for s = -1..=E: monomials of degree k with degree at most s in the w unseen
    /// coordinates, at index s + 1.
    pub(super) fn up_to(&self, k: u64) -> Vec<Integer> {
        let mut list = vec![Integer::new()];
        for (j, unseen) in self.unseen.iter().enumerate() {
            let mut next = list[j].clone();
            if let Some(rest) = (k as usize).checked_sub(j) {
                next += unseen * &self.seen[rest];
            }
            list.push(next);
        }
        list
    }

    /// `g(b) = min_{0<=t<=E+1} [ d R_{C-b}(t-1) + R_b(E-t) ]`, rest = C-b.
    fn bound(&self, width: u64, b: u64, rest: u64) -> Integer {
        let (own, other) = (self.up_to(rest), self.up_to(b));
        // t runs over 0..=E+1; R(t-1) is at index t and R(E-t) at index E+1-t.
        own.iter()
            .zip(other.iter().rev())
            .map(|(a, b)| Integer::from(a * width) + b)
            .min()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::numbers::{covariant_dimension, determinantal_dimension};

    /// With no partitions summed, each h and h1 without a closed form gives way to its bound.
    #[test]
    fn bounds_stand_in_for_sums() {
        for (d, own, other, c) in itertools::iproduct!(2..6usize, 1..6usize, 1..6usize, 0..8u64) {
            let few = |r: usize, b: u64| r == 1 || r >= d || b <= r as u64;
            let other_term = |b| match few(other, b) {
                true => determinantal_dimension(d, other, b).unwrap(),
                false => determinantal_dimension_bound(d, other, b),
            };
            let own_term = |b| match few(own, b) && (own == 1 || own >= d || b < own as u64) {
                true => covariant_dimension(d, own, b).unwrap(),
                false => determinantal_dimension_bound(d, own, b) * d as u64,
            };
            let expected: Integer = (0..=c).map(|b| other_term(b).min(own_term(c - b))).sum();
            assert_eq!(graded_sum(d, (own, other), c, 0, None), expected, "{d} {own} {other} {c}");
            assert!(graded_sum(d, (own, other), c, 1_000_000, None) <= expected);
        }
    }

    #[test]
    fn work_is_divided() {
        assert_eq!(
            [boxes(0.0, 1), boxes(20.0, 1), boxes(60.0, 10)],
            [10_000_000, 5_000_000, 250_000]
        );
    }

    /// The term of several heads has C E products: at depth 9 too many.
    #[test]
    fn products_for_several_heads_are_limited() {
        let value = |depth, heads| {
            GradedBound.value(&Problem::attention(depth, 2, heads, 4).unwrap()).is_some()
        };
        assert!(value(9, 1) && value(6, 2) && !value(9, 2));
    }
}
