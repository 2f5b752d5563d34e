//! What is wrong with a weight file, or with the section `[weights]` of a network file.

use itertools::Itertools;
use std::io;
use zip::result::ZipError;

/// Why weights cannot be taken from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// The file ends before its header begins.
    #[error("truncated: it has not even the 8 bytes of a header's length")]
    NoHeader,
    /// The header would end after the file.
    #[error("the header claims {claimed} bytes, the file has {size}")]
    HeaderBeyondFile {
        /// Bytes of the header.
        claimed: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// The header is longer than the format allows.
    #[error(
        "the header has {length} bytes; at most {} are allowed",
        super::safetensors::MAX_HEADER_BYTES
    )]
    LongHeader {
        /// Bytes of the header.
        length: u64,
    },
    /// The header is not JSON of the form that the format asks for.
    #[error("not a safetensors file: its header: {0}")]
    Header(#[from] serde_json::Error),
    /// Two tensors have one name, so that the file does not say which is meant.
    #[error("the file has two entries {name:?}; every name must be there once")]
    DuplicateName {
        /// The name, escapes resolved.
        name: String,
    },
    /// The shape has more entries than can be counted.
    #[error("tensor {tensor:?} has shape {shape:?}, which is too large")]
    Overflow {
        /// The tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Shape and type ask for another number of bytes than there is between the offsets.
    #[error("tensor {tensor:?} of {bits} bits has the data offsets {start}..{end}")]
    Extent {
        /// The tensor.
        tensor: String,
        /// Its bits, by shape and type.
        bits: u64,
        /// The first byte.
        start: u64,
        /// The byte after the last.
        end: u64,
    },
    /// Two tensors share bytes.
    #[error("tensor {tensor:?} overlaps tensor {other:?}")]
    Overlap {
        /// The tensor that begins later.
        tensor: String,
        /// The other one.
        other: String,
    },
    /// Bytes that belong to no tensor.
    #[error("bytes {start}..{end} of the data, before tensor {tensor:?}, belong to no tensor")]
    Gap {
        /// The tensor after them.
        tensor: String,
        /// The first of the bytes.
        start: u64,
        /// The byte after the last.
        end: u64,
    },
    /// The tensors do not fill the file.
    #[error(
        "truncated or overlong: the header accounts for {accounted} bytes, the file has {size}"
    )]
    Length {
        /// Bytes of the header and the tensors.
        accounted: u64,
        /// Bytes of the file.
        size: u64,
    },
    /// A key of `[weights]` is no weight of the network.
    #[error("[weights] {key:?} is no weight of the network{}", hint(.near))]
    UnknownKey {
        /// The key.
        key: String,
        /// The weight with the most similar name.
        near: Option<String>,
    },
    /// Weights have no key in `[weights]`.
    #[error(
        "[weights] of the network file has no tensor for {}{}; missing = \"random\" would draw what has none",
        quoted(parameters.iter()),
        more(*count, parameters.len())
    )]
    Unmapped {
        /// The first of the weights.
        parameters: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// Two keys with `{i}` stand for one weight.
    #[error("[weights] {key:?} and {other:?} both stand for {parameter:?}")]
    Clash {
        /// One of the keys.
        key: String,
        /// The other.
        other: String,
        /// What both stand for.
        parameter: String,
    },
    /// Too many keys with `{i}`.
    #[error(
        "[weights] has {count} keys with {{i}}; at most {} are allowed",
        super::places::MAX_PATTERNS
    )]
    Patterns {
        /// How many.
        count: usize,
    },
    /// Names of attention's weights as they are, and as they were before.
    #[error(
        "[weights] {new:?} is a name as it is now, and {old:?} as it was before, when \"output\" was what is \
         \"value\" now and \"value\" what is \"out\"; one of the two ways is needed"
    )]
    MixedNames {
        /// A key with a name as it is now.
        new: String,
        /// A key with a name as it was.
        old: String,
    },
    /// A name that has changed its meaning, without another that shows which is meant.
    #[error(
        "[weights] {key:?} was the output projection in files with \"output\", and is the value projection in \
         files with \"out\"; there is neither, so that it does not say which is meant"
    )]
    AmbiguousName {
        /// The key.
        key: String,
    },
    /// What `split` says is not so.
    #[error("[weights] {key:?}: split names {}; {why}", quoted(names.iter()))]
    Split {
        /// The key.
        key: String,
        /// The names in it.
        names: Vec<String>,
        /// What is wrong.
        why: String,
    },
    /// The heads that a `*` stands for are not numbered without holes.
    #[error(
        "[weights] {key:?}: the numbers that * stands for must be 0..={}, and one is {number}",
        heads - 1
    )]
    HeadNumber {
        /// The key.
        key: String,
        /// How many weights it stands for.
        heads: usize,
        /// The number of one of them.
        number: usize,
    },
    /// The file has no tensors of these names.
    #[error("{}{}", lacking_tensors(lacking), more(*count, lacking.len()))]
    NoTensors {
        /// The first of the names, each with the most similar one that is there.
        lacking: Vec<(String, Option<String>)>,
        /// How many there are.
        count: usize,
    },
    /// A tensor is no matrix.
    #[error(
        "tensor {tensor:?} has shape {shape:?}; one or two axes are allowed, and others of size 1"
    )]
    Axes {
        /// The tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Rows or columns are asked for that are not there.
    #[error("tensor {tensor:?} has {size} {what}; {asked} are asked for")]
    Cut {
        /// The tensor.
        tensor: String,
        /// `"rows"` or `"columns"`, before transposing.
        what: &'static str,
        /// How many there are.
        size: usize,
        /// The key `rows` or `columns`.
        asked: String,
    },
    /// The numbers of a tensor are of a type that is not taken.
    #[error(
        "tensor {tensor:?} has type {kind}; floating-point numbers of 64, 32 and 16 bits (bfloat16 too) and \
         integers of 8 to 64 bits are allowed"
    )]
    Type {
        /// The tensor.
        tensor: String,
        /// Its type, as the file names it.
        kind: String,
    },
    /// The data of a tensor of ONNX is in another file, or as texts.
    #[error(
        "tensor {tensor:?} has its numbers outside the file; in Python: onnx.save(onnx.load(FILE), \"model.onnx\") \
         writes them into one, up to 2 GiB"
    )]
    Elsewhere {
        /// The tensor.
        tensor: String,
    },
    /// A tensor has another size than the weight.
    #[error(
        "tensor {tensor:?} is {} x {}{}; {key:?} needs {} x {}",
        size.0, size.1, if *transposed { " transposed" } else { "" }, needed.0, needed.1
    )]
    Size {
        /// The tensor.
        tensor: String,
        /// Its size, after transposing.
        size: (usize, usize),
        /// Whether it is transposed.
        transposed: bool,
        /// The key of `[weights]`.
        key: String,
        /// The size of the weight, or of those of all heads side by side.
        needed: (usize, usize),
    },
    /// It is a file of another kind.
    #[error("it is {what}; {advice}")]
    Foreign {
        /// What it is.
        what: &'static str,
        /// What helps.
        advice: &'static str,
    },
    /// A ZIP archive cannot be read.
    #[error("not a sound ZIP archive: {why}")]
    Archive {
        /// What is wrong.
        why: String,
    },
    /// An array of NumPy cannot be read.
    #[error("array {tensor:?}: {why}")]
    Array {
        /// The array.
        tensor: String,
        /// What is wrong.
        why: String,
    },
    /// A model in ONNX cannot be read.
    #[error("not a sound ONNX file, nor another weight file: byte {at}: {why}")]
    Onnx {
        /// Where it was found.
        at: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// An index is not JSON of its form.
    #[error("not an index of weight files: {0}")]
    Index(serde_json::Error),
    /// An index has too many parts.
    #[error("the index names {count} files; at most {allowed} are allowed")]
    Parts {
        /// How many.
        count: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A part is not named as a file beside the index.
    #[error("the index names {name:?}; a file beside it is allowed")]
    PartName {
        /// The name.
        name: String,
    },
    /// A part of an index.
    #[error("{name}: {why}")]
    Part {
        /// Its name.
        name: String,
        /// What is wrong.
        why: Box<WeightError>,
    },
    /// A part lacks a tensor that the index says is there.
    #[error("the index says that tensor {tensor:?} is in {part}, which has none of that name")]
    NotInPart {
        /// The tensor.
        tensor: String,
        /// The part.
        part: String,
    },
    /// A directory holds no weights, or does not say which.
    #[error(
        "it is a directory; one file *.safetensors.index.json or else one *.safetensors is needed in it{}",
        if found.is_empty() { String::new() } else { format!(", and there are {}", quoted(found.iter())) }
    )]
    Directory {
        /// The files, if there is more than one.
        found: Vec<String>,
    },
    /// NaN or infinity.
    #[error("tensor {tensor:?}, entry {row},{col} is {value}")]
    NotFinite {
        /// The tensor.
        tensor: String,
        /// Row of the entry.
        row: usize,
        /// Column of the entry.
        col: usize,
        /// The entry.
        value: f64,
    },
}

impl WeightError {
    /// Of a list of names so many are shown.
    pub(super) const SHOWN: usize = 8;

    /// Whether it is about the section `[weights]`, and not about the weight file.
    pub(super) fn is_of_map(&self) -> bool {
        matches!(
            self,
            Self::UnknownKey { .. }
                | Self::Unmapped { .. }
                | Self::HeadNumber { .. }
                | Self::Clash { .. }
                | Self::Patterns { .. }
                | Self::MixedNames { .. }
                | Self::AmbiguousName { .. }
                | Self::Split { .. }
        )
    }

    pub(super) fn archive(error: ZipError) -> Self {
        Self::Archive { why: error.to_string() }
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("{name:?}")).join(", ")
}

/// What is said of those that are not shown.
fn more(count: usize, shown: usize) -> String {
    if count > shown { format!(" and {} more", count - shown) } else { String::new() }
}

fn lacking_tensors(list: &[(String, Option<String>)]) -> String {
    match list {
        [(name, near)] => format!("there is no tensor {name:?}{}", hint(near)),
        _ => {
            let one = |(name, near): &(String, Option<String>)| match near {
                Some(near) => format!("{name:?} (near it: {near:?})"),
                None => format!("{name:?}"),
            };
            format!("there are no tensors {}", list.iter().map(one).join(", "))
        }
    }
}
