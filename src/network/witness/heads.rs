//! Theorem 3.8 with the summing stage of Lemma 3.7: many payload coordinates through many heads.

use super::{Plan, integer, variable};
use crate::bounds::numbers::{determinantal_dimension, ternary_power};
use crate::network::{Architecture, Problem};
use rug::Integer;

/// The free parameters of Theorem 3.8 and what follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadsPlan {
    /// Heads n used by the summing stage.
    pub heads: usize,
    /// Vectors r on the own side.
    pub vectors: usize,
    /// Summing layers c.
    pub stages: usize,
    /// Carriers q = ceil(ceil(r/2) / n).
    pub carriers: usize,
    /// Payload coordinates m = d - r - q.
    pub payload: usize,
    /// Rank bound tau = min(r, other side, m) of the two symmetric matrices that are paired.
    pub tau: usize,
}

impl HeadsPlan {
    /// The plan for r vectors and c summing layers with as few heads and carriers as the hypotheses
    /// allow, or `None` if they fail. `sides` is (own, other).
    pub fn new(
        (depth, width, heads): (usize, usize, usize),
        sides: (usize, usize),
        vectors: usize,
        stages: usize,
    ) -> Option<Self> {
        if vectors == 0 || stages == 0 || depth < stages + 1 {
            return None;
        }
        let head_width = width / heads;
        let pairs = vectors.div_ceil(2);
        // More heads never need more carriers, so all of them are used (at most one a pair).
        let heads = heads.min(pairs);
        let reach = u32::try_from(stages).ok().and_then(|c| heads.checked_pow(c));
        if reach.is_some_and(|reach| pairs > reach) {
            return None;
        }
        let carriers = pairs.div_ceil(heads);
        let markers = vectors + carriers;
        if 2 * carriers > head_width || markers > head_width.min(sides.0) || markers >= width {
            return None;
        }
        let payload = width - markers;
        let tau = vectors.min(sides.1).min(payload);
        Some(Self { heads, vectors, stages, carriers, payload, tau })
    }

    /// The exponent K = 3^{L-1-c} for depth L.
    pub fn exponent(&self, depth: usize) -> Integer {
        ternary_power(depth - 1 - self.stages)
    }
}

/// The best plan is found by trying every r and c; the proof's inputs and weights follow.
pub(super) fn build(mut plan: Plan, problem: &Problem) -> Result<(Plan, Integer), String> {
    let Architecture::Attention(shape) = problem.architecture() else {
        return Err("is a construction for attention".into());
    };
    let sizes = (shape.depth, shape.width, shape.heads);
    let mut best: Option<(HeadsPlan, Integer)> = None;
    for stages in 1..shape.depth {
        for vectors in 1..=plan.head_width() {
            let Some(p) = HeadsPlan::new(sizes, plan.sides, vectors, stages) else { continue };
            let Some(k) = p.exponent(shape.depth).to_u64() else { continue };
            let rank: Option<Integer> = (0..=k)
                .map(|kappa| determinantal_dimension(p.payload, p.tau, kappa))
                .sum::<Option<Integer>>();
            if let Some(rank) = rank
                && best.as_ref().is_none_or(|(_, b)| rank > *b)
            {
                best = Some((p, rank));
            }
        }
    }
    let (p, rank) = best.ok_or(
        "needs depth at least 2 and r >= 1 with r + q <= min(width / heads, tokens of the output's side), r + q < width",
    )?;
    weights(&mut plan, &p);
    inputs(&mut plan, &p);
    Ok((plan, rank))
}

/// Markers: carriers g_i at channels 0..q, vectors e_k at q..q+r; later phi_i at i, gamma_i at q+i.
fn weights(plan: &mut Plan, p: &HeadsPlan) {
    let (q, r) = (p.carriers, p.vectors);
    let vector = |k: usize| q + k;
    plan.project_blocks();
    for head in &mut plan.layers[0] {
        for k in 0..q + r {
            head.add_v(k, &[(k, 1)], &[(k, 1)]);
        }
    }
    // First summing layer: pair number h q + i goes to head h, carrier i.
    let pairs: Vec<(usize, usize)> =
        (0..r.div_ceil(2)).map(|j| (vector(2 * j), vector((2 * j + 1).min(r - 1)))).collect();
    for (h, head) in plan.layers[1].iter_mut().enumerate().take(p.heads) {
        for i in 0..q {
            let pair = pairs.get(h * q + i);
            let mut right: Vec<(usize, i64)> = pair.iter().map(|(k, _)| (*k, 1)).collect();
            if let Some((_, l)) = pair {
                head.add_v(i, &[(*l, 1)], &[(i, 1)]);
            }
            if h == 0 {
                right.push((i, 1));
                let mut target = vec![(q + i, 1)];
                if i == 0 {
                    target.push((0, 1));
                }
                head.add_v(q + i, &[(i, 1)], &target);
            }
            head.add_w(i, &[(i, 1)], &right);
        }
    }
    // Fold layers: carriers in blocks of ceil(q / n) are summed.
    let mut carriers = q;
    for layer in &mut plan.layers[2..1 + p.stages] {
        let folded = carriers.div_ceil(p.heads);
        for (h, head) in layer.iter_mut().enumerate().take(p.heads) {
            for i in (0..folded).take_while(|i| i + h * folded < carriers) {
                head.add_w(i, &[(q + i, 1)], &[(q + i + h * folded, 1)]);
                head.add_v(i, &[(i + h * folded, 1)], &[(i, 1)]);
                if h == 0 {
                    head.add_v(q + i, &[(q + i, 1)], &[(q + i, 1)]);
                }
            }
        }
        carriers = folded;
    }
    plan.cube_from(1 + p.stages);
}

/// Own side: the tokens g_i, then (e_k, a_k); other side: (0, b_j); a_k and b_j free in F^m.
fn inputs(plan: &mut Plan, p: &HeadsPlan) {
    let markers = p.carriers + p.vectors;
    plan.own.parameters = p.vectors * p.payload;
    plan.other.parameters = plan.sides.1 * p.payload;
    let own = &mut plan.own.branches[0];
    for marker in 0..markers {
        own[(marker, marker)] = integer(1);
    }
    for k in 0..p.vectors {
        for j in 0..p.payload {
            own[(p.carriers + k, markers + j)] = variable(k * p.payload + j);
        }
    }
    let other = &mut plan.other.branches[0];
    for token in 0..plan.sides.1 {
        for j in 0..p.payload {
            other[(token, markers + j)] = variable(token * p.payload + j);
        }
    }
}
