//! Weight files in several parts, as Hugging Face saves large models: an index names the part of each tensor.

use super::WeightError;
use super::foreign::{Format, format};
use super::safetensors::{self, MAX_HEADER_BYTES, Texts, repeated};
use super::tensors::{Tensor, read_at};
use crate::files::{open, read_text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The end of the name of an index.
const INDEX: &str = ".safetensors.index.json";

/// An index has at most this many parts.
const MAX_PARTS: usize = 4096;

#[derive(Deserialize)]
struct Index {
    weight_map: Texts,
}

/// The file at `path` that is read first: in a directory its only index, or else its only safetensors file.
///
/// # Errors
/// There is none, or more than one.
pub(super) fn entrance(path: &Path) -> Result<PathBuf, WeightError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    let ending = |end: &str| names.iter().filter(|n| n.ends_with(end)).collect::<Vec<_>>();
    let (indices, files) = (ending(INDEX), ending(".safetensors"));
    match if indices.is_empty() { &files[..] } else { &indices[..] } {
        [one] => Ok(path.join(one)),
        found => Err(WeightError::Directory { found: found.iter().copied().cloned().collect() }),
    }
}

/// Whether the file at `path` is an index, by its name.
pub(super) fn is_index(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

/// The parts that an index names, in alphabetical order, and the part of each tensor.
type Parts = (Vec<String>, Vec<(String, String)>);

fn parts(path: &Path) -> Result<Parts, WeightError> {
    let text = read_text(path, MAX_HEADER_BYTES)?;
    let index: Index = serde_json::from_str(&text).map_err(WeightError::Index)?;
    let Texts(places) = index.weight_map;
    if let Some(name) = repeated(places.iter().map(|(name, _)| name.clone()).collect()) {
        return Err(WeightError::DuplicateName { name });
    }
    let mut names: Vec<String> = places.iter().map(|(_, part)| part.clone()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MAX_PARTS {
        return Err(WeightError::Parts { count: names.len(), allowed: MAX_PARTS });
    }
    match names
        .iter()
        .find(|name| Path::new(name).file_name().is_none_or(|own| own != name.as_str()))
    {
        Some(name) => Err(WeightError::PartName { name: name.clone() }),
        None => Ok((names, places)),
    }
}

/// The files that hold the weights at `path`: itself, or the parts that its index names.
///
/// # Errors
/// Those of the file system and of an index.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, WeightError> {
    let path = entrance(path)?;
    if !is_index(&path) {
        return Ok(vec![path]);
    }
    let (names, _) = parts(&path)?;
    Ok(names.iter().map(|name| path.with_file_name(name)).collect())
}

/// The open parts of the index at `path`, and the tensors that it names.
///
/// # Errors
/// Names the part: it cannot be read or lacks a tensor that the index says is there.
pub(super) fn tensors(path: &Path) -> Result<(Vec<File>, BTreeMap<String, Tensor>), WeightError> {
    let (names, places) = parts(path)?;
    let (mut files, mut found) = (Vec::new(), Vec::new());
    for (number, name) in names.iter().enumerate() {
        let within = |why: WeightError| WeightError::Part { name: name.clone(), why: why.into() };
        let one = || -> Result<_, WeightError> {
            let mut file = open(&path.with_file_name(name))?;
            let size = file.metadata()?.len();
            if format(&read_at(&mut file, 0, size.min(64))?)? != Format::Safetensors {
                let kind = io::Error::other("it is no safetensors file; the parts of an index are");
                return Err(kind.into());
            }
            let tensors = safetensors::tensors(&mut file, number)?;
            Ok((file, tensors))
        };
        let (file, tensors) = one().map_err(within)?;
        files.push(file);
        found.push(tensors);
    }
    let mut tensors = BTreeMap::new();
    for (tensor, part) in places {
        let number = names.binary_search(&part).expect("its part is among them");
        match found[number].remove(&tensor) {
            Some(info) => tensors.insert(tensor, info),
            None => return Err(WeightError::NotInPart { tensor, part }),
        };
    }
    Ok((files, tensors))
}
