//! The prime field F_p with the prime known at run time.

use super::{Field, Prime, Ring};
use num_traits::{One, Zero};
use std::fmt;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// An element of F_p: a residue in 0..p together with its prime.
///
/// `Zero::zero()` and `One::one()` have no argument that could name p, so an element may also be a
/// *literal*: a small integer that takes on the prime of whatever it is combined with. Literals
/// come only from `zero`, `one` and [`Ring::from_i64`]; two literals combine as integers.
#[derive(Clone, Copy)]
pub struct Fp {
    /// The residue, or for a literal the bits of an `i64`.
    value: u64,
    prime: Option<Prime>,
}

impl Fp {
    /// The class of `n` modulo `prime`.
    pub fn new(n: i64, prime: Prime) -> Self {
        Self { value: prime.reduce(n), prime: Some(prime) }
    }

    /// The element with residue `value`, which is reduced modulo `prime`.
    pub fn from_residue(value: u64, prime: Prime) -> Self {
        Self { value: value % prime.get(), prime: Some(prime) }
    }

    /// The class of `numerator / denominator`, or `None` if p divides the denominator.
    pub fn from_ratio(n: &super::Rational, prime: Prime) -> Option<Self> {
        let residue = |z: &rug::Integer| {
            let r = z.mod_u64(prime.get());
            Self { value: r, prime: Some(prime) }
        };
        if *n.denom() == 1 {
            return Some(residue(n.numer()));
        }
        Some(residue(n.numer()) * residue(n.denom()).inverse()?)
    }

    /// The residue in 0..p, p being the element's own prime, or `prime` for a literal.
    pub fn residue(self, prime: Prime) -> u64 {
        match self.prime {
            Some(_) => self.value,
            None => prime.reduce(self.value as i64),
        }
    }

    /// Both operands as residues of one prime, or both as integers.
    #[inline]
    fn align(self, other: Self) -> (u64, u64, Option<Prime>) {
        match (self.prime, other.prime) {
            (Some(p), Some(q)) => {
                debug_assert_eq!(p, q, "elements of two different prime fields");
                (self.value, other.value, Some(p))
            }
            (Some(p), None) => (self.value, p.reduce(other.value as i64), Some(p)),
            (None, Some(p)) => (p.reduce(self.value as i64), other.value, Some(p)),
            (None, None) => (self.value, other.value, None),
        }
    }

    fn literal(n: Option<i64>) -> Self {
        // Literals are the constants 0, 1 and the small integers of input families; a product of
        // them that leaves i64 would need tens of factors that are never multiplied together.
        Self { value: n.expect("literal integers stay small") as u64, prime: None }
    }
}

trait ModU64 {
    fn mod_u64(&self, p: u64) -> u64;
}

impl ModU64 for rug::Integer {
    fn mod_u64(&self, p: u64) -> u64 {
        use rug::ops::RemRounding;
        self.rem_euc(rug::Integer::from(p)).to_u64().unwrap_or(0)
    }
}

/// A literal equals the residue that it would become.
impl PartialEq for Fp {
    fn eq(&self, other: &Self) -> bool {
        let (a, b, _) = self.align(*other);
        a == b
    }
}

impl Add for Fp {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        let (a, b, prime) = self.align(other);
        match prime {
            Some(p) => {
                let sum = a + b; // below 2^64, as p < 2^63
                Self { value: if sum >= p.get() { sum - p.get() } else { sum }, prime }
            }
            None => Self::literal((a as i64).checked_add(b as i64)),
        }
    }
}

impl Neg for Fp {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        match self.prime {
            Some(p) if self.value > 0 => Self { value: p.get() - self.value, ..self },
            Some(_) => self,
            None => Self::literal((self.value as i64).checked_neg()),
        }
    }
}

impl Sub for Fp {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Fp {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let (a, b, prime) = self.align(other);
        match prime {
            Some(p) => Self { value: p.mul_mod(a, b), prime },
            None => Self::literal((a as i64).checked_mul(b as i64)),
        }
    }
}

impl AddAssign for Fp {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Fp {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl MulAssign for Fp {
    #[inline]
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Zero for Fp {
    fn zero() -> Self {
        Self { value: 0, prime: None }
    }
    fn is_zero(&self) -> bool {
        self.value == 0
    }
}

impl One for Fp {
    fn one() -> Self {
        Self { value: 1, prime: None }
    }
}

impl Ring for Fp {
    fn from_i64(n: i64) -> Self {
        Self { value: n as u64, prime: None }
    }
}

impl Field for Fp {
    /// By Fermat's little theorem; of the literals only 1 and -1 have one.
    fn inverse(&self) -> Option<Self> {
        match self.prime {
            Some(p) if self.value != 0 => {
                Some(Self { value: p.pow_mod(self.value, p.get() - 2), ..*self })
            }
            None if (self.value as i64).abs() == 1 => Some(*self),
            _ => None,
        }
    }
}

impl fmt::Debug for Fp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prime {
            Some(p) => write!(f, "{} mod {p}", self.value),
            None => write!(f, "{}", self.value as i64),
        }
    }
}
