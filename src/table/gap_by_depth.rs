//! Table (d): the gap at every depth, at the shapes B/16 and L/16 (Corollary 5.2).

use super::{Cell, Data, Table};
use crate::bounds::{SCOPE, gap};
use crate::network::Problem;
use rayon::prelude::*;
use rug::Rational;
use rug::ops::Pow;

struct GapByDepth;

const TOKENS: usize = 196;
const DEEPEST: usize = 40;

/// (name, d, H, S).
const SHAPES: [(&str, usize, usize, usize); 2] = [("B/16", 768, 12, 384), ("L/16", 1024, 16, 512)];

/// `(3/2)^depth`, enclosed: the conversion truncates.
fn three_halves(depth: usize) -> Cell {
    let low = Rational::from((3, 2)).pow(depth as i32).to_f64();
    Cell::Real([low, low.next_up()])
}

impl Table for GapByDepth {
    fn id(&self) -> &'static str {
        "gap-by-depth"
    }
    fn place(&self) -> u32 {
        4
    }
    fn title(&self) -> &'static str {
        "The gap at every depth"
    }
    fn caption(&self) -> &'static str {
        "The best lower bound for attention and the best upper bound for the Mixer at the same depth $L$, \
         $N = 196$, balanced, $k_t = 2$, $k_c = 1$: B/16 is $d = 768$, $H = 12$, $S = 384$; L/16 is $d = 1024$, \
         $H = 16$, $S = 512$. The gap is certified where the first is larger, in exact integers or by disjoint \
         intervals. The ratio is that of the logarithms; it follows $(3/2)^L$ for $d$ large against $3^L$ \
         only (Theorem 5.1), and bends down where the number of variables decides."
    }
    fn scope(&self) -> &'static [&'static str] {
        &SCOPE
    }
    fn build(&self, _seed: u64) -> Data {
        let cases: Vec<_> =
            SHAPES.into_iter().flat_map(|s| (1..=DEEPEST).map(move |depth| (s, depth))).collect();
        let row = |((name, width, heads, hidden), depth): ((&str, usize, usize, usize), usize)| {
            let attention = Problem::attention(depth, width, heads, TOKENS);
            let mixer = Problem::mixer(depth, width, hidden, TOKENS);
            let (attention, mixer) = attention.and_then(|a| Ok((a, mixer?))).expect("valid sizes");
            let gap = gap(&attention, &mixer).expect("the same size on both sides");
            let certified = if gap.certified() { "yes" } else { "no" };
            let arithmetic = if gap.exact() { "integers" } else { "intervals" };
            let rest = [
                certified.into(),
                arithmetic.into(),
                gap.ratio().map_or(Cell::Missing, Cell::Real),
                three_halves(depth),
            ];
            let first = [name.into(), depth.into()];
            let (lower, upper) = (Cell::bound(gap.lower.as_ref()), Cell::bound(gap.upper.as_ref()));
            [&first[..], &lower, &upper, &rest].concat()
        };
        let columns = vec![
            "shape",
            "$L$",
            "attention at least",
            "from",
            "Mixer at most",
            "by",
            "certified",
            "compared as",
            "ratio",
            "$(3/2)^L$",
        ];
        Data { columns, rows: cases.into_par_iter().map(row).collect() }
    }
}

inventory::submit!(&GapByDepth as &dyn Table);
