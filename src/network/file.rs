//! Network files: any network of the layers in [`layers`](super::layers), described in TOML.
//!
//! docs/networks.md is the reference. A file gives tokens, width, a list of layers and, if it likes,
//! the partition, the output entry and where the weights are found. A file that describes attention
//! or a Mixer as in the theorems is read as that ([`Architecture::of_layers`]), so the theorems apply.

use super::layers::read_list;
use super::site::{Budget, Site};
use super::weight_file::WeightMap;
use super::{Architecture, FileError, InvalidProblem, Output, Partition, Problem};
use super::{RealProblem, Table};
use crate::files::read_text;
use serde::Deserialize;
use std::fmt::Display;
use std::path::Path;

/// A network file has at most this many bytes.
pub const MAX_NETWORK_BYTES: u64 = 16 << 20;

/// What a network file says.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkFile {
    /// The problem.
    pub problem: Problem,
    /// Where the weights are found in a weight file, if it says so.
    pub weights: WeightMap,
}

/// What replaces the values in a file.
#[derive(Clone, Debug, Default)]
pub struct Replacements {
    /// Number of tokens N.
    pub tokens: Option<usize>,
    /// Positions of side A.
    pub left: Option<Vec<usize>>,
    /// The output entry.
    pub output: Option<Output>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    tokens: usize,
    width: usize,
    left: Option<Vec<usize>>,
    output: Option<[usize; 2]>,
    #[serde(default, rename = "layer")]
    layers: Vec<Table>,
    weights: Option<Table>,
}

/// What a network file says of a network that may have functions of real numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct RealNetworkFile {
    /// The problem.
    pub problem: RealProblem,
    /// Where the weights are found in a weight file, if it says so.
    pub weights: WeightMap,
}

impl NetworkFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Names the file, the layer, the key and what is allowed; a network that is no polynomial.
    pub fn read(path: &Path, replace: &Replacements) -> Result<Self, InvalidProblem> {
        let (text, folder) = read(path)?;
        Self::parse(&text, folder, replace).map_err(|e| wrong(path, &e))
    }

    /// The network that `text` describes; files that it names lie in `folder`.
    ///
    /// # Errors
    /// Names the layer, the key and what is allowed; a network that is no polynomial.
    pub fn parse(text: &str, folder: &Path, replace: &Replacements) -> Result<Self, FileError> {
        let RealNetworkFile { problem, weights } = RealNetworkFile::parse(text, folder, replace)?;
        Ok(Self { problem: problem.polynomial()?, weights })
    }
}

fn wrong(path: &Path, why: &dyn Display) -> InvalidProblem {
    InvalidProblem::new("network", path.display(), why)
}

/// The text of the file at `path`, and the folder that it lies in.
fn read(path: &Path) -> Result<(String, &Path), InvalidProblem> {
    let text = read_text(path, MAX_NETWORK_BYTES).map_err(|e| wrong(path, &e))?;
    Ok((text, path.parent().unwrap_or(Path::new(""))))
}

impl RealNetworkFile {
    /// As [`NetworkFile::read`].
    ///
    /// # Errors
    /// As there, but for networks that are no polynomials.
    pub fn read(path: &Path, replace: &Replacements) -> Result<Self, InvalidProblem> {
        let (text, folder) = read(path)?;
        Self::parse(&text, folder, replace).map_err(|e| wrong(path, &e))
    }

    /// As [`NetworkFile::parse`].
    ///
    /// # Errors
    /// As there, but for networks that are no polynomials.
    pub fn parse(text: &str, folder: &Path, replace: &Replacements) -> Result<Self, FileError> {
        let content: Content = Table::parse(text)?.read()?;
        let tokens = replace.tokens.unwrap_or(content.tokens);
        let budget = Budget::default();
        let site = Site::new(tokens, content.width, folder, &budget)?;
        if content.layers.is_empty() {
            return Err(FileError::of("layer", "at least one [[layer]] is needed"));
        }
        let (layers, _) = read_list(site, content.layers)?;
        let architecture = Architecture::of_layers(content.width, layers);
        let partition = match replace.left.as_ref().or(content.left.as_ref()) {
            Some(left) => Partition::new(tokens, left),
            None => Partition::halves(tokens),
        };
        let output = content.output.map(|[token, channel]| Output { token, channel });
        let output = replace.output.or(output).unwrap_or_default();
        let problem = RealProblem::new(architecture, partition?, output)?;
        let weights = content.weights.map(WeightMap::of).transpose();
        let weights = weights.map_err(|e| e.within("weights"))?.unwrap_or_default();
        Ok(Self { problem, weights })
    }
}
