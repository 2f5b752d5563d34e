//! Bounds at small depth: how each grows.

use super::{Cell, Data, Table};
use crate::bounds::{Bound, MAX_DIGITS, all, evaluate};
use crate::network::Problem;

struct BoundsByDepth;

const WIDTH: usize = 4;
const TOKENS: usize = 8;
const TOKEN_HIDDEN: usize = 4;

impl Table for BoundsByDepth {
    fn id(&self) -> &'static str {
        "bounds-by-depth"
    }
    fn place(&self) -> u32 {
        8
    }
    fn title(&self) -> &'static str {
        "Every bound by depth at a small width"
    }
    fn caption(&self) -> &'static str {
        "Every bound at $d = 4$, one head, $N = 8$ balanced, Mixer with $S = 4$, $k_t = 2$, $k_c = 1$. A \
         missing entry: the bound does not apply at that depth, or (attention-blocks) with one head."
    }
    fn build(&self, _seed: u64) -> Data {
        let value = |bound: &'static dyn Bound, depth| {
            let problems = [
                Problem::attention(depth, WIDTH, 1, TOKENS),
                Problem::mixer(depth, WIDTH, TOKEN_HIDDEN, TOKENS),
            ];
            let fits = problems.into_iter().flatten().find(|p| bound.applies(p).is_ok());
            fits.map_or(Cell::Missing, |p| Cell::evaluation(&evaluate(bound, &p, MAX_DIGITS)))
        };
        let rows = all().into_iter().map(|bound| {
            let values = (1..=6).map(|depth| value(bound, depth));
            [bound.id().into(), bound.side().name().into()].into_iter().chain(values).collect()
        });
        let columns =
            vec!["bound", "side", "$L = 1$", "$L = 2$", "$L = 3$", "$L = 4$", "$L = 5$", "$L = 6$"];
        Data { columns, rows: rows.collect() }
    }
}

inventory::submit!(&BoundsByDepth as &dyn Table);
