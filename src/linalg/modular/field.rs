//! The prime field in balanced floating-point form.
//!
//! # Definition
//!
//! For a prime `p < 2^26` a residue class is held as an integral `f64` `x`
//! with `|x| <= B`, where `B = (p - 1)/2 + 2`. The two spare units pay for the
//! rounding of the quotient in [`Modulus::reduce`]; zero stays the only
//! representative of the class of zero, so `x == 0.0` is an exact test.
//!
//! # Delayed reduction
//!
//! `depth` is the largest number `k` (capped at 4096) of products that may be
//! summed before a reduction: `k B^2 + 2 B + 2 p <= 2^53`. Then every partial
//! sum is an integer below `2^53`, hence exact, with or without a fused
//! multiply-add. See J.-G. Dumas, P. Giorgi, C. Pernet, *Dense linear algebra
//! over word-size prime fields: the FFLAS and FFPACK packages*, ACM TOMS 35(3),
//! 2008, section 2.

/// `1.5 * 2^52`: adding and subtracting it rounds to the nearest integer.
pub(crate) const ROUND: f64 = 6_755_399_441_055_744.0;

/// The largest admitted modulus, exclusive.
pub(crate) const MODULUS_LIMIT: u32 = 1 << 26;

/// Cap of the delay, which keeps quotients exact for tiny primes.
const DEPTH_CAP: u64 = 4096;

/// A prime `p < 2^26` with the constants of the floating-point reduction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modulus {
    /// The prime.
    pub p: f64,
    /// `1 / p`, rounded to nearest.
    pub inv: f64,
    /// Number of products that may be accumulated between reductions.
    pub depth: usize,
}

impl Modulus {
    /// Constants for the prime `p`.
    ///
    /// # Panics
    ///
    /// If `p < 2` or `p >= 2^26`; primality is the caller's promise.
    pub(super) fn new(p: u32) -> Self {
        assert!((2..MODULUS_LIMIT).contains(&p), "the modulus must be a prime below 2^26");
        let p = u64::from(p);
        let bound = (p - 1) / 2 + 2;
        let depth = ((1u64 << 53) - 2 * bound - 2 * p) / (bound * bound);
        Self { p: p as f64, inv: 1.0 / p as f64, depth: depth.clamp(1, DEPTH_CAP) as usize }
    }

    /// The balanced representative of an integral `x`, `|x| < 2^53 - 2 p`.
    ///
    /// The product `q p` is an integer of magnitude at most `|x| + 2 p`, so it
    /// is exact even without a fused multiply-add.
    #[inline(always)]
    pub(super) fn reduce(&self, x: f64) -> f64 {
        let q = (x * self.inv + ROUND) - ROUND;
        x - q * self.p
    }

    /// Product of two balanced residues.
    #[inline(always)]
    pub(super) fn mul(&self, x: f64, y: f64) -> f64 {
        self.reduce(x * y)
    }

    /// Inverse of a balanced residue; the class of zero (and any value that
    /// is no residue) gives zero.
    pub(super) fn invert(&self, x: f64) -> f64 {
        let p = self.p as i64;
        let (mut r0, mut r1) = (p, (x as i64).rem_euclid(p));
        let (mut t0, mut t1) = (0i64, 1i64);
        while r1 != 0 {
            let q = r0 / r1;
            (r0, r1) = (r1, r0 - q * r1);
            (t0, t1) = (t1, t0 - q * t1);
        }
        if r0 == 1 { self.reduce(t0 as f64) } else { 0.0 }
    }
}
