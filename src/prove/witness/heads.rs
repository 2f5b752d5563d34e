//! Theorem 3.8: many payload coordinates through many heads. Layer 1 forms the Gram matrix of the
//! payload between markers, the summing stage of Lemma 3.7 and cubing follow.

use super::{PairingPlan, Plan, summing};

/// Weights and inputs for the given free parameters.
pub(super) fn build(plan: &mut Plan, p: &PairingPlan) {
    plan.project_blocks();
    for head in &mut plan.layers[0] {
        for k in 0..p.carriers + p.vectors {
            head.add_v(k, &[(k, 1)], &[(k, 1)]);
        }
    }
    summing::sum_pairs(plan, p, 1);
    summing::inputs(plan, p);
}
