//! What a number is about, beside every gap: sizes, tokens, partition, output entry.

use crate::bounds::{depth, positions};
use crate::network::{Architecture, Problem};
use itertools::Itertools;
use serde::Serialize;
use std::fmt;

/// A problem without its weights.
#[derive(Serialize)]
pub(super) struct Shape {
    /// `"attention"`, `"mixer"` or `"network"`.
    pub(super) architecture: &'static str,
    /// L; null for a network given by its layers that are no blocks of attention and a channel mixing.
    depth: Option<usize>,
    width: usize,
    #[serde(flatten)]
    own: Own,
    tokens: usize,
    /// Positions of side A, as runs.
    left: String,
    left_size: usize,
    right_size: usize,
    output: [usize; 2],
    /// The side of the output token; null where the last state need not have the tokens of the first.
    output_side: Option<&'static str>,
}

/// What only one kind of network has.
#[derive(Serialize)]
#[serde(untagged)]
enum Own {
    Attention {
        heads: usize,
    },
    Mixer {
        token_hidden: usize,
        token_degree: u64,
        channel_degree: u64,
        bias: bool,
        residual: bool,
        permuted: bool,
    },
    Layers {
        layers: String,
    },
}

impl Shape {
    pub(super) fn of(problem: &Problem) -> Self {
        let (architecture, own) = match problem.architecture() {
            Architecture::Attention(s) => ("attention", Own::Attention { heads: s.heads }),
            Architecture::Mixer(s) => (
                "mixer",
                Own::Mixer {
                    token_hidden: s.token_hidden,
                    token_degree: s.token_degree,
                    channel_degree: s.channel_degree,
                    bias: s.bias,
                    residual: s.residual,
                    permuted: s.permutation.is_some(),
                },
            ),
            Architecture::Layers(s) => {
                let runs = s.layers.iter().map(|l| l.name()).dedup_with_count();
                let layers = runs.map(|(n, name)| format!("{n} {name}")).join(", ");
                ("network", Own::Layers { layers })
            }
        };
        let (sides, output) = (problem.partition(), problem.output());
        let depth = depth(problem);
        // The last state has the tokens of the first.
        let known = depth.is_some();
        let in_left = sides.left().binary_search(&output.token).is_ok();
        Self {
            architecture,
            depth,
            width: problem.width(),
            own,
            tokens: problem.tokens(),
            left: positions(sides.left()),
            left_size: sides.left().len(),
            right_size: sides.right().len(),
            output: [output.token, output.channel],
            output_side: known.then_some(if in_left { "A" } else { "B" }),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { width, tokens, left, left_size, right_size, .. } = self;
        let depth = self.depth.map_or_else(String::new, |depth| format!("L={depth} "));
        write!(f, "{depth}d={width}")?;
        match &self.own {
            Own::Attention { heads } => write!(f, " H={heads}")?,
            Own::Mixer { token_hidden, token_degree, channel_degree, bias, residual, permuted } => {
                write!(f, " S={token_hidden} k_t={token_degree} k_c={channel_degree}")?;
                for (there, word) in
                    [(bias, " biases"), (residual, " residual"), (permuted, " permuted")]
                {
                    f.write_str(if *there { word } else { "" })?;
                }
            }
            Own::Layers { layers } => write!(f, " ({layers})")?,
        }
        write!(f, ", N={tokens}, |A|={left_size} |B|={right_size} (A: {left}), ")?;
        write!(f, "output Y[{},{}]", self.output[0], self.output[1])?;
        self.output_side.map_or(Ok(()), |side| write!(f, " in {side}"))
    }
}
