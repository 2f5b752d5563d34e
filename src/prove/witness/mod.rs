//! Witnesses: the weights and inputs in the proofs of the lower bounds on attention.
//!
//! Each file builds one proof's construction. On its inputs the network is a kernel whose rank is
//! known by a formula; the rank that is computed from the network must agree with it.

mod blocks;
mod heads;
mod isotropic;
mod power;
mod summing;

use crate::arith::{Rational, Ring};
use crate::bounds::PairingPlan;
use crate::bounds::pairing::{best_plan, exact_rank};
use crate::network::{
    Architecture, AttentionShape, InputFamily, InvalidProblem, Network, Problem, SideFamily,
};
use crate::poly::Polynomial;
use nalgebra::DMatrix;
use num_traits::{One, Zero};

/// Weights and inputs from a proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Witness {
    /// The construction.
    pub kind: WitnessKind,
    /// The network with the proof's weights.
    pub network: Network<Rational>,
    /// The inputs of the proof.
    pub family: InputFamily,
    /// The rank on these inputs, by the proof's formula.
    pub rank: rug::Integer,
}

/// The named constructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum WitnessKind {
    /// Theorem 3.4: a power of an inner product, from repeated squaring.
    Power,
    /// Theorem 3.5: two isotropic tokens, the full exponent C_L.
    Isotropic,
    /// Theorem 3.8: many variables through many heads.
    Heads,
    /// Theorem 3.9: twice as many vectors, in blocks.
    Blocks,
}

impl WitnessKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Power, Self::Isotropic, Self::Heads, Self::Blocks];

    /// The name, as of the values of `weights`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Isotropic => "isotropic",
            Self::Heads => "heads",
            Self::Blocks => "blocks",
        }
    }

    /// Builds the construction for `problem`.
    ///
    /// # Errors
    /// If the problem is not attention, or the theorem's hypotheses fail.
    pub fn build(self, problem: &Problem) -> Result<Witness, InvalidProblem> {
        let Architecture::Attention(shape) = problem.architecture() else {
            return Err(
                self.refuse("is a construction for attention; a Mixer takes random weights")
            );
        };
        let plan = Plan::new(problem, shape);
        let (plan, rank) = match self {
            Self::Power => power::build(plan),
            Self::Isotropic => isotropic::build(plan),
            Self::Heads | Self::Blocks => {
                let best = match self {
                    Self::Heads => best_plan(PairingPlan::all_heads(problem)),
                    _ => best_plan(PairingPlan::all_blocks(problem)),
                };
                let best = best.ok_or_else(|| self.refuse(
                    "no choice of the theorem's free parameters fits: more depth, width or tokens on the output's side are needed",
                ))?;
                return Witness::of_plan(problem, &best);
            }
        }
        .map_err(|why| self.refuse(&why))?;
        Ok(plan.finish(problem, self, rank))
    }

    fn refuse(self, why: &str) -> InvalidProblem {
        InvalidProblem::new("weights", self.name(), why)
    }
}

impl Witness {
    /// The construction of Theorem 3.8 or 3.9 with chosen free parameters.
    ///
    /// # Errors
    /// If the problem is not attention, or its rank has too many terms to be written out.
    pub fn of_plan(problem: &Problem, pairing: &PairingPlan) -> Result<Self, InvalidProblem> {
        let kind = match pairing.first_batch {
            None => WitnessKind::Heads,
            Some(_) => WitnessKind::Blocks,
        };
        let Architecture::Attention(shape) = problem.architecture() else {
            return Err(kind.refuse("is a construction for attention"));
        };
        let rank = exact_rank(pairing)
            .ok_or_else(|| kind.refuse("the rank on its inputs is too large to be written out"))?;
        let mut plan = Plan::new(problem, shape);
        match kind {
            WitnessKind::Heads => heads::build(&mut plan, pairing),
            _ => blocks::build(&mut plan, pairing),
        }
        Ok(plan.finish(problem, kind, rank))
    }
}

/// The four factors of one head.
#[derive(Clone)]
struct Head {
    query: DMatrix<Rational>,
    key: DMatrix<Rational>,
    output: DMatrix<Rational>,
    value: DMatrix<Rational>,
}

impl Head {
    fn zero(shape: &AttentionShape) -> Self {
        let factor = DMatrix::zeros(shape.width, shape.width / shape.heads);
        Self { query: factor.clone(), key: factor.clone(), output: factor.clone(), value: factor }
    }

    /// Appends the rank-one term `left right^T` to W, `column` being the first unused one.
    fn add_w(&mut self, column: usize, left: &[(usize, i64)], right: &[(usize, i64)]) {
        set_column(&mut self.query, column, left);
        set_column(&mut self.key, column, right);
    }

    /// Appends the rank-one term `left right^T` to V.
    fn add_v(&mut self, column: usize, left: &[(usize, i64)], right: &[(usize, i64)]) {
        set_column(&mut self.output, column, left);
        set_column(&mut self.value, column, right);
    }
}

fn set_column(m: &mut DMatrix<Rational>, column: usize, entries: &[(usize, i64)]) {
    for &(row, c) in entries {
        m[(row, column)] += Rational::from(c);
    }
}

/// A construction in progress, for output channel 0; the own side is the output token's.
struct Plan {
    shape: AttentionShape,
    /// Sizes (own, other) of the sides.
    sides: (usize, usize),
    /// Heads of each layer, all zero at first.
    layers: Vec<Vec<Head>>,
    /// Rows of the own side, the output token first.
    own: SideFamily,
    /// Rows of the other side.
    other: SideFamily,
}

impl Plan {
    fn new(problem: &Problem, shape: &AttentionShape) -> Self {
        let zero = |rows| SideFamily {
            parameters: 0,
            branches: vec![DMatrix::from_element(rows, shape.width, Polynomial::zero())],
        };
        let sides = problem.side_sizes();
        Self {
            layers: vec![vec![Head::zero(shape); shape.heads]; shape.depth],
            own: zero(sides.0),
            other: zero(sides.1),
            sides,
            shape: shape.clone(),
        }
    }

    fn head_width(&self) -> usize {
        self.shape.width / self.shape.heads
    }

    /// In layers `from..`, one head with W = V = E, the matrix unit at (0, 0).
    fn cube_from(&mut self, from: usize) {
        for layer in &mut self.layers[from..] {
            layer[0].add_w(0, &[(0, 1)], &[(0, 1)]);
            layer[0].add_v(0, &[(0, 1)], &[(0, 1)]);
        }
    }

    /// In layer 0, W_h = projection on the h-th block of channels; they sum to the identity.
    fn project_blocks(&mut self) {
        let width = self.head_width();
        for (h, head) in self.layers[0].iter_mut().enumerate() {
            for k in 0..width {
                head.add_w(k, &[(h * width + k, 1)], &[(h * width + k, 1)]);
            }
        }
    }

    /// Moves output channel 0 to the one asked for, and the output token to its row.
    fn finish(mut self, problem: &Problem, kind: WitnessKind, rank: rug::Integer) -> Witness {
        let output = problem.output();
        let (own, other) = problem.own_and_other();
        let row = own.binary_search(&output.token).expect("the output token is on its own side");
        for branch in &mut self.own.branches {
            branch.swap_rows(0, row);
        }
        for branch in self.own.branches.iter_mut().chain(&mut self.other.branches) {
            branch.swap_columns(0, output.channel);
        }
        let mut parameters = Vec::new();
        for layer in self.layers {
            let mut list = Vec::new();
            for head in layer {
                for mut factor in [head.query, head.key, head.output, head.value] {
                    factor.swap_rows(0, output.channel);
                    list.push(factor);
                }
            }
            parameters.push(list);
        }
        let network = Network::new(problem.tokens(), problem.width(), problem.layers(), parameters)
            .expect("sizes are the layers' own");
        let own_is_left = own == problem.partition().left();
        debug_assert_ne!(own, other);
        let (left, right) =
            if own_is_left { (self.own, self.other) } else { (self.other, self.own) };
        Witness { kind, network, family: InputFamily { left, right }, rank }
    }
}

/// The polynomial that is the constant `n`.
fn integer(n: i64) -> Polynomial<Rational> {
    if n == 0 { Polynomial::zero() } else { Polynomial::constant(Rational::from_i64(n)) }
}

/// The parameter number `index`.
fn variable(index: usize) -> Polynomial<Rational> {
    debug_assert!(Rational::one().numer() == &1);
    Polynomial::variable(index)
}

#[cfg(test)]
mod tests;
