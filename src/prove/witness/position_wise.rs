//! Theorem 5.3: the construction of 3.4 with the k-th power of channel 0 after each layer.

use super::{Plan, power};
use crate::arith::Rational;
use crate::bounds;
use crate::network::layers::Layer;
use crate::network::{Activation, Problem};
use num_traits::One;
use rug::Integer;

/// Inputs of 3.4. The formula is that of a network whose parts are powers, without residual connections: of others it
/// is the part of highest degree that has this rank.
pub(super) fn build(mut plan: Plan, problem: &Problem) -> Result<(Plan, Integer), String> {
    let residual = problem.layers().iter().any(|layer| matches!(layer, Layer::Residual(_)));
    if residual || !matches!(plan.activation, Activation::Power(_)) {
        return Err("needs powers as activations and no residual connections".into());
    }
    let bound = bounds::find("attention-position-wise").filter(|b| b.applies(problem).is_ok());
    let bound =
        bound.ok_or("needs a degree of 2 or more and heads that have the width together")?;
    let rank =
        bound.value(problem).ok_or("the rank on its inputs is too large to be written out")?;
    plan.project_blocks();
    for head in &mut plan.layers[0] {
        head.add_v(0, &[(0, 1)], &[(0, 1)]);
    }
    plan.cube_from(1);
    let one = Rational::one();
    for part in &mut plan.mixing {
        part.add(&[(0, one.clone())], 0, &one);
    }
    power::inputs(&mut plan);
    Ok((plan, rank))
}
