//! Table (a): the bounds and their hypotheses.

use super::{Data, Table};
use crate::bounds;

struct Statements;

impl Table for Statements {
    fn id(&self) -> &'static str {
        "statements"
    }
    fn place(&self) -> u32 {
        1
    }
    fn title(&self) -> &'static str {
        "The bounds and their hypotheses"
    }
    fn caption(&self) -> &'static str {
        "Bounds on the separation rank. Upper bounds hold for all weights, lower bounds for almost \
         all weights (the generic separation rank). The output token is in $A$; otherwise $A$ and $B$ change places."
    }
    fn build(&self, _seed: u64) -> Data {
        let mut bounds = bounds::all();
        bounds.sort_by_key(|b| b.theorem());
        let words = bounds
            .into_iter()
            .map(|b| [b.theorem(), b.id(), b.side().name(), b.formula(), b.hypotheses()]);
        let columns = vec!["theorem", "bound", "side", "value", "hypotheses"];
        Data { columns, rows: words.map(|row| row.map(Into::into).into()).collect() }
    }
}

inventory::submit!(&Statements as &dyn Table);
