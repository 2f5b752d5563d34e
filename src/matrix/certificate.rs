//! The certificate of a rank: the claim, the matrix, and the evidence for either half.
//!
//! Answers to challenges are solved for with the factors that found the minor. Over Q the challenges for the upper
//! half are modulo primes that the claim itself draws, so the minor is eliminated again for each.

use super::eliminate::solve;
use super::{Cover, Matrix, MatrixRank, Number, Over, RankError, SideFile, Upper};
use crate::arith::Prime;
use crate::tensor::MemoryLimit;
use num_rational::BigRational;
use rayon::prelude::*;
use seprank_check::certificate::{
    Certificate, Challenge, Claim, Field, GivenMatrix, MatrixChallenges, MatrixClaim, MatrixCover,
    MatrixEntries, MatrixEntry, MatrixMinor, MatrixUpper, Relation, Residues, SideFile as Named,
    SpanningColumns, Text, Words,
};
use std::cmp::Reverse;

/// A matrix whose entries take more bytes than this in a certificate goes to a file of its own.
const INLINE: u64 = 1 << 20;

/// A certificate of a rank.
#[derive(Clone, Debug)]
pub struct MatrixCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The file of the matrix, if it does not stand in the certificate.
    pub side_file: Option<SideFile>,
}

impl MatrixCertificate {
    /// Elimination, for evidence without chance, is asked of a checker where it takes at most so many
    /// multiplications: a few seconds, for a minor alone up to 900 rows.
    pub const ELIMINATED: u64 = 1 << 28;
}

impl MatrixRank {
    /// The certificate of this answer for the matrix that it was found for. `name` is that of the file of the
    /// matrix, if it takes one, without its ending. A checker eliminates what takes at most `eliminated`
    /// multiplications, as [`MatrixCertificate::ELIMINATED`]; beyond, and with [`Upper::Open`], the evidence is
    /// answers to challenges.
    ///
    /// Cost: the entries for each challenge; over Q without a cover some eliminations of the minor modulo primes of
    /// 62 bits.
    ///
    /// # Errors
    /// What is held would pass the limit; or the rank over Q is larger than the minor, which [`Upper::Open`] allows.
    pub fn certificate(
        &self,
        matrix: &Matrix,
        name: &str,
        eliminated: u64,
        limit: MemoryLimit,
    ) -> Result<MatrixCertificate, RankError> {
        let reduced = match self.over {
            Over::Modulo(prime) => Some(matrix.reduced(prime)?),
            Over::Rationals => None,
        };
        let matrix = reduced.as_deref().unwrap_or(matrix);
        let by_challenge = self.upper == Upper::Open || self.elimination(matrix) > eliminated;
        let (given, side_file) = given(matrix, name);
        let words = |list: &[u32]| Words(list.to_vec());
        let minor = MatrixMinor {
            prime: Text(self.prime().get()),
            rows: words(&self.minor.rows),
            cols: words(&self.minor.cols),
            solutions: None,
        };
        let mut claim = MatrixClaim {
            matrix: given,
            over: match self.over {
                Over::Modulo(prime) => Field::Modulo(Text(prime.get())),
                Over::Rationals => Field::Rational,
            },
            relation: Relation::Equal,
            value: Text(self.rank.into()),
            lower: None,
            upper: None,
        };
        let challenges = claim.challenges();
        let solutions = by_challenge.then(|| {
            let sides = challenges.minor(&minor).sides(self.rank);
            self.minor.solve(&sides).into_iter().map(Residues).collect()
        });
        let upper = match &self.upper {
            Upper::Cover(Cover { rows, cols }) => {
                MatrixUpper::Cover(MatrixCover { rows: words(rows), cols: words(cols) })
            }
            _ if !by_challenge => MatrixUpper::Elimination,
            Upper::Elimination | Upper::Rational(_) | Upper::Kernel | Upper::Open => {
                let combinations = match self.over {
                    Over::Modulo(prime) => self.combinations(matrix, prime, &challenges)?,
                    Over::Rationals => self.combinations_over_q(matrix, limit, &challenges)?,
                };
                MatrixUpper::Columns(SpanningColumns { cols: minor.cols.clone(), combinations })
            }
        };
        claim.lower = Some(MatrixMinor { solutions, ..minor });
        claim.upper = Some(upper);
        let certificate = Certificate::new(Claim::Matrix(Box::new(claim)));
        Ok(MatrixCertificate { certificate, side_file })
    }

    /// Multiplications of a checker that eliminates the minor and, without a cover, the matrix.
    fn elimination(&self, matrix: &Matrix) -> u64 {
        let rank = self.rank as u64;
        let minor = rank.saturating_pow(3).div_ceil(3);
        if matches!(self.upper, Upper::Cover(_)) {
            return minor;
        }
        let primes = match self.over {
            Over::Modulo(_) => 1,
            Over::Rationals => hadamard_bits(&matrix.cleared(), self.rank) / 30 + 1,
        };
        let size = matrix.rows() as u64 * matrix.cols() as u64; // below 2^48
        size.saturating_mul(rank).saturating_mul(primes).saturating_add(minor)
    }

    /// For each challenge the combination of the columns of the minor that is the one of all columns.
    fn combinations(
        &self,
        matrix: &Matrix,
        prime: Prime,
        challenges: &MatrixChallenges<'_>,
    ) -> Result<Vec<Residues>, RankError> {
        let values = matrix.residues(prime)?;
        let cols = Words(self.minor.cols.clone());
        let sides = challenges.columns(&cols, 0, prime.get()).sides(matrix.cols());
        debug_assert_eq!(sides.len(), Challenge::count(prime.get()));
        let image = |side: &Vec<u64>| {
            let at = |row: &u32| matrix.row_times(*row as usize, &values, side, prime);
            self.minor.rows.par_iter().map(at).collect()
        };
        let images: Vec<Vec<u64>> = sides.iter().map(image).collect();
        Ok(self.minor.solve(&images).into_iter().map(Residues).collect())
    }

    /// The same over Q, modulo primes that the claim draws; each is put back into the matrix.
    fn combinations_over_q(
        &self,
        matrix: &Matrix,
        limit: MemoryLimit,
        challenges: &MatrixChallenges<'_>,
    ) -> Result<Vec<Residues>, RankError> {
        let cleared = matrix.cleared();
        let cols = Words(self.minor.cols.clone());
        let minor = cleared.select(&self.minor.rows, &self.minor.cols);
        let count =
            count_over_q(hadamard_bits(&cleared, self.rank)).ok_or(RankError::TooManyPrimes)?;
        let combination = |number: u32| {
            let candidates = challenges.candidates(&cols, number);
            let prime = candidates.into_iter().find_map(|n| Prime::new(n).ok());
            let prime = prime.ok_or(RankError::NoPrime(1))?;
            let values = cleared.residues(prime)?;
            let side = &challenges.columns(&cols, number, prime.get()).sides(matrix.cols())[0];
            let at = |row: usize| cleared.row_times(row, &values, side, prime);
            let rows = self.minor.rows.par_iter();
            let image: Vec<u64> = rows.map(|row| at(*row as usize)).collect();
            let answer = solve(&minor, &minor.residues(prime)?, &image, prime, limit)?;
            let answer = answer.ok_or(RankError::NoPrime(1))?;
            let mut vector = vec![0; matrix.cols()];
            self.minor.cols.iter().zip(&answer).for_each(|(j, w)| vector[*j as usize] = *w);
            let same = |row| at(row) == cleared.row_times(row, &values, &vector, prime);
            if (0..matrix.rows()).into_par_iter().all(same) {
                Ok(Residues(answer))
            } else {
                Err(RankError::Larger)
            }
        };
        (0..count).map(combination).collect()
    }
}

/// The matrix as it stands in a certificate, and the file of it that the certificate names, if it is large.
fn given(matrix: &Matrix, name: &str) -> (GivenMatrix, Option<SideFile>) {
    // Places, punctuation and digits.
    let each = 24 + u64::from(matrix.largest_bits()) / 3;
    let (entries, side_file) = if matrix.entries() as u64 * each <= INLINE {
        let entry = |(row, col, value): (usize, u32, Number)| {
            let value = match value {
                Number::Word(n) => BigRational::from_integer(n.into()),
                Number::Rational(q) => q.to_string().parse().expect("GMP writes n or n/d"),
            };
            MatrixEntry(row as u64, u64::from(col), Text(value))
        };
        (MatrixEntries::Inline(matrix.triples().map(entry).collect()), None)
    } else {
        let file = SideFile::new(matrix, name);
        let sha256 = crate::files::sha256(&file.bytes);
        (MatrixEntries::File(Named { name: file.name.clone(), sha256 }), Some(file))
    };
    (GivenMatrix { rows: matrix.rows() as u64, cols: matrix.cols() as u64, entries }, side_file)
}

/// As the checker finds it: half the bits of the squared lengths of the rank + 1 longest rows.
pub(super) fn hadamard_bits(matrix: &Matrix, rank: usize) -> u64 {
    let mut squares: Vec<u64> = (0..matrix.rows()).map(|row| matrix.square_bits(row)).collect();
    squares.sort_unstable_by_key(|bits| Reverse(*bits));
    squares.iter().take(rank + 1).sum::<u64>().div_ceil(2)
}

/// How many challenges the format asks for over Q (docs/format.md, 2).
fn count_over_q(bits: u64) -> Option<u32> {
    let log2 = (bits / 61 + 1).next_power_of_two().trailing_zeros();
    let each = 54u32.checked_sub(log2).filter(|each| *each >= 8)?;
    Some(128u32.div_ceil(each))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Verdict, check};
    use crate::matrix::read::{Format, parse};
    use crate::matrix::{Part, Request};

    /// Under a limit that leaves no room for a proof over Q.
    fn open(text: &str) -> (Matrix, MatrixRank, MemoryLimit) {
        let limit = MemoryLimit(200);
        let matrix = parse(text.as_bytes(), Format::Csv, Default::default()).unwrap();
        let request = Request { over: Over::Rationals, seed: 1, limit };
        let answer = MatrixRank::new(&matrix, request).unwrap();
        assert_eq!((&answer.upper, answer.part(), answer.rank), (&Upper::Open, Part::Lower, 1));
        (matrix, answer, limit)
    }

    #[test]
    fn what_is_open_is_shown_by_challenge_or_refused() {
        let (matrix, answer, limit) = open("1,1\n1,1\n");
        let made = answer.certificate(&matrix, "m", MatrixCertificate::ELIMINATED, limit).unwrap();
        assert_eq!(check(&made.certificate), Verdict::ValidByChallenge);
        // Rank 2, but 1 modulo the prime that the seed draws.
        let unlucky = format!("1,1\n1,{}\n", answer.prime().get() + 1);
        let (matrix, answer, limit) = open(&unlucky);
        let error = answer.certificate(&matrix, "m", MatrixCertificate::ELIMINATED, limit);
        assert_eq!(error.unwrap_err(), RankError::Larger);
    }
}
