//! Rows and columns of blocks: single products, or where a side has one token sums of all that are one monomial
//! in its entries (docs/theory.md, 1.6).

use super::function::SumFunction;
use crate::check::monomials::{Monomials, factorial};
use crate::check::ring::Residues;

/// Lines of a block, each a sum of members `alpha * components + k` with weights.
pub(super) struct Lines {
    /// Where the members of each line begin, and where the last ones end.
    starts: Vec<usize>,
    members: Vec<u32>,
    /// 1 / alpha!, where there are sums.
    weights: Option<Vec<u64>>,
}

impl Lines {
    /// Those of these numbers, each a line of its own.
    pub(super) fn single(numbers: &[u32]) -> Self {
        Self { starts: (0..=numbers.len()).collect(), members: numbers.to_vec(), weights: None }
    }

    /// Those with these numbers among the monomials in the entries of one token: of degree 2k columns, where
    /// `components` is `None`, or rows of degree 2k + 1.
    pub(super) fn of_token(
        ring: &Residues,
        function: &SumFunction,
        token: &Monomials,
        k: usize,
        components: Option<usize>,
        numbers: &[u32],
    ) -> Self {
        // (number of the monomial, member, weight), to be sorted by the first.
        let mut all: Vec<(u32, u32, u64)> = Vec::new();
        let (mut alpha, mut entries) = (0u32, Vec::new());
        function.monomials.each(k, |tuple| {
            let weight = ring.invert(factorial(ring, tuple));
            for component in 0..components.unwrap_or(1) {
                entries.clear();
                entries.extend(tuple.iter().flat_map(|v| &function.channels[*v]));
                entries.extend(components.map(|_| component));
                entries.sort_unstable();
                let member = alpha * components.unwrap_or(1) as u32 + component as u32;
                all.push((token.number(&entries), member, weight));
            }
            alpha += 1;
        });
        all.sort_unstable();
        let (mut starts, mut members, mut weights) = (vec![0], Vec::new(), Vec::new());
        for number in numbers {
            let first = all.partition_point(|(n, ..)| n < number);
            for (_, member, weight) in all[first..].iter().take_while(|(n, ..)| n == number) {
                members.push(*member);
                weights.push(*weight);
            }
            starts.push(members.len());
        }
        Self { starts, members, weights: Some(weights) }
    }

    /// All members, line by line.
    pub(super) fn members(&self) -> &[u32] {
        &self.members
    }

    /// Whether every line is one member with the weight 1.
    pub(super) fn are_single(&self) -> bool {
        self.weights.is_none()
    }

    /// The members of each line, with their weights.
    pub(super) fn each(&self) -> impl Iterator<Item = impl Iterator<Item = (u32, u64)> + '_> + '_ {
        let weight = |at: usize| self.weights.as_ref().map_or(1, |weights| weights[at]);
        self.starts
            .windows(2)
            .map(move |ends| (ends[0]..ends[1]).map(move |at| (self.members[at], weight(at))))
    }
}
