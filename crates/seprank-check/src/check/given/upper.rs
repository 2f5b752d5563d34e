//! Evidence that no larger minor is non-zero.

use super::lower::{answers, one_answer};
use super::rows::{Entries, Rows};
use super::{Check, Over, finding, positions};
use crate::certificate::{Challenge, MatrixCover, MatrixUpper, SpanningColumns};
use crate::check::evidence::Way;
use crate::check::matrix::{elimination, rank};
use crate::check::prime::is_prime;
use crate::check::problem::{MAX_OPERATIONS, within_limit};
use crate::check::progress::{advance, expect};
use crate::check::ring::Residues;
use crate::check::verdict::{Finding, Kind};

/// A matrix that is eliminated has at most so many entries.
const MAX_DENSE: u64 = 1 << 26;

/// Primes of at least 31 bits, below which the elimination over Q goes down.
const BELOW: u64 = 1 << 31;

/// There are at least 2^54 primes from 2^61 to 2^62 (docs/theory.md, 1.8).
const PRIMES_LOG2: u64 = 54;

impl Check<'_> {
    pub(super) fn upper(&self, upper: &MatrixUpper) -> Result<Way, Finding> {
        match upper {
            MatrixUpper::Cover(cover) => self.cover(cover),
            MatrixUpper::Columns(_) if self.eliminate => self.elimination(),
            MatrixUpper::Columns(columns) => self.columns(columns),
            MatrixUpper::Elimination => self.elimination(),
        }
    }

    /// Every entry is in one of the lines, of which there are no more than the value.
    fn cover(&self, cover: &MatrixCover) -> Result<Way, Finding> {
        let rows = positions(&cover.rows, self.claim.matrix.rows, "upper.cover.rows")?;
        let cols = positions(&cover.cols, self.claim.matrix.cols, "upper.cover.cols")?;
        let lines = rows.len() as u64 + cols.len() as u64;
        if lines > self.value {
            let expected = format_args!("at most {} rows and columns", self.value);
            return Err(finding(Kind::Cover, "upper.cover", expected, lines));
        }
        let outside = match self.matrix {
            Entries::Residues(matrix) => outside(matrix, rows, cols),
            Entries::Integers(matrix) => outside(matrix, rows, cols),
        };
        match outside {
            None => Ok(Way::Whole),
            Some((i, j)) => {
                let expected = "zeros outside of these rows and columns";
                Err(finding(
                    Kind::Cover,
                    "upper.cover",
                    expected,
                    format_args!("an entry at {i}, {j}"),
                ))
            }
        }
    }

    /// Combinations of all columns that nobody chose are combinations of these.
    fn columns(&self, columns: &SpanningColumns) -> Result<Way, Finding> {
        let cols = positions(&columns.cols, self.claim.matrix.cols, "upper.columns.cols")?;
        if cols.len() as u64 > self.value {
            let expected = format_args!("at most {} columns", self.value);
            return Err(finding(Kind::Rank, "upper.columns.cols", expected, cols.len()));
        }
        let list = &columns.combinations;
        let place = "upper.columns.combinations";
        let challenges = self.claim.challenges();
        let cost = |entries: usize, count: usize| -> Result<(), Finding> {
            let cost = (entries as u64).saturating_mul(2 * count as u64);
            within_limit("claim.matrix.upper", "multiplications", MAX_OPERATIONS, cost)?;
            expect(cost);
            Ok(())
        };
        match self.matrix {
            Entries::Residues(matrix) => {
                let Over::Modulo(p) = Over::new(&self.claim.over)? else {
                    unreachable!("residues")
                };
                answers(list, Challenge::count(p), cols.len(), p, place)?;
                cost(matrix.count(), list.len())?;
                let sides = challenges.columns(&columns.cols, 0, p).sides(matrix.cols());
                for (i, (answer, side)) in list.iter().zip(&sides).enumerate() {
                    self.same(matrix, p, side, (cols, &answer.0), &format!("{place}[{i}]"))?;
                }
            }
            Entries::Integers(matrix) => {
                let wanted = combinations(hadamard_bits(matrix, self.value)).ok_or_else(|| {
                    let expected = "entries and sizes for which few primes divide a minor";
                    finding(Kind::Limit, place, expected, "larger ones")
                })?;
                if list.len() as u64 != wanted {
                    let expected = format_args!("{wanted}, for a chance below 2^-128");
                    return Err(finding(Kind::Challenge, place, expected, list.len()));
                }
                cost(matrix.count(), list.len())?;
                for (i, answer) in list.iter().enumerate() {
                    let (number, place) = (i as u32, format!("{place}[{i}]"));
                    let mut candidates = challenges.candidates(&columns.cols, number).into_iter();
                    let q = candidates.find(|n| is_prime(*n)).ok_or_else(|| {
                        finding(Kind::Limit, &place, "a prime among the candidates", "none")
                    })?;
                    one_answer(answer, cols.len(), q, &place)?;
                    let side =
                        &challenges.columns(&columns.cols, number, q).sides(matrix.cols())[0];
                    self.same(&self.matrix.modulo(q), q, side, (cols, &answer.0), &place)?;
                }
            }
        }
        Ok(Way::Challenge)
    }

    /// The matrix takes `side` to what it takes the combination of some columns to.
    fn same(
        &self,
        matrix: &Rows<u64>,
        p: u64,
        side: &[u64],
        (cols, answer): (&[u32], &[u64]),
        place: &str,
    ) -> Result<(), Finding> {
        let ring = Residues::new(p);
        let mut vector = vec![0; matrix.cols()];
        cols.iter().zip(answer).for_each(|(j, w)| vector[*j as usize] = *w);
        advance(2 * matrix.count() as u64);
        let wrong = (0..matrix.rows())
            .find(|i| matrix.times(&ring, *i, side) != matrix.times(&ring, *i, &vector));
        match wrong {
            None => Ok(()),
            Some(row) => {
                let expected =
                    format_args!("the combination of all columns modulo {p}, in row {row}");
                Err(finding(Kind::Challenge, place, expected, "another residue"))
            }
        }
    }

    /// The rank modulo the prime is no larger; over Q that modulo primes whose product no larger minor reaches.
    fn elimination(&self) -> Result<Way, Finding> {
        let (rows, cols) = (self.claim.matrix.rows, self.claim.matrix.cols);
        let place = "claim.matrix.upper";
        within_limit(place, "entries, to be eliminated", MAX_DENSE, rows * cols)?; // at most 2^48
        let once = (rows * cols).saturating_mul(rows.min(cols));
        let primes: Vec<u64> = match self.matrix {
            Entries::Residues(_) => {
                let Over::Modulo(p) = Over::new(&self.claim.over)? else {
                    unreachable!("residues")
                };
                within_limit(place, "multiplications", MAX_OPERATIONS, once)?;
                vec![p]
            }
            Entries::Integers(matrix) => {
                // Each is above 2^30, if there are not too many.
                let count = hadamard_bits(matrix, self.value) / 30 + 1;
                within_limit(place, "multiplications", MAX_OPERATIONS, once.saturating_mul(count))?;
                within_limit(place, "primes", 1 << 20, count)?;
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                (1 << 30..BELOW).rev().filter(|n| is_prime(*n)).take(count).collect()
            }
        };
        let [m, n] = [rows, cols].map(|size| size as usize); // at most 2^24
        expect(primes.len() as u64 * elimination(m, n));
        for p in primes {
            let found = rank(&Residues::new(p), self.matrix.modulo(p).dense(None)) as u64;
            if found > self.value {
                let expected = format_args!("rank at most {} modulo {p}", self.value);
                return Err(finding(Kind::Rank, "upper", expected, found));
            }
        }
        Ok(Way::Whole)
    }
}

/// The place of an entry in none of the lines.
fn outside<T>(matrix: &Rows<T>, rows: &[u32], cols: &[u32]) -> Option<(usize, usize)> {
    let (mut row, mut col) = (vec![false; matrix.rows()], vec![false; matrix.cols()]);
    rows.iter().for_each(|i| row[*i as usize] = true);
    cols.iter().for_each(|j| col[*j as usize] = true);
    (0..matrix.rows())
        .filter(|i| !row[*i])
        .find_map(|i| matrix.row(i).find(|(j, _)| !col[*j]).map(|(j, _)| (i, j)))
}

/// A number b such that every minor of order value + 1 is below 2^b: by Hadamard's inequality the product of
/// the lengths of that many rows, the longest, each below 2^(bits of its square / 2).
fn hadamard_bits(matrix: &Rows<num_bigint::BigInt>, value: u64) -> u64 {
    let square = |i: usize| matrix.row(i).map(|(_, n)| n * n).sum::<num_bigint::BigInt>().bits();
    let mut squares: Vec<u64> = (0..matrix.rows()).map(square).collect();
    squares.sort_unstable_by_key(|bits| std::cmp::Reverse(*bits));
    let order = usize::try_from(value).unwrap_or(usize::MAX).saturating_add(1);
    squares.iter().take(order).sum::<u64>().div_ceil(2)
}

/// How many combinations are asked for over Q: the least m with `e^m <= 2^-128` for a bound e, a power of two, on
/// the chance of passing one. A minor below 2^bits that is not zero has at most bits / 61 of the primes as divisors.
fn combinations(bits: u64) -> Option<u64> {
    // (b + 1) / 2^54 is at least b / 2^54 + 2^-61.
    let divisors = bits / 61 + 1;
    let log2 = u64::from(u64::BITS - (divisors - 1).leading_zeros()); // 2^log2 >= divisors
    let each = PRIMES_LOG2.checked_sub(log2).filter(|each| *each >= 8)?;
    Some(128u64.div_ceil(each))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_combinations_that_chance_is_below_2_to_the_minus_128() {
        assert_eq!(combinations(0), Some(3));
        // 2^11 divisors leave 43 bits each, one more leaves 42.
        assert_eq!([(1 << 11) * 61 - 1, (1 << 11) * 61].map(combinations), [Some(3), Some(4)]);
        assert_eq!(combinations(u64::MAX / 128), None);
    }
}
