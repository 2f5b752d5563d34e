//! The options that describe a problem, shared by the subcommands.

use super::{Failure, invalid, option, too_large};
use crate::network::layers::{Layer, LinearHead, Permutation};
use crate::network::{
    Architecture, InvalidProblem, MAX_SIZE, MixerShape, NetworkFile, Output, Partition, Problem,
    RealNetworkFile, Replacements, TransformerShape, WeightMap, presets,
};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// The fields that are options only where a network is given by its sizes.
const SIZES: &[&str] =
    &["depth", "width", "heads", "token-hidden", "token-degree", "channel-hidden"];

/// A network: by its sizes, by a network file or by the name of a preset.
#[derive(Args, Clone, Debug)]
pub(super) struct Subject {
    #[command(subcommand)]
    sizes: Option<NetworkArgs>,
    #[command(flatten)]
    file: FileArgs,
    /// A preset: see `seprank networks`
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

/// A network file, and what replaces the values in it.
#[derive(Args, Clone, Debug)]
pub(super) struct FileArgs {
    /// A network file (docs/networks.md)
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Of a network file or preset: another number of tokens N
    #[arg(long, value_name = "N")]
    tokens: Option<usize>,
    /// Of a network file or preset: other positions of side A, from 0, comma separated
    #[arg(long, value_name = "I,J,..", value_delimiter = ',')]
    left: Option<Vec<usize>>,
    /// Of a network file or preset: another output entry Y[I,P]
    #[arg(long, value_name = "I,P", value_parser = parse_output)]
    output: Option<Output>,
}

impl FileArgs {
    fn replacements(&self) -> Replacements {
        Replacements { tokens: self.tokens, left: self.left.clone(), output: self.output }
    }

    /// Whether one of its options is there.
    pub(super) fn is_given(&self) -> bool {
        let replaced = self.tokens.is_some() || self.left.is_some() || self.output.is_some();
        self.network.is_some() || replaced
    }

    /// The network file, if one is named, whether or not the network is a polynomial.
    pub(super) fn read_real(&self) -> Option<Result<RealNetworkFile, InvalidProblem>> {
        let replacements = self.replacements();
        self.network.as_ref().map(|path| RealNetworkFile::read(path, &replacements))
    }

    /// The error in the file that gave this network.
    pub(super) fn explain(&self, error: Failure) -> Failure {
        match &self.network {
            Some(path) => explained(&format!("--network {}", path.display()), error),
            None => error,
        }
    }

    /// The network file, if one is named.
    pub(super) fn read(&self) -> Option<Result<NetworkFile, InvalidProblem>> {
        let replacements = self.replacements();
        self.network.as_ref().map(|path| NetworkFile::read(path, &replacements))
    }
}

impl Subject {
    /// The problem, and where its weights are found in a weight file.
    pub(super) fn network(&self) -> Result<NetworkFile, InvalidProblem> {
        match (&self.sizes, self.file.read(), &self.model) {
            (Some(sizes), None, None) => {
                Ok(NetworkFile { problem: sizes.problem()?, weights: WeightMap::default() })
            }
            (None, Some(file), None) => file,
            (None, None, Some(name)) => presets::network("model", name, &self.file.replacements()),
            (None, None, None) => Err(InvalidProblem::new(
                "",
                "",
                "a network is needed: --network FILE, --model NAME, or `attention` or `mixer` with sizes",
            )),
            _ => Err(InvalidProblem::new(
                "",
                "",
                "one network is needed: --network FILE, --model NAME, or `attention` or `mixer` with sizes, and not two \
                 of them",
            )),
        }
    }

    /// The network file, if the network is no polynomial.
    pub(super) fn real(&self) -> Result<Option<RealNetworkFile>, InvalidProblem> {
        let (None, Some(file), None) = (&self.sizes, self.file.read_real(), &self.model) else {
            return Ok(None);
        };
        let file = file?;
        Ok((!file.problem.is_polynomial()).then_some(file))
    }

    /// Whether the positions of side A are given.
    pub(super) fn gives_left(&self) -> bool {
        let setting = self.sizes.as_ref().map(|sizes| match sizes {
            NetworkArgs::Attention(a) => &a.setting,
            NetworkArgs::Mixer(m) => &m.setting,
        });
        self.file.left.is_some() || setting.is_some_and(|setting| setting.left.is_some())
    }

    /// The problem.
    pub(super) fn problem(&self) -> Result<Problem, InvalidProblem> {
        self.network().map(|file| file.problem)
    }

    /// The error in the options that gave this network: of one that was not given by its sizes these are no
    /// options, and what is wrong with them is wrong with the file or preset.
    pub(super) fn explain(&self, error: Failure) -> Failure {
        let given = match (&self.sizes, &self.file.network, &self.model) {
            (None, Some(path), _) => format!("--network {}", path.display()),
            (None, None, Some(name)) => format!("--model {name}"),
            _ => {
                let map = |e: &&InvalidProblem| e.field == "network" && e.value.starts_with('(');
                return match invalid(error.as_ref()).filter(map) {
                    Some(_) => "--weights: a network that is given by its sizes does not say which tensors they are; \
                                give --network FILE, with its [weights]"
                        .into(),
                    None => error,
                };
            }
        };
        explained(&given, error)
    }
}

/// The error in the options `given` that gave the network, and in those beside them.
fn explained(given: &str, error: Failure) -> Failure {
    if let Some(error) = too_large(error.as_ref()) {
        let ours =
            |field: &str| matches!(field, "tokens" | "memory" | "points").then(|| option(field));
        return error.text(ours).into();
    }
    match invalid(error.as_ref()) {
        Some(InvalidProblem { field: "network", value, allowed }) if value.starts_with('(') => {
            format!("{given}: {allowed}").into()
        }
        Some(InvalidProblem { field, value, allowed }) if SIZES.contains(field) => {
            format!("{given}: {field} {value}: {allowed}").into()
        }
        _ => error,
    }
}

/// Tokens, partition, output entry and what is before the first layer.
#[derive(Args, Clone, Debug)]
pub(super) struct Setting {
    /// A linear embedding before the first layer: the tokens of the input have R entries, at most the width
    #[arg(long, value_name = "R")]
    embedding_rank: Option<usize>,
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
    /// Degree k of a position-wise part (Y W3)^k W4 after each layer: then the network is read layer by layer
    #[arg(long, value_name = "K")]
    mlp_degree: Option<u64>,
    /// Hidden width of that part [default: 4d, as in the published models]
    #[arg(long, value_name = "C", requires = "mlp_degree")]
    mlp_hidden: Option<usize>,
    /// Residual connections around all parts: then the network is read layer by layer
    #[arg(long)]
    residual: bool,
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
            Self::Attention(a) => {
                let plain = TransformerShape::plain(a.depth, a.width, a.heads);
                let shape = TransformerShape {
                    mlp_degree: a.mlp_degree,
                    mlp_hidden: a.mlp_hidden.unwrap_or(plain.mlp_hidden),
                    residual: a.residual,
                    ..plain
                };
                a.setting.problem(shape.architecture()?)
            }
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
        let width = architecture.width();
        let problem = Problem::new(architecture, partition, self.output)?;
        let Some(rank) = self.embedding_rank else { return Ok(problem) };
        if !(1..=width).contains(&rank) {
            let allowed = format_args!("allowed are 1..={width}, the width").to_string();
            return Err(InvalidProblem::new("embedding-rank", rank, allowed));
        }
        let embedding = Layer::from(LinearHead { outputs: width, bias: false });
        let layers = std::iter::once(embedding).chain(problem.layers()).collect();
        let architecture = Architecture::of_layers(rank, layers);
        Problem::new(architecture, problem.partition().clone(), problem.output())
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
            if entries > MAX_SIZE {
                return Err(invalid(format!("at most {MAX_SIZE} entries can be permuted")));
            }
            return Ok(Some(Permutation::random(entries, seed)));
        }
        let permutation = Permutation::read(Path::new(text))
            .map_err(|e| invalid(format!("give a seed or a file: {e}")))?;
        let count = permutation.source().len();
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
