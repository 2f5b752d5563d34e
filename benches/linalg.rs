//! Ranks of dense matrices of planted rank: modulo a word-sized prime, modulo 2^61 - 1, over Q.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::arith::{Fp, Prime};
use seprank::linalg::{rank_dense, rank_mod_p, rank_rational};
use std::hint::black_box;

/// An n x n product of random n x r and r x n factors, with entries of magnitude at most `bound`.
fn planted(n: usize, r: usize, bound: i64) -> DMatrix<i64> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut factor =
        |rows, cols| DMatrix::from_fn(rows, cols, |_, _| rng.random_range(-bound..=bound));
    factor(n, r) * factor(r, n)
}

/// `rank_dense`: the blocked elimination in doubles. Throughput counts n^2 r - n r^2 + r^3/3
/// multiply-adds.
fn rank_word_prime(c: &mut Criterion) {
    let mut group = c.benchmark_group("rank mod 2^23-15");
    for (n, r) in [(256, 256), (1024, 1024), (1024, 512)] {
        let matrix: Vec<f64> = planted(n, r, 1000).iter().map(|x| *x as f64).collect();
        group.throughput(Throughput::Elements((n * n * r - n * r * r + r * r * r / 3) as u64));
        group.bench_function(BenchmarkId::new(format!("n={n}"), r), |b| {
            b.iter_batched_ref(
                || matrix.clone(),
                |data| assert_eq!(rank_dense(data, n, n, Prime::WORD).rank, r),
                criterion::BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// `rank_mod_p` at 2^61 - 1: the elimination in 64-bit integers.
fn rank_large_prime(c: &mut Criterion) {
    let mut group = c.benchmark_group("rank mod 2^61-1");
    let p = Prime::MERSENNE_61;
    for (n, r) in [(256, 256), (256, 128)] {
        let matrix = planted(n, r, 1000).map(|x| Fp::new(x, p));
        group.bench_function(BenchmarkId::new(format!("n={n}"), r), |b| {
            b.iter(|| assert_eq!(rank_mod_p(black_box(&matrix), p).rank, r));
        });
    }
    group.finish();
}

/// `rank_rational`: proved by many primes (half rank), or by lifting (defect one).
fn rank_over_q(c: &mut Criterion) {
    let mut group = c.benchmark_group("rank over Q");
    for (n, r) in [(100, 50), (100, 99)] {
        let matrix = planted(n, r, 1 << 26).map(Integer::from);
        group.bench_function(BenchmarkId::new(format!("n={n}"), r), |b| {
            b.iter(|| assert_eq!(rank_rational(black_box(&matrix)).echelon.rank, r));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = rank_word_prime, rank_large_prime, rank_over_q
}
criterion_main!(benches);
