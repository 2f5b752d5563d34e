//! Weights from files in the safetensors format, taken exactly.
//!
//! A floating-point number is a dyadic rational, so trained weights enter as they are; nothing is
//! rounded. Only the header and the tensors that are named are read.

use super::layers::placed;
use super::nearest::nearest;
use super::{InvalidProblem, Network, Problem};
use crate::arith::Rational;
use half::{bf16, f16};
use itertools::Itertools;
use nalgebra::DMatrix;
use safetensors::tensor::{Dtype, Metadata};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

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

/// The format's own limit on a header.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// The keys with one `*` that stand for `name`, each with the digits in the place of the `*`.
fn patterns(name: &str) -> impl Iterator<Item = (String, &str)> {
    let digit_before = |end: &usize| name.as_bytes()[end - 1].is_ascii_digit();
    (0..name.len()).flat_map(move |start| {
        let ends = (start + 1..=name.len()).take_while(digit_before);
        ends.map(move |end| (format!("{}*{}", &name[..start], &name[end..]), &name[start..end]))
    })
}

impl WeightMap {
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
        let file = File::open(path).map_err(|e| e.to_string());
        file.and_then(|file| self.read(problem, file))
            .map_err(|why| InvalidProblem::new("weights", path.display(), why))
    }

    /// As [`WeightMap::load`], from an open file.
    ///
    /// # Errors
    /// As [`WeightMap::load`].
    pub fn read(
        &self,
        problem: &Problem,
        file: impl Read + Seek,
    ) -> Result<Network<Rational>, String> {
        let mut file = Tensors::open(file)?;
        let layers = problem.layers();
        let mut wanted = Vec::new();
        let placed = placed(&layers, (problem.tokens(), problem.width()));
        for (index, (layer, (n, d))) in placed.into_iter().enumerate() {
            let own = layer.parameters(n, d).into_iter();
            wanted.push(own.map(|p| (format!("{index}.{}", p.name), p)).collect::<Vec<_>>());
        }
        let free = || wanted.iter().flatten().filter(|(_, p)| p.value.is_none()).map(|(n, _)| n);
        let keys = |name: &str| {
            let found = patterns(name).filter_map(|(key, head)| {
                self.0.get_key_value(&key).map(|(key, source)| (key, source, head.to_owned()))
            });
            found.collect::<Vec<_>>()
        };
        let heads = free().flat_map(|name| keys(name)).map(|(key, ..)| key).counts();
        let names: HashSet<&String> = free().collect();
        for key in self.0.keys() {
            if !heads.contains_key(key) && !names.contains(key) {
                let near = nearest(key, free().map(String::as_str));
                let near = near.map_or_else(String::new, |n| format!("; did you mean \"{n}\"?"));
                return Err(format!("[weights] \"{key}\" is no weight of the network{near}"));
            }
        }
        let mut matrices: BTreeMap<&String, DMatrix<Rational>> = BTreeMap::new();
        let mut parameters = Vec::new();
        for list in &wanted {
            let mut own = Vec::new();
            for (name, parameter) in list {
                if let Some(value) = &parameter.value {
                    own.push(value.clone());
                    continue;
                }
                let exact = self.0.get_key_value(name).map(|(key, source)| (key, source, 1, 0));
                let pattern = || {
                    let found = keys(name).into_iter().filter_map(|(key, source, head)| {
                        Some((key, source, heads[key], head.parse::<usize>().ok()?))
                    });
                    found.min_by_key(|(key, ..)| *key)
                };
                let (key, source, parts, part) = exact.or_else(pattern).ok_or_else(|| {
                    format!("[weights] of the network file has no tensor for \"{name}\"")
                })?;
                if part >= parts {
                    return Err(format!(
                        "[weights] \"{key}\": the numbers that * stands for must be 0..={}, and one is {part}",
                        parts - 1
                    ));
                }
                if !matrices.contains_key(key) {
                    matrices.insert(key, file.matrix(source)?);
                }
                let (whole, size) = (&matrices[key], (parameter.rows, parameter.cols * parts));
                let vector = whole.nrows() == 1 && size.1 == 1 && whole.ncols() == size.0;
                if whole.shape() != size && !vector {
                    let (r, c) = whole.shape();
                    return Err(format!(
                        "tensor \"{}\" is {r} x {c}{}; \"{key}\" needs {} x {}",
                        source.tensor,
                        if source.transpose { " transposed" } else { "" },
                        size.0,
                        size.1
                    ));
                }
                own.push(match vector {
                    true => whole.transpose(),
                    false => whole.columns(part * parameter.cols, parameter.cols).into_owned(),
                });
            }
            parameters.push(own);
        }
        Network::new(problem.tokens(), problem.width(), layers, parameters)
            .map_err(|e| e.to_string())
    }
}

/// An open file of tensors.
struct Tensors<F> {
    file: F,
    header: Metadata,
    /// Where the tensors begin.
    start: u64,
}

impl<F: Read + Seek> Tensors<F> {
    fn open(mut file: F) -> Result<Self, String> {
        let mut bytes = Vec::new();
        read(&mut file, 0, 8, &mut bytes).map_err(|_| {
            "truncated: it has not even the 8 bytes of a header's length".to_owned()
        })?;
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
        let size = file.seek(SeekFrom::End(0)).map_err(|e| e.to_string())?;
        if length > size.saturating_sub(8) {
            return Err(format!("the header claims {length} bytes, the file has {size}"));
        }
        if length > MAX_HEADER_BYTES {
            return Err(format!(
                "the header has {length} bytes; at most {MAX_HEADER_BYTES} are allowed"
            ));
        }
        bytes.clear();
        read(&mut file, 8, length, &mut bytes).map_err(|e| e.to_string())?;
        let header: Metadata = serde_json::from_slice(&bytes)
            .map_err(|e| format!("not a safetensors file: its header: {e}"))?;
        let (start, data) = (8 + length, header.data_len() as u64);
        if start.checked_add(data) != Some(size) {
            return Err(format!(
                "truncated or overlong: the header accounts for {} bytes, the file has {size}",
                start.saturating_add(data)
            ));
        }
        Ok(Self { file, header, start })
    }

    /// The matrix of a source; a tensor of one axis is a row.
    fn matrix(&mut self, source: &Source) -> Result<DMatrix<Rational>, String> {
        let name = &source.tensor;
        let info = self.header.info(name).ok_or_else(|| {
            let names = self.header.offset_keys();
            let near = nearest(name, names.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |n| format!("; did you mean \"{n}\"?"));
            format!("there is no tensor \"{name}\"{near}")
        })?;
        let (rows, cols) = match info.shape[..] {
            [cols] => (1, cols),
            [rows, cols] => (rows, cols),
            _ => {
                let shape = &info.shape;
                return Err(format!(
                    "tensor \"{name}\" has shape {shape:?}; one or two axes are allowed"
                ));
            }
        };
        let taken = source.rows.unwrap_or(rows);
        if taken > rows {
            return Err(format!("tensor \"{name}\" has {rows} rows; {taken} are asked for"));
        }
        let (width, decode): (usize, fn(&[u8]) -> f64) = match info.dtype {
            Dtype::F64 => (8, |b| f64::from_le_bytes(b.try_into().expect("chunks of 8"))),
            Dtype::F32 => (4, |b| f32::from_le_bytes(b.try_into().expect("chunks of 4")).into()),
            Dtype::F16 => (2, |b| f16::from_le_bytes([b[0], b[1]]).into()),
            Dtype::BF16 => (2, |b| bf16::from_le_bytes([b[0], b[1]]).into()),
            other => {
                return Err(format!(
                    "tensor \"{name}\" has type {other:?}; F64, F32, F16 and BF16 are allowed"
                ));
            }
        };
        let mut bytes = Vec::new();
        let start = self.start + info.data_offsets.0 as u64;
        read(&mut self.file, start, (taken * cols * width) as u64, &mut bytes)
            .map_err(|e| format!("tensor \"{name}\": {e}"))?;
        let mut entries = Vec::with_capacity(taken * cols);
        for (e, chunk) in bytes.chunks_exact(width).enumerate() {
            let x = decode(chunk);
            entries.push(Rational::from_f64(x).ok_or_else(|| {
                format!("tensor \"{name}\", entry {},{} is {x}", e / cols, e % cols)
            })?);
        }
        let matrix = DMatrix::from_row_slice(taken, cols, &entries);
        Ok(if source.transpose { matrix.transpose() } else { matrix })
    }
}

/// Appends `count` bytes from `start`.
fn read(
    file: &mut (impl Read + Seek),
    start: u64,
    count: u64,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    file.seek(SeekFrom::Start(start))?;
    match file.take(count).read_to_end(bytes)? as u64 == count {
        true => Ok(()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
