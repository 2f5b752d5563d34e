//! Functions of a sum of the two sides: coefficient blocks that are Hankel matrices.
//!
//! Attention is `f = sum_k x_{i,k} Phi_{k}(G_A + G_B)` with Gram matrices G_A, G_B (Lemma 3.1), and a
//! Mixer is `f = F(Z_A + Z_B)` with Z = W1 X (Theorem 4.1). If `Phi` is homogeneous of degree C with
//! coefficients c_gamma, the part of degree b in the B variables has the coefficient
//! `c_{k, alpha+beta} (alpha+beta)! / (alpha! beta!)` at (x_k alpha, beta). Scaling row (k, alpha) by
//! alpha! and column beta by beta! changes no rank modulo a prime above C and leaves
//! `H_b[(k, alpha), beta] = (alpha+beta)! c_{k, alpha+beta}`: a Hankel matrix, read off a table.
//!
//! Weights that commute with changes of sign split the blocks further: where all W and V of attention are
//! zero between m sets of channels, `f(X D) = f(X) D_p` for every diagonal D of signs that is constant
//! on each set, and a block is a direct sum of up to 2^(m-1) classes ([`Labels::of_attention`]).
//!
//! Where the monomials of the two sides are linearly independent as functions of X (attention with
//! both sides at least as large as the width, a Mixer with both sides at least S) the separation
//! rank is `sum_b rank H_b`. Of one token x the Gram matrix is `x x^T`, and lines of `H_b` whose monomials are the
//! same monomial in x are added, divided by their factorials ([`Side`]). This costs nothing in the number of tokens, and no network is evaluated.

mod blocks;
mod classes;
mod gram;
mod monomials;
mod reduced;
mod side;
mod sizes;

pub(crate) use blocks::SPARE;
pub use blocks::{Block, BlockRank, ClassRank, Sides, class_bytes, no_sides};
pub use classes::{Class, ClassSize, Labels};
pub use gram::gram_function;
pub use monomials::Monomials;
pub use reduced::{reduced_function, sides_are_free};
pub use side::Side;
pub use sizes::Sizes;

use side::TokenMonomials;

use crate::arith::{Prime, Rational};
use crate::network::{Network, Problem};
use crate::stop::{NEVER, Stop};

/// Coefficients of a function of a sum, times the factorials of their exponents.
#[derive(Clone, Debug)]
pub struct SumFunction {
    monomials: Monomials,
    degree: usize,
    /// Number of components: one for each k (the width for attention, 1 for a Mixer).
    components: usize,
    /// `gamma! c_{k,gamma} mod p` at `gamma * components + k`.
    scaled: Vec<u32>,
    prime: Prime,
    labels: Labels,
    /// The functions of side A, in rows, and of side B, in columns.
    sides: [Side; 2],
    /// Where a side has one token.
    token: Option<TokenMonomials>,
}

/// The function of a sum that `problem` is with these weights, modulo `prime` (below 2^31); `None` if it
/// is not one, or the prime divides a denominator. Cost: [`gram_function`], [`reduced_function`].
pub fn sum_function(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
) -> Option<SumFunction> {
    sum_function_until(problem, network, prime, &NEVER)
}

/// The same, or `None` once `stop` is due.
pub(crate) fn sum_function_until(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
    stop: &Stop,
) -> Option<SumFunction> {
    gram::until(problem, network, prime, stop)
        .or_else(|| reduced::until(problem, network, prime, stop))
}

impl SumFunction {
    fn new(
        monomials: Monomials,
        degree: usize,
        components: usize,
        mut coefficients: Vec<u32>,
        prime: Prime,
        labels: Labels,
    ) -> Self {
        let p = prime.get();
        for (entries, factorial) in
            coefficients.chunks_exact_mut(components).zip(monomials.factorials(degree, p))
        {
            for c in entries {
                *c = (u64::from(*c) * factorial % p) as u32;
            }
        }
        // They hold for the weights, so for these coefficients; a block is split by nothing else.
        let labels = match labels.hold(&monomials, degree, &coefficients) {
            true => labels,
            false => Labels::none(monomials.variables(), components),
        };
        Self {
            monomials,
            degree,
            components,
            scaled: coefficients,
            prime,
            labels,
            sides: [Side::Free; 2],
            token: None,
        }
    }

    /// The degree C.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// The prime.
    pub fn prime(&self) -> Prime {
        self.prime
    }

    /// For each of the `width` channels a number, whose bits say with which of its changes of sign the function
    /// changes its own or keeps it: those that split the blocks, or all 0.
    pub fn signs(&self, width: usize) -> Vec<u32> {
        self.labels.channels(width)
    }

    /// The kinds of the two sides.
    pub fn sides(&self) -> [Side; 2] {
        self.sides
    }

    /// The same function of sides of these kinds, of attention of this width; `None` if the prime is not
    /// above its degree.
    fn with_sides(mut self, sides: [Side; 2], width: usize) -> Option<Self> {
        if sides.contains(&Side::OneToken) {
            let token = TokenMonomials::new(width, &self.monomials, self.degree, self.prime)?;
            (self.sides, self.token) = (sides, Some(token));
        }
        Some(self)
    }

    /// The sizes of the classes of each block: see [`Labels::sizes`].
    pub fn class_sizes(&self) -> Vec<Vec<ClassSize>> {
        self.labels.sizes(self.degree as u64, self.sides)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Output;
    use crate::network::WeightStyle;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// The blocks that are forecast are the blocks there are.
    #[test]
    fn sizes_are_those_of_the_blocks() {
        let attention = |d| Problem::attention(2, d, 1, 2 * d).unwrap();
        let mixer = |depth, width| Problem::mixer(depth, width, 2, 6).unwrap();
        for problem in [attention(2), attention(3), mixer(2, 2), mixer(1, 3)] {
            let network = WeightStyle::Random.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
            let function = sum_function(&problem, &network, Prime::WORD).unwrap();
            let sizes = Sizes::new(&problem).unwrap();
            assert_eq!(sizes.degree, function.degree() as u64);
            for b in 0..=function.degree() {
                let (rows, cols) = function.block(b).shape();
                assert_eq!(sizes.block(b as u64), (rows as u64, cols as u64));
            }
        }
    }

    /// A block has one rank, split by signs or not.
    #[test]
    fn classes_add_up_to_the_block() {
        for (style, (depth, d, heads), output) in [
            (WeightStyle::Diagonal, (2, 3, 1), 0),
            (WeightStyle::Blocks2, (2, 3, 1), 0),
            (WeightStyle::Blocks2, (2, 3, 1), 2),
            (WeightStyle::Blocks2, (2, 4, 2), 1),
            (WeightStyle::Blocks2, (2, 5, 1), 3),
            (WeightStyle::Blocks2, (3, 3, 1), 1),
        ] {
            let channel = Output { token: 0, channel: output };
            let problem = Problem::attention(depth, d, heads, 2 * d).unwrap();
            let problem =
                Problem::new(problem.architecture().clone(), problem.partition().clone(), channel);
            let problem = problem.unwrap();
            let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
            let split = gram_function(&problem, &network, Prime::WORD).unwrap();
            let labels = Labels::none(split.monomials.variables(), d);
            let whole = SumFunction { labels, ..split.clone() };
            for b in 0..=split.degree() {
                let [split, whole] = [&split, &whole]
                    .map(|f| f.block_rank(b, u64::MAX, &mut ChaCha20Rng::seed_from_u64(0)));
                assert_eq!(whole.classes, 1);
                let sets = if style == WeightStyle::Diagonal { d } else { d.div_ceil(2) };
                assert!(split.classes > 1 && split.classes <= 1 << (sets - 1), "{split:?}");
                assert_eq!(split.rank, whole.rank, "{style:?} {d} {output} {b}");
            }
        }
    }

    /// A block whose one non-zero row the samples miss is taken whole if its bytes are allowed.
    #[test]
    fn a_block_is_taken_whole_up_to_its_bytes() {
        let monomials = Monomials::new(3, 14);
        let mut coefficients = vec![0; monomials.count(14)];
        coefficients[0] = 1; // x_0^14
        let labels = Labels::none(3, 1);
        let function = SumFunction::new(monomials, 14, 1, coefficients, Prime::WORD, labels);
        let (b, mut missed) = (2, false);
        let (rows, cols) = function.block(b).shape();
        assert!(rows > cols + SPARE);
        // Of a sample that is zero every column is in the kernel; the values are made at once.
        let whole = (8 * (rows * cols + cols * cols + rows * cols)) as u64;
        for seed in 0..20 {
            let rank =
                |most| function.block_rank(b, most, &mut ChaCha20Rng::seed_from_u64(seed)).rank;
            assert_eq!(rank(whole), 1);
            missed |= rank(whole - 1) == 0;
        }
        assert!(missed);
    }

    /// Counted without monomials, and by listing them: for both kinds of sides, split or not.
    #[test]
    fn sizes_are_those_of_the_classes() {
        for (tokens, left) in [(6, 3), (4, 1), (4, 3), (2, 1)] {
            let problem = Problem::attention(2, 3, 1, tokens).unwrap();
            let problem = problem.with_partition(&(0..left).collect::<Vec<_>>()).unwrap();
            for style in [WeightStyle::Random, WeightStyle::Diagonal, WeightStyle::Blocks2] {
                let network = style.draw(&problem, &mut ChaCha20Rng::seed_from_u64(0));
                let function = sum_function(&problem, &network, Prime::WORD).unwrap();
                let listed = (0..=function.degree()).map(|b| {
                    let block = function.block(b);
                    let shape = (block.shape().0 as u64, block.shape().1 as u64);
                    assert_eq!(Sizes::new(&problem).unwrap().block(b as u64), shape);
                    let size = |c: &Class| {
                        let (rows, cols) = (c.rows.len() as u64, c.cols.len() as u64);
                        ClassSize { label: c.label, rows, cols }
                    };
                    block.classes().iter().map(size).collect::<Vec<_>>()
                });
                assert_eq!(
                    function.class_sizes(),
                    listed.collect::<Vec<_>>(),
                    "{style:?} {tokens}"
                );
            }
        }
    }
}
