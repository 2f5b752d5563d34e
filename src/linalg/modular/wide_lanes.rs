//! Packs of 64-bit integers, modulo a prime below 2^63: see [`super::lanes`].

use super::lanes::{Entries, Lanes, Operand, Product};
use super::wide::{Invariant, Mersenne, Reduce, eight_fit};

/// Samples of a pack.
const WIDTH: usize = 8;

/// Packs modulo 2^61 - 1.
pub(crate) type MersenneLanes = IntegerLanes<Mersenne>;

/// Packs modulo any other prime below 2^63.
pub(crate) type WideLanes = IntegerLanes<Invariant>;

/// Packs of residues in 0..p.
#[derive(Clone, Copy)]
pub(crate) struct IntegerLanes<R> {
    reduce: R,
    /// So many products, and a residue, fit 128 bits and the reduction.
    products: usize,
}

impl MersenneLanes {
    /// Modulo 2^61 - 1.
    pub(crate) fn new() -> Self {
        // 32 * 2^122 = 2^127.
        Self { reduce: Mersenne, products: 32 }
    }
}

impl WideLanes {
    /// Modulo the prime `p < 2^63`.
    pub(crate) fn new(p: u64) -> Self {
        Self { reduce: Invariant::new(p), products: if eight_fit(p) { 8 } else { 2 } }
    }
}

impl<R: Reduce> IntegerLanes<R> {
    fn each(&self, out: &mut [u64], x: Entries<'_, u64>, f: impl Fn(u128, u128) -> u128) {
        x.check(WIDTH, out.len() / WIDTH);
        for (e, out) in out.chunks_exact_mut(WIDTH).enumerate() {
            for (s, o) in out.iter_mut().enumerate() {
                let y = match x {
                    Entries::Stack(x) => x[e * WIDTH + s],
                    Entries::Scalars(x, stride) => x[e * stride],
                };
                *o = self.reduce.reduce(f(u128::from(*o), u128::from(y)));
            }
        }
    }
}

impl<R: Reduce> Lanes for IntegerLanes<R> {
    type Word = u64;

    fn width(&self) -> usize {
        WIDTH
    }

    fn tile(&self) -> usize {
        1
    }

    fn word(&self, residue: u64) -> u64 {
        residue
    }

    fn residue(&self, word: u64) -> u64 {
        word
    }

    fn product(&self, product: Product<'_, u64>, out: &mut [u64]) {
        product.check(WIDTH, 1, out.len());
        let [rows, inner, cols] = product.size;
        let (a, [ax, ak]) = product.a;
        for y in 0..cols {
            for x in 0..rows {
                let mut sums = [0u128; WIDTH];
                for k in 0..inner {
                    if k > 0 && k % self.products == 0 {
                        sums = sums.map(|sum| u128::from(self.reduce.reduce(sum)));
                    }
                    let pack = &a[(x * ax + k * ak) * WIDTH..][..WIDTH];
                    match product.b {
                        Operand::Panel(b) => {
                            let y = u128::from(b[y * inner + k]);
                            sums.iter_mut().zip(pack).for_each(|(s, x)| *s += u128::from(*x) * y);
                        }
                        Operand::Stack(b, [bk, by]) => {
                            let b = &b[(k * bk + y * by) * WIDTH..][..WIDTH];
                            for ((s, x), y) in sums.iter_mut().zip(pack).zip(b) {
                                *s += u128::from(*x) * u128::from(*y);
                            }
                        }
                    }
                }
                let at = (x * product.out[0] + y * product.out[1]) * WIDTH;
                for (o, sum) in out[at..at + WIDTH].iter_mut().zip(sums) {
                    let sum = u128::from(self.reduce.reduce(sum));
                    let old = if product.add { u128::from(*o) } else { 0 };
                    *o = self.reduce.reduce(sum + old);
                }
            }
        }
    }

    fn add(&self, out: &mut [u64], x: Entries<'_, u64>) {
        self.each(out, x, |a, b| a + b);
    }

    fn multiply(&self, out: &mut [u64], x: Entries<'_, u64>) {
        self.each(out, x, |a, b| a * b);
    }
}
