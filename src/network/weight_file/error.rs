//! What is wrong with a weight file, or with the section `[weights]` of a network file.

use safetensors::tensor::Dtype;
use std::io;

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
        super::header::MAX_HEADER_BYTES
    )]
    LongHeader {
        /// Bytes of the header.
        length: u64,
    },
    /// The header is not JSON of the form that the format asks for.
    #[error("not a safetensors file: its header: {0}")]
    Header(#[from] serde_json::Error),
    /// Two entries of the header have one name, so that it does not say which is meant.
    #[error("the header has two entries {name:?}; every name must be there once")]
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
    /// A weight has no key in `[weights]`.
    #[error("[weights] of the network file has no tensor for {parameter:?}")]
    Unmapped {
        /// The weight.
        parameter: String,
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
    /// The file has no tensor of that name.
    #[error("there is no tensor {tensor:?}{}", hint(.near))]
    NoTensor {
        /// The name.
        tensor: String,
        /// The tensor with the most similar name.
        near: Option<String>,
    },
    /// A tensor is no matrix.
    #[error("tensor {tensor:?} has shape {shape:?}; one or two axes are allowed")]
    Axes {
        /// The tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// More rows are asked for than there are.
    #[error("tensor {tensor:?} has {rows} rows; {asked} are asked for")]
    Rows {
        /// The tensor.
        tensor: String,
        /// Its rows.
        rows: usize,
        /// The key `rows`.
        asked: usize,
    },
    /// A tensor is not of floating-point numbers.
    #[error("tensor {tensor:?} has type {dtype}; F64, F32, F16 and BF16 are allowed")]
    Type {
        /// The tensor.
        tensor: String,
        /// Its type.
        dtype: Dtype,
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
    /// Whether it is about the section `[weights]`, and not about the weight file.
    pub(super) fn is_of_map(&self) -> bool {
        matches!(self, Self::UnknownKey { .. } | Self::Unmapped { .. } | Self::HeadNumber { .. })
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}
