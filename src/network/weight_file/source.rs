//! One entry of `[weights]`: a tensor, and how it becomes a matrix.

use crate::network::{FileError, Table};
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

/// A tensor, and how it becomes a matrix: cut, then transposed, then split.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// Its name in the weight file.
    pub(super) tensor: String,
    /// Whether it is transposed, as PyTorch's `Linear` has `out x in`.
    #[serde(default)]
    pub(super) transpose: bool,
    /// Which of its rows are taken, before transposing [default: all].
    pub(super) rows: Option<Span>,
    /// Which of its columns are taken, before transposing [default: all].
    pub(super) columns: Option<Span>,
    /// The parameters of the layer that it holds side by side, after transposing.
    pub(super) split: Option<Split>,
    /// Whether its one row stands for all rows of the weight.
    #[serde(default)]
    pub(super) repeat: bool,
}

impl Source {
    /// The whole tensor of this name, as it is stored.
    pub(super) fn of(tensor: &str) -> Self {
        let tensor = tensor.to_owned();
        Self { tensor, transpose: false, rows: None, columns: None, split: None, repeat: false }
    }
}

/// Positions `from..to`, written as `[from, to]`, or as `to` where `from` is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    from: usize,
    pub(super) to: usize,
}

impl Span {
    /// This position alone.
    pub(super) fn one(position: usize) -> Self {
        Self { from: position, to: position + 1 }
    }

    /// The positions, if the last one is below `size`.
    pub(super) fn within(self, size: usize) -> Option<Range<usize>> {
        (self.to <= size).then_some(self.from..self.to)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", self.from, self.to)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpanVisitor)
    }
}

struct SpanVisitor;

impl<'de> Visitor<'de> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(
            "a number n for the first n, or [from, to] for from..to from 0, with from below to",
        )
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Span, E> {
        let wrong = || E::invalid_value(de::Unexpected::Unsigned(n), &self);
        Ok(Span { from: 0, to: usize::try_from(n).map_err(|_| wrong())? })
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Span, E> {
        match u64::try_from(n) {
            Ok(n) => self.visit_u64(n),
            Err(_) => Err(E::invalid_value(de::Unexpected::Signed(n), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Span, A::Error> {
        let short = || de::Error::invalid_length(1, &self);
        let from = list.next_element()?.ok_or_else(short)?;
        let to = list.next_element()?.ok_or_else(short)?;
        if from >= to {
            let given = format!("[{from}, {to}]");
            return Err(de::Error::invalid_value(de::Unexpected::Other(&given), &self));
        }
        Ok(Span { from, to })
    }
}

/// Names of parameters of one layer, in the order in which a tensor holds them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Split(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for Split {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SplitVisitor)
    }
}

struct SplitVisitor;

impl<'de> Visitor<'de> for SplitVisitor {
    type Value = Split;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("letters of query, key and value as \"qkv\" or \"kv\", or a list of names of parameters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Split, E> {
        let wrong = || E::invalid_value(de::Unexpected::Str(text), &self);
        let name = |letter| match letter {
            'q' => Ok("query".to_owned()),
            'k' => Ok("key".to_owned()),
            'v' => Ok("value".to_owned()),
            _ => Err(wrong()),
        };
        if text.len() > 3 {
            return Err(wrong());
        }
        text.chars().map(name).collect::<Result<_, _>>().map(Split)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Split, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Ok(Split(names))
    }
}

/// What becomes of a weight without a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Missing {
    /// It is an error.
    #[default]
    Refused,
    /// It is drawn at random.
    Random,
}

/// Where each parameter is found: `"LAYER.PARAMETER"`, with one `*` for the number of a head, and with
/// `{i}`, `{2i}`, `{2i+1}` for the number of a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightMap {
    pub(super) missing: Missing,
    pub(super) sources: BTreeMap<String, Source>,
}

impl WeightMap {
    /// The section `[weights]` of a network file.
    ///
    /// # Errors
    /// Names the key and what is allowed.
    pub(in crate::network) fn of(mut table: Table) -> Result<Self, FileError> {
        let missing = table.take("missing")?.unwrap_or_default();
        Ok(Self { missing, sources: table.read()? })
    }
}
