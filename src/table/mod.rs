//! Tables: one file each, one registry, four formats, and the appendix that holds them all.
//!
//! A table is computed from the seed alone, so the same seed gives the same bytes.

mod appendix;
mod bounds_by_depth;
mod cell;
mod degree_per_layer;
mod dimensions;
mod families;
mod float_against_exact;
mod gap_by_depth;
mod invariance;
mod latex;
mod published_models;
mod real_networks;
mod render;
mod small_ranks;
mod statements;
mod text;
pub mod words;

pub use appendix::{File, appendix, files, manifest};
pub use cell::Cell;
pub use families::{COMPARISON, FamiliesAtOneSize, comparison_rows};
pub use render::{Format, render};
pub use text::plain;

use crate::network::{Architecture, Problem};
use crate::prove::{RankAnswer, RankError, RankRequest, Status, rank};
use itertools::Itertools;

/// A computed table.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// Column headings, all different; [words].
    pub columns: Vec<&'static str>,
    /// Rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// A table of the paper's appendix.
pub trait Table: Sync {
    /// A stable identifier, also the file name.
    fn id(&self) -> &'static str;
    /// Its place in the appendix, from 1.
    fn place(&self) -> u32;
    /// The heading; [words].
    fn title(&self) -> &'static str;
    /// What is shown; [words].
    fn caption(&self) -> &'static str;
    /// What the reader must not take it for, after the caption; [words].
    fn scope(&self) -> &'static [&'static str] {
        &[]
    }
    /// Computes the rows.
    fn build(&self, seed: u64) -> Data;
}

inventory::collect!(&'static dyn Table);

/// All tables, in the order of the appendix; those of one place by their ids.
pub fn all() -> Vec<&'static dyn Table> {
    let mut list: Vec<_> = inventory::iter::<&'static dyn Table>.into_iter().copied().collect();
    list.sort_by_key(|t| (t.place(), t.id()));
    list
}

/// Caption and scope.
fn full_caption(table: &dyn Table) -> String {
    let scope = table.scope().iter().zip(1..).map(|(note, i)| format!(" ({i}) {note}"));
    let scope: String = scope.collect();
    let lead = if scope.is_empty() { "" } else { " Scope:" };
    format!("{}{lead}{scope}", table.caption())
}

/// Headings of [`shape`].
const SHAPE: [&str; 7] = ["network", "$L$", "$d$", "$H$", "$S$", "$|A|$", "$|B|$"];

/// What a problem is about, without its options.
fn shape(problem: &Problem) -> [Cell; 7] {
    let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
    let architecture = problem.architecture();
    let (name, heads, hidden) = match architecture {
        Architecture::Attention(s) => ("attention", s.heads.into(), Cell::Missing),
        Architecture::Mixer(s) => ("Mixer", Cell::Missing, s.token_hidden.into()),
        Architecture::Layers(_) => ("layers", Cell::Missing, Cell::Missing),
    };
    let (depth, width) = (architecture.depth().into(), architecture.width().into());
    [name.into(), depth, width, heads, hidden, left.into(), right.into()]
}

/// The options that [`shape`] leaves out, where they are not the default ones.
fn options(problem: &Problem) -> Cell {
    let mut list: Vec<String> = Vec::new();
    if let Architecture::Mixer(s) = problem.architecture() {
        if (s.token_degree, s.channel_degree) != (2, 1) {
            list.push(format!("$k_t = {}$, $k_c = {}$", s.token_degree, s.channel_degree));
        }
        let flags = [(s.bias, "biases"), (s.residual, "residual")];
        list.extend(flags.into_iter().filter(|f| f.0).map(|f| f.1.into()));
        let source = s.permutation.as_ref().map(|p| p.source().iter().join(", "));
        list.extend(source.map(|source| format!("permuted: {source}")));
    }
    let output = problem.output();
    if (output.token, output.channel) != (0, 0) {
        list.push(format!("output $Y[{},{}]$", output.token, output.channel));
    }
    if list.is_empty() { Cell::Missing } else { list.join(", ").into() }
}

/// The rank with random weights from the seed.
fn generic_rank(problem: &Problem, seed: u64) -> Result<RankAnswer, RankError> {
    let request = RankRequest { seed, ..RankRequest::new(problem.clone()) };
    rank(&request, &|_, _| ())
}

/// The rank of [`generic_rank`], and whether it is known exactly or from below; or why there is none.
fn rank_and_status(problem: &Problem, seed: u64) -> [Cell; 2] {
    match generic_rank(problem, seed) {
        Ok(RankAnswer { rank, status: Status::Exact, .. }) => [rank.into(), "exact".into()],
        Ok(RankAnswer { rank, .. }) => [rank.into(), "at least".into()],
        Err(error) => [Cell::Missing, error.to_string().into()],
    }
}
