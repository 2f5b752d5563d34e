//! Table (d): the gap at every depth, at the shapes B/16 and L/16: of the default comparison (Corollary 5.2), and with
//! position-wise parts and residual connections kept (Corollary 5.5).

use super::{Cell, Data, Table};
use crate::bounds::{SCOPE, gap};
use crate::claims::{PUBLISHED_SHAPES, PublishedShape, published_pair};
use rayon::prelude::*;
use rug::Rational;
use rug::ops::Pow;

/// What both sides keep.
struct GapByDepth {
    /// The position-wise part, quadratic, and residual connections; else neither.
    blocks: bool,
}

const DEEPEST: usize = 40;

/// `(3/2)^depth`, enclosed: the conversion truncates.
fn three_halves(depth: usize) -> Cell {
    let low = Rational::from((3, 2)).pow(depth as i32).to_f64();
    Cell::Real([low, low.next_up()])
}

impl GapByDepth {
    fn row(&self, shape: PublishedShape, depth: usize) -> Vec<Cell> {
        let [attention, mixer] = published_pair(shape, depth, self.blocks);
        let gap = gap(&attention, &mixer).expect("the same size on both sides");
        let arithmetic = if gap.exact() { "integers" } else { "intervals" };
        let rest = [
            gap.regime().name().into(),
            arithmetic.into(),
            gap.ratio().map_or(Cell::Missing, Cell::Real),
            three_halves(depth),
        ];
        let first = [shape.0.into(), depth.into()];
        let (lower, upper) = (Cell::half(gap.lower.as_ref()), Cell::half(gap.upper.as_ref()));
        [&first[..], &lower, &upper, &rest].concat()
    }
}

impl Table for GapByDepth {
    fn id(&self) -> &'static str {
        if self.blocks { "gap-with-blocks" } else { "gap-by-depth" }
    }
    fn place(&self) -> u32 {
        4
    }
    fn title(&self) -> &'static str {
        match self.blocks {
            false => "The gap at every depth",
            true => "The gap with position-wise parts and residual connections kept",
        }
    }
    fn caption(&self) -> &'static str {
        match self.blocks {
            false => {
                "The best lower bound for attention and the best upper bound for the Mixer at the same depth $L$, \
                 $N = 196$, balanced, $k_t = 2$, $k_c = 1$: B/16 is $d = 768$, $H = 12$, $S = 384$; L/16 is $d = 1024$, \
                 $H = 16$, $S = 512$. The gap is certified where the first is larger, in exact integers or by disjoint \
                 intervals; it is refuted where a lower bound for the Mixer (Theorems 4.9 and 4.10) is larger than an \
                 upper bound for attention. The ratio is that of the logarithms; it follows $(3/2)^L$ for $d$ large \
                 against $3^L$ only (Theorem 5.1), and bends down where the number of variables decides."
            }
            true => {
                "As the table before, but both sides keep a quadratic position-wise part of hidden width $4d$ after each \
                 layer, and residual connections around all parts: $L$ blocks of degree 6 against $L$ Mixer layers of \
                 degree $k_t k_c = 4$. Equal depth, width and tokens are not equal numbers of parameters: a block has \
                 about $12 d^2$, a layer of the Mixer $8 d^2 + 2 N S$. Almost all weights of attention against all weights \
                 of the Mixer (Theorem 5.4, Corollary 5.5). The ratio is that of the logarithms."
            }
        }
    }
    fn scope(&self) -> &'static [&'static str] {
        &SCOPE
    }
    fn build(&self, _seed: u64) -> Data {
        let cases: Vec<_> = PUBLISHED_SHAPES
            .into_iter()
            .flat_map(|s| (1..=DEEPEST).map(move |depth| (s, depth)))
            .collect();
        let columns = vec![
            "shape",
            "$L$",
            "attention at least",
            "from",
            "Mixer at most",
            "by",
            "verdict",
            "compared as",
            "ratio",
            "$(3/2)^L$",
        ];
        let rows = cases.into_par_iter().map(|(shape, depth)| self.row(shape, depth)).collect();
        Data { columns, rows }
    }
}

inventory::submit!(&GapByDepth { blocks: false } as &dyn Table);
inventory::submit!(&GapByDepth { blocks: true } as &dyn Table);
