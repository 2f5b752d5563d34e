//! TOML values whose numbers are kept as they are written.
//!
//! A TOML reader that turns `0.1` into a double has lost what was written. Here a number stays its
//! literal until a type asks for it: a machine integer reads it as one, [`Number`]
//! reads it exactly.

mod error;
mod number;

pub use error::FileError;
pub use number::{MAX_NUMBER_LENGTH, Number};

use serde::de::value::SeqDeserializer;
use serde::de::{
    self, Deserialize, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::collections::{BTreeMap, btree_map};
use std::fmt;
use toml::de::{DeTable, DeValue};

/// A value.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    String(String),
    Boolean(bool),
    /// An integer or a fraction as it is written, without underscores: `-12`, `0xff`, `1.5e-3`, `nan`.
    Number(String),
    /// Nothing in a network file is a date or a time.
    Datetime(String),
    Array(Vec<Value>),
    Table(BTreeMap<String, Value>),
}

/// A table, whose numbers are kept as they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table(BTreeMap<String, Value>);

impl Table {
    /// The table that a TOML document is.
    ///
    /// # Errors
    /// Names the line.
    pub(super) fn parse(text: &str) -> Result<Self, FileError> {
        let document = DeTable::parse(text).map_err(|e| {
            let error = <FileError as de::Error>::custom(e.message());
            match e.span() {
                Some(span) => {
                    let line =
                        1 + text.as_bytes()[..span.start].iter().filter(|b| **b == b'\n').count();
                    error.within(format_args!("line {line}"))
                }
                None => error,
            }
        })?;
        Ok(Self(entries(document.into_inner())))
    }

    /// The value of type `T` that the table describes.
    ///
    /// # Errors
    /// Names the key and what is expected.
    pub(super) fn read<T: de::DeserializeOwned>(self) -> Result<T, FileError> {
        T::deserialize(Value::Table(self.0))
    }

    /// Takes the value of type `T` of a key out of the table, if it is there.
    ///
    /// # Errors
    /// If it is of another type.
    pub(super) fn take<T: de::DeserializeOwned>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, FileError> {
        let value = self.0.remove(key).map(T::deserialize).transpose();
        value.map_err(|e| e.under(key.to_owned()))
    }
}

fn entries(table: DeTable<'_>) -> BTreeMap<String, Value> {
    let entry = |(key, value): (toml::Spanned<_>, toml::Spanned<DeValue<'_>>)| {
        (std::borrow::Cow::into_owned(key.into_inner()), Value::from(value.into_inner()))
    };
    table.into_iter().map(entry).collect()
}

impl From<DeValue<'_>> for Value {
    fn from(value: DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::String(text.into_owned()),
            DeValue::Integer(literal) => Self::Number(literal.to_string()),
            DeValue::Float(literal) => Self::Number(literal.to_string()),
            DeValue::Boolean(b) => Self::Boolean(b),
            DeValue::Datetime(date) => Self::Datetime(date.to_string()),
            DeValue::Array(list) => {
                Self::Array(list.into_iter().map(|v| v.into_inner().into()).collect())
            }
            DeValue::Table(table) => Self::Table(entries(table)),
        }
    }
}

/// The integer of a literal, if it is one of at most 64 bits.
fn small_integer(literal: &str) -> Option<i128> {
    let (radix, digits) = match literal.get(..2) {
        Some("0x") => (16, &literal[2..]),
        Some("0o") => (8, &literal[2..]),
        Some("0b") => (2, &literal[2..]),
        _ => (10, literal),
    };
    let integer = i128::from_str_radix(digits, radix).ok()?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&integer).then_some(integer)
}

/// Asks a [`Value`] for the literal of a number: `visit_newtype_struct` gets it as a string.
/// Everything else is visited as usual.
const LITERAL: &str = "the literal of a number";

impl<'de> Deserializer<'de> for Value {
    type Error = FileError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FileError> {
        match self {
            Self::String(text) => visitor.visit_string(text),
            Self::Boolean(b) => visitor.visit_bool(b),
            Self::Number(literal) => match small_integer(&literal) {
                Some(n) => match i64::try_from(n) {
                    Ok(n) => visitor.visit_i64(n),
                    Err(_) => visitor.visit_u64(n as u64), // at most 64 bits
                },
                None => {
                    let given = format!("number `{}`", number::shortened(&literal));
                    Err(de::Error::invalid_type(Unexpected::Other(&given), &visitor))
                }
            },
            Self::Datetime(date) => {
                let given = format!("date or time `{date}`");
                Err(de::Error::invalid_type(Unexpected::Other(&given), &visitor))
            }
            Self::Array(list) => {
                let mut list = SeqDeserializer::new(list.into_iter());
                let value = visitor.visit_seq(&mut list)?;
                list.end()?; // no element is left over
                Ok(value)
            }
            Self::Table(table) => {
                visitor.visit_map(Entries { rest: table.into_iter(), value: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FileError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, FileError> {
        match self {
            Self::Number(literal) if name == LITERAL => {
                visitor.visit_newtype_struct(literal.into_deserializer())
            }
            other if name == LITERAL => other.deserialize_any(visitor),
            other => visitor.visit_newtype_struct(other),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FileError> {
        match self {
            Self::String(text) => visitor.visit_enum(text.into_deserializer()),
            other => other.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, FileError> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The entries of a table; errors get the name of the key.
struct Entries {
    rest: btree_map::IntoIter<String, Value>,
    value: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = FileError;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, FileError> {
        self.value = self.rest.next();
        let key = self.value.as_ref().map(|(key, _)| key.clone());
        key.map(|key| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<S: de::DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, FileError> {
        let (key, value) =
            self.value.take().ok_or_else(|| FileError::whole("a value without a key"))?;
        seed.deserialize(value).map_err(|e| e.under(key))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(LITERAL, ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Table(table) => Ok(Self(table)),
            _ => Err(de::Error::custom("a table is expected")),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Boolean(b))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, literal: D) -> Result<Value, D::Error> {
        String::deserialize(literal).map(Value::Number)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut table = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            table.insert(key, value);
        }
        Ok(Value::Table(table))
    }
}
