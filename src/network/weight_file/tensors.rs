//! An open file of tensors.

use super::header::{Header, MAX_HEADER_BYTES};
use super::{Source, WeightError, nearest};
use crate::arith::Rational;
use half::{bf16, f16};
use nalgebra::DMatrix;
use safetensors::tensor::{Dtype, TensorInfo};
use std::io::{self, Read, Seek, SeekFrom};

/// An open file of tensors. Only the header and the tensors that are asked for are read.
pub(super) struct Tensors<F> {
    file: F,
    header: Header,
    /// Where the tensors begin.
    start: u64,
}

impl<F: Read + Seek> Tensors<F> {
    pub(super) fn open(mut file: F) -> Result<Self, WeightError> {
        let mut bytes = Vec::new();
        read(&mut file, 0, 8, &mut bytes).map_err(|_| WeightError::NoHeader)?;
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"));
        let size = file.seek(SeekFrom::End(0))?;
        if length > size.saturating_sub(8) {
            return Err(WeightError::HeaderBeyondFile { claimed: length, size });
        }
        if length > MAX_HEADER_BYTES {
            return Err(WeightError::LongHeader { length });
        }
        bytes.clear();
        read(&mut file, 8, length, &mut bytes)?;
        let header = Header::parse(&bytes)?;
        let start = 8 + length;
        let accounted = start.saturating_add(header.data);
        if accounted != size {
            return Err(WeightError::Length { accounted, size });
        }
        Ok(Self { file, header, start })
    }

    fn info(&self, name: &str) -> Result<&TensorInfo, WeightError> {
        self.header.tensors.get(name).ok_or_else(|| {
            let near = nearest(name, self.header.tensors.keys().map(String::as_str));
            WeightError::NoTensor { tensor: name.to_owned(), near: near.map(str::to_owned) }
        })
    }

    /// Rows and columns of what a source takes, before transposing; a tensor of one axis is a row.
    fn taken(&self, source: &Source) -> Result<(usize, usize), WeightError> {
        let info = self.info(&source.tensor)?;
        let tensor = source.tensor.clone();
        let (rows, cols) = match info.shape[..] {
            [cols] => (1, cols),
            [rows, cols] => (rows, cols),
            _ => return Err(WeightError::Axes { tensor, shape: info.shape.clone() }),
        };
        match source.rows {
            Some(asked) if asked > rows => Err(WeightError::Rows { tensor, rows, asked }),
            asked => Ok((asked.unwrap_or(rows), cols)),
        }
    }

    /// Rows and columns of the matrix of a source.
    pub(super) fn size(&self, source: &Source) -> Result<(usize, usize), WeightError> {
        let (rows, cols) = self.taken(source)?;
        Ok(if source.transpose { (cols, rows) } else { (rows, cols) })
    }

    /// The matrix of a source.
    pub(super) fn matrix(&mut self, source: &Source) -> Result<DMatrix<Rational>, WeightError> {
        let (rows, cols) = self.taken(source)?;
        let info = self.info(&source.tensor)?;
        let tensor = || source.tensor.clone();
        let (width, decode): (usize, fn(&[u8]) -> f64) = match info.dtype {
            Dtype::F64 => (8, |b| f64::from_le_bytes(b.try_into().expect("chunks of 8"))),
            Dtype::F32 => (4, |b| f32::from_le_bytes(b.try_into().expect("chunks of 4")).into()),
            Dtype::F16 => (2, |b| f16::from_le_bytes([b[0], b[1]]).into()),
            Dtype::BF16 => (2, |b| bf16::from_le_bytes([b[0], b[1]]).into()),
            dtype => return Err(WeightError::Type { tensor: tensor(), dtype }),
        };
        let mut bytes = Vec::new();
        let start = self.start + info.data_offsets.0 as u64;
        read(&mut self.file, start, (rows * cols * width) as u64, &mut bytes)?;
        let mut entries = Vec::with_capacity(rows * cols);
        for (e, chunk) in bytes.chunks_exact(width).enumerate() {
            let value = decode(chunk);
            let (row, col) = (e / cols, e % cols);
            let not_finite = || WeightError::NotFinite { tensor: tensor(), row, col, value };
            entries.push(Rational::from_f64(value).ok_or_else(not_finite)?);
        }
        let matrix = DMatrix::from_row_slice(rows, cols, &entries);
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
