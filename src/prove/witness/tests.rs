//! Every line under 'Checked' in docs/theory.md, Theorems 3.5, 3.8 and 3.9: the rank computed from the
//! network with the weights of the proof, on its inputs, is the formula's. The largest lines take minutes
//! without full optimisation and run where `SEPRANK_CASES` asks for a thousand cases or more, as the gate
//! does in a release build; smaller payloads of the same constructions always run.

use super::*;
use crate::network::{Output, Partition};
use crate::prove::{self, Inputs, Method, RankRequest, Status, Weights};

fn attention(depth: usize, width: usize, heads: usize, sides: (usize, usize)) -> Problem {
    let partition = Partition::new(sides.0 + sides.1, &(0..sides.0).collect::<Vec<_>>()).unwrap();
    let shape = AttentionShape { depth, width, heads };
    Problem::new(Architecture::Attention(shape), partition, Output::default()).unwrap()
}

/// The rank on the inputs of the proof, by a grid that would show a larger one.
fn rank_on_proof_inputs(problem: Problem, weights: Weights) -> usize {
    let request = RankRequest {
        weights,
        inputs: Inputs::Theorem,
        method: Method::Grid,
        ..RankRequest::new(problem)
    };
    let answer = prove::rank(&request, &|_, _| ()).unwrap();
    assert_eq!(answer.status, Status::Exact, "{}", answer.rank);
    answer.rank
}

fn rank_of_plan(problem: Problem, plan: Option<PairingPlan>, payload: usize) -> usize {
    let plan = plan.expect("the plan meets the hypotheses").with_payload(payload);
    assert_eq!(plan.payload, payload);
    let witness = Witness::of_plan(&problem, &plan).unwrap();
    rank_on_proof_inputs(problem, Weights::Witness(Box::new(witness)))
}

#[test]
fn checked_isotropic() {
    for (depth, width, rank) in [(2, 3, 9), (2, 4, 25), (2, 5, 55), (3, 3, 27), (3, 4, 196)] {
        let problem = attention(depth, width, 1, (1, 1));
        let found = rank_on_proof_inputs(problem, Weights::Named(WitnessKind::Isotropic));
        assert_eq!(found, rank, "{depth} {width}");
    }
}

/// (L, d, H, n, r, |B|, m), the number of summing layers and the rank.
fn check_heads(
    (depth, width, heads, n, r, others, m): (usize, usize, usize, usize, usize, usize, usize),
    stages: usize,
    rank: usize,
) {
    let carriers = r.div_ceil(2).div_ceil(n);
    let problem = attention(depth, width, heads, (r + carriers, others));
    let plan = PairingPlan::heads(&problem, n, r);
    assert_eq!(plan.as_ref().map(|p| (p.stages, p.carriers)), Some((stages, carriers)));
    assert_eq!(rank_of_plan(problem, plan, m), rank, "{depth} {width} {heads}");
}

#[test]
fn checked_heads() {
    check_heads((3, 8, 2, 1, 2, 2, 3), 1, 83);
    check_heads((3, 7, 1, 1, 2, 2, 4), 1, 276);
    check_heads((5, 24, 2, 2, 9, 3, 3), 3, 84);
    // The same as the next line of two summing layers with a smaller payload: mc(4,3).
    check_heads((4, 14, 2, 2, 5, 3, 2), 2, 20);
}

/// Whether the long lines are asked for.
fn thorough() -> bool {
    crate::cases::cases(300).cases >= 1000
}

#[test]
fn checked_heads_large() {
    if !thorough() {
        return println!("skipped: SEPRANK_CASES is not 1000 or more");
    }
    check_heads((4, 14, 2, 2, 5, 3, 4), 2, 286);
    check_heads((3, 8, 2, 1, 2, 2, 5), 1, 766);
}

/// (L, d, H, n, t1, t2, |B|, m) and the rank.
fn check_blocks(
    (depth, width, heads, n, (first, second), others, m): (
        usize,
        usize,
        usize,
        usize,
        (usize, usize),
        usize,
        usize,
    ),
    rank: usize,
) {
    let r = first + second;
    let own = r + r.div_ceil(2).div_ceil(n);
    let problem = attention(depth, width, heads, (own, others));
    let plan = PairingPlan::blocks(&problem, n, (first, second));
    assert_eq!(rank_of_plan(problem, plan, m), rank, "{depth} {width} {heads}");
}

/// The constructions of the next test with smaller payloads, of which the ranks are mc(4,3) and mc(7,3).
#[test]
fn checked_blocks() {
    check_blocks((4, 12, 3, 3, (2, 1), 4, 2), 20);
    check_blocks((4, 12, 3, 3, (3, 3), 5, 3), 84);
    // Two summing layers.
    check_blocks((5, 15, 3, 2, (3, 2), 2, 2), 20);
}

#[test]
fn checked_blocks_large() {
    if !thorough() {
        return println!("skipped: SEPRANK_CASES is not 1000 or more");
    }
    check_blocks((4, 12, 3, 3, (3, 3), 5, 5), 816);
    check_blocks((5, 15, 3, 2, (3, 2), 2, 4), 276);
    check_blocks((4, 12, 3, 3, (2, 1), 4, 4), 286);
}

#[test]
fn the_chosen_blocks_are_the_best_of_all_plans() {
    let problem = attention(4, 6, 2, (4, 3));
    let plans = PairingPlan::all_blocks(&problem);
    let ranks: Vec<_> = plans.iter().map(|p| exact_rank(p).unwrap()).collect();
    let best = WitnessKind::Blocks.build(&problem).unwrap();
    assert_eq!(Some(&best.rank), ranks.iter().max());
    let found = rank_on_proof_inputs(problem, Weights::Named(WitnessKind::Blocks));
    assert_eq!(best.rank, found);
}

/// The hypotheses, one at a time, at the smallest sizes that meet all others.
#[test]
fn plans_respect_the_hypotheses() {
    let blocks = |depth, width, heads, own, n, batches| {
        PairingPlan::blocks(&attention(depth, width, heads, (own, 4)), n, batches).is_some()
    };
    assert!(blocks(4, 12, 3, 7, 3, (3, 3)));
    assert!(!blocks(2, 12, 3, 7, 3, (3, 3)), "L >= c + 2");
    assert!(!blocks(4, 12, 3, 6, 3, (3, 3)), "r + q <= |A|");
    assert!(!blocks(4, 9, 3, 7, 3, (3, 3)), "t1 + q <= d_a");
    assert!(!blocks(4, 12, 3, 7, 3, (2, 4)), "t1 >= t2");
    assert!(!blocks(4, 4, 1, 4, 1, (2, 0)), "H >= 2");
    assert!(!blocks(4, 12, 3, 7, 4, (3, 3)), "n <= H");
    let heads = |depth, width, heads, own, n, r| {
        PairingPlan::heads(&attention(depth, width, heads, (own, 4)), n, r).is_some()
    };
    assert!(heads(3, 14, 2, 7, 2, 5));
    assert!(!heads(2, 14, 2, 7, 2, 5), "L >= c + 1");
    assert!(!heads(3, 14, 2, 6, 2, 5), "r + q <= |A|");
    assert!(!heads(3, 12, 2, 7, 2, 5), "r + q <= d_a");
    assert!(!heads(3, 14, 2, 7, 1, 5), "ceil(r/2) <= n^c");
}
