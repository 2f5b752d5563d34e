//! Small gaps of every kind with their certificates, and what takes them apart.
#![allow(dead_code)] // no test file uses all of it

use num_bigint::BigInt;
use seprank::bounds::Regime;
use seprank::certificate::{Certificate, Claim, GapClaim, Text, Value};
use seprank::network::{Architecture, MixerShape, Output, Partition, Problem};
use seprank::prove::{self, RankRequest, gap_across};
use std::sync::OnceLock;

pub(crate) fn attention(depth: usize, width: usize, heads: usize) -> Problem {
    Problem::attention(depth, width, heads, 4).unwrap()
}

/// A Mixer of that degree in the token part, 4 tokens in halves.
pub(crate) fn mixer(depth: usize, width: usize, token_hidden: usize, token_degree: u64) -> Problem {
    let shape = MixerShape { token_degree, ..MixerShape::quadratic(depth, width, token_hidden) };
    Problem::new(Architecture::Mixer(shape), Partition::halves(4).unwrap(), Output::default())
        .unwrap()
}

pub(crate) fn rank_of(problem: &Problem) -> usize {
    prove::rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap().rank
}

/// Gaps of every kind: certified or refuted, by theorems or by a computed rank, at one size or across.
pub(crate) fn small_gaps() -> Vec<(Problem, Problem, Regime, bool)> {
    use Regime::{Certified, Refuted};
    vec![
        (attention(4, 4, 1), mixer(4, 4, 1, 2), Certified, false),
        (attention(2, 2, 2), mixer(2, 2, 1, 2), Certified, true),
        (attention(1, 3, 1), mixer(1, 3, 2, 2), Refuted, false),
        (attention(1, 2, 1), mixer(1, 2, 2, 3), Refuted, true),
        (attention(4, 4, 1), mixer(3, 4, 1, 2), Certified, false),
        (attention(2, 2, 2), mixer(1, 3, 2, 3), Certified, true),
        (attention(1, 2, 1), mixer(1, 3, 2, 2), Refuted, false),
        (attention(1, 2, 1), mixer(2, 3, 1, 2), Refuted, true),
    ]
}

pub(crate) fn certificates() -> &'static [Certificate] {
    static LIST: OnceLock<Vec<Certificate>> = OnceLock::new();
    LIST.get_or_init(|| {
        let list = small_gaps().into_iter();
        list.map(|(a, m, ..)| gap_across(&a, &m).unwrap().certificate().unwrap()).collect()
    })
}

pub(crate) fn halves(certificate: &Certificate) -> &GapClaim {
    match &certificate.claim {
        Claim::Gap(gap)
        | Claim::RefutedGap(gap)
        | Claim::GapAcross(gap)
        | Claim::RefutedGapAcross(gap) => gap,
        Claim::Rank(_) | Claim::Matrix(_) => panic!("no gap"),
    }
}

pub(crate) fn halves_mut(certificate: &mut Certificate) -> &mut GapClaim {
    match &mut certificate.claim {
        Claim::Gap(gap)
        | Claim::RefutedGap(gap)
        | Claim::GapAcross(gap)
        | Claim::RefutedGapAcross(gap) => gap,
        Claim::Rank(_) | Claim::Matrix(_) => panic!("no gap"),
    }
}

pub(crate) const KINDS: [fn(Box<GapClaim>) -> Claim; 4] =
    [Claim::Gap, Claim::RefutedGap, Claim::GapAcross, Claim::RefutedGapAcross];

pub(crate) fn exact(value: &Value) -> &BigInt {
    match value {
        Value::Exact(Text(value)) => value,
        Value::Log10(_) => panic!("an exact value"),
    }
}
