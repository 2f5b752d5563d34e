//! Functions against decimals that were computed by other series, and against themselves at four times the bits.

use super::ball::{Ball, Balls, Number};
use crate::certificate::RealFunction;
use crate::check::matrix::{Matrix, by_dots, multiply};
use crate::check::ring::Ring;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Function, argument in eighths, value to 50 places, cut or rounded.
const VALUES: [(RealFunction, i64, &str); 12] = [
    (RealFunction::Sigmoid, 8, "0.73105857863000487925115924182183627436514464016506"),
    (RealFunction::Sigmoid, -24, "0.04742587317756678087884815177175220138617943242061"),
    (RealFunction::Silu, -24, "-0.14227761953270034263654445531525660415853829726183"),
    (RealFunction::Tanh, 8, "0.76159415595576488811945828260479359041276859725794"),
    (RealFunction::Tanh, -24, "-0.99505475368673045133188018525548847509781385470028"),
    (RealFunction::Gelu, 8, "0.84134474606854294858523254563203792247791296672660"),
    (RealFunction::Gelu, -24, "-0.00404969409489028357995544430278493213348810447514"),
    (RealFunction::GeluTanh, 8, "0.84119199060827670478199577704518386082576147011401"),
    (RealFunction::GeluTanh, -24, "-0.00363739208177301883781646613189139183020294138696"),
    (RealFunction::ReciprocalRoot, 24, "0.57735026918962576450914878050195745564760175127013"),
    (RealFunction::Relu, -24, "0.00000000000000000000000000000000000000000000000000"),
    (RealFunction::Relu, 3, "0.37500000000000000000000000000000000000000000000000"),
];

fn eighths(n: i64) -> BigRational {
    BigRational::new(n.into(), 8.into())
}

fn decimal(text: &str) -> BigRational {
    let (whole, places) = text.split_once('.').unwrap();
    let units: BigInt = format!("{whole}{places}").parse().unwrap();
    BigRational::new(units, BigInt::from(10).pow(places.len() as u32))
}

/// Middle and radius.
fn rational(ring: &Balls, ball: &Ball) -> (BigRational, BigRational) {
    let unit = BigInt::one() << ring.bits;
    let of = |n: &BigInt| BigRational::new(n.clone(), unit.clone());
    (of(&ball.middle), of(&ball.radius))
}

/// Whether a number known up to `error` may be in the ball.
fn contains(ring: &Balls, ball: &Ball, value: &BigRational, error: &BigRational) -> bool {
    let (middle, radius) = rational(ring, ball);
    (middle - value).abs() <= radius + error
}

#[test]
fn values_are_in_their_balls_and_these_are_small() {
    let error = BigRational::new(BigInt::one(), BigInt::from(10).pow(49));
    for bits in [64, 128, 300] {
        let ring = Balls::new(bits);
        for (function, n, text) in VALUES {
            let x = ring.embed(&eighths(n)).unwrap().unwrap();
            let ball = ring.function(function, &x).unwrap();
            assert!(contains(&ring, &ball, &decimal(text), &error), "{function:?} {n} {bits}");
            assert!(ball.radius < BigInt::from(1 << 16), "{function:?} {n} {bits}: {ball:?}");
        }
    }
}

/// A generator that is good enough for numbers to try.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn number(&mut self) -> BigRational {
        let sign = if self.below(2) == 0 { -1 } else { 1 };
        let size = BigInt::from(sign * self.below(1 << 30) as i64);
        BigRational::new(size, BigInt::one() << (20 + self.below(40)))
    }
}

const FUNCTIONS: [RealFunction; 7] = [
    RealFunction::Gelu,
    RealFunction::GeluTanh,
    RealFunction::Relu,
    RealFunction::Silu,
    RealFunction::Sigmoid,
    RealFunction::Tanh,
    RealFunction::ReciprocalRoot,
];

/// Of balls of all widths, and of points, with the value at a number inside.
#[test]
fn balls_contain_what_four_times_the_bits_show() {
    let (coarse, fine) = (Balls::new(64), Balls::new(256));
    let mut random = Random(1);
    for k in 0..2_000 {
        let function = FUNCTIONS[k % FUNCTIONS.len()];
        let x = random.number();
        let x = if function == RealFunction::ReciprocalRoot { x.abs() } else { x };
        let at = fine.embed(&x).unwrap().unwrap();
        let Some(exact) = fine.function(function, &at) else {
            assert!(function == RealFunction::ReciprocalRoot, "{function:?} {x}");
            continue;
        };
        let width = BigInt::from(random.below(1 << 20)) << random.below(40);
        let mut ball = coarse.embed(&x).unwrap().unwrap();
        if k % 3 > 0 {
            ball.middle += if k % 2 == 0 { width.clone() } else { -width.clone() };
            ball.radius += width;
        }
        let Some(image) = coarse.function(function, &ball) else { continue };
        let (value, error) = rational(&fine, &exact);
        assert!(contains(&coarse, &image, &value, &error), "{function:?} {x}: {image:?} {exact:?}");
    }
}

#[test]
fn arithmetic_contains_the_exact_results() {
    let ring = Balls::new(40);
    let mut random = Random(2);
    let none = BigRational::zero();
    for _ in 0..2_000 {
        let (x, y) = (random.number(), random.number());
        let [mut a, mut b] = [&x, &y].map(|q| ring.embed(q).unwrap().unwrap());
        for ball in [&mut a, &mut b] {
            let width = BigInt::from(random.below(1 << 20)) >> random.below(21);
            ball.middle += &width;
            ball.radius += width;
        }
        let holds =
            |number: Number, value: BigRational| contains(&ring, &number.unwrap(), &value, &none);
        assert!(holds(ring.plus(&a, &b), &x + &y) && holds(ring.minus(&a, &b), &x - &y));
        assert!(
            holds(ring.times(&a, &b), &x * &y)
                && holds(ring.over_integer(&a, 7), &x / BigInt::from(7))
        );
        if b.is_not_zero() {
            assert!(!y.is_zero() && holds(ring.over(&a, &b), &x / &y));
        } else {
            assert_eq!(ring.over(&a, &b), None);
        }
        let (p, q) = (Some(a), Some(b));
        assert!(holds(
            ring.dot(&[p.clone(), q.clone()], &[q.clone(), p]),
            &x * &y * BigInt::from(2)
        ));
    }
}

/// Of all sizes and radii, at few bits and many: the exact products are in what machine words give, which is at most about
/// twice as wide as what the definition gives.
#[test]
fn products_of_matrices_contain_the_exact_ones() {
    let mut random = Random(4);
    let none = BigRational::zero();
    for k in 0..400u64 {
        let bits = [1, 20, 53, 54, 55, 64, 108, 200][k as usize % 8];
        let ring = Balls::new(bits);
        let [rows, inner, cols] = [0, 1, 2].map(|_| 1 + random.below(5) as usize);
        let mut of = |rows: usize, cols: usize, wide: bool| {
            let exact: Vec<BigRational> = (0..rows * cols)
                .map(|_| {
                    random.number() * BigRational::from_integer(BigInt::one() << random.below(80))
                })
                .collect();
            let mut ball = |q: &BigRational| {
                let mut ball = ring.embed(q).unwrap().unwrap();
                if wide {
                    let width = BigInt::from(random.below(1 << 20)) << random.below(60);
                    ball.middle += &width;
                    ball.radius += width;
                }
                Some(ball)
            };
            let balls = exact.iter().map(&mut ball).collect();
            (Matrix::new(rows, cols, exact.clone()), Matrix::new(rows, cols, balls))
        };
        let (a, near_a) = of(rows, inner, k % 3 > 0);
        let (b, near_b) = of(inner, cols, k % 5 > 1);
        let product = multiply(&ring, &near_a, &near_b);
        let plain = by_dots(&ring, &near_a, &near_b);
        for i in 0..rows {
            for j in 0..cols {
                let value = (0..inner).map(|l| a.get(i, l) * b.get(l, j)).sum::<BigRational>();
                let ball = product.get(i, j).as_ref().unwrap();
                assert!(contains(&ring, ball, &value, &none), "{bits}: {ball:?} {value}");
                let plain = plain.get(i, j).as_ref().unwrap();
                assert_eq!(ball.middle, plain.middle);
                let all = near_a.entries().iter().chain(near_b.entries()).flatten();
                let scale = all.map(|x| x.middle.abs() + &x.radius).max().unwrap();
                let slack = (&scale * &scale) >> (bits + 18);
                assert!(ball.radius <= &plain.radius * 2 + slack + 2, "{bits}: {ball:?} {plain:?}");
            }
        }
    }
    let ring = Balls::new(20);
    let unknown = Matrix::new(1, 2, vec![None, Some(ring.integer(1))]);
    assert_eq!(
        multiply(&ring, &unknown.transpose(), &unknown).entries()[3],
        Some(Ball { middle: BigInt::one() << 20, radius: 2.into() })
    );
}

/// At every multiple of 1/64, so between and on the centres, at few bits and many.
#[test]
fn erf_is_that_of_four_times_the_bits() {
    for bits in [5, 6, 30, 64, 130] {
        let (coarse, fine) = (Balls::new(bits), Balls::new(4 * bits));
        for n in 0..400i64 {
            let x = BigRational::new((7 * n).into(), 256.into());
            let [ball, at] = [&coarse, &fine].map(|ring| ring.embed(&x).unwrap().unwrap());
            let found = coarse.erf(&ball).unwrap();
            let (value, error) = rational(&fine, &fine.erf(&at).unwrap());
            assert!(contains(&coarse, &found, &value, &error), "{bits} {x}: {found:?} {value}");
            assert!(found.radius < BigInt::from(16), "{bits} {x}: {found:?}");
        }
    }
}

/// With factors, one of them 0 beside a number far above the others.
#[test]
fn shares_are_those_of_the_definition() {
    let (coarse, fine) = (Balls::new(64), Balls::new(256));
    let mut random = Random(3);
    for _ in 0..300 {
        let row: Vec<BigRational> = (0..4).map(|_| random.number() / BigInt::from(64)).collect();
        let factors = [1, 0, 3, 2].map(|n: i64| BigRational::new(n.into(), 3.into()));
        let of = |ring: &Balls| {
            let embed = |list: &[BigRational]| {
                list.iter().map(|q| ring.embed(q).unwrap()).collect::<Vec<_>>()
            };
            ring.softmax(&embed(&row), Some(&embed(&factors))).unwrap()
        };
        let (found, exact) = (of(&coarse), of(&fine));
        // m_j exp(x_j) / sum = 1 / sum_k (m_k / m_j) exp(x_k - x_j), of which exp(z) is s / (1 - s) for s = sigmoid(z).
        for j in [0, 2, 3] {
            let terms = [0, 2, 3].map(|k| {
                let z = fine.embed(&(&row[k] - &row[j])).unwrap().unwrap();
                let share = fine.function(RealFunction::Sigmoid, &z).unwrap();
                let odds =
                    fine.over(&share, &fine.minus(&fine.integer(1), &share).unwrap()).unwrap();
                fine.times(&odds, &fine.embed(&(&factors[k] / &factors[j])).unwrap().unwrap())
                    .unwrap()
            });
            let sum = terms.iter().fold(fine.integer(0), |sum, t| fine.plus(&sum, t).unwrap());
            let expected = fine.over(&fine.integer(1), &sum).unwrap();
            let (value, error) = rational(&fine, &expected);
            assert!(contains(&coarse, found[j].as_ref().unwrap(), &value, &error), "{row:?}");
            assert!(contains(&fine, exact[j].as_ref().unwrap(), &value, &error), "{row:?}");
        }
        let (zero, none) = (BigRational::zero(), BigRational::zero());
        assert!(contains(&coarse, found[1].as_ref().unwrap(), &zero, &none));
    }
}

/// What has no bound stays without one, and takes no time.
#[test]
fn what_is_too_large_is_not_known() {
    let ring = Balls::new(64);
    let power = |e: u32| ring.embed(&BigRational::from_integer(BigInt::one() << e)).unwrap();
    assert_eq!(power(70_000), None);
    let large = power(60_000).unwrap();
    assert_eq!(ring.times(&large, &large), None);
    for (function, value) in [(RealFunction::Sigmoid, 1), (RealFunction::Tanh, 1)] {
        let at = ring.function(function, &large).unwrap();
        assert!(contains(
            &ring,
            &at,
            &BigRational::from_integer(value.into()),
            &BigRational::zero()
        ));
    }
    let negative = Balls::negated(&large);
    let silu = ring.function(RealFunction::Silu, &negative).unwrap();
    assert!(contains(&ring, &silu, &BigRational::zero(), &BigRational::zero()));
    assert_eq!(ring.function(RealFunction::ReciprocalRoot, &ring.integer(0)), None);
    assert_eq!(ring.function(RealFunction::ReciprocalRoot, &negative), None);
    let row = [None, Some(ring.integer(0))];
    assert_eq!(ring.real(RealFunction::Softmax(None), &row, None), [None, None]);
}
