//! Weights from files in the safetensors format, taken exactly.
//!
//! A floating-point number is a dyadic rational, so trained weights enter as they are; nothing is
//! rounded. Only the header and the tensors that are named are read.

mod error;
mod header;
mod tensors;

pub use error::WeightError;

use super::layers::{Layer, Parameter, placed};
use super::nearest::nearest;
use super::{InvalidProblem, Network, Problem};
use crate::arith::Rational;
use nalgebra::DMatrix;
use serde::Deserialize;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Seek};
use std::path::Path;
use tensors::Tensors;

/// Where each parameter is found: `"LAYER.PARAMETER"`, or with one `*` for the number of a head.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct WeightMap(BTreeMap<String, Source>);

/// A tensor, and how it becomes a matrix.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    /// Its name in the weight file.
    tensor: String,
    /// Whether it is transposed first, as PyTorch's `Linear` has `out x in`.
    #[serde(default)]
    transpose: bool,
    /// How many of its rows are taken, before transposing [default: all].
    rows: Option<usize>,
}

/// The keys with one `*` that stand for `name`, each with the digits in the place of the `*`.
fn patterns(name: &str) -> impl Iterator<Item = (String, &str)> {
    let digit_before = |end: &usize| name.as_bytes()[end - 1].is_ascii_digit();
    (0..name.len()).flat_map(move |start| {
        let ends = (start + 1..=name.len()).take_while(digit_before);
        ends.map(move |end| (format!("{}*{}", &name[..start], &name[end..]), &name[start..end]))
    })
}

impl WeightMap {
    /// The keys with a `*` that stand for the weight `name`, each with the digits in its place.
    fn patterns_of<'n>(
        &self,
        name: &'n str,
    ) -> impl Iterator<Item = (&str, &Source, &'n str)> + use<'_, 'n> {
        patterns(name).filter_map(|(key, head)| {
            let (key, source) = self.0.get_key_value(&key)?;
            Some((key.as_str(), source, head))
        })
    }

    /// The network of `problem` with the weights in the file at `path`.
    ///
    /// A tensor of two axes is a matrix, one of one axis a row or a column, whichever is wanted. A `*`
    /// in a key stands for the number h of a head; the matrix is then cut into as many blocks of
    /// columns as there are heads, and head h has block h.
    ///
    /// # Errors
    /// Names the file, the tensor and what is expected: a parameter without a tensor, a key that is
    /// no parameter's, a missing tensor, another size, a type that is not a float, NaN or infinity, a
    /// truncated file or an impossible header.
    pub fn load(
        &self,
        problem: &Problem,
        path: &Path,
    ) -> Result<Network<Rational>, InvalidProblem> {
        let file = crate::files::open(path).map_err(WeightError::from);
        file.and_then(|file| self.read(problem, file)).map_err(|why| match why.is_of_map() {
            true => InvalidProblem::new("network", "(its weights)", why),
            false => InvalidProblem::new("weights", path.display(), why),
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
    ) -> Result<Network<Rational>, WeightError> {
        let mut reader = Reader { file: Tensors::open(file)?, matrices: BTreeMap::new() };
        let layers = problem.layers();
        let (tokens, width) = (problem.tokens(), problem.width());
        let named = |(index, (layer, (n, d))): (usize, (&Layer, (usize, usize)))| {
            let own = layer.parameters(n, d).into_iter();
            own.map(|p| (format!("{index}.{}", p.name), p)).collect::<Vec<_>>()
        };
        let wanted: Vec<_> =
            placed(&layers, (tokens, width)).into_iter().enumerate().map(named).collect();
        let free = wanted.iter().flatten().filter(|(_, p)| p.value.is_none());
        let places = Places::new(self, &free.map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
        let mut value = |(name, parameter): &(String, Parameter)| match &parameter.value {
            Some(value) => Ok(value.clone()),
            None => reader.part(places.find(name)?, (parameter.rows, parameter.cols)),
        };
        let lists = wanted.iter().map(|list| list.iter().map(&mut value).collect());
        let parameters = lists.collect::<Result<Vec<Vec<_>>, WeightError>>()?;
        Ok(Network::new(tokens, width, layers, parameters).expect("sizes are the layers' own"))
    }
}

/// Where one weight is found: block number `part` of the columns of a tensor, out of `parts`.
struct Place<'a> {
    key: &'a str,
    source: &'a Source,
    parts: usize,
    part: usize,
}

/// The places of all weights.
struct Places<'a> {
    map: &'a WeightMap,
    /// How many weights each key with a `*` stands for.
    heads: BTreeMap<&'a str, usize>,
}

impl<'a> Places<'a> {
    /// The places of the weights `free`; every key must be the place of one.
    fn new(map: &'a WeightMap, free: &[&str]) -> Result<Self, WeightError> {
        let mut heads = BTreeMap::new();
        for name in free {
            for (key, ..) in map.patterns_of(name) {
                *heads.entry(key).or_insert(0) += 1;
            }
        }
        let names: HashSet<&str> = free.iter().copied().collect();
        let known = |key: &str| heads.contains_key(key) || names.contains(key);
        if let Some(key) = map.0.keys().find(|key| !known(key)) {
            let near = nearest(key, free.iter().copied()).map(str::to_owned);
            return Err(WeightError::UnknownKey { key: key.clone(), near });
        }
        Ok(Self { map, heads })
    }

    /// The place of a weight: under its own name, or under the first key that stands for it.
    fn find(&self, name: &str) -> Result<Place<'a>, WeightError> {
        if let Some((key, source)) = self.map.0.get_key_value(name) {
            return Ok(Place { key, source, parts: 1, part: 0 });
        }
        let found = self.map.patterns_of(name).filter_map(|(key, source, head)| {
            let part = head.parse().ok()?;
            Some(Place { key, source, parts: self.heads[key], part })
        });
        let place = found.min_by_key(|place| place.key);
        let place = place.ok_or_else(|| WeightError::Unmapped { parameter: name.to_owned() })?;
        let Place { key, parts: heads, part: number, .. } = place;
        match number < heads {
            true => Ok(place),
            false => Err(WeightError::HeadNumber { key: key.to_owned(), heads, number }),
        }
    }
}

/// A file of tensors, with those that were read.
struct Reader<'a, F> {
    file: Tensors<F>,
    matrices: BTreeMap<&'a str, DMatrix<Rational>>,
}

impl<'a, F: Read + Seek> Reader<'a, F> {
    /// The weight of the given size at a place.
    fn part(
        &mut self,
        place: Place<'a>,
        (rows, cols): (usize, usize),
    ) -> Result<DMatrix<Rational>, WeightError> {
        let Place { key, source, parts, part } = place;
        let (size, needed) = (self.file.size(source)?, (rows, cols * parts));
        let vector = size == (1, rows) && needed.1 == 1;
        if size != needed && !vector {
            let (tensor, transposed) = (source.tensor.clone(), source.transpose);
            return Err(WeightError::Size {
                tensor,
                size,
                transposed,
                key: key.to_owned(),
                needed,
            });
        }
        let whole = match self.matrices.entry(key) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(place) => place.insert(self.file.matrix(source)?),
        };
        Ok(match vector {
            true => whole.transpose(),
            false => whole.columns(part * cols, cols).into_owned(),
        })
    }
}
