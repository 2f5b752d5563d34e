//! Ranks over Q of products of two integer matrices: both routes agree, no rank modulo a prime is
//! larger, and the rank is at most the number of columns of the first factor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nalgebra::DMatrix;
use rug::Integer;
use seprank::arith::{Fp, Prime};
use seprank::linalg::{RowFactorisation, rank_bareiss, rank_mod_p, rank_rational};

fuzz_target!(|input: ([u8; 3], u64, Vec<(i16, u8)>)| {
    let ([rows, cols, planted], prime, entries) = input;
    let [rows, cols, planted] = [rows % 10, cols % 10, planted % 8].map(usize::from);
    // Entries of up to 270 bits; those left over are zero.
    let mut entries = entries.into_iter().map(|(n, shift)| Integer::from(n) << u32::from(shift));
    let mut factor = |m, n| DMatrix::from_fn(m, n, |_, _| entries.next().unwrap_or_default());
    let (left, right) = (factor(rows, planted), factor(planted, cols));
    let matrix = DMatrix::from_fn(rows, cols, |i, j| {
        (0..planted).map(|k| Integer::from(&left[(i, k)] * &right[(k, j)])).sum::<Integer>()
    });
    let rational = rank_rational(&matrix).echelon;
    assert_eq!(rational.rank, rank_bareiss(&matrix).rank, "{matrix}");
    assert!(rational.rank <= planted.min(rows).min(cols), "{matrix}");
    assert!(RowFactorisation::new(&matrix, &rational).verifies(&matrix), "{matrix}");
    for p in [2, 3, 5, 8_388_593, (1 << 61) - 1, prime] {
        let Ok(p) = Prime::new(p) else { continue };
        let residue =
            |n: &Integer| Fp::new(Integer::from(n % p.get()).to_i64().expect("a residue"), p);
        let modular = rank_mod_p(&matrix.map(|n| residue(&n)), p).rank;
        assert!(modular <= rational.rank, "modulo {p}: {matrix}");
    }
});
