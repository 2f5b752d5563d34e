//! The axioms of rings and fields, one suite fed every scalar type.

use num_rational::BigRational;
use num_traits::Zero;
use quickcheck::{Arbitrary, Gen, quickcheck};
use seprank::arith::{BigFloat, Field, Fp, Prime, Rational, Ring};
use seprank::poly::Polynomial;

/// The laws of a commutative ring, at three elements and two small integers.
fn ring_laws<T: Ring>(a: T, b: T, c: T, m: i8, n: i8) -> bool {
    let (a, b, c) = (|| a.clone(), || b.clone(), || c.clone());
    let sum = a() + b() == b() + a()
        && (a() + b()) + c() == a() + (b() + c())
        && a() + T::zero() == a()
        && (a() + -a()).is_zero()
        && a() - b() == a() + -b();
    let product = a() * b() == b() * a()
        && (a() * b()) * c() == a() * (b() * c())
        && a() * T::one() == a()
        && (a() * T::zero()).is_zero()
        && a() * (b() + c()) == a() * b() + a() * c();
    let mut assigned = a();
    assigned += b();
    assigned *= c();
    assigned -= a();
    let (m, n) = (i64::from(m), i64::from(n));
    let homomorphism = T::from_i64(m) * a() + T::from_i64(n) * a() == T::from_i64(m + n) * a()
        && T::from_i64(m) * (T::from_i64(n) * a()) == T::from_i64(m * n) * a();
    let powers = a().power(0) == T::one() && a().power(5) == a() * a() * a() * a() * a();
    sum && product && assigned == (a() + b()) * c() - a() && homomorphism && powers
}

fn field_laws<T: Field>(a: T) -> bool {
    match a.inverse() {
        None => a.is_zero(),
        Some(inverse) => !a.is_zero() && a * inverse == T::one(),
    }
}

macro_rules! prime_field {
    ($name:ident, $p:expr) => {
        mod $name {
            use super::*;
            fn element(n: i64) -> Fp {
                Fp::new(n, Prime::new($p).unwrap())
            }
            quickcheck! {
                fn ring(a: i64, b: i64, c: i64, m: i8, n: i8) -> bool {
                    ring_laws(element(a), element(b), element(c), m, n)
                }
                fn field(a: i64) -> bool {
                    field_laws(element(a))
                }
                fn addition_is_that_of_integers(a: i64, b: i64) -> bool {
                    let sum = i128::from(a) + i128::from(b);
                    let residue = sum.rem_euclid($p) as u64;
                    element(a) + element(b) == Fp::from_residue(residue, Prime::new($p).unwrap())
                }
                fn multiplication_is_that_of_integers(a: i64, b: i64) -> bool {
                    let product = i128::from(a) * i128::from(b);
                    let residue = product.rem_euclid($p) as u64;
                    element(a) * element(b) == Fp::from_residue(residue, Prime::new($p).unwrap())
                }
            }
        }
    };
}

prime_field!(f_2, 2);
prime_field!(f_3, 3);
prime_field!(f_65537, 65_537);
prime_field!(f_mersenne_61, (1 << 61) - 1);
prime_field!(f_largest, 9_223_372_036_854_775_783); // the largest prime below 2^63

#[derive(Clone, Debug)]
struct Drawn<T>(T);

macro_rules! ring {
    ($name:ident, $type:ty, $draw:expr) => {
        impl Arbitrary for Drawn<$type> {
            fn arbitrary(g: &mut Gen) -> Self {
                let draw: fn(&mut Gen) -> $type = $draw;
                Self(draw(g))
            }
        }
        mod $name {
            use super::*;
            quickcheck! {
                fn ring(a: Drawn<$type>, b: Drawn<$type>, c: Drawn<$type>, m: i8, n: i8) -> bool {
                    ring_laws(a.0, b.0, c.0, m, n)
                }
            }
        }
    };
}

fn denominator(g: &mut Gen) -> i64 {
    i64::arbitrary(g).saturating_abs().max(1)
}

ring!(gmp_rationals, Rational, |g| Rational::from((i64::arbitrary(g), denominator(g))));
ring!(pure_rust_rationals, BigRational, |g| {
    BigRational::new(i64::arbitrary(g).into(), denominator(g).into())
});
// Small integers, on which double precision is exact.
ring!(floats, f64, |g| f64::from(i8::arbitrary(g) / 4));
// Small integers at changing precisions, on which MPFR floats are exact.
ring!(big_floats, BigFloat, |g| {
    BigFloat::new(&i64::from(i8::arbitrary(g)).into(), [64, 106, 212][usize::arbitrary(g) % 3])
});
ring!(polynomials, Polynomial<Rational>, |g| {
    (0..3).fold(Polynomial::zero(), |sum, _| {
        let variable = Polynomial::variable(usize::arbitrary(g) % 3);
        let coefficient = Polynomial::from_i64(i8::arbitrary(g).into());
        sum + variable.power(u64::arbitrary(g) % 3) * coefficient
    })
});

quickcheck! {
    fn gmp_rationals_have_inverses(a: Drawn<Rational>) -> bool {
        field_laws(a.0)
    }
    fn pure_rationals_have_inverses(a: Drawn<BigRational>) -> bool {
        field_laws(a.0)
    }
    fn the_two_rational_types_agree(a: (i64, i32), b: (i64, i32)) -> bool {
        let pair = |(n, d): (i64, i32)| (n, i64::from(d).abs().max(1));
        let gmp = |x: (i64, i32)| Rational::from(pair(x));
        let pure = |x: (i64, i32)| BigRational::new(pair(x).0.into(), pair(x).1.into());
        (gmp(a) * gmp(b) + gmp(a) - gmp(b)).to_string()
            == (pure(a) * pure(b) + pure(a) - pure(b)).to_string()
    }
    fn reduction_is_a_homomorphism(a: (i64, i32), b: (i64, i32)) -> bool {
        let p = Prime::MERSENNE_61;
        let rational = |(n, d): (i64, i32)| Rational::from((n, i64::from(d).abs().max(1)));
        let (a, b) = (rational(a), rational(b));
        let reduce = |x: &Rational| Fp::from_ratio(x, p).unwrap();
        reduce(&(a.clone() * b.clone())) == reduce(&a) * reduce(&b)
            && reduce(&(a.clone() + b.clone())) == reduce(&a) + reduce(&b)
    }
}

#[test]
fn a_denominator_divisible_by_the_prime_has_no_residue() {
    let p = Prime::new(7).unwrap();
    assert_eq!(Fp::from_ratio(&Rational::from((1, 14)), p), None);
    assert_eq!(Fp::from_ratio(&Rational::from((1, 15)), p), Some(Fp::new(1, p)));
}
