//! A homogeneous Mixer as a polynomial in the variables that its first layer can see.

use super::{Labels, Monomials, Sizes, SumFunction};
use crate::arith::{Fp, Prime, Rational};
use crate::linalg::rank_mod_p;
use crate::network::layers::Layer;
use crate::network::{Architecture, Network, Problem};
use crate::poly::{self, Polynomial};
use crate::stop::{NEVER, Stop};
use nalgebra::DMatrix;

/// Whether W1 of a Mixer that begins with token mixing has rank S modulo `prime` on the tokens of either
/// side. Cost: two eliminations of S rows.
pub fn sides_are_free(problem: &Problem, network: &Network<Rational>, prime: Prime) -> bool {
    let Architecture::Mixer(shape) = problem.architecture() else { return false };
    let [Layer::TokenMixing(_), ..] = network.layers() else { return false };
    let w1 = &network.parameters()[0][0];
    let free = |side: &[usize]| {
        let columns = w1.select_columns(side);
        let entries = columns.iter().map(|q| Fp::from_ratio(q, prime));
        entries.collect::<Option<Vec<Fp>>>().is_some_and(|entries| {
            let reduced = DMatrix::from_vec(columns.nrows(), columns.ncols(), entries);
            rank_mod_p(&reduced, prime).rank == shape.token_hidden
        })
    };
    free(problem.partition().left()) && free(problem.partition().right())
}

/// `F` with f(X) = F(W1 X), modulo `prime` (below 2^31), scaled: the variables are the S x d entries
/// of Z = W1 X. Applies to a Mixer without biases, residual connections or input permutation whose
/// W1 has rank S on the tokens of either side, so that Z_A and Z_B are independent and free.
///
/// Cost: the forward pass over polynomials in S d variables, instead of N d.
///
/// `None` if the problem is not of this kind or a weight's denominator vanishes modulo the prime.
pub fn reduced_function(
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
    let Architecture::Mixer(shape) = problem.architecture() else { return None };
    let degree = usize::try_from(Sizes::new(problem)?.degree).ok()?;
    if !sides_are_free(problem, network, prime) {
        return None;
    }
    let variables = shape.token_hidden * shape.width;
    let monomials = Monomials::until(variables, degree, stop)?;
    // The same network, with Z for W1 X.
    let mut reduced = network.modulo(prime).ok()?.map(|c| Polynomial::constant(*c));
    let hidden = shape.token_hidden;
    let one = Polynomial::constant(Fp::new(1, prime));
    reduced.replace_parameter(0, 0, DMatrix::from_diagonal_element(hidden, hidden, one));
    let z = DMatrix::from_fn(hidden, shape.width, |s, k| Polynomial::variable(s * shape.width + k));
    let output = problem.output();
    let state = poly::until(stop, || reduced.forward(&z))?;
    let value = &state[(output.token, output.channel)];
    let mut coefficients = vec![0; monomials.count(degree)];
    for (monomial, c) in value.terms() {
        let mut index = 0;
        let mut k = 0;
        for (variable, exponent) in monomial.exponents() {
            for _ in 0..exponent {
                index = monomials.product(k, index, variable);
                k += 1;
            }
        }
        coefficients[index] = c.residue(prime) as u32;
    }
    Some(SumFunction::new(monomials, degree, 1, coefficients, prime, Labels::none(variables, 1)))
}
