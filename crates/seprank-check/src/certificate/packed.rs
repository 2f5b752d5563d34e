//! Lists of numbers of one size as one string: the base64 (RFC 4648, with padding) of their bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serializer, de};

pub(super) fn serialize<S: Serializer, const N: usize>(
    numbers: impl Iterator<Item = [u8; N]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let bytes: Vec<u8> = numbers.flatten().collect();
    serializer.serialize_str(&STANDARD.encode(bytes))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, T, const N: usize>(
    deserializer: D,
    number: impl Fn([u8; N]) -> T,
) -> Result<Vec<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let bytes = STANDARD.decode(text).map_err(de::Error::custom)?;
    let (words, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        let got = bytes.len();
        return Err(de::Error::custom(format_args!("{got} bytes are no numbers of {N} bytes")));
    }
    Ok(words.iter().map(|word| number(*word)).collect())
}
