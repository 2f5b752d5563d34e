//! Classes of rows and columns by sign symmetry, of which a block is the direct sum.

use super::{Monomials, Side};
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
    /// Of the channels of one token, where the variables are products of two of them.
    channels: Vec<u32>,
}

/// Rows and columns of one block whose labels add up to 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The label that its columns, and its rows, have.
    pub label: u32,
    /// Numbers of its rows, increasing.
    pub rows: Vec<usize>,
    /// Numbers of its columns, increasing.
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
        let none = |n| vec![0; n];
        let channels = none(components);
        Self { variables: none(variables), components: none(components), channels }
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
        Some(Self { variables, components, channels: (0..d).map(bit).collect() })
    }

    /// Whether the function with these coefficients of degree `degree`, by components, has them.
    pub(super) fn hold(&self, monomials: &Monomials, degree: usize, coefficients: &[u32]) -> bool {
        let of_gamma = monomials.labels(degree, &self.variables);
        let entries = coefficients.chunks_exact(self.components.len());
        entries
            .zip(of_gamma)
            .all(|(list, g)| list.iter().zip(&self.components).all(|(c, k)| *c == 0 || *k == g))
    }

    /// The label of each monomial of degree k in the variables, in order.
    pub(super) fn of_monomials(&self, monomials: &Monomials, k: usize) -> Vec<u32> {
        monomials.labels(k, &self.variables)
    }

    /// Those of the `width` channels of a token; all 0 where none are known.
    pub fn channels(&self, width: usize) -> Vec<u32> {
        if self.channels.len() == width { self.channels.clone() } else { vec![0; width] }
    }

    /// Those of the components.
    pub(super) fn of_components(&self) -> &[u32] {
        &self.components
    }

    /// The sizes of the classes of the blocks of degree b = 0..=`degree` in the columns, by label, for sides
    /// of these kinds. Counts past 64 bits stay at the largest.
    ///
    /// Cost: no monomial is made; for each label of a variable, each pair of degrees and each label of
    /// a monomial one product.
    pub fn sizes(&self, degree: u64, sides: [Side; 2]) -> Vec<Vec<ClassSize>> {
        let free = sides.contains(&Side::Free).then(|| counts(&self.variables, degree));
        let of_token = sides.contains(&Side::OneToken);
        let of_token = of_token.then(|| counts(&self.channels, 2 * degree + 1));
        let list = |from: &Option<Counts>, k: usize| -> BTreeMap<u32, u64> {
            from.as_ref().map(|list| list[k].clone()).unwrap_or_default()
        };
        let output = self.channels.first().zip(self.components.first()).map_or(0, |(x, y)| x ^ y);
        let block = |b: usize| {
            let a = degree as usize - b;
            let mut sizes: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
            let mut add = |label: u32, rows: u64, cols: u64| {
                let sum = sizes.entry(label).or_default();
                *sum = (sum.0.saturating_add(rows), sum.1.saturating_add(cols));
            };
            match sides[0] {
                Side::Free => {
                    for (label, count) in list(&free, a) {
                        self.components.iter().for_each(|k| add(label ^ k, count, 0));
                    }
                }
                Side::OneToken => {
                    let rows = list(&of_token, 2 * a + 1);
                    rows.into_iter().for_each(|(label, count)| add(label ^ output, count, 0));
                }
            }
            let cols = match sides[1] {
                Side::Free => list(&free, b),
                Side::OneToken => list(&of_token, 2 * b),
            };
            cols.into_iter().for_each(|(label, count)| add(label, 0, count));
            sizes.into_iter().map(|(label, (rows, cols))| ClassSize { label, rows, cols }).collect()
        };
        (0..=degree as usize).map(block).collect()
    }
}

/// By degree, the number of monomials of each label.
type Counts = Vec<BTreeMap<u32, u64>>;

/// The number of monomials of each degree up to `degree` in variables of these labels.
fn counts(labels: &[u32], degree: u64) -> Counts {
    let mut variables: BTreeMap<u32, u64> = BTreeMap::new();
    for label in labels {
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
}
