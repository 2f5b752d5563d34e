//! The trees of Theorem 4.7, counted by their degree in B and, for every channel, by that degree modulo k.
//!
//! A leaf is one factor after the first activation: it has no part in B, or a channel and a degree 1..=k in
//! B. A node is a multiset of kappa trees, kappa the degree of its activation. The numbers are read off a
//! polynomial: with `q_i = sum_p e_p^i`, `e_p` the generator of channel p in the group ring of `(Z/k)^d`, the
//! leaves are `1 + sum_{j=1}^k z^j q_{j mod k}`, `q_0 = d`; multisets are Newton's identity
//! `n h_n = sum_{i=1}^n psi_i h_{n-i}`, where psi_i takes z to z^i and q_s to q_{is mod k}.

use super::numbers::{choose, multiset};
use rug::ops::Pow;
use rug::{Complete, Integer, Rational};
use std::collections::BTreeMap;

/// Exponents of `q_1, .., q_{k-1}`; or a type: the numbers of channels with residue 1, .., k-1.
type Exponents = Vec<usize>;

/// By the degree in z: the coefficients of the powers of the q.
type Series = Vec<BTreeMap<Exponents, Rational>>;

/// What is counted: leaves of d channels with degree k, then activations of these degrees.
pub(super) struct Trees<'a> {
    pub(super) width: usize,
    pub(super) k: u64,
    pub(super) activations: &'a [u64],
}

/// The degree of a network is at most this.
const MAX_DEGREE: u64 = 512;

/// Products of two coefficients, monomials in the q, and entries of the largest table are at most so many.
const MAX_PRODUCTS: u64 = 1_000_000;
const MAX_MONOMIALS: u64 = 700;
const MAX_ENTRIES: u64 = 100_000;

impl Trees<'_> {
    /// `N(a)` for a = 0..=kM, M the number of leaves: the sum over the residues r of the channels of the
    /// lesser of the monomials `x^alpha` of degree a with `alpha_p = -r_p mod k` and `sum_p ceil(alpha_p/k) <= M`,
    /// and of the trees of degree kM - a in B with these residues. `None` where that takes too long.
    pub(super) fn functions(&self) -> Option<Vec<Integer>> {
        let leaves = self.activations.iter().try_fold(1u64, |m, kappa| m.checked_mul(*kappa))?;
        let degree = self.k.checked_mul(leaves).filter(|degree| *degree <= MAX_DEGREE)? as usize;
        if !self.affordable(degree) {
            return None;
        }
        let types = self.weighted(degree, self.width);
        let trees = self.counted(&types, degree);
        let k = self.k as usize;
        let mut functions = vec![Integer::new(); degree + 1];
        for (t, kind) in types.iter().enumerate() {
            let (channels, defect) = (kind.iter().sum::<usize>(), weight(kind));
            let places = places(self.width, kind);
            for m in channels..=leaves as usize {
                let a = k * m - defect;
                let monomials = multiset(&Integer::from(self.width), (m - channels) as u64);
                functions[a] += &places * monomials.min(trees[degree - a][t].clone());
            }
        }
        Some(functions)
    }

    /// Whether the sums are short, by the numbers of monomials in the q.
    fn affordable(&self, degree: usize) -> bool {
        // Monomials of weight 0, .., D, weight i for q_i, and of degree b in z: those of weight b, b - k, ..
        let mut by_weight = vec![0u64; degree + 1];
        by_weight[0] = 1;
        for i in 1..(self.k as usize).min(degree + 1) {
            for weight in i..=degree {
                by_weight[weight] = by_weight[weight].saturating_add(by_weight[weight - i]);
            }
        }
        let mut by_degree = by_weight.clone();
        for b in self.k as usize..=degree {
            by_degree[b] = by_degree[b].saturating_add(by_degree[b - self.k as usize]);
        }
        let sum = |list: &[u64]| list.iter().fold(0u64, |s, x| s.saturating_add(*x));
        let monomials = sum(&by_weight);
        if monomials > MAX_MONOMIALS {
            return false;
        }
        // What trees of so many leaves have at most; the products psi_i h_{n-i} for each activation.
        let terms = |leaves: usize| sum(&by_degree[..=self.k as usize * leaves]);
        let (mut leaves, mut products) = (1, 0u64);
        for &kappa in self.activations {
            let sets: Vec<u64> = (0..kappa as usize).map(|n| terms(leaves * n)).collect();
            let below: u64 = (1..=sets.len()).map(|n| sum(&sets[..n])).sum();
            products = products.saturating_add(terms(leaves).saturating_mul(below));
            leaves *= kappa as usize;
        }
        let types = self.weighted(degree, self.width).len().max(degree) as u64;
        products <= MAX_PRODUCTS && monomials * types <= MAX_ENTRIES
    }

    /// All lists of k - 1 numbers with sum at most `parts` and [`weight`] at most `most`, by their sum.
    fn weighted(&self, most: usize, parts: usize) -> Vec<Exponents> {
        let mut all = vec![(Exponents::new(), most, parts)];
        for i in 1..self.k as usize {
            let more = |(list, rest, parts): (Exponents, usize, usize)| {
                (0..=parts.min(rest / i))
                    .map(move |n| ([&list[..], &[n]].concat(), rest - n * i, parts - n))
            };
            all = all.into_iter().flat_map(more).collect();
        }
        let mut all: Vec<Exponents> = all.into_iter().map(|(list, ..)| list).collect();
        all.sort_by_key(|list| list.iter().sum::<usize>());
        all
    }

    /// By the degree in z and the type: the trees whose channels have given residues of that type.
    fn counted(&self, types: &[Exponents], degree: usize) -> Vec<Vec<Integer>> {
        let series = self.series();
        let moves = self.moves(types);
        let mut counts = vec![vec![Rational::new(); types.len()]; degree + 1];
        // For each monomial in the q the coefficient at a group element of each type.
        let mut powers: BTreeMap<Exponents, Vec<Integer>> = BTreeMap::new();
        for e in self.weighted(degree, degree) {
            let row: Vec<Integer> = match e.iter().position(|n| *n > 0) {
                None => types.iter().map(|t| u8::from(weight(t) == 0).into()).collect(),
                Some(i) => {
                    let mut smaller = e.clone();
                    smaller[i] -= 1;
                    let smaller = &powers[&smaller];
                    let at = |list: &Vec<(usize, usize)>| -> Integer {
                        list.iter()
                            .map(|(t, times)| (&smaller[*t] * *times as u64).complete())
                            .sum()
                    };
                    moves[i].iter().map(at).collect()
                }
            };
            for (terms, counts) in series.iter().zip(&mut counts) {
                let Some(factor) = terms.get(&e) else { continue };
                for (count, x) in counts.iter_mut().zip(&row).filter(|(_, x)| **x != 0) {
                    *count += (factor * x).complete();
                }
            }
            powers.insert(e, row);
        }
        // Numbers of trees, so integers.
        let whole = |row: Vec<Rational>| row.into_iter().map(|x| x.into_numer_denom().0).collect();
        counts.into_iter().map(whole).collect()
    }

    /// Multiplication by q_i, i = 1..k, at an element of each type: the types before, and how often. One
    /// channel of residue s had s - i. (What is not in the list has no coefficient.)
    fn moves(&self, types: &[Exponents]) -> Vec<Vec<Vec<(usize, usize)>>> {
        let k = self.k as usize;
        let place: BTreeMap<&Exponents, usize> =
            types.iter().enumerate().map(|(t, n)| (n, t)).collect();
        let before = |kind: &Exponents, i: usize| -> Vec<(usize, usize)> {
            let rest = self.width - kind.iter().sum::<usize>();
            let number = |s: usize| if s == 0 { rest } else { kind[s - 1] };
            let moved = |s: usize| {
                let mut moved = kind.clone();
                let to = (s + k - i) % k;
                if s > 0 {
                    moved[s - 1] -= 1;
                }
                if to > 0 {
                    moved[to - 1] += 1;
                }
                place.get(&moved).map(|t| (*t, number(s)))
            };
            (0..k).filter(|s| number(*s) > 0).filter_map(moved).collect()
        };
        (1..k).map(|i| types.iter().map(|kind| before(kind, i)).collect()).collect()
    }

    /// The polynomial of the whole trees.
    fn series(&self) -> Series {
        let k = self.k as usize;
        let none: Exponents = vec![0; k - 1];
        let mut leaves: Series = vec![BTreeMap::new(); k + 1];
        leaves[0].insert(none.clone(), Rational::from(1));
        for j in 1..k {
            let mut one = none.clone();
            one[j - 1] = 1;
            leaves[j].insert(one, Rational::from(1));
        }
        leaves[k].insert(none.clone(), Rational::from(self.width));
        self.activations.iter().fold(leaves, |series, kappa| self.multisets(&series, *kappa))
    }

    /// Multisets of `size` of what the series counts.
    fn multisets(&self, series: &Series, size: u64) -> Series {
        let one = BTreeMap::from([(vec![0; self.k as usize - 1], Rational::from(1))]);
        let mut all: Vec<Series> = vec![vec![one]];
        for n in 1..=size as usize {
            let mut sum: Series = vec![BTreeMap::new(); (series.len() - 1) * n + 1];
            for i in 1..=n {
                let power = self.adams(series, i);
                for (b, left) in power.iter().enumerate() {
                    for (c, right) in all[n - i].iter().enumerate() {
                        add_product(&mut sum[b + c], left, right);
                    }
                }
            }
            for x in sum.iter_mut().flat_map(BTreeMap::values_mut) {
                *x /= n as u64;
            }
            all.push(sum);
        }
        all.pop().expect("at least one")
    }

    /// psi_i.
    fn adams(&self, series: &Series, i: usize) -> Series {
        let k = self.k as usize;
        let mut image: Series = vec![BTreeMap::new(); (series.len() - 1) * i + 1];
        for (b, terms) in series.iter().enumerate() {
            for (e, x) in terms {
                let (mut moved, mut factor) = (vec![0; k - 1], x.clone());
                for (s, n) in (1..k).zip(e) {
                    match s * i % k {
                        0 => factor *= Integer::from(self.width).pow(*n as u32),
                        t => moved[t - 1] += n,
                    }
                }
                *image[b * i].entry(moved).or_default() += factor;
            }
        }
        image
    }
}

/// Adds the product of two polynomials in the q.
fn add_product(
    sum: &mut BTreeMap<Exponents, Rational>,
    left: &BTreeMap<Exponents, Rational>,
    right: &BTreeMap<Exponents, Rational>,
) {
    for (e, x) in left {
        for (f, y) in right {
            let both: Exponents = e.iter().zip(f).map(|(e, f)| e + f).collect();
            *sum.entry(both).or_default() += (x * y).complete();
        }
    }
}

/// `sum_i i n_i`.
fn weight(list: &[usize]) -> usize {
    list.iter().zip(1..).map(|(n, i)| n * i).sum()
}

/// Ways to choose the channels of each residue.
fn places(width: usize, kind: &[usize]) -> Integer {
    let mut rest = Integer::from(width);
    kind.iter().fold(Integer::from(1), |product, n| {
        let choices = choose(rest.clone(), *n as u64);
        rest -= *n as u64;
        product * choices
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every tree, one by one, as the multiset that it is: degree in B and residues of the channels.
    fn all_trees(width: usize, k: usize, activations: &[u64]) -> Vec<(usize, Vec<usize>)> {
        let mut leaves = vec![(0, vec![0; width])];
        for (p, j) in itertools::iproduct!(0..width, 1..=k) {
            let mut residues = vec![0; width];
            residues[p] = j % k;
            leaves.push((j, residues));
        }
        activations.iter().fold(leaves, |trees, kappa| {
            let sets = itertools::Itertools::combinations_with_replacement(
                trees.iter(),
                usize::try_from(*kappa).unwrap(),
            );
            let node = |set: Vec<&(usize, Vec<usize>)>| {
                let residue = |p: usize| set.iter().map(|t| t.1[p]).sum::<usize>() % k;
                (set.iter().map(|t| t.0).sum(), (0..width).map(residue).collect())
            };
            sets.map(node).collect()
        })
    }

    #[test]
    fn trees_are_counted() {
        for (width, k, activations) in [
            (1, 1, &[2, 2][..]),
            (2, 1, &[3]),
            (1, 2, &[1, 2, 1]),
            (2, 2, &[2, 2]),
            (3, 2, &[1, 2, 2]),
            (2, 3, &[3]),
            (3, 3, &[2]),
            (2, 4, &[2]),
            (2, 5, &[1]),
        ] {
            let leaves = activations.iter().product::<u64>() as usize;
            let trees = all_trees(width, k, activations);
            let mut expected = vec![0; k * leaves + 1];
            let ranges = std::iter::repeat_n(0..k, width);
            for residues in itertools::Itertools::multi_cartesian_product(ranges) {
                for (a, entry) in expected.iter_mut().enumerate() {
                    let exponents = std::iter::repeat_n(0..=a, width);
                    let exponents = itertools::Itertools::multi_cartesian_product(exponents);
                    let allowed = exponents.filter(|alpha| {
                        alpha.iter().sum::<usize>() == a
                            && alpha.iter().map(|x| x.div_ceil(k)).sum::<usize>() <= leaves
                            && alpha.iter().zip(&residues).all(|(x, r)| (x + r) % k == 0)
                    });
                    let of = (k * leaves - a, residues.clone());
                    *entry += allowed.count().min(trees.iter().filter(|t| **t == of).count());
                }
            }
            let found = Trees { width, k: k as u64, activations }.functions().unwrap();
            assert_eq!(found, expected, "{width} {k} {activations:?}");
        }
    }

    #[test]
    fn what_takes_too_long_is_refused() {
        let functions = |width, k, activations| Trees { width, k, activations }.functions();
        assert!(functions(64, 3, &[1, 3, 1]).is_some());
        assert!(functions(1 << 24, 2, &[1, 2, 1]).is_some());
        assert!(functions(2, 64, &[64, 64]).is_none());
        assert!(functions(2, 2, &[2; 9]).is_none());
        assert!(functions(2, 64, &[8]).is_none());
        assert!(functions(2, 2, &[2; 64]).is_none());
        assert!(functions(2, u64::MAX, &[2]).is_none());
    }
}
