//! Weights from files, taken exactly: safetensors in one part or several, NPY and NPZ, ONNX.
//!
//! A floating-point number is a dyadic rational, so trained weights enter as they are; nothing is
//! rounded. Only headers and the tensors that are named are read.

mod error;
mod foreign;
mod npz;
mod number;
mod onnx;
mod pattern;
mod places;
mod rows;
mod safetensors;
mod shards;
mod source;
mod tensors;

pub use error::WeightError;
pub use rows::TensorRows;
pub use source::WeightMap;

use super::layers::Parameter;
use super::nearest::nearest;
use super::{InvalidProblem, Network, Problem};
use crate::arith::Rational;
use nalgebra::DMatrix;
use places::{Place, Wanted, places};
use serde::Serialize;
use source::{Missing, Source, Span};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use tensors::Tensors;

/// One tensor of a weight file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TensorInfo {
    /// Its name.
    pub name: String,
    /// The type of its numbers, as the file names it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its sizes by axis.
    pub shape: Vec<usize>,
}

/// The tensors in the weight file at `path`, by name.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn tensors(path: &Path) -> Result<Vec<TensorInfo>, InvalidProblem> {
    let tensors = Tensors::at(path).map_err(|why| of_file(path, why))?;
    let info = |(name, tensor): (String, tensors::Tensor)| TensorInfo {
        name,
        kind: tensor.kind,
        shape: tensor.shape,
    };
    Ok(tensors.list.into_iter().map(info).collect())
}

/// The files that hold the weights at `path`: itself, or the parts that its index names.
///
/// # Errors
/// As [`tensors`].
pub fn weight_files(path: &Path) -> Result<Vec<PathBuf>, InvalidProblem> {
    shards::files(path).map_err(|why| of_file(path, why))
}

/// The name and size of the weights that a network file's `[weights]` is asked for, heads as one: the key with a
/// `*`, rows, columns, and how many it stands for.
pub fn weight_keys(problem: &Problem) -> Vec<(String, (usize, usize), usize)> {
    let mut keys: Vec<(String, (usize, usize), usize)> = Vec::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for list in problem.named_parameters() {
        for parameter in list.iter().filter(|p| p.value.is_none()) {
            let part = |part: &str| match part.strip_prefix("head").map(str::parse::<usize>) {
                Some(Ok(_)) => "head*".to_owned(),
                _ => part.to_owned(),
            };
            let name: Vec<String> = parameter.name.split('.').map(part).collect();
            let key = name.join(".");
            match numbers.entry(key.clone()) {
                Entry::Occupied(number) => keys[*number.get()].2 += 1,
                Entry::Vacant(number) => {
                    number.insert(keys.len());
                    keys.push((key, (parameter.rows, parameter.cols), 1));
                }
            }
        }
    }
    keys
}

fn of_file(path: &Path, why: WeightError) -> InvalidProblem {
    InvalidProblem::new("weights", path.display(), why)
}

/// The weights among the parameters.
fn wanted(parameters: &[Vec<Parameter>]) -> Vec<Wanted<'_>> {
    parameters.iter().flatten().filter(|p| p.value.is_none()).map(Wanted::of).collect()
}

impl WeightMap {
    /// Whether it says of no weight where it is.
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Whether weights without a key are drawn at random.
    pub fn is_mixed(&self) -> bool {
        self.missing == Missing::Random
    }

    /// Whether the weights of attention are called by former names, `output` and `value` for what are `value`
    /// and `out` now.
    ///
    /// # Errors
    /// A key that is no weight's, or names of both kinds.
    pub fn has_former_names(&self, problem: &Problem) -> Result<bool, InvalidProblem> {
        let parameters = problem.named_parameters();
        places::former_name(self, &wanted(&parameters))
            .map_err(|why| InvalidProblem::new("network", "(its weights)", why))
    }

    /// The network of `problem` with the weights in the file at `path`, or in the parts of an index, or in the one
    /// weight file of a directory. Where the map says so, weights without a key are those of `rest`.
    ///
    /// A tensor of two axes is a matrix, one of one axis a row or a column, whichever is wanted; of more than two
    /// those of size 1 are dropped. A `*` in a key stands for the number h of a head; the matrix is then cut into
    /// as many blocks of columns as there are heads, and head h has block h. `{2i+1}` at the beginning of a key
    /// stands for the numbers of layers of that form, and in the name of the tensor for the same i.
    ///
    /// # Errors
    /// Names the file, the tensor and what is expected: a parameter without a tensor, a key that is
    /// no parameter's, missing tensors, another size, a type that is no number's, NaN or infinity, a
    /// truncated file or an impossible header, a file of another kind.
    pub fn load(
        &self,
        problem: &Problem,
        path: &Path,
        rest: impl FnOnce() -> Network<Rational>,
    ) -> Result<Network<Rational>, InvalidProblem> {
        let network = Tensors::at(path).and_then(|file| self.network(problem, file, rest));
        network.map_err(|why| match why.is_of_map() {
            true => InvalidProblem::new("network", "(its weights)", why),
            false => of_file(path, why),
        })
    }

    /// As [`WeightMap::load`], from an open file.
    ///
    /// # Errors
    /// As there.
    pub fn read(
        &self,
        problem: &Problem,
        file: impl Read + Seek,
        rest: impl FnOnce() -> Network<Rational>,
    ) -> Result<Network<Rational>, WeightError> {
        self.network(problem, Tensors::open(file)?, rest)
    }

    fn network<F: Read + Seek>(
        &self,
        problem: &Problem,
        file: Tensors<F>,
        rest: impl FnOnce() -> Network<Rational>,
    ) -> Result<Network<Rational>, WeightError> {
        let parameters = problem.named_parameters();
        let wanted = wanted(&parameters);
        let places = places(self, &wanted)?;
        file.require(places.iter().flatten().map(|place| place.source.tensor.as_str()))?;
        let rest = places.iter().any(Option::is_none).then(rest);
        let mut reader = Reader { file, matrices: BTreeMap::new(), uses: BTreeMap::new() };
        for (wanted, place) in wanted.iter().zip(&places) {
            let size = (wanted.parameter.rows, wanted.parameter.cols);
            if let Some(place) = place {
                reader.fits(place, size)?;
                *reader.uses.entry(cut(&place.source)).or_default() += 1;
            }
        }
        let mut places = places.iter();
        let mut value = |layer: usize, index: usize, parameter: &Parameter| {
            if let Some(value) = &parameter.value {
                return Ok(value.clone());
            }
            match places.next().expect("a place for every weight") {
                Some(place) => reader.part(place, (parameter.rows, parameter.cols)),
                None => {
                    let rest = rest.as_ref().expect("drawn, as one has no place");
                    Ok(rest.parameters()[layer][index].clone())
                }
            }
        };
        let mut values = Vec::new();
        for (layer, list) in parameters.iter().enumerate() {
            let own = list.iter().enumerate().map(|(index, p)| value(layer, index, p));
            values.push(own.collect::<Result<Vec<_>, WeightError>>()?);
        }
        let (tokens, width) = (problem.tokens(), problem.width());
        Ok(Network::new(tokens, width, problem.layers(), values)
            .expect("sizes are the layers' own"))
    }
}

/// What is read once: a tensor, transposed or not, and its rows and columns.
type Cut = (String, bool, Option<Span>, Option<Span>);

fn cut(source: &Source) -> Cut {
    (source.tensor.clone(), source.transpose, source.rows, source.columns)
}

/// A file of tensors, with those that were read and are still to be used.
struct Reader<F> {
    file: Tensors<F>,
    matrices: BTreeMap<Cut, DMatrix<Rational>>,
    /// How often each is still to be used.
    uses: BTreeMap<Cut, usize>,
}

impl<F: Read + Seek> Reader<F> {
    /// The tensor at a place has the size that a weight of `rows` rows needs.
    fn fits(&self, place: &Place, (rows, cols): (usize, usize)) -> Result<(), WeightError> {
        let Place { key, source, columns, .. } = place;
        let size = self.file.size(source)?;
        let lines = if source.repeat { 1 } else { rows };
        let needed = (lines, *columns);
        if size == needed || is_vector(size, (lines, cols), *columns) {
            return Ok(());
        }
        let (tensor, transposed) = (source.tensor.clone(), source.transpose);
        Err(WeightError::Size { tensor, size, transposed, key: key.clone(), needed })
    }

    /// The weight of the given size at a place, which [fits](Reader::fits).
    fn part(
        &mut self,
        place: &Place,
        (rows, cols): (usize, usize),
    ) -> Result<DMatrix<Rational>, WeightError> {
        let Place { source, first, columns, .. } = place;
        let cut = cut(source);
        let whole = match self.matrices.remove(&cut) {
            Some(read) => read,
            None => self.file.matrix(source)?,
        };
        let part = if source.repeat {
            DMatrix::from_fn(rows, cols, |_, c| whole[(0, first + c)].clone())
        } else if is_vector(whole.shape(), (rows, cols), *columns) {
            whole.transpose()
        } else {
            whole.columns(*first, cols).into_owned()
        };
        let left = self.uses.get_mut(&cut).expect("every use is counted");
        *left -= 1;
        if *left > 0 {
            self.matrices.insert(cut, whole);
        }
        Ok(part)
    }
}

/// Whether a row of the file stands for a column.
fn is_vector(size: (usize, usize), (rows, cols): (usize, usize), columns: usize) -> bool {
    size == (1, rows) && cols == 1 && columns == 1 && rows != 1
}
