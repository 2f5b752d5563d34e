//! Table (b): exact generic ranks against bounds, small cases.

use super::{Cell, Data, SHAPE, Table, options, rank_and_status, shape};
use crate::bounds::{Half, Side, best};
use crate::claims::{Profile, small_problems};
use rayon::prelude::*;

struct SmallRanks;

impl Table for SmallRanks {
    fn id(&self) -> &'static str {
        "small-ranks"
    }
    fn place(&self) -> u32 {
        2
    }
    fn title(&self) -> &'static str {
        "Exact ranks of small networks"
    }
    fn caption(&self) -> &'static str {
        "Generic separation ranks of small networks against the best lower and upper bound. A rank is \
         exact where a witness meets an upper bound; otherwise it is a proved lower bound (at least). \
         $k_t = 2$, $k_c = 1$, no biases, no residual connections and output $Y[0,0]$ where nothing else is said."
    }
    fn build(&self, seed: u64) -> Data {
        let row = |problem| {
            let [lower, upper] = [Side::Lower, Side::Upper]
                .map(|side| Cell::half(best(problem, side).map(Half::from).as_ref()));
            let found = rank_and_status(problem, seed);
            let last = [options(problem)];
            [&shape(problem)[..], &lower, &found, &upper, &last].concat()
        };
        let columns = ["lower bound", "from", "rank", "status", "upper bound", "by", "options"];
        Data {
            columns: [SHAPE, columns].concat(),
            rows: small_problems(Profile::Quick).par_iter().map(row).collect(),
        }
    }
}

inventory::submit!(&SmallRanks as &dyn Table);
