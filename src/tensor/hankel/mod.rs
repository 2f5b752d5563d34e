//! Functions of a sum of the two sides: coefficient blocks that are Hankel matrices.
//!
//! Attention is `f = sum_k x_{i,k} Phi_{k}(G_A + G_B)` with Gram matrices G_A, G_B (Lemma 3.1), and a
//! Mixer is `f = F(Z_A + Z_B)` with Z = W1 X (Theorem 4.1). If `Phi` is homogeneous of degree C with
//! coefficients c_gamma, the part of degree b in the B variables has the coefficient
//! `c_{k, alpha+beta} (alpha+beta)! / (alpha! beta!)` at (x_k alpha, beta). Scaling row (k, alpha) by
//! alpha! and column beta by beta! changes no rank modulo a prime above C and leaves
//! `H_b[(k, alpha), beta] = (alpha+beta)! c_{k, alpha+beta}`: a Hankel matrix, read off a table.
//!
//! Weights that commute with changes of sign split the blocks further: for attention with diagonal W
//! and V, `f(X D) = f(X) D_p` for every diagonal D of signs, so a coefficient (k, gamma) is zero unless
//! its channels have the parity of p, and a block is a direct sum of up to 2^(d-1) classes.
//!
//! Where the monomials of the two sides are linearly independent as functions of X (attention with
//! both sides at least as large as the width, a Mixer with both sides at least S) the separation
//! rank is `sum_b rank H_b`. This costs nothing in the number of tokens, and no network is evaluated.

mod gram;
mod monomials;
mod reduced;

pub use gram::gram_function;
pub use monomials::Monomials;
pub use reduced::{reduced_function, sides_are_free};

use super::count_monomials;
use crate::arith::{Fp, Prime, Rational};
use crate::linalg::rank_dense;
use crate::network::{Architecture, Network, Problem};
use nalgebra::DMatrix;
use rand::seq::index::sample;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Coefficients of a function of a sum, times the factorials of their exponents.
#[derive(Clone, Debug)]
pub struct SumFunction {
    monomials: Monomials,
    degree: usize,
    /// Number of components: one for each k (the width for attention, 1 for a Mixer).
    components: usize,
    /// `gamma! c_{k,gamma} mod p` at `gamma * components + k`.
    scaled: Vec<u32>,
    prime: Prime,
    /// Labels of the variables, and of the components with that of the whole added.
    labels: Option<(Vec<u32>, Vec<u32>)>,
}

/// The function of a sum that `problem` is with these weights, modulo `prime` (below 2^31); `None` if it
/// is not one, or the prime divides a denominator. Cost: [`gram_function`], [`reduced_function`].
pub fn sum_function(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
) -> Option<SumFunction> {
    gram_function(problem, network, prime).or_else(|| reduced_function(problem, network, prime))
}

/// The rank of one block, with its size and a minor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRank {
    /// Degree b in the B variables.
    pub degree: usize,
    /// Number of rows (k, alpha).
    pub rows: usize,
    /// Number of columns beta.
    pub cols: usize,
    /// Number of classes by sign symmetry, of which the block is the direct sum; 1 if it has none.
    pub classes: usize,
    /// Rank modulo the prime, if the block is `whole`; else at least that of a sample.
    pub rank: usize,
    /// Whether each class was taken whole, or a sample of it has full rank.
    pub whole: bool,
    /// Rows of a minor of that order that is not zero modulo the prime: (k, alpha) has the number
    /// `alpha * components + k`, alpha that of [`Monomials`].
    pub minor_rows: Vec<usize>,
    /// Its columns beta.
    pub minor_cols: Vec<usize>,
}

impl SumFunction {
    fn new(
        monomials: Monomials,
        degree: usize,
        components: usize,
        mut coefficients: Vec<u32>,
        prime: Prime,
    ) -> Self {
        let p = prime.get();
        for (entries, factorial) in
            coefficients.chunks_exact_mut(components).zip(monomials.factorials(degree, p))
        {
            for c in entries {
                *c = (u64::from(*c) * factorial % p) as u32;
            }
        }
        Self { monomials, degree, components, scaled: coefficients, prime, labels: None }
    }

    /// The degree C.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// The prime.
    pub fn prime(&self) -> Prime {
        self.prime
    }

    /// Rows (k, alpha) and columns beta of block b.
    fn block_shape(&self, b: usize) -> (usize, usize) {
        (self.components * self.monomials.count(self.degree - b), self.monomials.count(b))
    }

    /// Splits by sign symmetry, if the coefficients allow it: variable v has the label `variables[v]`,
    /// component k the label `components[k]`, labels add as bits, and a coefficient (k, gamma) is zero
    /// unless its labels add up to `total`. Then rows and columns of a block fall into classes by
    /// label, and the block is a direct sum over them.
    fn with_labels(mut self, variables: &[u32], components: &[u32], total: u32) -> Self {
        let of_gamma = self.monomials.labels(self.degree, variables);
        let graded =
            self.scaled.chunks_exact(self.components).zip(&of_gamma).all(|(entries, g)| {
                entries.iter().zip(components).all(|(c, k)| *c == 0 || g ^ k == total)
            });
        if graded {
            let components = components.iter().map(|k| k ^ total).collect();
            self.labels = Some((variables.to_vec(), components));
        }
        self
    }

    /// Rows (k, alpha) and columns beta of block b that belong together.
    fn classes(&self, b: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
        let (rows, cols) = self.block_shape(b);
        let Some((variables, components)) = &self.labels else {
            return vec![((0..rows).collect(), (0..cols).collect())];
        };
        let mut classes: BTreeMap<u32, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (alpha, label) in self.monomials.labels(self.degree - b, variables).iter().enumerate() {
            for (k, of_k) in components.iter().enumerate() {
                let class = classes.entry(label ^ of_k).or_default();
                class.0.push(alpha * self.components + k);
            }
        }
        for (beta, label) in self.monomials.labels(b, variables).iter().enumerate() {
            classes.entry(*label).or_default().1.push(beta);
        }
        classes.into_values().collect()
    }

    /// The rank of block b, the sum over its classes. In each the longer side is sampled first: if the
    /// sample has full rank on the shorter side that is the rank; otherwise all of it is taken, if that
    /// is within `most` bytes.
    ///
    /// Cost: one table look-up an entry and one dense elimination modulo the prime for each class.
    pub fn block_rank(&self, b: usize, most: u64, rng: &mut ChaCha20Rng) -> BlockRank {
        let (rows, cols) = self.block_shape(b);
        let classes = self.classes(b);
        let mut block = BlockRank {
            degree: b,
            rows,
            cols,
            classes: classes.len(),
            rank: 0,
            whole: true,
            minor_rows: Vec::new(),
            minor_cols: Vec::new(),
        };
        for (rows, cols) in &classes {
            // The long side is the rows of what is eliminated.
            let by_rows = rows.len() >= cols.len();
            let sides = if by_rows { (rows, cols) } else { (cols, rows) };
            let class = self.class_minor(b, by_rows, (sides.0, sides.1), most, rng);
            let (rows, cols) =
                if by_rows { (class.long, class.short) } else { (class.short, class.long) };
            block.rank += rows.len();
            block.whole &= class.whole;
            block.minor_rows.extend(rows);
            block.minor_cols.extend(cols);
        }
        block
    }

    /// The minor of a block's rank, by rows.
    pub fn minor(&self, block: &BlockRank) -> DMatrix<Fp> {
        let entries = self.entries(block.degree, true, &block.minor_rows, &block.minor_cols);
        let entries = entries.iter().map(|x| Fp::new(*x as i64, self.prime));
        DMatrix::from_row_iterator(block.rank, block.rank, entries)
    }

    fn class_minor(
        &self,
        b: usize,
        by_rows: bool,
        (long, short): (&[usize], &[usize]),
        most: u64,
        rng: &mut ChaCha20Rng,
    ) -> ClassMinor {
        let mut best = ClassMinor::default();
        let mut taken = (short.len() + SPARE).min(long.len());
        loop {
            let mut chosen: Vec<usize> =
                sample(rng, long.len(), taken).iter().map(|i| long[i]).collect();
            chosen.sort_unstable();
            let mut data = self.entries(b, by_rows, &chosen, short);
            let found = rank_dense(&mut data, chosen.len(), short.len(), self.prime);
            if found.rank > best.long.len() {
                best.long = found.pivot_rows.iter().map(|i| chosen[*i]).collect();
                best.short = found.pivot_cols.iter().map(|j| short[*j]).collect();
            }
            best.whole = found.rank == short.len() || taken == long.len();
            let next = (4 * taken).min(long.len());
            let bytes = (next as u64).saturating_mul(8 * short.len() as u64);
            if best.whole || bytes > most {
                return best;
            }
            taken = next;
        }
    }

    /// The chosen rows (`by_rows`) or columns of block b, laid out as rows, on the columns or rows `kept`.
    fn entries(&self, b: usize, by_rows: bool, chosen: &[usize], kept: &[usize]) -> Vec<f64> {
        let (a, components) = (self.degree - b, self.components);
        let mut data = vec![0.0; chosen.len() * kept.len()];
        data.par_chunks_mut(kept.len().max(1)).zip(chosen).for_each_init(
            || (Vec::new(), Vec::new()),
            |(indices, spare), (row, &which)| {
                let at =
                    |gamma: u32, k: usize| f64::from(self.scaled[gamma as usize * components + k]);
                if by_rows {
                    let (alpha, k) = (which / components, which % components);
                    self.monomials.multiples(alpha, a, b, indices, spare);
                    for (entry, &beta) in row.iter_mut().zip(kept) {
                        *entry = at(indices[beta], k);
                    }
                } else {
                    self.monomials.multiples(which, b, a, indices, spare);
                    for (entry, &other) in row.iter_mut().zip(kept) {
                        *entry = at(indices[other / components], other % components);
                    }
                }
            },
        );
        data
    }
}

/// A minor of one class of a block.
#[derive(Default)]
struct ClassMinor {
    /// On its longer side, that of the elimination's rows.
    long: Vec<usize>,
    /// On the other.
    short: Vec<usize>,
    /// Whether there is no larger one.
    whole: bool,
}

/// Sizes of the Hankel route for a problem, before anything is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Variables n of the function: d(d+1)/2 Gram entries, or the S d entries of W1 X.
    pub variables: u64,
    /// Components: d for attention, 1 for a Mixer.
    pub components: u64,
    /// Degree C in these variables.
    pub degree: u64,
    /// Bytes for tables and coefficients.
    pub bytes: u64,
}

impl Sizes {
    /// `None` if `problem` is not a function of a sum whose monomials are independent on either side,
    /// or so large that monomials cannot be numbered by 32 bits. For a Mixer it also depends on the
    /// weights: [`reduced_function`] decides.
    pub fn new(problem: &Problem) -> Option<Self> {
        let (own, other) = problem.side_sizes();
        let least = own.min(other);
        let degree = problem.degree().ok()?;
        // Bytes for each coefficient: 64-bit states of attention, a sparse polynomial of a Mixer.
        let (variables, components, degree, each) = match problem.architecture() {
            Architecture::Attention(s) if least >= s.width => {
                (s.width * (s.width + 1) / 2, s.width as u64, (degree - 1) / 2, 13)
            }
            Architecture::Mixer(s)
                if least >= s.token_hidden && !s.bias && !s.residual && s.permutation.is_none() =>
            {
                (s.token_hidden * s.width, 1, degree, 800)
            }
            _ => return None,
        };
        let variables = variables as u64;
        let monomials = count_monomials(variables, degree, true)?;
        if degree > 4096 || monomials > u64::from(u32::MAX) {
            return None;
        }
        let coefficients = monomials.checked_mul(components)?.checked_mul(each)?;
        let bytes = Monomials::bytes(variables, degree)?.checked_add(coefficients)?;
        Some(Self { variables, components, degree, bytes })
    }

    /// Rows (k, alpha) and columns beta of block b.
    pub fn block(&self, b: u64) -> (u64, u64) {
        // Both are below the number of monomials of degree C in the function, which was counted.
        let count = |k| count_monomials(self.variables, k, true).unwrap_or(u64::MAX);
        (self.components.saturating_mul(count(self.degree - b)), count(b))
    }
}

/// So many more rows than columns make a random sample of full rank nearly certain.
const SPARE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::WeightStyle;
    use rand::SeedableRng;

    /// The blocks that are forecast are the blocks there are.
    #[test]
    fn sizes_are_those_of_the_blocks() {
        let attention = |d| Problem::attention(2, d, 1, 2 * d).unwrap();
        let mixer = |depth, width| Problem::mixer(depth, width, 2, 6).unwrap();
        for problem in [attention(2), attention(3), mixer(2, 2), mixer(1, 3)] {
            let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
            let function = sum_function(&problem, &network, Prime::WORD).unwrap();
            let sizes = Sizes::new(&problem).unwrap();
            assert_eq!(sizes.degree, function.degree() as u64);
            for b in 0..=function.degree() {
                let (rows, cols) = function.block_shape(b);
                assert_eq!(sizes.block(b as u64), (rows as u64, cols as u64));
            }
        }
    }

    /// A block has one rank, split by signs or not.
    #[test]
    fn classes_add_up_to_the_block() {
        let problem = Problem::attention(2, 3, 1, 6).unwrap();
        let network = WeightStyle::Diagonal.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
        let split = gram_function(&problem, &network, Prime::WORD).unwrap();
        let whole = SumFunction { labels: None, ..split.clone() };
        for b in 0..=split.degree() {
            let [split, whole] = [&split, &whole]
                .map(|f| f.block_rank(b, u64::MAX, &mut ChaCha20Rng::seed_from_u64(0)));
            assert!(split.classes > whole.classes);
            assert_eq!(split.rank, whole.rank, "{b}");
        }
    }

    /// A block whose one non-zero row the samples miss is taken whole if its bytes are allowed.
    #[test]
    fn a_block_is_taken_whole_up_to_its_bytes() {
        let monomials = Monomials::new(3, 14);
        let mut coefficients = vec![0; monomials.count(14)];
        coefficients[0] = 1; // x_0^14
        let function = SumFunction::new(monomials, 14, 1, coefficients, Prime::WORD);
        let (b, mut missed) = (2, false);
        let (rows, cols) = function.block_shape(b);
        assert!(rows > cols + SPARE);
        let whole = (8 * rows * cols) as u64;
        for seed in 0..20 {
            let rank =
                |most| function.block_rank(b, most, &mut ChaCha20Rng::seed_from_u64(seed)).rank;
            assert_eq!(rank(whole), 1);
            missed |= rank(whole - 1) == 0;
        }
        assert!(missed);
    }
}
