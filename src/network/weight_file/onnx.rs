//! ONNX: the initialisers of a model's graph, under the names that are stored
//! (<https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>, whose field numbers these are).
//!
//! The crates that decode protocol buffers hold the whole file, and of repeated fields a multiple of it. Here the
//! fields are walked through, and of tensors only name, type, shape and place are kept.

use super::WeightError;
use super::number::Number;
use super::tensors::{Place, Tensor};
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// No name is longer.
const MAX_NAME: u64 = 1 << 16;

/// No tensor has more axes.
const MAX_AXES: usize = 32;

/// `data_location` of a tensor whose data is in another file.
const EXTERNAL: u64 = 1;

/// The content of a field: a number, or bytes at a place. Fixed numbers of 4 and 8 bytes are skipped.
enum Content {
    Number(u64),
    Bytes { start: u64, end: u64 },
    Skipped,
}

/// A file, and the position in it.
struct Wire<F> {
    file: BufReader<F>,
    at: u64,
}

impl<F: Read + Seek> Wire<F> {
    fn wrong(&self, why: &'static str) -> WeightError {
        WeightError::Onnx { at: self.at, why }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn varint(&mut self) -> Result<u64, WeightError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = match self.file.fill_buf()?.first() {
                Some(byte) => *byte,
                None => return Err(self.wrong("the file ends within a number")),
            };
            self.file.consume(1);
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.wrong("a number has more than 64 bits"))
    }

    fn go_to(&mut self, at: u64) -> io::Result<()> {
        // Both are positions in the file, whose length fits 63 bits.
        self.file.seek_relative(at as i64 - self.at as i64)?;
        self.at = at;
        Ok(())
    }

    /// The next field before `end`: its number and content.
    fn field(&mut self, end: u64) -> Result<Option<(u64, Content)>, WeightError> {
        if self.at == end {
            return Ok(None);
        }
        let key = self.varint()?;
        let skip = |count| (self.at.checked_add(count), Content::Skipped);
        let (after, content) = match key & 7 {
            0 => {
                let number = self.varint()?;
                (Some(self.at), Content::Number(number))
            }
            1 => skip(8),
            2 => {
                let length = self.varint()?;
                let (start, after) = (self.at, self.at.checked_add(length));
                (after, Content::Bytes { start, end: after.unwrap_or(start) })
            }
            5 => skip(4),
            _ => return Err(self.wrong("a field of no known type")),
        };
        match after {
            Some(after) if after <= end => {
                if !matches!(content, Content::Bytes { .. }) {
                    self.go_to(after)?;
                }
                Ok(Some((key >> 3, content)))
            }
            _ => Err(self.wrong("truncated: a field reaches beyond its message")),
        }
    }

    /// Calls `each` with the fields before `end`; it leaves the position anywhere.
    fn fields(
        &mut self,
        end: u64,
        mut each: impl FnMut(&mut Self, u64, &Content) -> Result<(), WeightError>,
    ) -> Result<(), WeightError> {
        while let Some((number, content)) = self.field(end)? {
            let after = match content {
                Content::Bytes { end, .. } => end,
                _ => self.at,
            };
            each(self, number, &content)?;
            self.go_to(after)?;
        }
        Ok(())
    }
}

/// The initialisers of the model in a file.
///
/// # Errors
/// A field that reaches beyond the end, two initialisers of one name, data of another length than type and
/// shape say.
pub(super) fn tensors(
    file: &mut (impl Read + Seek),
) -> Result<BTreeMap<String, Tensor>, WeightError> {
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let mut wire = Wire { file: BufReader::new(file), at: 0 };
    let mut tensors = BTreeMap::new();
    let mut initialiser = |wire: &mut Wire<_>, number, content: &Content| {
        let (5, Content::Bytes { end, .. }) = (number, content) else { return Ok(()) };
        let (name, tensor) = Fields::read(wire, *end)?.tensor()?;
        match tensors.insert(name.clone(), tensor) {
            Some(_) => Err(WeightError::DuplicateName { name }),
            None => Ok(()),
        }
    };
    wire.fields(size, |wire, number, content| match (number, content) {
        (7, Content::Bytes { end, .. }) => wire.fields(*end, &mut initialiser),
        _ => Ok(()),
    })?;
    Ok(tensors)
}

/// What a tensor says of itself.
#[derive(Default)]
struct Fields {
    name: String,
    shape: Vec<u64>,
    kind: u64,
    /// Field number, start and end of the data.
    data: Option<(u64, u64, u64)>,
    external: bool,
}

impl Fields {
    fn read<F: Read + Seek>(wire: &mut Wire<F>, end: u64) -> Result<Self, WeightError> {
        let mut tensor = Self::default();
        wire.fields(end, |wire, number, content| {
            match (number, content) {
                (1, Content::Number(size)) => tensor.shape.push(*size),
                (1, Content::Bytes { end, .. }) => {
                    while wire.at < *end && tensor.shape.len() <= MAX_AXES {
                        tensor.shape.push(wire.varint()?);
                    }
                }
                (2, Content::Number(kind)) => tensor.kind = *kind,
                (8, Content::Bytes { start, end }) if end - start <= MAX_NAME => {
                    let mut name = Vec::new();
                    wire.file.by_ref().take(end - start).read_to_end(&mut name)?;
                    wire.at += name.len() as u64;
                    tensor.name = String::from_utf8_lossy(&name).into_owned();
                }
                (8, _) => return Err(wire.wrong("the name of a tensor is too long")),
                (4 | 5 | 7 | 9 | 10 | 11, Content::Bytes { start, end }) => {
                    let earlier = tensor.data.replace((number, *start, *end));
                    if earlier.is_some() {
                        return Err(wire.wrong("a tensor has data in two places"));
                    }
                }
                (4 | 5 | 7 | 10 | 11, _) => {
                    return Err(wire.wrong("a tensor's numbers are not packed"));
                }
                (14, Content::Number(location)) => tensor.external = *location == EXTERNAL,
                _ => {}
            }
            match tensor.shape.len() <= MAX_AXES {
                true => Ok(()),
                false => Err(wire.wrong("a tensor has more than 32 axes")),
            }
        })?;
        Ok(tensor)
    }

    /// Name of the type, how its numbers are stored, and in which field if not in the raw one.
    fn number(&self) -> (&'static str, Option<(Number, u64)>) {
        match self.kind {
            1 => ("float", Some((Number::Float(4), 4))),
            2 => ("uint8", Some((Number::Unsigned(1), 5))),
            3 => ("int8", Some((Number::Signed(1), 5))),
            4 => ("uint16", Some((Number::Unsigned(2), 5))),
            5 => ("int16", Some((Number::Signed(2), 5))),
            6 => ("int32", Some((Number::Signed(4), 5))),
            7 => ("int64", Some((Number::Signed(8), 7))),
            10 => ("float16", Some((Number::Float(2), 5))),
            11 => ("double", Some((Number::Float(8), 10))),
            12 => ("uint32", Some((Number::Unsigned(4), 11))),
            13 => ("uint64", Some((Number::Unsigned(8), 11))),
            16 => ("bfloat16", Some((Number::Brain, 5))),
            8 => ("string", None),
            9 => ("bool", None),
            _ => ("another type", None),
        }
    }

    fn tensor(self) -> Result<(String, Tensor), WeightError> {
        let (kind, stored) = self.number();
        let sizes = self.shape.iter().map(|n| usize::try_from(*n).ok());
        let overflow = |tensor: &str| WeightError::Overflow {
            tensor: tensor.to_owned(),
            shape: self.shape.iter().map(|n| *n as usize).collect(),
        };
        let shape: Vec<usize> = sizes.collect::<Option<_>>().ok_or_else(|| overflow(&self.name))?;
        let bytes = stored.map_or(1, |(number, _)| number.bytes() as u64);
        let bytes = shape.iter().try_fold(bytes, |n, axis| n.checked_mul(*axis as u64));
        let bytes = bytes.ok_or_else(|| overflow(&self.name))?;
        let place = match (self.data, stored) {
            _ if self.external => Place::Elsewhere,
            (Some((9, start, end)), Some(_)) | (Some((4 | 10, start, end)), Some((_, 4 | 10)))
                if end - start != bytes =>
            {
                let tensor = self.name;
                return Err(WeightError::Extent {
                    tensor,
                    bits: bytes.saturating_mul(8),
                    start,
                    end,
                });
            }
            (Some((9, start, _)), Some(_)) => Place::At { file: 0, start },
            (Some((field, start, end)), Some((_, own))) if field == own => match field {
                4 | 10 => Place::At { file: 0, start },
                _ => Place::Varints { start, end },
            },
            (None, Some(_)) if bytes == 0 => Place::At { file: 0, start: 0 },
            _ => Place::Elsewhere,
        };
        let number = stored.map(|(number, _)| number);
        let kind = kind.to_owned();
        let tensor = Tensor { kind, number, shape, by_columns: false, big_endian: false, place };
        Ok((self.name, tensor))
    }
}

/// The numbers in packed varints, each cut to `width` bytes: of negative ones all 64 bits are stored.
pub(super) fn unpacked(packed: &[u8], width: usize) -> Result<Vec<u8>, WeightError> {
    let mut wire = Wire { file: BufReader::new(io::Cursor::new(packed)), at: 0 };
    let mut bytes = Vec::new();
    while wire.at < packed.len() as u64 {
        bytes.extend(&wire.varint()?.to_le_bytes()[..width]);
    }
    Ok(bytes)
}
