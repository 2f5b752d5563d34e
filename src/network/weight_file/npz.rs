//! NPY and NPZ: an array of NumPy, and a ZIP archive of them.

use super::WeightError;
use super::foreign::of_archive;
use super::number::Number;
use super::tensors::{Place, Tensor, read_at};
use crate::npy::{self, MAX_HEADER};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use zip::ZipArchive;

/// The name of the one array in a file that is no archive.
const ONLY: &str = "array";

/// Before the text of a header: magic, version, length.
const MAX_START: u64 = MAX_HEADER as u64 + 12;

/// The array in an NPY file.
pub(super) fn array(
    file: &mut (impl Read + Seek),
) -> Result<BTreeMap<String, Tensor>, WeightError> {
    let size = file.seek(SeekFrom::End(0))?;
    let start = read_at(file, 0, size.min(MAX_START))?;
    let tensor = tensor(ONLY, &start, size, |skip| Place::At { file: 0, start: skip })?;
    Ok(BTreeMap::from([(ONLY.to_owned(), tensor)]))
}

/// The arrays in an archive, without the ending `.npy`.
pub(super) fn arrays<F: Read + Seek>(
    archive: &mut ZipArchive<F>,
) -> Result<BTreeMap<String, Tensor>, WeightError> {
    if let Some(error) = of_archive(archive.file_names_raw()) {
        return Err(error);
    }
    if archive.has_duplicate_names() {
        return Err(WeightError::Archive { why: "two entries have one name".into() });
    }
    let mut tensors = BTreeMap::new();
    for entry in 0..archive.len() {
        let file = archive.by_index(entry).map_err(WeightError::archive)?;
        let name = file.name().map_err(WeightError::archive)?.into_owned();
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let size = file.size();
        let mut start = Vec::new();
        file.take(MAX_START).read_to_end(&mut start)?;
        let tensor = tensor(&name, &start, size, |skip| Place::Entry { entry, skip })?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(WeightError::DuplicateName { name });
        }
    }
    Ok(tensors)
}

/// The array of a file of `size` bytes that begins with `start`.
fn tensor(
    name: &str,
    start: &[u8],
    size: u64,
    place: impl FnOnce(u64) -> Place,
) -> Result<Tensor, WeightError> {
    let wrong = |why: String| WeightError::Array { tensor: name.to_owned(), why };
    let (header, data) = npy::split(start).map_err(|e| wrong(e.shown()))?;
    let kind = header.descr.trim_start_matches(['<', '>', '|']);
    let number = Number::of_numpy(kind).filter(|_| !header.descr.starts_with('='));
    let skip = (start.len() - data.len()) as u64;
    let shape: Option<Vec<usize>> = header.shape.iter().map(|n| usize::try_from(*n).ok()).collect();
    let count = header.shape.iter().try_fold(1u64, |n, axis| n.checked_mul(*axis));
    let bytes = |number: Number| count?.checked_mul(number.bytes() as u64)?.checked_add(skip);
    let fits = |number| bytes(number) == Some(size);
    let (Some(shape), true) = (shape, number.is_none_or(fits)) else {
        let kind = header.descr;
        return Err(wrong(format!(
            "{} bytes of data: allowed are those of shape {:?} and type {kind}",
            size.saturating_sub(skip),
            header.shape
        )));
    };
    Ok(Tensor {
        kind: header.descr.to_owned(),
        number,
        shape,
        by_columns: header.by_columns,
        big_endian: header.descr.starts_with('>'),
        place: place(skip),
    })
}
