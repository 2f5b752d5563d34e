//! Safetensors files; the header is read strictly.
//!
//! The reader of the format's own package keeps the last of two entries of one name; here every name
//! must be there once, and whatever is wrong names the same tensor in every run.

use super::WeightError;
use super::number::Number;
use super::tensors::{Place, Tensor, read_at};
use safetensors::tensor::{Dtype, TensorInfo};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Seek, SeekFrom};

/// The format's own limit on a header.
pub(super) const MAX_HEADER_BYTES: u64 = 100_000_000;

/// The entry that is no tensor.
const METADATA: &str = "__metadata__";

/// The tensors in file number `number` of several.
///
/// # Errors
/// An impossible header; it names the tensor: two of one name, one that overlaps another or leaves a gap, or
/// whose type and shape are not its bytes.
pub(super) fn tensors(
    file: &mut (impl Read + Seek),
    number: usize,
) -> Result<BTreeMap<String, Tensor>, WeightError> {
    let length = read_at(file, 0, 8).map_err(|_| WeightError::NoHeader)?;
    let length = u64::from_le_bytes(length.try_into().expect("eight bytes"));
    let size = file.seek(SeekFrom::End(0))?;
    if length > size.saturating_sub(8) {
        return Err(WeightError::HeaderBeyondFile { claimed: length, size });
    }
    if length > MAX_HEADER_BYTES {
        return Err(WeightError::LongHeader { length });
    }
    let Entries { names, tensors } = serde_json::from_slice(&read_at(file, 8, length)?)?;
    if let Some(name) = repeated(names) {
        return Err(WeightError::DuplicateName { name });
    }
    let data = data_bytes(&tensors)?;
    let start = 8 + length;
    let accounted = start.saturating_add(data);
    if accounted != size {
        return Err(WeightError::Length { accounted, size });
    }
    let tensor = |info: TensorInfo| Tensor {
        kind: info.dtype.to_string(),
        number: number_of(info.dtype),
        shape: info.shape,
        by_columns: false,
        big_endian: false,
        place: Place::At { file: number, start: start + info.data_offsets.0 as u64 },
    };
    Ok(tensors.into_iter().map(|(name, info)| (name, tensor(info))).collect())
}

/// How a type is stored, if it is one whose numbers are taken.
fn number_of(dtype: Dtype) -> Option<Number> {
    Some(match dtype {
        Dtype::F64 => Number::Float(8),
        Dtype::F32 => Number::Float(4),
        Dtype::F16 => Number::Float(2),
        Dtype::BF16 => Number::Brain,
        Dtype::I64 => Number::Signed(8),
        Dtype::I32 => Number::Signed(4),
        Dtype::I16 => Number::Signed(2),
        Dtype::I8 => Number::Signed(1),
        Dtype::U64 => Number::Unsigned(8),
        Dtype::U32 => Number::Unsigned(4),
        Dtype::U16 => Number::Unsigned(2),
        Dtype::U8 => Number::Unsigned(1),
        _ => return None,
    })
}

/// The first name, in alphabetical order, that is there twice.
pub(super) fn repeated(mut names: Vec<String>) -> Option<String> {
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0].clone())
}

/// Bytes of the tensors, which must lie one after the other, in any order in the header.
fn data_bytes(tensors: &[(String, TensorInfo)]) -> Result<u64, WeightError> {
    let mut placed: Vec<_> =
        tensors.iter().map(|(name, info)| (info.data_offsets, name, info)).collect();
    placed.sort_unstable_by_key(|(offsets, name, _)| (*offsets, *name));
    let (mut end_before, mut before) = (0, "");
    for ((start, end), name, info) in placed {
        let tensor = || name.clone();
        let overflow = || WeightError::Overflow { tensor: tensor(), shape: info.shape.clone() };
        let count = info.shape.iter().try_fold(1u64, |n, axis| n.checked_mul(*axis as u64));
        let bits = count.and_then(|n| n.checked_mul(info.dtype.bitsize() as u64));
        let bits = bits.ok_or_else(overflow)?;
        let (start, end) = (start as u64, end as u64);
        if end.checked_sub(start).and_then(|bytes| bytes.checked_mul(8)) != Some(bits) {
            return Err(WeightError::Extent { tensor: tensor(), bits, start, end });
        }
        if start < end_before {
            return Err(WeightError::Overlap { tensor: tensor(), other: before.to_owned() });
        }
        if start > end_before {
            return Err(WeightError::Gap { tensor: tensor(), start: end_before, end: start });
        }
        (end_before, before) = (end, name);
    }
    Ok(end_before)
}

/// All entries, also those whose name is repeated.
struct Entries {
    /// Names of tensors, [`METADATA`], and the names in that as `__metadata__.name`.
    names: Vec<String>,
    tensors: Vec<(String, TensorInfo)>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let (mut names, mut tensors) = (Vec::new(), Vec::new());
        while let Some(name) = map.next_key::<String>()? {
            names.push(name.clone());
            if name == METADATA {
                let notes = map.next_value::<Option<Texts>>()?;
                let notes = notes.into_iter().flat_map(|Texts(list)| list);
                names.extend(notes.map(|(note, _)| format!("{METADATA}.{note}")));
            } else {
                tensors.push((name, map.next_value()?));
            }
        }
        Ok(Entries { names, tensors })
    }
}

/// A map of texts, also of repeated names.
pub(super) struct Texts(pub(super) Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("texts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(entry) = map.next_entry()? {
            texts.push(entry);
        }
        Ok(Texts(texts))
    }
}
