//! Table (i): every family of layers, at equal small sizes.

use super::{Cell, Data, Table};
use crate::compare::{Comparison, Row, sort};
use crate::network::presets::{FamilySize, families};
use crate::prove::Status;
use crate::stop::NEVER;
use rayon::prelude::*;

struct Families;

/// The sizes (N, d, L) of the table.
const SIZES: [(usize, usize, usize); 3] = [(4, 2, 1), (4, 2, 2), (6, 2, 2)];

/// Grids of ranks that take longer have so many points on a side, so that the table is short.
const POINTS: Option<u64> = Some(128);

/// What is said of every comparison, after what the table says of itself.
const CAPTION: &str = "Networks of every family with $N$ tokens and width $d$, their layers $L$ times over, at one partition: degree, number \
     of weights, the generic rank, the best upper bound for all weights, the least and the largest rank found at a \
     contiguous cut, and how the rank stands to that of attention of the same size (one head). A number alone is exact; \
     with $>=$ it is a proved lower bound. Proved means that ranks and upper bounds decide; found compares the ranks at random \
     weights, each computed to its end; else the comparison is open. The sizes are equal, the numbers of weights are not. Where a family has no network of a size, the reason \
     stands in the last column.";

/// Families at one size of the reader's choice (`seprank compare`), by the rows of that comparison. It is not in the
/// registry.
pub struct FamiliesAtOneSize {
    /// Those of [`comparison_rows`].
    pub rows: Vec<Vec<Cell>>,
}

/// Headings of [`comparison_rows`].
pub const COMPARISON: [&str; 9] = [
    "family",
    "network",
    "$(N, d, L)$",
    "degree",
    "weights",
    "rank",
    "at most",
    "cuts",
    "to attention",
];

/// The rows of a comparison in cells, `attention` being the row of attention at the same size.
pub fn comparison_rows(comparison: &Comparison, rows: &[Row], attention: &Row) -> Vec<Vec<Cell>> {
    let FamilySize { tokens, width } = comparison.size;
    let size = format!("$({tokens}, {width}, {})$", comparison.depth);
    rows.iter().map(|row| cells(&size, row, attention)).collect()
}

fn cells(size: &str, row: &Row, attention: &Row) -> Vec<Cell> {
    let remark = row.against(attention).or(row.missing()).map_or(Cell::Missing, Cell::from);
    let Ok(entry) = &row.entry else {
        let mut cells = vec![row.family.name.into(), row.family.title.into(), size.into()];
        cells.resize(COMPARISON.len() - 1, Cell::Missing);
        cells.push(remark);
        return cells;
    };
    let rank = entry.rank.as_ref().map_or(Cell::Missing, |rank| {
        match (rank.status(), Cell::number(rank.value())) {
            (Status::Lower, Cell::Integer(value)) => format!("$>= {value}$").into(),
            (_, cell) => cell,
        }
    });
    let cuts = entry.cuts.map(|[least, most]| match least == most {
        true => least.to_string(),
        false => format!("{least} to {most}"),
    });
    vec![
        row.family.name.into(),
        row.family.title.into(),
        size.into(),
        Cell::Integer(entry.problem.big_degree()),
        entry.weights.into(),
        rank,
        entry.upper.as_ref().map_or(Cell::Missing, Cell::evaluation),
        cuts.map_or(Cell::Missing, Cell::from),
        remark,
    ]
}

/// The rows at one size, the largest rank first.
fn rows_at((tokens, width, depth): (usize, usize, usize), seed: u64) -> Vec<Vec<Cell>> {
    let comparison = Comparison::new(FamilySize { tokens, width }, depth, None);
    let comparison =
        Comparison { seed, points: POINTS, ..comparison.expect("the sizes are valid") };
    let mut rows: Vec<Row> =
        families().into_par_iter().map(|family| comparison.row(family, &NEVER)).collect();
    sort(&mut rows);
    let attention = rows.iter().find(|row| row.family.name == "attention");
    comparison_rows(&comparison, &rows, attention.expect("attention is a family"))
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
        CAPTION
    }
    fn scope(&self) -> &'static [&'static str] {
        &[
            "These sizes only, with halves as sides; what happens for large sizes is decided by the degree per layer.",
            "A rank that takes longer than about a second is bounded from below by a grid of 128 points on a side.",
        ]
    }
    fn build(&self, seed: u64) -> Data {
        let rows = SIZES.into_iter().flat_map(|size| rows_at(size, seed)).collect();
        Data { columns: COMPARISON.to_vec(), rows }
    }
}

impl Table for FamiliesAtOneSize {
    fn id(&self) -> &'static str {
        "compare"
    }
    fn place(&self) -> u32 {
        0
    }
    fn title(&self) -> &'static str {
        "Families of layers at one size"
    }
    fn caption(&self) -> &'static str {
        CAPTION
    }
    fn build(&self, _seed: u64) -> Data {
        Data { columns: COMPARISON.to_vec(), rows: self.rows.clone() }
    }
}

inventory::submit!(&Families as &dyn Table);
