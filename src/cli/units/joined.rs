//! What the parts of a campaign are put together to, printed and written as by the command that does all at once.

use super::super::rank_report::About;
use super::super::weight_file::Origin;
use super::super::{Failure, certify, map, rank, spectrum};
use crate::claims;
use crate::plot::regime_map;
use crate::prove::Weights;
use crate::units::{Campaign, Joined, Request, State};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

/// So many missing units are named.
const NAMED: usize = 10;

pub(super) fn join(campaign: &Campaign) -> Result<ExitCode, Failure> {
    match campaign.join()? {
        Ok(joined) => show(campaign, joined),
        Err(others) => {
            let mut out = super::super::prose::out();
            let mut missing = Vec::new();
            let mut wrong = 0;
            for (unit, state) in &others {
                match state {
                    State::Wrong(why) => {
                        let file = campaign.part(unit);
                        writeln!(
                            out,
                            "wrong: {} ({}): {why}; run the unit again",
                            file.display(),
                            unit.name
                        )?;
                        wrong += 1;
                    }
                    _ => missing.push(unit),
                }
            }
            for unit in missing.iter().take(NAMED) {
                writeln!(out, "missing: {} ({})", unit.id, unit.name)?;
            }
            if missing.len() > NAMED {
                writeln!(out, "missing: {} more", missing.len() - NAMED)?;
            }
            let all = campaign.units().len();
            writeln!(out, "{wrong} wrong, {} missing of {all} units", missing.len())?;
            Ok(ExitCode::from(if wrong > 0 { 1 } else { 2 }))
        }
    }
}

fn show(campaign: &Campaign, joined: Joined) -> Result<ExitCode, Failure> {
    let out = campaign.joined();
    let write = |name: &str, bytes: &[u8]| {
        let path = out.join(name);
        crate::files::replace(&path, bytes).map_err(|e| format!("{}: {e}", path.display()))
    };
    let seed = campaign.request().seed();
    let mut code = ExitCode::SUCCESS;
    match joined {
        Joined::Claims(chosen, rows) => {
            certify::print_claims(&chosen, &rows)?;
            let verdict = claims::overall(&rows);
            let mut text = super::super::prose::out();
            writeln!(text, "{} cases, seed {seed}\nverdict: {}", rows.len(), verdict.sentence())?;
            code = ExitCode::from(verdict.exit_code());
        }
        Joined::Sharpness(records) => {
            certify::print_records(&records, seed)?;
            code = certify::code_of_records(&records);
        }
        Joined::Map(rows) => {
            let sorted: BTreeMap<_, _> = rows.iter().map(|row| (row.size(), row)).collect();
            write("map.csv", &map::rows_to_bytes(sorted.into_values())?)?;
            write("map.svg", regime_map(&rows)?.as_bytes())?;
        }
        Joined::Rank(answer) => {
            let Request::Rank(units) = campaign.request() else { return Ok(code) };
            let request = units.request()?;
            let kind = Weights::named().into_iter().find(|(_, known)| *known == request.weights);
            let origin = Origin::Made { kind: kind.map_or("given", |(name, _)| name) };
            rank::print_text(&*answer, About::new(&request.problem, origin, seed, false))?;
            code = rank::exit_code(answer.limit.is_some());
        }
        Joined::Study(units, rows) => {
            let plan = units.plan();
            spectrum::print_text(&rows, &plan, seed)?;
            spectrum::write_files(&out, &rows, &plan)?;
        }
    }
    let all = campaign.units().len();
    writeln!(super::super::prose::out(), "{all} units joined in {}", out.display())?;
    Ok(code)
}
