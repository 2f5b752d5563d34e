//! The theorems of docs/theory.md that a certificate may name, evaluated again.

use super::count::{
    Estimate, MAX_TERMS, covariant, determinantal, half_degree, monomial_table, monomials, power,
    symmetric,
};
use super::degree;
use super::problem::{Architecture, Problem};
use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

/// Which way a theorem bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

/// Why a theorem gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// This hypothesis fails.
    Hypothesis(&'static str),
    /// The formula is too costly here.
    TooCostly,
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

/// `None` of the counting functions means too costly.
pub(super) trait OrTooCostly<T> {
    fn or_too_costly(self) -> Result<T, Failure>;
}

impl<T> OrTooCostly<T> for Option<T> {
    fn or_too_costly(self) -> Result<T, Failure> {
        self.ok_or(Failure::TooCostly)
    }
}

pub(super) fn sharp(value: Option<BigUint>) -> Result<Estimate, Failure> {
    Ok(Estimate { value: value.or_too_costly()?, sharp: true })
}

pub(super) fn big(n: usize) -> BigUint {
    n.into()
}

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

/// 3.5: `max( mc(d_a, C) - mc(d_a, C-2), mc(floor(d_a/2), C) )`.
fn isotropic(problem: &Problem) -> Result<Estimate, Failure> {
    let s = attention(problem)?;
    let c = half_degree(s.depth).or_too_costly()?;
    let count = |n: usize, k: &BigUint| monomials(&big(n), k).or_too_costly();
    let two = BigUint::from(2u32);
    let lost = if c >= two { count(s.head_width, &(&c - two))? } else { BigUint::zero() };
    let difference = count(s.head_width, &c)? - lost;
    sharp(Some(difference.max(count(s.head_width / 2, &c)?)))
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

    /// `mc(v+1, K)`, which is at most the sum (Lemma 3.6).
    fn simple(&self) -> Option<BigUint> {
        monomials(&(self.variables() + 1u32), &self.exponent)
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
        let mut leaders: Vec<&Choice> = Vec::new();
        for choice in choices {
            match leaders.iter_mut().find(|l| l.exponent == choice.exponent) {
                Some(leader) if leader.variables() < choice.variables() => *leader = choice,
                Some(_) => {}
                None => leaders.push(choice),
            }
        }
        let simple = leaders.iter().filter_map(|c| c.simple()).max();
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
            if s.depth < c + 1 || 2 * q > s.head_width || r + q > room || r + q >= s.width {
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
            let fits = s.heads >= 2 && s.depth >= c + 2 && 2 * q <= s.head_width && r + q <= own;
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
