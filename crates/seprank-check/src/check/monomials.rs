//! The numbers of monomials of one degree, and of their products.
//!
//! `x_{v_1} .. x_{v_k}` with `v_1 <= .. <= v_k` has the number `sum_j C(v_j + j - 1, j)`, j = 1..=k, among the
//! monomials of degree k: those whose largest variable is v come after all in smaller variables.

use super::ring::{Residues, Ring};

/// Monomials in some variables, up to some degree, with the products by one variable.
pub(super) struct Monomials {
    pub(super) variables: usize,
    pub(super) degree: usize,
    /// `choose[j][i] = C(i, j)`.
    choose: Vec<Vec<u64>>,
    /// Of degree k: the number of `m x_v` at `v * count(k) + m`.
    products: Vec<Vec<u32>>,
}

impl Monomials {
    /// The numbers of entries in the tables of products, and of monomials of the largest degree; `None` past
    /// 2^32.
    pub(super) fn sizes(variables: u64, degree: u64) -> Option<(u64, u64)> {
        let (mut count, mut below) = (1u64, 0u64);
        for k in 0..degree {
            below = below.checked_add(count)?;
            // C(n + k, k + 1) from C(n + k - 1, k).
            count = count.checked_mul(variables + k)? / (k + 1);
            if count > 1 << 32 {
                return None;
            }
        }
        Some((below.checked_mul(variables)?, count))
    }

    /// Cost and memory: [`Monomials::sizes`], which the caller has seen to be small.
    pub(super) fn new(variables: usize, degree: usize) -> Self {
        let mut choose = vec![vec![1u64; variables + degree + 2]];
        for j in 0..=degree {
            let mut row = vec![0u64; variables + degree + 2];
            for i in 1..row.len() {
                row[i] = row[i - 1].saturating_add(choose[j][i - 1]);
            }
            choose.push(row);
        }
        let mut monomials = Self { variables, degree, choose, products: Vec::new() };
        monomials.products = (0..degree).map(|k| monomials.table(k)).collect();
        monomials
    }

    /// Number of monomials of degree k.
    pub(super) fn count(&self, k: usize) -> usize {
        self.choose[k][self.variables + k - usize::from(k > 0)] as usize
    }

    fn table(&self, k: usize) -> Vec<u32> {
        let count = self.count(k);
        let mut table = vec![0; count * self.variables];
        let mut tuple = vec![0usize; k];
        let mut after = vec![0u64; k + 1];
        for m in 0..count {
            // The later variables move one place on when one is put before them.
            for (t, &v) in tuple.iter().enumerate().rev() {
                after[t] = after[t + 1] + self.choose[t + 2][v + t + 1];
            }
            let (mut before, mut place) = (0, 0);
            for v in 0..self.variables {
                while place < k && tuple[place] <= v {
                    before += self.choose[place + 1][tuple[place] + place];
                    place += 1;
                }
                table[v * count + m] =
                    (before + self.choose[place + 1][v + place] + after[place]) as u32;
            }
            self.advance(&mut tuple);
        }
        table
    }

    /// The next monomial by number; after the last one anything.
    fn advance(&self, tuple: &mut [usize]) {
        for t in 0..tuple.len() {
            let most = tuple.get(t + 1).copied().unwrap_or(self.variables - 1);
            if tuple[t] < most {
                tuple[t] += 1;
                tuple[..t].fill(0);
                return;
            }
        }
    }

    /// Calls `f` with the sorted variables of each monomial of degree k, by number.
    pub(super) fn each(&self, k: usize, mut f: impl FnMut(&[usize])) {
        let mut tuple = vec![0; k];
        for _ in 0..self.count(k) {
            f(&tuple);
            self.advance(&mut tuple);
        }
    }

    /// The number of the monomial with these sorted variables.
    pub(super) fn number(&self, tuple: &[usize]) -> u32 {
        tuple.iter().enumerate().map(|(t, v)| self.choose[t + 1][v + t]).sum::<u64>() as u32
    }

    /// The number of the product of monomial m of degree k by `x_v`.
    pub(super) fn product(&self, k: usize, m: usize, v: usize) -> usize {
        self.products[k][v * self.count(k) + m] as usize
    }

    /// The variables of monomial m of degree k, decreasing.
    pub(super) fn variables(&self, k: usize, mut m: u32) -> impl Iterator<Item = usize> {
        (1..=k).rev().map(move |k| {
            let (v, rest) = self.split(k, m);
            m = rest;
            v
        })
    }

    /// The largest variable of monomial m of degree k >= 1, and the number of the rest of it.
    fn split(&self, k: usize, m: u32) -> (usize, u32) {
        let row = &self.choose[k];
        let v = (0..self.variables).rfind(|v| row[v + k - 1] <= u64::from(m)).unwrap_or(0);
        (v, m - row[v + k - 1] as u32)
    }
}

/// The products of one monomial by a list of monomials, each through its part without its largest variable,
/// so that monomials that begin alike share the work.
pub(super) struct Multiples {
    /// For each degree from 1: where the rest stands in the level before, and the variable.
    levels: Vec<Vec<(u32, u32)>>,
    /// Where each monomial of the list stands in the last level.
    places: Vec<u32>,
}

impl Multiples {
    /// The list has monomials of degree `k`, each below [`Monomials::count`].
    pub(super) fn new(monomials: &Monomials, k: usize, list: &[u32]) -> Self {
        let sorted = |mut list: Vec<u32>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        let place = |list: &[u32], m: u32| list.partition_point(|x| *x < m) as u32;
        let mut current = sorted(list.to_vec());
        let places = list.iter().map(|m| place(&current, *m)).collect();
        let mut levels = Vec::new();
        for degree in (1..=k).rev() {
            let parts: Vec<_> = current.iter().map(|m| monomials.split(degree, *m)).collect();
            let rest = sorted(parts.iter().map(|p| p.1).collect());
            levels.push(parts.iter().map(|(v, r)| (place(&rest, *r), *v as u32)).collect());
            current = rest;
        }
        levels.reverse();
        Self { levels, places }
    }

    /// The number of steps for one monomial.
    pub(super) fn steps(&self) -> u64 {
        self.levels.iter().map(|level| level.len() as u64).sum::<u64>() + self.places.len() as u64
    }

    /// The numbers of the products of monomial `m` of degree `k` by those of the list.
    pub(super) fn of<'a>(
        &'a self,
        monomials: &Monomials,
        k: usize,
        m: usize,
        spare: &'a mut [Vec<u32>; 2],
    ) -> impl Iterator<Item = usize> + 'a {
        let [before, now] = spare;
        now.clear();
        now.push(m as u32);
        for (step, level) in self.levels.iter().enumerate() {
            std::mem::swap(before, now);
            now.clear();
            let (table, count) = (&monomials.products[k + step], monomials.count(k + step));
            now.extend(
                level
                    .iter()
                    .map(|(rest, v)| table[*v as usize * count + before[*rest as usize] as usize]),
            );
        }
        let now = &*now;
        self.places.iter().map(move |place| now[*place as usize] as usize)
    }
}

/// alpha! of the monomial with these sorted variables.
pub(super) fn factorial(ring: &Residues, tuple: &[usize]) -> u64 {
    let (mut product, mut run) = (1, 0u64);
    for (t, v) in tuple.iter().enumerate() {
        run = if t > 0 && tuple[t - 1] == *v { run + 1 } else { 1 };
        product = ring.multiply(&product, &run);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against sorted lists of variables, put together and sorted again.
    #[test]
    fn numbers_are_those_of_the_monomials() {
        for (n, top) in [(1, 4), (2, 5), (3, 4), (5, 3)] {
            let monomials = Monomials::new(n, top);
            let lists: Vec<Vec<Vec<usize>>> = (0..=top)
                .map(|k| {
                    let mut list = Vec::new();
                    monomials.each(k, |tuple| list.push(tuple.to_vec()));
                    list
                })
                .collect();
            assert_eq!(
                Monomials::sizes(n as u64, top as u64),
                Some((
                    lists[..top].iter().map(|l| (l.len() * n) as u64).sum(),
                    lists[top].len() as u64
                ))
            );
            for (k, list) in lists.iter().enumerate() {
                assert!(list.windows(2).all(|w| w[0].iter().rev().lt(w[1].iter().rev())));
                for (m, tuple) in list.iter().enumerate() {
                    assert_eq!(monomials.number(tuple), m as u32);
                    assert!(monomials.variables(k, m as u32).eq(tuple.iter().rev().copied()));
                    for extra in 0..=top - k {
                        let others = &lists[extra];
                        let all: Vec<u32> = (0..others.len() as u32).rev().collect();
                        let multiples = Multiples::new(&monomials, extra, &all);
                        let mut spare = Default::default();
                        let found = multiples.of(&monomials, k, m, &mut spare);
                        for (product, other) in found.zip(others.iter().rev()) {
                            let mut expected = [&tuple[..], other].concat();
                            expected.sort_unstable();
                            assert_eq!(lists[k + extra][product], expected);
                        }
                    }
                }
            }
        }
    }
}
