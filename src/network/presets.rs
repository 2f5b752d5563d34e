//! Shapes of published models, and small networks of every family.

pub use super::families::{Family, FamilySize, families};

use super::nearest::nearest;
use super::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, NetworkFile, Output, Partition,
    Problem, Replacements, WeightMap,
};

/// A published model shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Name as on the command line.
    pub name: &'static str,
    /// Name as in the literature.
    pub title: &'static str,
    /// Depth L.
    pub depth: usize,
    /// Width d.
    pub width: usize,
    /// Heads, or for a Mixer the hidden token width.
    kind: Kind,
    /// Tokens N.
    pub tokens: usize,
    /// Hidden width of the position-wise (channel) part, which the default comparison makes linear.
    pub channel_hidden: usize,
    /// Where the numbers are from.
    pub source: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Attention { heads: usize },
    Mixer { token_hidden: usize },
}
use Kind::{Attention, Mixer};

const VIT: &str = "Dosovitskiy et al. 2021, arXiv 2010.11929, table 1";
const MIXER: &str = "Tolstikhin et al. 2021, arXiv 2105.01601, table 1";

#[rustfmt::skip]
const PRESETS: &[Preset] = &[
    Preset { name: "vit-b-16", title: "ViT-B/16", depth: 12, width: 768, kind: Attention { heads: 12 }, tokens: 196, channel_hidden: 3072, source: VIT },
    Preset { name: "vit-l-16", title: "ViT-L/16", depth: 24, width: 1024, kind: Attention { heads: 16 }, tokens: 196, channel_hidden: 4096, source: VIT },
    Preset { name: "bert-base", title: "BERT-base", depth: 12, width: 768, kind: Attention { heads: 12 }, tokens: 512, channel_hidden: 3072, source: "Devlin et al. 2019, arXiv 1810.04805" },
    Preset { name: "gpt-3-175b", title: "GPT-3 175B", depth: 96, width: 12288, kind: Attention { heads: 96 }, tokens: 2048, channel_hidden: 49152, source: "Brown et al. 2020, arXiv 2005.14165, table 2.1" },
    Preset { name: "mixer-s-16", title: "Mixer-S/16", depth: 8, width: 512, kind: Mixer { token_hidden: 256 }, tokens: 196, channel_hidden: 2048, source: MIXER },
    Preset { name: "mixer-b-16", title: "Mixer-B/16", depth: 12, width: 768, kind: Mixer { token_hidden: 384 }, tokens: 196, channel_hidden: 3072, source: MIXER },
    Preset { name: "mixer-l-16", title: "Mixer-L/16", depth: 24, width: 1024, kind: Mixer { token_hidden: 512 }, tokens: 196, channel_hidden: 4096, source: MIXER },
];

/// All presets, attention first.
pub fn all() -> &'static [Preset] {
    PRESETS
}

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|p| p.name == name)
}

/// The published model of that name, given to `option` on the command line.
///
/// # Errors
/// Lists the known names and the nearest.
pub fn lookup(option: &'static str, name: &str) -> Result<&'static Preset, InvalidProblem> {
    find(name).ok_or_else(|| unknown(option, name, PRESETS.iter().map(|p| p.name).collect()))
}

fn unknown(option: &'static str, name: &str, known: Vec<&str>) -> InvalidProblem {
    let near = nearest(name, known.iter().copied()).unwrap_or_default();
    let allowed = format!("allowed are {}; did you mean {near}?", known.join(", "));
    InvalidProblem::new(option, name, allowed)
}

/// The published model or small network of that name, given to `option` on the command line.
///
/// # Errors
/// Lists the known names and the nearest; or a replaced value does not fit.
pub fn network(
    option: &'static str,
    name: &str,
    replace: &Replacements,
) -> Result<NetworkFile, InvalidProblem> {
    let families = families();
    if let Some(family) = families.iter().find(|f| f.name == name) {
        return family.network(replace);
    }
    let Some(preset) = find(name) else {
        let known = PRESETS.iter().map(|p| p.name).chain(families.iter().map(|f| f.name));
        return Err(unknown(option, name, known.collect()));
    };
    let tokens = replace.tokens.unwrap_or(preset.tokens);
    let partition = match &replace.left {
        Some(left) => Partition::new(tokens, left)?,
        None => Partition::halves(tokens)?,
    };
    let output = replace.output.unwrap_or_default();
    let problem = Problem::new(preset.architecture(), partition, output)?;
    Ok(NetworkFile { problem, weights: WeightMap::default() })
}

impl Preset {
    /// Its problem with a balanced partition and output entry (0, 0).
    ///
    /// # Errors
    /// None for the presets here.
    pub fn problem(&self) -> Result<Problem, InvalidProblem> {
        Problem::new(self.architecture(), Partition::halves(self.tokens)?, Output::default())
    }

    /// What the published model has and the default comparison leaves out, besides softmax, layer normalisation
    /// and the activations.
    pub fn left_out(&self) -> &'static [&'static str] {
        match (self.kind, self.name) {
            (Attention { .. }, "gpt-3-175b") => &[
                "residual connections",
                "biases",
                "the causal mask",
                "the local windows of every other layer",
                "position embeddings",
                "the position-wise part",
            ],
            (Attention { .. }, "bert-base") => &[
                "residual connections",
                "biases",
                "position and segment embeddings",
                "the position-wise part",
            ],
            (Attention { .. }, _) => &[
                "residual connections",
                "biases",
                "position embeddings",
                "the class token",
                "the head",
                "the position-wise part",
            ],
            (Mixer { .. }, _) => &["residual connections", "biases", "pooling", "the head"],
        }
    }

    /// The architecture in the default comparison: k_t = 2, k_c = 1, no biases, no residuals.
    pub fn architecture(&self) -> Architecture {
        let Preset { depth, width, channel_hidden, .. } = *self;
        match self.kind {
            Attention { heads } => Architecture::Attention(AttentionShape { depth, width, heads }),
            Mixer { token_hidden } => Architecture::Mixer(MixerShape {
                channel_hidden,
                ..MixerShape::quadratic(depth, width, token_hidden)
            }),
        }
    }
}
