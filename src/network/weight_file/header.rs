//! The header of a safetensors file, read strictly.
//!
//! The reader of the format's own package keeps the last of two entries of one name; here every name
//! must be there once, and whatever is wrong names the same tensor in every run.

use super::WeightError;
use safetensors::tensor::TensorInfo;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// The format's own limit on a header.
pub(super) const MAX_HEADER_BYTES: u64 = 100_000_000;

/// The entry that is no tensor.
const METADATA: &str = "__metadata__";

/// The tensors of a file.
pub(super) struct Header {
    pub(super) tensors: BTreeMap<String, TensorInfo>,
    /// Bytes of all of them.
    pub(super) data: u64,
}

impl Header {
    /// Reads a header and checks that the tensors fill the data one after the other.
    ///
    /// # Errors
    /// Names the tensor: two of one name, one that overlaps another or leaves a gap, or whose type
    /// and shape are not its bytes.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WeightError> {
        let Entries { names, tensors } = serde_json::from_slice(bytes)?;
        if let Some(name) = repeated(names) {
            return Err(WeightError::DuplicateName { name });
        }
        let data = data_bytes(&tensors)?;
        Ok(Self { tensors: tensors.into_iter().collect(), data })
    }
}

/// The first name, in alphabetical order, that is there twice.
fn repeated(mut names: Vec<String>) -> Option<String> {
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
                let notes = map.next_value::<Option<Names>>()?;
                let notes = notes.into_iter().flat_map(|Names(list)| list);
                names.extend(notes.map(|note| format!("{METADATA}.{note}")));
            } else {
                tensors.push((name, map.next_value()?));
            }
        }
        Ok(Entries { names, tensors })
    }
}

/// The names in a map of texts, also repeated ones.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("texts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, _text)) = map.next_entry::<String, String>()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}
