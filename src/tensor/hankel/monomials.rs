//! Dense indexing of the monomials of one degree.

use crate::stop::{NEVER, Stop};

/// The monomials in n variables of each degree up to a largest one, numbered.
///
/// A monomial `x_{i_1} .. x_{i_k}`, `i_1 <= .. <= i_k`, has the number
/// `sum_j C(i_j + j - 1, j)` among those of degree k (the combinatorial number system), so those in
/// the first v variables come first. The table of products by a variable makes every sum of
/// exponents a chain of look-ups.
#[derive(Clone, Debug)]
pub struct Monomials {
    variables: usize,
    /// `binomials[j][i] = C(i, j)`.
    binomials: Vec<Vec<usize>>,
    /// `products[k][m * variables + v]`: number of the product of monomial m of degree k by x_v.
    products: Vec<Vec<u32>>,
}

/// Monomials between two looks at what may stop.
pub(super) const PIECE: usize = 1 << 14;

/// The monomials of one degree by which another is multiplied.
#[derive(Clone, Debug)]
pub struct Chain {
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    /// As products of one variable more at each step: the place among those of the step before, and the
    /// variable.
    Steps(Vec<Vec<(u32, u32)>>),
    /// Of this degree, each by [`Monomials::before`].
    Exponents(usize, Vec<u32>),
}

impl Monomials {
    /// Tables for products up to `degree` of one variable or more. Cost and memory: 4 bytes for each variable and each
    /// monomial of degree below `degree`.
    pub fn new(variables: usize, degree: usize) -> Self {
        Self::until(variables, degree, &NEVER).expect("it is never due")
    }

    /// The same, or `None` once `stop` is due.
    pub(super) fn until(variables: usize, degree: usize, stop: &Stop) -> Option<Self> {
        let size = variables + degree + 1;
        let mut binomials = vec![vec![1usize; size + 1]];
        for j in 1..=degree + 1 {
            let mut row = vec![0usize; size + 1];
            for i in 1..=size {
                row[i] = row[i - 1].saturating_add(binomials[j - 1][i - 1]);
            }
            binomials.push(row);
        }
        let mut monomials = Self { variables, binomials, products: Vec::new() };
        for k in 0..degree {
            let mut table = Vec::with_capacity(monomials.count(k) * variables);
            let mut stopped = false;
            monomials.visit(k, |tuple| {
                if table.len() % (PIECE * variables) == 0 {
                    stopped |= stop.is_due();
                }
                if !stopped {
                    monomials.push_products(tuple, &mut table);
                }
            });
            if stopped {
                return None;
            }
            monomials.products.push(table);
        }
        Some(monomials)
    }

    /// Bytes that the tables take, or `None` past 64 bits.
    pub fn bytes(variables: u64, degree: u64) -> Option<u64> {
        let below = crate::tensor::count_monomials(variables, degree.saturating_sub(1), false)?;
        below.checked_mul(variables)?.checked_mul(4)
    }

    /// Number of variables n.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// Number of monomials of degree k: mc(n, k).
    pub fn count(&self, k: usize) -> usize {
        self.count_within(self.variables, k)
    }

    /// Number of monomials of degree k in the first `n` variables, n >= 1.
    fn count_within(&self, n: usize, k: usize) -> usize {
        self.binomials[k][n + k - 1]
    }

    /// Calls `f` with the sorted tuple of every monomial of degree k, in order of number.
    fn visit(&self, k: usize, mut f: impl FnMut(&[usize])) {
        let mut tuple = vec![0; k];
        loop {
            f(&tuple);
            // Colexicographic successor: raise the first entry that may grow, reset those before it.
            let Some(j) = (0..k).find(|&j| {
                let limit = tuple.get(j + 1).copied().unwrap_or(self.variables - 1);
                tuple[j] < limit
            }) else {
                return;
            };
            tuple[j] += 1;
            tuple[..j].fill(0);
        }
    }

    /// Appends the numbers of the products of a monomial by every variable.
    fn push_products(&self, tuple: &[usize], table: &mut Vec<u32>) {
        let k = tuple.len();
        // Entries up to v keep their place, v comes next, later entries move one place on.
        let mut after: usize = (0..k).map(|j| self.binomials[j + 2][tuple[j] + j + 1]).sum();
        let (mut before, mut place) = (0, 0);
        for v in 0..self.variables {
            while place < k && tuple[place] <= v {
                before += self.binomials[place + 1][tuple[place] + place];
                after -= self.binomials[place + 2][tuple[place] + place + 1];
                place += 1;
            }
            table.push((before + self.binomials[place + 1][v + place] + after) as u32);
        }
    }

    /// The number of the product of monomial m of degree k by `x_v`.
    pub fn product(&self, k: usize, m: usize, v: usize) -> usize {
        self.products[k][m * self.variables + v] as usize
    }

    /// How to multiply by each monomial of degree `degree` in `list`, which increases.
    ///
    /// Cost: for each degree up to that one a sort of at most as many numbers.
    pub fn chain(&self, degree: usize, list: &[usize]) -> Chain {
        let mut steps = Vec::with_capacity(degree);
        let mut needed = list.to_vec();
        for k in (1..=degree).rev() {
            // Those whose last variable is v begin with the number of those in the variables before;
            // the rest of the number is that of the monomial without that variable.
            let firsts: Vec<usize> = (0..self.variables)
                .map(|v| if v > 0 { self.count_within(v, k) } else { 0 })
                .collect();
            let split = needed.iter().map(|&m| {
                let v = firsts.partition_point(|&first| first <= m) - 1;
                (m - firsts[v], v as u32)
            });
            let split: Vec<(usize, u32)> = split.collect();
            let mut parents: Vec<usize> = split.iter().map(|(parent, _)| *parent).collect();
            parents.sort_unstable();
            parents.dedup();
            let place = |parent: usize| parents.partition_point(|&p| p < parent) as u32;
            steps.push(split.into_iter().map(|(parent, v)| (place(parent), v)).collect());
            needed = parents;
        }
        let many: usize = steps.iter().map(Vec::len).sum();
        let way = if many > list.len().saturating_mul(self.variables - 1) {
            Way::Exponents(degree, list.iter().flat_map(|&m| self.before(degree, m)).collect())
        } else {
            steps.reverse();
            Way::Steps(steps)
        };
        Chain { way }
    }

    /// For v = 1..n-1 the number c_v of factors `x_0 .. x_{v-1}` of monomial m of degree k. In them its number
    /// is `mc(n, k) - 1 - sum_v C(v + c_v - 1, c_v - 1)`: the numbers of its variables' places add up in
    /// pairs.
    fn before(&self, k: usize, m: usize) -> Vec<u32> {
        let mut counts = vec![0; self.variables - 1];
        let mut rest = m;
        for k in (1..=k).rev() {
            // The last variable is the largest whose first monomial is not after this one.
            let (mut low, mut high) = (0, self.variables);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if self.count_within(middle, k) <= rest { low = middle } else { high = middle }
            }
            if low > 0 {
                rest -= self.count_within(low, k);
            }
            counts[low..].iter_mut().for_each(|c| *c += 1);
        }
        counts
    }

    /// The numbers of the products of monomial `m` of degree k by those of `chain`, in order; `spare` is
    /// working room. Cost: one look-up for each step of the chain, or n - 1 for each product, if these are
    /// fewer.
    pub fn multiples(
        &self,
        m: usize,
        k: usize,
        chain: &Chain,
        out: &mut Vec<u32>,
        spare: &mut Vec<u32>,
    ) {
        out.clear();
        let steps = match &chain.way {
            Way::Steps(steps) => steps,
            Way::Exponents(degree, list) => {
                let (own, last) = (self.before(k, m), self.count(k + degree) - 1);
                if own.is_empty() {
                    // One variable: one monomial.
                    out.push(0);
                    return;
                }
                let place = |(v, (a, b)): (usize, (&u32, &u32))| match (a + b) as usize {
                    0 => 0,
                    c => self.count_within(v + 2, c - 1),
                };
                let number = |other: &[u32]| {
                    let places = own.iter().zip(other).enumerate().map(place);
                    (last - places.sum::<usize>()) as u32
                };
                out.extend(list.chunks_exact(own.len()).map(number));
                return;
            }
        };
        out.push(m as u32);
        for (table, steps) in self.products[k..].iter().zip(steps) {
            std::mem::swap(out, spare);
            out.clear();
            let product = |&(parent, v): &(u32, u32)| {
                table[spare[parent as usize] as usize * self.variables + v as usize]
            };
            out.extend(steps.iter().map(product));
        }
    }

    /// The sum (as bits, without carry) of the labels of the variables of every monomial of degree k,
    /// in order; exponents count modulo 2.
    pub fn labels(&self, k: usize, variables: &[u32]) -> Vec<u32> {
        let mut list = Vec::with_capacity(self.count(k));
        self.visit(k, |tuple| list.push(tuple.iter().fold(0, |sum, &v| sum ^ variables[v])));
        list
    }

    /// `gamma! mod p` for every monomial gamma of degree k, in order.
    pub fn factorials(&self, k: usize, p: u64) -> Vec<u64> {
        let mut list = Vec::with_capacity(self.count(k));
        self.visit(k, |tuple| {
            let (mut product, mut run) = (1, 0);
            for (j, &v) in tuple.iter().enumerate() {
                run = if j > 0 && tuple[j - 1] == v { run + 1 } else { 1 };
                product = product * run % p;
            }
            list.push(product);
        });
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuples(m: &Monomials, k: usize) -> Vec<Vec<usize>> {
        let mut list = Vec::new();
        m.visit(k, |t| list.push(t.to_vec()));
        list
    }

    #[test]
    fn numbers_products_and_multiples_agree_with_sorted_tuples() {
        for n in 1..5 {
            let m = Monomials::new(n, 5);
            for k in 0..5 {
                let (low, high) = (tuples(&m, k), tuples(&m, k + 1));
                assert_eq!((low.len(), high.len()), (m.count(k), m.count(k + 1)));
                let tables = m.products[..k].iter().map(|t| t.len() * size_of::<u32>()).sum();
                assert_eq!(
                    Monomials::bytes(n as u64, k as u64),
                    (k > 0).then_some(tables).or(Some(4 * n)).map(|b| b as u64)
                );
                for (i, t) in low.iter().enumerate() {
                    for v in 0..n {
                        let mut product = [t.as_slice(), &[v]].concat();
                        product.sort_unstable();
                        assert_eq!(high[m.product(k, i, v)], product, "{n} {t:?} {v}");
                    }
                }
                for extra in 0..=5 - k {
                    let (others, all) = (tuples(&m, extra), tuples(&m, k + extra));
                    // All, every third, one.
                    let every = [1, 3, others.len()].map(|step| {
                        let start = (step / 2).min(others.len() - 1);
                        (start..others.len()).step_by(step).collect::<Vec<usize>>()
                    });
                    for (list, (i, t)) in
                        every.iter().flat_map(|list| low.iter().enumerate().map(move |t| (list, t)))
                    {
                        let (mut out, mut spare) = (Vec::new(), Vec::new());
                        let chain = m.chain(extra, list);
                        m.multiples(i, k, &chain, &mut out, &mut spare);
                        assert_eq!(out.len(), list.len());
                        for (&o, &index) in list.iter().zip(&out) {
                            let o = &others[o];
                            let mut product = [t.as_slice(), o].concat();
                            product.sort_unstable();
                            assert_eq!(all[index as usize], product);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn factorials_of_exponents() {
        let m = Monomials::new(2, 3);
        // x^3, x^2 y, x y^2, y^3.
        assert_eq!(m.factorials(3, 101), [6, 2, 2, 6]);
    }
}
