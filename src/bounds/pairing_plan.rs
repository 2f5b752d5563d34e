//! The free parameters of Theorems 3.8 and 3.9, whose networks all end in a pairing
//! `(c + <Z,S>)^K` of two symmetric m x m matrices of rank at most tau.

use super::numbers::{determinantal_variables, ternary_power};
use crate::network::{Architecture, AttentionShape, Problem};
use rug::Integer;

/// One admissible choice of the free parameters and what follows from it.
///
/// The rank on the inputs of the proof is `sum_{kappa<=K} h(m,tau;kappa)`: only the payload m, tau and
/// the exponent K matter for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairingPlan {
    /// Heads n used by the summing stage.
    pub heads: usize,
    /// Vectors r on the own side.
    pub vectors: usize,
    /// Of these, t1 in the first batch; `None` for Theorem 3.8, which has no batches.
    pub first_batch: Option<usize>,
    /// Summing layers c, as few as n^c >= ceil(r/2) allows.
    pub stages: usize,
    /// Carriers q = ceil(ceil(r/2) / n).
    pub carriers: usize,
    /// Payload coordinates m.
    pub payload: usize,
    /// Size of the other side.
    pub others: usize,
    /// The exponent K, a power of three.
    pub exponent: Integer,
}

/// So many choices of r are tried, and their exponents have no more bits together.
const MAX_CHOICES: usize = 1 << 15;
const MAX_BITS: usize = 1 << 29;

/// All of `1..=most`, or where these are too many as many as may be, the ends among them: every choice has a rank
/// that is reached.
fn numbers_of_vectors(most: usize, depth: usize) -> impl Iterator<Item = usize> {
    // 3^depth has less than 2 depth bits.
    let count = most.min(MAX_CHOICES).min(2 + MAX_BITS / (2 * depth));
    (0..count).map(move |i| 1 + i * (most - 1) / (count - 1).max(1))
}

impl PairingPlan {
    /// Theorem 3.8 with n heads and r vectors and the largest payload; `None` if its hypotheses fail.
    pub fn heads(problem: &Problem, heads: usize, vectors: usize) -> Option<Self> {
        let (plan, shape) = Self::new(problem, heads, vectors, 1)?;
        let markers = vectors + plan.carriers;
        if markers > shape.width / shape.heads {
            return None;
        }
        let payload = shape.width - markers;
        (payload > 0).then_some(Self { payload, ..plan })
    }

    /// Theorem 3.9 with n heads and batches of t1 >= t2 vectors and the largest payload; `None` if its
    /// hypotheses fail.
    pub fn blocks(
        problem: &Problem,
        heads: usize,
        (first, second): (usize, usize),
    ) -> Option<Self> {
        let (plan, shape) = Self::new(problem, heads, first + second, 2)?;
        if shape.heads < 2 || second > first || first + plan.carriers > shape.width / shape.heads {
            return None;
        }
        let free = shape.width.checked_sub(first + second + plan.carriers)?;
        let payload = free.min((shape.heads - 1) * first);
        (payload > 0).then_some(Self { payload, first_batch: Some(first), ..plan })
    }

    /// All choices for Theorem 3.8 that no other beats, but for those left out where there are too many: with fewer
    /// heads than min(H, pairs) there are as many carriers and stages or more.
    pub fn all_heads(problem: &Problem) -> Vec<Self> {
        let Architecture::Attention(shape) = problem.architecture() else { return Vec::new() };
        let most = (shape.width / shape.heads).min(problem.side_sizes().0);
        numbers_of_vectors(most, shape.depth)
            .filter_map(|r| Self::heads(problem, shape.heads.min(r.div_ceil(2)), r))
            .collect()
    }

    /// All choices for Theorem 3.9 that no other with as many vectors beats, but for those left out where there are
    /// too many: the payload grows with the first batch, so that is as large as d_a - q allows.
    pub fn all_blocks(problem: &Problem) -> Vec<Self> {
        let Architecture::Attention(shape) = problem.architecture() else { return Vec::new() };
        let head_width = shape.width / shape.heads;
        numbers_of_vectors((2 * head_width).min(problem.side_sizes().0), shape.depth)
            .filter_map(|r| {
                let heads = shape.heads.min(r.div_ceil(2));
                let carriers = r.div_ceil(2).div_ceil(heads);
                let first = r.min(head_width.checked_sub(carriers)?);
                Self::blocks(problem, heads, (first, r - first))
            })
            .collect()
    }

    /// Lemma 3.7's part of the hypotheses; `layers` come before the summing ones.
    fn new(
        problem: &Problem,
        heads: usize,
        vectors: usize,
        layers: usize,
    ) -> Option<(Self, &AttentionShape)> {
        let Architecture::Attention(shape) = problem.architecture() else { return None };
        let (own, others) = problem.side_sizes();
        if vectors == 0 || heads == 0 || heads > shape.heads {
            return None;
        }
        let pairs = vectors.div_ceil(2);
        let mut stages = 1;
        let mut reach = heads;
        while reach < pairs {
            reach = reach.checked_mul(heads).filter(|_| heads > 1)?;
            stages += 1;
        }
        let carriers = pairs.div_ceil(heads);
        if 2 * carriers > shape.width / shape.heads || vectors + carriers > own {
            return None;
        }
        let exponent = ternary_power(shape.depth.checked_sub(layers + stages)?);
        let plan = Self {
            heads,
            vectors,
            first_batch: None,
            stages,
            carriers,
            payload: 0,
            others,
            exponent,
        };
        Some((plan, shape))
    }

    /// The same with a smaller payload, at least 1.
    pub fn with_payload(self, payload: usize) -> Self {
        Self { payload: payload.clamp(1, self.payload), ..self }
    }

    /// tau = min(r, other side, m), the rank bound of the two matrices that are paired.
    pub fn tau(&self) -> usize {
        self.vectors.min(self.others).min(self.payload)
    }

    /// v(m,tau), the number of variables that decides for large K.
    pub fn variables(&self) -> Integer {
        determinantal_variables(self.payload, self.tau())
    }
}
