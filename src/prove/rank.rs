//! The separation rank of one problem: a plan, its run, and what the evidence says.

use super::answer::{Basis, Evidence, Found, RankAnswer, Route, Scope, Status};
use super::checking::fits_certificate;
use super::modulus::{LEAST_CHANCE, chance_of_pairs};
use super::plan::{self, Choice, Plan};
use super::rates::Rates;
use super::request::{Method, RankError, RankRequest};
use super::setting::Setting;
use super::{by_coefficients, by_grid, by_hankel, forecast, units};
use crate::arith::Prime;
use crate::network::{InvalidProblem, RANDOM_WEIGHT_RANGE};
use std::path::Path;

/// Computes the rank that `request` asks for. `progress` is called with (steps done, steps planned).
/// Once the request's `stop` is due it ends, with the minor that is found by then and the limit's name. Where the
/// method is automatic and the coefficients alone are forecast to take longer than there is time, a grid is taken: it
/// has a minor at any time.
///
/// Of several draws, which are made until a bound from above is met, the k-th has the seed `request.seed + k`, from 0.
/// The first of those with the largest rank is the answer.
///
/// Cost: [`forecast`](super::forecast).
///
/// # Errors
/// [`RankError::Invalid`] if named weights, inputs or the method do not fit the problem,
/// [`RankError::TooLarge`] if the forecast is over the memory limit, both before any matrix is made;
/// [`RankError::NoPrime`] and [`RankError::LowRank`] if given values are multiples of a hundred primes.
pub fn rank(
    request: &RankRequest,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RankAnswer, RankError> {
    some_draws(request)?;
    let planned = request.draws;
    let count = |steps, of: u64| progress(steps, of.saturating_mul(planned));
    let mut best = found(request, None, &count)?;
    for draw in 1..planned {
        if best.status == Status::Exact || best.limit.is_some() {
            break;
        }
        if let Some(limit) = request.stop.due() {
            best.limit = Some(limit);
            break;
        }
        let again = RankRequest { seed: request.seed.wrapping_add(draw), ..request.clone() };
        best = larger(best, found(&again, None, &count)?);
    }
    Ok(best)
}

/// Refuses a request for no draws.
pub(super) fn some_draws(request: &RankRequest) -> Result<(), RankError> {
    match request.draws {
        0 => Err(InvalidProblem::new("draws", 0, "must be at least 1").into()),
        _ => Ok(()),
    }
}

/// The answer of two draws, of which `next` is the later one.
///
/// Were the rank modulo the prime larger than theirs, either would miss it with at most its chance, independently.
/// The chance of a draw with a smaller rank is of something else, and counts as 1.
fn larger(best: RankAnswer, next: RankAnswer) -> RankAnswer {
    if next.rank > best.rank {
        return next;
    }
    let limit = next.limit;
    match (&best.basis, &next.basis) {
        (Basis::Chance(Some(p)), Basis::Chance(Some(q)))
            if (next.rank, next.prime) == (best.rank, best.prime) =>
        {
            let basis = Basis::Chance(Some((p * q).max(LEAST_CHANCE)));
            RankAnswer { basis, draws: best.draws + 1, limit, ..best }
        }
        _ => RankAnswer { limit, ..best },
    }
}

/// The same by Hankel blocks, where classes of blocks that an earlier run of the same program, problem, weights
/// and seed has finished in `directory` are not computed again, and what this run finishes is written
/// there: a run that was killed goes on. Such a class is taken as it was written (docs/reproduction.md).
///
/// # Errors
/// Those of [`rank`]; [`RankError::Invalid`] also if the route is another one, or the directory holds
/// classes of something else; [`RankError::Directory`] if it cannot be read or written.
pub fn resumed_rank(
    request: &RankRequest,
    directory: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RankAnswer, RankError> {
    if request.draws != 1 {
        let allowed = "must be 1 where finished work is kept, as that is of one draw";
        return Err(InvalidProblem::new("draws", request.draws, allowed).into());
    }
    found(request, Some(directory), progress)
}

fn found(
    request: &RankRequest,
    resume: Option<&Path>,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<RankAnswer, RankError> {
    let Plan { setting, mut choice } = Plan::new(request)?;
    if request.method == Method::Auto && resume.is_none() && !in_time(&setting, &choice) {
        choice = plan::grid(&setting)?;
    }
    let route = choice.route();
    if let Some(path) = resume.filter(|_| route != Route::Hankel) {
        let allowed = format!("needs the method hankel; this problem is done by {}", route.name());
        return Err(InvalidProblem::new("resume", path.display(), allowed).into());
    }
    let found = match &choice {
        Choice::Coefficients(_) => by_coefficients::run(&setting),
        Choice::Grid(grids) => by_grid::run(&setting, grids, progress),
        Choice::Hankel(blocks) => {
            fits_certificate(request, blocks)?;
            by_hankel::run(&setting, blocks, resume, progress)
        }
    }?;
    Ok(judged(setting, found))
}

/// The answer that has this evidence.
pub(super) fn judged(setting: Setting, found: Found) -> RankAnswer {
    let Found { evidence, prime, limit } = found;
    let request = setting.request;
    let (status, basis) = match judge(&setting, &evidence, prime) {
        (Status::Lower, _) if limit.is_some() => (Status::Lower, Basis::Chance(None)),
        judged => judged,
    };
    let (scope, bounds) = (setting.scope, setting.bound_values());
    let (network, family) = setting.into_parts();
    RankAnswer {
        problem: request.problem.clone(),
        scope,
        rank: evidence.rank(),
        limit: limit.filter(|_| status == Status::Lower),
        status,
        basis,
        prime,
        evidence,
        bounds,
        network,
        family,
        seed: request.seed,
        draws: 1,
        memory: request.memory,
    }
}

/// Whether that is in time without which there is no minor.
fn in_time(setting: &Setting, choice: &Choice) -> bool {
    let request = setting.request;
    let Some(left) = request.stop.left().map(|left| left.as_secs_f64()) else { return true };
    let rates = Rates::default();
    let problem = &request.problem;
    let seconds = match choice {
        Choice::Coefficients(_) => forecast::tensor(setting, &rates),
        Choice::Hankel(blocks) => units::function(problem, blocks.sizes) * rates.function(problem),
        Choice::Grid(_) => 0.0,
    };
    seconds <= left
}

/// The one verdict on an answer, from its evidence.
fn judge(setting: &Setting, evidence: &Evidence, prime: Prime) -> (Status, Basis) {
    let rank = evidence.rank();
    if let Some((id, _)) = setting.upper().filter(|(_, upper)| *upper == rank as u64) {
        return (Status::Exact, Basis::Theorem(id));
    }
    if setting.scope == Scope::ProofInputs
        && let Some(witness) = &setting.witness
        && witness.rank == rank
    {
        return (Status::Exact, Basis::ProofFamily(witness.kind));
    }
    if let Evidence::Coefficients { over_q: Some(_), .. } = evidence {
        return (Status::Exact, Basis::Factorisation);
    }
    (Status::Lower, Basis::Chance(chance(setting, evidence, prime)))
}

/// Of the points of a grid, drawn from F_p, too many pairs may have been lost. And a larger minor, were it not
/// the zero polynomial modulo the prime, has degree at most (r+1) times that of f in the weights, drawn
/// from 2 RANGE + 1 integers. The matrices of the other routes are not drawn.
fn chance(setting: &Setting, evidence: &Evidence, prime: Prime) -> Option<f64> {
    let problem = &setting.request.problem;
    let rank = evidence.rank();
    let input = match evidence {
        // Of a grid that did not grow past its rank nothing is known beyond its size.
        Evidence::Grid { tried, .. } if *tried == rank => return None,
        Evidence::Grid { tried, .. } => {
            chance_of_pairs(problem.degree().ok()?, prime, *tried, rank)
        }
        // Nor of a block of which a sample was taken.
        Evidence::Hankel { blocks, .. } if blocks.iter().any(|b| !b.whole) => return None,
        Evidence::Hankel { .. } | Evidence::Coefficients { .. } => 0.0,
    };
    let weights = match setting.scope {
        Scope::Generic => {
            let choices = (2 * RANDOM_WEIGHT_RANGE + 1) as f64;
            2.0 * (rank as f64 + 1.0) * problem.weight_degree()? as f64 / choices
        }
        Scope::Weights => 0.0,
        // The inputs have a degree of their own.
        Scope::ProofInputs => return None,
    };
    Some(input + weights).filter(|p| *p < 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::modulus::LARGE;
    use super::*;
    use crate::network::Problem;

    #[test]
    fn no_draws_are_refused() {
        let request = RankRequest::new(Problem::attention(1, 1, 1, 2).unwrap());
        let error = rank(&RankRequest { draws: 0, ..request }, &|_, _| ()).unwrap_err();
        assert!(error.to_string().contains("draws 0"), "{error}");
    }

    #[test]
    fn of_two_draws_the_larger_rank_counts_and_no_chance_of_another_one() {
        let problem = Problem::attention(2, 2, 1, 4).unwrap();
        // The prime of this is the small one.
        let made = rank(&RankRequest::new(problem), &|_, _| ()).unwrap();
        let with = |rank, seed, chance| {
            let basis = Basis::Chance(chance);
            RankAnswer { rank, seed, basis, status: Status::Lower, ..made.clone() }
        };
        let of = |a: RankAnswer| (a.rank, a.seed, a.draws, a.basis);
        let half = |rank, seed| with(rank, seed, Some(0.5));
        let basis = |p| Basis::Chance(Some(p));
        assert_eq!(of(larger(half(7, 0), half(7, 1))), (7, 0, 2, basis(0.25)));
        assert_eq!(of(larger(half(7, 0), half(8, 1))), (8, 1, 1, basis(0.5)));
        assert_eq!(of(larger(half(8, 0), half(7, 1))), (8, 0, 1, basis(0.5)));
        assert_eq!(of(larger(half(7, 0), with(7, 1, None))), (7, 0, 1, basis(0.5)));
        let other = RankAnswer { prime: LARGE, ..half(7, 1) };
        assert_eq!(of(larger(half(7, 0), other)), (7, 0, 1, basis(0.5)));
        let tiny = larger(with(7, 0, Some(1e-20)), with(7, 1, Some(1e-20)));
        assert_eq!(tiny.basis, basis(LEAST_CHANCE));
    }
}
