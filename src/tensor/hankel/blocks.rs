//! Ranks of blocks, class by class.

use super::{Class, SumFunction};
use crate::arith::Fp;
use crate::linalg::{kernel_values, rank_and_kernel, rank_dense};
use nalgebra::DMatrix;
use rand::seq::index::sample;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

/// So many more rows than columns make a random sample of full rank nearly certain.
pub(super) const SPARE: usize = 24;

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
    /// Whether the rank of every class is known, and not of a sample of it only.
    pub whole: bool,
    /// Rows of a minor of that order that is not zero modulo the prime: (k, alpha) has the number
    /// `alpha * components + k`, alpha that of [`Monomials`](super::Monomials).
    pub minor_rows: Vec<usize>,
    /// Its columns beta.
    pub minor_cols: Vec<usize>,
}

/// A minor of one class of a block, as large as its rank if the class is `whole`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassRank {
    /// Rows of a minor that is not zero modulo the prime, numbered as in [`BlockRank`].
    pub rows: Vec<usize>,
    /// Its columns, as many.
    pub cols: Vec<usize>,
    /// Whether there is no larger one.
    pub whole: bool,
}

/// Bytes of the matrix that is eliminated for a class of so many rows and columns; `None` past 64 bits.
pub fn class_bytes(rows: u64, cols: u64) -> Option<u64> {
    let (long, short) = (rows.max(cols), rows.min(cols));
    short.saturating_add(SPARE as u64).min(long).checked_mul(short)?.checked_mul(8)
}

impl SumFunction {
    /// The rank of block b, the sum over its classes: [`Self::class_rank`] with `most` bytes for each.
    pub fn block_rank(&self, b: usize, most: u64, rng: &mut ChaCha20Rng) -> BlockRank {
        let classes = self.classes(b);
        self.joined(b, classes.iter().map(|class| self.class_rank(b, class, most, rng)))
    }

    /// The rank of block b from those of its classes.
    pub fn joined(&self, b: usize, classes: impl IntoIterator<Item = ClassRank>) -> BlockRank {
        let (rows, cols) = self.block_shape(b);
        let mut block = BlockRank {
            degree: b,
            rows,
            cols,
            classes: 0,
            rank: 0,
            whole: true,
            minor_rows: Vec::new(),
            minor_cols: Vec::new(),
        };
        for class in classes {
            block.classes += 1;
            block.rank += class.rows.len();
            block.whole &= class.whole;
            block.minor_rows.extend(class.rows);
            block.minor_cols.extend(class.cols);
        }
        block
    }

    /// The minor of a block's rank, by rows; its columns in increasing order.
    pub fn minor(&self, block: &BlockRank) -> DMatrix<Fp> {
        let mut cols = block.minor_cols.clone();
        cols.sort_unstable();
        let entries = self.entries(block.degree, true, &block.minor_rows, &cols);
        let entries = entries.iter().map(|x| Fp::new(*x as i64, self.prime));
        DMatrix::from_row_iterator(block.rank, block.rank, entries)
    }

    /// The rank of a class of block b. A random sample of its longer side, a few more than the shorter side
    /// has, is eliminated. If its rank is full on the shorter side that is the rank. Otherwise let K be a
    /// basis of the vectors on the shorter side that the sample kills. Those that the class kills
    /// are among them, so the rank is that of the sample and that of the values of the class on K
    /// together, and a minor of these values makes the sample's minor larger (Schur complement). The
    /// values are made if they take at most `most` bytes.
    ///
    /// Cost: one table look-up or a few for each entry, and one elimination of the order of the shorter
    /// side; where its rank is not full a product of the class with K, and the elimination of that.
    pub fn class_rank(
        &self,
        b: usize,
        class: &Class,
        most: u64,
        rng: &mut ChaCha20Rng,
    ) -> ClassRank {
        let by_rows = class.rows.len() >= class.cols.len();
        let (long, short) =
            if by_rows { (&class.rows, &class.cols) } else { (&class.cols, &class.rows) };
        let taken = (short.len() + SPARE).min(long.len());
        let mut chosen: Vec<usize> =
            sample(rng, long.len(), taken).iter().map(|i| long[i]).collect();
        chosen.sort_unstable();
        // The shorter side is that of the elimination's rows: the kernel is on that side.
        let mut data = self.entries(b, !by_rows, short, &chosen);
        let (found, mut kernel) = rank_and_kernel(&mut data, short.len(), taken, self.prime);
        drop(data);
        let mut of_short: Vec<usize> = found.pivot_rows.iter().map(|i| short[*i]).collect();
        let mut of_long: Vec<usize> = found.pivot_cols.iter().map(|j| chosen[*j]).collect();
        let mut whole = kernel.free.is_empty() || taken == long.len();
        let free = kernel.free.len();
        let bytes = [long.len() * free, short.len() * free, taken * short.len()];
        if !whole && bytes.iter().fold(0u64, |sum, n| sum.saturating_add(8 * *n as u64)) <= most {
            let mut values = Vec::with_capacity(long.len() * free);
            for part in long.chunks(PART.div_ceil(short.len()).min(taken)) {
                let mut data = self.entries(b, by_rows, part, short);
                values.extend(kernel_values(&mut data, &mut kernel, self.prime));
            }
            let more = rank_dense(&mut values, long.len(), free, self.prime);
            of_long.extend(more.pivot_rows.iter().map(|i| long[*i]));
            of_short.extend(more.pivot_cols.iter().map(|q| short[kernel.free[*q]]));
            whole = true;
        }
        let (rows, cols) = if by_rows { (of_long, of_short) } else { (of_short, of_long) };
        ClassRank { rows, cols, whole }
    }

    /// The chosen rows (`by_rows`) or columns of block b, laid out as rows, on the columns or rows `kept`;
    /// `kept` increases.
    fn entries(&self, b: usize, by_rows: bool, chosen: &[usize], kept: &[usize]) -> Vec<f64> {
        let (a, components) = (self.degree - b, self.components);
        let mut data = vec![0.0; chosen.len() * kept.len()];
        // By rows the other side has one component, by columns they have.
        let (own, other) = if by_rows { (components, 1) } else { (1, components) };
        let degrees = if by_rows { (a, b) } else { (b, a) };
        let mut others: Vec<usize> = kept.iter().map(|which| which / other).collect();
        others.dedup();
        let chain = self.monomials.chain(degrees.1, &others);
        // Where in that list each of `kept` is.
        let mut place = 0;
        let places = kept.iter().map(|which| {
            place += usize::from(others[place] != which / other);
            (place, which % other)
        });
        let places: Vec<(usize, usize)> = places.collect();
        data.par_chunks_mut(kept.len().max(1)).zip(chosen).for_each_init(
            || (Vec::new(), Vec::new()),
            |(indices, spare), (row, &which)| {
                let (monomial, k) = (which / own, which % own);
                self.monomials.multiples(monomial, degrees.0, &chain, indices, spare);
                for (entry, (place, of_kept)) in row.iter_mut().zip(&places) {
                    let component = if by_rows { k } else { *of_kept };
                    let gamma = indices[*place] as usize;
                    *entry = f64::from(self.scaled[gamma * components + component]);
                }
            },
        );
        data
    }
}

/// Entries of a class that are made at once where its values on a kernel are wanted.
const PART: usize = 1 << 24;
