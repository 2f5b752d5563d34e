//! The functions that a side has in each degree, with which rows and columns of blocks are counted.

use super::Monomials;
use crate::arith::Prime;

/// Which functions the monomials of a side are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Independent ones: a row is (k, alpha), a column is beta.
    Free,
    /// Of attention with one token x on the side: `G = x x^T`, so that a monomial in G of degree k is one in
    /// the entries of x of degree 2k, and `x_k` times one has degree 2k + 1. These are rows and columns.
    OneToken,
}

impl Side {
    /// That of a side of so many tokens, if it is one of the two. A single token of one channel is free.
    pub(super) fn of_attention(tokens: usize, width: usize) -> Option<Self> {
        match tokens {
            _ if tokens >= width => Some(Self::Free),
            1 => Some(Self::OneToken),
            _ => None,
        }
    }
}

/// The monomials in G as monomials in one token.
#[derive(Clone, Debug)]
pub(super) struct TokenMonomials {
    monomials: Monomials,
    /// `images[k][alpha]`: the number of monomial alpha of degree k in G among those of degree 2k in x.
    images: Vec<Vec<u32>>,
    /// `inverses[k][alpha]`: the inverse of alpha! modulo the prime.
    inverses: Vec<Vec<u32>>,
}

impl TokenMonomials {
    /// Those of degree up to `degree` in G, for a token of `width` channels and `gram` in its products of
    /// two. `None` if the prime is not above the degree, so that a factorial vanishes.
    pub(super) fn new(width: usize, gram: &Monomials, degree: usize, prime: Prime) -> Option<Self> {
        if prime.get() <= degree as u64 {
            return None;
        }
        let monomials = Monomials::new(width, 2 * degree + 1);
        let pairs: Vec<(usize, usize)> =
            (0..width).flat_map(|i| (0..=i).map(move |j| (i, j))).collect();
        let mut images = vec![vec![0u32]];
        for k in 0..degree {
            let mut next = vec![0u32; gram.count(k + 1)];
            for (alpha, image) in images[k].iter().enumerate() {
                for (v, (i, j)) in pairs.iter().enumerate() {
                    let once = monomials.product(2 * k, *image as usize, *i);
                    let twice = monomials.product(2 * k + 1, once, *j);
                    next[gram.product(k, alpha, v)] = twice as u32;
                }
            }
            images.push(next);
        }
        let p = prime.get();
        let inverse = |n: u64| prime.pow_mod(n, p - 2) as u32;
        let of_degree = |k| gram.factorials(k, p).into_iter().map(inverse).collect();
        let inverses = (0..=degree).map(of_degree).collect();
        Some(Self { monomials, images, inverses })
    }

    /// The number of the function that column beta of degree k is.
    pub(super) fn column(&self, k: usize, beta: usize) -> usize {
        self.images[k][beta] as usize
    }

    /// The number of the function that row (component, alpha) of degree k is.
    pub(super) fn row(&self, k: usize, alpha: usize, component: usize) -> usize {
        self.monomials.product(2 * k, self.images[k][alpha] as usize, component)
    }

    /// How many functions columns of degree k, or rows, are.
    pub(super) fn count(&self, k: usize, rows: bool) -> usize {
        self.monomials.count(2 * k + usize::from(rows))
    }

    /// The inverse of alpha!.
    pub(super) fn inverse_factorial(&self, k: usize, alpha: usize) -> u64 {
        self.inverses[k][alpha].into()
    }
}
