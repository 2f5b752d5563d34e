//! Whatever sizes a certificate names, its theorems are evaluated within seconds or not at all.

#[path = "../../../tests/common/cases.rs"]
mod cases;

use seprank_check::certificate::{
    Architecture, Attention, Certificate, Claim, Expression, Layer, Layers, Log10, Lower, Mixer,
    Output, Parameter, Power, Problem, RankClaim, Relation, Scope, Text, Upper, Value,
};
use seprank_check::check::{Kind, Verdict, check};
use std::time::{Duration, Instant};

/// Some take a second of a processor; without a limit in sum some took hours.
const ENOUGH: Duration = Duration::from_secs(5);

const LOWER: [&str; 4] =
    ["attention-power", "attention-isotropic", "attention-heads", "attention-blocks"];
const ATTENTION: [&str; 2] = ["attention-word", "attention-graded"];
const MIXER: [&str; 2] = ["mixer-homogeneous", "mixer-degree"];

/// One of each list, by a fixed sequence.
struct Chooser(u64);

impl Chooser {
    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        list[(self.0 >> 33) as usize % list.len()]
    }
}

const DEPTHS: [u64; 13] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 29, 600_000, 1 << 24];
const WIDTHS: [u64; 14] =
    [1, 2, 3, 7, 16, 48, 64, 768, 4096, 1 << 15, 1 << 19, 1 << 22, (1 << 24) - 1, 1 << 24];
const TOKENS: [u64; 9] = [2, 3, 5, 17, 197, 4096, 1 << 19, 1 << 22, 1 << 24];

fn claim(architecture: Architecture, theorem: &str, chooser: &mut Chooser) -> RankClaim {
    let tokens = chooser.of(&TOKENS);
    let most = chooser.of(&[1, 1, 2, 3, 16, 1000, 4000]).min(tokens - 1);
    let lower = LOWER.contains(&theorem);
    let value = match chooser.of(&[0, 1, 2]) {
        0 => Value::Exact(Text(u8::from(!lower).into())),
        1 => Value::Exact(Text(num_bigint::BigInt::from(10).pow(300))),
        _ => Value::Log10(Log10 {
            low: Text("12345.678".parse().unwrap()),
            high: Text("123456.789".parse().unwrap()),
        }),
    };
    RankClaim {
        problem: Problem {
            architecture,
            tokens,
            left: (0..most).collect(),
            output: Output { token: chooser.of(&[0, tokens - 1]), channel: 0 },
        },
        scope: Scope::Generic,
        relation: if lower { Relation::AtLeast } else { Relation::AtMost },
        value,
        weights: None,
        lower: lower.then(|| Lower::Theorem(theorem.into())),
        upper: (!lower).then(|| Upper::Theorem(theorem.into())),
    }
}

fn attention(theorem: &str, chooser: &mut Chooser) -> RankClaim {
    let width = chooser.of(&WIDTHS);
    let divisors = [1, 2, 3, 12, 64, width / 2, width].map(|h| h.max(1));
    let divisors: Vec<u64> = divisors.into_iter().filter(|h| width.is_multiple_of(*h)).collect();
    let shape = Attention { depth: chooser.of(&DEPTHS), width, heads: chooser.of(&divisors) };
    claim(Architecture::Attention(shape), theorem, chooser)
}

fn mixer(theorem: &str, chooser: &mut Chooser) -> RankClaim {
    let shape = Mixer {
        depth: chooser.of(&DEPTHS),
        width: chooser.of(&WIDTHS),
        token_hidden: chooser.of(&WIDTHS),
        token_degree: chooser.of(&[1, 2, 3, 64]),
        channel_hidden: chooser.of(&WIDTHS),
        channel_degree: chooser.of(&[1, 2, 3, 64]),
        bias: theorem == "mixer-degree",
        residual: theorem == "mixer-degree" && chooser.of(&[true, false]),
        permutation: None,
    };
    claim(Architecture::Mixer(shape), theorem, chooser)
}

/// Many layers, of high degree or with many images.
fn layers(chooser: &mut Chooser) -> RankClaim {
    use Expression::{Hadamard, Input, Parameter as P, Product, Sum};
    let pair = |a, b| Box::new((a, b));
    let power = |of, exponent| Expression::Power(Box::new(Power { of, exponent }));
    let width = chooser.of(&WIDTHS);
    let free = |rows, cols| Parameter { rows, cols, value: None };
    let exponent = chooser.of(&[1, 2, 64]);
    let deep = (0..100).fold(Input, |e, _| Expression::Transpose(Box::new(e)));
    let term = |_| Hadamard(pair(power(deep.clone(), 2), Product(pair(Input, P(0)))));
    let expression = match chooser.of(&[0, 1, 2]) {
        0 => power(Input, exponent),
        1 => Sum((0..2000).map(term).collect()),
        _ => Product(pair(power(Input, exponent), P(0))),
    };
    let count = chooser.of(&[1, 2, 10, 60]);
    let layer = Layer { parameters: vec![free(width, width)], expression };
    let layers = vec![layer; count];
    claim(Architecture::Layers(Layers { width, layers }), "network-degree", chooser)
}

fn timed(claim: RankClaim) -> (Verdict, Duration) {
    let certificate = Certificate::new(Claim::Rank(Box::new(claim)));
    let (start, wall) = (processor_time(), Instant::now());
    let verdict = check(&certificate);
    let taken = processor_time().zip(start).map(|(end, start)| end - start);
    (verdict, taken.unwrap_or_else(|| wall.elapsed()))
}

/// What this thread has taken of a processor, where the system tells: other tests run as well.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

#[test]
fn every_theorem_ends_whatever_the_sizes() {
    let mut chooser = Chooser(1);
    for _ in 0..cases::cases(12).cases {
        let mut claims: Vec<RankClaim> = Vec::new();
        claims.extend(LOWER.iter().chain(&ATTENTION).map(|id| attention(id, &mut chooser)));
        claims.extend(MIXER.iter().map(|id| mixer(id, &mut chooser)));
        claims.push(layers(&mut chooser));
        for claim in claims {
            let text = format!("{claim} {:?} {:?}", claim.lower, claim.upper);
            let (verdict, time) = timed(claim);
            assert!(time < ENOUGH, "{time:?}: {text}: {verdict}");
        }
    }
}

/// Millions of choices of the free numbers of 3.8 and 3.9, each of them costly.
#[test]
fn the_work_of_all_choices_is_limited_in_sum() {
    let tokens = 1 << 22;
    for theorem in ["attention-heads", "attention-blocks"] {
        let of = |value| RankClaim {
            problem: Problem {
                architecture: Architecture::Attention(Attention {
                    depth: 29,
                    width: tokens,
                    heads: 2,
                }),
                tokens,
                left: vec![0],
                output: Output { token: 1, channel: 0 },
            },
            scope: Scope::Generic,
            relation: Relation::AtLeast,
            value,
            weights: None,
            lower: Some(Lower::Theorem(theorem.into())),
            upper: None,
        };
        // The simple value of a choice is there without its sum.
        let (small, time) = timed(of(Value::Exact(Text(1.into()))));
        assert!(small == Verdict::Valid && time < ENOUGH, "{theorem}: {small} {time:?}");
        let [low, high] = ["400000", "400001"].map(|end| Text(end.parse().unwrap()));
        let (large, time) = timed(of(Value::Log10(Log10 { low, high })));
        assert_eq!(large.finding().map(|f| f.kind), Some(Kind::Limit), "{theorem}: {large}");
        assert!(time < ENOUGH, "{theorem}: {time:?}");
    }
}
