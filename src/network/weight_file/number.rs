//! The types of the numbers in weight files.

use crate::arith::Rational;
use half::{bf16, f16};

/// How one number is stored, the lowest byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// IEEE 754 of 2, 4 or 8 bytes.
    Float(usize),
    /// bfloat16.
    Brain,
    /// Of 1, 2, 4 or 8 bytes.
    Signed(usize),
    /// Of 1, 2, 4 or 8 bytes.
    Unsigned(usize),
}

impl Number {
    /// The type that NumPy writes as `f8`, `i4`, `u1`.
    pub(super) fn of_numpy(kind: &str) -> Option<Self> {
        let bytes = match kind.get(1..)? {
            "1" => 1,
            "2" => 2,
            "4" => 4,
            "8" => 8,
            _ => return None,
        };
        match kind.as_bytes()[0] {
            b'f' if bytes > 1 => Some(Self::Float(bytes)),
            b'i' => Some(Self::Signed(bytes)),
            b'u' => Some(Self::Unsigned(bytes)),
            _ => None,
        }
    }

    /// Bytes of one number.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Float(bytes) | Self::Signed(bytes) | Self::Unsigned(bytes) => bytes,
            Self::Brain => 2,
        }
    }

    /// The number in [`Number::bytes`] bytes.
    ///
    /// # Errors
    /// The value that is not finite.
    pub(super) fn read(self, bytes: &[u8]) -> Result<Rational, f64> {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        let word = u64::from_le_bytes(word);
        let value = match self {
            Self::Float(2) => f16::from_bits(word as u16).into(),
            Self::Float(4) => f32::from_bits(word as u32).into(),
            Self::Float(_) => f64::from_bits(word),
            Self::Brain => bf16::from_bits(word as u16).into(),
            Self::Signed(bytes) => {
                let unused = 64 - 8 * bytes as u32;
                return Ok(Rational::from((word << unused).cast_signed() >> unused));
            }
            Self::Unsigned(_) => return Ok(Rational::from(word)),
        };
        Rational::from_f64(value).ok_or(value)
    }
}
