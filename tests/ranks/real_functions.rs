//! Functions of real numbers in intervals: 10,000 numbers each, against their values at four times the precision.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::ops::CompleteRound;
use seprank::arith::{BigFloat, Interval, Rational, Real, RealFunction};

const BITS: u32 = 64;

/// Uniform in size on a logarithmic scale, with both signs.
fn number(rng: &mut ChaCha20Rng, exponents: std::ops::Range<i32>) -> Rational {
    let size = rng.random_range(1.0..2.0f64) * f64::exp2(f64::from(rng.random_range(exponents)));
    Rational::from_f64(if rng.random() { size } else { -size }).unwrap()
}

/// An interval with the number inside, and up to a quarter of it on either side.
fn around(x: &Rational, rng: &mut ChaCha20Rng) -> Interval {
    let mut end = |sign: i64| {
        let share =
            Rational::from_f64(f64::exp2(rng.random_range(-60.0..-2.0)) * sign as f64).unwrap();
        Interval::enclosing(&(x.clone() + x.clone() * share), BITS)
    };
    end(1).hull(&end(-1))
}

fn exact(x: &BigFloat) -> Rational {
    Rational::from(x.as_rug().to_rational().expect("is finite"))
}

type Unary =
    (&'static str, fn(&Interval) -> Interval, fn(&BigFloat) -> BigFloat, std::ops::Range<i32>);

/// 10,000 numbers a function: the enclosure has the value at four times the precision in it, for points and for
/// intervals; of a point it is a few units wide.
#[test]
fn enclosures_of_functions_contain_their_values() {
    macro_rules! of {
        ($name:literal, $f:expr, $range:expr) => {
            ($name, $f, $f, $range)
        };
    }
    let functions: [Unary; 10] = [
        of!("exp", |x| x.exp(), -40..8),
        of!("erf", |x| x.erf(), -40..5),
        of!("tanh", |x| x.tanh(), -40..6),
        of!("sqrt", |x| (x.clone() * x.clone()).sqrt(), -40..40),
        of!("gelu", |x| RealFunction::Gelu.of(x), -40..5),
        of!("gelu-tanh", |x| RealFunction::GeluTanh.of(x), -40..5),
        of!("relu", |x| RealFunction::Relu.of(x), -40..40),
        of!("silu", |x| RealFunction::Silu.of(x), -40..6),
        of!("sigmoid", |x| RealFunction::Sigmoid.of(x), -40..6),
        of!("root", |x| RealFunction::ReciprocalRoot.of(&(x.clone() * x.clone())), -40..40),
    ];
    for (name, of_interval, of_float, range) in functions {
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        for k in 0..10_000 {
            let x = number(&mut rng, range.clone());
            let value = exact(&of_float(&BigFloat::new(&x, 4 * BITS)));
            let interval =
                if k % 2 == 0 { Interval::enclosing(&x, BITS) } else { around(&x, &mut rng) };
            let image = of_interval(&interval);
            // A double is a point: the root of its square is exact in neither precision.
            assert!(image.contains(&value), "{name} at {x}: {image:?}");
        }
    }
}

/// The same for functions of two numbers, and for softmax with factors.
#[test]
fn enclosures_of_quotients_and_softmax_contain_their_values() {
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    for k in 0..10_000 {
        let pair = [(); 2].map(|()| number(&mut rng, -30..30));
        let [x, y] = pair.clone().map(|q| BigFloat::new(&q, 4 * BITS));
        let [i, j] = pair
            .clone()
            .map(|q| if k % 2 == 0 { Interval::enclosing(&q, BITS) } else { around(&q, &mut rng) });
        assert!(i.over(&j).contains(&exact(&x.over(&y))));
        assert!(
            i.max(&j).contains(&pair[usize::from(pair[0].to_f64() < pair[1].to_f64())]),
            "{pair:?}"
        );
    }
    for _ in 0..2_000 {
        let n = rng.random_range(1..7);
        let row: Vec<Rational> = (0..n).map(|_| number(&mut rng, -10..6)).collect();
        let mut factors: Vec<Rational> = (0..n).map(|_| rng.random_range(0..3).into()).collect();
        factors[rng.random_range(0..n)] = Rational::from((1, 3));
        let values = {
            let of = |list: &[Rational]| {
                list.iter().map(|q| BigFloat::new(q, 4 * BITS)).collect::<Vec<_>>()
            };
            BigFloat::softmax(&of(&row), &of(&factors))
        };
        let enclosed = {
            let row: Vec<_> = row.iter().map(|q| around(q, &mut rng)).collect();
            let factors: Vec<_> = factors.iter().map(|q| Interval::enclosing(q, BITS)).collect();
            Interval::softmax(&row, &factors)
        };
        for (value, interval) in values.iter().zip(&enclosed) {
            assert!(
                interval.contains(&exact(value)),
                "{row:?} {factors:?}: {interval:?} {value:?}"
            );
        }
        // The definition, written out.
        let power = |k: usize| {
            BigFloat::new(&row[k], 4 * BITS).exp() * BigFloat::new(&factors[k], 4 * BITS)
        };
        let sum = (0..n).map(power).reduce(|a, b| a + b).unwrap();
        for (k, value) in values.iter().enumerate() {
            let difference = (power(k).over(&sum) - value.clone()).as_rug().clone().abs();
            assert!(difference < rug::Float::parse("1e-70").unwrap().complete(64), "{row:?}");
        }
    }
}
