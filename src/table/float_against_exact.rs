//! Table (g): the float pipeline against exact ranks.

use super::{Cell, Data, SHAPE, Table, generic_rank, options, shape};
use crate::claims::{Profile, small_problems};
use crate::float;
use crate::network::{InputFamily, Problem};
use crate::prove::generator;
use rayon::prelude::*;

struct FloatAgainstExact;

const LARGEST_DEGREE: u64 = 9;

impl Table for FloatAgainstExact {
    fn id(&self) -> &'static str {
        "float-against-exact"
    }
    fn place(&self) -> u32 {
        7
    }
    fn title(&self) -> &'static str {
        "Double precision against exact ranks"
    }
    fn caption(&self) -> &'static str {
        "Numerical rank in double precision against the exact rank of the same network (random weights), \
         with the singular values on either side of it and the tolerance, relative to the largest. A cross-check, not a proof. \
         $k_t = 2$, $k_c = 1$, no biases, no residual connections and output $Y[0,0]$ where nothing else is said."
    }
    fn build(&self, seed: u64) -> Data {
        let row = |problem: &Problem| {
            let answer = generic_rank(problem, seed).ok()?;
            let family = InputFamily::all(problem);
            let points = 2 * answer.rank + 8;
            let rng = &mut generator(seed);
            let spectrum = float::spectrum(problem, &answer.network, &family, points, rng);
            let values = &spectrum.singular_values;
            let largest = values.first().copied().unwrap_or(1.0);
            let relative =
                |k: usize| Cell::Measured(values.get(k).copied().unwrap_or(0.0) / largest);
            let found = [
                answer.rank.into(),
                spectrum.rank.into(),
                relative(answer.rank.saturating_sub(1)),
                relative(answer.rank),
                Cell::Measured(spectrum.tolerance),
                options(problem),
            ];
            Some([&shape(problem)[..], &found].concat())
        };
        let small = small_problems(Profile::Quick).into_par_iter();
        let small = small.filter(|p| p.degree().is_ok_and(|d| d <= LARGEST_DEGREE));
        let columns = ["exact", "float", "last kept", "first dropped", "tolerance", "options"];
        let rows = small.filter_map(|problem| row(&problem)).collect();
        Data { columns: [&SHAPE[..], &columns].concat(), rows }
    }
}

inventory::submit!(&FloatAgainstExact as &dyn Table);
