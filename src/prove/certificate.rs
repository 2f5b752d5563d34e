//! From answers to certificates: the same facts, written so that the checker can follow them.

use super::answer::{Basis, BoundValue, CoefficientMinor, Evidence, RankAnswer, Scope};
use super::by_grid::Grid;
use super::layers::{matrix, rational};
use super::modulus;
use super::request::{RankError, TooManyDigits, generator};
use crate::arith::{Fp, Prime, Rational};
use crate::bounds::{Bound, LogInterval, Side};
use crate::linalg::{RowFactorisation, rank_rational};
use crate::network::{Architecture, Head, Network, Problem};
use crate::poly::Monomial;
use crate::stop::NEVER;
use crate::tensor::hankel::{BlockRank, ClassRank};
use crate::tensor::{CoefficientMatrix, GridPoints};
use nalgebra::DMatrix;
use rug::Integer;
use seprank_check::certificate::{
    self as file, Certificate, Claim, Decimal, Log10, Lower, MAX_DIGITS, RankClaim, Relation, Text,
    Upper, Value, Words,
};

impl RankAnswer {
    /// The certificate of this answer: its evidence, as the checker reads it, or the theorem where that proves
    /// [more](RankAnswer::by_theorem).
    ///
    /// | scope | claim | lower half | upper half |
    /// |---|---|---|---|
    /// | generic | generic, equal if a theorem is met, else at-least | the answer's minor | that theorem |
    /// | fixed weights | fixed, equal where the answer is exact, else at-least | the answer's minor | a theorem, or the coefficient matrix factorised over Q |
    ///
    /// The rank on the inputs of a proof is a lower bound for the rank on all inputs: at-least. Coefficients in
    /// the parameters of such inputs have no place in the format: a grid is evaluated for them when the
    /// certificate is asked for, and the claim is of its rank.
    ///
    /// Cost: of writing; of a factorisation that of [`RowFactorisation::new`] for each block; of such a grid
    /// a forward pass an entry.
    ///
    /// # Errors
    /// [`RankError::TooLarge`] if such a grid is over the answer's memory limit.
    ///
    /// ```
    /// use seprank::network::Problem;
    /// use seprank::{check, prove};
    /// let request = prove::RankRequest::new(Problem::attention(1, 2, 1, 4)?);
    /// let answer = prove::rank(&request, &|_, _| {})?;
    /// assert_eq!(check::check(&answer.certificate()?), check::Verdict::Valid);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn certificate(&self) -> Result<Certificate, RankError> {
        if let Some(better) = self.by_theorem() {
            return Ok(better.certificate()?);
        }
        let (lower, rank) = match &self.evidence {
            Evidence::Grid { points, .. } => (of_grid(points, self.prime), self.rank),
            Evidence::Coefficients { blocks, .. } if self.scope != Scope::ProofInputs => {
                (of_coefficients(self, blocks), self.rank)
            }
            Evidence::Coefficients { .. } => grid_in_place_of_coefficients(self)?,
            Evidence::Hankel { blocks, signs } => (of_blocks(self.prime, blocks, signs), self.rank),
        };
        let upper = match (&self.basis, &self.evidence) {
            (Basis::Theorem(id), _) if rank == self.rank => Some(Upper::Theorem((*id).into())),
            (Basis::Factorisation, Evidence::Coefficients { over_q: Some(matrix), .. })
                if self.scope == Scope::Weights =>
            {
                Some(Upper::Separation(separation(&self.problem, matrix)))
            }
            _ => None,
        };
        let scope = match self.scope {
            Scope::Generic => file::Scope::Generic,
            Scope::Weights | Scope::ProofInputs => file::Scope::Fixed,
        };
        Ok(Certificate::new(Claim::Rank(Box::new(RankClaim {
            problem: problem(&self.problem),
            scope,
            relation: if upper.is_some() { Relation::Equal } else { Relation::AtLeast },
            value: Value::Exact(Text(rank.into())),
            weights: Some(weights(&self.problem, &self.network)),
            lower: Some(lower),
            upper,
        }))))
    }
}

/// The certificate that `bound` has its value for `problem`; `None` if it does not apply or has too
/// many digits for a certificate.
pub fn certify_bound(problem: &Problem, bound: &dyn Bound) -> Option<Certificate> {
    bound.applies(problem).ok()?;
    let value = bound.value(problem)?;
    bound_claim(problem, bound, &value).map(|claim| Certificate::new(Claim::Rank(Box::new(claim))))
}

/// Places of the ends of a logarithm.
const PLACES: u32 = 9;

/// The value of a bound as certificates write it: its digits, or where they are too many its logarithm.
pub(super) fn theorem_value(bound: &BoundValue) -> Result<Value, TooManyDigits> {
    let digits = bound.value.as_ref().map(Integer::to_string);
    let digits = digits.filter(|text| text.len() <= MAX_DIGITS).and_then(|text| text.parse().ok());
    if let Some(digits) = digits {
        return Ok(Value::Exact(Text(digits)));
    }
    let too_long = || TooManyDigits { bound: bound.id };
    let of_value = || bound.value.as_ref().and_then(LogInterval::of);
    let log = bound.log.clone().or_else(of_value);
    let units = log.and_then(|log| log.log10_units(PLACES)).ok_or_else(too_long)?;
    let [low, high] = units.map(|end| {
        end.to_string().parse().ok().map(|units| Text(Decimal { units, places: PLACES }))
    });
    let (low, high) = low.zip(high).ok_or_else(too_long)?;
    Ok(Value::Log10(Log10 { low, high }))
}

fn bound_claim(of: &Problem, bound: &dyn Bound, value: &Integer) -> Option<RankClaim> {
    let digits = value.to_string();
    if digits.len() > file::MAX_DIGITS {
        return None;
    }
    Some(theorem_claim(of, bound, Value::Exact(Text(digits.parse().ok()?))))
}

/// The claim that `bound` gives `value` for the generic rank, by its theorem alone.
pub(super) fn theorem_claim(of: &Problem, bound: &dyn Bound, value: Value) -> RankClaim {
    let id = bound.id().to_string();
    let (relation, lower, upper) = match bound.side() {
        Side::Lower => (Relation::AtLeast, Some(Lower::Theorem(id)), None),
        Side::Upper => (Relation::AtMost, None, Some(Upper::Theorem(id))),
    };
    RankClaim {
        problem: problem(of),
        scope: file::Scope::Generic,
        relation,
        value,
        weights: None,
        lower,
        upper,
    }
}

fn of_grid(points: &GridPoints<Fp>, prime: Prime) -> Lower {
    let side = |points: &[DMatrix<Fp>]| {
        // The file is by rows.
        let residues =
            |m: &DMatrix<Fp>| m.transpose().iter().map(|x| Text(x.residue(prime))).collect();
        points.iter().map(residues).collect()
    };
    let (left, right) = (side(&points.left), side(&points.right));
    Lower::Grid(file::Grid { prime: Text(prime.get()), left, right })
}

fn of_coefficients(answer: &RankAnswer, blocks: &[CoefficientMinor]) -> Lower {
    let (left, right) = side_entries(&answer.problem);
    let rows = blocks.iter().flat_map(|b| &b.rows).map(|m| exponents(m, 0, left));
    let cols = blocks.iter().flat_map(|b| &b.cols).map(|m| exponents(m, left, right));
    Lower::Coefficients(file::Coefficients {
        prime: Text(answer.prime.get()),
        left: rows.collect(),
        right: cols.collect(),
    })
}

fn of_blocks(prime: Prime, blocks: &[BlockRank], signs: &[u32]) -> Lower {
    let minors = blocks.iter().flat_map(|b| b.minors.iter().map(|minor| (b.degree, minor)));
    let block = |(degree, minor): (usize, &ClassRank)| {
        let solutions = minor.solutions.iter().cloned().map(Words).collect::<Vec<_>>();
        file::Block {
            solutions: Some(solutions).filter(|list| !list.is_empty()),
            ..block_in_certificate(degree, &minor.rows, &minor.cols)
        }
    };
    Lower::Blocks(file::Blocks {
        prime: Text(prime.get()),
        signs: signs.iter().map(|bits| u64::from(*bits)).collect(),
        blocks: minors.map(block).collect(),
    })
}

/// A minor as certificates write it, without solutions. A table with more than 2^32 lines is in no memory.
pub(super) fn block_in_certificate(degree: usize, rows: &[usize], cols: &[usize]) -> file::Block {
    let words = |list: &[usize]| Words(list.iter().map(|n| *n as u32).collect());
    file::Block { degree: degree as u64, rows: words(rows), cols: words(cols), solutions: None }
}

/// New evidence, found now: a minor of a grid of points of X that is as large as the answer's rank, or
/// with bad luck smaller, and its rank.
fn grid_in_place_of_coefficients(answer: &RankAnswer) -> Result<(Lower, usize), RankError> {
    let count = answer.rank + 8;
    let prime = modulus::of_grid(&answer.network, answer.problem.degree()?, count as u64)?;
    let bytes = (count as u64).checked_mul(count as u64).and_then(|n| n.checked_mul(24));
    answer.memory.check("a grid matrix", bytes, &["depth", "width", "tokens"])?;
    let (family, rng) = (answer.family.as_ref(), generator(answer.seed));
    let mut grid = Grid::new(&answer.problem, &answer.network, family, prime, rng)?;
    grid.grow(count, &NEVER, &|_| {});
    let mut minor = grid.rank(&NEVER);
    minor.rank = minor.rank.min(answer.rank);
    minor.pivot_rows.truncate(minor.rank);
    minor.pivot_cols.truncate(minor.rank);
    Ok((of_grid(&grid.chosen(&minor), prime), minor.rank))
}

/// f as a sum of as many products as its coefficient matrix has rank over Q: for each block
/// `M = C M[pivots, :]`, so the products are (column k of C) times (row k of the pivots).
fn separation(problem: &Problem, matrix: &CoefficientMatrix<Rational>) -> Vec<file::Product> {
    let (left, right) = side_entries(problem);
    let mut products = Vec::new();
    for block in &matrix.blocks {
        let dense = block.to_dense();
        let integers = block.to_integers();
        let factors = RowFactorisation::new(&integers, &rank_rational(&integers).echelon);
        for (k, &pivot) in factors.pivot_rows.iter().enumerate() {
            let terms = |list: &[Monomial], first, count, c: &dyn Fn(usize) -> String| {
                let terms = list.iter().enumerate().filter_map(|(i, monomial)| {
                    let c = c(i);
                    let c = c.parse().ok().filter(|_| c != "0")?;
                    Some(file::Term(Text(c), exponents(monomial, first, count)))
                });
                terms.collect()
            };
            products.push(file::Product {
                left: terms(&block.rows, 0, left, &|i| factors.coefficients[(i, k)].to_string()),
                right: terms(&block.cols, left, right, &|j| dense[(pivot, j)].to_string()),
            });
        }
    }
    products
}

/// Numbers of entries of X on sides A and B.
fn side_entries(problem: &Problem) -> (usize, usize) {
    let sides = problem.partition();
    (sides.left().len() * problem.width(), sides.right().len() * problem.width())
}

/// Exponents of the variables `first..first + count`.
fn exponents(monomial: &Monomial, first: usize, count: usize) -> file::Monomial {
    let mut list = vec![0; count];
    for (variable, exponent) in monomial.exponents() {
        list[variable - first] = exponent;
    }
    list
}

/// `problem` as certificates write it.
pub fn problem(problem: &Problem) -> file::Problem {
    let size = |n: usize| n as u64;
    let architecture = match problem.architecture() {
        Architecture::Attention(a) => file::Architecture::Attention(file::Attention {
            depth: size(a.depth),
            width: size(a.width),
            heads: size(a.heads),
        }),
        Architecture::Mixer(m) => file::Architecture::Mixer(file::Mixer {
            depth: size(m.depth),
            width: size(m.width),
            token_hidden: size(m.token_hidden),
            token_degree: m.token_degree,
            channel_hidden: size(m.channel_hidden),
            channel_degree: m.channel_degree,
            bias: m.bias,
            residual: m.residual,
            permutation: m
                .permutation
                .as_ref()
                .map(|p| p.source().iter().copied().map(size).collect()),
        }),
        Architecture::Layers(shape) => {
            file::Architecture::Layers(super::layers::layers(shape, problem.tokens()))
        }
    };
    file::Problem {
        architecture,
        tokens: size(problem.tokens()),
        left: problem.partition().left().iter().copied().map(size).collect(),
        output: file::Output {
            token: size(problem.output().token),
            channel: size(problem.output().channel),
        },
    }
}

pub(super) fn weights(problem: &Problem, network: &Network<Rational>) -> file::Weights {
    match problem.architecture() {
        Architecture::Layers(_) => super::layers::weights(problem, network),
        Architecture::Attention(_) => {
            let head = |head: Head<Rational>| file::Head {
                query: matrix(head.query),
                key: matrix(head.key),
                output: matrix(head.output),
                value: matrix(head.value),
            };
            let layers = 0..network.layers().len();
            file::Weights::Attention(layers.map(|l| network.heads(l).map(head).collect()).collect())
        }
        Architecture::Mixer(_) => file::Weights::Mixer(mixer_layers(network)),
    }
}

/// A list of parameters of token mixing and one of channel mixing each; the permutation of the input,
/// which has none, is part of the problem.
fn mixer_layers(network: &Network<Rational>) -> Vec<file::MixerLayer> {
    let vector = |m: &DMatrix<Rational>| m.iter().map(rational).collect();
    let lists: Vec<_> = network.parameters().iter().filter(|list| !list.is_empty()).collect();
    let layer = |parts: &[&Vec<DMatrix<Rational>>]| {
        let (token, channel) = (parts[0], parts[1]);
        file::MixerLayer {
            w1: matrix(&token[0]),
            w2: matrix(&token[1]),
            w3: matrix(&channel[0]),
            w4: matrix(&channel[1]),
            bias: (token.len() == 4).then(|| file::Biases {
                b1: vector(&token[2]),
                b2: vector(&token[3]),
                b3: vector(&channel[2]),
                b4: vector(&channel[3]),
            }),
        }
    };
    lists.chunks_exact(2).map(layer).collect()
}
