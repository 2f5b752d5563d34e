//! Table (a): the bounds and their hypotheses.

use super::{Data, Table};
use crate::bounds;

struct Statements;

impl Table for Statements {
    fn id(&self) -> &'static str {
        "statements"
    }
    fn caption(&self) -> &'static str {
        "Bounds on the separation rank. Upper bounds hold for all weights, lower bounds for almost \
         all weights (the generic separation rank)."
    }
    fn build(&self, _seed: u64) -> Data {
        let rows = bounds::all()
            .into_iter()
            .map(|b| {
                [b.theorem(), b.id(), b.side().name(), b.formula(), b.hypotheses()]
                    .map(Into::into)
                    .into()
            })
            .collect();
        Data { columns: vec!["theorem", "id", "side", "value", "hypotheses"], rows }
    }
}

inventory::submit!(&Statements as &dyn Table);
