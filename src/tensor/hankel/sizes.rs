//! What the Hankel route needs, before anything is computed.

use super::{Monomials, Side};
use crate::network::{Architecture, Problem};
use crate::tensor::count_monomials;

/// Sizes of the Hankel route for a problem, before anything is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Variables n of the function: d(d+1)/2 Gram entries, or the S d entries of W1 X.
    pub variables: u64,
    /// Components: d for attention, 1 for a Mixer.
    pub components: u64,
    /// Degree C in these variables.
    pub degree: u64,
    /// The functions of side A, in rows, and of side B, in columns.
    pub sides: [Side; 2],
    /// Bytes for tables and coefficients while they are computed.
    pub bytes: u64,
    /// Bytes of those that stay.
    pub kept: u64,
}

impl Sizes {
    /// `None` if `problem` is not a function of a sum whose monomials are independent on either side,
    /// or so large that monomials cannot be numbered by 32 bits. For a Mixer it also depends on the
    /// weights: [`reduced_function`](super::reduced_function) decides.
    pub fn new(problem: &Problem) -> Option<Self> {
        let (own, other) = problem.side_sizes();
        let degree = problem.degree().ok()?;
        let mut sides = [Side::Free; 2];
        // Bytes for each coefficient: 64-bit states of attention, a sparse polynomial of a Mixer.
        let (variables, components, degree, each) = match problem.architecture() {
            Architecture::Attention(s) => {
                for (side, tokens) in sides.iter_mut().zip([own, other]) {
                    *side = Side::of_attention(tokens, s.width)?;
                }
                (s.width * (s.width + 1) / 2, s.width as u64, (degree - 1) / 2, 13)
            }
            Architecture::Mixer(s)
                if own.min(other) >= s.token_hidden
                    && !s.bias
                    && !s.residual
                    && s.permutation.is_none() =>
            {
                (s.token_hidden * s.width, 1, degree, 800)
            }
            _ => return None,
        };
        let variables = variables as u64;
        let monomials = count_monomials(variables, degree, true)?;
        if degree > 4096 || monomials > u64::from(u32::MAX) {
            return None;
        }
        let coefficients = monomials.checked_mul(components)?;
        let mut tables = Monomials::bytes(variables, degree)?;
        if sides.contains(&Side::OneToken) {
            // With two numbers of 32 bits for each monomial in G.
            let in_gram = count_monomials(variables, degree, false)?.checked_mul(8)?;
            let last = 2 * degree + 1;
            count_monomials(components, last, true).filter(|n| *n <= u64::from(u32::MAX))?;
            let own = Monomials::bytes(components, last)?.checked_add(in_gram)?;
            tables = tables.checked_add(own)?;
        }
        let with = |each| tables.checked_add(coefficients.checked_mul(each)?);
        Some(Self { variables, components, degree, sides, bytes: with(each)?, kept: with(4)? })
    }

    /// Rows and columns of block b.
    pub fn block(&self, b: u64) -> (u64, u64) {
        // Both are below numbers of monomials of higher degree, which were counted.
        let count = |n, k| count_monomials(n, k, true).unwrap_or(u64::MAX);
        let (a, d) = (self.degree - b, self.components);
        let rows = match self.sides[0] {
            Side::Free => d.saturating_mul(count(self.variables, a)),
            Side::OneToken => count(d, 2 * a + 1),
        };
        let cols = match self.sides[1] {
            Side::Free => count(self.variables, b),
            Side::OneToken => count(d, 2 * b),
        };
        (rows, cols)
    }
}
