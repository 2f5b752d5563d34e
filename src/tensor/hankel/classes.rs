//! Classes of rows and columns by sign symmetry, of which a block is the direct sum.

use super::Monomials;
use crate::arith::Ring;
use crate::network::{Network, Problem};
use crate::tensor::count_monomials;
use nalgebra::DMatrix;
use std::collections::BTreeMap;

/// So many sets of channels are told apart; more are put together, which is a symmetry too.
const MOST_PARTS: u32 = 16;

/// A label, that is some bits, for every variable and every component; labels of products add without carry.
/// A coefficient (k, gamma) of the function is zero unless its labels add up to 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    variables: Vec<u32>,
    components: Vec<u32>,
}

/// Rows (k, alpha) and columns beta of one block whose labels add up to 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The label that its columns, and its rows, have.
    pub label: u32,
    /// Numbers of its rows: `alpha * components + k`.
    pub rows: Vec<usize>,
    /// Numbers of its columns.
    pub cols: Vec<usize>,
}

/// How many rows and columns a class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassSize {
    /// As of [`Class`].
    pub label: u32,
    /// Number of rows.
    pub rows: u64,
    /// Number of columns.
    pub cols: u64,
}

impl ClassSize {
    /// The largest rank there may be.
    pub fn order(self) -> u64 {
        self.rows.min(self.cols)
    }
}

impl Labels {
    /// No symmetry: one class.
    pub fn none(variables: usize, components: usize) -> Self {
        Self { variables: vec![0; variables], components: vec![0; components] }
    }

    /// Those of attention with these weights: the channels fall into the finest sets such that every W
    /// and every V is zero between different ones. For a diagonal D of signs that is constant on the sets,
    /// `D W D = W` and `D V D = V`, so `f(X D) = f(X) D_p` for the output channel p. So a coefficient of
    /// `x_k G^gamma` is zero unless the indices in it that lie in a set are, for each set, as many as
    /// those of p, modulo 2. With a bit for each set, that of channel k being s(k), x_k has the
    /// label `s(k) + s(p)` and G_ij the label `s(i) + s(j)`.
    ///
    /// `None` if the first layer has no heads. Cost: d^2 d_a products for each head at most, and fewer where
    /// factors are sparse or no sets are left to be joined.
    pub fn of_attention<T: Ring>(problem: &Problem, network: &Network<T>) -> Option<Self> {
        let d = problem.width();
        network.heads(0).next()?;
        let heads = (0..network.layers().len()).flat_map(|layer| network.heads(layer));
        let parts = parts(d, heads.flat_map(|h| [(h.query, h.key), (h.output, h.value)]));
        let bit = |channel: usize| 1u32 << parts[channel].min(MOST_PARTS - 1);
        let pairs = (0..d).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let variables = pairs.map(|(i, j)| bit(i) ^ bit(j)).collect();
        let output = bit(problem.output().channel);
        let components = (0..d).map(|k| bit(k) ^ output).collect();
        Some(Self { variables, components })
    }

    /// Whether the function with these coefficients of degree `degree`, by components, has them.
    pub(super) fn hold(&self, monomials: &Monomials, degree: usize, coefficients: &[u32]) -> bool {
        let of_gamma = monomials.labels(degree, &self.variables);
        let entries = coefficients.chunks_exact(self.components.len());
        entries
            .zip(of_gamma)
            .all(|(list, g)| list.iter().zip(&self.components).all(|(c, k)| *c == 0 || *k == g))
    }

    /// The classes of the block with rows of degree `a` and columns of degree `b`, by label.
    pub(super) fn classes(&self, monomials: &Monomials, (a, b): (usize, usize)) -> Vec<Class> {
        let mut classes: BTreeMap<u32, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (alpha, label) in monomials.labels(a, &self.variables).iter().enumerate() {
            for (k, of_k) in self.components.iter().enumerate() {
                let (rows, _) = classes.entry(label ^ of_k).or_default();
                rows.push(alpha * self.components.len() + k);
            }
        }
        for (beta, label) in monomials.labels(b, &self.variables).iter().enumerate() {
            classes.entry(*label).or_default().1.push(beta);
        }
        classes.into_iter().map(|(label, (rows, cols))| Class { label, rows, cols }).collect()
    }

    /// The sizes of the classes of the blocks of degree b = 0..=`degree` in the columns, by label. Counts
    /// past 64 bits stay at the largest.
    ///
    /// Cost: no monomial is made; for each label of a variable, each pair of degrees and each label of
    /// a monomial one product.
    pub fn sizes(&self, degree: u64) -> Vec<Vec<ClassSize>> {
        let counts = self.counts(degree);
        let block = |b: usize| {
            let mut sizes: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
            for ((label, count), of_k) in
                itertools::iproduct!(&counts[degree as usize - b], &self.components)
            {
                let (rows, _) = sizes.entry(label ^ of_k).or_default();
                *rows = rows.saturating_add(*count);
            }
            for (label, count) in &counts[b] {
                sizes.entry(*label).or_default().1 = *count;
            }
            sizes.into_iter().map(|(label, (rows, cols))| ClassSize { label, rows, cols }).collect()
        };
        (0..counts.len()).map(block).collect()
    }

    /// The number of monomials of each degree up to `degree`, by label.
    fn counts(&self, degree: u64) -> Vec<BTreeMap<u32, u64>> {
        let mut variables: BTreeMap<u32, u64> = BTreeMap::new();
        for label in &self.variables {
            *variables.entry(*label).or_default() += 1;
        }
        let mut counts = vec![BTreeMap::new(); degree as usize + 1];
        counts[0].insert(0u32, 1u64);
        for (label, number) in variables {
            // Products of the monomials so far with those of degree j in the variables of this label.
            let of_degree = |j: u64| count_monomials(number, j, true).unwrap_or(u64::MAX);
            let factors: Vec<u64> = (0..=degree).map(of_degree).collect();
            let mut next = vec![BTreeMap::new(); counts.len()];
            for (k, list) in counts.iter().enumerate().filter(|(_, list)| !list.is_empty()) {
                for (j, factor) in factors[..counts.len() - k].iter().enumerate() {
                    let flip = if j % 2 == 1 { label } else { 0 };
                    for (of_list, count) in list {
                        let sum: &mut u64 = next[k + j].entry(of_list ^ flip).or_default();
                        *sum = sum.saturating_add(count.saturating_mul(*factor));
                    }
                }
            }
            counts = next;
        }
        counts
    }
}

/// The number of the set of each of d channels: the connected components by the non-zero entries of
/// all products `P Q^T` of the pairs (P, Q), numbered by their first channel.
fn parts<'a, T: Ring>(
    d: usize,
    pairs: impl Iterator<Item = (&'a DMatrix<T>, &'a DMatrix<T>)>,
) -> Vec<u32> {
    let mut first: Vec<usize> = (0..d).collect();
    for (p, q) in pairs {
        for i in 0..d {
            let support: Vec<usize> = (0..p.ncols()).filter(|t| !p[(i, *t)].is_zero()).collect();
            for j in 0..d {
                let (low, high) = (first[i].min(first[j]), first[i].max(first[j]));
                let product = |t: &usize| p[(i, *t)].clone() * q[(j, *t)].clone();
                let entry = || support.iter().map(product).fold(T::zero(), |sum, x| sum + x);
                if low < high && !entry().is_zero() {
                    first.iter_mut().filter(|f| **f == high).for_each(|f| *f = low);
                }
            }
        }
    }
    let mut numbers = BTreeMap::new();
    for f in &first {
        let next = numbers.len() as u32;
        numbers.entry(*f).or_insert(next);
    }
    first.iter().map(|f| numbers[f]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_channels_are_joined_by_entries() {
        let matrix = |at: &[(usize, usize)]| {
            let mut m = DMatrix::from_element(5, 5, crate::arith::Rational::from(0));
            at.iter().for_each(|at| m[*at] = 1.into());
            m
        };
        let one = DMatrix::identity(5, 5);
        let of = |list: &[&[(usize, usize)]]| {
            let list: Vec<_> = list.iter().map(|at| matrix(at)).collect();
            let swapped = list.iter().map(|m| (&one, m));
            let found = parts(5, list.iter().map(|m| (m, &one)));
            // The same sets by the transposes.
            assert_eq!(found, parts(5, swapped));
            found
        };
        assert_eq!(of(&[]), [0, 1, 2, 3, 4]);
        assert_eq!(of(&[&[(1, 1), (3, 4)]]), [0, 1, 2, 3, 3]);
        assert_eq!(of(&[&[(4, 1)], &[(2, 4)]]), [0, 1, 1, 2, 1]);
        assert_eq!(of(&[&[(2, 4), (1, 0)], &[(4, 0)]]), [0, 0, 0, 1, 0]);
        // (1, 1) times (1, -1): entries of the factors that cancel join nothing.
        let factor = |list: [i64; 4]| DMatrix::from_row_slice(2, 2, &list.map(Into::into));
        let (p, q) = (factor([1, 1, 0, 0]), factor([0, 0, 1, -1]));
        assert_eq!(parts::<crate::arith::Rational>(2, [(&p, &q)].into_iter()), [0, 1]);
    }

    /// Counted without monomials, and by listing them.
    #[test]
    fn sizes_are_those_of_the_classes() {
        let lists: [(&[u32], &[u32]); 5] = [
            (&[0], &[0]),
            (&[0, 3, 0], &[0, 3]),
            (&[0, 3, 0, 5, 6, 0], &[0, 3, 5]),
            (&[0, 0, 0, 3, 3, 0], &[3, 3, 0]),
            (&[1, 2, 4, 4], &[7]),
        ];
        for (variables, components) in lists {
            let labels = Labels { variables: variables.into(), components: components.into() };
            let monomials = Monomials::new(variables.len(), 6);
            for degree in 0..=6u64 {
                let listed = (0..=degree as usize).map(|b| {
                    let classes = labels.classes(&monomials, (degree as usize - b, b));
                    let size = |c: Class| {
                        let (rows, cols) = (c.rows.len() as u64, c.cols.len() as u64);
                        ClassSize { label: c.label, rows, cols }
                    };
                    classes.into_iter().map(size).collect::<Vec<_>>()
                });
                assert_eq!(labels.sizes(degree), listed.collect::<Vec<_>>(), "{variables:?}");
            }
        }
    }
}
