//! The Mixer one side of which is seen through one form a channel: docs/theory.md, 4.7.
//!
//! Sums of trees are polynomials in the power sums `q_i = sum_p e_p^i`, i = 1..k, with integer coefficients
//! over a common denominator. A monomial in them is a set of factors, each of which goes to some channel:
//! the coefficient at an element of the group counts the ways in which every channel gets its residue.

use super::degree::{mixer, total_degree};
use super::span;
use super::support::{narrowed, paired};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, choose, monomials, product_work, sharp,
};
use crate::check::problem::{MixerSizes, Problem};
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use std::collections::BTreeMap;

/// How often each of `q_1, .., q_{k-1}` is a factor, or how many channels have residue 1, .., k-1.
type Times = Vec<u64>;
/// Numerators, by the degree in B and the factors.
type Sum = BTreeMap<(u64, Times), BigUint>;

pub(super) fn trees(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let m = mixer(problem)?;
    if m.bias || m.residual || m.permutation.is_some() {
        return Err(Failure::Hypothesis("no biases, no residual connections, input not permuted"));
    }
    let one_form = |tokens: u64| m.token_hidden == 1 || tokens == 1;
    let [a, b] = problem.sides();
    if !one_form(a) && !one_form(b) {
        return Err(Failure::Hypothesis("one hidden token unit, or one token on a side"));
    }
    let mut by_trees = functions(problem, m, work)?;
    let degree = by_trees.len() - 1;
    if m.channel_hidden < problem.width {
        let (channels, k) = (m.channel_hidden, m.token_degree);
        let narrow = narrowed(problem.width, channels, k, degree as u64, work).or_too_costly()?;
        for (x, y) in by_trees.iter_mut().zip(narrow) {
            *x = y.min(x.clone());
        }
    }
    if degree >= 2 {
        let pairs = |n: BigUint| monomials(work, &n, &big(2)).or_too_costly();
        let d = big(problem.width);
        let squares = pairs(d.clone())? + pairs(d * (m.token_hidden - 1))?;
        by_trees[degree - 2] = squares.min(by_trees[degree - 2].clone());
    }
    let [from_a, from_b] = span::functions(problem, m, work)?;
    let both = |tokens: u64, table: Vec<BigUint>| -> Vec<BigUint> {
        if !one_form(tokens) {
            return table;
        }
        table.into_iter().zip(&by_trees).map(|(x, y)| x.min(y.clone())).collect()
    };
    sharp(Some(paired(&both(a, from_a), &both(b, from_b))))
}

/// `N(a)`, a = 0..=D.
fn functions(problem: &Problem, m: &MixerSizes, work: &Work) -> Result<Vec<BigUint>, Failure> {
    let (k, width) = (m.token_degree, problem.width);
    let degree = total_degree(problem, m, work)?;
    (degree <= MAX_TERMS).then_some(()).or_too_costly()?;
    let layers = if degree == 1 { 1 } else { problem.depth };
    let powers: Vec<u64> =
        (1..2 * layers).map(|part| if part % 2 == 1 { m.channel_degree } else { k }).collect();
    let channels = Channels::new(k, width, degree, &powers, work).or_too_costly()?;
    let counted = channels.counted(&powers);
    let mut functions = vec![BigUint::zero(); index(degree) + 1];
    for ((b, kind), trees) in counted {
        let (occupied, residues): (u64, u64) = (kind.iter().sum(), weight(&kind));
        // alpha_p = k j_p - r_p with j_p >= 1 where r_p > 0; the sum of the j_p is (a + sum r_p)/k.
        let a = degree - b;
        let units = (a + residues) / k;
        let Some(free) = units.checked_sub(occupied) else { continue };
        let exponents = monomials(work, &big(width), &big(free)).or_too_costly()?;
        let mut places = BigUint::one();
        let mut left = width;
        for n in &kind {
            places *= choose(work, &big(left), &big(*n)).or_too_costly()?;
            left -= n;
        }
        functions[index(a)] += places * exponents.min(trees);
    }
    Ok(functions)
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("at most MAX_TERMS")
}

/// `sum_i i n_i`.
fn weight(list: &[u64]) -> u64 {
    (1..).zip(list).map(|(i, n): (u64, &u64)| i * n).sum()
}

/// Ways to share out factors over channels.
struct Channels {
    k: u64,
    width: u64,
    degree: u64,
    /// All sets of factors of weight at most D, those with fewer first.
    sets: Vec<Times>,
    /// For each set its parts: two sets, and in how many ways the factors fall into them.
    splits: Vec<Vec<(usize, usize, BigUint)>>,
}

impl Channels {
    /// `None` if the work for all that follows is not left.
    fn new(k: u64, width: u64, degree: u64, powers: &[u64], work: &Work) -> Option<Self> {
        // Sets by weight; a sum of degree b has those of weight b, b - k, ..
        let mut by_weight = vec![0u64; index(degree) + 1];
        by_weight[0] = 1;
        for i in 1..k.min(degree + 1) {
            for w in index(i)..by_weight.len() {
                by_weight[w] = by_weight[w].checked_add(by_weight[w - index(i)])?;
            }
        }
        let count = by_weight.iter().try_fold(0u64, |s, n| s.checked_add(*n))?;
        let mut by_degree = by_weight;
        for b in index(k)..by_degree.len() {
            by_degree[b] = by_degree[b].checked_add(by_degree[b - index(k)])?;
        }
        let leaves = degree / k;
        let bits = leaves.checked_mul(u64::from((k * width).ilog2() + leaves.ilog2()) + 4)?;
        // Products of sums: of a tree with multisets of fewer than a power of them.
        let mut terms = vec![0u64];
        for count in by_degree {
            terms.push(terms[terms.len() - 1].checked_add(count)?);
        }
        let of = |leaves: u64| terms[index(k * leaves) + 1];
        let (mut leaves, mut products) = (1, 0u64);
        for power in powers {
            let mut sets = 0u64;
            for n in 0..*power {
                sets = sets.checked_add(of(leaves * n).checked_mul(power - n)?)?;
            }
            products = products.checked_add(of(leaves).checked_mul(sets)?)?;
            leaves *= power;
        }
        // Products of tables of ways, two for each type: splits are at most half the pairs of sets.
        let channels = width.min(degree);
        let types = choose(work, &big(channels + k - 1), &big(k - 1)).and_then(|n| n.to_u64());
        let types = types.map_or(count, |n| n.min(count));
        let pairs = count.checked_mul(count)? / 2;
        let tables = pairs.checked_mul(2 * types + channels + 64)?;
        work.take(products.checked_add(tables)?.checked_mul(product_work(bits, bits))?)?;
        let sets = sets(k, degree, degree);
        let splits = splits(&sets);
        Some(Self { k, width, degree, sets, splits })
    }

    /// By degree in B and type of residues the number of trees with given residues of that type.
    fn counted(&self, powers: &[u64]) -> BTreeMap<(u64, Times), BigUint> {
        let (sum, denominator) = self.whole_trees(powers);
        let place: BTreeMap<&Times, usize> =
            self.sets.iter().enumerate().map(|(i, s)| (s, i)).collect();
        let mut by_degree: BTreeMap<u64, Vec<(usize, &BigUint)>> = BTreeMap::new();
        for ((b, set), x) in &sum {
            by_degree.entry(*b).or_default().push((place[set], x));
        }
        let most = self.width.min(self.degree);
        // Ways for the channels of residue 0, by how many others there are.
        let none = self.one_channel(0);
        let mut free = vec![self.power(&none, self.width - most)];
        for _ in 0..most {
            free.push(self.product(&free[free.len() - 1], &none));
        }
        free.reverse();
        let mut occupied: BTreeMap<Times, Vec<BigUint>> = BTreeMap::new();
        let mut counted = BTreeMap::new();
        for kind in sets(self.k, self.degree, most) {
            let others = match kind.iter().position(|n| *n > 0) {
                None => self.no_channel(),
                Some(i) => {
                    let mut fewer = kind.clone();
                    fewer[i] -= 1;
                    self.product(&occupied[&fewer], &self.one_channel(i as u64 + 1))
                }
            };
            let ways = self.product(&others, &free[index(kind.iter().sum())]);
            for (b, terms) in &by_degree {
                if b % self.k == weight(&kind) % self.k && *b >= weight(&kind) {
                    let trees: BigUint = terms.iter().map(|(set, x)| *x * &ways[*set]).sum();
                    counted.insert((*b, kind.clone()), trees / &denominator);
                }
            }
            occupied.insert(kind, others);
        }
        counted
    }

    /// One way to give no channel nothing.
    fn no_channel(&self) -> Vec<BigUint> {
        self.sets.iter().map(|s| u8::from(weight(s) == 0).into()).collect()
    }

    /// One way to give a channel all of a set, if that makes its residue.
    fn one_channel(&self, residue: u64) -> Vec<BigUint> {
        self.sets.iter().map(|s| u8::from(weight(s) % self.k == residue).into()).collect()
    }

    fn product(&self, a: &[BigUint], b: &[BigUint]) -> Vec<BigUint> {
        let ways = |parts: &Vec<(usize, usize, BigUint)>| {
            let some = parts.iter().filter(|(i, j, _)| !a[*i].is_zero() && !b[*j].is_zero());
            some.map(|(i, j, times)| &a[*i] * &b[*j] * times).sum()
        };
        self.splits.iter().map(ways).collect()
    }

    fn power(&self, base: &[BigUint], exponent: u64) -> Vec<BigUint> {
        let (mut result, mut square, mut rest) = (self.no_channel(), base.to_vec(), exponent);
        while rest > 0 {
            if rest % 2 == 1 {
                result = self.product(&result, &square);
            }
            rest /= 2;
            if rest > 0 {
                square = self.product(&square, &square);
            }
        }
        result
    }

    /// The sum of all trees and its denominator. A leaf is 1, or of degree j = 1..=k in B.
    fn whole_trees(&self, powers: &[u64]) -> (Sum, BigUint) {
        let none: Times = vec![0; index(self.k) - 1];
        let mut sum = Sum::from([((0, none.clone()), BigUint::one())]);
        for j in 1..self.k {
            let mut one = none.clone();
            one[index(j) - 1] = 1;
            sum.insert((j, one), BigUint::one());
        }
        sum.insert((self.k, none), big(self.width));
        let mut denominator = BigUint::one();
        for &size in powers {
            // n! h_n = sum_i (n-1)!/(n-i)! psi_i (n-i)! h_{n-i}, each over the denominator to the n.
            let one = BTreeMap::from([((0, vec![0; index(self.k) - 1]), BigUint::one())]);
            let mut multisets: Vec<Sum> = vec![one];
            for n in 1..=size {
                let mut next = Sum::new();
                let mut factor = BigUint::one();
                for i in 1..=n {
                    self.add_product(
                        &mut next,
                        &factor,
                        &self.adams(&sum, i),
                        &multisets[index(n - i)],
                    );
                    factor = factor * (n - i) * &denominator;
                }
                multisets.push(next);
            }
            sum = multisets.pop().expect("at least one");
            let factorial: BigUint = (1..=size).map(big).product();
            denominator = factorial * denominator.pow(u32::try_from(size).expect("at most 64"));
        }
        (sum, denominator)
    }

    fn add_product(&self, sum: &mut Sum, factor: &BigUint, left: &Sum, right: &Sum) {
        for ((a, set), x) in left {
            let x = factor * x;
            for ((b, other), y) in right {
                let both = set.iter().zip(other).map(|(s, t)| s + t).collect();
                *sum.entry((a + b, both)).or_default() += &x * y;
            }
        }
    }

    /// Every element of the group, and the degree, times i.
    fn adams(&self, sum: &Sum, i: u64) -> Sum {
        let mut image = Sum::new();
        for ((b, set), x) in sum {
            let (mut moved, mut x) = (vec![0; set.len()], x.clone());
            for (s, n) in (1..).zip(set) {
                match s * i % self.k {
                    0 => x *= big(self.width).pow(u32::try_from(*n).expect("at most MAX_TERMS")),
                    t => moved[index(t) - 1] += n,
                }
            }
            *image.entry((b * i, moved)).or_default() += x;
        }
        image
    }
}

/// All lists of k - 1 numbers of weight at most `most` and sum at most `parts`, smaller sums first.
fn sets(k: u64, most: u64, parts: u64) -> Vec<Times> {
    fn extend(list: &mut Times, i: u64, most: u64, parts: u64, all: &mut Vec<Times>) {
        if i == 0 {
            all.push(list.iter().rev().copied().collect());
            return;
        }
        for n in 0..=parts.min(most / i) {
            list.push(n);
            extend(list, i - 1, most - n * i, parts - n, all);
            list.pop();
        }
    }
    let mut all = Vec::new();
    extend(&mut Vec::new(), k - 1, most, parts, &mut all);
    all.sort_by_key(|set| (set.iter().sum::<u64>(), set.clone()));
    all
}

/// Both parts of every set, with the product of the binomial coefficients.
fn splits(sets: &[Times]) -> Vec<Vec<(usize, usize, BigUint)>> {
    let place: BTreeMap<&Times, usize> = sets.iter().enumerate().map(|(i, s)| (s, i)).collect();
    let binomial =
        |n: u64, k: u64| -> BigUint { (0..k).fold(BigUint::one(), |c, i| c * (n - i) / (i + 1)) };
    let parts_of = |set: &Times| {
        let part = |(i, part): (usize, &Times)| {
            let rest =
                set.iter().zip(part).map(|(n, p)| n.checked_sub(*p)).collect::<Option<Times>>()?;
            let times = set.iter().zip(part).map(|(n, p)| binomial(*n, *p)).product();
            Some((i, place[&rest], times))
        };
        sets.iter().enumerate().filter_map(part).collect()
    };
    sets.iter().map(parts_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(k: u64, width: u64, powers: &[u64]) -> BTreeMap<(u64, Times), BigUint> {
        let degree = k * powers.iter().product::<u64>();
        Channels::new(k, width, degree, powers, &Work::new()).unwrap().counted(powers)
    }

    /// Multisets of multisets of leaves, one by one.
    #[test]
    fn trees_are_counted() {
        for (k, width, powers) in [
            (1, 2, &[2u64, 2][..]),
            (2, 2, &[1, 2, 1]),
            (2, 3, &[2, 2]),
            (3, 2, &[3]),
            (4, 2, &[2]),
        ] {
            let mut trees = vec![(0, vec![0; width])];
            for (p, j) in itertools::iproduct!(0..width, 1..=k) {
                let mut residues = vec![0; width];
                residues[p] = j % k;
                trees.push((j, residues));
            }
            for power in powers {
                let sets = itertools::Itertools::combinations_with_replacement(
                    trees.clone().into_iter(),
                    index(*power),
                );
                trees = sets
                    .map(|set| {
                        let residue = |p: usize| set.iter().map(|t| t.1[p]).sum::<u64>() % k;
                        (set.iter().map(|t| t.0).sum(), (0..width).map(residue).collect())
                    })
                    .collect();
            }
            for ((b, kind), found) in counted(k, width as u64, powers) {
                // A list of residues of this type.
                let mut residues: Vec<u64> =
                    (1..).zip(&kind).flat_map(|(r, n)| vec![r; index(*n)]).collect();
                residues.resize(width, 0);
                let expected = trees.iter().filter(|t| **t == (b, residues.clone())).count();
                assert_eq!(found, expected.into(), "{k} {width} {powers:?} {b} {kind:?}");
            }
        }
    }

    #[test]
    fn large_trees_are_refused() {
        let new = |k, width, degree, powers: &[u64]| {
            Channels::new(k, width, degree, powers, &Work::new()).is_some()
        };
        assert!(new(3, 1 << 24, 9, &[1, 3, 1]));
        assert!(!new(64, 2, 64 * 64, &[64]) && !new(3, 2, 729, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]));
    }
}
