//! Table (k): networks as published, and with parts left out, by proved singular values.

use super::{Cell, Data, Table};
use crate::network::{RealNetworkFile, Replacements};
use crate::prove::{RealRequest, RealSpectrum, SpectrumError, real_spectrum};
use crate::stop::NEVER;
use crate::tensor::MemoryLimit;
use itertools::iproduct;
use rayon::prelude::*;
use std::path::Path;

struct RealNetworks;

const POINTS: usize = 16;

/// Shares of the root mean square.
const EPSILONS: [f64; 4] = [1e-1, 1e-2, 1e-4, 1e-8];

/// The part that mixes tokens, by the name of its network.
const MIXING: [(&str, &str); 2] = [
    ("softmax attention", "{ type = \"attention\", heads = 2, softmax = true, bias = true }"),
    (
        "Mixer with GELU",
        "{ type = \"token-mixing\", hidden = 8, activation = \"gelu\", bias = true }",
    ),
];

const POSITION_WISE: &str =
    "{ type = \"channel-mixing\", hidden = 16, activation = \"gelu\", bias = true }";
const NORM: &str = "{ type = \"norm\", epsilon = 1e-6 }";

/// What is kept beside the part that mixes tokens.
#[derive(Clone, Copy)]
struct Parts {
    name: &'static str,
    norm: bool,
    residual: bool,
    position_wise: bool,
}

const PARTS: [Parts; 4] = [
    Parts { name: "as published", norm: true, residual: true, position_wise: true },
    Parts { name: "no normalisation", norm: false, residual: true, position_wise: true },
    Parts { name: "no residual", norm: true, residual: false, position_wise: true },
    Parts { name: "mixing alone", norm: false, residual: false, position_wise: false },
];

/// A network file on 4 tokens of width 4: pre-norm blocks, and a norm at the end.
fn text(mixing: &str, parts: Parts, depth: usize) -> String {
    let branch = |part: &str| {
        let list = if parts.norm { format!("{NORM}, {part}") } else { part.to_owned() };
        match parts.residual {
            true => format!("{{ type = \"residual\", layers = [{list}] }}"),
            false => list,
        }
    };
    let mut block = vec![branch(mixing)];
    if parts.position_wise {
        block.push(branch(POSITION_WISE));
    }
    let layers = block.join(", ");
    let last = if parts.norm { "[[layer]]\ntype = \"norm\"\nepsilon = 1e-6\n" } else { "" };
    format!(
        "tokens = 4\nwidth = 4\n[[layer]]\ntype = \"repeat\"\ntimes = {depth}\nlayers = [{layers}]\n{last}"
    )
}

fn spectrum(text: &str, seed: u64) -> Result<(String, RealSpectrum), SpectrumError> {
    let file = RealNetworkFile::parse(text, Path::new(""), &Replacements::default());
    let problem = file.expect("the file is right").problem;
    let weights = problem.shape().free_weights().to_string();
    let memory = MemoryLimit::default();
    let stop = NEVER.clone();
    let request = RealRequest { problem, weights: None, points: POINTS, seed, memory, stop };
    Ok((weights, real_spectrum(&request, &|_, _| ())?))
}

fn row((mixing, parts, depth): ((&str, &str), Parts, usize), seed: u64) -> Vec<Cell> {
    let name = [Cell::from(mixing.0), parts.name.into(), depth.into()];
    let found = match spectrum(&text(mixing.1, parts, depth), seed) {
        Ok((weights, found)) => {
            let within = EPSILONS.map(|epsilon| match found.rank_within(epsilon) {
                [least, most] if least == most => Cell::from(least),
                [least, most] => format!("{least} to {most}").into(),
            });
            [&[weights.into()], &within[..]].concat()
        }
        Err(e) => [vec![e.to_string().into()], vec![Cell::Missing; EPSILONS.len()]].concat(),
    };
    [&name[..], &found].concat()
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
         these points. Parts are left out of the blocks as named; attention with two heads, token mixing with 8 hidden \
         units, biases everywhere."
    }
    fn scope(&self) -> &'static [&'static str] {
        &[
            "These weights (random, of the size of trained ones) and these points; no number is above the 16 points.",
            "Equal tokens, widths and depths, not equal numbers of weights.",
        ]
    }
    fn build(&self, seed: u64) -> Data {
        let columns = vec![
            "network",
            "parts",
            "$L$",
            "weights",
            "$10^{-1}$",
            "$10^{-2}$",
            "$10^{-4}$",
            "$10^{-8}$",
        ];
        let cases: Vec<_> = iproduct!(PARTS, [1, 2], MIXING).collect();
        let rows = cases.into_par_iter().map(|(parts, l, mixing)| row((mixing, parts, l), seed));
        Data { columns, rows: rows.collect() }
    }
}

inventory::submit!(&RealNetworks as &dyn Table);
