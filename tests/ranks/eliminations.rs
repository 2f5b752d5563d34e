//! Every rank routine against planted ranks and an obviously right reference.

use crate::cases::cases;
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::{Integer, Rational};
use seprank::arith::{Fp, Prime};
use seprank::linalg::{RowFactorisation, rank_bareiss, rank_mod_p, rank_rational};

/// Rank by definition: the largest k with a non-zero minor, all minors tried (small matrices only).
fn rank_by_minors(m: &DMatrix<i64>) -> usize {
    use itertools::Itertools;
    fn determinant(m: &DMatrix<i64>, rows: &[usize], cols: &[usize]) -> i128 {
        let Some((&col, rest)) = cols.split_first() else { return 1 };
        let mut sum = 0;
        for (k, &row) in rows.iter().enumerate() {
            let others: Vec<usize> = rows.iter().copied().filter(|r| *r != row).collect();
            let sign = if k % 2 == 0 { 1 } else { -1 };
            sum += sign * i128::from(m[(row, col)]) * determinant(m, &others, rest);
        }
        sum
    }
    (0..=m.nrows().min(m.ncols()))
        .rev()
        .find(|&k| {
            (0..m.nrows()).combinations(k).any(|rows| {
                (0..m.ncols()).combinations(k).any(|cols| determinant(m, &rows, &cols) != 0)
            })
        })
        .unwrap_or(0)
}

/// A random rows x cols integer matrix of rank exactly r: a unit lower trapezoid times a unit upper
/// one, with rows and columns shuffled.
fn planted(rows: usize, cols: usize, r: usize, rng: &mut ChaCha20Rng) -> DMatrix<i64> {
    use rand::seq::SliceRandom;
    let mut entry = |i: usize, j: usize| match i.cmp(&j) {
        std::cmp::Ordering::Equal => 1,
        std::cmp::Ordering::Greater => rng.random_range(-3..=3),
        std::cmp::Ordering::Less => 0,
    };
    let left = DMatrix::from_fn(rows, r, &mut entry);
    let right = DMatrix::from_fn(cols, r, &mut entry).transpose();
    let product = left * right;
    let shuffled = |n: usize, rng: &mut ChaCha20Rng| {
        let mut order: Vec<usize> = (0..n).collect();
        order.shuffle(rng);
        order
    };
    let (i, j) = (shuffled(rows, rng), shuffled(cols, rng));
    DMatrix::from_fn(rows, cols, |a, b| product[(i[a], j[b])])
}

fn modulo(m: &DMatrix<i64>, p: Prime) -> DMatrix<Fp> {
    m.map(|x| Fp::new(x, p))
}

fn integers(m: &DMatrix<i64>) -> DMatrix<Integer> {
    m.map(Integer::from)
}

/// The certified minor is not zero modulo p.
fn minor_is_invertible(m: &DMatrix<i64>, rows: &[usize], cols: &[usize], p: Prime) -> bool {
    let minor = DMatrix::from_fn(rows.len(), cols.len(), |i, j| m[(rows[i], cols[j])]);
    // Over Q, and then its determinant modulo p, by fractions.
    let mut a = minor.map(Rational::from);
    let mut determinant = Rational::from(1);
    for k in 0..a.nrows() {
        let Some(found) = (k..a.nrows()).find(|&i| a[(i, k)] != 0) else { return false };
        if found != k {
            a.swap_rows(found, k);
            determinant = -determinant;
        }
        determinant *= &a[(k, k)];
        for i in k + 1..a.nrows() {
            let factor = Rational::from(&a[(i, k)] / &a[(k, k)]);
            for j in k..a.ncols() {
                let product = Rational::from(&factor * &a[(k, j)]);
                a[(i, j)] -= product;
            }
        }
    }
    !determinant.numer().is_divisible(&Integer::from(p.get()))
}

#[test]
fn planted_ranks_of_every_size_empty_ones_included() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let p = Prime::MERSENNE_61;
    for rows in 0..8 {
        for cols in 0..8 {
            for r in 0..=rows.min(cols) {
                let m = planted(rows, cols, r, &mut rng);
                let echelon = rank_mod_p(&modulo(&m, p), p);
                assert_eq!(echelon.rank, r, "mod p: {rows} x {cols}\n{m}");
                assert!(minor_is_invertible(&m, &echelon.pivot_rows, &echelon.pivot_cols, p));
                assert_eq!(rank_bareiss(&integers(&m)).rank, r, "Bareiss: {rows} x {cols}\n{m}");
                let rational = rank_rational(&integers(&m));
                assert_eq!(rational.echelon.rank, r, "over Q: {rows} x {cols}\n{m}");
                let factors = RowFactorisation::new(&integers(&m), &rational.echelon);
                assert!(factors.verifies(&integers(&m)));
            }
        }
    }
}

#[test]
fn larger_planted_ranks() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let p = Prime::MERSENNE_61;
    for (rows, cols, r) in [(40, 40, 40), (60, 35, 17), (35, 60, 34), (50, 50, 1)] {
        let m = planted(rows, cols, r, &mut rng);
        assert_eq!(rank_mod_p(&modulo(&m, p), p).rank, r);
        assert_eq!(rank_bareiss(&integers(&m)).rank, r);
        assert_eq!(rank_rational(&integers(&m)).echelon.rank, r);
    }
}

#[test]
fn a_factorisation_with_a_wrong_entry_does_not_verify() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let m = integers(&planted(5, 6, 3, &mut rng));
    let good = RowFactorisation::new(&m, &rank_rational(&m).echelon);
    assert!(good.verifies(&m));
    for i in 0..5 {
        for k in 0..3 {
            let mut bad = good.clone();
            bad.coefficients[(i, k)] += 1;
            assert!(!bad.verifies(&m));
        }
    }
}

#[test]
fn the_rank_modulo_an_unlucky_prime_is_smaller() {
    // diag(1, 7): rank 2 over Q, 1 modulo 7.
    let m = DMatrix::from_row_slice(2, 2, &[1, 0, 0, 7]);
    let seven = Prime::new(7).unwrap();
    assert_eq!(rank_mod_p(&modulo(&m, seven), seven).rank, 1);
    assert_eq!(rank_rational(&integers(&m)).echelon.rank, 2);
    // The default prime itself as an entry: the first prime is unlucky and must be given up.
    let p = i64::try_from(Prime::MERSENNE_61.get()).unwrap();
    let m = DMatrix::from_row_slice(2, 2, &[1, 0, 0, p]);
    assert_eq!(rank_rational(&integers(&m)).echelon.rank, 2);
}

/// Primes on either side of the limit of the elimination in doubles; the first two are the first that
/// [`rank_rational`] tries.
const PRIMES: [u64; 8] = [
    8_388_593,
    8_388_587,
    3,
    67_108_859,
    67_108_879,
    (1 << 61) - 1,
    (1 << 62) - 57,
    (1 << 63) - 25,
];

proptest! {
    #![proptest_config(cases(256))]

    /// L diag(u, .., p v, ..) R with unit trapezoids L and R: the rank over Q is the order of the
    /// diagonal, the rank modulo p the number of its entries that p does not divide.
    #[test]
    fn planted_ranks_at_unlucky_primes(
        rows in 1usize..50, cols in 1usize..50, order in 0usize..50, lost in 0usize..6,
        which in 0usize..PRIMES.len(), seed: u64,
    ) {
        let p = PRIMES[which];
        let order = order.min(rows).min(cols);
        let lost = lost.min(order);
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut unit = |n: usize| {
            DMatrix::from_fn(n, order, |i, j| match i.cmp(&j) {
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => rng.random_range(-3i128..=3),
                std::cmp::Ordering::Less => 0,
            })
        };
        let (left, mut right) = (unit(rows), unit(cols));
        let mut positions = rand::seq::index::sample(&mut rng, order, lost).into_vec();
        positions.sort_unstable();
        for &k in &positions {
            right.column_mut(k).iter_mut().for_each(|x| *x *= i128::from(p));
        }
        let m = left * right.transpose();
        let prime = Prime::new(p).unwrap();
        let reduced = m.map(|x| {
            Fp::from_residue(u64::try_from(x.rem_euclid(i128::from(p))).unwrap(), prime)
        });
        let echelon = rank_mod_p(&reduced, prime);
        prop_assert_eq!(echelon.rank, order - lost);
        prop_assert_eq!((echelon.pivot_rows.len(), echelon.pivot_cols.len()), (order - lost, order - lost));
        let minor = reduced.select_rows(&echelon.pivot_rows).select_columns(&echelon.pivot_cols);
        prop_assert_eq!(rank_mod_p(&minor, prime).rank, order - lost);
        let rational = rank_rational(&m.map(Integer::from));
        prop_assert_eq!(rational.echelon.rank, order);
    }

    #[test]
    fn all_routes_agree_with_the_definition(
        rows in 0usize..5, cols in 0usize..5, entries in prop::collection::vec(-3i64..=3, 25)
    ) {
        let m = DMatrix::from_fn(rows, cols, |i, j| entries[5 * i + j]);
        let expected = rank_by_minors(&m);
        let p = Prime::MERSENNE_61;
        prop_assert_eq!(rank_mod_p(&modulo(&m, p), p).rank, expected);
        prop_assert_eq!(rank_bareiss(&integers(&m)).rank, expected);
        prop_assert_eq!(rank_rational(&integers(&m)).echelon.rank, expected);
        // Proposition 1.4: modulo any prime the rank is at most that over Q.
        for p in [2, 3, 5, 65_537].map(|p| Prime::new(p).unwrap()) {
            let echelon = rank_mod_p(&modulo(&m, p), p);
            prop_assert!(echelon.rank <= expected);
            prop_assert!(minor_is_invertible(&m, &echelon.pivot_rows, &echelon.pivot_cols, p));
        }
    }
}
