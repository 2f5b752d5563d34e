//! Challenges: right-hand sides that nobody chose (docs/theory.md, 1.8; docs/format.md, 5).
//!
//! A singular matrix over the field of p elements has at most one right-hand side in p as an image. If k
//! of them are drawn after the matrix was fixed, all have solutions with a chance of at most p^-k.

use crate::certificate::{Certificate, Claim, RankClaim, to_bytes};
use sha2::{Digest, Sha256};

/// What stands before the bytes that are hashed.
const NAME: &[u8] = b"seprank challenge 1\n";

/// Everything that fixes the matrices of a claim: the SHA-256 of [`NAME`] and the file of the claim, its
/// solutions left out.
pub fn digest(unanswered: &RankClaim) -> [u8; 32] {
    let file = to_bytes(&Certificate::new(Claim::Rank(Box::new(unanswered.clone()))));
    Sha256::new().chain_update(NAME).chain_update(file).finalize().into()
}

/// How many right-hand sides are asked for modulo p: the least k with p^k >= 2^128.
pub fn count(p: u64) -> usize {
    let (mut k, mut power) = (0, num_bigint::BigUint::from(1u32));
    while power.bits() <= 128 {
        power *= p;
        k += 1;
    }
    k
}

/// Right-hand side number `index` for matrix number `block`: `order` residues below p < 2^32. Words of
/// eight bytes, the lowest first, are taken from the SHA-256 of the digest, `block`, `index` (four bytes each)
/// and a counter from 0 (eight bytes); those at or above the largest multiple of p are passed over.
pub fn right_hand_side(
    digest: &[u8; 32],
    block: u32,
    index: u32,
    order: usize,
    p: u64,
) -> Vec<u32> {
    let end = u64::MAX - (u64::MAX % p + 1) % p; // the last word below a multiple of p
    let mut residues = Vec::with_capacity(order);
    for counter in 0u64.. {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(digest)
            .chain_update(block.to_le_bytes())
            .chain_update(index.to_le_bytes())
            .chain_update(counter.to_le_bytes())
            .finalize()
            .into();
        for bytes in hash.as_chunks::<8>().0 {
            if residues.len() == order {
                return residues;
            }
            let word = u64::from_le_bytes(*bytes);
            if word <= end {
                residues.push((word % p) as u32);
            }
        }
    }
    residues
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_that_chance_is_below_2_to_the_minus_128() {
        assert_eq!(count((1 << 23) - 15), 6);
        assert_eq!(count(2), 128);
        assert_eq!(count((1 << 31) - 1), 5);
        assert_eq!(count((1 << 61) - 1), 3);
    }
}
