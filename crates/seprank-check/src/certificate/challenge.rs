//! Challenges: right-hand sides that nobody chose (docs/theory.md, 1.7; docs/format.md, 5).
//!
//! A singular matrix over the field of p elements has at most one right-hand side in p as an image. If k
//! of them are drawn after the matrix was fixed, all have solutions with a chance of at most p^-k.

use super::write::written;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What stands before the bytes that are hashed.
const NAME: &[u8] = b"seprank challenge 1\n";

/// The right-hand sides that belong to one matrix.
#[derive(Clone, Debug)]
pub struct Challenge {
    digest: [u8; 32],
    prime: u64,
}

impl Challenge {
    /// Those of the matrix that `fixed` determines, modulo the prime `prime`: of the SHA-256 of `seprank challenge 1`, a line end, and of
    /// `fixed`, written as in a file.
    pub fn new(fixed: &impl Serialize, prime: u64) -> Self {
        let hash = Sha256::new().chain_update(NAME).chain_update(written(fixed));
        Self { digest: hash.finalize().into(), prime }
    }

    /// How many there are modulo p: the least k with p^k >= 2^128.
    pub fn count(p: u64) -> usize {
        let (mut k, mut power) = (0, num_bigint::BigUint::from(1u32));
        while power.bits() <= 128 {
            power *= p.max(2);
            k += 1;
        }
        k
    }

    /// All of them, each of `order` residues.
    pub fn sides(&self, order: usize) -> Vec<Vec<u64>> {
        (0..Self::count(self.prime) as u32).map(|index| self.side(index, order)).collect()
    }

    /// Words of eight bytes, the lowest first, are taken from the SHA-256 of the digest, `index` (four bytes,
    /// the lowest first) and a counter from 0 (eight bytes); those at or above the largest multiple of p are
    /// passed over.
    fn side(&self, index: u32, order: usize) -> Vec<u64> {
        let p = self.prime;
        let last = u64::MAX - (u64::MAX % p + 1) % p;
        let mut residues = Vec::with_capacity(order);
        for counter in 0u64.. {
            let hash: [u8; 32] = Sha256::new()
                .chain_update(self.digest)
                .chain_update(index.to_le_bytes())
                .chain_update(counter.to_le_bytes())
                .finalize()
                .into();
            for bytes in hash.as_chunks::<8>().0 {
                if residues.len() == order {
                    return residues;
                }
                let word = u64::from_le_bytes(*bytes);
                if word <= last {
                    residues.push(word % p);
                }
            }
        }
        residues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_that_chance_is_below_2_to_the_minus_128() {
        assert_eq!(Challenge::count((1 << 23) - 15), 6);
        assert_eq!(Challenge::count(2), 128);
        assert_eq!(Challenge::count((1 << 31) - 1), 5);
        assert_eq!(Challenge::count((1 << 61) - 1), 3);
    }

    /// The vectors of docs/format.md, 5, which `sha256sum` gives too.
    #[test]
    fn the_derivation_is_the_one_of_the_format() {
        let challenge = Challenge::new(&[1u64, 2], 8_388_593);
        let digest = challenge.digest.iter().map(|b| format!("{b:02x}")).collect::<String>();
        let text = include_str!("../../../../docs/format.md");
        let side: Vec<String> = challenge.side(1, 3).iter().map(ToString::to_string).collect();
        for found in [digest, side.join(", ")] {
            assert!(text.contains(&format!("`{found}`")), "{found}");
        }
    }
}
