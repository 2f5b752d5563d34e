//! Mutations of small certificates, against a naive reference that says which step must fail.
//!
//! The reference is one-layer attention written as the sum over all indices, over Q, and
//! determinants expanded by rows. `SEPRANK_CASES` is the number of mutations of each kind of
//! evidence; the gate takes 10,000.

#[path = "../../../tests/common/cases.rs"]
mod cases;
#[path = "../../../tests/common/mod.rs"]
mod common;

use cases::cases;
use common::{accepted, claim_mut};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use proptest::prelude::*;
use seprank_check::certificate::{
    Architecture, Attention, Certificate, Claim, Coefficients, Grid, Head, Lower, Matrix, Output,
    Problem, RankClaim, Relation, Scope, Text, Upper, Value, Weights,
};
use seprank_check::check::{Kind, check};
use std::collections::BTreeMap;

const TOKENS: usize = 3;
const WIDTH: usize = 2;
const PRIMES: [u64; 6] = [2, 3, 5, 7, 11, (1 << 61) - 1];

fn rational(n: i64) -> BigRational {
    BigRational::from_integer(n.into())
}

/// Coefficients of `f = sum x_{i,a} W_{ab} x_{s,b} x_{s,c} V_{c,p}` by the multiset of its entries.
fn coefficients(claim: &RankClaim) -> BTreeMap<Vec<(u64, usize)>, BigRational> {
    let Some(Weights::Attention(layers)) = &claim.weights else { panic!("attention") };
    let Output { token, channel } = claim.problem.output;
    let mut f = BTreeMap::new();
    for head in &layers[0] {
        let product = |left: &Matrix, right: &Matrix, a: usize, b: usize| -> BigRational {
            left[a].iter().zip(&right[b]).map(|(x, y)| &x.0 * &y.0).sum()
        };
        for s in 0..TOKENS as u64 {
            for (a, b, c) in itertools::iproduct!(0..WIDTH, 0..WIDTH, 0..WIDTH) {
                let w = product(&head.query, &head.key, a, b);
                let v = product(&head.output, &head.value, c, channel as usize);
                let mut monomial = vec![(token, a), (s, b), (s, c)];
                monomial.sort_unstable();
                *f.entry(monomial).or_insert_with(BigRational::zero) += w * v;
            }
        }
    }
    f
}

fn determinant(rows: &[Vec<BigRational>]) -> BigRational {
    let Some(first) = rows.first() else { return BigRational::one() };
    let mut sum = BigRational::zero();
    for (j, x) in first.iter().enumerate() {
        let minor: Vec<Vec<_>> =
            rows[1..].iter().map(|r| [&r[..j], &r[j + 1..]].concat()).collect();
        let term = x * determinant(&minor);
        sum = if j % 2 == 0 { sum + term } else { sum - term };
    }
    sum
}

/// The step that must fail, or none: read off the format's rules and the definition of f.
fn reference(claim: &RankClaim) -> Option<Kind> {
    let Value::Exact(Text(value)) = &claim.value else { panic!("exact") };
    let right: Vec<u64> = (0..TOKENS as u64).filter(|t| !claim.problem.left.contains(t)).collect();
    let sides = [&claim.problem.left, &right];
    if claim.relation != Relation::AtLeast {
        return Some(if claim.relation == Relation::AtMost {
            Kind::Superfluous
        } else {
            Kind::MissingEvidence
        });
    }
    let (prime, left_items, right_items, grid) = match claim.lower.as_ref().unwrap() {
        Lower::Grid(g) => {
            let plain = |side: &Vec<Vec<Text<u64>>>| -> Vec<Vec<u64>> {
                side.iter().map(|p| p.iter().map(|r| r.0).collect()).collect()
            };
            (g.prime.0, plain(&g.left), plain(&g.right), true)
        }
        Lower::Coefficients(c) => (c.prime.0, c.left.clone(), c.right.clone(), false),
        Lower::Theorem(_) | Lower::Blocks(_) | Lower::Enclosure(_) => {
            panic!("a grid or coefficients")
        }
    };
    // All primes tried but the last are small.
    if !PRIMES.contains(&prime)
        && (prime < 2 || (2..).take_while(|q| q * q <= prime).any(|q| prime % q == 0))
    {
        return Some(Kind::Prime);
    }
    if *value < BigInt::zero() {
        return Some(Kind::Value);
    }
    for items in [&left_items, &right_items] {
        match BigInt::from(items.len()).cmp(value) {
            std::cmp::Ordering::Less => return Some(Kind::MissingRows),
            std::cmp::Ordering::Greater => return Some(Kind::MinorSize),
            std::cmp::Ordering::Equal => {}
        }
    }
    for (items, side) in [(&left_items, sides[0]), (&right_items, sides[1])] {
        for item in items {
            if item.len() != side.len() * WIDTH {
                return Some(Kind::PointShape);
            }
            if grid && item.iter().any(|r| *r >= prime) {
                return Some(Kind::Residue);
            }
        }
    }
    let Some(Weights::Attention(layers)) = &claim.weights else { panic!("attention") };
    let factors = |h: &Head| [h.query.clone(), h.key.clone(), h.output.clone(), h.value.clone()];
    let entries = layers[0].iter().flat_map(factors).flatten().flatten();
    if entries.into_iter().any(|q| (q.0.denom() % prime).is_zero()) {
        return Some(Kind::Denominator);
    }
    let f = coefficients(claim);
    let entry = |left: &[u64], right: &[u64]| -> BigRational {
        // The number at entry (token, channel).
        let at = |token: u64, channel: usize| {
            let (side, numbers) =
                if sides[0].contains(&token) { (sides[0], left) } else { (sides[1], right) };
            numbers[side.iter().position(|t| *t == token).unwrap() * WIDTH + channel]
        };
        if grid {
            let value = |m: &Vec<(u64, usize)>| {
                m.iter().map(|e| rational(at(e.0, e.1) as i64)).product::<BigRational>()
            };
            return f.iter().map(|(m, c)| c * value(m)).sum();
        }
        let mut monomial = Vec::new();
        for (token, channel) in itertools::iproduct!(0..TOKENS as u64, 0..WIDTH) {
            monomial.extend((0..at(token, channel).min(4)).map(|_| (token, channel)));
        }
        f.get(&monomial).cloned().unwrap_or_else(BigRational::zero)
    };
    let matrix: Vec<Vec<_>> =
        left_items.iter().map(|a| right_items.iter().map(|b| entry(a, b)).collect()).collect();
    (determinant(&matrix).numer() % prime).is_zero().then_some(Kind::Minor)
}

#[derive(Clone, Debug)]
enum Mutation {
    Weight(usize, i64, i64),
    Item(bool, usize, usize, u64),
    Shorten(bool, usize),
    Drop(bool, usize),
    Double(bool, usize),
    Prime(u64),
    Value(i64),
    Output(u64, u64),
    Left(bool),
    Relation(bool),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use Mutation::*;
    let number = prop_oneof![0..4u64, 0..12u64, Just((1 << 61) - 1), Just(u64::MAX)];
    prop_oneof![
        6 => (any::<usize>(), -9..9i64, 1..9i64).prop_map(|(i, n, d)| Weight(i, n, d)),
        6 => (any::<bool>(), any::<usize>(), any::<usize>(), number).prop_map(|(s, i, j, v)| Item(s, i, j, v)),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Shorten(s, i)),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Drop(s, i)),
        1 => (any::<bool>(), any::<usize>()).prop_map(|(s, i)| Double(s, i)),
        3 => prop_oneof![0..40u64, 0..10_000u64, proptest::sample::select(&PRIMES[..])].prop_map(Prime),
        1 => (-1..5i64).prop_map(Value),
        1 => (0..3u64, 0..2u64).prop_map(|(t, c)| Output(t, c)),
        1 => any::<bool>().prop_map(Left),
        1 => any::<bool>().prop_map(Relation),
    ]
}

/// A claim of rank 1 to 3 with small weights and items; true or not.
fn claims() -> impl Strategy<Value = RankClaim> {
    let weights = proptest::collection::vec(-2..=2i64, 4 * WIDTH * WIDTH);
    let points = proptest::collection::vec(any::<u64>(), 4 * 3 * WIDTH);
    (weights, points, 0..PRIMES.len(), 1..=3usize, any::<bool>(), any::<bool>()).prop_map(
        |(weights, numbers, prime, rank, grid, two_heads)| {
            let heads = if two_heads { 2 } else { 1 };
            let columns = WIDTH / heads;
            let mut next = weights.into_iter();
            let mut factor = || -> Vec<Vec<Text<BigRational>>> {
                (0..WIDTH)
                    .map(|_| (0..columns).map(|_| Text(rational(next.next().unwrap()))).collect())
                    .collect()
            };
            let mut head =
                |_| Head { query: factor(), key: factor(), output: factor(), value: factor() };
            let layer = (0..heads).map(&mut head).collect();
            let prime = PRIMES[prime];
            let mut numbers = numbers.into_iter();
            let mut side = |positions: usize, below: u64| -> Vec<Vec<u64>> {
                let mut item =
                    |_| (0..positions * WIDTH).map(|_| numbers.next().unwrap() % below).collect();
                (0..rank).map(&mut item).collect()
            };
            let lower = if grid {
                let text = |side: Vec<Vec<u64>>| {
                    side.into_iter().map(|p| p.into_iter().map(Text).collect()).collect()
                };
                let (left, right) = (text(side(1, prime)), text(side(2, prime)));
                Lower::Grid(Grid { prime: Text(prime), left, right })
            } else {
                // Monomials that occur: degrees (1,2) and (3,0).
                let left = [[1, 0], [0, 1], [3, 0], [2, 1]].map(Vec::from);
                let right = [[2, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0]].map(Vec::from);
                let shift = numbers.next().unwrap() as usize % 4;
                let pick =
                    |list: &[Vec<u64>]| (0..rank).map(|k| list[(k + shift) % 4].clone()).collect();
                Lower::Coefficients(Coefficients {
                    prime: Text(prime),
                    left: pick(&left),
                    right: pick(&right),
                })
            };
            RankClaim {
                problem: Problem {
                    architecture: Architecture::Attention(Attention {
                        depth: 1,
                        width: WIDTH as u64,
                        heads: heads as u64,
                    }),
                    tokens: TOKENS as u64,
                    left: vec![0],
                    output: Output { token: 0, channel: 0 },
                },
                scope: Scope::Generic,
                relation: Relation::AtLeast,
                value: Value::Exact(Text(rank.into())),
                weights: Some(Weights::Attention(vec![layer])),
                lower: Some(lower),
                upper: None,
            }
        },
    )
}

fn pick<T>(list: &mut [T], index: usize) -> Option<&mut T> {
    let count = list.len();
    (count > 0).then(|| &mut list[index % count])
}

fn apply(claim: &mut RankClaim, mutation: &Mutation) {
    use Mutation::*;
    fn items<T: Clone>(
        [left, right]: [&mut Vec<Vec<T>>; 2],
        mutation: &Mutation,
        write: impl Fn(u64) -> T,
    ) {
        let (Item(is_left, i, ..) | Shorten(is_left, i) | Drop(is_left, i) | Double(is_left, i)) =
            *mutation
        else {
            return;
        };
        let side = if is_left { left } else { right };
        let Some(item) = pick(side, i) else { return };
        match *mutation {
            Item(_, _, j, v) => {
                if let Some(number) = pick(item, j) {
                    *number = write(v);
                }
            }
            Shorten(..) => drop(item.pop()),
            Double(..) => {
                let again = item.clone();
                side.push(again);
            }
            _ => drop(side.remove(i % side.len())),
        }
    }
    match *mutation {
        Weight(i, n, d) => {
            let Some(Weights::Attention(layers)) = &mut claim.weights else { return };
            let mut entries: Vec<&mut Text<BigRational>> = layers[0]
                .iter_mut()
                .flat_map(|h| [&mut h.query, &mut h.key, &mut h.output, &mut h.value])
                .flatten()
                .flatten()
                .collect();
            if let Some(entry) = pick(&mut entries, i) {
                entry.0 = BigRational::new(n.into(), d.into());
            }
        }
        Value(n) => claim.value = seprank_check::certificate::Value::Exact(Text(n.into())),
        Output(token, channel) => {
            claim.problem.output = seprank_check::certificate::Output { token, channel }
        }
        Left(more) => claim.problem.left = if more { vec![0, 2] } else { vec![1] },
        Relation(most) => {
            use seprank_check::certificate::Relation as R;
            claim.relation = if most { R::AtMost } else { R::Equal };
        }
        _ => match claim.lower.as_mut().unwrap() {
            Lower::Grid(g) => match mutation {
                Prime(p) => g.prime = Text(*p),
                _ => items([&mut g.left, &mut g.right], mutation, Text),
            },
            Lower::Coefficients(c) => match mutation {
                Prime(p) => c.prime = Text(*p),
                _ => items([&mut c.left, &mut c.right], mutation, |v| v),
            },
            Lower::Theorem(_) | Lower::Blocks(_) | Lower::Enclosure(_) => {}
        },
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn minors(claim in claims(), mutations in proptest::collection::vec(mutation(), 1..3)) {
        let mut claim = claim;
        mutations.iter().for_each(|m| apply(&mut claim, m));
        let expected = reference(&claim);
        let verdict = check(&Certificate::new(Claim::Rank(Box::new(claim))));
        prop_assert_eq!(verdict.finding().map(|f| f.kind), expected, "{}", verdict);
    }

    /// Any one number of a separated form changed: the sum is another polynomial.
    #[test]
    fn separations(product in any::<usize>(), left in any::<bool>(), term in any::<usize>(),
                   exponent in any::<usize>(), to in 0..9u64, coefficient in any::<bool>()) {
        let mut certificate = accepted("separation");
        let Some(Upper::Separation(products)) = &mut claim_mut(&mut certificate).upper else { panic!() };
        let product = pick(products, product).unwrap();
        let term = pick(if left { &mut product.left } else { &mut product.right }, term).unwrap();
        let before = term.clone();
        if coefficient {
            term.0 = Text(BigRational::new(to.into(), 2.into()));
        } else {
            *pick(&mut term.1, exponent).unwrap() = to;
        }
        let expected = (*term != before).then_some(Kind::Separation);
        let verdict = check(&certificate);
        prop_assert_eq!(verdict.finding().map(|f| f.kind), expected, "{}", verdict);
    }
}

/// Both outcomes, and every step, are met by the mutations above.
#[test]
fn mutations_reach_every_step() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<Option<Kind>, usize> = BTreeMap::new();
    for _ in 0..3000 {
        let mut claim = claims().new_tree(&mut runner).unwrap().current();
        apply(&mut claim, &mutation().new_tree(&mut runner).unwrap().current());
        *seen.entry(reference(&claim)).or_default() += 1;
    }
    for kind in [
        None,
        Some(Kind::Minor),
        Some(Kind::MinorSize),
        Some(Kind::MissingRows),
        Some(Kind::Prime),
        Some(Kind::Value),
        Some(Kind::Residue),
        Some(Kind::PointShape),
        Some(Kind::Denominator),
        Some(Kind::Superfluous),
        Some(Kind::MissingEvidence),
    ] {
        assert!(seen.get(&kind).is_some_and(|n| *n >= 10), "{kind:?}: {seen:?}");
    }
}
