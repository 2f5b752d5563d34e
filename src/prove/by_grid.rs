//! The rank of values on a grid.

use super::answer::Evidence;
use super::modulus::{LARGE, faithful};
use super::plan::Grids;
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime};
use crate::linalg::{Echelon, rank_mod_p};
use crate::tensor::{GridPoints, grid, random_points};
use nalgebra::DMatrix;

/// The evidence and its prime: square grids of growing size, until the rank stays below the size or the
/// plan has no larger one.
pub(super) fn run(
    setting: &Setting,
    grids: &Grids,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Evidence, Prime), RankError> {
    let prime = faithful(setting.network(), LARGE)?;
    let network = setting.network().modulo(prime).map_err(|e| RankError::no_prime(1, e))?;
    let mut rng = setting.rng();
    let mut size = grids.first;
    loop {
        let tried = size as usize;
        let points = random_points(&setting.family, (tried, tried), prime, &mut rng);
        let matrix =
            grid(&setting.request.problem, &network, &points, &|rows| progress(rows, size));
        let minor = rank_mod_p(&matrix, prime);
        match grids.after(size).filter(|_| minor.rank == tried) {
            Some(next) => size = next,
            None => return Ok((Evidence::Grid { points: chosen(points, &minor), tried }, prime)),
        }
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
