//! Table (e): the degree K = k_t k_c of a Mixer layer and the sign of the gap.

use super::{Cell, Data, Table, generic_rank};
use crate::bounds::{LogInterval, SCOPE, Side, best};
use crate::network::{Architecture, MixerShape, Output, Partition, Problem};
use itertools::iproduct;
use rayon::prelude::*;

struct DegreePerLayer;

/// (k_t, k_c), for K = 1, .., 4.
const DEGREES: [(u64, u64); 5] = [(1, 1), (2, 1), (3, 1), (4, 1), (2, 2)];

/// (L, d, H, S, N): the published shapes, the same with the narrowest token mixing, one of Theorem 5.6, and
/// small ones.
const SIZES: [[usize; 5]; 10] = [
    [12, 768, 12, 384, 196],
    [24, 1024, 16, 512, 196],
    [12, 768, 12, 1, 196],
    [24, 1024, 16, 1, 196],
    [2, 64, 1, 1, 4],
    [1, 2, 1, 2, 4],
    [2, 2, 1, 1, 4],
    [2, 2, 1, 2, 4],
    [3, 2, 1, 1, 4],
    [3, 2, 1, 2, 4],
];

/// Ranks are computed up to this width where the upper bound is at most this rank.
const LARGEST_WIDTH: usize = 2;
const LARGEST_RANK: u32 = 1000;

/// What is proved about one generic rank.
struct Known {
    least: Option<LogInterval>,
    most: Option<LogInterval>,
    cells: [Cell; 2],
}

impl Known {
    /// The best bounds, or from below the rank found, where it is small.
    fn of(problem: &Problem, seed: u64) -> Self {
        let [lower, upper] = [Side::Lower, Side::Upper].map(|side| best(problem, side));
        let value = upper.as_ref().and_then(|e| e.value.as_ref());
        let small = problem.width() <= LARGEST_WIDTH && value.is_some_and(|v| *v <= LARGEST_RANK);
        let rank = small.then(|| generic_rank(problem, seed).ok()).flatten().map(|a| a.rank);
        let (least, least_cell) = match (rank, &lower) {
            (Some(rank), _) => (LogInterval::of(&rank.into()), rank.into()),
            (None, Some(e)) => (e.log.clone(), Cell::evaluation(e)),
            (None, None) => (None, Cell::Missing),
        };
        let most_cell = upper.as_ref().map_or(Cell::Missing, Cell::evaluation);
        Self { least, most: upper.and_then(|e| e.log), cells: [least_cell, most_cell] }
    }

    fn above(&self, other: &Self) -> bool {
        matches!((&other.most, &self.least), (Some(most), Some(least)) if most.less_than(least))
    }

    fn exact(&self) -> bool {
        self.cells[0] == self.cells[1]
    }
}

/// Which of the two generic ranks is proved to be larger.
fn larger(attention: &Known, mixer: &Known) -> &'static str {
    match () {
        () if attention.above(mixer) => "attention",
        () if mixer.above(attention) => "Mixer",
        () if attention.exact() && mixer.exact() => "neither: equal",
        () => "open",
    }
}

fn row(
    [depth, width, heads, hidden, tokens]: [usize; 5],
    (k_t, k_c): (u64, u64),
    seed: u64,
) -> Vec<Cell> {
    let shape = MixerShape {
        token_degree: k_t,
        channel_degree: k_c,
        ..MixerShape::quadratic(depth, width, hidden)
    };
    let mixer = Partition::halves(tokens)
        .and_then(|halves| Problem::new(Architecture::Mixer(shape), halves, Output::default()))
        .expect("the sizes are valid");
    let attention = Problem::attention(depth, width, heads, tokens).expect("the sizes are valid");
    let [attention, mixer] = [attention, mixer].map(|problem| Known::of(&problem, seed));
    let sizes = [depth, width, heads, hidden, tokens].map(Cell::from);
    let degrees = [k_t, k_c, k_t * k_c].map(|k| Cell::Integer(k.into()));
    let last = [larger(&attention, &mixer).into()];
    [&sizes[..], &degrees, &attention.cells, &mixer.cells, &last].concat()
}

impl Table for DegreePerLayer {
    fn id(&self) -> &'static str {
        "degree-per-layer"
    }
    fn place(&self) -> u32 {
        5
    }
    fn title(&self) -> &'static str {
        "The degree per layer and the sign of the gap"
    }
    fn caption(&self) -> &'static str {
        "Attention against Mixers of degree $K = k_t k_c$ per layer, balanced. At width 2, where an upper bound is at most 1000, the number under at least is the rank found at random weights, elsewhere it is the best \
         lower bound. Larger is the side whose lower bound exceeds the other's upper bound; open means \
         that the bounds do not decide. With $S = 1$ the Mixer has few variables, and the gap can be certified also \
         where $K >= 3$."
    }
    fn scope(&self) -> &'static [&'static str] {
        &SCOPE
    }
    fn build(&self, seed: u64) -> Data {
        let columns = vec![
            "$L$",
            "$d$",
            "$H$",
            "$S$",
            "$N$",
            "$k_t$",
            "$k_c$",
            "$K$",
            "attention at least",
            "attention at most",
            "Mixer at least",
            "Mixer at most",
            "larger",
        ];
        let cases: Vec<_> = iproduct!(SIZES, DEGREES).collect();
        Data { columns, rows: cases.into_par_iter().map(|(s, k)| row(s, k, seed)).collect() }
    }
}

inventory::submit!(&DegreePerLayer as &dyn Table);
