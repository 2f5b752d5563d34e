//! Certificates of gaps, changed: none is accepted that is false, or that its parts do not show.

use crate::cases::cases;
use crate::gaps::{KINDS, certificates, exact, halves, rank_of};
use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::certificate::{
    self as file, Architecture, Certificate, Claim, GapClaim, Lower, RankClaim, Relation, Scope,
    Text, Upper, Value, Weights,
};
use seprank::check::{Kind, check};
use seprank::network::{AttentionShape, MixerShape, Output, Partition, Problem};
use std::collections::HashMap;
use std::sync::Mutex;

/// The widths, depth, tokens, sides and outputs of two problems, and which of them is attention.
fn compared(kind: usize, gap: &GapClaim) -> bool {
    let (refuted, across) = (kind % 2 == 1, kind >= 2);
    let (own, other) = if refuted { (&gap.upper, &gap.lower) } else { (&gap.lower, &gap.upper) };
    let (Architecture::Attention(a), Architecture::Mixer(m)) =
        (&own.problem.architecture, &other.problem.architecture)
    else {
        return false;
    };
    let side = |claim: &RankClaim| claim.problem.left.contains(&claim.problem.output.token);
    let one_size = (a.depth, a.width) == (m.depth, m.width);
    (across || one_size)
        && (own.problem.tokens, &own.problem.left) == (other.problem.tokens, &other.problem.left)
        && side(own) == side(other)
}

/// Whether a gap must be accepted: each half as a claim of its own, what they are about, and their order.
fn reference(kind: usize, gap: &GapClaim) -> bool {
    let holds = |claim: &RankClaim, relation| {
        let own = Certificate::new(Claim::Rank(Box::new(claim.clone())));
        claim.relation == relation && claim.scope == Scope::Generic && check(&own).is_valid()
    };
    compared(kind, gap)
        && holds(&gap.lower, Relation::AtLeast)
        && holds(&gap.upper, Relation::AtMost)
        && exact(&gap.lower.value) > exact(&gap.upper.value)
}

/// The problem of a claim, without biases, residual connections and permutation.
fn problem(claim: &RankClaim) -> Problem {
    use seprank::network::Architecture as Shape;
    let size = |n: u64| n as usize;
    let file::Problem { architecture, tokens, left, output } = &claim.problem;
    let shape = match architecture {
        Architecture::Attention(a) => Shape::Attention(AttentionShape {
            depth: size(a.depth),
            width: size(a.width),
            heads: size(a.heads),
        }),
        Architecture::Mixer(m) => Shape::Mixer(MixerShape {
            token_degree: m.token_degree,
            channel_degree: m.channel_degree,
            channel_hidden: size(m.channel_hidden),
            ..MixerShape::quadratic(size(m.depth), size(m.width), size(m.token_hidden))
        }),
        Architecture::Layers(_) => panic!("no layers"),
    };
    let left: Vec<usize> = left.iter().copied().map(size).collect();
    let output = Output { token: size(output.token), channel: size(output.channel) };
    Problem::new(shape, Partition::new(size(*tokens), &left).unwrap(), output).unwrap()
}

/// The rank of a small problem at random weights, which no upper bound may be below and no lower bound above;
/// `None` of a large one.
fn true_rank(claim: &RankClaim) -> Option<usize> {
    static KNOWN: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);
    let problem = problem(claim);
    let small = problem.degree().unwrap() <= 9 && problem.width() <= 3;
    small.then(|| {
        let mut known = KNOWN.lock().unwrap();
        let known = known.get_or_insert_default();
        *known.entry(format!("{problem:?}")).or_insert_with(|| rank_of(&problem))
    })
}

fn mutate(claim: &mut RankClaim, rng: &mut ChaCha20Rng) {
    let up: bool = rng.random();
    let step = |n: u64| if up { n + 1 } else { n.saturating_sub(1) };
    match rng.random_range(0..12) {
        0 => match &mut claim.problem.architecture {
            Architecture::Attention(a) => a.depth = step(a.depth),
            Architecture::Mixer(m) => m.depth = step(m.depth),
            Architecture::Layers(_) => {}
        },
        1 => match &mut claim.problem.architecture {
            Architecture::Attention(a) => a.width = step(a.width),
            Architecture::Mixer(m) => m.width = step(m.width),
            Architecture::Layers(_) => {}
        },
        2 => claim.problem.tokens = step(claim.problem.tokens),
        3 => claim.problem.left = [vec![0], vec![2, 3], vec![0, 2]].choose(rng).unwrap().clone(),
        4 => claim.problem.output.token = rng.random_range(0..4),
        5 => claim.problem.output.channel = rng.random_range(0..3),
        6 => claim.scope = Scope::Fixed,
        7 => {
            claim.relation =
                *[Relation::AtMost, Relation::AtLeast, Relation::Equal].choose(rng).unwrap()
        }
        8 => {
            let ids =
                ["attention-word", "attention-power", "mixer-degree", "mixer-one-layer", "none"];
            let id = (*ids.choose(rng).unwrap()).to_owned();
            if claim.lower.is_some() {
                claim.lower = Some(Lower::Theorem(id));
            } else {
                claim.upper = Some(Upper::Theorem(id));
            }
        }
        9 => match &mut claim.lower {
            Some(Lower::Grid(grid)) => grid.left[0][0] = Text(rng.random_range(0..5)),
            Some(Lower::Coefficients(minor)) => minor.left[0][0] += 1,
            _ => {}
        },
        10 => match &mut claim.weights {
            Some(Weights::Attention(layers)) => layers[0][0].query = layers[0][0].key.clone(),
            Some(Weights::Mixer(layers)) => layers[0].w1[0] = vec![Text("0".parse().unwrap()); 4],
            _ => {}
        },
        _ => {
            let value = exact(&claim.value) + rng.random_range(-6..=6);
            claim.value = Value::Exact(Text(value));
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// Claims, sides, sizes, values, evidence and direction: what is accepted is what the reference accepts.
    #[test]
    fn mutations_are_judged_as_their_parts(seed: u64) {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let base = certificates().choose(rng).unwrap();
        let mut kind = (0..4).find(|k| KINDS[*k](Box::new(halves(base).clone())) == base.claim).unwrap();
        let mut gap = halves(base).clone();
        for _ in 0..rng.random_range(1..=2) {
            match rng.random_range(0..8) {
                0 => kind = rng.random_range(0..4),
                1 => std::mem::swap(&mut gap.lower, &mut gap.upper),
                2 => gap.lower = halves(certificates().choose(rng).unwrap()).lower.clone(),
                3 => gap.upper = halves(certificates().choose(rng).unwrap()).upper.clone(),
                4 | 5 => mutate(&mut gap.lower, rng),
                _ => mutate(&mut gap.upper, rng),
            }
        }
        let expected = reference(kind, &gap);
        let verdict = check(&Certificate::new(KINDS[kind](Box::new(gap.clone()))));
        prop_assert_eq!(verdict.is_valid(), expected, "{} {:?}", verdict, gap);
        if expected {
            let [lower, upper] = [&gap.lower, &gap.upper].map(|claim| {
                true_rank(claim).map(|rank| exact(&claim.value).cmp(&rank.into()))
            });
            prop_assert!(lower.is_none_or(|order| order.is_le()), "{:?}", gap.lower);
            prop_assert!(upper.is_none_or(|order| order.is_ge()), "{:?}", gap.upper);
        }
    }
}

/// No kind passes for another, and the halves have their places.
#[test]
fn directions_are_told_apart() {
    for base in certificates() {
        let gap = halves(base);
        let one_size = matches!(base.claim, Claim::Gap(_) | Claim::RefutedGap(_));
        for (kind, claim) in KINDS.iter().enumerate() {
            let verdict = check(&Certificate::new(claim(Box::new(gap.clone()))));
            let refuted = matches!(base.claim, Claim::RefutedGap(_) | Claim::RefutedGapAcross(_));
            // A claim at one size is one across sizes too, in its direction.
            let holds = refuted == (kind % 2 == 1) && (one_size || kind >= 2);
            assert_eq!(verdict.is_valid(), holds, "{kind} {verdict}");
            let swapped = GapClaim { lower: gap.upper.clone(), upper: gap.lower.clone() };
            let verdict = check(&Certificate::new(claim(Box::new(swapped))));
            assert_eq!(verdict.finding().map(|f| f.kind), Some(Kind::GapSides));
        }
    }
}
