//! The options `--weights FILE` and `--seed`, and where weights are from, in words.

use super::Failure;
use crate::arith::Rational;
use crate::files::sha256_of;
use crate::network::{Network, NetworkFile, WeightStyle};
use crate::prove::{Weights, generator};
use serde::Serialize;
use std::fmt;
use std::path::{Path, PathBuf};

/// Weights from a file, or random ones.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct WeightFile {
    /// Weights in a safetensors file, found by the [weights] of the network file [default: random integers]
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
            Some(path) => Weights::Given(file.weights.load(&file.problem, path)?),
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
    pub(super) fn origin(&self) -> Result<Origin, Failure> {
        self.weights.as_deref().map_or(Ok(Origin::Made { kind: "random" }), Origin::of_file)
    }
}

/// Where weights are from.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Origin {
    /// Drawn, or built as in a proof.
    Made { kind: &'static str },
    /// Read.
    File { file: String, sha256: String },
    /// Nothing is drawn.
    Stated { kind: &'static str },
}

impl Origin {
    /// The file at `path`, which is read for its digest.
    pub(super) fn of_file(path: &Path) -> Result<Self, Failure> {
        let sha256 = sha256_of(path).map_err(|e| format!("--weights {}: {e}", path.display()))?;
        Ok(Self::File { file: path.display().to_string(), sha256 })
    }

    /// In words, `seed` being that of everything random.
    pub(super) fn text(&self, seed: u64) -> impl fmt::Display {
        match self {
            Self::Made { kind } => format!("{kind}, seed {seed}"),
            Self::File { file, sha256 } => format!("{file}, SHA-256 {sha256}"),
            Self::Stated { kind } => (*kind).into(),
        }
    }
}
