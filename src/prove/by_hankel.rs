//! The ranks of Hankel blocks.

use super::answer::{Evidence, Found};
use super::certificate::{block_in_certificate, problem as in_certificate, weights};
use super::finished::FinishedClasses;
use super::modulus::{WORD, faithful};
use super::plan::HankelBlocks;
use super::request::RankError;
use super::setting::Setting;
use super::units;
use crate::arith::Prime;
use crate::network::InvalidProblem;
use crate::stop::Limit;
use crate::tensor::hankel::{Block, Class, ClassRank, sum_function_until};
use seprank_check::certificate::{Problem, Text, Weights};
use std::path::Path;

/// Minors of lower order are eliminated by who checks them; the others are also solved for the right-hand sides of
/// their challenges.
const LEAST_CHALLENGED: usize = 400;

/// What belongs to every minor of a certificate.
struct Challenges {
    problem: Problem,
    weights: Weights,
    prime: Prime,
}

impl Challenges {
    /// The right-hand sides for the minor of the block of degree b: residues below 2^26.
    fn sides(&self, b: usize, rows: &[usize], cols: &[usize]) -> Vec<Vec<u32>> {
        if rows.len() < LEAST_CHALLENGED {
            return Vec::new();
        }
        let block = block_in_certificate(b, rows, cols);
        let challenge = block.challenge(&self.problem, &self.weights, &Text(self.prime.get()));
        let sides = challenge.sides(rows.len()).into_iter();
        sides.map(|side| side.into_iter().map(|y| y as u32).collect()).collect()
    }
}

/// The evidence and its prime. Classes that are finished in the directory `resume` are taken from there,
/// others are written there. A stop before the function is found leaves no blocks. Progress counts the multiply-adds of the eliminations. Blocks come by degree, so
/// that a stop leaves the small ones of the first half.
pub(super) fn run(
    setting: &Setting,
    planned: &HankelBlocks,
    resume: Option<&Path>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Found, RankError> {
    let prime = faithful(setting.network(), WORD)?;
    let request = setting.request;
    let stop = &request.stop;
    let open = |path| FinishedClasses::open(path, request, setting.network(), prime);
    let finished = resume.map(open).transpose()?;
    let function = sum_function_until(&request.problem, setting.network(), prime, stop);
    let Some(function) = function else {
        if let Some(limit) = stop.due() {
            let signs = vec![0; request.problem.width()];
            let evidence = Evidence::Hankel { blocks: Vec::new(), signs };
            return Ok(Found { evidence, prime, limit: Some(limit) });
        }
        let allowed = format!("the problem is not a function of a sum modulo {prime}");
        return Err(InvalidProblem::new("method", "hankel", allowed).into());
    };
    let cost = |order| 1 + units::elimination(order) as u64;
    let sizes = function.class_sizes();
    let total = sizes.iter().flatten().map(|c| cost(c.order())).fold(0, u64::saturating_add);
    let most = request.memory.0.saturating_sub(planned.sizes.kept);
    let challenges = Challenges {
        problem: in_certificate(&request.problem),
        weights: weights(&request.problem, setting.network()),
        prime,
    };
    let one = |b: usize, block: &Block, class: &Class| -> Result<ClassRank, RankError> {
        let sides = |rows: &[usize], cols: &[usize]| challenges.sides(b, rows, cols);
        if let Some(found) = finished.as_ref().and_then(|f| f.read(b, class)) {
            if !found.solutions.is_empty() {
                return Ok(found);
            }
            if let Some(solutions) = block.solve(&found.rows, &found.cols, &sides) {
                return Ok(ClassRank { solutions, ..found });
            }
        }
        // A stream for each class: what it draws does not depend on what was done before.
        let mut rng = setting.rng();
        rng.set_stream(1 + ((b as u64) << 32 | u64::from(class.label)));
        let found = block.class_rank(class, most, &mut rng, &sides, stop);
        if found.whole || !stop.is_due() {
            finished.as_ref().map_or(Ok(()), |f| f.write(b, class, &found))?;
        }
        Ok(found)
    };
    let mut blocks = Vec::with_capacity(sizes.len());
    for b in 0..sizes.len() {
        let mut classes = Vec::new();
        let block = function.block(b);
        for class in block.classes() {
            // Nothing is known of a class that is not begun.
            let found =
                if stop.is_due() { Ok(ClassRank::default()) } else { one(b, &block, &class) };
            classes.push(found?);
            progress(cost(class.rows.len().min(class.cols.len()) as u64), total);
        }
        blocks.push(block.joined(classes));
    }
    let limit = blocks.iter().any(|b| !b.whole).then(|| stop.due().unwrap_or(Limit::Memory));
    let signs = function.signs(request.problem.width());
    Ok(Found { evidence: Evidence::Hankel { blocks, signs }, prime, limit })
}
