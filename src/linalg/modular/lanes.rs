//! Arithmetic on many small matrices at once.
//!
//! # Definition
//!
//! A *pack* holds one residue for each of [`Lanes::width`] samples, one after the other. A *stack* is a
//! matrix of packs: entry e of sample s at `e * width + s`. What is the same for all samples is held
//! once, as *scalars*. Products of stacks with stacks are as many small products of matrices, whatever
//! their sizes; products of stacks with scalars are the parts of one large product.
//!
//! # Method
//!
//! A pack is as wide as a tile of [`super::kernel`]: three vectors. A product keeps a row of up to
//! eight packs of the result in registers and runs over the inner index, with delayed reduction. Scalars
//! come in *panels*, in the order in which they are read: [`Lanes::tile`] columns side by side, filled
//! up with zeros.
//!
//! # Safety
//!
//! As in `kernel`: an instruction set is entered only through an [`Isa`] value, and the wrappers assert
//! that every index of their loops is inside the slices.

use super::field::Modulus;
use super::kernel::{Isa, Kind};
use super::vector::{Vector, Wide};

/// Vectors of a pack.
const VECTORS: usize = 3;

/// What stands on the right of a product, or beside a stack entry by entry.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operand<'a, W> {
    /// Entry (k, y) is the pack number `k strides[0] + y strides[1]`.
    Stack(&'a [W], [usize; 2]),
    /// Scalars in panels.
    Panel(&'a [W]),
}

/// A product `out := [out] + A B` of matrices of sizes `rows x inner` and `inner x cols`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product<'a, W> {
    /// Rows, inner size and columns.
    pub(crate) size: [usize; 3],
    /// The stack A: entry (x, k) is the pack number `x strides[0] + k strides[1]`.
    pub(crate) a: (&'a [W], [usize; 2]),
    /// The matrix B.
    pub(crate) b: Operand<'a, W>,
    /// Entry (x, y) of the result is the pack number `x strides[0] + y strides[1]`.
    pub(crate) out: [usize; 2],
    /// Whether what `out` holds is kept.
    pub(crate) add: bool,
}

impl<W> Product<'_, W> {
    /// Asserts that all entries are inside their slices, for packs of `width`, panels of `tile`.
    pub(super) fn check(&self, width: usize, tile: usize, out: usize) {
        let [rows, inner, cols] = self.size;
        let end = |n: [usize; 2], strides: [usize; 2]| match n {
            [0, _] | [_, 0] => 0,
            [m, n] => ((m - 1) * strides[0] + (n - 1) * strides[1] + 1) * width,
        };
        assert!(end([rows, inner], self.a.1) <= self.a.0.len(), "A has its entries");
        match self.b {
            Operand::Stack(b, strides) => assert!(end([inner, cols], strides) <= b.len()),
            Operand::Panel(b) => assert!(cols.div_ceil(tile) * inner * tile <= b.len()),
        }
        assert!(end([rows, cols], self.out) <= out, "the result has its entries");
    }
}

/// Entries beside those of a stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entries<'a, W> {
    /// Packs.
    Stack(&'a [W]),
    /// The scalar of entry e at `e * stride`.
    Scalars(&'a [W], usize),
}

impl<W> Entries<'_, W> {
    /// Asserts that there are `count` of them.
    pub(super) fn check(&self, width: usize, count: usize) {
        match self {
            Self::Stack(x) => assert_eq!(x.len(), count * width, "as many packs"),
            Self::Scalars(x, stride) => {
                assert!(count == 0 || (count - 1) * stride < x.len(), "as many scalars");
            }
        }
    }
}

/// Arithmetic on packs modulo one prime.
pub(crate) trait Lanes: Sync {
    /// A residue.
    type Word: Copy + Default + Send + Sync;

    /// Samples of a pack.
    fn width(&self) -> usize;
    /// Columns of a panel.
    fn tile(&self) -> usize;
    /// The word of a residue in 0..p.
    fn word(&self, residue: u64) -> Self::Word;
    /// The residue in 0..p of a word.
    fn residue(&self, word: Self::Word) -> u64;
    /// A product of matrices. Cost: `rows inner cols` multiply-adds of packs.
    fn product(&self, product: Product<'_, Self::Word>, out: &mut [Self::Word]);
    /// `out := out + x`, entry by entry.
    fn add(&self, out: &mut [Self::Word], x: Entries<'_, Self::Word>);
    /// `out := out x`, entry by entry.
    fn multiply(&self, out: &mut [Self::Word], x: Entries<'_, Self::Word>);
}

/// Packs of doubles, modulo a prime below 2^26.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WordLanes {
    modulus: Modulus,
    isa: Isa,
}

impl WordLanes {
    /// Modulo the prime `p < 2^26`.
    pub(crate) fn new(p: u32) -> Self {
        Self { modulus: Modulus::new(p), isa: Isa::detect() }
    }
}

/// Rows and columns of the pointers of a product, in words.
#[derive(Clone, Copy)]
struct Pointers {
    size: [usize; 3],
    a: (*const f64, [usize; 2]),
    b: (*const f64, [usize; 2]),
    out: (*mut f64, [usize; 2]),
    add: bool,
}

/// Columns `y..y + count` of row x, `count <= R`; the operand B starts at column y.
#[inline(always)]
unsafe fn row_body<V: Vector, const R: usize, const PANEL: bool>(
    m: &Modulus,
    t: &Pointers,
    a: *const f64,
    b: *const f64,
    out: *mut f64,
    count: usize,
) {
    unsafe {
        let w = Wide::<V>::new(m);
        let inner = t.size[1];
        let mut acc = [[V::splat(0.0); VECTORS]; R];
        let mut done = 0;
        loop {
            let stop = inner.min(done + m.depth);
            for k in done..stop {
                let a = a.add(k * t.a.1[1]);
                let x: [V; VECTORS] = std::array::from_fn(|v| V::load(a.add(v * V::LANES)));
                let b = b.add(k * t.b.1[0]);
                for (r, sums) in acc.iter_mut().enumerate() {
                    if PANEL {
                        let y = V::splat(*b.add(r));
                        for (sum, x) in sums.iter_mut().zip(x) {
                            *sum = sum.fma(x, y);
                        }
                    } else {
                        // Beyond the last column the last one is read again.
                        let b = b.add(r.min(count - 1) * t.b.1[1]);
                        for (v, (sum, x)) in sums.iter_mut().zip(x).enumerate() {
                            *sum = sum.fma(x, V::load(b.add(v * V::LANES)));
                        }
                    }
                }
            }
            done = stop;
            if done == inner {
                break;
            }
            for sum in acc.iter_mut().flatten() {
                *sum = w.reduce(*sum);
            }
        }
        for (r, sums) in acc.iter().enumerate() {
            if r < count {
                for (v, sum) in sums.iter().enumerate() {
                    let p = out.add(r * t.out.1[1] + v * V::LANES);
                    let sum = if t.add { sum.add(V::load(p)) } else { *sum };
                    w.reduce(sum).store(p);
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn product_body<V: Vector, const R: usize, const PANEL: bool>(m: &Modulus, t: &Pointers) {
    let [rows, inner, cols] = t.size;
    let mut y = 0;
    while y < cols {
        let count = R.min(cols - y);
        // SAFETY: the wrapper has checked the pointers; each stays within its operand.
        unsafe {
            let b = t.b.0.add(if PANEL { y * inner } else { y * t.b.1[1] });
            for x in 0..rows {
                let a = t.a.0.add(x * t.a.1[0]);
                let out = t.out.0.add(x * t.out.1[0] + y * t.out.1[1]);
                match count {
                    1 => row_body::<V, 1, PANEL>(m, t, a, b, out, count),
                    2 => row_body::<V, 2, PANEL>(m, t, a, b, out, count),
                    3 | 4 => row_body::<V, 4, PANEL>(m, t, a, b, out, count),
                    _ => row_body::<V, R, PANEL>(m, t, a, b, out, count),
                }
            }
        }
        y += count;
    }
}

#[inline(always)]
unsafe fn entries_body<V: Vector, const MULTIPLY: bool>(
    m: &Modulus,
    out: &mut [f64],
    x: Entries<'_, f64>,
) {
    let pack = VECTORS * V::LANES;
    // SAFETY: the wrapper has checked that x has an entry for each pack of `out`.
    unsafe {
        let w = Wide::<V>::new(m);
        for (e, out) in out.chunks_exact_mut(pack).enumerate() {
            for v in 0..VECTORS {
                let p = out.as_mut_ptr().add(v * V::LANES);
                let y = match x {
                    Entries::Stack(x) => V::load(x.as_ptr().add(e * pack + v * V::LANES)),
                    Entries::Scalars(x, stride) => V::splat(*x.get_unchecked(e * stride)),
                };
                let old = V::load(p);
                let new = if MULTIPLY { old.mul(y) } else { old.add(y) };
                w.reduce(new).store(p);
            }
        }
    }
}

/// Instances of the bodies compiled for one x86 instruction set, with packs of `r` in a row.
#[cfg(target_arch = "x86_64")]
macro_rules! instances {
    ($module:ident, $features:literal, $ty:ident, $r:literal) => {
        mod $module {
            use super::*;
            use std::arch::x86_64::$ty;

            #[target_feature(enable = $features)]
            pub(super) unsafe fn product(m: &Modulus, t: &Pointers, panel: bool) {
                unsafe {
                    match panel {
                        true => product_body::<$ty, $r, true>(m, t),
                        false => product_body::<$ty, $r, false>(m, t),
                    }
                }
            }
            #[target_feature(enable = $features)]
            pub(super) unsafe fn add(m: &Modulus, out: &mut [f64], x: Entries<'_, f64>) {
                unsafe { entries_body::<$ty, false>(m, out, x) }
            }
            #[target_feature(enable = $features)]
            pub(super) unsafe fn multiply(m: &Modulus, out: &mut [f64], x: Entries<'_, f64>) {
                unsafe { entries_body::<$ty, true>(m, out, x) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
instances!(avx512, "avx512f,avx2,fma", __m512d, 8);
#[cfg(target_arch = "x86_64")]
instances!(avx2, "avx2,fma", __m256d, 4);

impl Lanes for WordLanes {
    type Word = f64;

    fn width(&self) -> usize {
        VECTORS * self.isa.lanes()
    }

    fn tile(&self) -> usize {
        self.isa.lanes()
    }

    fn word(&self, residue: u64) -> f64 {
        self.modulus.reduce(residue as f64)
    }

    fn residue(&self, word: f64) -> u64 {
        (word as i64).rem_euclid(self.modulus.p as i64) as u64
    }

    fn product(&self, product: Product<'_, f64>, out: &mut [f64]) {
        let (width, tile) = (self.width(), self.tile());
        product.check(width, tile, out.len());
        let words = |strides: [usize; 2]| strides.map(|n| n * width);
        let (b, panel) = match product.b {
            Operand::Stack(b, strides) => ((b.as_ptr(), words(strides)), false),
            Operand::Panel(b) => ((b.as_ptr(), [tile, 1]), true),
        };
        let t = Pointers {
            size: product.size,
            a: (product.a.0.as_ptr(), words(product.a.1)),
            b,
            out: (out.as_mut_ptr(), words(product.out)),
            add: product.add,
        };
        // SAFETY: the entries are inside their slices, and the instruction set was detected.
        unsafe {
            match (self.isa.0, panel) {
                #[cfg(target_arch = "x86_64")]
                (Kind::Avx512, panel) => avx512::product(&self.modulus, &t, panel),
                #[cfg(target_arch = "x86_64")]
                (Kind::Avx2, panel) => avx2::product(&self.modulus, &t, panel),
                (Kind::Portable, true) => product_body::<[f64; 4], 4, true>(&self.modulus, &t),
                (Kind::Portable, false) => product_body::<[f64; 4], 4, false>(&self.modulus, &t),
            }
        }
    }

    fn add(&self, out: &mut [f64], x: Entries<'_, f64>) {
        x.check(self.width(), out.len() / self.width());
        // SAFETY: as many entries as packs, and the instruction set was detected.
        unsafe {
            match self.isa.0 {
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512 => avx512::add(&self.modulus, out, x),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => avx2::add(&self.modulus, out, x),
                Kind::Portable => entries_body::<[f64; 4], false>(&self.modulus, out, x),
            }
        }
    }

    fn multiply(&self, out: &mut [f64], x: Entries<'_, f64>) {
        x.check(self.width(), out.len() / self.width());
        // SAFETY: as in `add`.
        unsafe {
            match self.isa.0 {
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512 => avx512::multiply(&self.modulus, out, x),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => avx2::multiply(&self.modulus, out, x),
                Kind::Portable => entries_body::<[f64; 4], true>(&self.modulus, out, x),
            }
        }
    }
}

#[cfg(test)]
impl WordLanes {
    /// With each instruction set supported here.
    pub(crate) fn all(p: u32) -> Vec<Self> {
        let of = |isa| Self { modulus: Modulus::new(p), isa };
        Isa::all().into_iter().map(of).collect()
    }
}
