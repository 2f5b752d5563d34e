//! Network files: any network of the layers in [`layers`](super::layers), described in TOML.
//!
//! docs/networks.md is the reference. A file gives tokens, width, a list of layers and, if it likes,
//! the partition, the output entry and where the weights are found. A file that describes attention
//! or a Mixer as in the theorems is read as that ([`Architecture::of_layers`]), so the theorems apply.

use super::layers::{Layer, next_state};
use super::nearest::{nearest, with_nearest};
use super::weight_file::WeightMap;
use super::{Architecture, InvalidProblem, MAX_SIZE, Number, Output, Partition, Problem};
use crate::arith::Rational;
use nalgebra::DMatrix;
use serde::Deserialize;
use std::cell::Cell;
use std::io::Read;
use std::path::Path;

/// A network file has at most this many bytes.
pub const MAX_NETWORK_BYTES: u64 = 16 << 20;
/// The matrices that belong to the definition of a network have at most this many entries together.
const MAX_GIVEN_ENTRIES: usize = 1 << 20;
/// A network has at most this many layers, those inside others and repetitions counted.
pub const MAX_LAYERS: usize = 4096;
/// Layers inside layers go at most this deep.
const MAX_NESTING: usize = 4;

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
    layers: Vec<toml::Table>,
    #[serde(default)]
    weights: WeightMap,
}

impl NetworkFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Names the file, the layer, the key and what is allowed.
    pub fn read(path: &Path, replace: &Replacements) -> Result<Self, InvalidProblem> {
        let wrong = |why: String| InvalidProblem::new("network", path.display(), why);
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_NETWORK_BYTES + 1).read_to_string(&mut text))
            .map_err(|e| wrong(e.to_string()))?;
        if text.len() as u64 > MAX_NETWORK_BYTES {
            return Err(wrong(format!("at most {MAX_NETWORK_BYTES} bytes are allowed")));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, folder, replace).map_err(wrong)
    }

    /// The network that `text` describes; files that it names lie in `folder`.
    ///
    /// # Errors
    /// Names the layer, the key and what is allowed, on one line.
    pub fn parse(text: &str, folder: &Path, replace: &Replacements) -> Result<Self, String> {
        let content: Content = toml::from_str(text).map_err(|e| {
            let line = e.span().map(|span| 1 + text[..span.start].matches('\n').count());
            let line = line.map_or_else(String::new, |line| format!("line {line}: "));
            line + &with_nearest(e.message())
        })?;
        let tokens = replace.tokens.unwrap_or(content.tokens);
        let site = Site {
            tokens,
            width: content.width,
            folder,
            nesting: 0,
            layers: &Cell::new(MAX_LAYERS),
            entries: &Cell::new(MAX_GIVEN_ENTRIES),
        };
        site.size("tokens", tokens)?;
        site.size("width", content.width)?;
        if tokens * content.width > MAX_SIZE {
            return Err(format!(
                "tokens = {tokens}, width = {}: at most {MAX_SIZE} entries together",
                content.width
            ));
        }
        if content.layers.is_empty() {
            return Err("layer: at least one [[layer]] is needed".into());
        }
        let (layers, _) = site.chain(content.layers)?;
        let architecture = Architecture::of_layers(content.width, layers);
        let named = |e: InvalidProblem| format!("{} = {}: {}", e.field, e.value, e.allowed);
        let partition = match replace.left.as_ref().or(content.left.as_ref()) {
            Some(left) => Partition::new(tokens, left),
            None => Partition::halves(tokens),
        };
        let output = content.output.map(|[token, channel]| Output { token, channel });
        let output = replace.output.or(output).unwrap_or_default();
        let problem =
            partition.and_then(|sides| Problem::new(architecture, sides, output)).map_err(named)?;
        Ok(Self { problem, weights: content.weights })
    }
}

/// The place of a layer in a network that is being read: the state that reaches it, and what is left
/// of the limits.
pub struct Site<'a> {
    /// Rows of the state.
    pub(super) tokens: usize,
    /// Columns of the state.
    pub(super) width: usize,
    /// Where named files lie.
    pub(super) folder: &'a Path,
    nesting: usize,
    layers: &'a Cell<usize>,
    entries: &'a Cell<usize>,
}

/// The key `type` of a layer, and the others.
fn split_type(mut table: toml::Table) -> Result<(String, toml::Table), String> {
    match table.remove("type") {
        Some(toml::Value::String(name)) => Ok((name, table)),
        Some(other) => Err(format!("type = {other}: a string is expected")),
        None => Err(format!("type is missing; allowed are {}, repeat", Layer::NAMES.join(", "))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepeatKeys {
    times: usize,
    layers: Vec<toml::Table>,
}

impl Site<'_> {
    /// The value of a size, if it is allowed.
    pub(super) fn size(&self, key: &str, value: usize) -> Result<usize, String> {
        match (1..=MAX_SIZE).contains(&value) {
            true => Ok(value),
            false => Err(format!("{key} = {value}: allowed are 1..={MAX_SIZE}")),
        }
    }

    /// Takes the entries of a matrix that belongs to the definition from what is left of them.
    pub(super) fn charge(&self, what: &str, sizes: &[usize]) -> Result<(), String> {
        let count = sizes.iter().fold(1, |product: usize, n| product.saturating_mul(*n));
        let left = self.entries.get().checked_sub(count).ok_or_else(|| {
            format!("{what} would bring the entries of given matrices above {MAX_GIVEN_ENTRIES}")
        })?;
        self.entries.set(left);
        Ok(())
    }

    /// The matrix of a key, if it is there.
    pub(super) fn matrix(
        &self,
        key: &str,
        rows: Option<Vec<Vec<Number>>>,
        (n, d): (usize, usize),
    ) -> Result<Option<DMatrix<Rational>>, String> {
        let Some(rows) = rows else { return Ok(None) };
        self.charge(key, &[n, d])?;
        if rows.len() != n {
            return Err(format!("{key}: it has {} rows; {n} are needed", rows.len()));
        }
        if let Some((i, row)) = rows.iter().enumerate().find(|(_, row)| row.len() != d) {
            return Err(format!("{key}: row {i} has {} numbers; {d} are needed", row.len()));
        }
        let entries: Vec<Rational> = rows.into_iter().flatten().map(|Number(c)| c).collect();
        Ok(Some(DMatrix::from_row_slice(n, d, &entries)))
    }

    /// The grid on which the tokens lie: as given, or one row.
    pub(super) fn grid(&self, grid: Option<[usize; 2]>) -> Result<[usize; 2], String> {
        let [rows, cols] = grid.unwrap_or([1, self.tokens]);
        match rows.checked_mul(cols) == Some(self.tokens) {
            true => Ok([rows, cols]),
            false => Err(format!("grid = [{rows}, {cols}]: it must have {} tokens", self.tokens)),
        }
    }

    /// The layers in a list of tables, `repeat` written out, with the state after them.
    fn chain(&self, list: Vec<toml::Table>) -> Result<(Vec<Layer>, (usize, usize)), String> {
        if self.nesting == MAX_NESTING {
            return Err(format!("layers inside layers go at most {MAX_NESTING} deep"));
        }
        let mut site = Site { nesting: self.nesting + 1, folder: self.folder, ..*self };
        let mut layers: Vec<Layer> = Vec::new();
        for table in list {
            let index = layers.len();
            let (name, keys) = split_type(table).map_err(|e| format!("layer {index}: {e}"))?;
            let at = |why: String| format!("layer {index} ({name}): {why}");
            if name == "repeat" {
                let keys: RepeatKeys =
                    keys.try_into().map_err(|e: toml::de::Error| at(with_nearest(e.message())))?;
                for _ in 0..keys.times {
                    site.count().map_err(at)?;
                    let (part, state) = site.chain(keys.layers.clone()).map_err(at)?;
                    (site.tokens, site.width) = state;
                    layers.extend(part);
                }
            } else {
                site.count().map_err(at)?;
                let layer = Layer::build(&name, keys, &site)
                    .ok_or_else(|| format!("layer {index}: {}", unknown_type(&name)))?
                    .map_err(at)?;
                let state = (site.tokens, site.width);
                (site.tokens, site.width) = next_state(layers.last(), index, &layer, state)?;
                layers.push(layer);
            }
        }
        Ok((layers, (site.tokens, site.width)))
    }

    /// The layers in a list of tables, `repeat` written out.
    pub(super) fn layers(&self, key: &str, list: Vec<toml::Table>) -> Result<Vec<Layer>, String> {
        self.chain(list).map(|(layers, _)| layers).map_err(|e| format!("{key}: {e}"))
    }

    /// Takes one from the number of layers that may still come.
    fn count(&self) -> Result<(), String> {
        let left = self.layers.get().checked_sub(1);
        self.layers.set(left.ok_or_else(|| format!("at most {MAX_LAYERS} layers are allowed"))?);
        Ok(())
    }
}

fn unknown_type(name: &str) -> String {
    let known = || Layer::NAMES.iter().copied().chain(["repeat"]);
    let list: Vec<_> = known().collect();
    let near = nearest(name, known()).unwrap_or_default();
    format!("type = \"{name}\": allowed are {}; did you mean {near}?", list.join(", "))
}
