//! How fast this machine does each step of a rank, timed now on small problems.

use super::certificate::weights;
use super::modulus::{WORD, faithful};
use super::request::generator;
use super::units;
use crate::arith::{Fp, Prime, Rational, Ring};
use crate::linalg::{rank_dense, rank_mod_p};
use crate::network::{Architecture, Network, Problem, WeightStyle};
use crate::poly::Polynomial;
use crate::tensor::hankel::{Sizes, sum_function};
use crate::tensor::{Evaluator, GridSpeed};
use nalgebra::DMatrix;
use num_traits::One;
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};
use std::hint::black_box;
use std::time::Instant;

/// The rates, each timed when it is first asked for. Cost: below a tenth of a second on two idle cores.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rates {
    word: OnceCell<Elimination>,
    large: OnceCell<Elimination>,
    gram: OnceCell<f64>,
    class: OnceCell<Elimination>,
    member: OnceCell<f64>,
    terms: RefCell<FxHashMap<(usize, bool), f64>>,
    parameters: [OnceCell<f64>; 2],
    written: [OnceCell<f64>; 2],
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

    /// Ranks of classes of Hankel blocks, with their entries.
    pub(super) fn class(&self) -> Elimination {
        *self.class.get_or_init(Elimination::of_class)
    }

    /// Seconds for each of the [`units::sums`].
    pub(super) fn member(&self) -> f64 {
        *self.member.get_or_init(|| member(self.class()))
    }

    /// Seconds for each of the [`units::function`] of `problem`.
    pub(super) fn function(&self, problem: &Problem) -> f64 {
        match problem.architecture() {
            Architecture::Mixer(shape) => self.term(shape.token_hidden * shape.width, false),
            _ => *self.gram.get_or_init(gram),
        }
    }

    /// Seconds for each term that is counted, in so many variables, with coefficients modulo a prime or in Q.
    pub(super) fn term(&self, variables: usize, over_q: bool) -> f64 {
        let variables = variables.clamp(1, MOST_VARIABLES);
        let mut known = self.terms.borrow_mut();
        *known.entry((variables, over_q)).or_insert_with(|| match over_q {
            false => term(variables, Fp::new(3, Prime::MERSENNE_61)),
            true => term(variables, Rational::from((3, 7))),
        })
    }

    /// Seconds for each parameter of a network that is drawn, or `given`, and made ready for a grid.
    pub(super) fn parameter(&self, given: bool) -> f64 {
        *self.parameters[usize::from(given)].get_or_init(|| parameter(given))
    }

    /// Seconds for each parameter that is written in a certificate.
    pub(super) fn written(&self, given: bool) -> f64 {
        *self.written[usize::from(given)].get_or_init(|| written(given))
    }

    /// The evaluation of grids modulo [`WORD`], or else 2^61 - 1.
    pub(super) fn grid(&self, prime: Prime) -> GridSpeed {
        let cell = if prime == WORD { &self.word_grid } else { &self.large_grid };
        *cell.get_or_init(|| GridSpeed::new(prime))
    }
}

/// Seconds of an elimination of order n: `once + square n^2 + cube n^3`, through timed sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elimination {
    once: f64,
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

    /// Of the middle blocks of three problems, modulo [`WORD`].
    fn of_class() -> Self {
        let seconds = |width: usize| {
            let problem = Problem::attention(2, width, 1, 2 * width).expect("allowed sizes");
            let network = WeightStyle::Random.draw(&problem, &mut generator(0));
            let function = sum_function(&problem, &network, Prime::WORD).expect("it is one");
            let order = function.block(2).shape().1;
            let rank = || function.block_rank(2, u64::MAX, &mut generator(0)).rank;
            (order as f64, fastest(|| (), |()| rank()))
        };
        let (once, small, large) = (seconds(2).1, seconds(4), seconds(8));
        Self { once, ..Self::through([small, large].map(|(n, s)| (n, (s - once).max(s / 4.0)))) }
    }

    fn fit(sizes: [usize; 2], seconds: impl Fn(usize) -> f64) -> Self {
        Self::through(sizes.map(|n| (n as f64, seconds(n))))
    }

    fn through([(n, small), (m, large)]: [(f64, f64); 2]) -> Self {
        // Seconds over n^2: a straight line in n.
        let (low, high) = (small / (n * n), large / (m * m));
        let cube = ((high - low) / (m - n)).max(high / (2.0 * m));
        Self { once: 0.0, square: (high - cube * m).max(0.0), cube }
    }

    /// Seconds for order n.
    pub(super) fn seconds(self, n: u64) -> f64 {
        let n = n as f64;
        self.once + n * n * (self.square + self.cube * n)
    }

    /// Seconds for rows, columns and rank.
    pub(super) fn of_block(self, block: [f64; 3]) -> f64 {
        let [rows, cols, _] = block;
        self.once + rows * cols * self.square + 3.0 * units::elimination_of(block) * self.cube
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

/// Seconds for each of the [`units::function`] of a small problem of attention.
fn gram() -> f64 {
    let small = Problem::attention(2, 8, 1, 16).expect("allowed sizes");
    let network = WeightStyle::Random.draw(&small, &mut generator(0));
    let seconds = fastest(|| (), |()| sum_function(&small, &network, Prime::WORD));
    seconds / units::function(&small, Sizes::new(&small).expect("sides as large as the width"))
}

/// Seconds for each of the [`units::sums`], from the middle block of a small problem.
fn member(class: Elimination) -> f64 {
    let small = Problem::attention(2, 5, 1, 2).expect("allowed sizes");
    let network = WeightStyle::Random.draw(&small, &mut generator(0));
    let function = sum_function(&small, &network, Prime::WORD).expect("it is one");
    let seconds = fastest(|| (), |()| function.block_rank(2, u64::MAX, &mut generator(0)).rank);
    let sizes = Sizes::new(&small).expect("sides of one token");
    let (rows, cols) = sizes.block(2);
    (seconds - class.seconds(rows.min(cols))).max(seconds / 4.0) / units::sums(sizes, 2)
}

/// In more variables a monomial costs hardly more.
const MOST_VARIABLES: usize = 16;

/// Seconds for each term of the square of a polynomial of a hundred terms or more.
fn term<T: Ring>(variables: usize, coefficient: T) -> f64 {
    let variable = |i| Polynomial::variable(i) * Polynomial::constant(coefficient.clone());
    let sum = (0..variables).map(variable).fold(Polynomial::one(), |sum, x| sum + x);
    let mut power = sum.clone();
    while power.terms().len() < 100 {
        power *= sum.clone();
    }
    let square = |()| power.clone() * power.clone();
    let seconds = fastest(|| (), square);
    let terms = power.terms().len() as f64;
    seconds / (terms * terms + square(()).terms().len() as f64)
}

/// Weights as they are drawn, or as a file has them.
fn sample(given: bool) -> (Problem, Network<Rational>) {
    let small = Problem::attention(1, 96, 1, 2).expect("allowed sizes");
    let network = WeightStyle::Random.draw(&small, &mut generator(0));
    let third = |w: &Rational| Rational::from_f64((w.to_f64() / 3.0) as f32 as f64);
    let network = match given {
        false => network,
        true => network.map(|w| third(w).expect("a finite number")),
    };
    (small, network)
}

fn count(problem: &Problem) -> f64 {
    problem.architecture().parameter_count(problem.tokens()).expect("allowed sizes") as f64
}

fn parameter(given: bool) -> f64 {
    let (small, network) = sample(given);
    let ready = |()| {
        let network = match given {
            false => WeightStyle::Random.draw(&small, &mut generator(0)),
            true => network.clone(),
        };
        let prime = faithful(&network, WORD).expect("none is a multiple of all primes");
        let reduced = network.modulo(prime).expect("it is faithful");
        Evaluator::new(&small, &reduced, prime)
    };
    fastest(|| (), ready) / count(&small)
}

fn written(given: bool) -> f64 {
    let (small, network) = sample(given);
    let write = |()| serde_json::to_vec(&weights(&small, &network));
    fastest(|| (), write) / count(&small)
}
