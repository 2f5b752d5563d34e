//! Matrices from files: their ranks against brute force and known ones, and their certificates.

use crate::cases::cases;
use crate::matrices::{csv, dense, naive_rank, parse};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rug::{Integer, Rational};
use seprank::arith::Prime;
use seprank::certificate::{
    Certificate, Claim, MatrixClaim, MatrixEntries, MatrixUpper, from_bytes, to_bytes,
};
use seprank::check::{Options, Verdict, check, check_by, check_with};
use seprank::linalg::rank_bareiss;
use seprank::matrix::read::Format;
use seprank::matrix::{
    Matrix, MatrixCertificate, MatrixRank, Over, Part, RankError, Request, SideFile, Upper,
};

fn request(over: Over) -> Request {
    Request { over, seed: 1, limit: Default::default() }
}

fn rank(matrix: &Matrix, over: Over) -> MatrixRank {
    MatrixRank::new(matrix, request(over)).unwrap()
}

fn modulo(p: u64) -> Over {
    Over::Modulo(Prime::new(p).unwrap())
}

fn certificate(matrix: &Matrix, answer: &MatrixRank) -> MatrixCertificate {
    answer.certificate(matrix, "m", 0, Default::default()).unwrap()
}

/// The certificate by challenge is read back from its bytes, and valid in both ways; that of a small matrix has no
/// challenges.
fn assert_checked(matrix: &Matrix, answer: &MatrixRank) -> Certificate {
    let MatrixCertificate { certificate, side_file } = certificate(matrix, answer);
    assert_eq!(from_bytes(&to_bytes(&certificate)).unwrap(), certificate);
    let file = side_file.as_ref().map(|file| &file.bytes[..]);
    let verdict = check_with(&certificate, file, Options::default());
    let expected = if answer.rank == 0 { Verdict::Valid } else { Verdict::ValidByChallenge };
    assert_eq!(verdict, expected, "{}", certificate.claim);
    let verdict = check_with(&certificate, file, Options { eliminate: true, ..Options::default() });
    assert_eq!(verdict, Verdict::Valid, "{}", certificate.claim);
    let most = MatrixCertificate::ELIMINATED;
    let plain = answer.certificate(matrix, "m", most, Default::default()).unwrap().certificate;
    let verdict = check_with(&plain, file, Options::default());
    let small = matrix.rows() < 100 || answer.over != Over::Rationals;
    let expected = if small { Verdict::Valid } else { Verdict::ValidByChallenge };
    assert_eq!(verdict, expected, "{}", certificate.claim);
    certificate
}

fn from_entries(rows: usize, cols: usize, entry: impl Fn(usize, usize) -> Integer) -> Matrix {
    let row = |i| (0..cols).map(|j| entry(i, j).to_string()).collect::<Vec<_>>().join(",");
    parse((0..rows).map(row).collect::<Vec<_>>().join("\n").as_bytes(), Format::Csv).unwrap()
}

proptest! {
    #![proptest_config(cases(300))]

    /// Over Q against Bareiss, modulo primes against a plain elimination; with certificates.
    #[test]
    fn ranks_are_those_of_brute_force(
        rows in 1usize..7, cols in 1usize..7, inner in 0usize..6, size in 1i64..40, fractions: bool, seed: u64,
    ) {
        let mut state = seed;
        let mut next = move |size: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as i64 % (2 * size + 1) - size
        };
        let left = DMatrix::from_fn(rows, inner, |_, _| next(size));
        let right = DMatrix::from_fn(inner, cols, |_, _| next(2));
        let product = &left * &right;
        let scale: Vec<i64> = (0..rows).map(|i| if fractions { 1 + 6 * i as i64 } else { 1 }).collect();
        let entry = |i: usize, j: usize| Rational::from((product[(i, j)], scale[i])).to_string();
        let line = |i| (0..cols).map(|j| entry(i, j)).collect::<Vec<_>>().join(",");
        let text = (0..rows).map(line).collect::<Vec<_>>().join("\n");
        let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
        let exact = rank_bareiss(&product.map(Integer::from)).rank;
        let found = rank(&matrix, Over::Rationals);
        prop_assert_eq!((found.rank, found.part()), (exact, Part::Exact));
        assert_checked(&matrix, &found);
        for p in [2u64, 3, 5, 8_388_593, (1 << 61) - 1, (1 << 63) - 25] {
            if fractions && p < 40 {
                continue; // a denominator has no inverse
            }
            let naive = naive_rank(&dense(&matrix, p), p);
            let found = rank(&matrix, modulo(p));
            prop_assert_eq!(found.rank, naive, "{}", p);
            assert_checked(&matrix, &found);
        }
    }

}

proptest! {
    #![proptest_config(cases(30))]

    /// Sparse ones, large enough for the sparse elimination: the same rank as of all entries in a dense matrix.
    #[test]
    fn sparse_ranks_are_those_of_dense_matrices(
        rows in 260usize..340, cols in 260usize..340, each in 0u64..7, shape in 0u8..3, seed: u64,
    ) {
        let text = crate::matrices::sparse(rows, cols, each, shape, seed);
        let matrix = parse(text.as_bytes(), Format::Sms).unwrap();
        for p in [2u64, 7, 8_388_593, (1 << 61) - 1] {
            let dense = dense(&matrix, p);
            let found = rank(&matrix, modulo(p));
            prop_assert_eq!(found.rank, naive_rank(&dense, p), "{}", p);
            if p > 2 {
                assert_checked(&matrix, &found);
            }
        }
    }
}

#[test]
fn known_ranks() {
    // Hilbert's matrix, as fractions and scaled: full rank. lcm(1..=23) clears the denominators of order 12.
    let text = crate::matrices::by_entries(12, 12, |i, j| format!("1/{}", i + j + 1));
    let hilbert = parse(text.as_bytes(), Format::Csv).unwrap();
    assert_eq!(rank(&hilbert, Over::Rationals).rank, 12);
    assert_checked(&hilbert, &rank(&hilbert, Over::Rationals));
    // Vandermonde's matrix of points with repetitions: as many as there are points.
    let vandermonde =
        from_entries(9, 14, |i, j| Integer::from(Integer::u_pow_u((i % 5) as u32 + 2, j as u32)));
    let found = rank(&vandermonde, Over::Rationals);
    assert_eq!((found.rank, found.part()), (5, Part::Exact));
    assert_checked(&vandermonde, &found);
    // i + j: rank 2; i^2 + 2 i j + j^2: rank 3; modulo 2 the latter is i^2 + j^2.
    let square = from_entries(30, 30, |i, j| Integer::from((i + j) * (i + j)));
    assert_eq!(
        [Over::Rationals, modulo(7), modulo(2)].map(|over| rank(&square, over).rank),
        [3, 3, 2]
    );
    // The empty matrix and zeros.
    for text in ["0 0 M\n0 0 0\n", "0 5 M\n0 0 0\n", "3 0 M\n0 0 0\n", "4 4 M\n0 0 0\n"] {
        let zero = parse(text.as_bytes(), Format::Sms).unwrap();
        let found = rank(&zero, Over::Rationals);
        assert_eq!(found.rank, 0);
        assert!(check(&certificate(&zero, &found).certificate).is_valid());
    }
}

/// The oriented incidence matrix of a graph has as many rows as vertices and rank n - c (Kirchhoff 1847),
/// the one without signs as well modulo 2; over Q without signs n less the bipartite components.
#[test]
fn incidence_matrices_of_graphs() {
    // Cycles of lengths 3 to 26, half of them odd.
    let lengths: Vec<usize> = (3..27).collect();
    let vertices: usize = lengths.iter().sum();
    for signed in [true, false] {
        let mut lines = Vec::new();
        let mut first = 0;
        for length in &lengths {
            for k in 0..*length {
                let edge = lines.len() / 2 + 1;
                lines.push(format!("{} {edge} 1", first + k + 1));
                let minus = if signed { "-" } else { "" };
                lines.push(format!("{} {edge} {minus}1", first + (k + 1) % length + 1));
            }
            first += length;
        }
        let text = format!("{vertices} {vertices} M\n{}\n0 0 0\n", lines.join("\n"));
        let matrix = parse(text.as_bytes(), Format::Sms).unwrap();
        let (over_q, two) = (rank(&matrix, Over::Rationals), rank(&matrix, modulo(2)));
        let even = lengths.iter().filter(|l| *l % 2 == 0).count();
        assert_eq!(over_q.rank, vertices - if signed { lengths.len() } else { even });
        assert_eq!(over_q.part(), Part::Exact);
        assert_eq!(two.rank, vertices - lengths.len());
        assert_checked(&matrix, &over_q);
        assert_checked(&matrix, &two);
    }
}

/// Determinants that the usual primes divide, and entries that are not doubles.
#[test]
fn what_trips_modular_ranks_and_floats() {
    let product = ((1u64 << 61) - 1, 8_388_593u64);
    let text = format!("{},0\n0,{}\n", product.0, product.1);
    let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
    assert_eq!(rank(&matrix, Over::Rationals).rank, 2);
    assert_eq!([product.0, product.1].map(|p| rank(&matrix, modulo(p)).rank), [1, 1]);
    // The prime that the seed draws divides a determinant: the minor is found modulo another.
    let drawn = rank(&matrix, Over::Rationals).prime().get();
    let unlucky =
        parse(format!("1,1,0\n1,{},0\n0,0,0\n", drawn + 1).as_bytes(), Format::Csv).unwrap();
    let found = rank(&unlucky, Over::Rationals);
    assert_eq!((found.rank, found.part()), (2, Part::Exact));
    assert_ne!(found.prime().get(), drawn);
    assert_checked(&unlucky, &found);
    // [2^53 + 1, 2^53; 2^53 + 2, 2^53 + 1] has determinant 1; in doubles two rows are equal.
    let n = 1u64 << 53;
    let text = format!("{},{n}\n{},{}\n", n + 1, n + 2, n + 1);
    assert_eq!(rank(&parse(text.as_bytes(), Format::Csv).unwrap(), Over::Rationals).rank, 2);
    // Larger than words: 10^40 times a matrix of rank 1, and one more.
    let ten = Integer::from(Integer::u_pow_u(10, 40));
    let large = from_entries(3, 3, |i, j| &ten * Integer::from((i + 1) * (j + 1)));
    let found = rank(&large, Over::Rationals);
    assert_eq!(found.rank, 1);
    assert_checked(&large, &found);
    // W. Kahan's matrix: doubles find it of full rank or not by their threshold; its scaled integers have rank n.
    let kahan = from_entries(40, 40, |i, j| {
        let power = Integer::from(Integer::u_pow_u(3, i as u32));
        if i == j {
            power
        } else if i < j {
            -power * 2
        } else {
            Integer::new()
        }
    });
    assert_eq!(rank(&kahan, Over::Rationals).rank, 40);
}

/// A permutation of a direct sum of an identity and a matrix of low rank.
#[test]
fn a_permutation_plus_low_rank_and_evidence_of_each_kind() {
    let n = 60;
    let entry = |i: usize, j: usize| {
        let (i, j) = ((i * 7) % n, (j * 11) % n);
        if i < 30 || j < 30 {
            Integer::from(u32::from(i == j))
        } else {
            Integer::from(i * j + i + j + 1)
        }
    };
    let matrix = from_entries(n, n, entry);
    let found = rank(&matrix, Over::Rationals);
    assert_eq!(found.rank, 31);
    assert!(matches!(found.upper, Upper::Rational(_)), "{:?}", found.upper);
    let certificate = assert_checked(&matrix, &found);
    assert!(matches!(claim(&certificate).upper, Some(MatrixUpper::Columns(_))));
    let full = from_entries(5, 9, |i, j| Integer::from(u32::from(i == j)));
    let found = rank(&full, Over::Rationals);
    assert!(matches!(&found.upper, Upper::Cover(cover) if cover.size() == 5));
}

fn claim(certificate: &Certificate) -> &MatrixClaim {
    let Claim::Matrix(claim) = &certificate.claim else { panic!("a claim on a matrix") };
    claim
}

/// A matrix that is too large for the certificate goes to a file, which the certificate names by its digest.
#[test]
fn large_matrices_go_to_a_file() {
    let filed = |n: usize, over: Over, entry: &dyn Fn(usize, usize) -> usize| {
        let text = crate::matrices::by_entries(n, n, |i, j| entry(i, j).to_string());
        let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
        let made = certificate(&matrix, &rank(&matrix, over));
        let file = made.side_file.expect("a file");
        let verdict = check_with(&made.certificate, Some(&file.bytes), Options::default());
        assert_eq!(verdict, Verdict::ValidByChallenge);
        (matrix, made.certificate, file)
    };
    // Two places in five are not zero, or nearly all: an array, of two bytes each or of four.
    let few = |i: usize, j: usize| usize::from((2 * i + j) % 5 < 2) * ((3 * i + j) % 7 + 1);
    let (matrix, _, file) = filed(1000, modulo(1_000_003), &few);
    assert_eq!(parse(&file.bytes, Format::Sms).unwrap(), matrix);
    let most = |i: usize, j: usize| (i * i + 3 * j) % 1009 * (j % 3 + 1);
    let (matrix, _, file) = filed(700, modulo(1_000_003), &|i, j| 90 * most(i, j) * 100_003);
    let again = parse(&file.bytes, Format::Npy).unwrap();
    assert_eq!(dense(&again, 1_000_003), dense(&matrix, 1_000_003));
    assert_eq!((file.bytes.len(), file.name), (128 + 4 * 700 * 700, "m.npy".into()));
    let (matrix, certificate, SideFile { bytes, .. }) = filed(700, Over::Rationals, &most);
    assert_eq!(parse(&bytes, Format::Npy).unwrap(), matrix);
    assert_eq!(bytes.len(), 128 + 2 * 700 * 700);
    // Not without the file, and not with another.
    let kind = |file: Option<&[u8]>| {
        check_with(&certificate, file, Options::default()).finding().map(|f| f.kind.name())
    };
    assert_eq!(kind(None), Some("missing-matrix"));
    assert_eq!(kind(Some(&bytes[1..])), Some("missing-matrix"));
}

#[test]
fn requests_that_make_no_sense() {
    let matrix = parse(b"1/3,1\n", Format::Csv).unwrap();
    let error = MatrixRank::new(&matrix, request(modulo(3))).unwrap_err();
    assert!(matches!(error, RankError::NoResidue(_)));
    assert_eq!(
        error.to_string(),
        "row 1, column 1: 1/3 has no residue modulo 3: allowed are denominators that the prime does not divide"
    );
    let limit = seprank::tensor::MemoryLimit(4000);
    let matrix = parse(csv(30, 30, 5).as_bytes(), Format::Csv).unwrap();
    let error = MatrixRank::new(&matrix, Request { limit, ..request(modulo(5)) }).unwrap_err();
    assert!(matches!(error, RankError::TooLarge(_)), "{error}");
}

/// The same challenge for two claims, too few answers, another order: all are noticed.
#[test]
fn attacks_on_the_challenge() {
    let text = crate::matrices::by_entries(12, 12, |i, j| {
        ((i + 1) * (j + 1) + usize::from(i == j && i < 6)).to_string()
    });
    let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
    let honest = assert_checked(&matrix, &rank(&matrix, Over::Rationals));
    let edited = |edit: &dyn Fn(&mut MatrixClaim)| {
        let mut claim = claim(&honest).clone();
        edit(&mut claim);
        let certificate = Certificate::new(Claim::Matrix(Box::new(claim)));
        check_by(&certificate, Options::default()).finding().map(|f| f.kind.name())
    };
    fn columns(claim: &mut MatrixClaim) -> &mut seprank::certificate::SpanningColumns {
        let Some(MatrixUpper::Columns(columns)) = &mut claim.upper else { panic!("columns") };
        columns
    }
    fn lower(claim: &mut MatrixClaim) -> &mut seprank::certificate::MatrixMinor {
        claim.lower.as_mut().expect("a minor")
    }
    // Answers to another claim: the value, the relation, an entry.
    assert_eq!(edited(&|c| c.value.0 += 1), Some("missing-rows"));
    assert_eq!(
        edited(&|c| {
            c.relation = seprank::certificate::Relation::AtLeast;
            c.upper = None;
        }),
        Some("challenge")
    );
    assert_eq!(
        edited(&|c| {
            let MatrixEntries::Inline(list) = &mut c.matrix.entries else { panic!("inline") };
            list[143].2.0 += num_bigint::BigInt::from(1);
        }),
        Some("challenge")
    );
    // A prime for which these answers would be too few, and one that is none.
    assert_eq!(edited(&|c| lower(c).prime.0 = 3), Some("challenge"));
    assert_eq!(edited(&|c| lower(c).prime.0 = 9), Some("prime"));
    // Answers left out, given twice, in another order, of another length, not reduced.
    for edit in [
        (|list| drop(list.pop())) as fn(&mut Vec<seprank::certificate::Residues>),
        |list| list.push(list[0].clone()),
        |list| list[1] = list[0].clone(),
        |list| list.swap(0, 1),
        |list| list.clear(),
        |list| list[0].0.clear(),
    ] {
        assert_eq!(
            edited(&|c| edit(lower(c).solutions.as_mut().expect("solutions"))),
            Some("challenge")
        );
        // Over Q the primes differ, so an answer in another place may be no residue.
        let found = edited(&|c| edit(&mut columns(c).combinations));
        assert!(matches!(found, Some("challenge" | "residue")), "{found:?}");
    }
    let prime = claim(&honest).lower.as_ref().expect("a minor").prime.0;
    assert_eq!(
        edited(&|c| lower(c).solutions.as_mut().expect("solutions")[0].0[0] += prime),
        Some("residue")
    );
    assert_eq!(edited(&|c| columns(c).combinations[0].0[0] |= 1 << 63), Some("residue"));
    // Rows in another order, or one twice, to pass a smaller minor off as a larger one.
    assert_eq!(edited(&|c| lower(c).rows.0.swap(0, 1)), Some("matrix"));
    assert_eq!(edited(&|c| lower(c).rows.0[1] = lower(c).rows.0[0]), Some("matrix"));
    assert_eq!(
        edited(&|c| {
            let list = &mut columns(c).cols.0;
            list[1] = list[0];
        }),
        Some("matrix")
    );
}

/// A singular minor with answers made for it: the equations have no solutions, whatever is tried.
#[test]
fn a_false_claim_is_not_found_by_trying_answers() {
    let text = crate::matrices::by_entries(6, 6, |i, j| ((i + 1) * (j + 1)).to_string());
    let matrix = parse(text.as_bytes(), Format::Csv).unwrap();
    let honest = assert_checked(&matrix, &rank(&matrix, modulo(2)));
    let mut false_claim = claim(&honest).clone();
    // Modulo 2 a challenge is met by one try in 2 each, and 128 are asked for.
    false_claim.value.0 += 1;
    let minor = false_claim.lower.as_mut().expect("a minor");
    let extra = (0..6).find(|i| !minor.rows.0.contains(i)).expect("a row");
    minor.rows.0.push(extra);
    minor.rows.0.sort_unstable();
    let extra = (0..6).find(|j| !minor.cols.0.contains(j)).expect("a column");
    minor.cols.0.push(extra);
    minor.cols.0.sort_unstable();
    let mut accepted = 0;
    for bits in 0..64u64 {
        for solution in
            false_claim.lower.as_mut().expect("a minor").solutions.as_mut().expect("solutions")
        {
            solution.0 = vec![bits & 1, bits >> 1 & 1];
        }
        let certificate = Certificate::new(Claim::Matrix(Box::new(false_claim.clone())));
        accepted += usize::from(check(&certificate).is_valid());
    }
    assert_eq!(accepted, 0);
}
