//! The rank of values on a grid.

use super::answer::{Evidence, Found};
use super::modulus::{LARGE, faithful};
use super::plan::Grids;
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime};
use crate::linalg::{Echelon, rank_mod_p};
use crate::network::{InputFamily, Problem};
use crate::stop::Limit;
use crate::tensor::{GridPoints, grid, random_inputs, random_points};
use nalgebra::DMatrix;
use rand_chacha::ChaCha20Rng;

/// Square grids of growing size, until the rank stays below the size, the plan has no larger one, or the
/// request's `stop` is due.
pub(super) fn run(
    setting: &Setting,
    grids: &Grids,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Found, RankError> {
    let prime = faithful(setting.network(), LARGE)?;
    let network = setting.network().modulo(prime).map_err(|e| RankError::no_prime(1, e))?;
    let mut rng = setting.rng();
    let mut size = grids.first;
    loop {
        let tried = size as usize;
        let family = setting.family.as_ref();
        let points = random_square(&setting.request.problem, family, tried, prime, &mut rng);
        let matrix =
            grid(&setting.request.problem, &network, &points, &|rows| progress(rows, size));
        let minor = rank_mod_p(&matrix, prime);
        // Whether a larger grid may show more.
        let open = minor.rank == tried && size < grids.most;
        let limit = setting.request.stop.due().filter(|_| open);
        match grids.after(size).filter(|_| open && limit.is_none()) {
            Some(next) => size = next,
            None => {
                let evidence = Evidence::Grid { points: chosen(points, &minor), tried };
                let limit = limit.or(open.then_some(Limit::Memory));
                return Ok(Found { evidence, prime, limit });
            }
        }
    }
}

/// `count` points on either side, of the family or of all inputs.
pub(super) fn random_square(
    problem: &Problem,
    family: Option<&InputFamily>,
    count: usize,
    prime: Prime,
    rng: &mut ChaCha20Rng,
) -> GridPoints<Fp> {
    match family {
        Some(family) => random_points(family, (count, count), prime, rng),
        None => random_inputs(problem, (count, count), prime, rng),
    }
}

/// The points of a minor.
pub(super) fn chosen(points: GridPoints<Fp>, minor: &Echelon) -> GridPoints<Fp> {
    let side =
        |list: &[DMatrix<Fp>], chosen: &[usize]| chosen.iter().map(|&i| list[i].clone()).collect();
    GridPoints {
        left: side(&points.left, &minor.pivot_rows),
        right: side(&points.right, &minor.pivot_cols),
    }
}
