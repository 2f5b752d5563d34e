//! `seprank gap`.

use super::shape::Shape;
use super::{Failure, Format, print_json};
use crate::bounds::{
    Ends, Evaluation, Gap, Incomparable, LogInterval, Regime, SCOPE, gap, gap_across,
};
use crate::network::{
    Architecture, InvalidProblem, MixerShape, NetworkFile, Output, Partition, Problem,
    Replacements, TransformerShape, presets,
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
  seprank gap --attention vit-b-16 --mixer mixer-b-16 --mlp-degree 2 --residual
  seprank gap --attention vit-b-16 --network my-mlp.toml --across
  seprank gap --depth 4 --width 64 --heads 2 --tokens 32 --token-hidden 16
  seprank gap --depth 4 --width 64 --tokens 32 --token-hidden 16 --mixer-depth 3 --across

Sizes replace those of the models. The plain options are for both sides, --attention-.. and --mixer-.. for one.
A gap is about one number of tokens, one partition and one side of the output token, on both sides; and about
one width and one depth, unless --across asks for other ones. A network by its layers has no depth L, unless
its layers are blocks of attention and a channel mixing.
The verdict: certified, attention is proved to be above (almost all of its weights, all of the other network's);
refuted, the other network is proved to be above (almost all of its weights, all of attention's); open, neither.
Exit codes: 0 certified, 1 refuted, 2 open, or the request makes no sense.")]
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
    /// Positions of side A, from 0, comma separated [default: as in the network file, or the first half]
    #[arg(long, value_name = "I,J,..", value_delimiter = ',')]
    left: Option<Vec<usize>>,
    /// Keep the position-wise part of both sides, of this degree K: attention is followed by (Y W3)^K W4 in each layer,
    /// and the Mixer's channel degree is K; --residual then is for both sides
    #[arg(long, value_name = "K", conflicts_with = "channel_degree")]
    mlp_degree: Option<u64>,
    /// Hidden width of attention's position-wise part [default: the model's, or 4d]
    #[arg(long, value_name = "C", requires = "mlp_degree")]
    mlp_hidden: Option<usize>,
    /// Compare also where widths or depths differ, or a network by its layers has no depth L
    #[arg(long)]
    across: bool,
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
    /// Residual connections around the Mixer's parts, and with --mlp-degree around attention's too
    #[arg(long)]
    residual: bool,
}

#[derive(Serialize)]
struct Report {
    verdict: Regime,
    certified: bool,
    attention: Shape,
    other: Shape,
    /// The sizes in which the two differ.
    across: Vec<String>,
    lower: Option<SideReport>,
    upper: Option<SideReport>,
    /// The other way round: the other network's lower bound, and attention's upper bound where that has one.
    other_lower: Option<SideReport>,
    attention_upper: Option<SideReport>,
    /// Around the ratio of the two logarithms.
    ratio: Option<Ends>,
    reason: Option<String>,
    scope: Vec<String>,
}

#[derive(Serialize)]
struct SideReport {
    id: &'static str,
    /// Where it is short enough to be compared so.
    value: Option<String>,
    log10: Option<Ends>,
}

impl From<&Evaluation> for SideReport {
    fn from(e: &Evaluation) -> Self {
        let value = e.value.as_ref().map(ToString::to_string);
        Self { id: e.bound.id(), value, log10: e.log.as_ref().map(LogInterval::log10_ends) }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (lower, upper) = args.sides()?;
    let gap = args.compare(&lower, &upper)?;
    let difference = |d: &Incomparable| format!("{}: {}", d.aspect, d.values());
    let side = |e: &Option<Evaluation>| e.as_ref().map(SideReport::from);
    let verdict = gap.regime();
    let report = Report {
        verdict,
        certified: gap.certified(),
        attention: Shape::of(&lower),
        other: Shape::of(&upper),
        across: gap.across.iter().map(difference).collect(),
        lower: side(&gap.lower),
        upper: side(&gap.upper),
        other_lower: side(&gap.other_lower),
        attention_upper: side(&gap.attention_upper),
        ratio: gap.ratio_ends(),
        reason: gap.reason(),
        scope: args.scope(&upper),
    };
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => print_text(&report)?,
    }
    Ok(ExitCode::from(verdict.exit_code()))
}

/// Longer numbers are printed as their logarithms.
const LONGEST: usize = 40;

fn print_text(report: &Report) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "gap {}", report.verdict.name())?;
    let (attention, other) = (&report.attention, &report.other);
    for shape in [attention, other] {
        writeln!(out, "  {:<9} {shape}", shape.architecture)?;
    }
    let mut sides = vec![(attention, ">=", &report.lower), (other, "<=", &report.upper)];
    if report.verdict == Regime::Refuted {
        sides =
            vec![(other, ">=", &report.other_lower), (attention, "<=", &report.attention_upper)];
    }
    report.across.iter().try_for_each(|d| writeln!(out, "  compared across {d}"))?;
    for (shape, relation, side) in sides {
        let name = shape.architecture;
        match side {
            Some(SideReport { id, value: Some(value), .. }) if value.len() <= LONGEST => {
                writeln!(out, "  {name:<9} {relation} {value}  {id}")?;
            }
            Some(SideReport { id, log10: Some(ends), .. }) => {
                writeln!(out, "  {name:<9} {relation} 10^{ends}  {id}")?;
            }
            _ => writeln!(out, "  {name:<9} no bound that applies")?,
        }
    }
    if let Some(ends) = &report.ratio {
        writeln!(out, "  ratio of the logarithms in {ends}")?;
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
            [file] if mixer => {
                let lower = read(file)?;
                let upper = beside(&lower, self.mixer_problem()?);
                Ok((lower, upper))
            }
            [file] => {
                let upper = read(file)?;
                Ok((beside(&upper, self.attention_problem()?), upper))
            }
            [lower, upper] => Ok((read(lower)?, read(upper)?)),
            [_, _, third, ..] => {
                Err(InvalidProblem::new("network", third.display(), "at most two are allowed"))
            }
        }
    }

    fn compare(&self, lower: &Problem, upper: &Problem) -> Result<Gap, InvalidProblem> {
        let found = if self.across { gap_across(lower, upper) } else { gap(lower, upper) };
        found.map_err(|difference| {
            let option = if difference.aspect.is_size() { "; or give --across" } else { "" };
            let mut invalid = InvalidProblem::from(difference);
            invalid.allowed += option;
            invalid
        })
    }

    /// What is left out of the comparison, also of the published models that are named.
    fn scope(&self, upper: &Problem) -> Vec<String> {
        let kept = |part: &str| match upper.architecture() {
            Architecture::Mixer(s) => {
                s.residual && part == "residual connections" || s.bias && part == "biases"
            }
            _ => false,
        };
        let kept_by_attention = |part: &str| match part {
            "the position-wise part" => self.mlp_degree.is_some(),
            "residual connections" => self.mlp_degree.is_some() && self.own_mixer.residual,
            _ => false,
        };
        let of = |name: &Option<String>, kept: &dyn Fn(&str) -> bool| {
            let model = presets::find(name.as_deref()?)?;
            let parts: Vec<_> = model.left_out().iter().copied().filter(|p| !kept(p)).collect();
            Some(format!("Of {} as published left out too: {}.", model.title, parts.join(", ")))
        };
        let models = [of(&self.attention, &kept_by_attention), of(&self.mixer, &kept)];
        SCOPE.iter().map(|note| words::plain(note)).chain(models.into_iter().flatten()).collect()
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
        let plain = TransformerShape::plain(
            size("depth", [own.attention_depth, self.depth, known.map(|s| s.depth)])?,
            size("width", [own.attention_width, self.width, known.map(|s| s.width)])?,
            own.heads.or(known.map(|s| s.heads)).unwrap_or(1),
        );
        let hidden = self.mlp_hidden.or(model.map(|m| m.channel_hidden));
        let shape = TransformerShape {
            mlp_degree: self.mlp_degree,
            mlp_hidden: hidden.unwrap_or(plain.mlp_hidden),
            residual: self.mlp_degree.is_some() && self.own_mixer.residual,
            ..plain
        };
        let tokens = size("tokens", [own.attention_tokens, self.tokens, model.map(|m| m.tokens)])?;
        self.problem(shape.architecture()?, tokens)
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
            channel_degree: self.mlp_degree.unwrap_or(own.channel_degree),
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

/// The problem about the partition and the output token of the file, where it can be asked about them.
fn beside(file: &Problem, problem: Problem) -> Problem {
    problem.like(file).unwrap_or(problem)
}

fn wrong_side(option: &'static str, name: &Option<String>, kind: &str) -> InvalidProblem {
    InvalidProblem::new(option, name.clone().unwrap_or_default(), format!("it belongs to --{kind}"))
}
