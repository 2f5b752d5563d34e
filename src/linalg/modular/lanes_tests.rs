//! Arithmetic on packs against integers of 128 bits.

use super::lanes::{Entries, Lanes, Operand, Product, WordLanes};
use super::wide_lanes::{MersenneLanes, WideLanes};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Every operation against integers of 128 bits, for sizes around those of tiles and reductions.
fn agrees(kernel: &impl Lanes, p: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(p);
    let (width, tile) = (kernel.width(), kernel.tile());
    let p = u128::from(p);
    for [rows, inner, cols] in [[1, 1, 1], [2, 3, 5], [3, 0, 2], [1, 1200, 9], [5, 40, 17]] {
        // The largest residues are the hardest in integers, those next to p/2 in doubles.
        for top in [p, p / 2 + 1] {
            let mut residues = |n: usize| -> Vec<u64> {
                (0..n).map(|_| rng.random_range(top.saturating_sub(3)..top) as u64).collect()
            };
            let (a, b, old) = (
                residues(rows * inner * width),
                residues(inner * cols * width),
                residues(rows * cols * width),
            );
            let words = |list: &[u64]| list.iter().map(|x| kernel.word(*x)).collect::<Vec<_>>();
            let panel: Vec<u64> = (0..cols.div_ceil(tile) * inner * tile)
                .map(|e| {
                    let (y, k) = (e / (inner * tile) * tile + e % tile, e / tile % inner.max(1));
                    if y < cols { b[k * cols + y] } else { 0 }
                })
                .collect();
            let (x, stack, panel) = (words(&a), words(&b), words(&panel));
            for (add, scalar) in [(false, false), (true, false), (false, true), (true, true)] {
                let operand = match scalar {
                    true => Operand::Panel(&panel),
                    false => Operand::Stack(&stack, [cols, 1]),
                };
                // The result is written by columns.
                let (size, out) = ([rows, inner, cols], [1, rows]);
                let product = Product { size, a: (&x, [inner, 1]), b: operand, out, add };
                let mut found = words(&old);
                kernel.product(product, &mut found);
                for (at, found) in found.iter().enumerate() {
                    let (s, e) = (at % width, at / width);
                    let (i, j) = (e % rows, e / rows);
                    let of = |k: usize| {
                        let y =
                            if scalar { b[k * cols + j] } else { b[(k * cols + j) * width + s] };
                        u128::from(a[(i * inner + k) * width + s]) * u128::from(y) % p
                    };
                    let start = if add { u128::from(old[at]) } else { 0 };
                    let sum = (0..inner).fold(start, |sum, k| (sum + of(k)) % p);
                    assert_eq!(
                        u128::from(kernel.residue(*found)),
                        sum,
                        "{p} {size:?} {add} {scalar}"
                    );
                }
            }
            let (mut sum, mut product) = (words(&old), words(&old));
            let same = residues(rows * cols);
            kernel.add(&mut sum, Entries::Scalars(&words(&same), 1));
            kernel.multiply(&mut product, Entries::Stack(&sum.clone()));
            for at in 0..old.len() {
                let total = (u128::from(old[at]) + u128::from(same[at / width])) % p;
                assert_eq!(u128::from(kernel.residue(sum[at])), total);
                let times = u128::from(old[at]) * total % p;
                assert_eq!(u128::from(kernel.residue(product[at])), times);
            }
        }
    }
}

#[test]
fn packs_are_residues_on_every_instruction_set() {
    for p in [2, 3, 10_007, 8_388_593, 67_108_859] {
        WordLanes::all(p).iter().for_each(|kernel| agrees(kernel, u64::from(p)));
    }
    agrees(&MersenneLanes::new(), (1 << 61) - 1);
    for p in [2, 67_108_879, (1 << 62) - 57, (1 << 63) - 25] {
        agrees(&WideLanes::new(p), p);
    }
}
