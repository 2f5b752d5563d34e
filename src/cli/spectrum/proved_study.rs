//! `seprank spectrum --proved` without a network: the networks that are measured, by enclosed singular values.

use super::proved::decay;
use super::{Format, against, heading, write};
use crate::Stop;
use crate::cli::json::Integer;
use crate::cli::{Failure, new_table, print_json, progress, prose};
use crate::float::study::{Plan, Question};
use crate::plot::{BandChart, side_by_side};
use crate::prove::{ProvedCase, SHOWN_EPSILONS, proved_study};
use serde::Serialize;
use std::io::{Write, stdout};
use std::process::ExitCode;

const NOTE: &str = "\
Proved for these weights (random, at initialisation) and these points (standard
Gaussian tokens, A the first half), one draw each, by interval arithmetic: the
least rank of a matrix within epsilon times the root mean square of the grid
[f(a_s, b_t)] of f = Y[0,0]. Its lower end is also a lower bound for every
function that is as near to the network's on the points.";

#[derive(Serialize)]
struct Report {
    note: String,
    seed: Integer,
    points: usize,
    epsilons: [f64; SHOWN_EPSILONS.len()],
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    question: Question,
    family: &'static str,
    variant: &'static str,
    depth: usize,
    width: usize,
    tokens: usize,
    precision: u32,
    singular_values: Vec<[f64; 2]>,
    /// At least and at most, for each epsilon.
    rank_within: [[usize; 2]; SHOWN_EPSILONS.len()],
}

impl Row {
    fn new(case: &ProvedCase) -> Self {
        let ProvedCase { question, model, sizes, spectrum } = case;
        Self {
            question: *question,
            family: model.family,
            variant: model.variant,
            depth: sizes.depth,
            width: sizes.width,
            tokens: sizes.tokens,
            precision: spectrum.precision,
            singular_values: spectrum.values.clone(),
            rank_within: SHOWN_EPSILONS.map(|epsilon| spectrum.rank_within(epsilon)),
        }
    }
}

pub(super) fn run(args: &super::Args) -> Result<ExitCode, Failure> {
    let mut plan = Plan::proved();
    plan.points = args.points.map_or(plan.points, usize::from);
    args.make_folder()?;
    let bar = progress::bar(plan.cases().len() as u64, "networks");
    let cases = proved_study(&plan, args.seed, &Stop::new(None), &|| bar.inc(1))?;
    bar.finish_and_clear();
    match args.format {
        Format::Json => print_json(&Report {
            note: NOTE.replace('\n', " "),
            seed: Integer(args.seed),
            points: plan.points,
            epsilons: SHOWN_EPSILONS,
            rows: cases.iter().map(Row::new).collect(),
        })?,
        Format::Csv => stdout().lock().write_all(&csv_bytes(&cases)?)?,
        Format::Text => print_text(&cases, &plan, args.seed)?,
    }
    if let Some(dir) = &args.out {
        for question in Question::SIZES {
            let charts = [1e-2, 1e-8].map(|epsilon| by_size(&cases, &plan, question, epsilon));
            let name = format!("proved-{}.svg", question.name());
            write(dir, &name, side_by_side(&charts)?.as_bytes())?;
        }
        for family in ["attention", "mixer"] {
            let picture = side_by_side(&[by_parts(&cases, family)])?;
            write(dir, &format!("proved-{family}.svg"), picture.as_bytes())?;
        }
        write(dir, "proved-spectrum.csv", &csv_bytes(&cases)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn csv_bytes(cases: &[ProvedCase]) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = ["question", "family", "variant", "depth", "width", "tokens", "number"];
    writer.write_record(head.iter().chain(&["at_least", "at_most"]))?;
    for case in cases {
        let words = [case.question.name(), case.model.family, case.model.variant].map(String::from);
        let sizes = [case.sizes.depth, case.sizes.width, case.sizes.tokens].map(|n| n.to_string());
        for (number, [low, high]) in case.spectrum.values.iter().enumerate() {
            let value = [(number + 1).to_string(), low.to_string(), high.to_string()];
            writer.write_record(words.iter().chain(&sizes).chain(&value))?;
        }
    }
    Ok(writer.into_inner()?)
}

fn print_text(cases: &[ProvedCase], plan: &Plan, seed: u64) -> Result<(), Failure> {
    let mut out = prose::out();
    for question in Question::ALL {
        writeln!(out, "{}", heading(question, plan.base))?;
        let mut table = new_table(["model", "L", "d", "N", "1e-1", "1e-2", "1e-4", "1e-8"]);
        for case in cases.iter().filter(|case| case.question == question) {
            let sizes =
                [case.sizes.depth, case.sizes.width, case.sizes.tokens].map(|n| n.to_string());
            let ranks = SHOWN_EPSILONS.map(|epsilon| match case.spectrum.rank_within(epsilon) {
                [least, most] if least == most => least.to_string(),
                [least, most] => format!("{least} to {most}"),
            });
            table.add_row([vec![case.model.name()], sizes.to_vec(), ranks.to_vec()].concat());
        }
        writeln!(out, "{table}\n")?;
    }
    let points = plan.points;
    writeln!(out, "{NOTE}\nseed {seed}, {points} points a side, which no rank can pass.")?;
    Ok(())
}

/// The ranks within an epsilon against one size.
fn by_size(cases: &[ProvedCase], plan: &Plan, question: Question, epsilon: f64) -> BandChart {
    let asked = cases.iter().filter(|case| case.question == question);
    let numbers = asked.map(|case| {
        let [least, most] = case.spectrum.rank_within(epsilon).map(|rank| rank as f64);
        (case.sizes, case.model.name(), [least, least, most])
    });
    let title = format!("Rank within {epsilon:e} of the root mean square,");
    let range = (0.0, plan.points as f64);
    against(plan, question, (&title, "rank, proved from both sides"), range, numbers)
}

/// The singular values of a family as published and with one part left out or replaced.
fn by_parts(cases: &[ProvedCase], family: &str) -> BandChart {
    let parts = cases.iter().filter(|case| case.question == Question::Parts);
    let own =
        parts.filter(|case| case.model.family == family && case.model.variant != "polynomial");
    let named = own.map(|case| (case.model.variant.to_owned(), &case.spectrum));
    decay(format!("Singular values, enclosed: {family}"), named)
}
