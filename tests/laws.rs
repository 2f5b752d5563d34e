//! The axioms of rings and fields, one suite fed every scalar type; the maps between the types; the
//! laws of enclosures.

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use quickcheck::{Arbitrary, Gen, quickcheck};
use rug::Integer;
use seprank::arith::{BigFloat, Dual, Field, Fp, Prime, Rational, Ring};
use seprank::bounds::LogInterval;
use seprank::poly::Polynomial;
use twofloat::TwoFloat;

/// The laws of a commutative ring, at three elements and two small integers.
fn ring_laws<T: Ring>(a: T, b: T, c: T, m: i8, n: i8) -> bool {
    let (a, b, c) = (|| a.clone(), || b.clone(), || c.clone());
    let sum = a() + b() == b() + a()
        && (a() + b()) + c() == a() + (b() + c())
        && a() + T::zero() == a()
        && (a() + -a()).is_zero()
        && (-(a() - a())).is_zero()
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
    let homomorphism = T::from_i64(1) == T::one()
        && T::from_i64(m) * a() + T::from_i64(n) * a() == T::from_i64(m + n) * a()
        && T::from_i64(m) * (T::from_i64(n) * a()) == T::from_i64(m * n) * a();
    let (x, y, z) = (a(), b(), c());
    let pairs = [(&x, &y), (&z, &x), (&y, &z)];
    let dot = T::dot(pairs.into_iter()) == a() * b() + c() * a() + b() * c()
        && T::dot(pairs.into_iter().take(1)) == a() * b()
        && T::dot(std::iter::empty()).is_zero();
    let powers = a().power(0) == T::one() && a().power(5) == a() * a() * a() * a() * a();
    sum && product && assigned == (a() + b()) * c() - a() && homomorphism && powers && dot
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
                fn residues_are_those_of_integers(a: i64, b: u64) -> bool {
                    let p = Prime::new($p).unwrap();
                    let least = |n: i128| n.rem_euclid($p) as u64;
                    let edges = [i64::MIN, -$p, -1, 0, $p - 1, $p, $p + 1, i64::MAX];
                    edges.into_iter().chain([a]).all(|a| {
                        p.reduce(a) == least(a.into())
                            && element(a).residue(p) == least(a.into())
                            && Fp::from_ratio(&Rational::from(a), p) == Some(element(a))
                    }) && Fp::from_residue(b, p).residue(p) == least(b.into())
                }
                fn powers_are_repeated_products(a: i64, exponent: u8) -> bool {
                    let p = Prime::new($p).unwrap();
                    let product = (0..exponent).fold(Fp::new(1, p), |x, _| x * element(a));
                    product.residue(p) == p.pow_mod(p.reduce(a), exponent.into())
                        && product == element(a).power(exponent.into())
                }
                // Fermat's little theorem.
                fn frobenius_is_the_identity(a: i64) -> bool {
                    element(a).power($p) == element(a)
                }
                fn literals_take_on_the_prime(a: i64, n: i32, m: i32) -> bool {
                    let (n, m) = (i64::from(n), i64::from(m));
                    let literal = <Fp as Ring>::from_i64;
                    let same = |x: Fp, y: i64| x == element(y) && element(y) == x;
                    literal(n) + element(a) == element(n) + element(a)
                        && element(a) - literal(n) == element(a) - element(n)
                        && literal(n) * element(a) == element(n) * element(a)
                        && same(literal(n) + literal(m), n + m)
                        && same(literal(n) - literal(m), n - m)
                        && same(literal(n) * literal(m), n * m)
                        && same(-literal(n), -n)
                        && literal(n).residue(Prime::new($p).unwrap()) == element(n).residue(Prime::new($p).unwrap())
                        && (-2..3).chain([n]).all(|n| match literal(n).inverse() {
                            Some(inverse) => inverse * literal(n) == literal(1),
                            None => n.abs() != 1,
                        })
                }
                fn elements_are_equal_if_their_residues_are(a: i64, b: i64) -> bool {
                    let p = Prime::new($p).unwrap();
                    let pairs = [(a, b), (a, a), (0, $p), (1, 0), (b % 2, b % 3)];
                    pairs.iter().all(|&(a, b)| {
                        let equal = (i128::from(a) - i128::from(b)) % $p == 0;
                        (element(a) == element(b)) == equal
                            && (element(a) == <Fp as Ring>::from_i64(b)) == equal
                            && format!("{:?}", element(a)) == format!("{} mod {p}", p.reduce(a))
                    })
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
// Products of these fill both halves.
ring!(double_doubles, TwoFloat, |g| {
    TwoFloat::from(i64::from(i8::arbitrary(g)) << 12) + f64::from(i8::arbitrary(g) / 4)
});
ring!(duals, Dual<Rational>, |g| {
    let mut draw = || Rational::from((i64::arbitrary(g), denominator(g)));
    Dual { value: draw(), slope: draw() }
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
    fn rationals_are_in_lowest_terms(n: i64, d: i64) -> bool {
        let d = if d == 0 { 1 } else { d };
        let q = Rational::from((n, d));
        q.numer().clone().gcd(q.denom()) == 1
            && *q.denom() > 0
            && Integer::from(q.numer() * d) == Integer::from(q.denom() * n)
    }
    fn rationals_are_parsed_as_they_are_printed(a: Drawn<Rational>) -> bool {
        Rational::parse(&a.0.to_string()) == Some(a.0.clone())
            && format!("{:?}", a.0) == a.0.to_string()
    }
    fn the_order_of_rationals_is_that_of_differences(a: Drawn<Rational>, b: Drawn<Rational>) -> bool {
        let difference = a.0.clone() - b.0.clone();
        a.0.cmp(&b.0) == difference.numer().cmp0()
    }
    fn big_floats_hold_doubles(x: f64) -> bool {
        let Some(exact) = Rational::from_f64(x) else { return !x.is_finite() };
        let float = BigFloat::new(&exact, 100);
        float.to_f64() == x && format!("{float:?}") == format!("{:?}", float.as_rug())
    }
    // Truncated: no further from zero, and the next double is beyond.
    fn doubles_of_rationals_are_rounded_towards_zero(a: Drawn<Rational>) -> bool {
        let exact = |x: f64| BigRational::from_float(x).unwrap();
        let text = a.0.to_string();
        let value: BigRational = text.parse().unwrap();
        let double = a.0.to_f64();
        exact(double).abs() <= value.abs()
            && (value.abs() < exact(double.abs().next_up()))
            && (value.is_zero() || double.is_sign_negative() == value.is_negative())
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

/// A positive integer of up to 400 bits.
#[derive(Clone, Debug)]
struct Positive(Integer);

impl Arbitrary for Positive {
    fn arbitrary(g: &mut Gen) -> Self {
        let long =
            (Integer::from(u64::arbitrary(g)) << (u32::arbitrary(g) % 336)) + u64::arbitrary(g);
        let n = if bool::arbitrary(g) { long } else { (u8::arbitrary(g) % 40).into() };
        Self(n + 1u32)
    }
}

fn log(n: &Integer) -> LogInterval {
    LogInterval::of(n).expect("positive")
}

/// Whether [lo, hi] and [a, b] meet, doubles being rounded outwards.
fn meet(x: Option<[f64; 2]>, y: Option<[f64; 2]>) -> bool {
    matches!((x, y), (Some([lo, hi]), Some([a, b])) if lo <= hi && a <= b && lo <= b && a <= hi)
}

quickcheck! {
    fn enclosures_admit_what_they_are_made_of(a: Positive, b: Positive, k: u8) -> bool {
        let (n, m) = (&a.0, &b.0);
        let (x, y) = (log(n), log(m));
        let power = |n: &Integer| (0..k % 8).fold(Integer::from(1), |p, _| p * n);
        x.admits(n)
            && x.times(&y).admits(&Integer::from(n * m))
            && x.plus(&y).admits(&Integer::from(n + m))
            && x.min(&y).admits(n.min(m))
            && x.max(&y).admits(n.max(m))
            && x.power(&(k % 8).into()).admits(&power(n))
            && x.times(&y).over(&y).admits(n)
            && LogInterval::between(&x.min(&y), &x.max(&y)).admits(n)
            && LogInterval::one().admits(&1.into())
    }
    // Integers of so few bits are told apart.
    fn enclosures_are_ordered_as_the_integers(a: Positive, b: Positive) -> bool {
        let (n, m) = (&a.0, &b.0);
        let (x, y) = (log(n), log(m));
        let far = |n: &Integer, m: &Integer| Integer::from(m - n) > Integer::from(m >> 200u32);
        // What is said is so, and if the numbers are not too close it is said.
        (!x.less_than(&y) || n < m)
            && (!x.at_most(&y) || n <= m)
            && (!far(n, m) || (x.less_than(&y) && x.at_most(&y) && !x.admits(m)))
            && !x.less_than(&x)
            && !(x.less_than(&y) && y.less_than(&x))
            && {
                // An interval from n to m is neither below nor above its ends.
                let wide = LogInterval::between(&x, &y);
                !far(n, m)
                    || (wide.admits(n) && wide.admits(m))
                        && ![wide.less_than(&y), x.less_than(&wide), wide.at_most(&y)].contains(&true)
            }
    }
    fn enclosures_are_narrow(a: Positive, b: Positive) -> bool {
        let (x, y) = (log(&a.0), log(&b.0));
        [x.clone(), x.times(&y), x.plus(&y), x.power(&7.into())].iter().all(|z| {
            let width = z.relative_width();
            (0.0..1e-60).contains(&width)
        })
    }
    fn bases_of_logarithms_agree(a: Positive, b: Positive) -> bool {
        let (n, m) = (Integer::from(&a.0 + 1u32), Integer::from(&b.0 + 1u32));
        let (x, y) = (log(&n), log(&m));
        let ten = |z: &LogInterval| z.log10().unwrap();
        let scaled = |[lo, hi]: [f64; 2], by: f64| Some([lo * by * (1.0 - 1e-12), hi * by * (1.0 + 1e-12)]);
        let digits = n.to_string().len() as f64;
        // log2 = log10 log2(10); the ratio is the same in every base.
        meet(x.log2(), scaled(ten(&x), std::f64::consts::LOG2_10))
            && meet(x.log10_log10(), Some(ten(&x).map(f64::log10)).map(|[lo, hi]| [lo - 1e-12, hi + 1e-12]))
            && x.log_ratio(&y).is_some_and(|r| meet(Some(r), scaled([ten(&x)[0] / ten(&y)[1], ten(&x)[1] / ten(&y)[0]], 1.0)))
            && ten(&x)[0] <= digits
            && digits - 1.0 <= ten(&x)[1]
    }
}

#[test]
fn only_positive_numbers_have_logarithms() {
    assert_eq!(LogInterval::of(&Integer::new()), None);
    assert_eq!(LogInterval::of(&Integer::from(-1)), None);
    assert_eq!(LogInterval::of(&Integer::from(1)), Some(LogInterval::one()));
    // The logarithm of 1 is zero: nothing is divided by it, and it has none itself.
    assert_eq!(log(&2.into()).log_ratio(&LogInterval::one()), None);
    assert_eq!(LogInterval::one().log10_log10(), None);
}
