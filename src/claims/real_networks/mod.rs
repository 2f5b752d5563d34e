//! Networks as published: a proved lower bound at given weights.

use super::{Case, Certified, Claim, Outcome, Profile, Verdict, file_name};
use crate::Stop;
use crate::network::{RealNetworkFile, RealProblem, Replacements};
use crate::prove::{RealInputs, RealRequest, real_rank};
use crate::tensor::MemoryLimit;
use std::path::Path;

struct RealNetworks;

const NETWORKS: [(&str, &str); 2] = [
    ("softmax attention", include_str!("attention.toml")),
    ("Mixer with GELU", include_str!("mixer.toml")),
];

/// Numbers of tokens and of points on a side.
fn sizes(profile: Profile) -> &'static [(usize, usize)] {
    match profile {
        Profile::Quick => &[(4, 8)],
        Profile::Full => &[(4, 8), (4, 24), (6, 16)],
    }
}

impl Claim for RealNetworks {
    fn id(&self) -> &'static str {
        "real-networks"
    }
    fn statement(&self) -> &'static str {
        "One block of a vision transformer, and of an MLP-Mixer, with softmax, layer normalisation, GELU, biases and \
         residual connections, at random weights: the separation rank is at least the number of points tried, as a minor \
         of that many rows is enclosed away from 0."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        let cases =
            NETWORKS.iter().flat_map(|network| sizes(profile).iter().map(move |s| (network, s)));
        cases
            .map(|((name, text), (tokens, points))| {
                let name = format!("{name}, N={tokens}, {points} points");
                let problem = problem(text, *tokens);
                Case::new(name.clone(), move |seed| examine(&name, &problem, *points, seed))
            })
            .collect()
    }
}

fn problem(text: &str, tokens: usize) -> RealProblem {
    let replace = Replacements { tokens: Some(tokens), ..Replacements::default() };
    let file = RealNetworkFile::parse(text, Path::new(""), &replace);
    file.expect("the files of this folder are right").problem
}

fn examine(name: &str, problem: &RealProblem, points: usize, seed: u64) -> Outcome {
    let (memory, stop) = (MemoryLimit::default(), Stop::default());
    let inputs = RealInputs::Uniform;
    let request =
        RealRequest { problem: problem.clone(), weights: None, points, inputs, seed, memory, stop };
    let answer = match real_rank(&request, &|_, _| ()) {
        Ok(answer) => answer,
        Err(e) => return Outcome::missing(e),
    };
    // Fewer are no contradiction: another grid, or more bits, may show more.
    let verdict = match answer.rank == points {
        true => Verdict::Valid,
        false => Verdict::Incomplete(answer.reason()),
    };
    let found = format!("{} at {} bits", answer.rank, answer.precision);
    let certificate = match answer.certificate() {
        Ok(certificate) => certificate.into_owned(),
        Err(e) => return Outcome::missing(e),
    };
    let certified = Certified { name: file_name(&format!("real {name}")), certificate };
    Outcome::new(verdict, format!(">= {points}"), found).with([certified])
}

inventory::submit!(&RealNetworks as &dyn Claim);
