//! The ranks of Hankel blocks.

use super::answer::Evidence;
use super::modulus::{WORD, faithful};
use super::plan::HankelBlocks;
use super::request::RankError;
use super::setting::Setting;
use super::units;
use crate::arith::Prime;
use crate::network::InvalidProblem;
use crate::tensor::hankel::sum_function;

/// The evidence and its prime. Progress counts the multiply-adds of the eliminations.
pub(super) fn run(
    setting: &Setting,
    planned: &HankelBlocks,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Evidence, Prime), RankError> {
    let prime = faithful(setting.network(), WORD)?;
    let request = setting.request;
    let Some(function) = sum_function(&request.problem, setting.network(), prime) else {
        let allowed = format!("the problem is not a function of a sum modulo {prime}");
        return Err(InvalidProblem::new("method", "hankel", allowed).into());
    };
    let mut rng = setting.rng();
    let cost = |order| 1 + units::elimination(order) as u64;
    let total = planned.orders().map(cost).fold(0, u64::saturating_add);
    let blocks = (0..planned.blocks.len()).map(|b| {
        let block = function.block_rank(b, request.memory.0, &mut rng);
        progress(cost(planned.order(b)), total);
        block
    });
    Ok((Evidence::Hankel { blocks: blocks.collect() }, prime))
}
