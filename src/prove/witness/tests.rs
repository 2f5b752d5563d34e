//! Every line under 'Checked' in docs/theory.md, Theorems 3.5, 3.8 and 3.9: the rank computed from the
//! network with the weights of the proof, on its inputs, is the formula's. The largest lines take minutes
//! without full optimisation and run where `SEPRANK_CASES` asks for a thousand cases or more, as the gate
//! does in a release build; smaller payloads of the same constructions always run.

use super::*;
use crate::network::{Architecture, AttentionShape, Output, Partition, TransformerShape};
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

/// Blocks with residual connections and a position-wise part of degree k.
fn blocks(
    depth: usize,
    width: usize,
    (heads, head_width): (usize, usize),
    degree: u64,
    sides: (usize, usize),
) -> Problem {
    let partition = Partition::new(sides.0 + sides.1, &(0..sides.0).collect::<Vec<_>>()).unwrap();
    let shape = TransformerShape {
        head_width: Some(head_width),
        mlp_degree: Some(degree),
        // The least that 5.4 asks for.
        mlp_hidden: if degree == 2 { 2 * sides.0 + 4 } else { 16 * sides.0 },
        residual: true,
        ..TransformerShape::plain(depth, width, heads)
    };
    Problem::new(shape.architecture().unwrap(), partition, Output { token: 0, channel: 1 }).unwrap()
}

fn rank_of_blocks(problem: Problem, choice: Option<BlockPlan>) -> usize {
    let witness = Witness::of_blocks(&problem, &choice.expect("the hypotheses hold")).unwrap();
    rank_on_proof_inputs(problem, Weights::Witness(Box::new(witness)))
}

/// Every line under 'Computed' in docs/theory.md, 5.4: (L, d, (H, d_a), k, b, rho) and the rank.
#[test]
fn checked_transformer() {
    for (depth, width, heads, degree, b, reading, rank) in [
        (2, 6, (3, 2), 2, 2, 1, 28),
        (2, 7, (4, 2), 2, 2, 1, 45),
        (2, 8, (8, 2), 2, 3, 1, 91),
        (2, 5, (5, 1), 3, 1, 1, 20),
        (3, 7, (7, 1), 2, 2, 2, 45),
        (3, 4, (4, 1), 2, 1, 1, 91),
    ] {
        let problem = blocks(depth, width, heads, degree, (b, b));
        let plan = BlockPlan::one_stage(&problem, b, reading);
        assert_eq!(rank_of_blocks(problem, plan), rank, "{depth} {width} {heads:?} {degree}");
    }
}

#[test]
fn checked_transformer_large() {
    if !thorough() {
        return println!("skipped: SEPRANK_CASES is not 1000 or more");
    }
    for (depth, width, heads, degree, b, reading, rank) in [
        (3, 10, (5, 2), 2, 3, 2, 190),
        (3, 10, (5, 2), 2, 4, 2, 231),
        (2, 8, (8, 2), 3, 3, 1, 455),
        (3, 12, (4, 3), 2, 4, 2, 435),
    ] {
        let problem = blocks(depth, width, heads, degree, (b, b));
        let plan = BlockPlan::one_stage(&problem, b, reading);
        assert_eq!(rank_of_blocks(problem, plan), rank, "{depth} {width} {heads:?} {degree}");
    }
}

/// 5.4': (L, d, (H, d_a), b_1, b_2) and the rank.
#[test]
fn checked_two_stages() {
    let long = thorough().then_some((3, 6, (6, 1), 1, 1, 990));
    let short = [(3, 5, (5, 1), 1, 1, 135), (3, 5, (2, 2), 1, 1, 135)];
    for (depth, width, heads, first, second, rank) in short.into_iter().chain(long) {
        let problem = blocks(depth, width, heads, 2, (first + second, first + second));
        let plan = BlockPlan::two_stages(&problem, first, second);
        assert_eq!(rank_of_blocks(problem, plan), rank, "{depth} {width} {heads:?}");
    }
}

/// Any activation of degree k, biases, an output on the other side, more tokens than markers: the same rank.
#[test]
fn transformers_of_any_activation() {
    use crate::network::Activation;
    use crate::network::layers::{Attention, ChannelMixing, Layer, Residual};
    let number = |n: i64| Rational::from(n);
    for (coefficients, rank) in [(vec![3, -2, 5], 10), (vec![2, -1, 0, 4], 20)] {
        let activation = Activation::new(coefficients.into_iter().map(number).collect()).unwrap();
        let wrap = |layer: Layer| Layer::from(Residual { inner: vec![layer] });
        let block = [
            wrap(Attention { bias: true, ..Attention::plain(3, 1) }.into()),
            wrap(ChannelMixing { hidden: 16, activation, bias: true }.into()),
        ];
        let layers = std::iter::repeat_n(block, 2).flatten().collect();
        let architecture = Architecture::of_layers(5, layers);
        let partition = Partition::new(5, &[0, 2]).unwrap();
        let problem =
            Problem::new(architecture, partition, Output { token: 3, channel: 2 }).unwrap();
        let plan = BlockPlan::one_stage(&problem, 1, 1);
        assert_eq!(rank_of_blocks(problem, plan), rank);
    }
}

#[test]
fn checked_position_wise() {
    for (depth, width, heads, degree, rank) in
        [(2, 3, 1, 2, 15), (2, 3, 3, 3, 40), (3, 2, 1, 2, 17)]
    {
        let partition = Partition::new(3, &[1]).unwrap();
        let shape = TransformerShape {
            mlp_degree: Some(degree),
            ..TransformerShape::plain(depth, width, heads)
        };
        let output = Output { token: 1, channel: 1 };
        let problem = Problem::new(shape.architecture().unwrap(), partition, output).unwrap();
        let found = rank_on_proof_inputs(problem, Weights::Named(WitnessKind::PositionWise));
        assert_eq!(found, rank, "{depth} {width} {degree}");
    }
}

/// 3.18: the weights of the proof have at least the rank of the formula, on as many tokens as the proof uses.
#[test]
fn two_layers_reach_the_formula() {
    for (width, heads, formula) in [(5, 1, 10), (6, 2, 30), (7, 1, 63)] {
        let problem = attention(2, width, heads, (3, 2));
        let witness = WitnessKind::TwoLayers.build(&problem).unwrap();
        assert_eq!(witness.rank, formula);
        let request = RankRequest {
            weights: Weights::Named(WitnessKind::TwoLayers),
            inputs: Inputs::Theorem,
            method: Method::Grid,
            ..RankRequest::new(problem)
        };
        let found = prove::rank(&request, &|_, _| ()).unwrap().rank;
        assert!(found >= formula, "{width} {heads}: {found}");
    }
}
