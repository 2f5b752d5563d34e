//! The theorems of docs/theory.md that a certificate may name, evaluated again.

use super::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, big, covariant, determinantal, half_degree,
    monomial_table, monomials, power, sharp, symmetric,
};
use super::degree;
use super::problem::{Architecture, Problem};
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};
use std::collections::BTreeMap;

/// Which way a theorem bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

/// A theorem: its id in the registry, its side, and its value for a problem.
pub(super) struct Theorem {
    pub(super) id: &'static str,
    pub(super) side: Side,
    pub(super) value: fn(&Problem) -> Result<Estimate, Failure>,
}

/// Theorems 3.2, 3.3, 3.4, 3.5, 3.8, 3.9, 4.1, 4.2 and 4.5.
pub(super) const THEOREMS: [Theorem; 9] = [
    Theorem { id: "attention-word", side: Side::Upper, value: word },
    Theorem { id: "attention-graded", side: Side::Upper, value: graded },
    Theorem { id: "attention-power", side: Side::Lower, value: power_sum },
    Theorem { id: "attention-isotropic", side: Side::Lower, value: isotropic },
    Theorem { id: "attention-heads", side: Side::Lower, value: heads },
    Theorem { id: "attention-blocks", side: Side::Lower, value: blocks },
    Theorem { id: "mixer-homogeneous", side: Side::Upper, value: degree::homogeneous },
    Theorem { id: "mixer-degree", side: Side::Upper, value: degree::mixer_degree },
    Theorem { id: "network-degree", side: Side::Upper, value: degree::network_degree },
];

/// Sizes of attention: depth, width, heads, head width.
struct Sizes {
    depth: usize,
    width: usize,
    heads: usize,
    head_width: usize,
}

fn attention(problem: &Problem) -> Result<Sizes, Failure> {
    match problem.architecture {
        Architecture::Attention { heads, head_width } => {
            Ok(Sizes { depth: problem.depth, width: problem.width, heads, head_width })
        }
        _ => Err(Failure::Hypothesis("an attention network")),
    }
}

/// 3.2: `(d+H)^C`.
fn word(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let exponent = half_degree(s.depth).and_then(|c| c.to_u64());
    sharp(exponent.and_then(|c| power((s.width + s.heads) as u64, c)))
}

/// 3.3: `sum_b min( h(d,|B|;b), h1(d,|A|;C-b), g(b) )`, the output token in A.
fn graded(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let (own, other) = problem.own_and_other();
    let c = half_degree(s.depth).and_then(|c| c.to_u64()).filter(|c| *c <= MAX_TERMS);
    let c = c.or_too_costly()?;
    let d = s.width as u64;
    let from_other = determinantal(d, other as u64, c).or_too_costly()?;
    let from_own = covariant(d, own as u64, c).or_too_costly()?;
    let several = SeveralHeads::new(&s, c)?;
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
struct SeveralHeads {
    width: usize,
    /// mc(w, 0..=E).
    unseen: Vec<BigUint>,
    /// mc(u, 0..=C).
    seen: Vec<BigUint>,
}

impl SeveralHeads {
    /// `None` if E is too large, and g is left out.
    fn new(s: &Sizes, c: u64) -> Result<Option<Self>, Failure> {
        let bare = half_degree(s.depth - 1).and_then(|e| e.to_u64()).or_too_costly()?;
        if bare > 1000 {
            return Ok(None);
        }
        let all = symmetric(s.width as u64);
        let u = (big(s.heads) * s.head_width * s.head_width).min(all.clone());
        let unseen = monomial_table(&(all - &u), bare).or_too_costly()?;
        let seen = monomial_table(&u, c).or_too_costly()?;
        Ok(Some(Self { width: s.width, unseen, seen }))
    }

    /// `R_k(-1), R_k(0), .., R_k(E)`.
    fn partial_sums(&self, k: usize) -> Vec<BigUint> {
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
fn power_sum(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let e = half_degree(s.depth - 1).and_then(|e| e.to_u64()).filter(|e| *e <= MAX_TERMS);
    let table = e.and_then(|e| monomial_table(&big(s.width - 1), 2 * e));
    sharp(table.map(|t| t.into_iter().step_by(2).sum()))
}

/// 3.5: `mc(d_a, C) - mc(d_a, C-2)`, never below the simple form mc(floor(d_a/2), C).
fn isotropic(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let c = half_degree(s.depth).or_too_costly()?;
    let count = |n: usize, k: &BigUint| monomials(&big(n), k).or_too_costly();
    let two = BigUint::from(2u32);
    let lost = if c >= two { count(s.head_width, &(&c - two))? } else { BigUint::zero() };
    sharp(Some(count(s.head_width, &c)? - lost))
}

/// A choice of the free numbers of 3.8 or 3.9: `sum_{kappa<=K} h(m,tau;kappa)`.
struct Choice {
    payload: usize,
    tau: usize,
    exponent: BigUint,
}

impl Choice {
    /// v(m,tau) = tau m - tau(tau-1)/2.
    fn variables(&self) -> BigUint {
        big(self.tau) * self.payload - big(self.tau) * (self.tau - 1) / 2u32
    }

    /// The sum, and whether every term is the formula's own. `None` if it is too long.
    fn sum(&self) -> Option<BigUint> {
        let last = self.exponent.to_u64().filter(|k| *k <= MAX_TERMS)?;
        let terms = determinantal(self.payload as u64, self.tau as u64, last)?;
        terms.into_iter().map(|h| h.sharp.then_some(h.value)).sum()
    }

    /// The largest value of any choice. `rho <= n^c` asks for as many heads as there are (more of
    /// them never need more carriers); the fewest layers c that suffice leave the largest K.
    fn best(choices: &[Choice], hypotheses: &'static str) -> Result<Estimate, Failure> {
        if choices.is_empty() {
            return Err(Failure::Hypothesis(hypotheses));
        }
        // For one K the simple value grows with v.
        let mut leaders: BTreeMap<&BigUint, BigUint> = BTreeMap::new();
        for choice in choices {
            let most = leaders.entry(&choice.exponent).or_default();
            *most = choice.variables().max(std::mem::take(most));
        }
        // mc(v+1, K), which is at most the sum (Lemma 3.6).
        let simple = leaders.into_iter().filter_map(|(k, v)| monomials(&(v + 1u32), k)).max();
        let sums: Vec<_> = choices.iter().map(Choice::sum).collect();
        let sharp = sums.iter().all(Option::is_some);
        let value = sums.into_iter().flatten().chain(simple).max().or_too_costly()?;
        Ok(Estimate { value, sharp })
    }
}

/// Carriers q and summing layers c of Lemma 3.7 for r vectors and n heads.
fn summing(vectors: usize, heads: usize) -> Option<(usize, usize)> {
    let pairs = vectors.div_ceil(2);
    let mut reach = heads;
    let mut layers = 1;
    while reach < pairs {
        if heads == 1 {
            return None;
        }
        reach = reach.saturating_mul(heads);
        layers += 1;
    }
    Some((pairs.div_ceil(heads), layers))
}

/// 3.8, over all r.
fn heads(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let (own, other) = problem.own_and_other();
    let room = s.head_width.min(own);
    let choices: Vec<Choice> = (1..=room)
        .filter_map(|r| {
            let (q, c) = summing(r, s.heads)?;
            // 2q <= d_a follows: 2q <= r+1 <= r+q.
            if s.depth < c + 1 || r + q > room || r + q >= s.width {
                return None;
            }
            let payload = s.width - r - q;
            let exponent = power(3, (s.depth - 1 - c) as u64)?;
            Some(Choice { payload, tau: r.min(other).min(payload), exponent })
        })
        .collect();
    Choice::best(&choices, "L >= c+1, 2q <= d_a, r+q <= min(d_a,|A|), r+q < d for some r >= 1")
}

/// 3.9, over all r = t1 + t2: t1 as large as d_a - q allows.
fn blocks(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let (own, other) = problem.own_and_other();
    let choices: Vec<Choice> = (1..=(2 * s.head_width).min(own))
        .filter_map(|r| {
            let (q, c) = summing(r, s.heads)?;
            // 2q <= d_a follows: q <= ceil(r/2) <= t1, and t1 + q <= d_a.
            let fits = s.heads >= 2 && s.depth >= c + 2 && r + q <= own;
            let first = r.min(s.head_width.checked_sub(q)?);
            if !fits || 2 * first < r || r + q >= s.width {
                return None;
            }
            let payload = (s.width - r - q).min((s.heads - 1) * first);
            let exponent = power(3, (s.depth - 2 - c) as u64)?;
            Some(Choice { payload, tau: r.min(other).min(payload), exponent })
        })
        .collect();
    let hypotheses =
        "H >= 2, L >= c+2, 2q <= d_a, t1+q <= d_a, r+q <= |A|, r+q < d for some r >= 1";
    Choice::best(&choices, hypotheses)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Formula = fn(&Problem) -> Result<Estimate, Failure>;
    type Choices = fn(&Sizes, (usize, usize)) -> Vec<(usize, usize, usize)>;

    fn problem(sizes: &Sizes, (own, other): (usize, usize)) -> Problem<'static> {
        let &Sizes { depth, width, heads, head_width } = sizes;
        Problem {
            architecture: Architecture::Attention { heads, head_width },
            depth,
            width,
            tokens: own + other,
            left: (0..own).collect(),
            right: (own..own + other).collect(),
            output: (0, 0),
        }
    }

    /// Every q and c that Lemma 3.7 allows for r vectors, with the number n of heads free.
    fn stages(s: &Sizes, r: usize) -> impl Iterator<Item = (usize, usize)> {
        let (pairs, head_width) = (r.div_ceil(2), s.head_width);
        let all = (1..=s.heads).flat_map(move |n| (1..s.depth).map(move |c| (n, c)));
        all.filter(move |&(n, c)| n.checked_pow(c as u32).is_none_or(|most| pairs <= most))
            .map(move |(n, c)| (pairs.div_ceil(n), c))
            .filter(move |(q, _)| 2 * q <= head_width)
    }

    /// Every (m, tau, K) that Theorem 3.8 allows.
    fn all_of_heads(s: &Sizes, (own, other): (usize, usize)) -> Vec<(usize, usize, usize)> {
        let room = s.head_width.min(own);
        let stages = (1..=room).flat_map(|r| stages(s, r).map(move |(q, c)| (r, q, c)));
        let fitting = stages.filter(|&(r, q, _)| r + q <= room && r + q < s.width);
        fitting.map(|(r, q, c)| (s.width - r - q, r.min(other), s.depth - 1 - c)).collect()
    }

    /// Every (m, tau, K) that Theorem 3.9 allows, with t1, t2 and m free.
    fn all_of_blocks(s: &Sizes, (own, other): (usize, usize)) -> Vec<(usize, usize, usize)> {
        let mut list = Vec::new();
        for (first, second) in (1..=own).flat_map(|t| (0..=t).map(move |u| (t, u))) {
            let r = first + second;
            for (q, c) in stages(s, r).filter(|(_, c)| s.heads >= 2 && s.depth >= c + 2) {
                if first + q <= s.head_width && r + q <= own && r + q < s.width {
                    let most = (s.width - r - q).min((s.heads - 1) * first);
                    list.extend((1..=most).map(|m| (m, r.min(other), s.depth - 2 - c)));
                }
            }
        }
        list
    }

    /// v(m, tau), entry by entry of the first tau rows.
    fn entries(m: usize, tau: usize) -> usize {
        (0..tau.min(m)).map(|i| m - i).sum()
    }

    /// c is the least with n^c >= ceil(r/2), q the least with q n >= ceil(r/2).
    #[test]
    fn summing_stages_are_as_few_as_suffice() {
        for (r, n) in (1..60usize).flat_map(|r| (1..7usize).map(move |n| (r, n))) {
            let pairs = r.div_ceil(2);
            let layers = (1..9).find(|c| n.pow(*c) >= pairs);
            let carriers = (1..=pairs).find(|q| q * n >= pairs).unwrap();
            assert_eq!(summing(r, n), layers.map(|c| (carriers, c as usize)), "{r} {n}");
        }
    }

    /// The second batch may be all but as large as the first, with r near twice d_a.
    #[test]
    fn batches_are_as_large_as_heads_allow() {
        let s = Sizes { depth: 5, width: 48, heads: 8, head_width: 6 };
        let value = |(m, tau, e): (usize, usize, usize)| -> BigUint {
            let h = determinantal(m as u64, tau.min(m) as u64, 3u64.pow(e as u32)).unwrap();
            h.into_iter().map(|h| h.value).sum()
        };
        let best = all_of_blocks(&s, (20, 20)).into_iter().map(value).max();
        assert_eq!(blocks(&problem(&s, (20, 20))).ok().map(|own| own.value), best);
    }

    /// The values of 3.8 and 3.9 are the largest that any choice of their free numbers gives.
    #[test]
    fn every_choice_of_the_free_numbers_is_met() {
        let theorems: [(Formula, Choices); 2] = [(heads, all_of_heads), (blocks, all_of_blocks)];
        let mut met = [0, 0];
        let sizes = |k: usize| (2 + k % 4, 2 + k / 4 % 12, 1 + k / 48 % 4, 1 + k / 192 % 6);
        for (depth, width, heads, head_width) in (0..1152).map(sizes) {
            let s = Sizes { depth, width, heads, head_width };
            for (sides, own) in [(1, 1), (2, 3), (4, 2), (5, 7), (9, 4)].into_iter().zip(0..) {
                for ((theorem, all), met) in theorems.iter().zip(&mut met) {
                    if (own + depth + width) % 3 > 0 && *met > 300 {
                        continue; // enough of the small ones
                    }
                    let value = |(m, tau, e): (usize, usize, usize)| -> BigUint {
                        let h = determinantal(m as u64, tau.min(m) as u64, 3u64.pow(e as u32));
                        h.unwrap().into_iter().map(|h| h.value).sum()
                    };
                    let context = format!("{:?} {sides:?}", (depth, width, heads, head_width));
                    match (theorem(&problem(&s, sides)), all(&s, sides)) {
                        (Ok(own), all) => {
                            assert!(own.sharp, "{context}");
                            assert_eq!(
                                Some(own.value),
                                all.into_iter().map(value).max(),
                                "{context}"
                            );
                            *met += 1;
                        }
                        (Err(failure), all) => {
                            assert!(matches!(failure, Failure::Hypothesis(_)) && all.is_empty());
                        }
                    }
                }
            }
        }
        assert!(met.iter().all(|n| *n > 200), "{met:?}");
    }

    /// Where the sums have too many terms, the largest mc(v+1, K) is left.
    #[test]
    fn sums_too_long_leave_the_simple_value() {
        for (heads, head_width, width, sides) in
            [(1, 8, 8, (3, 2)), (3, 2, 7, (5, 4)), (2, 6, 13, (9, 9)), (12, 4, 20, (40, 3))]
        {
            let s = Sizes { depth: 13, width, heads, head_width };
            let theorems: [(Formula, Choices); 2] =
                [(self::heads, all_of_heads), (blocks, all_of_blocks)];
            for (theorem, all) in theorems.map(|(theorem, all)| (theorem, all(&s, sides))) {
                let value = |&(m, tau, e): &(usize, usize, usize)| {
                    monomials(&big(entries(m, tau) + 1), &big(3).pow(e as u32)).unwrap()
                };
                let Some(best) = all.iter().map(value).max() else { continue };
                let own = theorem(&problem(&s, sides)).ok().unwrap();
                assert!(!own.sharp);
                assert_eq!(own.value, best, "{heads} {head_width} {width} {sides:?}");
            }
        }
    }

    /// 3.3 says so where a term stands for a sum over too many partitions.
    #[test]
    fn a_graded_bound_with_a_weaker_term_is_not_sharp() {
        let graded_at = |width, sides| {
            let s = Sizes { depth: 4, width, heads: 1, head_width: width };
            graded(&problem(&s, sides)).ok().unwrap().sharp
        };
        assert!(graded_at(4, (3, 2)));
        assert!(!graded_at(40, (20, 20)));
    }
}
