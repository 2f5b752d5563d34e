//! Classes of the Hankel blocks of one rank.

use super::{Cost, Joined, Kind, Progress, UnitError};
use crate::network::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, Output, Partition, Problem,
};
use crate::prove::{
    BlockUnit, ClassPart, Method, RankRequest, Weights, block_costs, block_units, class_ranks,
    rank_of_classes,
};
use crate::tensor::MemoryLimit;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file of the joined certificate.
pub(super) const CERTIFICATE: &str = "rank.json";

/// One rank by Hankel blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankUnits {
    network: Shape,
    tokens: usize,
    left: Vec<usize>,
    output: (usize, usize),
    /// A name of [`Weights::named`].
    weights: String,
    pub(super) seed: u64,
    /// Bytes: a limit, and what a class may take whose rank is not full.
    memory: u64,
}

/// The networks that have Hankel blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Shape {
    Attention {
        depth: usize,
        width: usize,
        heads: usize,
    },
    Mixer {
        depth: usize,
        width: usize,
        token_hidden: usize,
        token_degree: u64,
        channel_hidden: usize,
        channel_degree: u64,
    },
}

impl RankUnits {
    /// The campaign for `request`, of which problem, weights, seed and memory count.
    ///
    /// # Errors
    /// If the problem has no Hankel blocks, or the weights have no name.
    pub fn new(request: &RankRequest) -> Result<Self, InvalidProblem> {
        let problem = &request.problem;
        let network = match problem.architecture() {
            Architecture::Attention(AttentionShape { depth, width, heads }) => {
                Shape::Attention { depth: *depth, width: *width, heads: *heads }
            }
            Architecture::Mixer(m) if !m.bias && !m.residual && m.permutation.is_none() => {
                Shape::Mixer {
                    depth: m.depth,
                    width: m.width,
                    token_hidden: m.token_hidden,
                    token_degree: m.token_degree,
                    channel_hidden: m.channel_hidden,
                    channel_degree: m.channel_degree,
                }
            }
            _ => {
                let allowed = "a rank in parts needs attention, or a Mixer without biases, residuals or permutation";
                return Err(InvalidProblem::new("network", "", allowed));
            }
        };
        let named = Weights::named().into_iter().find(|(_, known)| *known == request.weights);
        let allowed = "weights with a name are needed, as a campaign holds no others";
        let (weights, _) = named.ok_or_else(|| InvalidProblem::new("weights", "", allowed))?;
        let output = problem.output();
        Ok(Self {
            network,
            tokens: problem.tokens(),
            left: problem.partition().left().to_vec(),
            output: (output.token, output.channel),
            weights: weights.into(),
            seed: request.seed,
            memory: request.memory.0,
        })
    }

    /// The request for the whole rank.
    ///
    /// # Errors
    /// If it makes no sense, which no campaign is that was made by [`RankUnits::new`].
    pub fn request(&self) -> Result<RankRequest, InvalidProblem> {
        let architecture = match &self.network {
            Shape::Attention { depth, width, heads } => Architecture::Attention(AttentionShape {
                depth: *depth,
                width: *width,
                heads: *heads,
            }),
            Shape::Mixer {
                depth,
                width,
                token_hidden,
                token_degree,
                channel_hidden,
                channel_degree,
            } => Architecture::Mixer(MixerShape {
                token_degree: *token_degree,
                channel_hidden: *channel_hidden,
                channel_degree: *channel_degree,
                ..MixerShape::quadratic(*depth, *width, *token_hidden)
            }),
        };
        let output = Output { token: self.output.0, channel: self.output.1 };
        let partition = Partition::new(self.tokens, &self.left)?;
        let problem = Problem::new(architecture, partition, output)?;
        let named = Weights::named().into_iter().find(|(name, _)| *name == self.weights);
        let unknown = || InvalidProblem::new("weights", &self.weights, "no weights have this name");
        let (_, weights) = named.ok_or_else(unknown)?;
        let (method, seed, memory) = (Method::Hankel, self.seed, MemoryLimit(self.memory));
        Ok(RankRequest { weights, method, seed, memory, ..RankRequest::new(problem) })
    }
}

impl Kind for RankUnits {
    type Unit = BlockUnit;
    type Part = Vec<ClassPart>;

    fn list(&self) -> Result<Vec<(String, BlockUnit)>, UnitError> {
        let class = |(degree, label): &(usize, u32)| format!("degree {degree} class {label}");
        let name = |unit: &BlockUnit| match &unit[..] {
            [one] => class(one),
            list => format!("{} to {}", class(&list[0]), class(&list[list.len() - 1])),
        };
        let units = block_units(&self.request()?)?;
        Ok(units.into_iter().map(|unit| (name(&unit), unit)).collect())
    }

    fn costs(&self, units: &[(String, BlockUnit)]) -> Result<Vec<Cost>, UnitError> {
        let list: Vec<&BlockUnit> = units.iter().map(|(_, unit)| unit).collect();
        let costs = block_costs(&self.request()?, &list)?;
        Ok(costs.into_iter().map(|(seconds, bytes)| Cost::new(seconds, bytes)).collect())
    }

    fn run(&self, unit: &BlockUnit, progress: Progress) -> Result<Vec<ClassPart>, UnitError> {
        Ok(class_ranks(&self.request()?, unit, progress)?)
    }

    fn join(
        &self,
        parts: Vec<(BlockUnit, Vec<ClassPart>)>,
        out: &Path,
    ) -> Result<Joined, UnitError> {
        let classes = parts.into_iter().flat_map(|(_, part)| part).collect();
        let answer = rank_of_classes(&self.request()?, classes)?;
        answer.certificate()?.write(out.join(CERTIFICATE))?;
        Ok(Joined::Rank(Box::new(answer)))
    }
}
