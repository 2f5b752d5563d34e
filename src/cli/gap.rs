//! `seprank gap`.

use super::gap_report::Report;
use super::{Failure, Format, progress, try_output};
use crate::bounds::SCOPE;
use crate::network::{
    Architecture, InvalidProblem, MixerShape, NetworkFile, Output, Partition, Problem,
    Replacements, TransformerShape, presets,
};
use crate::prove::{GapAnswer, NoCertificate, gap, gap_across};
use crate::table::words;
use seprank_check::check::check;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
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
  seprank gap --depth 2 --width 2 --heads 2 --tokens 4 --token-hidden 1 --certificate gap.json && seprank check gap.json

Sizes replace those of the models. The plain options are for both sides,
--attention-.. and --mixer-.. for one. A gap is about one number of tokens, one
partition and one side of the output token, on both sides; and about one width
and one depth, unless --across asks for other ones. A network by its layers has
no depth L, unless its layers are blocks of attention and a channel mixing. The
verdict: certified, attention is proved to be above (almost all of its weights,
all of the other network's); refuted, the other network is proved to be above
(almost all of its weights, all of attention's); open, neither. By bounds; where
they leave it open by a rank too, if that can be computed within about a second
(id: computed). Exit codes: 0 certified, 1 refuted, 2 open, or the request makes
no sense.")]
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
    /// Write a certificate of the verdict there, unless it is open, to be checked by `seprank check`; a warning says
    /// where its numbers are beyond what that can evaluate
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
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

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    try_output("--certificate", args.certificate.as_deref())?;
    let (lower, upper) = args.sides()?;
    let busy = progress::busy("comparing");
    let answer = args.compare(&lower, &upper)?;
    drop(busy);
    let note = args.certificate.as_ref().map(|path| certify(&answer, path)).transpose()?.flatten();
    Report::of(&answer, &lower, &upper, args.scope(&upper)).print(args.format)?;
    if let Some(note) = note {
        // The verdict stands, and its exit code, also where standard error fails.
        let _ = writeln!(std::io::stderr(), "{}", super::prose::for_stderr(&note));
    }
    Ok(ExitCode::from(answer.gap.regime().exit_code()))
}

/// Writes the certificate of a verdict that is not open. What is to be said beside that: that there is none, or
/// that the checker will not follow it, as the numbers are beyond its limits.
fn certify(answer: &GapAnswer, path: &Path) -> Result<Option<String>, Failure> {
    let at = |e: &dyn Display| format!("--certificate {}: {e}", path.display());
    let certificate = match answer.certificate() {
        Err(open @ NoCertificate::Open) => {
            return Ok(Some(format!("error: {}; no file is written", at(&open))));
        }
        other => other.map_err(|e| at(&e))?,
    };
    certificate.write(path).map_err(|e| at(&e))?;
    let verdict = check(&certificate);
    Ok((!verdict.is_valid())
        .then(|| format!("warning: {}", at(&format!("the checker: {verdict}")))))
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

    fn compare(&self, lower: &Problem, upper: &Problem) -> Result<GapAnswer, InvalidProblem> {
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
