//! The options that describe a problem, shared by the subcommands.

use crate::network::layers::Permutation;
use crate::network::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, Output, Partition, Problem,
};
use clap::{Args, Subcommand};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;

/// Tokens, partition and output entry.
#[derive(Args, Clone, Debug)]
pub(super) struct Setting {
    /// Number of tokens N
    #[arg(long, value_name = "N")]
    tokens: usize,
    /// Positions of side A, from 0, comma separated [default: the first half]
    #[arg(long, value_name = "I,J,..", value_delimiter = ',')]
    left: Option<Vec<usize>>,
    /// The output entry Y[I,P]: token and channel, from 0
    #[arg(long, value_name = "I,P", default_value = "0,0", value_parser = parse_output)]
    output: Output,
}

/// Sizes of attention.
#[derive(Args, Clone, Debug)]
pub(super) struct AttentionArgs {
    /// Number of layers L
    #[arg(long, value_name = "L")]
    depth: usize,
    /// Channels d
    #[arg(long, value_name = "D")]
    width: usize,
    /// Heads H, a divisor of the width
    #[arg(long, value_name = "H", default_value_t = 1)]
    heads: usize,
    #[command(flatten)]
    setting: Setting,
}

/// Sizes of the Mixer.
#[derive(Args, Clone, Debug)]
pub(super) struct MixerArgs {
    /// Number of layers L
    #[arg(long, value_name = "L")]
    depth: usize,
    /// Channels d
    #[arg(long, value_name = "D")]
    width: usize,
    /// Hidden width S of the token-mixing part
    #[arg(long, value_name = "S")]
    token_hidden: usize,
    /// Degree k_t of the token-mixing activation z^k
    #[arg(long, value_name = "K", default_value_t = 2)]
    token_degree: u64,
    /// Degree k_c of the channel-mixing activation z^k; 1 is a linear map
    #[arg(long, value_name = "K", default_value_t = 1)]
    channel_degree: u64,
    /// Hidden width C of the channel-mixing part [default: the width]
    #[arg(long, value_name = "C")]
    channel_hidden: Option<usize>,
    /// Biases in all four maps
    #[arg(long)]
    bias: bool,
    /// Residual connections around both parts
    #[arg(long)]
    residual: bool,
    /// Permute the input: a file with the new order of the tokens or of the N*d entries
    /// (numbers from 0), or a seed for a random order of the entries
    #[arg(long, value_name = "FILE|SEED")]
    permute: Option<String>,
    #[command(flatten)]
    setting: Setting,
}

/// A network by its sizes.
#[derive(Subcommand, Clone, Debug)]
pub(super) enum NetworkArgs {
    /// Polynomial self-attention: Y <- sum_h (Y W_h Y^T) Y V_h
    Attention(AttentionArgs),
    /// Polynomial MLP-Mixer: token mixing W2 (W1 Y)^k, then channel mixing (U W3)^k W4
    Mixer(MixerArgs),
}

impl NetworkArgs {
    /// The problem that the options describe.
    pub(super) fn problem(&self) -> Result<Problem, InvalidProblem> {
        match self {
            Self::Attention(a) => a.setting.problem(Architecture::Attention(AttentionShape {
                depth: a.depth,
                width: a.width,
                heads: a.heads,
            })),
            Self::Mixer(m) => m.setting.problem(Architecture::Mixer(MixerShape {
                depth: m.depth,
                width: m.width,
                token_hidden: m.token_hidden,
                token_degree: m.token_degree,
                channel_hidden: m.channel_hidden.unwrap_or(m.width),
                channel_degree: m.channel_degree,
                bias: m.bias,
                residual: m.residual,
                permutation: m.permutation()?,
            })),
        }
    }
}

impl Setting {
    fn problem(&self, architecture: Architecture) -> Result<Problem, InvalidProblem> {
        let partition = match &self.left {
            Some(left) => Partition::new(self.tokens, left)?,
            None => Partition::halves(self.tokens)?,
        };
        Problem::new(architecture, partition, self.output)
    }
}

impl MixerArgs {
    /// A file name if such a file exists, else a seed.
    fn permutation(&self) -> Result<Option<Permutation>, InvalidProblem> {
        let Some(text) = &self.permute else { return Ok(None) };
        let (tokens, entries) =
            (self.setting.tokens, self.setting.tokens.saturating_mul(self.width));
        let invalid = |allowed: String| InvalidProblem::new("permute", text, allowed);
        if let Ok(seed) = text.parse::<u64>() {
            if entries > crate::network::MAX_SIZE {
                return Err(invalid(format!(
                    "at most {} entries can be permuted",
                    crate::network::MAX_SIZE
                )));
            }
            let mut order: Vec<usize> = (0..entries).collect();
            order.shuffle(&mut ChaCha20Rng::seed_from_u64(seed));
            return Ok(Permutation::new(order));
        }
        let content = std::fs::read_to_string(text)
            .map_err(|e| invalid(format!("give a seed or a readable file: {e}")))?;
        let order: Result<Vec<usize>, _> = content
            .split([',', ' ', '\n', '\t', '\r'])
            .filter(|w| !w.is_empty())
            .map(str::parse)
            .collect();
        let order = order.map_err(|e| invalid(format!("numbers from 0 are expected: {e}")))?;
        let count = order.len();
        let permutation = Permutation::new(order).ok_or_else(|| {
            invalid(format!("each of 0..={} must stand there once", count.saturating_sub(1)))
        })?;
        if count == tokens {
            Ok(Some(Permutation::of_tokens(&permutation, self.width)))
        } else if count == entries {
            Ok(Some(permutation))
        } else {
            Err(invalid(format!(
                "it has {count} numbers; allowed are {tokens} (tokens) or {entries} (entries)"
            )))
        }
    }
}

fn parse_output(text: &str) -> Result<Output, String> {
    let parsed = text.split_once(',').and_then(|(token, channel)| {
        Some(Output { token: token.trim().parse().ok()?, channel: channel.trim().parse().ok()? })
    });
    parsed.ok_or_else(|| "two numbers from 0 are expected, TOKEN,CHANNEL".into())
}
