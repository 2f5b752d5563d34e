//! Table (g): the float pipeline against exact ranks.

use super::{Cell, Data, Table};
use crate::claims::{Profile, describe, small_problems};
use crate::float;
use crate::network::InputFamily;
use crate::prove::{RankRequest, generator, rank};
use rayon::prelude::*;

struct FloatAgainstExact;

const LARGEST_DEGREE: u64 = 9;

impl Table for FloatAgainstExact {
    fn id(&self) -> &'static str {
        "float-against-exact"
    }
    fn caption(&self) -> &'static str {
        "Numerical rank in double precision against the exact rank, with the singular values on \
         either side of it relative to the largest. A cross-check, not a proof."
    }
    fn build(&self, seed: u64) -> Data {
        let rows = small_problems(Profile::Quick)
            .into_par_iter()
            .filter(|p| p.degree().is_ok_and(|d| d <= LARGEST_DEGREE))
            .filter_map(|problem| {
                let mut request = RankRequest::new(problem.clone());
                request.seed = seed;
                let answer = rank(&request, &|_, _| ()).ok()?;
                let family = InputFamily::all(&problem);
                let points = 2 * answer.rank + 8;
                let spectrum = float::spectrum(
                    &problem,
                    &answer.network,
                    &family,
                    points,
                    &mut generator(seed),
                );
                let largest = spectrum.singular_values.first().copied().unwrap_or(1.0);
                let relative = |k: usize| -> Cell {
                    let s = spectrum.singular_values.get(k).copied().unwrap_or(0.0);
                    format!("{:.1e}", s / largest).into()
                };
                Some(vec![
                    describe(&problem).into(),
                    Cell::number(Some(answer.rank.into())),
                    Cell::number(Some(spectrum.rank.into())),
                    relative(answer.rank.saturating_sub(1)),
                    relative(answer.rank),
                    format!("{:.1e}", spectrum.tolerance).into(),
                ])
            })
            .collect();
        let columns = vec!["network", "exact", "float", "last kept", "first dropped", "tolerance"];
        Data { columns, rows }
    }
}

inventory::submit!(&FloatAgainstExact as &dyn Table);
