//! Attention as a polynomial in the Gram matrix, by applying words in G to a vector.

use super::{Monomials, Sizes, SumFunction};
use crate::arith::{Fp, Prime, Rational};
use crate::network::{Architecture, Network, Problem};
use nalgebra::DMatrix;
use rayon::prelude::*;

/// A vector of d homogeneous polynomials of one degree in the d(d+1)/2 Gram variables, the
/// coefficient of monomial m in entry i at `m * d + i`.
#[derive(Clone)]
struct Vector {
    degree: usize,
    entries: Vec<u64>,
}

/// `Phi_L(G) e_p` for the weights of `network` modulo `prime` (below 2^31), scaled: the function that
/// is summed over x_i. Applies when both sides have at least d tokens, so that the products of x_i
/// and the monomials of G_A, and the monomials of G_B, are linearly independent.
///
/// `Phi_l v = sum_h Phi_{l-1} W_h Phi_{l-1}^T G Phi_{l-1} V_h v`, read from the right: each G raises
/// the degree by one, at d^2 operations for each monomial. Cost: O(d^2 mc(n, C)) for one head,
/// n = d(d+1)/2.
///
/// `None` if the problem is not of this kind or a weight's denominator vanishes modulo the prime.
pub fn gram_function(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
) -> Option<SumFunction> {
    let Architecture::Attention(shape) = problem.architecture() else { return None };
    let d = shape.width;
    let degree = usize::try_from(Sizes::new(problem)?.degree).ok()?;
    let reduce = |m: DMatrix<Rational>| -> Option<DMatrix<u64>> {
        let entries: Option<Vec<u64>> =
            m.iter().map(|q| Some(Fp::from_ratio(q, prime)?.residue(prime))).collect();
        Some(DMatrix::from_vec(m.nrows(), m.ncols(), entries?))
    };
    let layers: Option<Vec<Vec<Head>>> = network
        .parameters()
        .iter()
        .map(|layer| {
            layer
                .chunks_exact(4)
                .map(|f| {
                    let w = reduce(&f[0] * f[1].transpose())?;
                    let v = reduce(&f[2] * f[3].transpose())?;
                    Some(Head { w, v })
                })
                .collect()
        })
        .collect();
    let words = Words {
        monomials: Monomials::new(d * (d + 1) / 2, degree),
        layers: layers?,
        width: d,
        p: prime.get(),
    };
    let mut unit = Vector { degree: 0, entries: vec![0; d] };
    unit.entries[problem.output().channel] = 1;
    let result = words.apply(shape.depth, unit, false);
    let coefficients = result.entries.into_iter().map(|c| c as u32).collect();
    let function = SumFunction::new(words.monomials, degree, d, coefficients, prime);
    // Labels are sets of channels: {i, j} for G_ij, {k} for x_k. Past 32 channels no block fits anyway.
    if d > 32 {
        return Some(function);
    }
    let channel = |k: usize| 1u32 << k;
    let variables: Vec<u32> =
        (0..d).flat_map(|i| (0..=i).map(move |j| channel(i) ^ channel(j))).collect();
    let components: Vec<u32> = (0..d).map(channel).collect();
    Some(function.with_labels(&variables, &components, channel(problem.output().channel)))
}

struct Head {
    w: DMatrix<u64>,
    v: DMatrix<u64>,
}

struct Words {
    monomials: Monomials,
    layers: Vec<Vec<Head>>,
    width: usize,
    p: u64,
}

impl Words {
    /// `Phi_l x`, or `Phi_l^T x`.
    fn apply(&self, l: usize, x: Vector, transposed: bool) -> Vector {
        if l == 0 {
            return x;
        }
        let terms = self.layers[l - 1].iter().map(|head| {
            let (first, last) = if transposed { (&head.w, &head.v) } else { (&head.v, &head.w) };
            // Phi W Phi^T G Phi V x, or V^T Phi^T G Phi W^T Phi^T x.
            if transposed {
                let y = self.constant(first, self.apply(l - 1, x.clone(), true), true);
                let y = self.gram(self.apply(l - 1, y, false));
                self.constant(last, self.apply(l - 1, y, true), true)
            } else {
                let y = self.constant(first, x.clone(), false);
                let y = self.gram(self.apply(l - 1, y, false));
                let y = self.constant(last, self.apply(l - 1, y, true), false);
                self.apply(l - 1, y, false)
            }
        });
        terms.reduce(|a, b| self.add(a, b)).expect("at least one head")
    }

    fn add(&self, mut a: Vector, b: Vector) -> Vector {
        for (x, y) in a.entries.iter_mut().zip(b.entries) {
            *x = (*x + y) % self.p;
        }
        a
    }

    /// `M x`, or `M^T x`. Entries stay below p < 2^31, so a sum of d products fits 64 bits for any
    /// width that fits memory at all.
    fn constant(&self, m: &DMatrix<u64>, mut x: Vector, transposed: bool) -> Vector {
        let d = self.width;
        x.entries.par_chunks_mut(d).for_each_init(
            || vec![0u64; d],
            |old, entries| {
                old.copy_from_slice(entries);
                for (i, entry) in entries.iter_mut().enumerate() {
                    let at = |j: usize| if transposed { m[(j, i)] } else { m[(i, j)] };
                    *entry = old
                        .iter()
                        .enumerate()
                        .fold(0u64, |sum, (j, &c)| (sum + at(j) * c % self.p) % self.p);
                }
            },
        );
        x
    }

    /// `G x`.
    fn gram(&self, x: Vector) -> Vector {
        let (d, k) = (self.width, x.degree);
        let mut entries = vec![0u64; self.monomials.count(k + 1) * d];
        for (m, old) in x.entries.chunks_exact(d).enumerate() {
            if old.iter().all(|c| *c == 0) {
                continue;
            }
            let mut variable = 0;
            for i in 0..d {
                for j in 0..=i {
                    let at = self.monomials.product(k, m, variable) * d;
                    // At most one contribution for each variable: sums stay far below 2^64.
                    entries[at + i] += old[j];
                    if i != j {
                        entries[at + j] += old[i];
                    }
                    variable += 1;
                }
            }
        }
        entries.par_iter_mut().for_each(|c| *c %= self.p);
        Vector { degree: k + 1, entries }
    }
}
