//! Witnesses by grid, from an answer or back from a certificate, to make other things of them.

use super::answer::{Evidence, RankAnswer};
use crate::arith::{Fp, Prime, PrimeError, Rational};
use crate::network::layers::{Layer, Permutation};
use crate::network::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, Network, Output, Partition, Problem,
    WeightShapeError,
};
use crate::tensor::GridPoints;
use nalgebra::DMatrix;
use seprank_check::certificate::{self as file, Claim, Lower, RankClaim};

/// A grid with as many points on a side as the rank it shows, and the prime modulo which its
/// determinant is not zero.
#[derive(Clone, Debug)]
pub struct GridWitness {
    /// The problem.
    pub problem: Problem,
    /// The weights.
    pub network: Network<Rational>,
    /// The points of the minor.
    pub points: GridPoints<Fp>,
    /// The prime.
    pub prime: Prime,
}

/// Why a certificate has no grid witness to take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The evidence is of another kind.
    #[error(
        "its evidence is not a grid of points, which is what Coq takes: see `rank --method grid`"
    )]
    NotAGrid,
    /// A number is out of range or a matrix has another size than the problem asks for.
    #[error("{place}: expected {expected}")]
    Shape {
        /// The field.
        place: &'static str,
        /// What it should hold.
        expected: String,
    },
    /// The problem makes no sense.
    #[error(transparent)]
    Problem(#[from] InvalidProblem),
    /// The weights do not fit the problem.
    #[error(transparent)]
    Weights(#[from] WeightShapeError),
    /// The modulus is not a prime.
    #[error(transparent)]
    Prime(#[from] PrimeError),
}

fn shape(place: &'static str, expected: impl ToString) -> ImportError {
    ImportError::Shape { place, expected: expected.to_string() }
}

impl GridWitness {
    /// The minor of an answer; `None` if it is not of a grid.
    pub fn of_answer(answer: &RankAnswer) -> Option<Self> {
        let Evidence::Grid { points, .. } = &answer.evidence else { return None };
        Some(Self {
            problem: answer.problem.clone(),
            network: answer.network.clone(),
            points: points.clone(),
            prime: answer.prime,
        })
    }

    /// The grid in a certificate.
    ///
    /// # Errors
    /// [`ImportError`]; never for a certificate by grid that the checker accepts.
    pub fn of_certificate(certificate: &file::Certificate) -> Result<Self, ImportError> {
        let Claim::Rank(claim) = &certificate.claim else { return Err(ImportError::NotAGrid) };
        let RankClaim { weights: Some(weights), lower: Some(Lower::Grid(grid)), .. } =
            claim.as_ref()
        else {
            return Err(ImportError::NotAGrid);
        };
        let problem = problem(&claim.problem)?;
        let network = network(&problem, weights)?;
        let prime = Prime::new(grid.prime.0)?;
        let width = problem.width();
        let side = |rows: &[Vec<file::Residue>], positions: usize| -> Result<Vec<_>, ImportError> {
            let point = |row: &Vec<file::Residue>| {
                let residues = row.iter().map(|x| Fp::from_residue(x.0, prime));
                (row.len() == positions * width)
                    .then(|| DMatrix::from_row_iterator(positions, width, residues))
                    .ok_or_else(|| {
                        shape("grid", format_args!("{positions} x {width} entries a point"))
                    })
            };
            rows.iter().map(point).collect()
        };
        let sides = problem.partition();
        let points = GridPoints {
            left: side(&grid.left, sides.left().len())?,
            right: side(&grid.right, sides.right().len())?,
        };
        Ok(Self { problem, network, points, prime })
    }
}

fn problem(p: &file::Problem) -> Result<Problem, ImportError> {
    let size = |n: u64| usize::try_from(n).map_err(|_| shape("problem", "sizes that fit memory"));
    let sizes = |list: &[u64]| list.iter().map(|n| size(*n)).collect::<Result<Vec<_>, _>>();
    let architecture = match &p.architecture {
        file::Architecture::Attention(a) => Architecture::Attention(AttentionShape {
            depth: size(a.depth)?,
            width: size(a.width)?,
            heads: size(a.heads)?,
        }),
        file::Architecture::Mixer(m) => Architecture::Mixer(MixerShape {
            depth: size(m.depth)?,
            width: size(m.width)?,
            token_hidden: size(m.token_hidden)?,
            token_degree: m.token_degree,
            channel_hidden: size(m.channel_hidden)?,
            channel_degree: m.channel_degree,
            bias: m.bias,
            residual: m.residual,
            permutation: match &m.permutation {
                None => None,
                Some(list) => Some(
                    Permutation::new(sizes(list)?)
                        .ok_or_else(|| shape("permutation", "each entry once"))?,
                ),
            },
        }),
        file::Architecture::Layers(_) => {
            return Err(shape("architecture", "attention or a Mixer"));
        }
    };
    let output = Output { token: size(p.output.token)?, channel: size(p.output.channel)? };
    let partition = Partition::new(size(p.tokens)?, &sizes(&p.left)?)?;
    Ok(Problem::new(architecture, partition, output)?)
}

fn network(problem: &Problem, weights: &file::Weights) -> Result<Network<Rational>, ImportError> {
    let mut parts: Vec<Vec<DMatrix<Rational>>> = match weights {
        file::Weights::Attention(layers) => {
            let factors = |h: &file::Head| [&h.query, &h.key, &h.output, &h.value].map(matrix);
            let layer = |heads: &Vec<file::Head>| {
                heads.iter().flat_map(factors).collect::<Result<Vec<_>, _>>()
            };
            layers.iter().map(layer).collect::<Result<_, _>>()?
        }
        file::Weights::Mixer(layers) => {
            let mut list = Vec::new();
            for layer in layers {
                let mut token = vec![matrix(&layer.w1)?, matrix(&layer.w2)?];
                let mut channel = vec![matrix(&layer.w3)?, matrix(&layer.w4)?];
                if let Some(b) = &layer.bias {
                    token.extend([column(&b.b1)?, column(&b.b2)?]);
                    channel.extend([column(&b.b3)?, column(&b.b4)?]);
                }
                list.extend([token, channel]);
            }
            list
        }
        file::Weights::Layers(_) => return Err(shape("weights", "those of attention or a Mixer")),
    };
    // A permutation of the input is a layer without parameters.
    let layers = problem.layers();
    if matches!(layers.first(), Some(Layer::Permutation(_))) {
        parts.insert(0, Vec::new());
    }
    Ok(Network::new(problem.tokens(), problem.width(), layers, parts)?)
}

fn matrix(rows: &file::Matrix) -> Result<DMatrix<Rational>, ImportError> {
    let cols = rows.first().map_or(0, Vec::len);
    if rows.iter().any(|row| row.len() != cols) {
        return Err(shape("weights", "rows of equal length"));
    }
    let entries: Result<Vec<Rational>, _> = rows.iter().flatten().map(rational).collect();
    Ok(DMatrix::from_row_slice(rows.len(), cols, &entries?))
}

fn column(entries: &[file::Rational]) -> Result<DMatrix<Rational>, ImportError> {
    let entries: Result<Vec<Rational>, _> = entries.iter().map(rational).collect();
    Ok(DMatrix::from_vec(entries.as_ref().map_or(0, Vec::len), 1, entries?))
}

fn rational(x: &file::Rational) -> Result<Rational, ImportError> {
    Rational::parse(&x.0.to_string()).ok_or_else(|| shape("weights", "rational numbers"))
}
