//! The rank of values on a grid.

use super::answer::Evidence;
use super::modulus;
use super::plan::Grids;
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime, Rational};
use crate::linalg::{Echelon, rank_by_rows};
use crate::network::{InputFamily, Network, Problem};
use crate::tensor::{Evaluator, GridPoints};
use rand_chacha::ChaCha20Rng;

/// The evidence and its prime: square grids of growing size, until the rank stays below the size or the
/// plan has no larger one. A rank below one that is proved was lost with the prime, and the largest prime
/// is taken.
pub(super) fn run(
    setting: &Setting,
    grids: &Grids,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Evidence, Prime), RankError> {
    let prime =
        modulus::of_grid(setting.network(), setting.request.problem.degree()?, grids.first)?;
    let (grid, minor) = grown(setting, grids, prime, progress)?;
    let tried = grid.size() as u64;
    let lost = setting.reached().is_some_and(|rank| (minor.rank as u64) < rank.min(tried));
    if lost && prime <= modulus::WORD {
        let large = modulus::faithful(setting.network(), modulus::LARGE)?;
        let (again, found) = grown(setting, grids, large, progress)?;
        if found.rank > minor.rank {
            return Ok((again.evidence(&found), large));
        }
    }
    Ok((grid.evidence(&minor), prime))
}

fn grown<'a>(
    setting: &'a Setting,
    grids: &Grids,
    prime: Prime,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Grid<'a>, Echelon), RankError> {
    let (problem, family) = (&setting.request.problem, setting.family.as_ref());
    let mut grid = Grid::new(problem, setting.network(), family, prime, setting.rng())?;
    let mut size = grids.first;
    loop {
        grid.grow(size as usize, &|rows| progress(rows, size));
        let minor = grid.rank();
        match grids.after(size).filter(|_| minor.rank == grid.size()) {
            Some(next) => size = next,
            None => return Ok((grid, minor)),
        }
    }
}

/// The values of a network on a square grid of random points that grows: nothing is evaluated twice.
pub(super) struct Grid<'a> {
    problem: &'a Problem,
    family: Option<&'a InputFamily>,
    prime: Prime,
    rng: ChaCha20Rng,
    evaluator: Evaluator,
    points: GridPoints<Fp>,
    /// By rows.
    values: Vec<u64>,
}

impl<'a> Grid<'a> {
    /// Without points, of the family or of all inputs.
    pub(super) fn new(
        problem: &'a Problem,
        network: &Network<Rational>,
        family: Option<&'a InputFamily>,
        prime: Prime,
        rng: ChaCha20Rng,
    ) -> Result<Self, RankError> {
        let network = network.modulo(prime).map_err(|e| RankError::no_prime(1, e))?;
        let evaluator = Evaluator::new(problem, &network, prime);
        let (points, values) = (GridPoints::none(), Vec::new());
        Ok(Self { problem, family, prime, rng, evaluator, points, values })
    }

    /// Points on a side.
    pub(super) fn size(&self) -> usize {
        self.points.left.len()
    }

    /// Draws points up to `size` on a side and evaluates what they add. `progress` is called with the number
    /// of new rows done since its last call.
    pub(super) fn grow(&mut self, size: usize, progress: &(dyn Fn(u64) + Sync)) {
        let old = self.size();
        self.points.draw(self.problem, self.family, size, self.prime, &mut self.rng);
        let GridPoints { left, right } = &self.points;
        let beside = self.evaluator.values(&left[..old], &right[old..], &|_| ());
        let below = self.evaluator.values(&left[old..], right, progress);
        let mut values = Vec::with_capacity(size * size);
        for i in 0..old {
            values.extend_from_slice(&self.values[i * old..(i + 1) * old]);
            values.extend_from_slice(&beside[i * (size - old)..(i + 1) * (size - old)]);
        }
        values.extend(below);
        self.values = values;
    }

    /// The rank of the values, with a minor.
    pub(super) fn rank(&self) -> Echelon {
        rank_by_rows(&self.values, self.size(), self.size(), self.prime)
    }

    /// The points of a minor.
    pub(super) fn chosen(&self, minor: &Echelon) -> GridPoints<Fp> {
        let GridPoints { left, right } = &self.points;
        GridPoints {
            left: minor.pivot_rows.iter().map(|&i| left[i].clone()).collect(),
            right: minor.pivot_cols.iter().map(|&j| right[j].clone()).collect(),
        }
    }

    fn evidence(&self, minor: &Echelon) -> Evidence {
        Evidence::Grid { points: self.chosen(minor), tried: self.size() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::WeightStyle;
    use crate::prove::generator;

    /// A grid that grew has the values of its points, each pair at its place.
    #[test]
    fn a_grown_grid_is_that_of_its_points() {
        let problem = Problem::attention(2, 3, 1, 4).unwrap();
        let network = WeightStyle::Random.draw(&problem, &mut generator(1));
        let prime = Prime::WORD;
        let mut grid = Grid::new(&problem, &network, None, prime, generator(2)).unwrap();
        [3, 4, 31, 70].into_iter().for_each(|size| grid.grow(size, &|_| ()));
        let network = network.modulo(prime).unwrap();
        let whole = crate::tensor::grid(&problem, &network, &grid.points, &|_| ());
        assert_eq!((grid.size(), grid.values.len()), (70, 4900));
        for (e, value) in grid.values.iter().enumerate() {
            assert_eq!(*value, whole[(e / 70, e % 70)].residue(prime));
        }
    }
}
