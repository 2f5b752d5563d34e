//! What is wrong in a network file.

use crate::network::InvalidProblem;
use crate::network::nearest::{in_plain_words, with_nearest};
use std::fmt;

/// What is wrong in a network file: where, which key, its value and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Where, from the outside in: `["layer 0 (residual)", "layers", "layer 1 (scaling)"]`.
    pub place: Vec<String>,
    /// The key, or another thing that has a name; `None` if it is about the place as a whole.
    pub field: Option<String>,
    /// The value given, where there is one.
    pub value: Option<String>,
    /// What is allowed instead, or what is wrong.
    pub allowed: String,
}

impl FileError {
    /// An error about the value of a key.
    pub fn new(field: &str, value: impl ToString, allowed: impl ToString) -> Self {
        Self { value: Some(value.to_string()), ..Self::of(field, allowed) }
    }

    /// An error about a key.
    pub fn of(field: &str, allowed: impl ToString) -> Self {
        Self { field: Some(field.to_owned()), ..Self::whole(allowed) }
    }

    /// An error about the place as a whole.
    pub fn whole(allowed: impl ToString) -> Self {
        Self { place: Vec::new(), field: None, value: None, allowed: allowed.to_string() }
    }

    /// The same error, seen from further out.
    pub fn within(mut self, place: impl ToString) -> Self {
        self.place.insert(0, place.to_string());
        self
    }

    /// The same error, seen from the table in which `key` stands.
    pub(super) fn under(mut self, key: String) -> Self {
        match self.field {
            None => self.field = Some(key),
            Some(_) => self.place.insert(0, key),
        }
        self
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.iter().try_for_each(|place| write!(f, "{place}: "))?;
        match (&self.field, &self.value) {
            (Some(field), Some(value)) => write!(f, "{field} = {value}: ")?,
            (Some(name), None) | (None, Some(name)) => write!(f, "{name}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.allowed)
    }
}

impl std::error::Error for FileError {}

/// What a deserializer finds wrong, with the nearest known name.
impl serde::de::Error for FileError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::whole(in_plain_words(with_nearest(&message.to_string())))
    }
}

impl From<InvalidProblem> for FileError {
    fn from(e: InvalidProblem) -> Self {
        Self::new(e.field, e.value, e.allowed)
    }
}
