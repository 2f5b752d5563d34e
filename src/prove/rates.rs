//! How fast this machine does each step of a rank, timed now on small problems.

use super::modulus::{WORD, faithful};
use super::request::generator;
use super::units;
use crate::arith::{Fp, Prime};
use crate::linalg::{rank_dense, rank_mod_p};
use crate::network::{Architecture, InvalidProblem, Problem, WeightStyle};
use crate::tensor::hankel::{Sizes, sum_function};
use crate::tensor::{Evaluator, GridSpeed};
use nalgebra::DMatrix;
use std::cell::OnceCell;
use std::hint::black_box;
use std::time::Instant;

/// The rates, each timed when it is first asked for. Cost: below a tenth of a second on two idle cores.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    word: OnceCell<Elimination>,
    large: OnceCell<Elimination>,
    gram: OnceCell<f64>,
    reduced: OnceCell<f64>,
    term: OnceCell<f64>,
    parameter: OnceCell<f64>,
    word_grid: OnceCell<GridSpeed>,
    large_grid: OnceCell<GridSpeed>,
}

impl Rates {
    /// Eliminations modulo a prime below 2^26.
    pub(super) fn word(&self) -> Elimination {
        *self.word.get_or_init(Elimination::modulo_word)
    }

    /// Eliminations modulo 2^61 - 1.
    pub(super) fn large(&self) -> Elimination {
        *self.large.get_or_init(Elimination::modulo_large)
    }

    /// Seconds for each of the [`units::function`] of the kind of `problem`.
    pub(super) fn function(&self, problem: &Problem) -> f64 {
        match problem.architecture() {
            Architecture::Mixer(_) => {
                *self.reduced.get_or_init(|| function(&Problem::mixer(3, 2, 2, 4)))
            }
            _ => *self.gram.get_or_init(|| function(&Problem::attention(2, 8, 1, 16))),
        }
    }

    /// Seconds for each product of two terms of polynomials.
    pub(super) fn term_product(&self) -> f64 {
        *self.term.get_or_init(|| function(&Problem::mixer(3, 2, 2, 4)))
    }

    /// Seconds for each parameter of a network that is drawn and made ready for a grid.
    pub(super) fn parameter(&self) -> f64 {
        *self.parameter.get_or_init(parameter)
    }

    /// The evaluation of grids modulo [`WORD`], or else 2^61 - 1.
    pub(super) fn grid(&self, prime: Prime) -> GridSpeed {
        let cell = if prime == WORD { &self.word_grid } else { &self.large_grid };
        *cell.get_or_init(|| GridSpeed::new(prime))
    }
}

/// Seconds of an elimination of order n: `square n^2 + cube n^3`, through two timed sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elimination {
    square: f64,
    cube: f64,
}

impl Elimination {
    /// Modulo a prime below 2^26, in doubles.
    fn modulo_word() -> Self {
        let prime = Prime::WORD;
        Self::fit([256, 1024], |n| {
            let matrix = powers(n, prime);
            let data: Vec<f64> = matrix.iter().map(|x| x.residue(prime) as f64).collect();
            fastest(|| data.clone(), |mut data| rank_dense(&mut data, n, n, prime).rank)
        })
    }

    /// Modulo 2^61 - 1, in integers.
    fn modulo_large() -> Self {
        let prime = Prime::MERSENNE_61;
        Self::fit([64, 192], |n| {
            let matrix = powers(n, prime);
            fastest(|| &matrix, |matrix| rank_mod_p(matrix, prime).rank)
        })
    }

    fn fit(sizes: [usize; 2], seconds: impl Fn(usize) -> f64) -> Self {
        let [n, m] = sizes.map(|n| n as f64);
        // Seconds over n^2: a straight line in n.
        let (low, high) = (seconds(sizes[0]) / (n * n), seconds(sizes[1]) / (m * m));
        let cube = ((high - low) / (m - n)).max(high / (2.0 * m));
        Self { square: (high - cube * m).max(0.0), cube }
    }

    /// Seconds for order n.
    pub(super) fn seconds(self, n: u64) -> f64 {
        let n = n as f64;
        n * n * (self.square + self.cube * n)
    }
}

/// A Vandermonde matrix: full rank as long as n is below the order of 3.
fn powers(n: usize, prime: Prime) -> DMatrix<Fp> {
    DMatrix::from_fn(n, n, |i, j| Fp::from_residue(prime.pow_mod(3, (i * j) as u64), prime))
}

/// The least of several times of `run`, without those of `prepare`.
fn fastest<T, R>(prepare: impl Fn() -> T, run: impl Fn(T) -> R) -> f64 {
    (0..4)
        .map(|_| {
            let input = prepare();
            let start = Instant::now();
            black_box(run(input));
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
        .max(1e-7)
}

/// Seconds for each of the [`units::function`] of a small problem.
fn function(small: &Result<Problem, InvalidProblem>) -> f64 {
    let small = small.as_ref().expect("allowed sizes");
    let network = WeightStyle::Random.draw(small, &mut generator(0));
    let seconds = fastest(|| (), |()| sum_function(small, &network, Prime::WORD));
    seconds / units::function(small, Sizes::new(small).expect("sides as large as the width"))
}

fn parameter() -> f64 {
    let small = Problem::attention(1, 32, 1, 2).expect("allowed sizes");
    let ready = |()| {
        let network = WeightStyle::Random.draw(&small, &mut generator(0));
        let prime = faithful(&network, WORD).expect("integers below the prime");
        let network = network.modulo(prime).expect("integers have residues");
        Evaluator::new(&small, &network, prime)
    };
    let count = small.architecture().parameter_count(small.tokens());
    fastest(|| (), ready) / count.expect("allowed sizes") as f64
}
