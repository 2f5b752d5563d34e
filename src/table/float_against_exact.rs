//! Table (g): the float pipeline against exact ranks.

use super::{Cell, Data, SHAPE, Table, generic_rank, options, shape};
use crate::claims::{Profile, small_problems};
use crate::float::{self, LARGEST_SMALL_RANK, ProvedRank, SPARE_POINTS, Sample};
use crate::network::{InputFamily, Problem};
use crate::prove::generator;
use rayon::prelude::*;

struct FloatAgainstExact;

/// Interval arithmetic is tried for ranks up to this; the forward passes over intervals of a larger
/// grid take seconds.
const LARGEST_PROVED: usize = 40;

impl Table for FloatAgainstExact {
    fn id(&self) -> &'static str {
        "float-against-exact"
    }
    fn place(&self) -> u32 {
        7
    }
    fn title(&self) -> &'static str {
        "Floating-point precision against exact ranks"
    }
    fn caption(&self) -> &'static str {
        "Numerical rank in floating point against the exact rank of the same network (random weights): \
         in double precision, and the least of 53, 104, 212, 424 and 848 bits at which the two agree, with the \
         size of the last value kept there, relative to the largest, and the gap after it. A cross-check, not \
         a proof. Proved: interval arithmetic of this many bits shows, for the weights and points as given, \
         that a minor of the size of the rank is not zero; tried for ranks up to 40. \
         $k_t = 2$, $k_c = 1$, no biases, no residual connections and output $Y[0,0]$ where nothing else is said."
    }
    fn build(&self, seed: u64) -> Data {
        let columns =
            ["exact", "double", "bits", "last kept", "gap", "proved", "verdict", "options"];
        let small = small_problems(Profile::Quick).into_par_iter();
        let rows =
            small.map(|p| [&shape(&p)[..], &row(&p, seed), &[options(&p)]].concat()).collect();
        Data { columns: [&SHAPE[..], &columns].concat(), rows }
    }
}

/// The columns from `exact` to `verdict`.
fn row(problem: &Problem, seed: u64) -> [Cell; 7] {
    let reported = |exact: Cell, why: String| {
        let none = Cell::Missing;
        let [a, b, c, d, e] = std::array::from_fn(|_| none.clone());
        [exact, a, b, c, d, e, format!("reported: {why}").into()]
    };
    let answer = match generic_rank(problem, seed) {
        Ok(answer) => answer,
        Err(why) => return reported(Cell::Missing, why.to_string()),
    };
    let (exact, family) = (answer.rank, InputFamily::all(problem));
    if !float::is_small(problem) {
        let why = format!("not tried for ranks above {LARGEST_SMALL_RANK}, for its time");
        return reported(exact.into(), why);
    }
    let rng = &mut generator(seed);
    let sample = Sample::draw(problem, &answer.network, &family, exact + SPARE_POINTS, rng);
    let found = match float::agreement(&sample, exact) {
        Ok(found) => found,
        Err(e) => return reported(exact.into(), e.to_string()),
    };
    let proved = (exact <= LARGEST_PROVED).then(|| float::proved_rank(&sample, exact));
    let verdict = match (found.precision(), found.reason()) {
        (_, Some(reason)) => format!("reported: {reason}"),
        (Some(bits), _) if bits > f64::MANTISSA_DIGITS => format!("agrees at {bits} bits"),
        _ => "agrees".into(),
    };
    [
        exact.into(),
        found.double.as_ref().map_or(Cell::Missing, |double| double.rank.into()),
        found.precision().map_or(Cell::Missing, |bits| (bits as usize).into()),
        Cell::Measured(found.last.relative(exact.saturating_sub(1))),
        if exact == 0 { Cell::Missing } else { Cell::Measured(found.last.gap(exact)) },
        match proved {
            Some(Ok(ProvedRank { rank, precision })) if rank == exact => {
                (precision as usize).into()
            }
            Some(Ok(ProvedRank { rank, .. })) => format!("only {rank}").into(),
            Some(Err(e)) => e.to_string().into(),
            None => Cell::Missing,
        },
        verdict.into(),
    ]
}

inventory::submit!(&FloatAgainstExact as &dyn Table);
