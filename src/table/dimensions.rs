//! Table (j): dimensions of function spaces.

use super::{Cell, Data, Table};
use crate::claims::{PublishedDimension, published_dimensions};
use rayon::prelude::*;

struct Dimensions;

fn row(instance: &PublishedDimension, seed: u64) -> Vec<Cell> {
    let [weights, found, status] = match instance.found(seed) {
        Ok(answer) => {
            let status = if answer.status.name() == "exact" { "exact" } else { "at least" };
            [answer.weights.into(), answer.dimension.into(), status.into()]
        }
        Err(error) => [Cell::Missing, Cell::Missing, error.to_string().into()],
    };
    let published = [instance.expected.into(), instance.dimension.into(), instance.source.into()];
    let name = [Cell::from(instance.name.as_str()), weights];
    [&name[..], &published, &[found, status]].concat()
}

impl Table for Dimensions {
    fn id(&self) -> &'static str {
        "dimensions"
    }
    fn place(&self) -> u32 {
        11
    }
    fn title(&self) -> &'static str {
        "Dimensions of spaces of functions"
    }
    fn caption(&self) -> &'static str {
        "The dimension of the set of functions that a network is for all its weights (Zariski closure): expected by a count of weights, \
         symmetries and coefficients; proved, with the source; and found, the rank of the Jacobian in the weights at random \
         weights modulo a prime. What is found is a proved lower bound, exact where it is the number of weights or of \
         coefficients. Attention: $l$ layers $X Q K' X' X V$ of width $d$ on three tokens, $Q$ and $K$ with $a$ columns. \
         Perceptrons: their widths, no biases, the power of that degree between two maps."
    }
    fn scope(&self) -> &'static [&'static str] {
        &[
            "Sizes at which a published theorem gives the dimension; of 2-3-2 with degree 5 it does for degrees from some on, \
             which 5 is not shown to be.",
        ]
    }
    fn build(&self, seed: u64) -> Data {
        let columns = vec!["network", "weights", "expected", "dimension", "by", "found", "status"];
        let rows = published_dimensions().par_iter().map(|instance| row(instance, seed)).collect();
        Data { columns, rows }
    }
}

inventory::submit!(&Dimensions as &dyn Table);
