//! The short way in: a network, its weights, its rank.

use crate::arith::Rational;
use crate::bounds::{Evaluation, applicable, evaluate};
use crate::network::{self, InvalidProblem, NetworkFile, Problem, Replacements, WeightMap};
use crate::prove::{self, RankAnswer, RankError, RankRequest, Weights};
use std::path::Path;

/// A network whose separation rank is asked for: its layers, the partition of its tokens, the output
/// entry, and its weights where they are given.
///
/// Whatever is not stated is as in [`Problem::attention`]: A is the first half of the tokens, the
/// output is entry (0, 0). Long computations, other methods and limits: [`prove::RankRequest`].
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("rank.json");
/// use seprank::Network;
/// // Two layers of attention, width 3, one head, four tokens.
/// let net = Network::attention(2, 3, 1, 4)?;
/// let rank = net.rank()?;
/// println!("{rank}"); // separation rank = 49  (exact, by grid) ..
/// assert_eq!(rank.rank, 49);
/// // The certificate names problem, weights and minor: anyone's checker can accept it.
/// rank.certificate()?.write(&file)?;
/// assert_eq!(seprank::check::check_file(&file), seprank::check::Verdict::Valid);
/// // The same tokens cut 1 | 3, and a Mixer of the same size.
/// assert!(net.with_left(&[0])?.rank()?.rank < 49);
/// assert!(Network::mixer(2, 3, 2, 4)?.rank()?.rank > 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Network {
    problem: Problem,
    places: WeightMap,
    weights: Option<network::Network<Rational>>,
}

impl Network {
    /// The network in a network file (docs/networks.md).
    ///
    /// # Errors
    /// Names the file, the layer, the key and what is allowed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, InvalidProblem> {
        let NetworkFile { problem, weights } =
            NetworkFile::read(path.as_ref(), &Replacements::default())?;
        Ok(Self { problem, places: weights, weights: None })
    }

    /// Attention of `depth` layers on a state of `tokens x width`.
    ///
    /// # Errors
    /// A size is 0 or too large, or the heads do not divide the width.
    pub fn attention(
        depth: usize,
        width: usize,
        heads: usize,
        tokens: usize,
    ) -> Result<Self, InvalidProblem> {
        Problem::attention(depth, width, heads, tokens).map(Self::from)
    }

    /// A Mixer of `depth` layers on a state of `tokens x width`, quadratic across the tokens and linear
    /// across the channels, `token_hidden` being the hidden width S.
    ///
    /// # Errors
    /// A size is 0 or too large.
    pub fn mixer(
        depth: usize,
        width: usize,
        token_hidden: usize,
        tokens: usize,
    ) -> Result<Self, InvalidProblem> {
        Problem::mixer(depth, width, token_hidden, tokens).map(Self::from)
    }

    /// The same network with the tokens at `left` (positions from 0) as side A. Weights are kept.
    ///
    /// # Errors
    /// A position is no token's or stands twice, or a side is empty.
    pub fn with_left(&self, left: &[usize]) -> Result<Self, InvalidProblem> {
        Ok(Self { problem: self.problem.with_partition(left)?, ..self.clone() })
    }

    /// The same network with the weights of a file (docs/networks.md), taken exactly; the network file says
    /// where each is found. Those that it leaves to chance are drawn with seed 0.
    ///
    /// # Errors
    /// Names the file, the tensor and what is expected.
    pub fn with_weights(&self, path: impl AsRef<Path>) -> Result<Self, InvalidProblem> {
        let weights = prove::weights_of_file(&self.problem, &self.places, path.as_ref(), 0)?;
        Ok(Self { weights: Some(weights), ..self.clone() })
    }

    /// Sizes, partition and output entry.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The separation rank: with weights of these, else the generic one, by random weights of seed 0.
    ///
    /// Cost: [`prove::forecast`].
    ///
    /// # Errors
    /// The computation would not fit the default limit of memory; rarely, no prime serves the weights.
    pub fn rank(&self) -> Result<RankAnswer, RankError> {
        let mut request = RankRequest::new(self.problem.clone());
        if let Some(weights) = &self.weights {
            request.weights = Weights::Given(weights.clone());
        }
        prove::rank(&request, &|_, _| {})
    }

    /// The theorems that apply, upper bounds holding for all weights and lower ones for almost all, each
    /// with its value where that has at most `digits` decimal digits, and an enclosure of its logarithm.
    ///
    /// Cost: below 0.1 s a bound for a few thousand digits.
    pub fn bounds(&self, digits: f64) -> Vec<Evaluation> {
        let evaluate = |bound| evaluate(bound, &self.problem, digits);
        applicable(&self.problem).into_iter().map(evaluate).collect()
    }
}

impl From<Problem> for Network {
    fn from(problem: Problem) -> Self {
        Self { problem, places: WeightMap::default(), weights: None }
    }
}
