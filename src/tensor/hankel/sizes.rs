//! What the Hankel route needs, before anything is computed.

use super::Monomials;
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
    /// Bytes for tables and coefficients while they are computed.
    pub bytes: u64,
    /// Bytes of those that stay.
    pub kept: u64,
}

impl Sizes {
    /// `None` if `problem` is not a function of a sum whose monomials are independent on either side,
    /// or so large that monomials cannot be numbered by 32 bits. For a Mixer it also depends on the
    /// weights: [`reduced_function`] decides.
    pub fn new(problem: &Problem) -> Option<Self> {
        let (own, other) = problem.side_sizes();
        let least = own.min(other);
        let degree = problem.degree().ok()?;
        // Bytes for each coefficient: 64-bit states of attention, a sparse polynomial of a Mixer.
        let (variables, components, degree, each) = match problem.architecture() {
            Architecture::Attention(s) if least >= s.width => {
                (s.width * (s.width + 1) / 2, s.width as u64, (degree - 1) / 2, 13)
            }
            Architecture::Mixer(s)
                if least >= s.token_hidden && !s.bias && !s.residual && s.permutation.is_none() =>
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
        let (coefficients, tables) =
            (monomials.checked_mul(components)?, Monomials::bytes(variables, degree)?);
        let with = |each| tables.checked_add(coefficients.checked_mul(each)?);
        Some(Self { variables, components, degree, bytes: with(each)?, kept: with(4)? })
    }

    /// Rows (k, alpha) and columns beta of block b.
    pub fn block(&self, b: u64) -> (u64, u64) {
        // Both are below the number of monomials of degree C in the function, which was counted.
        let count = |k| count_monomials(self.variables, k, true).unwrap_or(u64::MAX);
        (self.components.saturating_mul(count(self.degree - b)), count(b))
    }
}
