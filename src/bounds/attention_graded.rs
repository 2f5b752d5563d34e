//! Theorem 3.3, the graded Gram bound: f depends on the other side only through its Gram matrix, so
//! each degree b in that matrix contributes at most the number of functions on either side.

use super::numbers::{
    attention_half_degree, covariant_dimension, determinantal_dimension,
    determinantal_dimension_bound, log10_multiset_estimate, multiset,
};
use super::{Bound, Side, affordable, attention};
use crate::network::Problem;
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
        "sum_{b=0}^{C} min( h(d,|B|;b), h1(d,|A|;C-b), g(b) ), C = (3^L - 1)/2, output token in A"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), String> {
        attention(problem).map(|_| ())
    }
    /// Where the partitions in h or h1 are too many to sum, their always valid bounds stand in.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = attention(problem).ok()?;
        let (own, other) = problem.side_sizes();
        let (d, symmetric) = (shape.width, shape.width * (shape.width + 1) / 2);
        let c = attention_half_degree(shape.depth);
        let digits = log10_multiset_estimate(symmetric as f64, c.to_f64());
        if !affordable(&Integer::from(&c + 1), digits) {
            return None;
        }
        let c = c.to_u64()?;
        let heads = HeadTerm::new(shape.depth, d, shape.heads)?;
        let mut sum = Integer::new();
        for b in 0..=c {
            let from_other = determinantal_dimension(d, other, b)
                .unwrap_or_else(|| determinantal_dimension_bound(d, other, b));
            let from_own = covariant_dimension(d, own, c - b)
                .unwrap_or_else(|| determinantal_dimension_bound(d, own, c - b) * Integer::from(d));
            let mut term = from_other.min(from_own);
            if let Some(heads) = &heads {
                term = term.min(heads.bound(b, c - b));
            }
            sum += term;
        }
        Some(sum)
    }
}

inventory::submit!(&GradedBound as &dyn Bound);

/// The term g(b) for several heads: layer 1 sees the Gram matrix through u linear forms only.
struct HeadTerm {
    width: u64,
    /// u, the forms that layer 1 sees.
    seen: Integer,
    /// w = d(d+1)/2 - u, the other coordinates.
    unseen: Integer,
    /// E = C_{L-1}, the largest degree in the other coordinates.
    bare: u64,
}

impl HeadTerm {
    /// `Some(None)` where the term says nothing new (w = 0), `None` where it is too costly.
    fn new(depth: usize, width: usize, heads: usize) -> Option<Option<Self>> {
        let head_width = width / heads;
        let all: Integer = Integer::from(width) * Integer::from(width + 1) / 2u32;
        let seen = (Integer::from(heads) * head_width * head_width).min(all.clone());
        if seen == all {
            return Some(None);
        }
        let bare = attention_half_degree(depth - 1).to_u64()?;
        if bare > 1000 {
            return None;
        }
        let unseen = all - &seen;
        Some(Some(Self { width: width as u64, seen, unseen, bare }))
    }

    /// `R_k(s)` for s = -1..=bare: monomials of degree k with degree at most s in the w unseen
    /// coordinates, at index s + 1.
    fn counts(&self, k: u64) -> Vec<Integer> {
        let mut list = vec![Integer::new()];
        for j in 0..=self.bare {
            let mut next = list.last().cloned().unwrap_or_default();
            if j <= k {
                next += multiset(&self.unseen, j) * multiset(&self.seen, k - j);
            }
            list.push(next);
        }
        list
    }

    /// `g(b) = min_{0<=t<=E+1} [ d R_{C-b}(t-1) + R_b(E-t) ]`.
    fn bound(&self, b: u64, rest: u64) -> Integer {
        let (own, other) = (self.counts(rest), self.counts(b));
        // t runs over 0..=E+1; R(t-1) is at index t and R(E-t) at index E+1-t.
        own.iter()
            .zip(other.iter().rev())
            .map(|(a, b)| Integer::from(a * self.width) + b)
            .min()
            .unwrap_or_default()
    }
}
