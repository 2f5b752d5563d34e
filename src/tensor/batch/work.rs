//! What a grid costs: the work of its steps, counted, and the speed of this machine, timed.

use super::steps::{Op, Sides, Steps, View};
use crate::arith::Prime;
use crate::linalg::{Entries, Lanes, MersenneLanes, Operand, Product, WordLanes, word_modulus};
use crate::network::Problem;
use std::hint::black_box;
use std::time::Instant;

/// Of operations on packs: how many there are, or the seconds of each.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    /// Multiply-adds of a pack and a scalar.
    scalars: f64,
    /// Multiply-adds of two packs.
    stacks: f64,
    /// Packs that are written.
    packs: f64,
    /// Steps.
    steps: f64,
}

impl Work {
    fn times(self, seconds: Self) -> f64 {
        self.scalars * seconds.scalars
            + self.stacks * seconds.stacks
            + self.packs * seconds.packs
            + self.steps * seconds.steps
    }
}

/// The work of a pack of points of one side, and of a point of A with a pack of those of B.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GridWork {
    left: Work,
    right: Work,
    both: Work,
}

impl GridWork {
    /// For the output of `problem`, whatever the weights.
    pub(crate) fn new(problem: &Problem) -> Self {
        let steps = Steps::new(problem, &problem.layers());
        let [left, right, both] =
            [Sides::LEFT, Sides::RIGHT, Sides::BOTH].map(|sides| work(&steps, sides));
        Self { left, right, both }
    }

    /// Multiply-adds for a pair of points, besides those for each of its points.
    pub(crate) fn of_pair(&self) -> f64 {
        self.both.scalars + self.both.stacks
    }

    /// Seconds of a grid of so many points on a side, on all threads.
    pub(crate) fn seconds(&self, speed: &GridSpeed, points: u64) -> f64 {
        let threads = rayon::current_num_threads();
        let part = part(points as usize, speed.width);
        let parts = (points as f64 / part as f64).ceil();
        let packs = (points as f64 / speed.width as f64).ceil();
        let seconds = parts * self.left.times(speed.seconds)
            + parts * packs * self.right.times(speed.seconds)
            + points as f64 * packs * self.both.times(speed.seconds);
        seconds / (threads as f64).min(parts).max(1.0)
    }
}

/// So many points of A are evaluated by one thread at a time, out of `points`: enough parts for all threads;
/// in each what depends on B alone is found anew.
pub(super) fn part(points: usize, width: usize) -> usize {
    points.div_ceil(4 * rayon::current_num_threads()).clamp(1, width)
}

fn work(steps: &Steps, sides: Sides) -> Work {
    let mut work = Work::default();
    for step in steps.list.iter().filter(|step| steps.nodes[step.target].sides == sides) {
        let packs = steps.nodes[step.target].len() as f64;
        work.steps += 1.0;
        work.packs += packs
            * match &step.op {
                Op::Power { exponent, .. } => 1.0 + 2.0 * f64::from(exponent.ilog2()),
                Op::Polynomial { degree, .. } => 2.0 + 2.0 * *degree as f64,
                _ => 1.0,
            };
        if let Op::Product(a, b) = step.op {
            let (rows, cols) = steps.nodes[a.node].size;
            let products = packs * if a.transposed { rows } else { cols } as f64;
            // Of what depends on both sides, a point of A is a scalar.
            let stack = |view: View| match steps.nodes[view.node].sides {
                Sides::NONE => false,
                own => own == sides || own == Sides::RIGHT,
            };
            match stack(a) && stack(b) {
                true => work.stacks += products,
                false => work.scalars += products,
            }
        }
    }
    work
}

/// Seconds of each operation on one thread, timed now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GridSpeed {
    width: usize,
    seconds: Work,
}

impl GridSpeed {
    /// Modulo that prime. Cost: a few milliseconds.
    pub(crate) fn new(prime: Prime) -> Self {
        match word_modulus(prime) {
            Some(p) => Self::of(&WordLanes::new(p)),
            None => Self::of(&MersenneLanes::new()),
        }
    }

    fn of<K: Lanes>(kernel: &K) -> Self {
        let width = kernel.width();
        let words = |n: usize| vec![kernel.word(1); n];
        let product = |size: [usize; 3], scalars: bool| {
            let [rows, inner, cols] = size;
            let (a, b) = (words(rows * inner * width), words(inner * (cols + 8) * width));
            let b = match scalars {
                true => Operand::Panel(&b[..]),
                false => Operand::Stack(&b[..], [cols, 1]),
            };
            let mut out = words(rows * cols * width);
            let product = Product { size, a: (&a[..], [inner, 1]), b, out: [cols, 1], add: false };
            fastest(|| kernel.product(black_box(product), &mut out))
        };
        let mut out = words(256 * width);
        let other = out.clone();
        let packs = fastest(|| kernel.add(&mut out, Entries::Stack(black_box(&other)))) / 256.0;
        let of = |seconds: f64, size: [usize; 3]| {
            let [rows, inner, cols] = size.map(|n| n as f64);
            ((seconds - rows * cols * packs) / (rows * inner * cols)).max(seconds / 1e6)
        };
        let (large, small) = ([4, 64, 64], [16, 16, 16]);
        let seconds = Work {
            scalars: of(product(large, true), large),
            stacks: of(product(small, false), small),
            packs,
            steps: product([1, 1, 1], true),
        };
        Self { width, seconds }
    }
}

/// The least seconds of several runs.
fn fastest(mut run: impl FnMut()) -> f64 {
    let mut once = || {
        let start = Instant::now();
        (0..8).for_each(|_| run());
        start.elapsed().as_secs_f64() / 8.0
    };
    (0..8).map(|_| once()).fold(f64::INFINITY, f64::min)
}
