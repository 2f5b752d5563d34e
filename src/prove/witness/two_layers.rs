//! Theorem 3.18: two layers, f = sum_m (x_i G p_m)(q_m^T G^3 r).
//!
//! The proof takes isotropic tokens over the complex numbers; here the inputs are all of as many tokens as it uses. A part
//! of the coefficient matrix has the rank of the formula, so the rank is at least that.

use super::{Plan, variable};
use crate::network::SideFamily;
use rug::Integer;

/// Three tokens on the own side, two on the other, all free. Channels: p_m at m, q_m at M+m, r at 2M; alpha_m, beta_m
/// and v likewise, the output channel being 0.
pub(super) fn build(mut plan: Plan) -> Result<(Plan, Integer), String> {
    let (width, heads) = (plan.shape.width, plan.shape.heads);
    if plan.shape.depth != 2
        || plan.sides.0 < 3
        || plan.sides.1 < 2
        || width != heads * plan.head_width()
    {
        return Err(
            "needs two layers, three tokens on the side of the output and two on the other".into(),
        );
    }
    let value = |m: usize| formula(width as u128, m as u128);
    let count =
        (1..=(plan.head_width() - 1) / 2).max_by_key(|m| value(*m)).filter(|m| value(*m) > 0);
    let count = count.ok_or("needs heads of width 3 and a width of 5 or more")?;
    plan.project_blocks();
    for head in &mut plan.layers[0] {
        for k in 0..=2 * count {
            head.add_v(k, &[(k, 1)], &[(k, 1)]);
        }
    }
    let head = &mut plan.layers[1][0];
    for m in 0..count {
        head.add_w(m, &[(m, 1)], &[(count + m, 1)]);
    }
    head.add_v(0, &[(2 * count, 1)], &[(0, 1)]);
    free(&mut plan.own, 3, width);
    free(&mut plan.other, 2, width);
    Ok((plan, Integer::from(value(count))))
}

/// With M = m.
fn formula(d: u128, m: u128) -> u128 {
    match d.checked_sub(2 * m + 1) {
        Some(rest) if rest >= 2 => (m * d - m * (m - 1) / 2) * (rest * (rest + 1) / 2 - 1),
        _ => 0,
    }
}

fn free(side: &mut SideFamily, tokens: usize, width: usize) {
    side.parameters = tokens * width;
    for token in 0..tokens {
        for k in 0..width {
            side.branches[0][(token, k)] = variable(token * width + k);
        }
    }
}
