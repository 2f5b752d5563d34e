//! The rank of the coefficient matrix: of random weights modulo a prime, of fixed ones over Q.

use super::answer::{CoefficientMinor, Evidence, Scope};
use super::modulus::{LARGE, TRIED, faithful};
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime, Rational, Ring};
use crate::linalg::{rank_mod_p, rank_rational};
use crate::tensor::{Block, CoefficientMatrix, CoefficientTensor};

/// The evidence and its prime.
///
/// Cost: one forward pass over polynomials and one elimination a block; at fixed weights, where no
/// theorem is met, also that of [`rank_rational`].
pub(super) fn run(setting: &Setting) -> Result<(Evidence, Prime), RankError> {
    let first = faithful(setting.network(), LARGE)?;
    match setting.scope {
        Scope::Generic => {
            // No denominator is divisible by the prime, and inputs have integer coefficients.
            let embed = |c: &Rational| Fp::from_ratio(c, first).expect("the prime was chosen so");
            let blocks = minors(&matrix(setting, embed)?.blocks, first);
            Ok((Evidence::Coefficients { blocks, over_q: None }, first))
        }
        Scope::Weights | Scope::ProofInputs => fixed(setting, first),
    }
}

/// The tensor is made over Q, once; its minor is found modulo a prime that keeps its rank.
fn fixed(setting: &Setting, first: Prime) -> Result<(Evidence, Prime), RankError> {
    let over_q = matrix(setting, Rational::clone)?;
    let upper = setting.upper().map(|(_, upper)| upper);
    let mut rank_over_q = None;
    for prime in first.downwards().take(TRIED) {
        let Some(blocks) = over_q.modulo(prime) else { continue };
        let blocks = minors(&blocks, prime);
        let rank: usize = blocks.iter().map(|b| b.rows.len()).sum();
        if upper == Some(rank as u64) {
            return Ok((Evidence::Coefficients { blocks, over_q: None }, prime));
        }
        let exact = *rank_over_q.get_or_insert_with(|| {
            let rank = |b: &Block<Rational>| rank_rational(&b.to_integers()).echelon.rank;
            over_q.blocks.iter().map(rank).sum::<usize>()
        });
        if rank == exact {
            return Ok((Evidence::Coefficients { blocks, over_q: Some(over_q) }, prime));
        }
    }
    Err(RankError::LowRank { tried: TRIED })
}

fn matrix<T: Ring>(
    setting: &Setting,
    embed: impl Fn(&Rational) -> T,
) -> Result<CoefficientMatrix<T>, RankError> {
    let (problem, memory) = (&setting.request.problem, setting.request.memory);
    let tensor =
        CoefficientTensor::new(problem, setting.network(), &setting.family, embed, memory)?;
    Ok(tensor.matricize())
}

/// A minor of each block that is as large as its rank modulo the prime.
fn minors(blocks: &[Block<Fp>], prime: Prime) -> Vec<CoefficientMinor> {
    let minor = |block: &Block<Fp>| {
        let echelon = rank_mod_p(&block.to_dense(), prime);
        let rows = echelon.pivot_rows.iter().map(|&i| block.rows[i].clone());
        let cols = echelon.pivot_cols.iter().map(|&j| block.cols[j].clone());
        CoefficientMinor { bidegree: block.bidegree, rows: rows.collect(), cols: cols.collect() }
    };
    blocks.iter().map(minor).collect()
}
