//! Packs of floating-point lanes: AVX-512F, AVX2 with FMA, and a portable array.
//!
//! # Safety
//!
//! Every function of [`Vector`] requires that the processor supports the
//! instruction set of the implementing type, and `load` and `store` that
//! `LANES` entries may be read or written at the pointer. The functions are
//! inlined into kernels that are compiled for that instruction set.

use super::field::{Modulus, ROUND};

/// A pack of `f64` lanes.
pub(super) trait Vector: Copy {
    const LANES: usize;
    unsafe fn load(p: *const f64) -> Self;
    unsafe fn store(self, p: *mut f64);
    unsafe fn splat(x: f64) -> Self;
    unsafe fn add(self, y: Self) -> Self;
    unsafe fn sub(self, y: Self) -> Self;
    unsafe fn mul(self, y: Self) -> Self;
    /// `self + x * y`.
    unsafe fn fma(self, x: Self, y: Self) -> Self;
    /// `self - x * y`.
    unsafe fn fnma(self, x: Self, y: Self) -> Self;
}

#[cfg(target_arch = "x86_64")]
macro_rules! x86_vector {
    ($ty:ty, $lanes:expr, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident,
     $mul:ident, $fma:ident, $fnma:ident) => {
        impl Vector for $ty {
            const LANES: usize = $lanes;
            #[inline(always)]
            unsafe fn load(p: *const f64) -> Self {
                unsafe { std::arch::x86_64::$load(p) }
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut f64) {
                unsafe { std::arch::x86_64::$store(p, self) }
            }
            #[inline(always)]
            unsafe fn splat(x: f64) -> Self {
                unsafe { std::arch::x86_64::$splat(x) }
            }
            #[inline(always)]
            unsafe fn add(self, y: Self) -> Self {
                unsafe { std::arch::x86_64::$add(self, y) }
            }
            #[inline(always)]
            unsafe fn sub(self, y: Self) -> Self {
                unsafe { std::arch::x86_64::$sub(self, y) }
            }
            #[inline(always)]
            unsafe fn mul(self, y: Self) -> Self {
                unsafe { std::arch::x86_64::$mul(self, y) }
            }
            #[inline(always)]
            unsafe fn fma(self, x: Self, y: Self) -> Self {
                unsafe { std::arch::x86_64::$fma(x, y, self) }
            }
            #[inline(always)]
            unsafe fn fnma(self, x: Self, y: Self) -> Self {
                unsafe { std::arch::x86_64::$fnma(x, y, self) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
x86_vector!(
    std::arch::x86_64::__m512d,
    8,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_set1_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_fmadd_pd,
    _mm512_fnmadd_pd
);
#[cfg(target_arch = "x86_64")]
x86_vector!(
    std::arch::x86_64::__m256d,
    4,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_set1_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_fmadd_pd,
    _mm256_fnmadd_pd
);

macro_rules! portable_op {
    ($name:ident, |$s:ident, $($arg:ident),+| $body:expr) => {
        #[inline(always)]
        unsafe fn $name(self, $($arg: Self),+) -> Self {
            std::array::from_fn(|i| {
                let $s = self[i];
                $(let $arg = $arg[i];)+
                $body
            })
        }
    };
}

/// Separate multiplication and addition: exact, since all values involved are
/// integers below `2^53`.
impl Vector for [f64; 4] {
    const LANES: usize = 4;
    #[inline(always)]
    unsafe fn load(p: *const f64) -> Self {
        unsafe { p.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut f64) {
        unsafe { p.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn splat(x: f64) -> Self {
        [x; 4]
    }
    portable_op!(add, |s, y| s + y);
    portable_op!(sub, |s, y| s - y);
    portable_op!(mul, |s, y| s * y);
    portable_op!(fma, |s, x, y| s + x * y);
    portable_op!(fnma, |s, x, y| s - x * y);
}

/// Constants of the reduction, broadcast.
#[derive(Clone, Copy)]
pub(super) struct Wide<V> {
    /// The modulus.
    pub p: V,
    inv: V,
    round: V,
}

impl<V: Vector> Wide<V> {
    #[inline(always)]
    pub(super) unsafe fn new(m: &Modulus) -> Self {
        unsafe { Self { p: V::splat(m.p), inv: V::splat(m.inv), round: V::splat(ROUND) } }
    }

    #[inline(always)]
    pub(super) unsafe fn reduce(&self, x: V) -> V {
        unsafe {
            let q = self.round.fma(x, self.inv).sub(self.round);
            x.fnma(q, self.p)
        }
    }
}
