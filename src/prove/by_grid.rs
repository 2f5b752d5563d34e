//! The rank of values on a grid.

use super::answer::{Evidence, Found};
use super::modulus;
use super::plan::Grids;
use super::request::RankError;
use super::setting::Setting;
use crate::arith::{Fp, Prime, Rational};
use crate::linalg::{Echelon, rank_by_rows_until};
use crate::network::{InputFamily, Network, Problem};
use crate::stop::{Limit, Stop};
use crate::tensor::{Evaluator, GridPoints};
use rand_chacha::ChaCha20Rng;

/// Square grids of growing size, until the rank stays below the size, the plan has no larger one, or the
/// request's `stop` is due, which is looked at between rows. A rank below one that is proved was lost with the
/// prime, and the largest prime is taken.
pub(super) fn run(
    setting: &Setting,
    grids: &Grids,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Found, RankError> {
    let prime =
        modulus::of_grid(setting.network(), setting.request.problem.degree()?, grids.first)?;
    let (grid, minor, limit) = grown(setting, grids, prime, progress)?;
    let tried = grid.size() as u64;
    let lost = setting.reached().is_some_and(|rank| (minor.rank as u64) < rank.min(tried));
    if lost && prime <= modulus::WORD && !setting.request.stop.is_due() {
        let large = modulus::faithful(setting.network(), modulus::LARGE)?;
        let (again, found, limit) = grown(setting, grids, large, progress)?;
        if found.rank > minor.rank {
            return Ok(Found { evidence: again.evidence(&found), prime: large, limit });
        }
    }
    Ok(Found { evidence: grid.evidence(&minor), prime, limit })
}

fn grown<'a>(
    setting: &'a Setting,
    grids: &Grids,
    prime: Prime,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(Grid<'a>, Echelon, Option<Limit>), RankError> {
    let (problem, family) = (&setting.request.problem, setting.family.as_ref());
    let mut grid = Grid::new(problem, setting.network(), family, prime, setting.rng())?;
    let mut size = grids.first;
    loop {
        let entries = |done| progress(done, size.saturating_mul(size));
        grid.grow(size as usize, &setting.request.stop, &entries);
        let stop = &setting.request.stop;
        let minor = grid.rank(stop);
        // Whether a larger grid may show more; this one may, where its elimination was stopped.
        let open = minor.rank == grid.size() && (grid.size() as u64) < grids.most;
        let limit = stop.due().filter(|_| open || minor.rank < grid.size());
        match grids.after(size).filter(|_| open && limit.is_none()) {
            Some(next) => size = next,
            None => return Ok((grid, minor, limit.or(open.then_some(Limit::Memory)))),
        }
    }
}

/// The values of a network on a square grid of random points that grows: nothing is evaluated twice. Where it was
/// stopped it may have fewer rows.
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

    /// Points on either side, at least.
    pub(super) fn size(&self) -> usize {
        self.points.left.len()
    }

    /// Draws points up to `size` on a side and evaluates what they add. `progress` is called with the number
    /// of new entries found since its last call. Once `stop` is due only the rows that are found are kept.
    pub(super) fn grow(&mut self, size: usize, stop: &Stop, progress: &(dyn Fn(u64) + Sync)) {
        let old = self.size();
        self.points.draw(self.problem, self.family, size, self.prime, &mut self.rng);
        let GridPoints { left, right } = &mut self.points;
        let more = |rows: u64| progress(rows * (size - old) as u64);
        let whole = |rows: u64| progress(rows * size as u64);
        let (beside, known) = self.evaluator.values(&left[..old], &right[old..], stop, &more);
        if known.contains(&false) {
            left.truncate(old);
            right.truncate(old);
            return;
        }
        let (below, known) = self.evaluator.values(&left[old..], right, stop, &whole);
        let mut known = std::iter::repeat_n(true, old).chain(known);
        left.retain(|_| known.next().unwrap_or(false));
        let mut values = Vec::with_capacity(size * size);
        for i in 0..old {
            values.extend_from_slice(&self.values[i * old..(i + 1) * old]);
            values.extend_from_slice(&beside[i * (size - old)..(i + 1) * (size - old)]);
        }
        values.extend(below);
        self.values = values;
    }

    /// The rank of the values, with a minor; once `stop` is due, of what was eliminated.
    pub(super) fn rank(&self, stop: &Stop) -> Echelon {
        let (rows, cols) = (self.points.left.len(), self.points.right.len());
        rank_by_rows_until(&self.values, rows, cols, self.prime, stop)
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
    use crate::prove::witness::{Witness, WitnessKind};
    use crate::prove::{Method, RankRequest, Weights, generator, rank};
    use crate::stop::NEVER;
    use nalgebra::DMatrix;

    /// A key matrix of determinant p: f has rank 3, and modulo p rank 2.
    #[test]
    fn a_rank_that_the_small_prime_loses_is_found_modulo_the_large_one() {
        let problem = Problem::attention(1, 2, 1, 4).unwrap();
        let p = modulus::WORD.get() as i64;
        let key = DMatrix::from_row_slice(2, 2, &[1, 1, 1, 1 + p].map(Rational::from));
        let one = || DMatrix::from_diagonal_element(2, 2, Rational::from(1));
        let layer = vec![one(), key, one(), one()];
        let network = Network::new(4, 2, problem.layers(), vec![layer]).unwrap();
        let found = |weights| {
            let request = RankRequest::new(problem.clone());
            let answer =
                rank(&RankRequest { weights, method: Method::Grid, ..request }, &|_, _| ());
            answer.map(|answer| (answer.rank, answer.prime)).unwrap()
        };
        assert_eq!(found(Weights::Given(network.clone())), (2, modulus::WORD));
        // Where 3 is known to be reached, 2 is too few.
        let (kind, family) = (WitnessKind::Isotropic, InputFamily::all(&problem));
        let witness = Witness { kind, network, family, rank: 3.into() };
        assert_eq!(found(Weights::Witness(witness.into())), (3, modulus::LARGE));
    }

    /// A grid that grew has the values of its points, each pair at its place.
    #[test]
    fn a_grown_grid_is_that_of_its_points() {
        let problem = Problem::attention(2, 3, 1, 4).unwrap();
        let network = WeightStyle::Random.draw(&problem, &mut generator(1));
        let prime = Prime::WORD;
        let mut grid = Grid::new(&problem, &network, None, prime, generator(2)).unwrap();
        [3, 4, 31, 70].into_iter().for_each(|size| grid.grow(size, &NEVER, &|_| ()));
        let network = network.modulo(prime).unwrap();
        let whole = crate::tensor::grid(&problem, &network, &grid.points, &|_| ());
        assert_eq!((grid.size(), grid.values.len()), (70, 4900));
        for (e, value) in grid.values.iter().enumerate() {
            assert_eq!(*value, whole[(e / 70, e % 70)].residue(prime));
        }
    }
}
