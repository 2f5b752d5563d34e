//! Attention by its words, degree by degree: docs/theory.md, 3.12.

use super::Sizes;
use super::attention::SeveralHeads;
use super::words::{MAX_DEPTH, absent, times, without_variables};
use crate::check::count::{
    Estimate, Failure, OrTooCostly, Work, big, covariant, determinantal, half_degree, product_work,
    symmetric,
};
use crate::check::problem::Problem;
use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};

/// `sum_b min( h(d,|B|;b) - delta_B(b), h1(d,|A|;C-b) - delta_A(C-b), g(b) )`, the output token in A.
pub(super) fn junctions(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let s = Sizes::of(problem)?;
    let (own, other) = problem.own_and_other();
    if s.depth > MAX_DEPTH {
        return Err(Failure::Hypothesis("a depth of at most 5"));
    }
    let c = half_degree(work, s.depth).and_then(|c| c.to_u64()).or_too_costly()?;
    let from_other = determinantal(work, s.width, other, c).or_too_costly()?;
    let from_own = covariant(work, s.width, own, c).or_too_costly()?;
    let sizes = (s.depth, s.width, s.heads);
    let absent_other = absent(sizes, false, work).or_too_costly()?;
    let absent_own = absent(sizes, true, work).or_too_costly()?;
    let several = SeveralHeads::new(&s, c, work);
    let seen = several.as_ref().map(|heads| {
        let seen =
            |list: &[Estimate], scale, rank| Seen { heads, list, scale, rank }.lists(&s, work);
        Some((seen(&from_own, s.width, own)?, seen(&from_other, 1, other)?))
    });
    let seen = seen.map(|both| both.or_too_costly()).transpose()?;
    let mut value = BigInt::zero();
    for b in 0..=c as usize {
        let a = c as usize - b;
        let mut least = BigInt::from(from_other[b].value.clone()) - &absent_other[b];
        least = least.min(BigInt::from(from_own[a].value.clone()) - &absent_own[a]);
        if let Some((own, other)) = &seen {
            // A-functions of degree below t in the unseen coordinates, B-functions up to E - t.
            let covers = own[a].iter().zip(other[b].iter().rev()).map(|(x, y)| x + y);
            least = covers.fold(least, BigInt::min);
        }
        value += least;
    }
    let sharp = several.is_some() && from_other.iter().chain(&from_own).all(|h| h.sharp);
    Ok(Estimate { value: value.to_biguint().or_too_costly()?, sharp })
}

/// The functions of one side by their degree in the coordinates that layer 1 does not see.
struct Seen<'a> {
    heads: &'a SeveralHeads,
    /// All functions of each degree.
    list: &'a [Estimate],
    /// 1, or d where a function has an entry of the output token as a factor.
    scale: u64,
    /// Tokens of the side.
    rank: u64,
}

impl Seen<'_> {
    /// For each degree k the dimensions for at most -1, 0, .., E unseen factors.
    fn lists(&self, s: &Sizes, work: &Work) -> Option<Vec<Vec<BigInt>>> {
        let r = self.rank.min(s.width);
        let dimension = big(r) * s.width - big(r) * (r - 1) / 2u32;
        let forms = (big(s.heads) * s.head_width * s.head_width).min(symmetric(s.width));
        let all: Vec<BigInt> = self.list.iter().map(|h| h.value.clone().into()).collect();
        let exact = self.list.iter().take_while(|h| h.sharp).count();
        let regular = |k: usize| forms <= dimension && k < exact;
        let bits = all.last()?.bits().max(self.heads.seen.last()?.bits());
        let size = all.len() as u64;
        work.take((3 * size * size).checked_mul(product_work(bits, bits))?)?;
        let rest = times(&without_variables(forms.to_u64()?, all.len() - 1), &all);
        let list = |k: usize| {
            let sums = self.heads.partial_sums(k);
            // Sums over i of mc(u,i) times what is left in degree k - i, from i = k+1 down.
            let mut powers = vec![BigInt::zero()];
            for i in (0..=k).rev() {
                let term = BigInt::from(self.heads.seen[i].clone()) * &rest[k - i];
                powers.push(term + &powers[k - i]);
            }
            let bound = |(index, count): (usize, BigUint)| {
                // At most index - 1 of k factors are unseen: the ideal to the power k + 1 - index.
                let least = BigInt::from(count * self.scale).min(all[k].clone());
                if regular(k) { least.min(powers[index.min(k + 1)].clone()) } else { least }
            };
            sums.into_iter().enumerate().map(bound).collect()
        };
        Some((0..all.len()).map(list).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::attention_problem;
    use super::*;

    fn value(depth: u64, width: u64, heads: u64, sides: (u64, u64)) -> Option<BigUint> {
        let s = Sizes { depth, width, heads, head_width: width / heads };
        let own = junctions(&attention_problem(&s, sides), &Work::new()).ok()?;
        own.sharp.then_some(own.value)
    }

    /// Values of a program that sums over all words by their minimal vectors.
    #[test]
    fn values_are_those_of_minimal_vectors() {
        for (depth, width, heads, sides, expected) in [
            (1, 2, 1, (2, 2), 3u32),
            (2, 3, 1, (1, 3), 39),
            (2, 4, 1, (1, 4), 80),
            (2, 5, 1, (1, 3), 146),
            (3, 2, 1, (2, 1), 137),
            (3, 3, 1, (3, 1), 882),
            (3, 3, 3, (2, 2), 2274),
            (3, 3, 3, (3, 2), 2376),
            (3, 3, 3, (2, 3), 2339),
            (3, 4, 1, (4, 4), 31_456),
        ] {
            let found = value(depth, width, heads, sides);
            assert_eq!(found, Some(expected.into()), "{depth} {width} {heads} {sides:?}");
        }
    }

    #[test]
    fn depths_are_limited() {
        assert!(value(5, 2, 1, (2, 2)).is_some() && value(5, 8, 1, (8, 8)).is_some());
        assert_eq!(value(6, 2, 1, (2, 2)), None);
    }
}
