//! Attention by its words and monomials: docs/theory.md, 3.2 to 3.5.

use super::Sizes;
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, covariant, determinantal, half_degree,
    monomial_table, monomials, power, product_work, sharp, symmetric,
};
use crate::check::problem::Problem;
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

/// More layers before the last one leave `g` of 3.3 out.
const MAX_UNSEEN_DEGREE: u64 = 1000;

/// 3.2: `(d+H)^C`.
pub(super) fn word(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let exponent = half_degree(work, s.depth).and_then(|c| c.to_u64());
    sharp(exponent.and_then(|c| power(work, s.width + s.heads, c)))
}

/// 3.3: `sum_b min( h(d,|B|;b), h1(d,|A|;C-b), g(b) )`, the output token in A.
pub(super) fn graded(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    if s.width == 1 {
        // In one entry of a token there is one polynomial of each degree: every term is 1.
        return sharp(half_degree(work, s.depth).map(|c| c + 1u32));
    }
    let (own, other) = problem.own_and_other();
    let c = half_degree(work, s.depth).and_then(|c| c.to_u64()).filter(|c| *c <= MAX_TERMS);
    let c = c.or_too_costly()?;
    let from_other = determinantal(work, s.width, other, c).or_too_costly()?;
    let from_own = covariant(work, s.width, own, c).or_too_costly()?;
    let several = SeveralHeads::new(&s, c, work);
    let mut total = Estimate { value: BigUint::zero(), sharp: several.is_some() };
    for (b, (h, h1)) in from_other.iter().zip(from_own.iter().rev()).enumerate() {
        let g = several.as_ref().map(|heads| heads.term(b));
        let least = (&h.value).min(&h1.value);
        total.value += g.as_ref().map_or(least, |g| g.min(least));
        total.sharp &= h.sharp && h1.sharp;
    }
    Ok(total)
}

/// g(b) of 3.3, where layer 1 sees the Gram matrix in u of its coordinates and w are left.
pub(super) struct SeveralHeads {
    width: u64,
    /// mc(w, 0..=E).
    unseen: Vec<BigUint>,
    /// mc(u, 0..=C).
    pub(super) seen: Vec<BigUint>,
}

impl SeveralHeads {
    /// `None` if g is too costly, and left out.
    pub(super) fn new(s: &Sizes, c: u64, work: &Work) -> Option<Self> {
        let bare = half_degree(work, s.depth - 1)?.to_u64()?;
        (bare <= MAX_UNSEEN_DEGREE).then_some(())?;
        let all = symmetric(s.width);
        let u = (big(s.heads) * s.head_width * s.head_width).min(all.clone());
        let unseen = monomial_table(work, &(all - &u), bare)?;
        let seen = monomial_table(work, &u, c)?;
        // Two partial sums for each b.
        let products = (c + 1).checked_mul(2 * (bare + 1))?;
        let one = product_work(unseen.last()?.bits(), seen.last()?.bits());
        work.take(products.checked_mul(one)?)?;
        Some(Self { width: s.width, unseen, seen })
    }

    /// `R_k(-1), R_k(0), .., R_k(E)`.
    pub(super) fn partial_sums(&self, k: usize) -> Vec<BigUint> {
        let mut sums = vec![BigUint::zero()];
        for (j, unseen) in self.unseen.iter().enumerate() {
            let more = if j <= k { unseen * &self.seen[k - j] } else { BigUint::zero() };
            sums.push(&sums[j] + more);
        }
        sums
    }

    /// `min_{0<=t<=E+1} [ d R_{C-b}(t-1) + R_b(E-t) ]`.
    fn term(&self, b: usize) -> BigUint {
        let c = self.seen.len() - 1;
        let (own, other) = (self.partial_sums(c - b), self.partial_sums(b));
        let sums = own.iter().zip(other.iter().rev()).map(|(a, b)| a * self.width + b);
        sums.min().unwrap_or_default()
    }
}

/// 3.4: `sum_{k=0}^{e} mc(d-1, 2k)`, e = C_{L-1}.
pub(super) fn power_sum(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let e = half_degree(work, s.depth - 1).and_then(|e| e.to_u64()).filter(|e| *e <= MAX_TERMS);
    let table = e.and_then(|e| monomial_table(work, &big(s.width - 1), 2 * e));
    sharp(table.map(|t| t.into_iter().step_by(2).sum()))
}

/// 3.5: `mc(d_a, C) - mc(d_a, C-2)`, never below the simple form mc(floor(d_a/2), C).
pub(super) fn isotropic(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let c = half_degree(work, s.depth).or_too_costly()?;
    let count = |k: &BigUint| monomials(work, &big(s.head_width), k).or_too_costly();
    let two = BigUint::from(2u32);
    let lost = if c >= two { count(&(&c - two))? } else { BigUint::zero() };
    sharp(Some(count(&c)? - lost))
}

#[cfg(test)]
mod tests {
    use super::super::attention_problem;
    use super::*;

    /// 3.3 says so where a term stands for a sum over too many partitions.
    #[test]
    fn a_graded_bound_with_a_weaker_term_is_not_sharp() {
        let graded_at = |width, sides| {
            let s = Sizes { depth: 4, width, heads: 1, head_width: width };
            graded(&attention_problem(&s, sides), &Work::new()).ok().unwrap().sharp
        };
        assert!(graded_at(4, (3, 2)));
        assert!(!graded_at(40, (20, 20)));
    }
}
