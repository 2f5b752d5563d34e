//! An open weight file of any format.

use super::foreign::{Format, format};
use super::number::Number;
use super::source::{Source, Span};
use super::{WeightError, nearest, npz, onnx, safetensors, shards};
use crate::arith::Rational;
use crate::files::open;
use nalgebra::DMatrix;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use zip::ZipArchive;

/// One tensor in a file.
#[derive(Clone, Debug)]
pub(super) struct Tensor {
    /// The name of its type in the file.
    pub(super) kind: String,
    /// How its numbers are stored; `None` if they are not taken.
    pub(super) number: Option<Number>,
    pub(super) shape: Vec<usize>,
    /// Whether the first index runs fastest, and not the last.
    pub(super) by_columns: bool,
    /// Whether the highest byte of a number is first.
    pub(super) big_endian: bool,
    pub(super) place: Place,
}

/// Where the numbers of a tensor are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// In file number `file`, from byte `start`.
    At { file: usize, start: u64 },
    /// In an entry of an archive, after so many bytes.
    Entry { entry: usize, skip: u64 },
    /// In the file as packed varints of ONNX.
    Varints { start: u64, end: u64 },
    /// Not in the file.
    Elsewhere,
}

/// Open files. Of tensors only those that are asked for are read.
pub(super) struct Tensors<F> {
    files: Files<F>,
    pub(super) list: BTreeMap<String, Tensor>,
}

enum Files<F> {
    Plain(Vec<F>),
    Archive(ZipArchive<F>),
}

/// What a source takes of a tensor, unit axes dropped, before transposing.
struct Cut<'a> {
    tensor: &'a Tensor,
    number: Number,
    /// Rows and columns of the whole tensor.
    whole: (usize, usize),
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Tensors<File> {
    /// The file at `path`, an index of several, or a directory that holds one of the two.
    pub(super) fn at(path: &Path) -> Result<Self, WeightError> {
        let path = shards::entrance(path)?;
        if shards::is_index(&path) {
            let (files, list) = shards::tensors(&path)?;
            return Ok(Self { files: Files::Plain(files), list });
        }
        Self::open(open(&path)?)
    }
}

impl<F: Read + Seek> Tensors<F> {
    /// One file, of the format that its first bytes show.
    pub(super) fn open(mut file: F) -> Result<Self, WeightError> {
        let mut start = Vec::new();
        file.by_ref().take(64).read_to_end(&mut start)?;
        let list = match format(&start)? {
            Format::Safetensors => safetensors::tensors(&mut file, 0)?,
            Format::Array => npz::array(&mut file)?,
            Format::Onnx => onnx::tensors(&mut file)?,
            Format::Archive => {
                file.seek(SeekFrom::Start(0))?;
                let mut archive = ZipArchive::new(file).map_err(WeightError::archive)?;
                let list = npz::arrays(&mut archive)?;
                return Ok(Self { files: Files::Archive(archive), list });
            }
        };
        Ok(Self { files: Files::Plain(vec![file]), list })
    }

    /// Every one of the tensors is there.
    ///
    /// # Errors
    /// All that are not, with the nearest names that are.
    pub(super) fn require<'a>(
        &self,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(), WeightError> {
        let mut lacking: Vec<&str> = names.filter(|name| !self.list.contains_key(*name)).collect();
        lacking.sort_unstable();
        lacking.dedup();
        if lacking.is_empty() {
            return Ok(());
        }
        let near = |name: &&str| {
            let near = nearest(name, self.list.keys().map(String::as_str));
            ((*name).to_owned(), near.map(str::to_owned))
        };
        let shown = lacking.iter().take(WeightError::SHOWN).map(near).collect();
        Err(WeightError::NoTensors { lacking: shown, count: lacking.len() })
    }

    fn cut(&self, source: &Source) -> Result<Cut<'_>, WeightError> {
        let name = || source.tensor.clone();
        self.require(std::iter::once(source.tensor.as_str()))?;
        let tensor = &self.list[&source.tensor];
        let shape = || tensor.shape.clone();
        let mut axes = shape();
        if axes.len() > 2 {
            axes.retain(|size| *size != 1);
        }
        let whole = match axes[..] {
            [] => (1, 1),
            [cols] => (1, cols),
            [rows, cols] => (rows, cols),
            _ => return Err(WeightError::Axes { tensor: name(), shape: shape() }),
        };
        let range = |span: Option<Span>, size, what| match span {
            None => Ok(0..size),
            Some(asked) => asked.within(size).ok_or_else(|| WeightError::Cut {
                tensor: name(),
                what,
                size,
                asked: asked.to_string(),
            }),
        };
        let rows = range(source.rows, whole.0, "rows")?;
        let columns = range(source.columns, whole.1, "columns")?;
        let number = tensor
            .number
            .ok_or_else(|| WeightError::Type { tensor: name(), kind: tensor.kind.clone() })?;
        Ok(Cut { tensor, number, whole, rows, columns })
    }

    /// Rows and columns of the matrix of a source.
    pub(super) fn size(&self, source: &Source) -> Result<(usize, usize), WeightError> {
        let Cut { rows, columns, .. } = self.cut(source)?;
        let size = (rows.len(), columns.len());
        Ok(if source.transpose { (size.1, size.0) } else { size })
    }

    /// The matrix of a source.
    pub(super) fn matrix(&mut self, source: &Source) -> Result<DMatrix<Rational>, WeightError> {
        let Cut { tensor, number, whole, rows, columns } = self.cut(source)?;
        let tensor = tensor.clone();
        // Lines of the file, and the part of each.
        let (lines, part, length) = match tensor.by_columns {
            true => (columns.clone(), rows.clone(), whole.0),
            false => (rows.clone(), columns.clone(), whole.1),
        };
        let width = number.bytes();
        let ranges = match part.len() == length {
            true => vec![(lines.start * length * width, lines.len() * length * width)],
            false => lines
                .clone()
                .map(|line| ((line * length + part.start) * width, part.len() * width))
                .collect(),
        };
        let bytes = self.read(&tensor, width, &ranges, &source.tensor)?;
        let mut numbers = Vec::with_capacity(lines.len() * part.len());
        for (e, chunk) in bytes.chunks_exact(width).enumerate() {
            let mut own = [0; 8];
            own[..width].copy_from_slice(chunk);
            if tensor.big_endian {
                own[..width].reverse();
            }
            numbers.push(number.read(&own[..width]).map_err(|value| {
                let (line, minor) = (lines.start + e / part.len(), part.start + e % part.len());
                let (row, col) = if tensor.by_columns { (minor, line) } else { (line, minor) };
                WeightError::NotFinite { tensor: source.tensor.clone(), row, col, value }
            })?);
        }
        // Column-major in the order of the file.
        let matrix = DMatrix::from_vec(part.len(), lines.len(), numbers);
        let as_stored = tensor.by_columns != source.transpose;
        Ok(if as_stored { matrix } else { matrix.transpose() })
    }

    /// The bytes of a tensor in increasing ranges (start, length).
    fn read(
        &mut self,
        tensor: &Tensor,
        width: usize,
        ranges: &[(usize, usize)],
        name: &str,
    ) -> Result<Vec<u8>, WeightError> {
        let mut bytes = Vec::new();
        match (&mut self.files, tensor.place) {
            (Files::Plain(files), Place::At { file, start }) => {
                for (from, count) in ranges {
                    bytes.extend(read_at(&mut files[file], start + *from as u64, *count as u64)?);
                }
            }
            (Files::Plain(files), Place::Varints { start, end }) => {
                let all = onnx::unpacked(&read_at(&mut files[0], start, end - start)?, width)?;
                for (from, count) in ranges {
                    let part = all.get(*from..from + count);
                    bytes
                        .extend(part.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?);
                }
            }
            (Files::Archive(archive), Place::Entry { entry, skip }) => {
                let mut file = archive.by_index(entry).map_err(WeightError::archive)?;
                let mut at = 0;
                for (from, count) in ranges {
                    let start = skip + *from as u64;
                    io::copy(&mut file.by_ref().take(start - at), &mut io::sink())?;
                    file.by_ref().take(*count as u64).read_to_end(&mut bytes)?;
                    at = start + *count as u64;
                }
            }
            _ => return Err(WeightError::Elsewhere { tensor: name.to_owned() }),
        }
        let count: usize = ranges.iter().map(|(_, count)| count).sum();
        match bytes.len() == count {
            true => Ok(bytes),
            false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
        }
    }
}

/// `count` bytes from `start`.
pub(super) fn read_at(
    file: &mut (impl Read + Seek),
    start: u64,
    count: u64,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    match file.take(count).read_to_end(&mut bytes)? as u64 == count {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
