//! Lemma 3.7, the summing stage, and the inputs that Theorems 3.8 and 3.9 share.

use super::{PairingPlan, Plan, integer, variable};

/// In layers `from..`, c summing layers and then cubing. Before them carrier i is channel i and vector s_k
/// is channel q+k; phi_i takes over channel i and gamma_i channel q+i.
pub(super) fn sum_pairs(plan: &mut Plan, p: &PairingPlan, from: usize) {
    let (q, r) = (p.carriers, p.vectors);
    // First summing layer: pair number h q + i goes to head h, carrier i.
    let pairs: Vec<(usize, usize)> =
        (0..r.div_ceil(2)).map(|j| (q + 2 * j, q + (2 * j + 1).min(r - 1))).collect();
    for (h, head) in plan.layers[from].iter_mut().enumerate().take(p.heads) {
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
    for layer in &mut plan.layers[from + 1..from + p.stages] {
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
    plan.cube_from(from + p.stages);
}

/// Own side: the tokens g_i, then (e_k, a_k); other side: (0, b_j); a_k and b_j free in F^m. Channels: g_i at
/// i, e_k at q+k, then the payload.
pub(super) fn inputs(plan: &mut Plan, p: &PairingPlan) {
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
