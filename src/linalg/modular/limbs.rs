//! Residues of one integer matrix modulo many primes.
//!
//! Each entry `x` is cut once into signed limbs of 21 bits,
//! `x = sum_k x_k 2^(21 k)`, stored plane by plane as `f64`. Then
//! `x mod p = sum_k x_k (2^(21 k) mod p)` is a delayed sum in the vector kernel,
//! exact because `|x_k| < 2^21` is below the balanced bound of any prime above
//! `2^22`.

use super::field::Modulus;
use super::kernel::{COLUMN_BLOCK, Isa, column_update};
use rug::Integer;
use rug::integer::Order;

const BITS: u32 = 21;
const MASK: u64 = (1 << BITS) - 1;

/// An integer matrix cut into limbs.
#[derive(Debug)]
pub(super) struct Limbs {
    /// Entries of one plane that belong to the matrix.
    len: usize,
    /// Length of a plane.
    stride: usize,
    count: usize,
    planes: Vec<f64>,
    isa: Isa,
}

impl Limbs {
    /// Cuts the entries.
    pub(super) fn new(a: &[Integer]) -> Self {
        let bits = a.iter().map(Integer::significant_bits).max().unwrap_or(0);
        let count = bits.div_ceil(BITS) as usize;
        let stride = a.len().next_multiple_of(COLUMN_BLOCK);
        let mut planes = vec![0.0; count * stride];
        let mut digits: Vec<u64> = Vec::new();
        for (i, x) in a.iter().enumerate() {
            digits.resize(x.significant_digits::<u64>(), 0);
            x.write_digits(&mut digits, Order::Lsf);
            let sign = if *x < 0 { -1.0 } else { 1.0 };
            let mut window = 0u128;
            let mut have = 0u32;
            let mut k = 0;
            let mut put = |v: u64| {
                if let Some(to) = planes.get_mut(k * stride + i) {
                    *to = sign * v as f64;
                }
                k += 1;
            };
            for &d in &digits {
                window |= u128::from(d) << have;
                have += 64;
                while have >= BITS {
                    put(window as u64 & MASK);
                    window >>= BITS;
                    have -= BITS;
                }
            }
            if window != 0 {
                put(window as u64);
            }
        }
        Self { len: a.len(), stride, count, planes, isa: Isa::detect() }
    }

    /// Number of limbs of the largest entry.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether all entries are zero.
    pub(super) fn is_zero(&self) -> bool {
        self.count == 0
    }

    /// Length of the buffer that `residues` fills.
    pub(super) fn padded(&self) -> usize {
        self.stride
    }

    /// Balanced residues modulo a prime `p` between `2^22` and `2^26`;
    /// entries after the matrix become zero.
    pub(super) fn residues(&self, p: u32, out: &mut [f64]) {
        let m = Modulus::new(p);
        let base = f64::from(1u32 << BITS);
        let mut power = -1.0;
        let weights: Vec<f64> = (0..self.count)
            .map(|_| {
                let here = power;
                power = m.mul(power, base);
                here
            })
            .collect();
        // Blocks that stay in the first-level cache over all planes.
        for (b, part) in out[..self.stride].chunks_mut(64 * COLUMN_BLOCK).enumerate() {
            part.fill(0.0);
            let start = b * 64 * COLUMN_BLOCK;
            if let Some(planes) = self.planes.get(start..) {
                column_update(self.isa, &m, part, planes, self.stride, &weights);
            }
        }
        debug_assert!(out[self.len..self.stride].iter().all(|&x| x == 0.0));
    }
}
