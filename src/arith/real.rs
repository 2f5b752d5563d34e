//! Functions of real numbers: one definition of each, over doubles, MPFR floats and intervals.

use super::{BigFloat, Interval, Ring};
use num_traits::Zero;
use rug::Float;

/// A [`Ring`] whose elements are real numbers, or enclose them.
///
/// What has no value (the square root of a negative number, a quotient by 0, of intervals one by an interval with 0
/// in it) is not a number, and neither is what is made of it: of an interval both ends.
pub trait Real: Ring {
    /// The integer n, in the precision of `self`.
    fn integer(&self, n: i64) -> Self;
    /// The number pi, in the precision of `self`.
    fn pi(&self) -> Self;
    /// The exponential.
    fn exp(&self) -> Self;
    /// The error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0.
    fn erf(&self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(&self) -> Self;
    /// The square root.
    fn sqrt(&self) -> Self;
    /// The larger of two numbers.
    fn max(&self, other: &Self) -> Self;
    /// The quotient.
    fn over(&self, other: &Self) -> Self;

    /// What has no value, in the precision of `self`.
    fn none(&self) -> Self {
        self.integer(0).over(&self.integer(0))
    }

    /// `factor_j exp(x_j) / sum_k factor_k exp(x_k)` for every x_j; factors are not negative and one at least is
    /// positive, else no x_j has a value.
    ///
    /// Computed from differences to the largest x_k whose factor is not 0: nothing overflows.
    fn softmax(row: &[Self], factors: &[Self]) -> Vec<Self> {
        let seen = || row.iter().zip(factors).filter(|(_, factor)| !factor.is_zero());
        let Some(largest) = seen().map(|(x, _)| x.clone()).reduce(|a, b| a.max(&b)) else {
            return row.iter().map(Self::none).collect();
        };
        let term = |(x, factor): (&Self, &Self)| match factor.is_zero() {
            true => Self::zero(),
            false => factor.clone() * (x.clone() - largest.clone()).exp(),
        };
        let terms: Vec<Self> = row.iter().zip(factors).map(term).collect();
        let sum = terms.iter().cloned().reduce(|a, b| a + b).expect("a term is seen");
        terms.iter().map(|x| x.over(&sum)).collect()
    }
}

/// A function of real numbers that is no polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RealFunction {
    /// `x (1 + erf(x / sqrt 2)) / 2` (Hendrycks and Gimpel 2016), PyTorch's `GELU()`.
    Gelu,
    /// `x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2`, PyTorch's `GELU(approximate="tanh")`.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `x / (1 + exp(-x))`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / sqrt(x)` for x > 0.
    ReciprocalRoot,
    /// [`Real::softmax`] of every row; the factors are parameter number `mask`, of the same size, or all 1.
    Softmax {
        /// The number of the parameter, if there is one.
        mask: Option<usize>,
    },
}

impl RealFunction {
    /// The activations, with their names in network files.
    pub const ACTIVATIONS: [(&str, Self); 6] = [
        ("gelu", Self::Gelu),
        ("gelu-tanh", Self::GeluTanh),
        ("relu", Self::Relu),
        ("silu", Self::Silu),
        ("sigmoid", Self::Sigmoid),
        ("tanh", Self::Tanh),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReciprocalRoot => "reciprocal-root",
            Self::Softmax { .. } => "softmax",
            other => Self::ACTIVATIONS.iter().find(|(_, f)| *f == other).expect("is listed").0,
        }
    }

    /// The values at the entries of a row, `factors` being those of softmax.
    pub(crate) fn of_row<T: Real>(self, row: &[T], factors: Option<&[T]>) -> Vec<T> {
        match (self, factors) {
            (Self::Softmax { .. }, Some(factors)) => T::softmax(row, factors),
            (Self::Softmax { .. }, None) => T::softmax(row, &vec![T::one(); row.len()]),
            _ => row.iter().map(|x| self.of(x)).collect(),
        }
    }

    /// The value at x; of softmax that of the row of x alone.
    pub fn of<T: Real>(self, x: &T) -> T {
        let n = |n: i64| x.integer(n);
        let half_of_one_plus = |y: T| x.clone() * (n(1) + y).over(&n(2));
        let sigmoid = || n(1).over(&(n(1) + (-x.clone()).exp()));
        match self {
            Self::Gelu => half_of_one_plus(x.over(&n(2).sqrt()).erf()),
            Self::GeluTanh => {
                let root = n(2).over(&x.pi()).sqrt();
                let cube = n(44_715).over(&n(1_000_000)) * x.power(3);
                half_of_one_plus((root * (x.clone() + cube)).tanh())
            }
            Self::Relu => x.max(&n(0)),
            Self::Silu => x.clone() * sigmoid(),
            Self::Sigmoid => sigmoid(),
            Self::Tanh => x.tanh(),
            Self::ReciprocalRoot => n(1).over(&x.sqrt()),
            Self::Softmax { .. } => n(1),
        }
    }
}

impl Real for f64 {
    fn integer(&self, n: i64) -> Self {
        n as Self
    }
    fn pi(&self) -> Self {
        std::f64::consts::PI
    }
    fn exp(&self) -> Self {
        Self::exp(*self)
    }
    /// By MPFR, so to the last bit.
    fn erf(&self) -> Self {
        Float::with_val(Self::MANTISSA_DIGITS, *self).erf().to_f64()
    }
    fn tanh(&self) -> Self {
        Self::tanh(*self)
    }
    fn sqrt(&self) -> Self {
        Self::sqrt(*self)
    }
    fn max(&self, other: &Self) -> Self {
        // `f64::max` would take the other number for one that is none.
        if self >= other || self.is_nan() { *self } else { *other }
    }
    fn over(&self, other: &Self) -> Self {
        if other.is_zero() { Self::NAN } else { self / other }
    }
}

impl Real for BigFloat {
    fn integer(&self, n: i64) -> Self {
        self.like(n)
    }
    fn pi(&self) -> Self {
        self.like(rug::float::Constant::Pi)
    }
    fn exp(&self) -> Self {
        self.map(Float::exp)
    }
    fn erf(&self) -> Self {
        self.map(Float::erf)
    }
    fn tanh(&self) -> Self {
        self.map(Float::tanh)
    }
    fn sqrt(&self) -> Self {
        self.map(Float::sqrt)
    }
    fn max(&self, other: &Self) -> Self {
        if self >= other || self.as_rug().is_nan() { self.clone() } else { other.clone() }
    }
    fn over(&self, other: &Self) -> Self {
        let precision = self.as_rug().prec().max(other.as_rug().prec());
        match other.is_zero() {
            true => Self::not_a_number(precision),
            false => Self::of_rug(Float::with_val(precision, self.as_rug() / other.as_rug())),
        }
    }
}

impl Real for Interval {
    fn integer(&self, n: i64) -> Self {
        self.like(n)
    }
    fn pi(&self) -> Self {
        self.like(rug::float::Constant::Pi)
    }
    fn exp(&self) -> Self {
        self.increasing(Float::exp_round)
    }
    fn erf(&self) -> Self {
        self.increasing(Float::erf_round)
    }
    fn tanh(&self) -> Self {
        self.increasing(Float::tanh_round)
    }
    fn sqrt(&self) -> Self {
        match self.lo < 0 {
            true => self.not_a_number(),
            false => self.increasing(Float::sqrt_round),
        }
    }
    fn max(&self, other: &Self) -> Self {
        let larger =
            |x: &Float, y: &Float| if x >= y || x.is_nan() { x.clone() } else { y.clone() };
        Self { lo: larger(&self.lo, &other.lo), hi: larger(&self.hi, &other.hi) }
    }
    fn over(&self, other: &Self) -> Self {
        let without_zero = other.lo > 0 || other.hi < 0;
        match without_zero && !other.lo.is_nan() && !other.hi.is_nan() {
            true => self.divided_by(other),
            false => self.not_a_number(),
        }
    }

    /// With e_j the terms, `e_j / (e_j + the sum of the others)` grows with e_j and falls with the others: its ends are
    /// taken at those of the arguments, so that e_j does not stand twice.
    fn softmax(row: &[Self], factors: &[Self]) -> Vec<Self> {
        let seen = row.iter().zip(factors).filter(|(_, factor)| !factor.is_zero());
        let largest = seen.map(|(x, _)| x.clone()).reduce(|a, b| a.max(&b));
        let largest = largest.filter(|_| factors.iter().all(|factor| factor.lo >= 0));
        let Some(largest) = largest else { return row.iter().map(Self::none).collect() };
        // Any number will do, as long as it is one for the whole row.
        let shift = Self::point(&largest.hi);
        let term = |(x, factor): (&Self, &Self)| factor * &(x - &shift).exp();
        let terms: Vec<Self> = row.iter().zip(factors).map(term).collect();
        let others = |j: usize| {
            let others = terms.iter().enumerate().filter(|(k, _)| *k != j);
            others.fold(row[j].integer(0), |sum, (_, x)| &sum + x)
        };
        let share = |j: usize| {
            let (own, others) = (&terms[j], others(j));
            let at = |x: &Float, rest: &Float| {
                let (x, rest) = (Self::point(x), Self::point(rest));
                x.over(&(&x + &rest))
            };
            let (low, high) = (at(&own.lo, &others.hi), at(&own.hi, &others.lo));
            Self { lo: low.lo, hi: high.hi }
        };
        (0..row.len()).map(share).collect()
    }
}
