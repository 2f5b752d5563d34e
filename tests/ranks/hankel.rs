//! Hankel blocks, sampled and whole, against the coefficient matrix and planted functions.

use crate::cases::cases;
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational};
use seprank::linalg::rank_mod_p;
use seprank::network::{InputFamily, Network, Problem, WeightStyle};
use seprank::tensor::hankel::{SumFunction, no_sides, reduced_function, sum_function};
use seprank::tensor::{CoefficientTensor, MemoryLimit};
use std::collections::{BTreeMap, BTreeSet};

/// Ranks of the blocks b = 0..=C; the bytes up to which a block is taken whole are `most`.
fn block_ranks(function: &SumFunction, most: u64, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    (0..=function.degree()).map(|b| function.block_rank(b, most, &mut rng).rank).collect()
}

/// The minor that is kept is of the block, of its rank, and not zero.
fn minor_shows_the_rank(function: &SumFunction, b: usize, most: u64, seed: u64) {
    let block = function.block_rank(b, most, &mut ChaCha20Rng::seed_from_u64(seed));
    let below = |list: &[usize], size| {
        list.iter().collect::<BTreeSet<_>>().len() == block.rank && list.iter().all(|i| *i < size)
    };
    let rows: Vec<usize> = block.minors.iter().flat_map(|m| m.rows.clone()).collect();
    let cols: Vec<usize> = block.minors.iter().flat_map(|m| m.cols.clone()).collect();
    assert!(below(&rows, block.rows) && below(&cols, block.cols));
    let minor = function.minor(&block);
    assert_eq!(minor.shape(), (block.rank, block.rank));
    assert_eq!(rank_mod_p(&minor, function.prime()).rank, block.rank);
    assert!(block.whole || most == 0);
}

/// Ranks of the coefficient matrix by degree in the B variables, modulo `prime`.
fn coefficient_ranks(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
) -> BTreeMap<u64, usize> {
    let embed = |q: &Rational| Fp::from_ratio(q, prime).expect("integer weights");
    let family = InputFamily::all(problem);
    let tensor =
        CoefficientTensor::new(problem, network, &family, embed, MemoryLimit::default()).unwrap();
    let blocks = tensor.matricize().blocks;
    let rank = |block: &DMatrix<Fp>| rank_mod_p(block, prime).rank;
    // The zero polynomial has no blocks; any other is homogeneous.
    blocks.iter().filter_map(|b| Some((b.bidegree?.1, rank(&b.to_dense())))).collect()
}

proptest! {
    #![proptest_config(cases(48))]

    /// Block by block, modulo large primes and primes hardly above the degree.
    #[test]
    fn blocks_have_the_ranks_of_the_coefficient_matrix(
        (mixer, sizes) in prop::sample::select(vec![
            (false, (1, 3, 1)), (false, (2, 2, 1)), (false, (2, 2, 2)), (false, (1, 4, 2)),
            (true, (1, 3, 2)), (true, (2, 2, 1)), (true, (2, 2, 2)),
        ]),
        style in prop::sample::select(WeightStyle::ALL.to_vec()),
        p in prop::sample::select(vec![11, 101, Prime::WORD.get()]), seed: u64,
    ) {
        let (depth, width, third) = sizes;
        let problem = if mixer {
            Problem::mixer(depth, width, third, 4)
        } else {
            Problem::attention(depth, width, third, 2 * width)
        }
        .unwrap();
        let prime = Prime::new(p).unwrap();
        let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(seed));
        let Some(function) = sum_function(&problem, &network, prime) else {
            prop_assert!(mixer, "only a degenerate W1 is not a function of a free sum");
            return Ok(());
        };
        let coefficients = coefficient_ranks(&problem, &network, prime);
        let ranks = block_ranks(&function, u64::MAX, seed);
        let degree = if mixer { 1 } else { 2 };
        for (b, rank) in (0u64..).zip(&ranks) {
            let expected = coefficients.get(&(degree * b)).copied().unwrap_or(0);
            prop_assert_eq!(*rank, expected, "block {} of {:?}", b, &ranks);
        }
        prop_assert_eq!(ranks.iter().sum::<usize>(), coefficients.values().sum::<usize>());
        for b in 0..=function.degree() {
            minor_shows_the_rank(&function, b, u64::MAX, seed);
            minor_shows_the_rank(&function, b, 0, seed);
        }
        // Samples alone never show more.
        for (sampled, whole) in block_ranks(&function, 0, seed).iter().zip(&ranks) {
            prop_assert!(sampled <= whole);
        }
    }
}

/// Attention whose only non-zero weights are `scale` at (0, 0): f = scale^k x_0 g^C with g one entry
/// of the Gram matrix, so every block has rank one, in one row or column of thousands.
fn planted(depth: usize, scale: &Rational) -> (Problem, Network<Rational>) {
    let problem = Problem::attention(depth, 3, 1, 6).unwrap();
    let zero = WeightStyle::Zero.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
    let weights = zero.parameters().iter().map(|layer| {
        let corner = |m: &DMatrix<Rational>| {
            let mut m = m.clone();
            m[(0, 0)] = scale.clone();
            m
        };
        layer.iter().map(corner).collect()
    });
    let network = Network::new(6, 3, problem.layers(), weights.collect()).unwrap();
    (problem, network)
}

#[test]
fn a_sample_that_misses_the_rank_is_given_up() {
    let (problem, network) = planted(3, &Rational::one());
    let function = sum_function(&problem, &network, Prime::WORD).unwrap();
    for seed in 0..4 {
        assert_eq!(block_ranks(&function, u64::MAX, seed), [1; 14]);
        let sampled: usize = block_ranks(&function, 0, seed).iter().sum();
        (0..14).for_each(|b| minor_shows_the_rank(&function, b, u64::MAX, seed));
        assert!(sampled < 14, "samples of some hundred among thousands do not all meet one row");
    }
}

#[test]
fn unlucky_primes_only_lower_the_rank() {
    let word = Prime::WORD;
    // A prime that divides the weights.
    let (problem, network) = planted(2, &Rational::from(word.get() as i64));
    let lost = sum_function(&problem, &network, word).unwrap();
    assert_eq!(block_ranks(&lost, u64::MAX, 0), [0; 5]);
    let other = sum_function(&problem, &network, Prime::new(8_388_587).unwrap()).unwrap();
    assert_eq!(block_ranks(&other, u64::MAX, 0), [1; 5]);
    // A prime that does not exceed the degree 13: the factorial of the exponent vanishes.
    let (problem, network) = planted(3, &Rational::one());
    let lost = sum_function(&problem, &network, Prime::new(13).unwrap()).unwrap();
    assert_eq!(block_ranks(&lost, u64::MAX, 0), [0; 14]);
    // A prime that divides a denominator.
    let (problem, network) = planted(2, &Rational::from((1, word.get() as i64)));
    assert!(sum_function(&problem, &network, word).is_none());
}

#[test]
fn zero_weights_have_rank_zero() {
    let (problem, network) = planted(2, &Rational::zero());
    let function = sum_function(&problem, &network, Prime::WORD).unwrap();
    assert_eq!(block_ranks(&function, u64::MAX, 0), [0; 5]);
}

/// Every size and every style of weights, modulo one large prime.
#[test]
fn every_style_of_weights_has_the_ranks_of_the_coefficient_matrix() {
    let attention = |(depth, d, heads)| Problem::attention(depth, d, heads, 2 * d).unwrap();
    let mixer = |(depth, d, hidden)| Problem::mixer(depth, d, hidden, 4).unwrap();
    let attention = [(1, 3, 1), (2, 2, 1), (2, 2, 2), (1, 4, 2)].map(attention);
    let mixers = [(1, 3, 2), (2, 2, 1), (1, 3, 1)].map(mixer);
    for (problem, style) in
        attention.iter().chain(&mixers).flat_map(|p| WeightStyle::ALL.map(|style| (p, style)))
    {
        let network = style.draw(problem, &mut ChaCha20Rng::seed_from_u64(3));
        let Some(function) = sum_function(problem, &network, Prime::WORD) else { continue };
        let coefficients = coefficient_ranks(problem, &network, Prime::WORD);
        let ranks = block_ranks(&function, u64::MAX, 3);
        assert_eq!(ranks.iter().sum::<usize>(), coefficients.values().sum::<usize>(), "{style:?}");
    }
}

/// Blocks split by the parity of each channel, and only for weights that keep signs apart.
#[test]
fn classes_are_the_parities_that_occur() {
    let (d, output) = (3, 0);
    let pairs: Vec<u32> = (0..d).flat_map(|i| (0..=i).map(move |j| 1 << i ^ 1 << j)).collect();
    // The parities of all products of so many Gram entries.
    let parities = |degree: usize| {
        (0..degree).fold(BTreeSet::from([0u32]), |list, _| {
            list.iter().flat_map(|a| pairs.iter().map(move |b| a ^ b)).collect()
        })
    };
    for depth in [1, 2] {
        let problem = Problem::attention(depth, d, 1, 2 * d).unwrap();
        for (style, split) in [(WeightStyle::Random, false), (WeightStyle::Diagonal, true)] {
            let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(1));
            let function = sum_function(&problem, &network, Prime::WORD).unwrap();
            for b in 0..=function.degree() {
                let block = function.block_rank(b, u64::MAX, &mut ChaCha20Rng::seed_from_u64(1));
                let mut classes = parities(b);
                for row in parities(function.degree() - b) {
                    classes.extend((0..d).map(|k| row ^ 1 << k ^ 1 << output));
                }
                assert_eq!(block.classes, if split { classes.len() } else { 1 }, "{depth} {b}");
            }
        }
    }
}

/// A Mixer is a function of W1 X only if W1 has full rank on either side, and only modulo a prime that
/// divides no denominator.
#[test]
fn mixers_without_a_free_sum_are_refused() {
    let problem = Problem::mixer(2, 2, 2, 4).unwrap();
    let drawn = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
    let with = |edit: &dyn Fn(usize, usize, usize) -> Option<Rational>| {
        let mut parameters = drawn.parameters().to_vec();
        for (m, matrix) in parameters[0].iter_mut().enumerate() {
            for (i, j) in itertools::iproduct!(0..matrix.nrows(), 0..matrix.ncols()) {
                if let Some(entry) = edit(m, i, j) {
                    matrix[(i, j)] = entry;
                }
            }
        }
        let network = Network::new(4, 2, problem.layers(), parameters).unwrap();
        reduced_function(&problem, &network, Prime::WORD).is_some()
    };
    assert!(with(&|_, _, _| None));
    for position in 0..4 {
        assert!(!with(&|m, _, j| (m == 0 && j == position).then(Rational::zero)));
    }
    let fraction = Rational::from((1, Prime::WORD.get() as i64));
    for matrix in 0..2 {
        assert!(!with(&|m, i, j| ((m, i, j) == (matrix, 0, 0)).then(|| fraction.clone())));
    }
}

/// A side of one token has the monomials of that token: every partition with sides of one token or of at
/// least as many as channels, block by block.
#[test]
fn sides_of_one_token_have_the_ranks_of_the_coefficient_matrix() {
    let prime = Prime::WORD;
    for (depth, d, heads, own, other) in [
        (1, 2, 1, 1, 1),
        (1, 3, 1, 1, 3),
        (1, 4, 2, 1, 1),
        (2, 2, 1, 1, 1),
        (2, 2, 1, 1, 2),
        (2, 2, 1, 2, 1),
        (2, 2, 2, 1, 2),
        (2, 2, 2, 3, 1),
        (2, 3, 1, 1, 1),
    ] {
        let problem = Problem::attention(depth, d, heads, own + other).unwrap();
        let problem = problem.with_partition(&(0..own).collect::<Vec<_>>()).unwrap();
        for style in [WeightStyle::Random, WeightStyle::Blocks2, WeightStyle::Diagonal] {
            let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(4));
            let function = sum_function(&problem, &network, prime).unwrap();
            let coefficients = coefficient_ranks(&problem, &network, prime);
            for (b, rank) in (0u64..).zip(block_ranks(&function, u64::MAX, 4)) {
                let expected = coefficients.get(&(2 * b)).copied().unwrap_or(0);
                assert_eq!(rank, expected, "{depth} {d} {heads} {own} {other} {style:?} {b}");
                minor_shows_the_rank(&function, b as usize, u64::MAX, 4);
                minor_shows_the_rank(&function, b as usize, 0, 4);
            }
        }
        // C = 1 or 4: a prime that is not above it divides a factorial.
        let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(4));
        let small = Prime::new(3).unwrap();
        assert_eq!(sum_function(&problem, &network, small).is_some(), depth == 1);
    }
    // Neither one token nor as many as channels.
    let problem = Problem::attention(2, 3, 1, 5).unwrap();
    let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(4));
    assert!(sum_function(&problem, &network, prime).is_none());
}

/// Blocks of two channels reach what random weights reach, where diagonal ones lose.
#[test]
fn blocks_of_two_channels_lose_nothing_where_diagonal_weights_do() {
    for ((depth, d), loses) in [((3, 2), true), ((2, 3), false), ((3, 3), false)] {
        let problem = Problem::attention(depth, d, 1, 2 * d).unwrap();
        let [random, blocks, diagonal] =
            [WeightStyle::Random, WeightStyle::Blocks2, WeightStyle::Diagonal].map(|style| {
                let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
                let function = sum_function(&problem, &network, Prime::WORD).unwrap();
                block_ranks(&function, u64::MAX, 0)
            });
        assert_eq!(random, blocks, "{depth} {d}");
        assert_eq!(diagonal != random, loses, "{depth} {d}");
    }
}

/// Nothing is said to be all where somebody asked to end.
#[test]
fn of_a_stopped_class_nothing_is_known() {
    let problem = Problem::attention(2, 2, 1, 4).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let network = WeightStyle::Random.draw(&problem, &mut rng);
    let function = sum_function(&problem, &network, Prime::WORD).unwrap();
    let stop = seprank::Stop::new(None);
    stop.ask();
    for b in 0..=function.degree() {
        let block = function.block(b);
        for class in block.classes() {
            let found = block.class_rank(&class, u64::MAX, &mut rng, &no_sides, &stop, &|_| ());
            assert_eq!((found.rows.len(), found.whole), (0, false));
        }
    }
}
