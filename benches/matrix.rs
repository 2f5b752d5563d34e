//! Matrices from files: reading them, and their rank, with and without its certificate, beside the rank that the
//! library finds of the same matrix in memory.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DMatrix;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::arith::{Fp, Prime};
use seprank::certificate::to_bytes;
use seprank::linalg::{rank_mod_p, rank_rational};
use seprank::matrix::read::{Format, parse};
use seprank::matrix::{Matrix, MatrixCertificate, MatrixRank, Over, Request};
use std::hint::black_box;

fn generator() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

/// n x n of rank r, as in `benches/linalg.rs`.
fn planted(n: usize, r: usize, bound: i64) -> DMatrix<i64> {
    let mut rng = generator();
    let mut factor =
        |rows, cols| DMatrix::from_fn(rows, cols, |_, _| rng.random_range(-bound..=bound));
    factor(n, r) * factor(r, n)
}

/// Words by rows, as `numpy.save` writes them.
fn npy(matrix: &DMatrix<i64>) -> Vec<u8> {
    let (rows, cols) = matrix.shape();
    let header = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({rows}, {cols}), }}");
    let header = format!("{header:<117}\n");
    let words = matrix.transpose().iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
    [b"\x93NUMPY\x01\x00v\x00", header.as_bytes(), &words].concat()
}

fn read(bytes: &[u8], format: Format) -> Matrix {
    parse(bytes, format, Default::default()).expect("a matrix")
}

/// Throughput counts the bytes of the file; of an array of 1000 x 1000, its columns one after the other.
fn reading(c: &mut Criterion) {
    let n = 1000;
    let mut rng = generator();
    let matrix = DMatrix::from_fn(n, n, |_, _| i64::from(rng.next_u32() >> 9));
    let lines = matrix.iter().map(|x| format!("{x}\n")).collect::<String>();
    let market = format!("%%MatrixMarket matrix array integer general\n{n} {n}\n{lines}");
    let line = |row: Vec<String>| row.join(",") + "\n";
    let rows = matrix.row_iter().map(|row| line(row.iter().map(i64::to_string).collect()));
    let csv: String = rows.collect();
    let mut group = c.benchmark_group("read 1000 x 1000");
    for (format, bytes) in [
        (Format::Market, market.into_bytes()),
        (Format::Csv, csv.into_bytes()),
        (Format::Npy, npy(&matrix)),
    ] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(format.name(), |b| b.iter(|| read(black_box(&bytes), format)));
    }
    group.finish();
}

/// The rank, and the rank with the bytes of its certificate.
fn command(c: &mut Criterion, name: &str, matrix: &Matrix, over: Over, library: Option<&dyn Fn()>) {
    let request = Request { over, seed: 1, limit: Default::default() };
    let rank = || MatrixRank::new(black_box(matrix), request).expect("a rank");
    let mut group = c.benchmark_group(name);
    if let Some(library) = library {
        group.bench_function(BenchmarkId::from_parameter("library"), |b| b.iter(library));
    }
    group.bench_function(BenchmarkId::from_parameter("rank"), |b| b.iter(rank));
    group.bench_function(BenchmarkId::from_parameter("rank and certificate"), |b| {
        b.iter(|| {
            let most = MatrixCertificate::ELIMINATED;
            let made = rank().certificate(matrix, "m", most, request.limit).expect("a certificate");
            (to_bytes(&made.certificate), made.side_file)
        });
    });
    group.finish();
}

fn ranks(c: &mut Criterion) {
    let p = Prime::WORD;
    for (n, r) in [(1000, 1000), (1000, 500)] {
        let words = planted(n, r, 1000);
        let residues = words.map(|x| Fp::new(x, p));
        let library = || assert_eq!(rank_mod_p(black_box(&residues), p).rank, r);
        let matrix = read(&npy(&words), Format::Npy);
        let name = format!("modulo 2^23-15: {n} x {n}, rank {r}");
        command(c, &name, &matrix, Over::Modulo(p), Some(&library));
    }
    for (n, r) in [(200, 199), (200, 100)] {
        let words = planted(n, r, 1 << 26);
        let integers = words.map(Integer::from);
        let library = || assert_eq!(rank_rational(black_box(&integers)).echelon.rank, r);
        let matrix = read(&npy(&words), Format::Npy);
        let name = format!("over Q: {n} x {n}, rank {r}");
        command(c, &name, &matrix, Over::Rationals, Some(&library));
    }
    let n = 5000;
    let mut rng = generator();
    let mut text = format!("{n} {n} M\n");
    for i in 1..=n {
        let mut columns: Vec<usize> = (0..5).map(|_| rng.random_range(1..=n)).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.iter().for_each(|j| text += &format!("{i} {j} {}\n", rng.random_range(1..100)));
    }
    let matrix = read((text + "0 0 0\n").as_bytes(), Format::Sms);
    command(c, "over Q: 5000 x 5000, 5 entries a row", &matrix, Over::Rationals, None);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = reading, ranks
}
criterion_main!(benches);
