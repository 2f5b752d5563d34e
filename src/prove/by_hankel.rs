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
use crate::tensor::hankel::{Block, BlockRank, Class, ClassRank, SumFunction, sum_function_until};
use seprank_check::certificate::{Problem, Text, Weights};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Multiply-adds, at least 1, of the elimination of a class of that order.
fn cost(order: u64) -> u64 {
    1 + units::elimination(order) as u64
}

/// The steps of one class, of `total` in all: as they are done, its [`cost`] together.
pub(super) struct Steps<'a> {
    left: AtomicU64,
    total: u64,
    progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl<'a> Steps<'a> {
    pub(super) fn new(order: u64, total: u64, progress: &'a (dyn Fn(u64, u64) + Sync)) -> Self {
        Self { left: cost(order).into(), total, progress }
    }

    /// The steps of classes of these orders.
    pub(super) fn total(orders: impl Iterator<Item = u64>) -> u64 {
        orders.map(cost).fold(0, u64::saturating_add)
    }

    /// So many more steps, as far as there are as many.
    pub(super) fn done(&self, steps: u64) {
        let rest = |left: u64| Some(left.saturating_sub(steps));
        let before = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rest);
        (self.progress)(before.unwrap_or_default().min(steps), self.total);
    }
}

/// The classes of all blocks of a function, each of which can be ranked alone: what a rank is does not depend on what
/// was done before.
pub(super) struct Classes<'a> {
    setting: &'a Setting<'a>,
    function: SumFunction,
    /// What belongs to every minor of a certificate.
    problem: Problem,
    weights: Weights,
    /// Bytes for the values of one class on a kernel.
    most: u64,
}

impl<'a> Classes<'a> {
    /// `None` if the request's stop is due before the function is found. Cost: that of the function.
    ///
    /// # Errors
    /// If the problem is not a function of a sum modulo `prime`.
    pub(super) fn new(
        setting: &'a Setting<'a>,
        planned: &HankelBlocks,
        prime: Prime,
    ) -> Result<Option<Self>, RankError> {
        let request = setting.request;
        let (problem, network) = (&request.problem, setting.network());
        let Some(function) = sum_function_until(problem, network, prime, &request.stop) else {
            if request.stop.is_due() {
                return Ok(None);
            }
            let allowed = format!("the problem is not a function of a sum modulo {prime}");
            return Err(InvalidProblem::new("method", "hankel", allowed).into());
        };
        Ok(Some(Self {
            setting,
            function,
            problem: in_certificate(problem),
            weights: weights(problem, network),
            most: request.memory.0.saturating_sub(planned.sizes.kept),
        }))
    }

    pub(super) fn function(&self) -> &SumFunction {
        &self.function
    }

    /// The right-hand sides for the minor of the block of degree b: residues below 2^26.
    fn sides(&self, b: usize, rows: &[usize], cols: &[usize]) -> Vec<Vec<u32>> {
        if units::challenges(rows.len() as u64) == 0 {
            return Vec::new();
        }
        let block = block_in_certificate(b, rows, cols);
        let prime = Text(self.function.prime().get());
        let challenge = block.challenge(&self.problem, &self.weights, &prime);
        let sides = challenge.sides(rows.len()).into_iter();
        sides.map(|side| side.into_iter().map(|y| y as u32).collect()).collect()
    }

    /// The rank of one class of the block of degree b, with the solutions of its challenges. `done` is told the
    /// multiply-adds that are done of its [`cost`].
    pub(super) fn rank(
        &self,
        b: usize,
        block: &Block,
        class: &Class,
        done: &(dyn Fn(u64) + Sync),
    ) -> ClassRank {
        // A stream for each class: what it draws does not depend on what was done before.
        let mut rng = self.setting.rng();
        rng.set_stream(1 + ((b as u64) << 32 | u64::from(class.label)));
        let sides = |rows: &[usize], cols: &[usize]| self.sides(b, rows, cols);
        block.class_rank(class, self.most, &mut rng, &sides, &self.setting.request.stop, done)
    }

    /// The rank of a class that is `finished`, or else found now and written there.
    fn kept_rank(
        &self,
        b: usize,
        block: &Block,
        class: &Class,
        finished: &FinishedClasses,
        done: &(dyn Fn(u64) + Sync),
    ) -> Result<ClassRank, RankError> {
        if let Some(found) = finished.read(b, class) {
            if !found.solutions.is_empty() {
                return Ok(found);
            }
            let sides = |rows: &[usize], cols: &[usize]| self.sides(b, rows, cols);
            if let Some(solutions) = block.solve(&found.rows, &found.cols, &sides) {
                return Ok(ClassRank { solutions, ..found });
            }
        }
        let found = self.rank(b, block, class, done);
        if found.whole || !self.setting.request.stop.is_due() {
            finished.write(b, class, &found)?;
        }
        Ok(found)
    }
}

/// The evidence and its prime. Classes that are finished in the directory `resume` are taken from there,
/// others are written there. A stop before the function is found leaves no blocks. Progress counts the multiply-adds of the
/// eliminations that are not there. Blocks come by degree, so that a stop leaves the small ones of the first half.
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
    let Some(of) = Classes::new(setting, planned, prime)? else {
        let signs = vec![0; request.problem.width()];
        let evidence = Evidence::Hankel { blocks: Vec::new(), signs };
        return Ok(Found { evidence, prime, limit: stop.due() });
    };
    let function = of.function();
    let sizes = function.class_sizes();
    // What is there already is no step: the others tell how long they take.
    let is_there = |b, label| finished.as_ref().is_some_and(|finished| finished.has(b, label));
    let orders = sizes.iter().enumerate().flat_map(|(b, list)| {
        list.iter().filter(move |class| !is_there(b, class.label)).map(|class| class.order())
    });
    let total = Steps::total(orders);
    let mut blocks = Vec::with_capacity(sizes.len());
    for b in 0..sizes.len() {
        let mut classes = Vec::new();
        let block = function.block(b);
        for class in block.classes() {
            let order = class.rows.len().min(class.cols.len()) as u64;
            let steps = (!is_there(b, class.label)).then(|| Steps::new(order, total, progress));
            let done = |n| steps.iter().for_each(|steps| steps.done(n));
            classes.push(match &finished {
                // Nothing is known of a class that is not begun.
                _ if stop.is_due() => ClassRank::default(),
                Some(finished) => of.kept_rank(b, &block, &class, finished, &done)?,
                None => of.rank(b, &block, &class, &done),
            });
            done(u64::MAX);
        }
        blocks.push(BlockRank::joined(b, block.shape(), classes));
    }
    let limit = blocks.iter().any(|b| !b.whole).then(|| stop.due().unwrap_or(Limit::Memory));
    let signs = function.signs(request.problem.width());
    Ok(Found { evidence: Evidence::Hankel { blocks, signs }, prime, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Problem as Network;
    use crate::prove::{Method, RankRequest};
    use std::sync::Mutex;

    /// Of blocks of up to 462 rows, whose columns are eliminated in halves.
    #[test]
    fn steps_are_told_within_a_class_and_add_up() {
        let problem = Network::attention(3, 3, 1, 6).unwrap();
        let request = RankRequest { method: Method::Hankel, ..RankRequest::new(problem) };
        let told = Mutex::new(Vec::new());
        let progress = |steps, planned| told.lock().unwrap().push((steps, planned));
        assert_eq!(crate::prove::rank(&request, &progress).unwrap().rank, 3102);
        let told = told.into_inner().unwrap();
        let planned = told[0].1;
        assert!(told.iter().all(|step| step.1 == planned));
        assert_eq!(told.iter().map(|step| step.0).sum::<u64>(), planned);
        let largest = told.iter().map(|step| step.0).max().unwrap();
        assert!(largest < cost(756) / 2, "{largest}");
    }
    /// Classes of order 200 and more are kept, and are nearly all of the work.
    #[test]
    fn classes_that_are_there_are_no_steps() {
        let problem = Network::attention(3, 3, 1, 6).unwrap();
        let request = RankRequest { method: Method::Hankel, ..RankRequest::new(problem) };
        let folder = tempfile::tempdir().unwrap();
        let [first, again] = [(); 2].map(|()| {
            let told = Mutex::new((0, 0));
            let progress = |steps, planned| {
                let mut told = told.lock().unwrap();
                *told = (told.0 + steps, planned);
            };
            let answer = crate::prove::resumed_rank(&request, folder.path(), &progress).unwrap();
            assert_eq!(answer.rank, 3102);
            let (done, planned) = told.into_inner().unwrap();
            assert_eq!(done, planned);
            planned
        });
        assert!(0 < again && again < first / 10, "{again} of {first}");
    }
}
