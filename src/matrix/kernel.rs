//! The kernel of a matrix A with n columns: a basis of the x with `A x = 0`.
//!
//! Let M be a minor of order r that is not zero, in the rows R and the columns C. For each other column j there is one x
//! with `M x = A[R, j]`, so at most `n - r` vectors are independent in the kernel, and those are
//! candidates that are 1 at j, -x at C and 0 elsewhere. Modulo a prime the elimination left nothing beside M, so they
//! are a basis.
//!
//! Over Q the x are found modulo primes and put together by the Chinese remainder theorem; fractions are read
//! off by Euclid's algorithm (P. S. Wang, SYMSAC 1981). Each vector is then taken times its least denominator, and
//! `A N = 0` is computed over the integers, for all rows of A: nothing rests on the primes. As the `n - r` columns of N are
//! independent, this proves that the rank is at most r, and M that it is at least r.

use super::certificate::hadamard_bits;
use super::eliminate::Eliminated;
use super::rank::{MOST_WORK, PRIMES, draw_prime};
use super::{Builder, Matrix, MatrixRank, Number, Over, RankError, Request, ShapeError, Upper};
use crate::arith::Prime;
use crate::tensor::{MemoryLimit, TooLarge};
use rayon::prelude::*;
use rug::{Complete, Integer, Rational};

/// A basis of a kernel, and why there is no more.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The rank.
    pub rank: MatrixRank,
    /// The vectors, as columns: n x (n - rank). Over Q they are integral and primitive, positive at
    /// the column that no other vector has; modulo a prime they are 1 there.
    pub basis: Matrix,
}

/// Bytes that an entry takes at least: as a residue, while the basis is collected, and in it.
const ENTRY_BYTES: u64 = 56;

impl Kernel {
    /// The kernel, as asked for.
    ///
    /// Cost: modulo a prime one elimination and `r^2` multiplications for each vector; over Q as much for each 22 bits of
    /// the largest entry, twice, and at most 8 * 10^12 multiplications.
    ///
    /// # Errors
    /// [`RankError`]; also where the basis would pass the limit, before it is computed.
    ///
    /// ```
    /// use seprank::matrix::{Kernel, Over, Request, read};
    /// let matrix = read::parse(b"1,1/2\n2,1\n", read::Format::Csv, Default::default())?;
    /// let request = Request { over: Over::Rationals, seed: 0, limit: Default::default() };
    /// let entries: Vec<_> = Kernel::new(&matrix, request)?.basis.triples().collect();
    /// assert_eq!(entries.iter().map(|(_, _, x)| x.to_string()).collect::<Vec<_>>(), ["-1", "2"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(matrix: &Matrix, request: Request) -> Result<Self, RankError> {
        let Request { over, seed, limit } = request;
        let Over::Modulo(prime) = over else { return Self::over_q(matrix, seed, limit) };
        let values = matrix.residues(prime)?;
        let minor = Eliminated::new(matrix, &values, prime, limit)?;
        let places = Places::new(matrix.cols(), &minor.cols);
        places.fit(limit)?;
        let x = solutions(&minor, &matrix.select(&minor.rows, &places.free), limit)?;
        let minus = |x: u64| Number::Word((prime.get() - x).rem_euclid(prime.get()).cast_signed());
        let basis = places.basis(limit, |q, place| match place {
            Some(c) => minus(x[q][c]),
            None => Number::Word(1),
        })?;
        let rank = MatrixRank { over, rank: minor.rank(), upper: Upper::Elimination, minor };
        Ok(Self { rank, basis })
    }

    fn over_q(matrix: &Matrix, seed: u64, limit: MemoryLimit) -> Result<Self, RankError> {
        let (cleared, over) = (matrix.cleared(), Over::Rationals);
        for prime in draw_prime(seed).downwards().take(PRIMES + 1) {
            let minor = Eliminated::new(&cleared, &cleared.residues(prime)?, prime, limit)?;
            // Nothing where the prime divides all minors of the order of the rank over Q.
            if let Some(basis) = lifted(&cleared, &minor, limit)? {
                let rank = MatrixRank { over, rank: minor.rank(), upper: Upper::Kernel, minor };
                return Ok(Self { rank, basis });
            }
        }
        Err(RankError::NoPrime(PRIMES + 1))
    }
}

/// Which columns are those of the minor, and which have a vector each; both increasing.
struct Places<'a> {
    cols: usize,
    pivots: &'a [u32],
    free: Vec<u32>,
}

impl<'a> Places<'a> {
    fn new(cols: usize, pivots: &'a [u32]) -> Self {
        let mut free = vec![true; cols];
        pivots.iter().for_each(|j| free[*j as usize] = false);
        Self { cols, pivots, free: (0..cols as u32).filter(|j| free[*j as usize]).collect() }
    }

    /// Refuses a basis that would pass the limit, however small its entries are.
    fn fit(&self, limit: MemoryLimit) -> Result<(), TooLarge> {
        let (vectors, most) = (self.free.len() as u64, self.pivots.len() as u64 + 1);
        let what = format!("the kernel, {vectors} vectors of up to {most} entries");
        limit.check(what, Some(vectors * most * ENTRY_BYTES), &["memory"]) // at most 2^54
    }

    /// The matrix of the vectors: `entry(q, Some(c))` in the column of the minor number c, `entry(q, None)` in the one
    /// that vector q has for itself.
    fn basis(
        &self,
        limit: MemoryLimit,
        entry: impl Fn(usize, Option<usize>) -> Number,
    ) -> Result<Matrix, RankError> {
        let too_large = |error| match error {
            ShapeError::TooLarge(error) => RankError::from(error),
            other => unreachable!("{other}: fewer vectors than columns, each entry once"),
        };
        let (rows, cols) = (self.cols as u64, self.free.len() as u64);
        let mut builder = Builder::new(rows, cols, 0, limit).map_err(too_large)?;
        let (mut pivots, mut own) = (0, 0);
        for row in 0..self.cols {
            if self.pivots.get(pivots) == Some(&(row as u32)) {
                for q in 0..self.free.len() {
                    builder.push(row, q, entry(q, Some(pivots))).map_err(too_large)?;
                }
                pivots += 1;
            } else {
                builder.push(row, own, entry(own, None)).map_err(too_large)?;
                own += 1;
            }
        }
        builder.finish().map_err(too_large)
    }
}

/// The x with `minor x = side` for each column of `sides`, which has the rows of the minor.
fn solutions(
    minor: &Eliminated,
    sides: &Matrix,
    limit: MemoryLimit,
) -> Result<Vec<Vec<u64>>, RankError> {
    let values = sides.residues(minor.prime())?;
    // What a few vectors take at once; where the prime is large each time costs an elimination.
    let batch = (limit.0 / 4 / (8 * minor.vector_length().max(1))).max(1) as usize;
    let mut found = Vec::with_capacity(sides.cols());
    for first in (0..sides.cols()).step_by(batch) {
        let end = sides.cols().min(first.saturating_add(batch));
        let mut list = vec![vec![0; sides.rows()]; end - first];
        for i in 0..sides.rows() {
            for (j, x) in sides.columns(i).iter().zip(&values[sides.starts[i]..]) {
                if (first..end).contains(&(*j as usize)) {
                    list[*j as usize - first][i] = *x;
                }
            }
        }
        found.extend(minor.solve(&list));
    }
    Ok(found)
}

/// The basis over Q by this minor of a matrix of integers, if it is one: `A N = 0` was computed.
fn lifted(
    matrix: &Matrix,
    minor: &Eliminated,
    limit: MemoryLimit,
) -> Result<Option<Matrix>, RankError> {
    let places = Places::new(matrix.cols(), &minor.cols);
    places.fit(limit)?;
    let (vectors, rank) = (places.free.len(), minor.rank());
    let whole = |list: Vec<Vector>| -> Result<Option<Matrix>, RankError> {
        if !vanish(matrix, &places, &list) {
            return Ok(None);
        }
        let number = |n: &Integer| Number::from(Rational::from(n));
        let basis = places.basis(limit, |q, place| match place {
            Some(c) => number(&list[q].others[c]),
            None => number(&list[q].own),
        });
        basis.map(Some)
    };
    if vectors == 0 || rank == 0 {
        return whole(vec![Vector { own: Integer::from(1), others: Vec::new() }; vectors]);
    }
    let square = matrix.select(&minor.rows, &minor.cols);
    let sides = matrix.select(&minor.rows, &places.free);
    // Beyond, numerators and denominators, which are minors, are below the square root of half the modulus.
    let most = 2 * hadamard_bits(matrix, rank) + 4;
    let mut images =
        Images { modulus: Integer::from(1), entries: vec![Integer::new(); vectors * rank] };
    let (mut work, mut count, mut next) = (0.0, 0usize, 1);
    for prime in minor.prime().downwards() {
        let eliminated = Eliminated::new(&square, &square.residues(prime)?, prime, limit)?;
        if eliminated.rank() < rank {
            continue; // the prime divides the minor
        }
        let bits = u64::from(images.modulus.significant_bits());
        work += eliminated.work(vectors) + (vectors * rank) as f64 * bits as f64 / 64.0;
        if work > MOST_WORK {
            return Err(RankError::LongKernel { vectors, entries: rank + 1, bits: bits / 2 });
        }
        let needed = (vectors as u64 * (rank as u64 + 1)).checked_mul(ENTRY_BYTES + bits / 2);
        limit.check(format!("the kernel, entries of {} bits", bits / 2), needed, &["memory"])?;
        images.add(&solutions(&eliminated, &sides, limit)?, prime);
        count += 1;
        let last = u64::from(images.modulus.significant_bits()) > most;
        if count < next && !last {
            continue;
        }
        next += next.div_ceil(4);
        if let Some(list) = images.fractions(rank)
            && let Some(basis) = whole(list)?
        {
            return Ok(Some(basis));
        }
        if last {
            break;
        }
    }
    Ok(None)
}

/// A vector of the kernel: at its own column, and at those of the minor.
#[derive(Clone)]
struct Vector {
    own: Integer,
    others: Vec<Integer>,
}

/// Solutions modulo the product of some primes, one after the other.
struct Images {
    modulus: Integer,
    entries: Vec<Integer>,
}

impl Images {
    /// By the Chinese remainder theorem.
    fn add(&mut self, solutions: &[Vec<u64>], prime: Prime) {
        let p = prime.get();
        let residue = |n: &Integer| n.mod_u(p as u32); // the prime is below 2^26
        let inverse = prime.pow_mod(u64::from(residue(&self.modulus)), p - 2);
        let residues: Vec<u64> = solutions.iter().flatten().copied().collect();
        let modulus = &self.modulus;
        self.entries.par_iter_mut().zip(&residues).for_each(|(x, r)| {
            let step = prime.mul_mod(r + p - u64::from(residue(x)), inverse);
            *x += modulus * step;
        });
        self.modulus *= p;
    }

    /// The vectors of fractions with these images and small numerators and denominators, made integral and primitive.
    fn fractions(&self, rank: usize) -> Option<Vec<Vector>> {
        let bound = (&self.modulus / 2u32).complete().sqrt();
        // A denominator for one vector nearly always does for the others.
        let first = self.denominator(&self.entries[..rank], Integer::from(1), &bound)?;
        let vector = |x: &[Integer]| {
            let mut own = self.denominator(x, first.clone(), &bound)?;
            let image = |x: &Integer| -self.symmetric((x * &own).complete());
            let mut others: Vec<Integer> = x.iter().map(image).collect();
            if others.iter().any(|n| n.cmp_abs(&bound).is_gt()) {
                return None;
            }
            let content = others.iter().fold(own.clone(), |gcd, n| gcd.gcd(n));
            own.div_exact_mut(&content);
            others.iter_mut().for_each(|n| n.div_exact_mut(&content));
            Some(Vector { own, others })
        };
        self.entries.par_chunks_exact(rank).map(vector).collect()
    }

    /// A multiple of `known` that takes all the entries to small integers.
    fn denominator(&self, entries: &[Integer], known: Integer, bound: &Integer) -> Option<Integer> {
        let mut denominator = known;
        for x in entries {
            let image = self.symmetric((x * &denominator).complete());
            if image.cmp_abs(bound).is_gt() {
                denominator *= self.by_euclid(image, bound)?;
                if denominator > *bound {
                    return None;
                }
            }
        }
        Some(denominator)
    }

    /// The number next to zero.
    fn symmetric(&self, n: Integer) -> Integer {
        let n = n.modulo(&self.modulus);
        if (&n * 2u32).complete() > self.modulus { n - &self.modulus } else { n }
    }

    /// The denominator of the fraction with this image that has a numerator within the bound.
    fn by_euclid(&self, image: Integer, bound: &Integer) -> Option<Integer> {
        let (mut a, mut b) = (self.modulus.clone(), image.modulo(&self.modulus));
        let (mut s, mut t) = (Integer::new(), Integer::from(1));
        while b > *bound {
            let (quotient, rest) = a.div_rem(b.clone());
            (a, b) = (b, rest);
            s -= quotient * &t;
            std::mem::swap(&mut s, &mut t);
        }
        Some(t.abs()).filter(|t| t <= bound && !t.is_zero())
    }
}

/// Whether every row of the matrix, of integers, takes every vector to zero.
fn vanish(matrix: &Matrix, places: &Places<'_>, vectors: &[Vector]) -> bool {
    let mut place = vec![0; places.cols];
    places.pivots.iter().enumerate().for_each(|(c, j)| place[*j as usize] = c);
    let mut own = vec![None; places.cols];
    places.free.iter().enumerate().for_each(|(q, j)| own[*j as usize] = Some(q));
    (0..matrix.rows()).into_par_iter().all(|i| {
        let mut sums = vec![Integer::new(); vectors.len()];
        for (at, j) in (matrix.starts[i]..).zip(matrix.columns(i)) {
            let number = matrix.number(at);
            let add = |sum: &mut Integer, x: &Integer| match &number {
                Number::Word(n) => *sum += x * *n,
                Number::Rational(n) => *sum += x * n.numer(),
            };
            match own[*j as usize] {
                Some(q) => add(&mut sums[q], &vectors[q].own),
                None => {
                    let c = place[*j as usize];
                    sums.iter_mut().zip(vectors).for_each(|(sum, x)| add(sum, &x.others[c]));
                }
            }
        }
        sums.iter().all(Integer::is_zero)
    })
}
