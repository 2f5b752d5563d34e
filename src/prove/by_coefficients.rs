//! The rank of the coefficient matrix: of random weights modulo a prime, of fixed ones over Q.

use super::answer::{CoefficientMinor, Evidence, Found, Scope};
use super::modulus::{LARGE, TRIED, faithful};
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime, Rational, Ring};
use crate::linalg::{rank_mod_p_until, rank_rational};
use crate::network::InputFamily;
use crate::stop::Stop;
use crate::tensor::{Block, CoefficientMatrix, CoefficientTensor};

/// The evidence and its prime. Once the request's `stop` is due it ends with the minors of the blocks that are done: of
/// none, if the tensor is not. The minor of a block whose elimination was
/// stopped may be smaller than its rank.
///
/// Cost: one forward pass over polynomials and one elimination a block; at fixed weights, where no
/// theorem is met, also that of [`rank_rational`].
pub(super) fn run(setting: &Setting) -> Result<Found, RankError> {
    let first = faithful(setting.network(), LARGE)?;
    if setting.scope != Scope::Generic {
        return fixed(setting, first);
    }
    // No denominator is divisible by the prime, and inputs have integer coefficients.
    let embed = |c: &Rational| Fp::from_ratio(c, first).expect("the prime was chosen so");
    let matrix = matrix(setting, embed)?;
    let minors = matrix.map(|matrix| minors(&matrix.blocks, first, &setting.request.stop));
    Ok(found(setting, minors.unwrap_or_default(), first))
}

/// The minors of the blocks that were done, fewer than all where a stop was due.
fn found(setting: &Setting, minors: Minors, prime: Prime) -> Found {
    let Minors { blocks, whole } = minors;
    let evidence = Evidence::Coefficients { blocks, over_q: None };
    Found { evidence, prime, limit: setting.request.stop.due().filter(|_| !whole) }
}

/// The tensor is made over Q, once; its minor is found modulo a prime that keeps its rank.
fn fixed(setting: &Setting, first: Prime) -> Result<Found, RankError> {
    let stop = &setting.request.stop;
    let Some(over_q) = matrix(setting, Rational::clone)? else {
        return Ok(found(setting, Minors::default(), first));
    };
    let upper = setting.upper().map(|(_, upper)| upper);
    let mut rank_over_q = None;
    for prime in first.downwards().take(TRIED) {
        let Some(blocks) = over_q.modulo(prime) else { continue };
        let minors = minors(&blocks, prime, stop);
        let rank: usize = minors.blocks.iter().map(|b| b.rows.len()).sum();
        if !minors.whole || upper == Some(rank as u64) {
            return Ok(found(setting, minors, prime));
        }
        rank_over_q = rank_over_q.or_else(|| {
            let rank = |b: &Block<Rational>| {
                (!stop.is_due()).then(|| rank_rational(&b.to_integers()).echelon.rank)
            };
            over_q.blocks.iter().map(rank).sum::<Option<usize>>()
        });
        if rank_over_q.is_none_or(|exact| exact == rank) {
            let limit = stop.due().filter(|_| rank_over_q.is_none());
            let over_q = rank_over_q.map(|_| over_q);
            let evidence = Evidence::Coefficients { blocks: minors.blocks, over_q };
            return Ok(Found { evidence, prime, limit });
        }
    }
    Err(RankError::LowRank { tried: TRIED })
}

/// `None` once the request's `stop` is due.
fn matrix<T: Ring>(
    setting: &Setting,
    embed: impl Fn(&Rational) -> T,
) -> Result<Option<CoefficientMatrix<T>>, RankError> {
    let (problem, memory) = (&setting.request.problem, setting.request.memory);
    let family = setting.family.clone().unwrap_or_else(|| InputFamily::all(problem));
    let (network, stop) = (setting.network(), &setting.request.stop);
    let tensor = CoefficientTensor::until(problem, network, &family, embed, memory, stop)?;
    Ok(tensor.map(|tensor| tensor.matricize()))
}

/// Minors of blocks, not of all unless they are `whole`.
#[derive(Default)]
struct Minors {
    blocks: Vec<CoefficientMinor>,
    whole: bool,
}

/// A minor of each block that is as large as its rank modulo the prime, until `stop` is due.
fn minors(blocks: &[Block<Fp>], prime: Prime, stop: &Stop) -> Minors {
    let minor = |block: &Block<Fp>| {
        let echelon = rank_mod_p_until(&block.to_dense(), prime, stop);
        let rows = echelon.pivot_rows.iter().map(|&i| block.rows[i].clone());
        let cols = echelon.pivot_cols.iter().map(|&j| block.cols[j].clone());
        CoefficientMinor { bidegree: block.bidegree, rows: rows.collect(), cols: cols.collect() }
    };
    let done: Vec<_> = blocks.iter().take_while(|_| !stop.is_due()).map(minor).collect();
    Minors { whole: done.len() == blocks.len() && !stop.is_due(), blocks: done }
}
