//! From answers to certificates: the same facts, written so that the checker can follow them.

use super::layers::{matrix, rational};
use super::rank::{Basis, Inputs, RankAnswer, RankError, RankRequest, Route, Weights, generator};
use crate::arith::{Fp, Prime, Rational, Ring};
use crate::bounds::{self, Bound, Side};
use crate::certificate::{
    self as file, Certificate, Claim, GapClaim, Lower, RankClaim, Relation, Scope, Text, Upper,
    Value,
};
use crate::linalg::{Echelon, RowFactorisation, rank_mod_p, rank_rational};
use crate::network::layers::Layer;
use crate::network::{Architecture, InputFamily, Network, Problem};
use crate::poly::Monomial;
use crate::tensor::{CoefficientTensor, GridPoints, grid, random_points};
use nalgebra::DMatrix;
use rug::Integer;

/// The certificate of an answer to `request`.
///
/// | weights | claim | lower half | upper half |
/// |---|---|---|---|
/// | random | generic, equal if a theorem is met, else at-least | the answer's minor | that theorem |
/// | given or named | fixed, equal where an upper half is known, else at-least | the answer's minor | a theorem, or the coefficient matrix factorised over Q |
///
/// The rank on the inputs of a proof is a lower bound for the rank on all inputs: at-least.
///
/// # Errors
/// [`RankError::TooLarge`] if a coefficient matrix is over the request's memory limit.
///
/// ```
/// use seprank::network::{Architecture, AttentionShape, Output, Partition, Problem};
/// use seprank::{check, prove};
/// let shape = AttentionShape { depth: 1, width: 2, heads: 1 };
/// let sides = Partition::halves(4)?;
/// let problem = Problem::new(Architecture::Attention(shape), sides, Output::default())?;
/// let request = prove::RankRequest::new(problem);
/// let answer = prove::rank(&request, &|_, _| {})?;
/// let certificate = prove::certify_rank(&request, &answer)?;
/// assert_eq!(check::check(&certificate), check::Verdict::Valid);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn certify_rank(request: &RankRequest, answer: &RankAnswer) -> Result<Certificate, RankError> {
    let scope = match request.weights {
        Weights::Random => Scope::Generic,
        _ => Scope::Fixed,
    };
    let (lower, rank) = lower(request, answer)?;
    let upper = match &answer.basis {
        Basis::Theorem(id) if rank == answer.rank => Some(Upper::Theorem((*id).into())),
        _ if scope == Scope::Fixed && by_monomials(request, answer) => {
            Some(separation(request, answer)?)
                .filter(|products| products.len() == rank)
                .map(Upper::Separation)
        }
        _ => None,
    };
    Ok(Certificate::new(Claim::Rank(Box::new(RankClaim {
        problem: problem(&request.problem),
        scope,
        relation: if upper.is_some() { Relation::Equal } else { Relation::AtLeast },
        value: Value::Exact(Text(rank.into())),
        weights: Some(weights(&request.problem, &answer.network)),
        lower: Some(lower),
        upper,
    }))))
}

/// The certificate that `bound` has its value for `problem`; `None` if it does not apply or has too
/// many digits for a certificate.
pub fn certify_bound(problem: &Problem, bound: &dyn Bound) -> Option<Certificate> {
    bound.applies(problem).ok()?;
    let value = bound.value(problem)?;
    bound_claim(problem, bound, &value).map(|claim| Certificate::new(Claim::Rank(Box::new(claim))))
}

/// The certificate that the best exact lower bound for `attention` is above the best exact upper
/// bound for `mixer`; `None` if it is not, or the numbers have too many digits for a certificate.
pub fn certify_gap(attention: &Problem, mixer: &Problem) -> Option<Certificate> {
    let exact = |problem, side| {
        let best = bounds::best(problem, side)?;
        Some((best.bound, best.value.or_else(|| best.bound.value(problem))?))
    };
    let (lower_bound, lower) = exact(attention, Side::Lower)?;
    let (upper_bound, upper) = exact(mixer, Side::Upper)?;
    (lower > upper).then_some(())?;
    Some(Certificate::new(Claim::Gap(Box::new(GapClaim {
        lower: bound_claim(attention, lower_bound, &lower)?,
        upper: bound_claim(mixer, upper_bound, &upper)?,
    }))))
}

fn bound_claim(of: &Problem, bound: &dyn Bound, value: &Integer) -> Option<RankClaim> {
    let digits = value.to_string();
    if digits.len() > file::MAX_DIGITS {
        return None;
    }
    let id = bound.id().to_string();
    let (relation, lower, upper) = match bound.side() {
        Side::Lower => (Relation::AtLeast, Some(Lower::Theorem(id)), None),
        Side::Upper => (Relation::AtMost, None, Some(Upper::Theorem(id))),
    };
    let value = Value::Exact(Text(digits.parse().ok()?));
    let problem = problem(of);
    Some(RankClaim { problem, scope: Scope::Generic, relation, value, weights: None, lower, upper })
}

/// Whether the answer's minor is of the coefficient matrix in the entries of X themselves.
fn by_monomials(request: &RankRequest, answer: &RankAnswer) -> bool {
    matches!(answer.route, Route::Coefficients { .. }) && request.inputs == Inputs::All
}

/// The lower half, and its rank.
fn lower(request: &RankRequest, answer: &RankAnswer) -> Result<(Lower, usize), RankError> {
    let residues = |m: &DMatrix<Fp>, prime: Prime| -> Vec<file::Residue> {
        // The file is by rows.
        m.transpose().iter().map(|x| Text(x.residue(prime))).collect()
    };
    let of_grid = |points: &GridPoints<Fp>, minor: &Echelon, prime: Prime| {
        let written = |points: &[DMatrix<Fp>], chosen: &[usize]| {
            chosen.iter().map(|&i| residues(&points[i], prime)).collect()
        };
        Lower::Grid(file::Grid {
            prime: Text(prime.get()),
            left: written(&points.left, &minor.pivot_rows),
            right: written(&points.right, &minor.pivot_cols),
        })
    };
    match &answer.route {
        Route::Grid { points, minor } => Ok((of_grid(points, minor, answer.prime), minor.rank)),
        Route::Coefficients { minor } if by_monomials(request, answer) => {
            let prime = answer.prime;
            let embed = |c: &Rational| embed(c, prime);
            let tensor = tensor(request, answer, embed)?;
            let blocks = tensor.matricize().blocks;
            let (left, right) = side_entries(&request.problem);
            let exponents = |list: Vec<&Monomial>, chosen: &[usize], first, count| {
                chosen.iter().map(|&i| exponents(list[i], first, count)).collect()
            };
            let rows = blocks.iter().flat_map(|b| &b.rows).collect();
            let cols = blocks.iter().flat_map(|b| &b.cols).collect();
            let lower = Lower::Coefficients(file::Coefficients {
                prime: Text(prime.get()),
                left: exponents(rows, &minor.pivot_rows, 0, left),
                right: exponents(cols, &minor.pivot_cols, left, right),
            });
            Ok((lower, minor.rank))
        }
        // Blocks, or coefficients in the parameters of a proof's inputs: take inputs of X instead.
        Route::Coefficients { .. } | Route::Hankel { .. } => {
            let prime = Prime::MERSENNE_61;
            let family = match &request.weights {
                Weights::Named(kind) if request.inputs == Inputs::Theorem => {
                    kind.build(&request.problem)?.family
                }
                Weights::Witness(witness) if request.inputs == Inputs::Theorem => {
                    witness.family.clone()
                }
                _ => InputFamily::all(&request.problem),
            };
            let network = answer.network.map(|c| embed(c, prime));
            let mut rng = generator(request.seed);
            let count = answer.rank + 8;
            let bytes = (count as u64).checked_mul(count as u64 * 24);
            request.memory.check("a grid matrix", bytes, "--depth, --width or --tokens")?;
            let points = random_points(&family, (count, count), prime, &mut rng);
            let matrix = grid(&request.problem, &network, &points, &|_| {});
            let mut minor = rank_mod_p(&matrix, prime);
            minor.rank = minor.rank.min(answer.rank);
            minor.pivot_rows.truncate(minor.rank);
            minor.pivot_cols.truncate(minor.rank);
            Ok((of_grid(&points, &minor, prime), minor.rank))
        }
    }
}

fn embed(c: &Rational, prime: Prime) -> Fp {
    Fp::from_ratio(c, prime).unwrap_or_else(|| Fp::new(0, prime))
}

fn tensor<T: Ring>(
    request: &RankRequest,
    answer: &RankAnswer,
    embed: impl Fn(&Rational) -> T,
) -> Result<CoefficientTensor<T>, RankError> {
    let family = InputFamily::all(&request.problem);
    let (problem, network) = (&request.problem, &answer.network);
    Ok(CoefficientTensor::new(problem, network, &family, embed, request.memory)?)
}

/// f as a sum of as many products as its coefficient matrix has rank over Q: for each block
/// `M = C M[pivots, :]`, so the products are (column k of C) times (row k of the pivots).
fn separation(request: &RankRequest, answer: &RankAnswer) -> Result<Vec<file::Product>, RankError> {
    let matrix = tensor(request, answer, Rational::clone)?.matricize();
    let (left, right) = side_entries(&request.problem);
    let mut products = Vec::new();
    for block in &matrix.blocks {
        let denominator =
            block.entries.iter().fold(Integer::from(1), |lcm, (_, _, c)| lcm.lcm(c.denom()));
        let dense = block.to_dense();
        let integers = dense.map(|c| Integer::from(c.numer() * &denominator) / c.denom());
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
    Ok(products)
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

fn weights(problem: &Problem, network: &Network<Rational>) -> file::Weights {
    if let Architecture::Layers(_) = problem.architecture() {
        return super::layers::weights(problem, network);
    }
    let vector = |m: &DMatrix<Rational>| m.iter().map(rational).collect();
    let attention = matches!(network.layers().first(), Some(Layer::Attention(_)));
    let lists = || network.parameters().iter().filter(|list| !list.is_empty());
    if attention {
        let head = |m: &[DMatrix<Rational>]| file::Head {
            query: matrix(&m[0]),
            key: matrix(&m[1]),
            output: matrix(&m[2]),
            value: matrix(&m[3]),
        };
        let layers = lists().map(|list| list.chunks_exact(4).map(head).collect());
        return file::Weights::Attention(layers.collect());
    }
    let lists: Vec<_> = lists().collect();
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
    file::Weights::Mixer(lists.chunks_exact(2).map(layer).collect())
}
