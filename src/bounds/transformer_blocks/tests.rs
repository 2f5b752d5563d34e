use super::*;
use crate::network::{Architecture, Output, Partition, TransformerShape};
use itertools::iproduct;

fn problem(shape: TransformerShape, own: usize, other: usize) -> Problem {
    let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
    Problem::new(shape.architecture().unwrap(), partition, Output::default()).unwrap()
}

fn shape(depth: usize, width: usize, heads: usize, degree: u64) -> TransformerShape {
    TransformerShape {
        mlp_degree: Some(degree),
        residual: true,
        ..TransformerShape::plain(depth, width, heads)
    }
}

/// log10 of the value, rounded as in docs/theory.md, 5.5.
fn rounded(log: &LogInterval) -> f64 {
    let [low, high] = log.log10().unwrap();
    assert!(high - low < 1e-3);
    (low * 10.0).round() / 10.0
}

/// The table of Corollary 5.5: (L, d, H, log10, (b_1, b_2), rho).
#[test]
fn published_shapes() {
    for (depth, width, heads, log, markers, reading) in [
        (5, 768, 12, 1058.4, (64, None), 1),
        (6, 768, 12, 4368.2, (64, None), 1),
        (11, 768, 12, 179_999.8, (64, Some(34)), 2),
        (12, 768, 12, 191_617.8, (98, None), 2),
        (6, 1024, 16, 4709.4, (64, None), 1),
        (10, 1024, 16, 133_580.8, (64, None), 1),
        (24, 1024, 16, 1_098_596.5, (98, None), 2),
    ] {
        let problem = problem(shape(depth, width, heads, 2), 98, 98);
        let best = TransformerBound.enclosure(&problem).unwrap();
        let (first, second) = markers;
        let plan = match second {
            None => BlockPlan::one_stage(&problem, first, reading),
            Some(second) => BlockPlan::two_stages(&problem, first, second),
        }
        .unwrap();
        let named = plan.log().unwrap();
        assert_eq!(rounded(&named), log, "{depth} {width} {plan:?}");
        assert!(!best.less_than(&named), "{depth} {width}");
    }
}

/// No choice of b, rho or of b_1, b_2 is better than the one that is taken.
#[test]
fn no_other_choice_is_better() {
    for (depth, heads, head_width, tokens, degree) in
        iproduct!(2..=5, [1, 2, 3, 5], 1..=4usize, [1, 3, 7], 2..=3)
    {
        let width = heads * head_width;
        let problem = problem(shape(depth, width, heads, degree), tokens, tokens + 1);
        let one = iproduct!(1..=tokens, 1..depth)
            .filter_map(|(b, rho)| BlockPlan::one_stage(&problem, b, rho));
        let two = iproduct!(1..=tokens, 1..=tokens)
            .filter_map(|(a, b)| BlockPlan::two_stages(&problem, a, b));
        let most = one.chain(two).filter_map(|plan| plan.value()).max();
        let found = BlockPlan::best(&problem);
        assert_eq!(TransformerBound.applies(&problem).is_ok(), most.is_some());
        assert_eq!(
            found.and_then(|plan| plan.value()),
            most,
            "{depth} {heads} {head_width} {tokens}"
        );
    }
}

/// The hypotheses, one at a time, at sizes that just meet all others.
#[test]
fn plans_respect_the_hypotheses() {
    let one = |shape: TransformerShape, tokens, b, rho| {
        BlockPlan::one_stage(&problem(shape, tokens, tokens), b, rho).map(|plan| plan.payload)
    };
    assert_eq!(one(shape(2, 8, 4, 2), 2, 2, 1), Some(5));
    assert_eq!(one(shape(2, 8, 4, 2), 1, 2, 1), None, "b <= min(|A|,|B|)");
    assert_eq!(one(shape(2, 8, 4, 2), 2, 2, 2), None, "rho < L");
    assert_eq!(one(shape(2, 4, 4, 2), 2, 2, 1), None, "b <= d-b-1");
    // 4 heads of width 1 for two groups of markers: two payload coordinates a block.
    assert_eq!(
        one(TransformerShape { head_width: Some(1), ..shape(2, 8, 4, 2) }, 2, 2, 1),
        Some(2)
    );
    assert_eq!(
        one(TransformerShape { head_width: Some(1), ..shape(3, 8, 4, 2) }, 2, 2, 2),
        Some(4)
    );
    // The first of several blocks reads b payload coordinates.
    assert_eq!(one(TransformerShape { head_width: Some(1), ..shape(3, 8, 3, 2) }, 2, 2, 2), None);
    let hidden = |hidden, degree| TransformerShape { mlp_hidden: hidden, ..shape(2, 8, 4, degree) };
    assert!(one(hidden(8, 2), 2, 2, 1).is_some() && one(hidden(7, 2), 2, 2, 1).is_none());
    assert!(one(hidden(32, 3), 2, 2, 1).is_some() && one(hidden(31, 3), 2, 2, 1).is_none());
    assert!(
        BlockPlan::one_stage(
            &problem(TransformerShape { residual: false, ..shape(2, 8, 4, 2) }, 2, 2),
            2,
            1
        )
        .is_none()
    );
    let two = |shape: TransformerShape, tokens, a, b| {
        BlockPlan::two_stages(&problem(shape, tokens, tokens), a, b).map(|plan| plan.payload)
    };
    assert_eq!(two(shape(3, 5, 5, 2), 2, 1, 1), Some(2));
    assert_eq!(two(shape(2, 5, 5, 2), 2, 1, 1), None, "L >= 3");
    assert_eq!(two(shape(3, 5, 5, 3), 2, 1, 1), None, "k = 2");
    assert_eq!(two(shape(3, 5, 5, 2), 1, 1, 1), None, "b_1 + b_2 <= min(|A|,|B|)");
    assert_eq!(two(shape(3, 4, 4, 2), 2, 1, 1), None, "b_2 <= pi - b_1");
    // One head of the second block is taken.
    let narrow = |heads| TransformerShape { head_width: Some(1), ..shape(3, 12, heads, 2) };
    assert_eq!(two(narrow(6), 2, 1, 1), Some(6));
    assert_eq!(two(narrow(2), 2, 1, 1), Some(2));
    assert_eq!(two(narrow(1), 2, 1, 1), None);
    let wide = TransformerShape { head_width: Some(2), ..shape(3, 12, 3, 2) };
    assert_eq!(two(wide, 2, 1, 1), Some(5), "two heads of width 2 for the clean payload");
}

/// The proof reads a partition by the sizes of its sides only, and the output token's side may be B.
#[test]
fn other_networks_are_refused() {
    let attention = Problem::attention(3, 8, 4, 4).unwrap();
    assert!(TransformerBound.applies(&attention).is_err());
    let linear = problem(shape(3, 8, 4, 1), 2, 2);
    assert!(matches!(linear.architecture(), Architecture::Layers(_)));
    assert!(TransformerBound.applies(&linear).is_err());
}
