//! Functions of a sum of the two sides: coefficient blocks that are Hankel matrices.
//!
//! Attention is `f = sum_k x_{i,k} Phi_{k}(G_A + G_B)` with Gram matrices G_A, G_B (Lemma 3.1), and a
//! Mixer is `f = F(Z_A + Z_B)` with Z = W1 X (Theorem 4.1). If `Phi` is homogeneous of degree C with
//! coefficients c_gamma, the part of degree b in the B variables has the coefficient
//! `c_{k, alpha+beta} (alpha+beta)! / (alpha! beta!)` at (x_k alpha, beta). Scaling row (k, alpha) by
//! alpha! and column beta by beta! changes no rank modulo a prime above C and leaves
//! `H_b[(k, alpha), beta] = (alpha+beta)! c_{k, alpha+beta}`: a Hankel matrix, read off a table.
//!
//! Where the monomials of the two sides are linearly independent as functions of X (attention with
//! both sides at least as large as the width, a Mixer with both sides at least S) the separation
//! rank is `sum_b rank H_b`. This costs nothing in the number of tokens, and no network is evaluated.

mod gram;
mod monomials;
mod reduced;

pub use gram::gram_function;
pub use monomials::Monomials;
pub use reduced::reduced_function;

use super::count_monomials;
use crate::arith::Prime;
use crate::linalg::{Echelon, rank_dense};
use crate::network::{Architecture, Problem};
use rand::seq::index::sample;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

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
    /// Rank modulo the prime: of the whole block, or where that was full, of a sample of its rows.
    pub rank: usize,
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
        Self { monomials, degree, components, scaled: coefficients, prime }
    }

    /// The degree C.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// Rows (k, alpha) and columns beta of block b.
    fn block_shape(&self, b: usize) -> (usize, usize) {
        (self.components * self.monomials.count(self.degree - b), self.monomials.count(b))
    }

    /// The rank of block b. The longer side is sampled first: if the sample has full rank on the
    /// shorter side that is the rank; otherwise all of it is taken, if that is within `most` bytes.
    ///
    /// Cost: one table look-up an entry and one dense elimination modulo the prime.
    pub fn block_rank(&self, b: usize, most: u64, rng: &mut ChaCha20Rng) -> BlockRank {
        let (rows, cols) = self.block_shape(b);
        let (short, long) = (rows.min(cols), rows.max(cols));
        let mut rank = 0;
        let mut taken = (short + SPARE).min(long);
        loop {
            // The long side is the rows of what is eliminated.
            let mut chosen: Vec<usize> = sample(rng, long, taken).into_vec();
            chosen.sort_unstable();
            let echelon = self.eliminate(b, rows >= cols, &chosen);
            rank = echelon.rank.max(rank);
            let next = (4 * taken).min(long);
            let bytes = (next as u64).saturating_mul(8 * short as u64);
            if rank == short || taken == long || bytes > most {
                return BlockRank { degree: b, rows, cols, rank };
            }
            taken = next;
        }
    }

    /// Eliminates the chosen rows (`by_rows`) or columns of block b, laid out as rows.
    fn eliminate(&self, b: usize, by_rows: bool, chosen: &[usize]) -> Echelon {
        let a = self.degree - b;
        let width = if by_rows {
            self.monomials.count(b)
        } else {
            self.components * self.monomials.count(a)
        };
        let mut data = vec![0.0; chosen.len() * width];
        data.par_chunks_mut(width.max(1)).zip(chosen).for_each_init(
            || (Vec::new(), Vec::new()),
            |(indices, spare), (row, &which)| {
                if by_rows {
                    let (alpha, k) = (which / self.components, which % self.components);
                    self.monomials.multiples(alpha, a, b, indices, spare);
                    for (entry, &gamma) in row.iter_mut().zip(indices.iter()) {
                        *entry = f64::from(self.scaled[gamma as usize * self.components + k]);
                    }
                } else {
                    self.monomials.multiples(which, b, a, indices, spare);
                    for (entries, &gamma) in
                        row.chunks_exact_mut(self.components).zip(indices.iter())
                    {
                        let at = gamma as usize * self.components;
                        for (entry, &c) in entries.iter_mut().zip(&self.scaled[at..]) {
                            *entry = f64::from(c);
                        }
                    }
                }
            },
        );
        rank_dense(&mut data, chosen.len(), width, self.prime)
    }
}

/// Sizes of the Hankel route for a problem, before anything is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
