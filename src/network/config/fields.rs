//! The fields of a `config.json`.

use super::FileError;
use serde_json::{Map, Value};

/// The fields of a configuration.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn parse(text: &str) -> Result<Self, FileError> {
        let value: Value = serde_json::from_str(text).map_err(FileError::whole)?;
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            _ => Err(FileError::whole("an object with fields is expected")),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The fields of a field, none if it is not there.
    pub(super) fn inside(&self, name: &str) -> Result<Self, FileError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Self(Map::new())),
            Some(Value::Object(fields)) => Ok(Self(fields.clone())),
            Some(other) => Err(wrong(name, other, "an object is expected")),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// A field that is there and not null.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A size, at least 1, if it is there.
    pub(super) fn size(&self, name: &str) -> Result<Option<usize>, FileError> {
        let size = |value: &Value| {
            let size = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
            size.ok_or_else(|| wrong(name, value, "a whole number from 1 is expected"))
        };
        self.get(name).map(size).transpose()
    }

    /// A size that must be there.
    pub(super) fn needed(&self, name: &str) -> Result<usize, FileError> {
        self.size(name)?
            .ok_or_else(|| FileError::of(name, "it is missing; a whole number is needed"))
    }

    /// A positive number up to `most`, if it is there.
    pub(super) fn ratio(&self, name: &str, most: f64) -> Result<Option<f64>, FileError> {
        let ratio = |value: &Value| {
            let ratio = value.as_f64().filter(|r| *r > 0.0 && *r <= most);
            ratio.ok_or_else(|| {
                wrong(name, value, &format!("a positive number up to {most} is expected"))
            })
        };
        self.get(name).map(ratio).transpose()
    }

    /// A text, if it is there.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, FileError> {
        let text =
            |value| Value::as_str(value).ok_or_else(|| wrong(name, value, "a text is expected"));
        self.get(name).map(text).transpose()
    }

    /// A flag, false if it is not there.
    pub(super) fn flag(&self, name: &str) -> Result<bool, FileError> {
        let flag = |value| {
            Value::as_bool(value).ok_or_else(|| wrong(name, value, "true or false is expected"))
        };
        Ok(self.get(name).map(flag).transpose()?.unwrap_or(false))
    }

    /// The first text of a list, if it is there.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_array()?.first()?.as_str()
    }

    /// A field that has no layer must be absent, null, or this value.
    pub(super) fn only(&self, name: &str, value: &Value, why: &str) -> Result<(), FileError> {
        match self.get(name) {
            Some(other) if other != value => {
                Err(wrong(name, other, &format!("{why}; allowed is {value}")))
            }
            _ => Ok(()),
        }
    }
}

/// An error about a value, shown by its beginning.
fn wrong(name: &str, value: &Value, allowed: &str) -> FileError {
    let text = value.to_string();
    let shown: String = text.chars().take(60).collect();
    FileError::new(name, shown, allowed)
}
