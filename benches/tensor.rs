//! The matrices behind a separation rank: grids, coefficient tensors, Hankel blocks.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational};
use seprank::network::{InputFamily, Network, Problem, WeightStyle};
use seprank::tensor::hankel::gram_function;
use seprank::tensor::{CoefficientTensor, Evaluator, MemoryLimit, grid, random_points};

const PRIME: Prime = Prime::WORD;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn attention(depth: usize, width: usize, tokens: usize) -> (Problem, Network<Rational>) {
    let problem = Problem::attention(depth, width, 1, tokens).expect("one head fits");
    let network = WeightStyle::Random.draw(&problem, &mut rng());
    (problem, network)
}

fn reduce(q: &Rational) -> Fp {
    Fp::from_ratio(q, PRIME).expect("integer weights")
}

/// 100 x 100 values: by forward passes at depth 3, width 3, 6 tokens, and by an evaluator there and at width
/// 64, where a multiply-add of each of the 10^4 pairs counts as one.
fn grid_evaluation(c: &mut Criterion) {
    let mut group = c.benchmark_group("grid, 100 x 100");
    for (depth, width, tokens) in [(3, 3, 6), (2, 64, 4)] {
        let (problem, network) = attention(depth, width, tokens);
        let network = network.map(reduce);
        let points = random_points(&InputFamily::all(&problem), (100, 100), PRIME, &mut rng());
        let size = format!("L={depth} d={width} N={tokens}");
        if width == 3 {
            group.bench_function(BenchmarkId::new("forward passes", &size), |b| {
                b.iter(|| grid(&problem, &network, &points, &|_| ()));
            });
        }
        let evaluator = Evaluator::new(&problem, &network, PRIME);
        group.bench_function(BenchmarkId::new("evaluator", &size), |b| {
            b.iter(|| evaluator.grid(&points, &|_| ()));
        });
    }
    group.finish();
}

/// The forward pass over polynomials in 8 variables, of degree 9.
fn coefficient_tensor(c: &mut Criterion) {
    let (problem, network) = attention(2, 2, 4);
    let family = InputFamily::all(&problem);
    c.bench_function("coefficient tensor, L=2 d=2 N=4", |b| {
        b.iter(|| {
            CoefficientTensor::new(&problem, &network, &family, reduce, MemoryLimit::default())
                .expect("a few thousand terms")
        });
    });
}

/// The Gram polynomial of depth 3, width 3 (27132 monomials of degree 13 in 6 variables), and the
/// largest of its blocks.
fn hankel(c: &mut Criterion) {
    let (problem, network) = attention(3, 3, 6);
    let polynomial = || gram_function(&problem, &network, PRIME).expect("both sides are wide");
    c.bench_function("Gram polynomial, L=3 d=3", |b| b.iter(polynomial));
    let function = polynomial();
    let largest = (0..=function.degree())
        .max_by_key(|&b| function.block_rank(b, u64::MAX, &mut rng()).rank)
        .expect("at least one block");
    c.bench_function("Hankel block, L=3 d=3", |b| {
        b.iter(|| function.block_rank(largest, u64::MAX, &mut rng()));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = grid_evaluation, coefficient_tensor, hankel
}
criterion_main!(benches);
