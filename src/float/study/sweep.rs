//! What is measured: which sizes, which models.

use super::{MODELS, Measurement, Model, Sizes, followed, measure};
use crate::float::FloatError;
use serde::Serialize;

/// The question that a measurement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Question {
    /// Against depth.
    Depth,
    /// Against width.
    Width,
    /// Against the number of tokens.
    Tokens,
    /// With parts left out one by one, at the base sizes.
    Parts,
}

impl Question {
    /// All questions, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Depth, Self::Width, Self::Tokens, Self::Parts];

    /// Those that vary a size.
    pub const SIZES: [Self; 3] = [Self::Depth, Self::Width, Self::Tokens];

    /// A word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Depth => "depth",
            Self::Width => "width",
            Self::Tokens => "tokens",
            Self::Parts => "parts",
        }
    }

    /// The size that is varied.
    pub fn varied(self, sizes: Sizes) -> usize {
        match self {
            Self::Depth | Self::Parts => sizes.depth,
            Self::Width => sizes.width,
            Self::Tokens => sizes.tokens,
        }
    }
}

/// Sizes of a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The sizes that are not varied.
    pub base: Sizes,
    /// Depths L.
    pub depths: Vec<usize>,
    /// Widths d.
    pub widths: Vec<usize>,
    /// Numbers of tokens N.
    pub tokens: Vec<usize>,
    /// Points of the grid on either side.
    pub points: usize,
    /// Independent draws of weights and points for each number.
    pub draws: u64,
}

impl Plan {
    /// About a minute on two cores.
    pub fn quick() -> Self {
        Self {
            base: Sizes { depth: 3, width: 16, tokens: 8 },
            depths: vec![1, 2, 3, 4, 6],
            widths: vec![4, 8, 16, 32],
            tokens: vec![2, 4, 8, 16],
            points: 48,
            draws: 8,
        }
    }

    /// Larger sizes and more points: about half an hour on two cores.
    pub fn full() -> Self {
        Self {
            base: Sizes { depth: 4, width: 16, tokens: 8 },
            depths: vec![1, 2, 3, 4, 6, 8, 12],
            widths: vec![4, 8, 16, 32, 64],
            tokens: vec![2, 4, 8, 16, 32],
            points: 96,
            draws: 8,
        }
    }

    /// Smaller sizes, at one draw, for intervals: about a minute on two cores.
    pub fn proved() -> Self {
        Self {
            base: Sizes { depth: 2, width: 8, tokens: 4 },
            depths: vec![1, 2, 3, 4],
            widths: vec![4, 8, 16],
            tokens: vec![2, 4, 8],
            points: 16,
            draws: 1,
        }
    }

    /// Every model and size to be measured, with its question.
    pub fn cases(&self) -> Vec<(Question, &'static Model, Sizes)> {
        let base = self.base;
        let sizes = |question| -> Vec<Sizes> {
            match question {
                Question::Depth => {
                    self.depths.iter().map(|&depth| Sizes { depth, ..base }).collect()
                }
                Question::Width => {
                    self.widths.iter().map(|&width| Sizes { width, ..base }).collect()
                }
                Question::Tokens => {
                    self.tokens.iter().map(|&tokens| Sizes { tokens, ..base }).collect()
                }
                Question::Parts => vec![base],
            }
        };
        let models = |question| -> Vec<&'static Model> {
            if question == Question::Parts { MODELS.iter().collect() } else { followed().collect() }
        };
        let mut cases = Vec::new();
        for question in Question::ALL {
            for model in models(question) {
                cases.extend(sizes(question).into_iter().map(|sizes| (question, model, sizes)));
            }
        }
        cases
    }

    /// Measures every case, in order. `progress` is called after each draw.
    ///
    /// # Errors
    /// As [`measure`].
    pub fn run(
        &self,
        seed: u64,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Vec<(Question, Measurement)>, FloatError> {
        let cases = self.cases().into_iter();
        cases
            .map(|(question, model, sizes)| {
                let m = measure(model, sizes, self.points, (seed, self.draws), progress)?;
                Ok((question, m))
            })
            .collect()
    }
}
