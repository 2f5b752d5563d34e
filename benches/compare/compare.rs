//! The matrices of the comparison, and this toolkit's times on them; see `run.sh`.
//!
//! Every program reads the same matrix: 64-bit signed little-endian entries by rows, no header. Every
//! timing prints `SECONDS RANK`, of the computation alone.
#![allow(clippy::print_stdout)] // the times are what it is for

use clap::{Parser, Subcommand};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::arith::{Fp, Prime, Rational};
use seprank::linalg::{rank_dense, rank_rational};
use seprank::network::{InputFamily, Problem, WeightStyle};
use seprank::prove::{RankRequest, rank};
use seprank::tensor::{Evaluator, random_points};
use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Parser)]
enum Args {
    /// Writes a matrix
    #[command(subcommand)]
    Write(Write),
    /// Times this toolkit
    #[command(subcommand)]
    Time(Time),
}

#[derive(Subcommand)]
enum Write {
    /// A product of random SIZE x RANK and RANK x SIZE factors modulo PRIME (random if full)
    Dense { size: usize, rank: usize, prime: u64, file: PathBuf },
    /// A product of random integer factors, with entries below 2^BITS
    Rational { size: usize, rank: usize, bits: u32, file: PathBuf },
    /// SIZE x SIZE values modulo PRIME of attention on random points; prints the seconds it took
    Grid { depth: usize, width: usize, tokens: usize, size: usize, prime: u64, file: PathBuf },
}

#[derive(Subcommand)]
enum Time {
    /// `linalg::rank_dense`
    Dense { size: usize, threads: usize, prime: u64, file: PathBuf },
    /// `linalg::rank_rational`
    Rational { size: usize, threads: usize, file: PathBuf },
    /// `prove::rank`: no matrix is given, the problem is
    Problem { depth: usize, width: usize, tokens: usize, threads: usize },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Args::parse() {
        Args::Write(what) => write(what),
        Args::Time(what) => {
            let threads = match what {
                Time::Dense { threads, .. }
                | Time::Rational { threads, .. }
                | Time::Problem { threads, .. } => threads,
            };
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let (seconds, rank) = pool.install(|| time(what)).map_err(|e| e.to_string())?;
            println!("{seconds:.6} {rank}");
            Ok(())
        }
    }
}

fn write(what: Write) -> Result<(), Box<dyn Error>> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (matrix, file) = match what {
        Write::Dense { size, rank, prime, file } => {
            let p = i64::try_from(prime)?;
            let mut factor =
                |rows, cols| DMatrix::from_fn(rows, cols, |_, _| rng.random_range(0..p) as f64);
            let matrix = if rank >= size {
                factor(size, size)
            } else {
                product(&factor(size, rank), &factor(rank, size), p as f64)
            };
            (matrix.map(|x| x as i64), file)
        }
        Write::Rational { size, rank, bits, file } => {
            // Six standard deviations of a sum of `rank` products stay below 2^bits.
            let bound = (f64::from(bits).exp2() / (2.0 * (rank as f64).sqrt())).sqrt() as i64;
            let mut factor =
                |rows, cols| DMatrix::from_fn(rows, cols, |_, _| rng.random_range(-bound..=bound));
            (factor(size, rank) * factor(rank, size), file)
        }
        Write::Grid { depth, width, tokens, size, prime, file } => {
            let prime = Prime::new(prime)?;
            let problem = Problem::attention(depth, width, 1, tokens)?;
            let reduce = |q: &Rational| Fp::from_ratio(q, prime).expect("integer weights");
            let network = WeightStyle::Random.draw(&problem, &mut rng).map(reduce);
            let family = InputFamily::all(&problem);
            let points = random_points(&family, (size, size), prime, &mut rng);
            let start = Instant::now();
            let values = Evaluator::new(&problem, &network, prime).grid(&points, &|_| ());
            println!("{:.6}", start.elapsed().as_secs_f64());
            (values.map(|x| x.residue(prime) as i64), file)
        }
    };
    let bytes: Vec<u8> = matrix.transpose().iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(fs::write(file, bytes)?)
}

/// The product modulo p below 2^26, of at most 2^14 terms: the left factor in halves of 13 bits keeps
/// every sum below 2^53.
fn product(left: &DMatrix<f64>, right: &DMatrix<f64>, p: f64) -> DMatrix<f64> {
    let half = 8192.0;
    let low = left.map(|x| x % half);
    let high = left.map(|x| (x / half).floor());
    (high * right).map(|x| x % p * half % p).zip_map(&(low * right), |x, y| (x + y) % p)
}

fn time(what: Time) -> Result<(f64, usize), Box<dyn Error + Send + Sync>> {
    match what {
        Time::Dense { size, prime, file, .. } => {
            let mut data: Vec<f64> = read(file)?.into_iter().map(|x| x as f64).collect();
            let prime = Prime::new(prime)?;
            let start = Instant::now();
            let rank = rank_dense(&mut data, size, size, prime).rank;
            Ok((start.elapsed().as_secs_f64(), rank))
        }
        Time::Rational { size, file, .. } => {
            let entries = read(file)?.into_iter().map(Integer::from);
            let matrix = DMatrix::from_row_iterator(size, size, entries);
            let start = Instant::now();
            let rank = rank_rational(&matrix).echelon.rank;
            Ok((start.elapsed().as_secs_f64(), rank))
        }
        Time::Problem { depth, width, tokens, .. } => {
            let request = RankRequest::new(Problem::attention(depth, width, 1, tokens)?);
            let start = Instant::now();
            let rank = rank(&request, &|_, _| ())?.rank;
            Ok((start.elapsed().as_secs_f64(), rank))
        }
    }
}

fn read(file: PathBuf) -> std::io::Result<Vec<i64>> {
    let entry = |b: &[u8]| b.iter().rev().fold(0, |x, &byte| x << 8 | i64::from(byte));
    Ok(fs::read(file)?.chunks_exact(8).map(entry).collect())
}
