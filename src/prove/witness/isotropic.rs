//! Theorem 3.5: two tokens on the cone u W u^T = 0 alternate, and the output is t^{C_L} with
//! t = u W v^T.

use super::{Plan, integer, variable};
use crate::arith::Rational;
use crate::bounds::numbers::{attention_half_degree, multiset};
use crate::network::SideFamily;
use crate::poly::Polynomial;
use nalgebra::DMatrix;
use rug::Integer;

/// One head with W = diag(1, .., 1, -1) on its d_a channels and V the projection on them, the same
/// in every layer; the other heads are zero.
pub(super) fn build(mut plan: Plan) -> Result<(Plan, Integer), String> {
    let width = plan.head_width();
    if width < 2 {
        return Err("needs heads of width at least 2: the cone of a line is a point".into());
    }
    for layer in &mut plan.layers {
        for k in 0..width {
            let sign = if k + 1 == width { -1 } else { 1 };
            layer[0].add_w(k, &[(k, sign)], &[(k, 1)]);
            layer[0].add_v(k, &[(k, 1)], &[(k, 1)]);
        }
    }
    cone(&mut plan.own, width);
    cone(&mut plan.other, width);
    let degree = attention_half_degree(plan.shape.depth);
    let degree = degree.to_u64().ok_or("needs (3^depth - 1)/2 to fit 64 bits")?;
    let width = Integer::from(width);
    let mut rank = multiset(&width, degree);
    if degree >= 2 {
        rank -= multiset(&width, degree - 2);
    }
    Ok((plan, rank))
}

/// The first row runs over the cone u_0^2 + .. + u_{w-2}^2 = u_{w-1}^2, by inverse stereographic
/// projection: u = r (1 - |s|^2, 2s, 1 + |s|^2), a dense set. For w = 2 the cone is a pair of lines.
fn cone(side: &mut SideFamily, width: usize) {
    let zero = side.branches[0].clone();
    let point = |u: Vec<Polynomial<Rational>>| {
        let mut rows: DMatrix<_> = zero.clone();
        for (k, entry) in u.into_iter().enumerate() {
            rows[(0, k)] = entry * variable(0);
        }
        rows
    };
    side.parameters = width - 1;
    side.branches = if width == 2 {
        [1, -1].map(|sign| point(vec![integer(1), integer(sign)])).into()
    } else {
        let s = 1..width - 1;
        let norm = s.clone().fold(integer(0), |sum, k| sum + variable(k) * variable(k));
        let middle = s.map(|k| integer(2) * variable(k));
        let first = integer(1) - norm.clone();
        vec![point(std::iter::once(first).chain(middle).chain([integer(1) + norm]).collect())]
    };
}
