//! The options `--weights FILE` and `--seed`, and where weights are from, in words.

use super::Failure;
use crate::arith::Rational;
use crate::files::{sha256, sha256_of};
use crate::network::{
    InvalidProblem, Network, NetworkFile, RealNetworkFile, WeightStyle, weight_files,
};
use crate::prove::{Weights, generator, weights_of_file};
use serde::Serialize;
use std::fmt;
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};

/// Weights from a file, or random ones.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct WeightFile {
    /// Weights in a file (safetensors, an index of several or their directory, NPZ, NPY, ONNX), found by the
    /// [weights] of the network file [default: random integers]
    #[arg(long, global = true, value_name = "FILE.safetensors")]
    weights: Option<PathBuf>,
    /// Seed of what is random
    #[arg(long, global = true, value_name = "S", default_value_t = 0)]
    pub(super) seed: u64,
}

impl WeightFile {
    /// The weights for the network in `file`.
    pub(super) fn weights(&self, file: &NetworkFile) -> Result<Weights, Failure> {
        Ok(match &self.weights {
            Some(path) => Weights::Given(load(file, path, self.seed)?),
            None => Weights::Random,
        })
    }

    /// The network in `file` with its weights.
    pub(super) fn network(&self, file: &NetworkFile) -> Result<Network<Rational>, Failure> {
        Ok(match self.weights(file)? {
            Weights::Given(network) => network,
            _ => WeightStyle::Random.draw(&file.problem, &mut generator(self.seed)),
        })
    }

    /// Where they are from.
    pub(super) fn origin(&self, file: &NetworkFile) -> Result<Origin, Failure> {
        let random = Ok(Origin::Made { kind: "random" });
        let mixed = file.weights.is_mixed();
        self.weights.as_deref().map_or(random, |path| Origin::of_file(path, mixed))
    }
}

/// The network in `file` with the weights at `path`, and those that it leaves to chance drawn by `seed`.
pub(super) fn load(
    file: &NetworkFile,
    path: &Path,
    seed: u64,
) -> Result<Network<Rational>, InvalidProblem> {
    let NetworkFile { problem, weights } = file;
    let network = weights_of_file(problem, weights, path, seed)?;
    if weights.has_former_names(problem)? {
        let _ = writeln!(
            stderr(),
            "warning: [weights] calls the value projection \"output\" and the output projection \"value\", as before; \
             now they are \"value\" and \"out\" (docs/networks.md)"
        );
    }
    Ok(network)
}

/// The same of a network that is no polynomial.
pub(super) fn load_real(
    file: &RealNetworkFile,
    path: &Path,
    seed: u64,
) -> Result<Network<Rational>, InvalidProblem> {
    file.problem.with_weights(&file.weights, path, &mut generator(seed))
}

/// Where weights are from.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Origin {
    /// Drawn, or built as in a proof.
    Made { kind: &'static str },
    /// Read; of several files the digest is that of the lines that sha256sum prints of them.
    File {
        file: String,
        sha256: String,
        /// Whether those that the network file leaves to chance are drawn.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        others_random: bool,
    },
    /// Nothing is drawn.
    Stated { kind: &'static str },
}

impl Origin {
    /// The file at `path`, or the parts of an index, which are read for their digest.
    pub(super) fn of_file(path: &Path, others_random: bool) -> Result<Self, Failure> {
        let digest =
            |file: &Path| sha256_of(file).map_err(|e| format!("--weights {}: {e}", file.display()));
        let sha256 = match &weight_files(path)?[..] {
            [one] => digest(one)?,
            parts => {
                let line = |file: &PathBuf| {
                    let name = file.file_name().unwrap_or_default().to_string_lossy();
                    Ok::<_, Failure>(format!("{}  {name}\n", digest(file)?))
                };
                let lines: String = parts.iter().map(line).collect::<Result<_, _>>()?;
                sha256(lines.as_bytes())
            }
        };
        Ok(Self::File { file: path.display().to_string(), sha256, others_random })
    }

    /// In few words that tell a file from all others: its name and the digits that its digest begins with.
    pub(super) fn short(&self) -> String {
        match self {
            Self::Made { kind } | Self::Stated { kind } => (*kind).into(),
            Self::File { file, sha256, .. } => {
                let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
                format!("{name} #{}", &sha256[..12])
            }
        }
    }

    /// In words, `seed` being that of everything random.
    pub(super) fn text(&self, seed: u64) -> impl fmt::Display {
        match self {
            Self::Made { kind } => format!("{kind}, seed {seed}"),
            Self::File { file, sha256, others_random } => {
                let others = if *others_random {
                    format!(", others random, seed {seed}")
                } else {
                    String::new()
                };
                format!("{file}, SHA-256 {sha256}{others}")
            }
            Self::Stated { kind } => (*kind).into(),
        }
    }
}
