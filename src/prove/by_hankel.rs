//! The ranks of Hankel blocks.

use super::answer::Evidence;
use super::finished::FinishedClasses;
use super::modulus::{WORD, faithful};
use super::plan::HankelBlocks;
use super::request::RankError;
use super::setting::Setting;
use super::units;
use crate::arith::Prime;
use crate::network::InvalidProblem;
use crate::tensor::hankel::{Block, Class, ClassRank, sum_function};
use std::path::Path;

/// The evidence and its prime. Classes that are finished in the directory `resume` are taken from there,
/// others are written there. Progress counts the multiply-adds of the eliminations.
pub(super) fn run(
    setting: &Setting,
    planned: &HankelBlocks,
    resume: Option<&Path>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Evidence, Prime), RankError> {
    let prime = faithful(setting.network(), WORD)?;
    let request = setting.request;
    let open = |path| FinishedClasses::open(path, request, setting.network(), prime);
    let finished = resume.map(open).transpose()?;
    let Some(function) = sum_function(&request.problem, setting.network(), prime) else {
        let allowed = format!("the problem is not a function of a sum modulo {prime}");
        return Err(InvalidProblem::new("method", "hankel", allowed).into());
    };
    let cost = |order| 1 + units::elimination(order) as u64;
    let sizes = function.class_sizes();
    let total = sizes.iter().flatten().map(|c| cost(c.order())).fold(0, u64::saturating_add);
    let most = request.memory.0.saturating_sub(planned.sizes.kept);
    let one = |b: usize, block: &Block, class: &Class| -> Result<ClassRank, RankError> {
        if let Some(found) = finished.as_ref().and_then(|f| f.read(b, class)) {
            return Ok(found);
        }
        // A stream for each class: what it draws does not depend on what was done before.
        let mut rng = setting.rng();
        rng.set_stream(1 + ((b as u64) << 32 | u64::from(class.label)));
        let found = block.class_rank(class, most, &mut rng);
        finished.as_ref().map_or(Ok(()), |f| f.write(b, class, &found))?;
        Ok(found)
    };
    let mut blocks = Vec::with_capacity(sizes.len());
    for b in 0..sizes.len() {
        let mut classes = Vec::new();
        let block = function.block(b);
        for class in block.classes() {
            classes.push(one(b, &block, &class)?);
            progress(cost(class.rows.len().min(class.cols.len()) as u64), total);
        }
        blocks.push(block.joined(classes));
    }
    Ok((Evidence::Hankel { blocks }, prime))
}
