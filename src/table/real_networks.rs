//! Table (k): networks as published, and with parts left out, by proved singular values.

use super::{Cell, Data, Table};
use crate::float::study::{Plan, Sizes};
use crate::prove::{ProvedCase, SHOWN_EPSILONS, proved_study};
use crate::stop::NEVER;
use itertools::Itertools;

struct RealNetworks;

fn plan() -> Plan {
    let base = Sizes { depth: 2, width: 4, tokens: 4 };
    Plan { base, depths: vec![1, 2], widths: vec![], tokens: vec![], ..Plan::proved() }
}

fn row(ProvedCase { model, sizes, spectrum, .. }: &ProvedCase) -> Vec<Cell> {
    let name = [Cell::from(model.family), model.variant.into(), sizes.depth.into()];
    let within = SHOWN_EPSILONS.map(|epsilon| match spectrum.rank_within(epsilon) {
        [least, most] if least == most => Cell::from(least),
        [least, most] => format!("{least} to {most}").into(),
    });
    [&name[..], &within].concat()
}

impl Table for RealNetworks {
    fn id(&self) -> &'static str {
        "real-networks"
    }
    fn place(&self) -> u32 {
        12
    }
    fn title(&self) -> &'static str {
        "Networks with softmax and GELU, by proved singular values"
    }
    fn caption(&self) -> &'static str {
        "One grid of 16 by 16 points for each network, 4 tokens of width 4 split evenly: the least rank of a matrix within $epsilon$ \
         times the root mean square of the grid, by enclosed singular values (theory.md 1.11). Two numbers are its lower and \
         upper bound. The lower one is also a bound of the separation rank of every function that is as near to the network on \
         these points. The networks are those that the command spectrum measures, as published or with what is named left \
         out or replaced; attention has two heads, token mixing 8 hidden units, channel perceptrons 16."
    }
    fn scope(&self) -> &'static [&'static str] {
        &[
            "These weights (random, at initialisation) and these points (standard normal); no number is above the 16 points.",
            "Equal tokens, widths and depths, not equal numbers of weights.",
        ]
    }
    fn build(&self, seed: u64) -> Data {
        let columns =
            vec!["network", "variant", "$L$", "$10^{-1}$", "$10^{-2}$", "$10^{-4}$", "$10^{-8}$"];
        let cases = proved_study(&plan(), seed, &NEVER, &|| ());
        let cases = cases.expect("weights at initialisation give finite values");
        let key = |case: &ProvedCase| (case.model.stream(0), case.sizes.depth);
        let cases = cases.into_iter().sorted_by_key(key).dedup_by(|a, b| key(a) == key(b));
        Data { columns, rows: cases.map(|case| row(&case)).collect() }
    }
}

inventory::submit!(&RealNetworks as &dyn Table);
