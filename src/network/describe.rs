//! Problems in a few words.

use super::{Architecture, Problem, RealProblem};
use crate::files::sha256;
use itertools::Itertools;

/// A number of 48 bits that tells problems apart: the beginning of a SHA-256 digest.
pub fn fingerprint(problem: &Problem) -> u64 {
    let digest = sha256(format!("{problem:?}").as_bytes());
    u64::from_str_radix(&digest[..12], 16).expect("a digest is hexadecimal")
}

/// A short description of a problem for tables: sizes, sides as own+other, options.
pub fn describe(problem: &Problem) -> String {
    let (left, right) = (problem.partition().left().len(), problem.partition().right().len());
    let output = problem.output();
    let mut text = sizes(problem);
    text += &format!(" N={left}+{right}");
    let first_half = (0..left).all(|t| problem.partition().left()[t] == t);
    if !first_half {
        text += &format!(" A={}", problem.partition().left().iter().format(","));
    }
    if (output.token, output.channel) != (0, 0) {
        text += &format!(" Y[{},{}]", output.token, output.channel);
    }
    text
}

/// The same of a network that may be no polynomial.
pub fn describe_real(problem: &RealProblem) -> String {
    describe(problem.shape())
}

/// The same without tokens and output.
pub fn sizes(problem: &Problem) -> String {
    match problem.architecture() {
        Architecture::Attention(s) => {
            format!("attention L={} d={} H={}", s.depth, s.width, s.heads)
        }
        Architecture::Mixer(s) => {
            let mut text = format!("mixer L={} d={} S={}", s.depth, s.width, s.token_hidden);
            if (s.token_degree, s.channel_degree) != (2, 1) {
                text += &format!(" k={},{}", s.token_degree, s.channel_degree);
            }
            for (flag, name) in [(s.bias, " bias"), (s.residual, " residual")] {
                if flag {
                    text += name;
                }
            }
            if let Some(permutation) = &s.permutation {
                text += &format!(" permuted={}", permutation.source().iter().format(","));
            }
            text
        }
        Architecture::Layers(s) => {
            let names = s.layers.iter().map(|l| l.name()).dedup_with_count();
            let names = names.map(|(n, name)| match n {
                1 => name.to_owned(),
                n => format!("{n} {name}"),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            format!("layers d={} {names} #{:06x}", s.width, fingerprint(problem) >> 24)
        }
    }
}
