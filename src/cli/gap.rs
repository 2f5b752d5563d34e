//! `seprank gap`.

use super::{Failure, Format, print_json};
use crate::bounds::{Evaluation, LogInterval, SCOPE, gap};
use crate::network::{
    Architecture, AttentionShape, InvalidProblem, MixerShape, NetworkFile, Output, Partition,
    Problem, Replacements, presets,
};
use crate::table::words;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Whether attention's separation rank is proved to be above a Mixer's
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank gap --attention vit-b-16 --mixer mixer-b-16
  seprank gap --attention vit-b-16 --mixer mixer-b-16 --depth 3 --format json
  seprank gap --attention vit-b-16 --network my-mlp.toml
  seprank gap --depth 4 --width 64 --heads 2 --tokens 32 --token-hidden 16 --mixer-depth 3

Sizes replace those of the models. The plain options are for both sides, --attention-.. and --mixer-.. for one.
Exit codes: 0 the gap is certified, 2 it is not, or the request makes no sense.")]
pub(super) struct Args {
    /// A network file, for the side that no other option describes: the Mixer's, or with --mixer or
    /// --token-hidden attention's; two of them are attention's and then the other's
    #[arg(long, value_name = "FILE")]
    network: Vec<PathBuf>,
    /// A published attention model
    #[arg(long, value_name = "NAME")]
    attention: Option<String>,
    /// A published Mixer
    #[arg(long, value_name = "NAME")]
    mixer: Option<String>,
    /// Number of layers L
    #[arg(long, value_name = "L")]
    depth: Option<usize>,
    /// Channels d
    #[arg(long, value_name = "D")]
    width: Option<usize>,
    /// Number of tokens N
    #[arg(long, value_name = "N")]
    tokens: Option<usize>,
    /// Positions of side A, from 0, comma separated [default: the first half]
    #[arg(long, value_name = "I,J,..", value_delimiter = ',')]
    left: Option<Vec<usize>>,
    #[command(flatten)]
    own_attention: AttentionSizes,
    #[command(flatten)]
    own_mixer: MixerSizes,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(clap::Args, Clone, Debug)]
struct AttentionSizes {
    /// Attention's number of layers
    #[arg(long, value_name = "L")]
    attention_depth: Option<usize>,
    /// Attention's channels
    #[arg(long, value_name = "D")]
    attention_width: Option<usize>,
    /// Attention's tokens
    #[arg(long, value_name = "N")]
    attention_tokens: Option<usize>,
    /// Heads H, a divisor of attention's width [default: the model's, or 1]
    #[arg(long, value_name = "H")]
    heads: Option<usize>,
}

#[derive(clap::Args, Clone, Debug)]
struct MixerSizes {
    /// The Mixer's number of layers
    #[arg(long, value_name = "L")]
    mixer_depth: Option<usize>,
    /// The Mixer's channels
    #[arg(long, value_name = "D")]
    mixer_width: Option<usize>,
    /// The Mixer's tokens
    #[arg(long, value_name = "N")]
    mixer_tokens: Option<usize>,
    /// Hidden width S of the token-mixing part
    #[arg(long, value_name = "S")]
    token_hidden: Option<usize>,
    /// Degree k_t of the token-mixing activation
    #[arg(long, value_name = "K", default_value_t = 2)]
    token_degree: u64,
    /// Degree k_c of the channel-mixing activation; 1 is a linear map
    #[arg(long, value_name = "K", default_value_t = 1)]
    channel_degree: u64,
    /// Biases in the Mixer's maps
    #[arg(long)]
    bias: bool,
    /// Residual connections around the Mixer's parts
    #[arg(long)]
    residual: bool,
}

#[derive(Serialize)]
struct Report {
    certified: bool,
    lower: Option<SideReport>,
    upper: Option<SideReport>,
    /// Around the ratio of the two logarithms.
    ratio: Option<[f64; 2]>,
    reason: Option<String>,
    scope: [String; 4],
}

#[derive(Serialize)]
struct SideReport {
    id: &'static str,
    log10: Option<[f64; 2]>,
}

impl From<&Evaluation> for SideReport {
    fn from(e: &Evaluation) -> Self {
        Self { id: e.bound.id(), log10: e.log.as_ref().and_then(LogInterval::log10) }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (lower, upper) = args.sides()?;
    let gap = gap(&lower, &upper);
    let report = Report {
        certified: gap.certified(),
        lower: gap.lower.as_ref().map(SideReport::from),
        upper: gap.upper.as_ref().map(SideReport::from),
        ratio: gap.ratio(),
        reason: gap.reason(),
        scope: SCOPE.map(words::plain),
    };
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print_text(&report)?,
    }
    Ok(if report.certified { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn print_text(report: &Report) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "gap {}", if report.certified { "certified" } else { "not certified" })?;
    let sides = [("attention", ">=", &report.lower), ("mixer", "<=", &report.upper)];
    for (name, relation, side) in sides {
        match side {
            Some(SideReport { id, log10: Some([lo, hi]) }) => {
                writeln!(out, "  {name:<9} {relation} 10^[{lo}, {hi}]  {id}")?;
            }
            _ => writeln!(out, "  {name:<9} no bound that a double can hold the logarithm of")?,
        }
    }
    if let Some([lo, hi]) = report.ratio {
        writeln!(out, "  ratio of the logarithms in [{lo}, {hi}]")?;
    }
    if let Some(reason) = &report.reason {
        writeln!(out, "  why: {reason}")?;
    }
    report.scope.iter().try_for_each(|note| writeln!(out, "  scope: {note}"))?;
    Ok(())
}

/// The first that is given: for one side, for both, by the model.
fn size(option: &'static str, given: [Option<usize>; 3]) -> Result<usize, InvalidProblem> {
    given.into_iter().flatten().next().ok_or_else(|| {
        InvalidProblem::new(option, "(not given)", "give it, or name a model for this side")
    })
}

impl Args {
    /// The problem with the lower bound and the one with the upper bound.
    fn sides(&self) -> Result<(Problem, Problem), InvalidProblem> {
        let replace = Replacements { left: self.left.clone(), ..Replacements::default() };
        let read = |path: &PathBuf| NetworkFile::read(path, &replace).map(|file| file.problem);
        let mixer = self.mixer.is_some() || self.own_mixer.token_hidden.is_some();
        match &self.network[..] {
            [] => Ok((self.attention_problem()?, self.mixer_problem()?)),
            [file] if mixer => Ok((read(file)?, self.mixer_problem()?)),
            [file] => Ok((self.attention_problem()?, read(file)?)),
            [lower, upper] => Ok((read(lower)?, read(upper)?)),
            [_, _, third, ..] => {
                Err(InvalidProblem::new("network", third.display(), "at most two are allowed"))
            }
        }
    }

    fn attention_problem(&self) -> Result<Problem, InvalidProblem> {
        let model =
            self.attention.as_ref().map(|name| presets::lookup("attention", name)).transpose()?;
        let shape = match model.map(|m| m.architecture()) {
            Some(Architecture::Attention(shape)) => Some(shape),
            Some(_) => return Err(wrong_side("attention", &self.attention, "mixer")),
            None => None,
        };
        let (own, known) = (&self.own_attention, shape.as_ref());
        let shape = AttentionShape {
            depth: size("depth", [own.attention_depth, self.depth, known.map(|s| s.depth)])?,
            width: size("width", [own.attention_width, self.width, known.map(|s| s.width)])?,
            heads: own.heads.or(known.map(|s| s.heads)).unwrap_or(1),
        };
        let tokens = size("tokens", [own.attention_tokens, self.tokens, model.map(|m| m.tokens)])?;
        self.problem(Architecture::Attention(shape), tokens)
    }

    fn mixer_problem(&self) -> Result<Problem, InvalidProblem> {
        let model = self.mixer.as_ref().map(|name| presets::lookup("mixer", name)).transpose()?;
        let shape = match model.map(|m| m.architecture()) {
            Some(Architecture::Mixer(shape)) => Some(shape),
            Some(_) => return Err(wrong_side("mixer", &self.mixer, "attention")),
            None => None,
        };
        let (own, known) = (&self.own_mixer, shape.as_ref());
        let width = size("width", [own.mixer_width, self.width, known.map(|s| s.width)])?;
        let shape = MixerShape {
            channel_hidden: known.map_or(width, |s| s.channel_hidden),
            token_degree: own.token_degree,
            channel_degree: own.channel_degree,
            bias: own.bias,
            residual: own.residual,
            ..MixerShape::quadratic(
                size("depth", [own.mixer_depth, self.depth, known.map(|s| s.depth)])?,
                width,
                size("token-hidden", [own.token_hidden, None, known.map(|s| s.token_hidden)])?,
            )
        };
        let tokens = size("tokens", [own.mixer_tokens, self.tokens, model.map(|m| m.tokens)])?;
        self.problem(Architecture::Mixer(shape), tokens)
    }

    fn problem(
        &self,
        architecture: Architecture,
        tokens: usize,
    ) -> Result<Problem, InvalidProblem> {
        let partition = match &self.left {
            Some(left) => Partition::new(tokens, left)?,
            None => Partition::halves(tokens)?,
        };
        Problem::new(architecture, partition, Output::default())
    }
}

fn wrong_side(option: &'static str, name: &Option<String>, kind: &str) -> InvalidProblem {
    InvalidProblem::new(option, name.clone().unwrap_or_default(), format!("it belongs to --{kind}"))
}
