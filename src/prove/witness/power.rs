//! Theorem 3.4: layer 1 forms one inner product, later layers cube it.

use super::{Plan, integer, variable};
use crate::bounds::numbers::{attention_half_degree, multiset};
use rug::Integer;

/// Inputs: output token (1, a), one token (0, b) on the other side, all others zero; a, b free in
/// F^{d-1}. The output is alpha (alpha^2 + (a.b)^2)^e with alpha = 1 + |a|^2.
pub(super) fn build(mut plan: Plan) -> Result<(Plan, Integer), String> {
    let (depth, width) = (plan.shape.depth, plan.shape.width);
    plan.project_blocks();
    for head in &mut plan.layers[0] {
        head.add_v(0, &[(0, 1)], &[(0, 1)]);
    }
    plan.cube_from(1);
    inputs(&mut plan);
    let exponent = attention_half_degree(depth - 1);
    let exponent = exponent.to_u64().ok_or("needs (3^(depth-1) - 1)/2 to fit 64 bits")?;
    let mut rank = Integer::new();
    for k in 0..=exponent {
        rank += multiset(&Integer::from(width - 1), 2 * k);
    }
    Ok((plan, rank))
}

/// Output token (1, a), one token (0, b) on the other side.
pub(super) fn inputs(plan: &mut Plan) {
    let width = plan.shape.width;
    plan.own.parameters = width - 1;
    plan.other.parameters = width - 1;
    plan.own.branches[0][(0, 0)] = integer(1);
    for k in 1..width {
        plan.own.branches[0][(0, k)] = variable(k - 1);
        plan.other.branches[0][(0, k)] = variable(k - 1);
    }
}
