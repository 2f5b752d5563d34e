//! Table (i): every family of layers, at equal small sizes.

use super::{Cell, Data, Table, generic_rank};
use crate::bounds::{Side, best};
use crate::network::presets::{Family, families};
use crate::network::{Architecture, Problem, Replacements};
use crate::prove::Status;
use rayon::prelude::*;

struct Families;

/// The family's problem with its layers `times` times over; `None` if they do not fit themselves.
fn repeated(family: &Family, times: usize) -> Option<Problem> {
    let problem = family.network(&Replacements::default()).expect("presets are sound").problem;
    let layers = problem.layers();
    let all = std::iter::repeat_n(layers, times).flatten().collect();
    let architecture = Architecture::of_layers(problem.width(), all);
    Problem::new(architecture, problem.partition().clone(), problem.output()).ok()
}

/// The rank at random weights, and whether it is the exact generic rank.
fn rank(problem: &Problem, seed: u64) -> Option<(usize, bool)> {
    let answer = generic_rank(problem, seed).ok()?;
    Some((answer.rank, answer.status == Status::Exact))
}

/// How the rank of a family stands to attention's, both as far as they are known.
fn verdict(own: Option<(usize, bool)>, attention: Option<(usize, bool)>) -> &'static str {
    match (own, attention) {
        (Some((own, _)), Some((other, true))) if own > other => "above",
        (Some((own, true)), Some((other, _))) if own < other => "below, proved",
        (Some((own, _)), Some((other, _))) if own < other => "below, found",
        (Some((own, true)), Some((other, true))) if own == other => "equal",
        (Some((own, _)), Some((other, _))) if own == other => "equal, found",
        _ => "open",
    }
}

fn row(family: &Family, seed: u64) -> Vec<Cell> {
    let mut cells = vec![Cell::from(family.title)];
    let single = repeated(family, 1).expect("a family is a network");
    cells.push(Cell::Integer(single.big_degree()));
    for times in [1, 2] {
        let problem = repeated(family, times);
        let upper = problem.as_ref().and_then(|p| best(p, Side::Upper));
        let found = problem.as_ref().and_then(|p| rank(p, seed));
        cells.push(match found {
            Some((r, true)) => r.into(),
            Some((r, false)) => format!("$>= {r}$").into(),
            None => Cell::Missing,
        });
        cells.push(upper.as_ref().map_or(Cell::Missing, Cell::evaluation));
        let (tokens, width) = (single.tokens(), single.width());
        let attention = Problem::attention(times, width, 1, tokens).expect("sizes are valid");
        cells.push(match problem {
            Some(_) => verdict(found, rank(&attention, seed)).into(),
            None => Cell::Missing,
        });
    }
    cells
}

impl Table for Families {
    fn id(&self) -> &'static str {
        "families"
    }
    fn place(&self) -> u32 {
        9
    }
    fn title(&self) -> &'static str {
        "Families of layers at equal sizes"
    }
    fn caption(&self) -> &'static str {
        "Small networks of every family, $N = 4$, $d = 2$, balanced: degree of one block, the generic rank of one block and of two, \
         the upper bound for all weights, and how the rank stands to that of attention of the same depth (one head). A number alone is \
         exact: a minor at random weights meets the bound; with $>=$ it is the rank found, a proved lower bound. Proved means that both \
         sides are proved; found compares the ranks at random weights. Permuting the inputs, pooling or a mask leave the \
         Mixer's bound as it is; gating has degree 2; a HyperMixer with linear activation has attention's degree. At so small \
         a width a quadratic Mixer of one block is above attention of one layer."
    }
    fn scope(&self) -> &'static [&'static str] {
        &["These sizes only; what happens for large sizes is decided by the degree per layer."]
    }
    fn build(&self, seed: u64) -> Data {
        let columns = vec![
            "network",
            "degree",
            "one block",
            "at most",
            "to attention",
            "two blocks",
            "two at most",
            "two to attention",
        ];
        let rows = families().par_iter().map(|family| row(family, seed)).collect();
        Data { columns, rows }
    }
}

inventory::submit!(&Families as &dyn Table);
