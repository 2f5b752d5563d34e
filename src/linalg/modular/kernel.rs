//! Vector kernels of the floating-point path: with [`super::vector`] and
//! [`super::lanes`] the only unsafe code of the module.
//!
//! # Contents
//!
//! * [`tile`]: `C := [C] - A B mod p` on a tile of at most [`Isa::rows`] rows and
//!   [`Isa::nr`] columns. `A` and `C` are given row by row, `B` is packed in row
//!   order with a padded width. Sums stay in registers; they are reduced every
//!   `depth` products and once at the end, fused with the store, so `C` crosses
//!   memory once per call and is always left reduced.
//! * [`column_update`] and [`column_scale`]: the two operations of the
//!   column-oriented panel elimination.
//!
//! Each is written once over the trait [`Vector`] and instantiated for
//! AVX-512F, AVX2 with FMA, and a portable array type; the choice is made at
//! run time by [`Isa::detect`].
//!
//! # Safety
//!
//! Two facts are used: an instruction set is entered only through an [`Isa`]
//! value, which `detect` makes after asking the processor; and every pointer is
//! derived from a slice whose length was asserted in the safe wrapper to cover
//! all accesses (rows of `A`: `k`; rows of `C`: `width`; `B`: `k` times the
//! padded width; columns: a multiple of the vector block).

use super::field::Modulus;
use super::vector::{Vector, Wide};

/// Most rows of a tile on any instruction set.
pub(crate) const MR_MAX: usize = 8;
/// Most columns of a tile on any instruction set.
pub(crate) const NR_MAX: usize = 24;
/// Deepest product of one tile call.
pub(crate) const KC: usize = 256;
/// Columns of the panel kernels have a length that is a multiple of this.
pub(crate) const COLUMN_BLOCK: usize = 32;

/// An instruction set found on this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Isa(pub(super) Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Isa {
    /// The best supported instruction set.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            Self::best(
                is_x86_feature_detected!("avx2"),
                is_x86_feature_detected!("fma"),
                is_x86_feature_detected!("avx512f"),
            )
        }
        #[cfg(not(target_arch = "x86_64"))]
        Self(Kind::Portable)
    }

    /// The best set that needs only the features given.
    #[cfg(target_arch = "x86_64")]
    fn best(avx2: bool, fma: bool, avx512f: bool) -> Self {
        Self(match (avx2 && fma, avx512f) {
            (true, true) => Kind::Avx512,
            (true, false) => Kind::Avx2,
            (false, _) => Kind::Portable,
        })
    }

    /// All sets supported here, for tests.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        match Self::detect().0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => vec![Self(Kind::Portable), Self(Kind::Avx2), Self(Kind::Avx512)],
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => vec![Self(Kind::Portable), Self(Kind::Avx2)],
            Kind::Portable => vec![Self(Kind::Portable)],
        }
    }

    /// Lanes of a vector.
    pub(super) fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 8,
            _ => 4,
        }
    }

    /// Rows of a full tile. With those of AVX2 its sums take twelve of the sixteen registers, and two more
    /// hold columns: with four rows of three vectors the compiler keeps a sum in memory, at half the speed.
    pub(super) fn rows(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 6,
            _ => self.lanes(),
        }
    }

    /// Columns of a full tile.
    pub(super) fn nr(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 2 * self.lanes(),
            _ => 3 * self.lanes(),
        }
    }

    /// Columns of a packed slab of a product, of whole tiles.
    pub(super) fn slab(self) -> usize {
        36 * self.lanes()
    }

    /// Width of a tile of `n` columns after padding to whole vectors.
    pub(super) fn padded(self, n: usize) -> usize {
        n.div_ceil(self.lanes()) * self.lanes()
    }
}

/// What a tile call needs beyond its type.
#[derive(Clone, Copy)]
struct TileArgs {
    k: usize,
    a: [*const f64; MR_MAX],
    b: *const f64,
    c: [*mut f64; MR_MAX],
    load: bool,
}

#[inline(always)]
unsafe fn tile_body<V: Vector, const MR: usize, const NV: usize>(m: &Modulus, t: &TileArgs) {
    unsafe {
        let w = Wide::<V>::new(m);
        #[cfg(target_arch = "x86_64")]
        for c in &t.c[..MR] {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            for j in 0..(NV * V::LANES).div_ceil(8) {
                _mm_prefetch::<_MM_HINT_T0>(c.wrapping_add(8 * j).cast());
            }
            _mm_prefetch::<_MM_HINT_T0>(c.wrapping_add(NV * V::LANES - 1).cast());
        }
        let mut acc = [[V::splat(0.0); NV]; MR];
        let mut done = 0;
        let mut b = t.b;
        loop {
            let stop = t.k.min(done + m.depth);
            for k in done..stop {
                let mut bv = [w.p; NV];
                for (j, v) in bv.iter_mut().enumerate() {
                    *v = V::load(b.add(j * V::LANES));
                }
                b = b.add(NV * V::LANES);
                for (row, a) in acc.iter_mut().zip(&t.a) {
                    let x = V::splat(*a.add(k));
                    for (v, &y) in row.iter_mut().zip(&bv) {
                        *v = v.fnma(x, y);
                    }
                }
            }
            done = stop;
            if done == t.k {
                break;
            }
            for row in &mut acc {
                for v in row {
                    *v = w.reduce(*v);
                }
            }
        }
        for (row, c) in acc.iter().zip(&t.c) {
            for (j, &sum) in row.iter().enumerate() {
                let p = c.add(j * V::LANES);
                let v = if t.load { sum.add(V::load(p)) } else { sum };
                w.reduce(v).store(p);
            }
        }
    }
}

#[inline(always)]
unsafe fn tile_widths<V: Vector, const MR: usize>(m: &Modulus, t: &TileArgs, vectors: usize) {
    unsafe {
        match vectors {
            1 => tile_body::<V, MR, 1>(m, t),
            2 => tile_body::<V, MR, 2>(m, t),
            _ => tile_body::<V, MR, 3>(m, t),
        }
    }
}

#[inline(always)]
unsafe fn update_body<V: Vector>(m: &Modulus, t: &mut [f64], l: &[f64], stride: usize, u: &[f64]) {
    unsafe {
        let w = Wide::<V>::new(m);
        let mut i = 0;
        while i < t.len() {
            let p = t.as_mut_ptr().add(i);
            let mut acc = [w.p; 4];
            for (j, v) in acc.iter_mut().enumerate() {
                *v = V::load(p.add(j * V::LANES));
            }
            let mut room = m.depth;
            for (k, &x) in u.iter().enumerate() {
                if room == 0 {
                    for v in &mut acc {
                        *v = w.reduce(*v);
                    }
                    room = m.depth;
                }
                room -= 1;
                let x = V::splat(x);
                let q = l.as_ptr().add(k * stride + i);
                for (j, v) in acc.iter_mut().enumerate() {
                    *v = v.fnma(x, V::load(q.add(j * V::LANES)));
                }
            }
            for (j, v) in acc.iter().enumerate() {
                w.reduce(*v).store(p.add(j * V::LANES));
            }
            i += 4 * V::LANES;
        }
    }
}

#[inline(always)]
unsafe fn scale_body<V: Vector>(m: &Modulus, t: &mut [f64], x: f64) {
    unsafe {
        let w = Wide::<V>::new(m);
        let x = V::splat(x);
        let whole = t.len() / V::LANES * V::LANES;
        let mut i = 0;
        while i < whole {
            let p = t.as_mut_ptr().add(i);
            w.reduce(V::load(p).mul(x)).store(p);
            i += V::LANES;
        }
        for v in &mut t[whole..] {
            *v = m.reduce(*v * *(&raw const x).cast::<f64>());
        }
    }
}

/// Instances of the bodies compiled for one x86 instruction set.
#[cfg(target_arch = "x86_64")]
macro_rules! instances {
    ($module:ident, $features:literal, $ty:ident, $mr:literal) => {
        mod $module {
            use super::*;
            use std::arch::x86_64::$ty;

            #[target_feature(enable = $features)]
            pub(super) unsafe fn tile(m: &Modulus, t: &TileArgs, vectors: usize) {
                unsafe { tile_widths::<$ty, $mr>(m, t, vectors) }
            }
            #[target_feature(enable = $features)]
            pub(super) unsafe fn update(
                m: &Modulus,
                t: &mut [f64],
                l: &[f64],
                stride: usize,
                u: &[f64],
            ) {
                unsafe { update_body::<$ty>(m, t, l, stride, u) }
            }
            #[target_feature(enable = $features)]
            pub(super) unsafe fn scale(m: &Modulus, t: &mut [f64], x: f64) {
                unsafe { scale_body::<$ty>(m, t, x) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
instances!(avx512, "avx512f,avx2,fma", __m512d, 8);
#[cfg(target_arch = "x86_64")]
instances!(avx2, "avx2,fma", __m256d, 6);

/// Calls the instance for an instruction set, or the portable body.
macro_rules! dispatch {
    ($isa:expr, $name:ident, $portable:expr, ($($arg:expr),+)) => {
        match $isa.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => avx512::$name($($arg),+),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => avx2::$name($($arg),+),
            Kind::Portable => $portable($($arg),+),
        }
    };
}

/// A row of `A` with the matching row of `C`.
pub(crate) type Pair<'a> = (&'a [f64], &'a mut [f64]);

/// `C := [C] - A B mod p` on one tile.
///
/// `rows` holds `1..=isa.rows()` pairs of a row of `A` (`k` entries) and a row of `C`
/// (`width` entries, `width <= nr`); `b` holds `k` rows of `isa.padded(width)`
/// entries. Without `load` the old `C` is ignored.
pub(crate) fn tile(
    isa: Isa,
    m: &Modulus,
    k: usize,
    width: usize,
    rows: &mut [Pair<'_>],
    b: &[f64],
    load: bool,
) {
    static ZEROS: [f64; KC] = [0.0; KC];
    let padded = isa.padded(width);
    assert!(!rows.is_empty() && rows.len() <= isa.rows());
    assert!(k <= KC && padded <= isa.nr() && width > 0 && b.len() >= k * padded);
    let mut scratch = [0.0f64; MR_MAX * NR_MAX];
    let partial = padded != width;
    if partial {
        for (s, (_, c)) in scratch.chunks_exact_mut(NR_MAX).zip(rows.iter()) {
            s[..width].copy_from_slice(&c[..width]);
        }
    }
    let base = scratch.as_mut_ptr();
    let mut t = TileArgs {
        k,
        a: [ZEROS.as_ptr(); MR_MAX],
        b: b.as_ptr(),
        c: std::array::from_fn(|i| base.wrapping_add(i * NR_MAX)),
        load,
    };
    for (i, (a, c)) in rows.iter_mut().enumerate() {
        assert!(a.len() >= k && c.len() >= width);
        t.a[i] = a.as_ptr();
        if !partial {
            t.c[i] = c.as_mut_ptr();
        }
    }
    let vectors = padded / isa.lanes();
    // SAFETY: lengths asserted above; rows beyond `rows.len()` read `ZEROS`
    // and write `scratch`, whose rows hold `NR_MAX >= padded` entries; the
    // instruction set was detected.
    unsafe { dispatch!(isa, tile, tile_widths::<[f64; 4], 4>, (m, &t, vectors)) }
    if partial {
        for (i, (_, c)) in rows.iter_mut().enumerate() {
            c[..width].copy_from_slice(&scratch[i * NR_MAX..i * NR_MAX + width]);
        }
    }
}

/// `t := t - sum_k l_k u_k mod p`, where `l_k = l[k * stride..][..t.len()]`.
///
/// `t.len()` is a multiple of [`COLUMN_BLOCK`].
pub(crate) fn column_update(
    isa: Isa,
    m: &Modulus,
    t: &mut [f64],
    l: &[f64],
    stride: usize,
    u: &[f64],
) {
    assert!(t.len().is_multiple_of(COLUMN_BLOCK));
    assert!(u.is_empty() || l.len() >= (u.len() - 1) * stride + t.len());
    // SAFETY: lengths asserted; a step of four vectors divides COLUMN_BLOCK.
    unsafe { dispatch!(isa, update, update_body::<[f64; 4]>, (m, t, l, stride, u)) }
}

/// `t := x t mod p`.
pub(crate) fn column_scale(isa: Isa, m: &Modulus, t: &mut [f64], x: f64) {
    // SAFETY: the body stays within the slice; the set was detected.
    unsafe { dispatch!(isa, scale, scale_body::<[f64; 4]>, (m, t, x)) }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{Isa, Kind};

    #[test]
    fn the_best_set_needs_all_its_features() {
        for bits in 0..8u8 {
            let [avx2, fma, avx512f] = [1, 2, 4].map(|bit| bits & bit != 0);
            let expected = match bits {
                7 => Kind::Avx512,
                3 => Kind::Avx2,
                _ => Kind::Portable,
            };
            assert_eq!(Isa::best(avx2, fma, avx512f), Isa(expected), "{bits:03b}");
        }
    }

    #[test]
    fn sizes_of_tiles_and_slabs() {
        let sizes = |kind| (Isa(kind).rows(), Isa(kind).nr(), Isa(kind).slab());
        assert_eq!(sizes(Kind::Portable), (4, 12, 144));
        assert_eq!(sizes(Kind::Avx2), (6, 8, 144));
        assert_eq!(sizes(Kind::Avx512), (8, 24, 288));
    }
}
