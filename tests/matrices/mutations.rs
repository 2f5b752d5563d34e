//! Mutations of certificates of matrices: what the checker accepts is true, by brute force.
//! `SEPRANK_CASES` sets the number: 4000 by default, 10,000 where it is 750.

use crate::cases::cases;
use crate::matrices::{naive_rank, parse};
use nalgebra::DMatrix;
use num_bigint::BigInt;
use proptest::prelude::*;
use rug::{Integer, Rational};
use seprank::arith::Prime;
use seprank::certificate::{
    Certificate, Claim, Field, MatrixClaim, MatrixCover, MatrixEntries, MatrixUpper, Relation,
    SpanningColumns, Words, from_bytes, to_bytes,
};
use seprank::check::{Options, Verdict, check_by};
use seprank::linalg::rank_bareiss;
use seprank::matrix::read::Format;
use seprank::matrix::{MatrixRank, Over, Request};
use std::sync::LazyLock;

/// Certificates to start from: ranks over Q and modulo small and large primes, with and without a cover.
static HONEST: LazyLock<Vec<MatrixClaim>> = LazyLock::new(|| {
    let product = |i: usize, j: usize| ((i + 1) * (j + 2) % 7 * (1 + j % 3)).to_string();
    let texts = [
        crate::matrices::by_entries(4, 5, product),
        crate::matrices::by_entries(5, 4, |i, j| format!("{}/{}", i + j, i + 1)),
        crate::matrices::by_entries(4, 4, |i, j| (i * j + 1).to_string()),
        "1,0,0,5\n0,0,0,7\n0,0,0,0\n0,0,0,9\n".into(),
    ];
    let overs = [0, 7, 8_388_593, (1 << 61) - 1, (1 << 63) - 25];
    let claims = texts.iter().flat_map(|text| overs.map(|p| (text, p))).map(|(text, p)| {
        let over = if p == 0 { Over::Rationals } else { Over::Modulo(Prime::new(p).unwrap()) };
        let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
        let request = Request { over, seed: 3, limit: Default::default() };
        let answer = MatrixRank::new(&matrix, request).unwrap();
        let made = answer.certificate(&matrix, "m", 0, Default::default()).unwrap();
        let Claim::Matrix(claim) = made.certificate.claim else { unreachable!() };
        *claim
    });
    claims.collect()
});

/// The rank of the matrix in the claim, by brute force.
fn truth(claim: &MatrixClaim) -> usize {
    let MatrixEntries::Inline(list) = &claim.matrix.entries else { panic!("inline") };
    let (rows, cols) = (claim.matrix.rows as usize, claim.matrix.cols as usize);
    let mut dense = DMatrix::from_element(rows, cols, Rational::new());
    for entry in list {
        dense[(entry.0 as usize, entry.1 as usize)] = entry.2.to_string().parse().unwrap();
    }
    match claim.over {
        Field::Rational => {
            let scale: Integer = dense.iter().fold(Integer::from(1), |lcm, x| lcm.lcm(x.denom()));
            rank_bareiss(&dense.map(|x| (x * &scale).into_numer_denom().0)).rank
        }
        Field::Modulo(ref p) => {
            let residue = |x: &Rational| Integer::from(x.numer() % p.0).to_u64().unwrap();
            let rows: Vec<Vec<u64>> =
                dense.row_iter().map(|row| row.iter().map(residue).collect()).collect();
            naive_rank(&rows, p.0)
        }
    }
}

fn is_true(claim: &MatrixClaim) -> bool {
    let rank = BigInt::from(truth(claim));
    match claim.relation {
        Relation::AtLeast => rank >= claim.value.0,
        Relation::AtMost => rank <= claim.value.0,
        Relation::Equal => rank == claim.value.0,
    }
}

/// One change; `a` and `b` choose where and what.
fn mutate(claim: &mut MatrixClaim, kind: u8, a: u64, b: u64) {
    let pick = |length: usize| (a % length.max(1) as u64) as usize;
    let words = |list: &mut Words| match b % 5 {
        0 if !list.0.is_empty() => drop(list.0.remove(pick(list.0.len()))),
        1 => list.0.push(a as u32 % 6),
        2 if !list.0.is_empty() => {
            let at = pick(list.0.len());
            list.0[at] = b as u32 % 7;
        }
        3 => {
            list.0.push(a as u32 % 6);
            list.0.sort_unstable();
            list.0.dedup();
        }
        _ => list.0.reverse(),
    };
    match kind {
        0 => {
            if let MatrixEntries::Inline(list) = &mut claim.matrix.entries
                && !list.is_empty()
            {
                let at = pick(list.len());
                match b % 5 {
                    0 => drop(list.remove(at)),
                    1 => list[at].2.0 += BigInt::from(b % 11) - 5,
                    2 => list[at].0 = b % 6,
                    3 => list[at].1 = b % 6,
                    _ => list[at].2.0 = list[at].2.0.clone() / BigInt::from(b % 9 + 1),
                }
            }
        }
        1 => claim.value.0 += BigInt::from(b % 5) - 2,
        2 => claim.relation = [Relation::AtLeast, Relation::AtMost, Relation::Equal][pick(3)],
        3 => {
            let primes = [2, 3, 7, 9, 8_388_593, (1 << 61) - 1, (1 << 63) - 25, u64::MAX];
            claim.over = match b % 9 {
                8 => Field::Rational,
                at => Field::Modulo(seprank::certificate::Text(primes[at as usize])),
            };
        }
        4 => {
            claim.matrix.rows = claim.matrix.rows + a % 3 - 1;
            claim.matrix.cols = claim.matrix.cols + b % 3 - 1;
        }
        5..=9 => {
            let Some(minor) = &mut claim.lower else { return };
            match kind {
                5 => words(&mut minor.rows),
                6 => words(&mut minor.cols),
                7 => minor.prime.0 = [2, 3, 7, 8_388_593, 8_388_587, (1 << 61) - 1][pick(6)],
                8 => minor.solutions = None,
                _ => {
                    if let Some(list) = &mut minor.solutions {
                        answers(list, a, b);
                    }
                }
            }
        }
        10 => {
            claim.upper = [
                None,
                Some(MatrixUpper::Elimination),
                Some(MatrixUpper::Cover(MatrixCover {
                    rows: Words((0..a as u32 % 6).collect()),
                    cols: Words(Vec::new()),
                })),
                Some(MatrixUpper::Columns(SpanningColumns {
                    cols: Words((0..b as u32 % 6).collect()),
                    combinations: Vec::new(),
                })),
            ][pick(4)]
            .clone();
        }
        11 => claim.lower = None,
        _ => match &mut claim.upper {
            Some(MatrixUpper::Cover(cover)) => {
                words(if a.is_multiple_of(2) { &mut cover.rows } else { &mut cover.cols })
            }
            Some(MatrixUpper::Columns(columns)) if a.is_multiple_of(2) => words(&mut columns.cols),
            Some(MatrixUpper::Columns(columns)) => answers(&mut columns.combinations, a, b),
            _ => {}
        },
    }
}

fn answers(list: &mut Vec<seprank::certificate::Residues>, a: u64, b: u64) {
    if list.is_empty() {
        return list.push(Default::default());
    }
    let at = a as usize / 2 % list.len();
    match b % 4 {
        0 => drop(list.remove(at)),
        1 => {
            let other = b as usize / 4 % list.len();
            list.swap(at, other);
        }
        2 => list[at].0.push(b),
        _ => {
            let length = list[at].0.len().max(1);
            if let Some(x) = list[at].0.get_mut(b as usize / 4 % length) {
                *x ^= 1 << (a % 64);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn what_is_accepted_is_true(
        which in 0usize..20, changes in prop::collection::vec((0u8..14, any::<u64>(), any::<u64>()), 1..4),
        eliminate: bool,
    ) {
        let mut claim = HONEST[which].clone();
        for (kind, a, b) in changes {
            mutate(&mut claim, kind, a, b);
        }
        let certificate = Certificate::new(Claim::Matrix(Box::new(claim.clone())));
        // What cannot be written is no certificate.
        if from_bytes(&to_bytes(&certificate)).is_ok_and(|read| read == certificate) {
            let verdict = check_by(&certificate, Options { eliminate, ..Options::default() });
            if verdict.is_valid() {
                prop_assert!(is_true(&claim), "{}: {verdict}", certificate.claim);
            }
        }
    }
}

/// What the mutations start from is true and accepted, and some of it is by challenge.
#[test]
fn honest_certificates_are_accepted() {
    for claim in HONEST.iter() {
        assert!(is_true(claim));
        let certificate = Certificate::new(Claim::Matrix(Box::new(claim.clone())));
        let [quick, exact] = [false, true]
            .map(|eliminate| check_by(&certificate, Options { eliminate, ..Options::default() }));
        assert_eq!(
            [quick, exact],
            [Verdict::ValidByChallenge, Verdict::Valid],
            "{}",
            certificate.claim
        );
    }
    let covered = HONEST.iter().filter(|c| matches!(c.upper, Some(MatrixUpper::Cover(_)))).count();
    assert!(0 < covered && covered < HONEST.len());
}
