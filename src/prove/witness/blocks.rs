//! Theorem 3.9: twice as many vectors, by copying the first batch of them into the blocks of the
//! payload and forming the second batch's products with it one layer later.

use super::{PairingPlan, Plan, summing};

/// Weights and inputs for the given free parameters.
///
/// Channels after layer 1: c_hk at h t1 + k for the p blocks h, then m_kappa for the kappa of K*: the
/// carriers first, then the t1 other markers, those of the second batch first. After layer 2: g_i' at i
/// and s_k at q+k, as the summing stage wants them.
pub(super) fn build(plan: &mut Plan, p: &PairingPlan) {
    let (q, first) = (p.carriers, p.first_batch.unwrap_or(p.vectors));
    let payload = q + p.vectors;
    let blocks = p.payload.div_ceil(first);
    let copy = |h: usize, k: usize| h * first + k;
    let vector = |k: usize| q + k;
    // K* in the order of its channels, as the input channels of its markers.
    let second = (first..p.vectors).map(vector);
    let starred: Vec<usize> =
        (0..q).chain(second).chain((0..).map(vector)).take(q + first).collect();
    let mark = |index: usize| blocks * first + index;
    let (copying, pairing) = match &mut plan.layers[..] {
        [one, two, ..] => (one, two),
        _ => unreachable!("the theorem has at least three layers"),
    };
    for h in 0..blocks {
        let (head, size) = (&mut copying[h], first.min(p.payload - h * first));
        for j in 0..size {
            let channel = payload + h * first + j;
            head.add_w(j, &[(channel, 1)], &[(channel, 1)]);
        }
        for k in 0..first {
            head.add_v(k, &[(vector(k), 1)], &[(copy(h, k), 1)]);
        }
        let head = &mut pairing[h];
        for k in 0..first {
            head.add_w(k, &[(copy(h, k), 1)], &[(copy(h, k), 1)]);
        }
        for k in first..p.vectors {
            head.add_v(k - first, &[(mark(q + k - first), 1)], &[(vector(k), 1)]);
        }
    }
    let (copying, pairing) = (&mut copying[blocks], &mut pairing[blocks]);
    for (index, &channel) in starred.iter().enumerate() {
        copying.add_w(index, &[(channel, 1)], &[(channel, 1)]);
        copying.add_v(index, &[(channel, 1)], &[(mark(index), 1)]);
    }
    for i in 0..q {
        pairing.add_w(i, &[(mark(i), 1)], &[(mark(i), 1)]);
        pairing.add_v(i, &[(mark(i), 1)], &[(i, 1)]);
    }
    for k in 0..first {
        let all: Vec<(usize, i64)> = (0..blocks).map(|h| (copy(h, k), 1)).collect();
        pairing.add_w(q + k, &all, &[(mark(q + k), 1)]);
        pairing.add_v(q + k, &[(mark(q + k), 1)], &[(vector(k), 1)]);
    }
    summing::sum_pairs(plan, p, 2);
    summing::inputs(plan, p);
}
