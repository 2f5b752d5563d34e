//! Attention as a polynomial in the Gram matrix, by applying words in G to a vector.

use super::monomials::PIECE;
use super::{Labels, Monomials, Sizes, SumFunction};
use crate::arith::{Fp, Prime, Rational};
use crate::network::{Architecture, Network, Problem};
use crate::stop::{NEVER, Stop};
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
/// is summed over x_i. Applies when each side has at least d tokens, so that the products of x_i
/// and the monomials of G_A, and the monomials of G_B, are linearly independent, or one token.
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
    until(problem, network, prime, &NEVER)
}

/// The same, or `None` once `stop` is due.
pub(super) fn until(
    problem: &Problem,
    network: &Network<Rational>,
    prime: Prime,
    stop: &Stop,
) -> Option<SumFunction> {
    let Architecture::Attention(shape) = problem.architecture() else { return None };
    let d = shape.width;
    let sizes = Sizes::new(problem)?;
    let degree = usize::try_from(sizes.degree).ok()?;
    let reduced = network.modulo(prime).ok()?;
    let residues = |m: DMatrix<Fp>| m.map(|x| x.residue(prime));
    let layers = (0..shape.depth).map(|l| {
        reduced.heads(l).map(|head| Head { w: residues(head.w()), v: residues(head.v()) }).collect()
    });
    let words = Words {
        monomials: Monomials::until(d * (d + 1) / 2, degree, stop)?,
        layers: layers.collect(),
        width: d,
        p: prime.get(),
        stop,
    };
    let mut unit = Vector { degree: 0, entries: vec![0; d] };
    unit.entries[problem.output().channel] = 1;
    let result = words.apply(shape.depth, unit, false);
    if stop.is_due() {
        return None;
    }
    debug_assert!(result.entries.iter().all(|c| *c < words.p));
    let coefficients = result.entries.into_iter().map(|c| c as u32).collect();
    let labels = Labels::of_attention(problem, &reduced)?;
    let function = SumFunction::new(words.monomials, degree, d, coefficients, prime, labels);
    function.with_sides(sizes.sides, d)
}

struct Head {
    w: DMatrix<u64>,
    v: DMatrix<u64>,
}

/// Once `stop` is due, what is left to do is left out, and what comes out is worthless.
struct Words<'a> {
    monomials: Monomials,
    layers: Vec<Vec<Head>>,
    width: usize,
    p: u64,
    stop: &'a Stop,
}

impl Words<'_> {
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

    /// `M x`, or `M^T x`. Entries are below p < 2^31, so at least three products fit 64 bits.
    fn constant(&self, m: &DMatrix<u64>, mut x: Vector, transposed: bool) -> Vector {
        let d = self.width;
        debug_assert!(x.entries.iter().all(|c| *c < self.p));
        // So many products and one residue more fit 64 bits.
        let most = ((u64::MAX - self.p) / (self.p * self.p).max(1)) as usize;
        let image = |old: &mut Vec<u64>, entries: &mut [u64]| {
            old.copy_from_slice(entries);
            for (i, entry) in entries.iter_mut().enumerate() {
                let at = |j: usize| if transposed { m[(j, i)] } else { m[(i, j)] };
                let mut sum = 0;
                for start in (0..d).step_by(most) {
                    let part = (start..d.min(start + most)).map(|j| at(j) * old[j]);
                    sum = (sum + part.sum::<u64>()) % self.p;
                }
                *entry = sum;
            }
        };
        x.entries.par_chunks_mut(d * PIECE).for_each(|piece| {
            if !self.stop.is_due() {
                let mut old = vec![0u64; d];
                piece.chunks_exact_mut(d).for_each(|entries| image(&mut old, entries));
            }
        });
        x
    }

    /// `G x`.
    fn gram(&self, x: Vector) -> Vector {
        let (d, k) = (self.width, x.degree);
        let mut entries = vec![0u64; self.monomials.count(k + 1) * d];
        for (m, old) in x.entries.chunks_exact(d).enumerate() {
            if m % PIECE == 0 && self.stop.is_due() {
                break;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::Field;
    use crate::network::WeightStyle;
    use nalgebra::DVector;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    /// `Phi_l = sum_h Phi_{l-1} W_h Phi_{l-1}^T G Phi_{l-1} V_h`, in matrices.
    fn phi(layers: &[Vec<[DMatrix<Fp>; 2]>], g: &DMatrix<Fp>, d: usize) -> DMatrix<Fp> {
        layers.iter().fold(DMatrix::identity(d, d), |phi: DMatrix<Fp>, heads| {
            let term = |[w, v]: &[DMatrix<Fp>; 2]| &phi * w * phi.transpose() * g * &phi * v;
            heads.iter().map(term).reduce(|a, b| a + b).unwrap()
        })
    }

    /// The function at a symmetric matrix, from its coefficients.
    #[test]
    fn words_are_the_products_of_matrices() {
        let (p, large) = (Prime::WORD, Prime::new((1 << 31) - 1).unwrap());
        for (depth, d, heads, prime) in
            [(1, 3, 1, p), (2, 3, 1, large), (2, 2, 2, large), (1, 4, 2, p), (2, 3, 3, p)]
        {
            let problem = Problem::attention(depth, d, heads, 2 * d).unwrap();
            let mut rng = ChaCha20Rng::seed_from_u64(depth as u64);
            let network = WeightStyle::Random.draw(&problem, &mut rng);
            let function = gram_function(&problem, &network, prime).unwrap();
            let embed = |m: &DMatrix<Rational>| m.map(|q| Fp::from_ratio(&q, prime).unwrap());
            let product = |a: &DMatrix<Rational>, b: &_| embed(a) * embed(b).transpose();
            let pairs = |f: &[DMatrix<Rational>]| [product(&f[0], &f[1]), product(&f[2], &f[3])];
            let layers: Vec<Vec<_>> = network
                .parameters()
                .iter()
                .map(|layer| layer.chunks_exact(4).map(pairs).collect())
                .collect();
            let g = DMatrix::from_fn(d, d, |i, j| Fp::new((3 + i * j + 7 * (i + j)) as i64, prime));
            let expected = phi(&layers, &g, d).column(problem.output().channel).into_owned();
            // The monomials of each degree at g, by products of one variable.
            let variables: Vec<Fp> =
                (0..d).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|at| g[at]).collect();
            let monomials = &function.monomials;
            let mut values = vec![Fp::new(1, prime)];
            for k in 0..function.degree {
                let mut next = vec![Fp::new(0, prime); monomials.count(k + 1)];
                for (m, v) in itertools::iproduct!(0..values.len(), 0..variables.len()) {
                    next[monomials.product(k, m, v)] = values[m] * variables[v];
                }
                values = next;
            }
            let factorials = monomials.factorials(function.degree, prime.get());
            let mut found = DVector::from_element(d, Fp::new(0, prime));
            for (m, entries) in function.scaled.chunks_exact(d).enumerate() {
                let factorial = Fp::from_residue(factorials[m], prime).inverse().unwrap();
                for (k, c) in entries.iter().enumerate() {
                    found[k] += Fp::from_residue((*c).into(), prime) * factorial * values[m];
                }
            }
            assert_eq!(found, expected, "{depth} {d} {heads}");
        }
    }
}
