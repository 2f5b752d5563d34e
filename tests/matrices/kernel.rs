//! Kernels of matrices, against the product with them in fractions and ranks by brute force.

use crate::cases::cases;
use crate::matrices::{by_entries, dense, naive_rank, parse};
use proptest::prelude::*;
use rug::{Integer, Rational};
use seprank::arith::Prime;
use seprank::check::check;
use seprank::matrix::read::Format;
use seprank::matrix::{Kernel, Matrix, MatrixRank, Over, RankError, Request, WriteError};
use seprank::tensor::MemoryLimit;

const LARGE: u64 = (1 << 61) - 1;

fn request(over: Over) -> Request {
    Request { over, seed: 1, limit: Default::default() }
}

fn modulo(p: u64) -> Over {
    Over::Modulo(Prime::new(p).unwrap())
}

/// All entries, by rows.
fn fractions(matrix: &Matrix) -> Vec<Vec<Rational>> {
    let mut rows = vec![vec![Rational::new(); matrix.cols()]; matrix.rows()];
    for (i, j, x) in matrix.triples() {
        rows[i][j as usize] = x.into_rational();
    }
    rows
}

/// As many independent vectors as there are columns beyond the rank, each taken to zero.
fn assert_kernel(matrix: &Matrix, over: Over, rank: usize) {
    let Kernel { rank: found, basis } = Kernel::new(matrix, request(over)).unwrap();
    assert_eq!(found.rank, rank, "{over}");
    assert_eq!((basis.rows(), basis.cols()), (matrix.cols(), matrix.cols() - rank));
    // Over Q independent if they are modulo a prime.
    let p = match over {
        Over::Rationals => LARGE,
        Over::Modulo(p) => p.get(),
    };
    assert_eq!(naive_rank(&dense(&basis, p), p), basis.cols());
    let columns: Vec<Vec<Rational>> = (0..basis.cols())
        .map(|q| fractions(&basis).iter().map(|row| row[q].clone()).collect())
        .collect();
    for row in fractions(matrix) {
        for x in &columns {
            let sum: Rational = row.iter().zip(x).map(|(a, x)| Rational::from(a * x)).sum();
            let zero = match over {
                Over::Rationals => sum.is_zero(),
                Over::Modulo(p) => sum.numer().is_divisible(&Integer::from(p.get())),
            };
            assert!(zero, "{over}: {sum}");
        }
    }
    for x in columns.iter().filter(|_| over == Over::Rationals) {
        let gcd = x.iter().fold(Integer::new(), |gcd, x| gcd.gcd(x.numer()));
        assert!(gcd == 1 && x.iter().all(|x| *x.denom() == 1), "{x:?}");
    }
    let made = found.certificate(matrix, "m", 1 << 28, Default::default()).unwrap();
    assert!(check(&made.certificate).is_valid(), "{}", made.certificate.claim);
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn kernels_are_taken_to_zero(
        rows in 1usize..7, cols in 1usize..8, inner in 0usize..6, bits in 1u32..62, denominators in 1i64..9, seed: u64,
    ) {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.cast_signed() >> (64 - bits)
        };
        let left: Vec<i64> = (0..rows * inner).map(|_| next()).collect();
        let right: Vec<i64> = (0..inner * cols).map(|_| next() % 4).collect();
        let text = by_entries(rows, cols, |i, j| {
            let terms = (0..inner).map(|k| Integer::from(left[i * inner + k]) * right[k * cols + j]);
            Rational::from((terms.sum::<Integer>(), denominators + i as i64)).to_string()
        });
        let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
        let exact = MatrixRank::new(&matrix, request(Over::Rationals)).unwrap().rank;
        assert_kernel(&matrix, Over::Rationals, exact);
        // None divides a denominator.
        for p in [17u64, 8_388_593, LARGE] {
            assert_kernel(&matrix, modulo(p), naive_rank(&dense(&matrix, p), p));
        }
        let basis = Kernel::new(&matrix, request(Over::Rationals)).unwrap().basis;
        for format in Format::ALL {
            match basis.written(format, Default::default()) {
                Ok(bytes) => prop_assert_eq!(&parse(&bytes, format).unwrap(), &basis),
                Err(WriteError::Empty) => prop_assert_eq!(basis.cols(), 0),
                Err(error) => {
                    prop_assert_eq!((error, format), (WriteError::Wide, Format::Npy));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(10))]

    /// Large enough for the sparse elimination.
    #[test]
    fn kernels_of_sparse_matrices(rows in 260usize..300, cols in 260usize..320, shape in 0u8..3, seed: u64) {
        let text = crate::matrices::sparse(rows, cols, 3, shape, seed);
        let matrix = parse(text.as_bytes(), Format::Sms).unwrap();
        for p in [2u64, 8_388_593, LARGE] {
            assert_kernel(&matrix, modulo(p), naive_rank(&dense(&matrix, p), p));
        }
        let exact = MatrixRank::new(&matrix, request(Over::Rationals)).unwrap().rank;
        assert_kernel(&matrix, Over::Rationals, exact);
    }
}

/// Of the boundary map of a cycle of n edges the kernel is the sum of all of them.
#[test]
fn a_cycle_is_a_cycle() {
    let n = 300;
    let lines = (1..=n).map(|j| format!("{j} {j} 1\n{} {j} -1\n", j % n + 1));
    let text = format!("{n} {n} M\n{}0 0 0\n", lines.collect::<String>());
    let matrix = parse(text.as_bytes(), Format::Sms).unwrap();
    let basis = Kernel::new(&matrix, request(Over::Rationals)).unwrap().basis;
    assert_eq!(basis.written(Format::Csv, Default::default()).unwrap(), "1\n".repeat(n).as_bytes());
}

#[test]
fn a_prime_that_hides_the_rank_is_not_believed() {
    let parsed = |text: String| parse(text.as_bytes(), Format::Csv).unwrap();
    let first = Kernel::new(&parsed("1,1\n1,1\n".into()), request(Over::Rationals)).unwrap();
    let p = first.rank.prime().get();
    // Rank 2, and 3 modulo other primes only; of the second the rank modulo the prime is 0.
    assert_kernel(&parsed(format!("1,1,0\n1,{},0\n", p + 1)), Over::Rationals, 2);
    assert_kernel(&parsed(format!("{p},{p}\n")), Over::Rationals, 1);
    assert_kernel(&parsed("0,0\n".into()), Over::Rationals, 0);
}

#[test]
fn a_basis_that_is_too_large_is_refused_by_its_size() {
    let text = by_entries(20, 40, |i, j| ((i * j * j + 7 * j) % 31).to_string());
    let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
    for over in [Over::Rationals, modulo(8_388_593)] {
        let request = Request { over, seed: 1, limit: MemoryLimit(1 << 14) };
        let error = Kernel::new(&matrix, request).unwrap_err();
        let RankError::TooLarge(error) = error else { panic!("{error}") };
        assert!(error.what.contains("the kernel, "), "{error}");
    }
}
