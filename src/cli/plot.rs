//! `seprank plot`.

use super::memory::Memory;
use super::picture::{try_picture, write_picture};
use super::{Failure, progress};
use crate::bounds::{Evaluation, LogInterval, Side, best, comparable, gap_across};
use crate::network::{Architecture, InvalidProblem, Problem, presets};
use crate::plot::{Chart, Series};
use crate::prove::{self, RankRequest, Status};
use std::path::PathBuf;
use std::process::ExitCode;

/// Pictures of ranks and bounds, as SVG or PNG
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank plot depth --out depth.svg
  seprank plot ratio --attention vit-l-16 --mixer mixer-l-16 --max-depth 24 --out ratio.svg
  seprank plot cut --tokens 8 --out cut.png

A name that ends in .png gives pixels, two a unit of the SVG.")]
pub(super) struct Args {
    #[command(subcommand)]
    picture: Picture,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Picture {
    /// log10 of the bounds on the rank against depth, at the widths of two models
    Depth(Depths),
    /// The ratio of the logarithms against depth, with (3/2)^L beside it
    Ratio(Depths),
    /// The generic rank over contiguous partitions against the place of the cut, computed
    Cut(Cut),
}

#[derive(clap::Args, Clone, Debug)]
struct Depths {
    /// A published attention model, for all sizes but the depth
    #[arg(long, value_name = "NAME", default_value = "vit-b-16")]
    attention: String,
    /// A published Mixer, for all sizes but the depth
    #[arg(long, value_name = "NAME", default_value = "mixer-b-16")]
    mixer: String,
    /// Largest depth
    #[arg(long, value_name = "L", default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=100))]
    max_depth: u8,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(clap::Args, Clone, Debug)]
struct Cut {
    /// Layers of both networks
    #[arg(long, value_name = "L", default_value_t = 2)]
    depth: usize,
    /// Channels of both networks
    #[arg(long, value_name = "D", default_value_t = 2)]
    width: usize,
    /// Tokens; a picture shows at most 999 cuts
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(2..=1000))]
    tokens: u16,
    /// Hidden token width of the Mixer
    #[arg(long, value_name = "S", default_value_t = 8)]
    token_hidden: usize,
    #[command(flatten)]
    memory: Memory,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let out = match &args.picture {
        Picture::Depth(depths) | Picture::Ratio(depths) => &depths.out,
        Picture::Cut(cut) => &cut.out,
    };
    try_picture("--out", Some(out))?;
    let _busy = progress::busy("computing what is drawn");
    let chart = match &args.picture {
        Picture::Depth(depths) => depths.bounds()?,
        Picture::Ratio(depths) => depths.ratio()?,
        Picture::Cut(cut) => cut.profile()?,
    };
    write_picture("--out", out, &chart.svg()?)?;
    Ok(ExitCode::SUCCESS)
}

impl Depths {
    /// The two problems at each depth.
    fn problems(&self) -> Result<Vec<(f64, Problem, Problem)>, InvalidProblem> {
        let attention = presets::lookup("attention", &self.attention)?.problem()?;
        let mixer = presets::lookup("mixer", &self.mixer)?.problem()?;
        for (option, name, problem, wanted) in [
            ("attention", &self.attention, &attention, true),
            ("mixer", &self.mixer, &mixer, false),
        ] {
            if matches!(problem.architecture(), Architecture::Attention(_)) != wanted {
                return Err(InvalidProblem::new(option, name, "it belongs to the other side"));
            }
        }
        comparable(&attention, &mixer)?;
        let depths = 1..=usize::from(self.max_depth);
        depths.map(|l| Ok((l as f64, attention.with_depth(l)?, mixer.with_depth(l)?))).collect()
    }

    fn bounds(&self) -> Result<Chart, InvalidProblem> {
        let problems = self.problems()?;
        let series =
            |label: &str,
             end: usize,
             evaluate: &dyn Fn(&Problem, &Problem) -> Option<Evaluation>| {
                let log = |e: Evaluation| Some(e.log.as_ref().and_then(LogInterval::log10)?[end]);
                let point = |(l, a, m): &(f64, Problem, Problem)| {
                    Some((*l, evaluate(a, m).and_then(log).filter(|y| *y > 0.0)?))
                };
                Series {
                    label: label.into(),
                    points: problems.iter().filter_map(point).collect(),
                    at_least: Vec::new(),
                }
            };
        Ok(Chart {
            title: format!(
                "Bounds on the separation rank, {} and {} by depth",
                self.attention, self.mixer
            ),
            x: "depth L".into(),
            y: "log10 of the bound".into(),
            logarithmic: true,
            whole: false,
            joined: true,
            series: vec![
                series("attention, lower bound", 0, &|a, _| best(a, Side::Lower)),
                series("mixer, upper bound", 1, &|_, m| best(m, Side::Upper)),
                series("attention, upper bound", 1, &|a, _| best(a, Side::Upper)),
            ],
        })
    }

    fn ratio(&self) -> Result<Chart, InvalidProblem> {
        let problems = self.problems()?;
        let mut proved = Vec::new();
        for (l, a, m) in &problems {
            let gap = gap_across(a, m)?;
            proved.extend(gap.ratio().map(|[low, _]| (*l, low)));
        }
        let line =
            |label: &str, points| Series { label: label.into(), points, at_least: Vec::new() };
        let power = problems.iter().map(|(l, ..)| (*l, 1.5f64.powf(*l)));
        Ok(Chart {
            title: format!("Ratio of bounds, {} and {} by depth", self.attention, self.mixer),
            x: "depth L".into(),
            y: "log of the lower bound over log of the upper".into(),
            logarithmic: true,
            whole: false,
            joined: true,
            series: vec![
                line("attention's lower, the Mixer's upper bound", proved),
                line("(3/2)^L", power.collect()),
            ],
        })
    }
}

impl Cut {
    fn profile(&self) -> Result<Chart, Failure> {
        let tokens = usize::from(self.tokens);
        let attention = Problem::attention(self.depth, self.width, 1, tokens)?;
        let mixer = Problem::mixer(self.depth, self.width, self.token_hidden, tokens)?;
        let memory = self.memory.limit;
        let series = |label: &str, problem: &Problem| -> Result<Series, Failure> {
            let (mut points, mut at_least) = (Vec::new(), Vec::new());
            for cut in 1..tokens {
                let problem = problem.with_partition(&(0..cut).collect::<Vec<_>>())?;
                let request = RankRequest { memory, ..RankRequest::new(problem) };
                let answer = prove::rank(&request, &|_, _| ())?;
                let point = (cut as f64, answer.rank as f64);
                points.push(point);
                at_least.extend(Some(point).filter(|_| answer.status == Status::Lower));
            }
            Ok(Series { label: label.into(), points, at_least })
        };
        let Self { depth, width, token_hidden, .. } = self;
        Ok(Chart {
            title: format!(
                "Separation rank by cut, L={depth} d={width} N={tokens} S={token_hidden}"
            ),
            x: "tokens left of the cut".into(),
            y: "generic separation rank".into(),
            logarithmic: false,
            whole: true,
            joined: true,
            series: vec![series("attention", &attention)?, series("mixer", &mixer)?],
        })
    }
}
