//! Ranks of blocks, class by class.

use super::{Class, Side, SumFunction};
use crate::arith::Fp;
use crate::linalg::{kernel_values, rank_and_kernel, rank_dense, solve_minor};
use crate::stop::{NEVER, Stop};
use nalgebra::DMatrix;
use rand::seq::index::sample;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// So many more rows than columns make a random sample of full rank nearly certain.
pub(crate) const SPARE: usize = 24;

/// Entries of a class that are made at once where its values on a kernel are wanted.
const PART: usize = 1 << 24;

/// The rank of one block, with its size and a minor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRank {
    /// Degree b in the B variables.
    pub degree: usize,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Number of classes by sign symmetry, of which the block is the direct sum; 1 if it has none.
    pub classes: usize,
    /// Rank modulo the prime, if the block is `whole`; else at least that of a sample.
    pub rank: usize,
    /// Whether the rank of every class is known, and not of a sample of it only.
    pub whole: bool,
    /// The classes of which the rank is not 0, with their minors.
    pub minors: Vec<ClassRank>,
}

impl BlockRank {
    /// The rank of the block of that degree, with so many rows and columns, from those of all of its classes.
    pub fn joined(
        degree: usize,
        (rows, cols): (usize, usize),
        classes: impl IntoIterator<Item = ClassRank>,
    ) -> Self {
        let mut block =
            Self { degree, rows, cols, classes: 0, rank: 0, whole: true, minors: Vec::new() };
        for class in classes {
            block.classes += 1;
            block.rank += class.rows.len();
            block.whole &= class.whole;
            block.minors.extend(Some(class).filter(|class| !class.rows.is_empty()));
        }
        block
    }
}

/// A minor of one class of a block, as large as its rank if the class is `whole`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassRank {
    /// Rows of a minor that is not zero modulo the prime, as [`Block`] numbers them.
    pub rows: Vec<usize>,
    /// Its columns, as many.
    pub cols: Vec<usize>,
    /// Whether there is no larger one.
    pub whole: bool,
    /// For each of the [`Sides`] of the minor M the residues x with `M x` that side, in the order of `cols`.
    pub solutions: Vec<Vec<u32>>,
}

/// The right-hand sides y that are to be solved for a minor with these rows and columns, each as long.
pub type Sides<'a> = dyn Fn(&[usize], &[usize]) -> Vec<Vec<u32>> + 'a;

/// No right-hand sides, whatever the minor.
pub fn no_sides(_: &[usize], _: &[usize]) -> Vec<Vec<u32>> {
    Vec::new()
}

/// Bytes of the matrix that is eliminated for a class of so many rows and columns; `None` past 64 bits.
pub fn class_bytes(rows: u64, cols: u64) -> Option<u64> {
    let (long, short) = (rows.max(cols), rows.min(cols));
    short.saturating_add(SPARE as u64).min(long).checked_mul(short)?.checked_mul(8)
}

/// A line of a block as a sum: numbers `alpha * components + k`, or of monomials, with their weights.
type Sum = Vec<(usize, u64)>;

/// The block of one degree b in the B variables.
///
/// Row (k, alpha) has the number `alpha * components + k`, alpha that of [`Monomials`](super::Monomials),
/// and column beta that of beta. Where a side has one token x, rows or columns are the monomials in x, in the
/// same order, and each is the sum of the (k, alpha) or beta that it is, divided by alpha! or beta!.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    function: &'a SumFunction,
    degree: usize,
    /// Of rows and of columns: the sums that they are, where they are no single monomials.
    sums: [Option<Vec<Sum>>; 2],
    size: (usize, usize),
}

impl SumFunction {
    /// Block b. Cost: where a side has one token, of listing its monomials.
    pub fn block(&self, b: usize) -> Block<'_> {
        let (a, p) = (self.degree - b, self.components);
        let single = |k: usize, rows: bool| {
            let token =
                self.token.as_ref().filter(|_| self.sides[usize::from(!rows)] == Side::OneToken);
            token.map(|token| {
                let mut sums = vec![Sum::new(); token.count(k, rows)];
                for alpha in 0..self.monomials.count(k) {
                    let weight = token.inverse_factorial(k, alpha);
                    if rows {
                        (0..p).for_each(|c| {
                            sums[token.row(k, alpha, c)].push((alpha * p + c, weight))
                        });
                    } else {
                        sums[token.column(k, alpha)].push((alpha, weight));
                    }
                }
                sums
            })
        };
        let sums = [single(a, true), single(b, false)];
        let size = |sums: &Option<Vec<Sum>>, free| sums.as_ref().map_or(free, Vec::len);
        let rows = size(&sums[0], p * self.monomials.count(a));
        let cols = size(&sums[1], self.monomials.count(b));
        Block { function: self, degree: b, sums, size: (rows, cols) }
    }

    /// The rank of block b, the sum over its classes: [`Block::class_rank`] with `most` bytes for each, and
    /// no right-hand sides.
    pub fn block_rank(&self, b: usize, most: u64, rng: &mut ChaCha20Rng) -> BlockRank {
        let block = self.block(b);
        let classes = block.classes();
        let rank = |class| block.class_rank(class, most, rng, &no_sides, &NEVER, &|_| ());
        BlockRank::joined(b, block.shape(), classes.iter().map(rank))
    }

    /// The minor of a block's rank, by rows.
    pub fn minor(&self, block: &BlockRank) -> DMatrix<Fp> {
        let lines = |of: fn(&ClassRank) -> &[usize]| block.minors.iter().flat_map(of).copied();
        let rows: Vec<usize> = lines(|minor| &minor.rows).collect();
        let cols: Vec<usize> = lines(|minor| &minor.cols).collect();
        let entries = self.block(block.degree).entries(true, &rows, &cols);
        let entries = entries.iter().map(|x| Fp::new(*x as i64, self.prime));
        DMatrix::from_row_iterator(block.rank, block.rank, entries)
    }
}

impl Block<'_> {
    /// Numbers of rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.size
    }

    /// The classes by label, of which the block is the direct sum.
    pub fn classes(&self) -> Vec<Class> {
        let SumFunction { monomials, labels, degree, components, .. } = self.function;
        let mut classes: BTreeMap<u32, Class> = BTreeMap::new();
        let mut add = |label: u32, row: Option<usize>, col: Option<usize>| {
            let empty = || Class { label, rows: Vec::new(), cols: Vec::new() };
            let class = classes.entry(label).or_insert_with(empty);
            class.rows.extend(row);
            class.cols.extend(col);
        };
        let of_alpha = labels.of_monomials(monomials, degree - self.degree);
        let of_row = |m: usize| of_alpha[m / components] ^ labels.of_components()[m % components];
        for row in 0..self.size.0 {
            add(of_row(self.member(0, row)), Some(row), None);
        }
        let of_beta = labels.of_monomials(monomials, self.degree);
        for col in 0..self.size.1 {
            add(of_beta[self.member(1, col)], None, Some(col));
        }
        classes.into_values().collect()
    }

    /// One of those that line `which` of the rows (side 0) or columns is the sum of: all have one label.
    fn member(&self, side: usize, which: usize) -> usize {
        self.sums[side].as_ref().map_or(which, |sums| sums[which][0].0)
    }

    /// The rank of a class. A random sample of its longer side, a few more than the shorter side has, is
    /// eliminated. If its rank is full on the shorter side that is the rank. Otherwise let K be a basis of
    /// the vectors on the shorter side that the sample kills. Those that the class kills are among
    /// them, so the rank is that of the sample and that of the values of the class on K together, and
    /// a minor of these values makes the sample's minor larger (Schur complement). The values are
    /// made if that takes at most `most` bytes, and if `stop` is not due before. The `sides` of the minor are
    /// solved with what the elimination leaves; if the minor grows, with another elimination.
    ///
    /// `done` is told the multiply-adds of the first elimination, from any thread.
    ///
    /// Cost: one table look-up or a few for each entry, and one elimination of the order of the shorter
    /// side; where its rank is not full a product of the class with K, and the elimination of that. The
    /// square of the rank for each right-hand side.
    pub fn class_rank(
        &self,
        class: &Class,
        most: u64,
        rng: &mut ChaCha20Rng,
        sides: &Sides,
        stop: &Stop,
        done: &(dyn Fn(u64) + Sync),
    ) -> ClassRank {
        let by_rows = class.rows.len() >= class.cols.len();
        let (long, short) =
            if by_rows { (&class.rows, &class.cols) } else { (&class.cols, &class.rows) };
        let prime = self.function.prime;
        let taken = (short.len() + SPARE).min(long.len());
        let mut chosen: Vec<usize> =
            sample(rng, long.len(), taken).iter().map(|i| long[i]).collect();
        chosen.sort_unstable();
        // The shorter side is that of the elimination's rows: the kernel is on that side.
        let mut data = self.entries(!by_rows, short, &chosen);
        let (found, mut kernel) = rank_and_kernel(&mut data, short.len(), taken, prime, stop, done);
        let mut of_short: Vec<usize> = found.pivot_rows.iter().map(|i| short[*i]).collect();
        let mut of_long: Vec<usize> = found.pivot_cols.iter().map(|j| chosen[*j]).collect();
        let minor_sides =
            if by_rows { sides(&of_long, &of_short) } else { sides(&of_short, &of_long) };
        let mut solutions = solve_minor(&data, taken, &found, by_rows, &minor_sides, prime);
        drop(data);
        let mut whole = found.rank == short.len() || taken == long.len() && !stop.is_due();
        let (free, part) = (kernel.free.len(), PART.checked_div(short.len()).unwrap_or(0).max(1));
        let bytes = [long.len() * free, short.len() * free, part.min(long.len()) * short.len()];
        let fits = bytes.iter().fold(0u64, |sum, n| sum.saturating_add(8 * *n as u64)) <= most;
        // None once `stop` is due.
        let mut values = Vec::new();
        if !whole && fits {
            values.reserve_exact(long.len() * free);
            for lines in long.chunks(part).take_while(|_| !stop.is_due()) {
                let mut data = self.entries(by_rows, lines, short);
                values.extend(kernel_values(&mut data, &mut kernel, prime));
            }
        }
        if !values.is_empty() && values.len() == long.len() * free {
            let more = rank_dense(&mut values, long.len(), free, prime);
            of_long.extend(more.pivot_rows.iter().map(|i| long[*i]));
            of_short.extend(more.pivot_cols.iter().map(|q| short[kernel.free[*q]]));
            whole = true;
        }
        let grown = of_short.len() > found.rank;
        let (rows, cols) = if by_rows { (of_long, of_short) } else { (of_short, of_long) };
        if grown {
            let all = self.solve(&rows, &cols, sides);
            solutions = all.expect("a minor that is not zero");
        }
        ClassRank { rows, cols, whole, solutions }
    }

    /// The [`ClassRank::solutions`] of the minor of these rows and columns, of one number; `None` if
    /// it is zero. Cost: if there are right-hand sides, one elimination of the order of the minor.
    pub fn solve(&self, rows: &[usize], cols: &[usize], sides: &Sides) -> Option<Vec<Vec<u32>>> {
        let sides = sides(rows, cols);
        if sides.is_empty() {
            return Some(Vec::new());
        }
        let (order, prime) = (rows.len(), self.function.prime);
        let mut data = self.entries(true, rows, cols);
        let found = rank_dense(&mut data, order, order, prime);
        if found.rank < order {
            return None;
        }
        // Its rows in the order of the pivots; all columns are pivots, in their order.
        let ordered =
            |side: &Vec<u32>| found.pivot_rows.iter().map(|row| side[*row]).collect::<Vec<u32>>();
        let sides: Vec<Vec<u32>> = sides.iter().map(ordered).collect();
        Some(solve_minor(&data, order, &found, false, &sides, prime))
    }

    /// The chosen rows (`by_rows`) or columns, laid out as rows, on the columns or rows `kept`.
    fn entries(&self, by_rows: bool, chosen: &[usize], kept: &[usize]) -> Vec<f64> {
        let SumFunction { monomials, degree, components, scaled, prime, .. } = self.function;
        let (a, b) = (degree - self.degree, self.degree);
        let p = prime.get();
        // By rows the other side has one component, by columns they have.
        let (own, other) = if by_rows { (*components, 1) } else { (1, *components) };
        let (degrees, sides) = if by_rows { ((a, b), [0, 1]) } else { ((b, a), [1, 0]) };
        let one = |which: usize| vec![(which, 1)];
        let sums = |side: usize, which: usize| match &self.sums[side] {
            Some(sums) => sums[which].clone(),
            None => one(which),
        };
        // The members of all of `kept`: of which each is one, its weight, its monomial and component.
        let members = kept.iter().enumerate().flat_map(|(at, &which)| {
            sums(sides[1], which).into_iter().map(move |(m, w)| (at, w, m / other, m % other))
        });
        let members: Vec<(usize, u64, usize, usize)> = members.collect();
        let mut list: Vec<usize> = members.iter().map(|(_, _, m, _)| *m).collect();
        list.sort_unstable();
        list.dedup();
        let chain = monomials.chain(degrees.1, &list);
        let place = |m: usize| list.partition_point(|l| *l < m);
        let places: Vec<(usize, usize)> =
            members.iter().map(|(_, _, m, component)| (place(*m), *component)).collect();
        let single = self.sums.iter().all(Option::is_none);
        let mut data = vec![0.0; chosen.len() * kept.len()];
        data.par_chunks_mut(kept.len().max(1)).zip(chosen).for_each_init(
            || (Vec::new(), Vec::new(), Vec::new()),
            |(indices, spare, total), (row, &which)| {
                total.clear();
                total.resize(kept.len(), 0u64);
                for (line, weight) in sums(sides[0], which) {
                    let (monomial, k) = (line / own, line % own);
                    monomials.multiples(monomial, degrees.0, &chain, indices, spare);
                    let entry = |(place, of_kept): &(usize, usize)| {
                        let component = if by_rows { k } else { *of_kept };
                        scaled[indices[*place] as usize * components + component]
                    };
                    if single {
                        row.iter_mut().zip(&places).for_each(|(x, at)| *x = entry(at).into());
                        continue;
                    }
                    for ((at, w, ..), member) in members.iter().zip(&places) {
                        total[*at] = (total[*at] + weight * w % p * u64::from(entry(member))) % p;
                    }
                }
                if !single {
                    row.iter_mut().zip(&*total).for_each(|(x, sum)| *x = *sum as f64);
                }
            },
        );
        data
    }
}
