//! What is proved of networks with functions of real numbers, by interval arithmetic: lower bounds of ranks, and singular
//! values of grids.

use crate::errors::{Raise, invalid};
use crate::job::{self, Watch};
use crate::network::PyNetwork;
use crate::rank::{Found, RankSource, Wish, stop_after};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use seprank::network::{InvalidProblem, describe_real};
use seprank::prove::{
    RealInputs, RealRank, RealRequest, RealSpectrum, SpectrumError, Uncertified, real_rank,
    real_spectrum,
};
use seprank::tensor::MemoryLimit;
use seprank::{Limit, Stop};

/// Points on a side, unless they are given: as of the command line.
const POINTS: u64 = 16;

/// What is asked for of a grid, but for the network.
struct Grid {
    /// Whether weights are drawn though some are given.
    random: bool,
    points: Option<u64>,
    inputs: RealInputs,
    seed: u64,
    bytes: u64,
    stop: Stop,
}

impl Grid {
    fn request(self, py: Python<'_>, network: &PyNetwork) -> PyResult<RealRequest> {
        let points = self.points.unwrap_or(POINTS);
        let many = |_| invalid(py, "points", points, "too many");
        let given = network.weights.as_ref().filter(|_| !self.random);
        Ok(RealRequest {
            problem: network.problem.clone(),
            weights: given.map(|weights| weights.as_ref().clone()),
            points: usize::try_from(points).map_err(many)?,
            inputs: self.inputs,
            seed: self.seed,
            memory: MemoryLimit(self.bytes),
            stop: self.stop,
        })
    }
}

/// What is about polynomials only.
fn refuse(py: Python<'_>, wish: &Wish<'_>) -> PyResult<()> {
    let theirs = [
        ("weights", wish.weights.as_deref().filter(|name| *name != "random")),
        ("inputs", Some(&wish.inputs[..]).filter(|name| *name != "all")),
        ("method", Some(&wish.method[..]).filter(|name| *name != "auto")),
        ("draws", Some("").filter(|_| wish.draws != 1)),
    ];
    let Some((field, value)) = theirs.into_iter().find_map(|(f, value)| Some((f, value?))) else {
        return Ok(());
    };
    let allowed = "the network is no polynomial, and this is about polynomials; leave it out";
    let error = match value {
        "" => InvalidProblem::new(field, wish.draws, allowed),
        name => InvalidProblem::new(field, format!("{name:?}"), allowed),
    };
    Err(error.raise(py))
}

/// As [`crate::rank::rank`].
pub(crate) fn rank<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    wish: &Wish<'py>,
) -> PyResult<(Bound<'py, PyDict>, Option<PyErr>)> {
    refuse(py, wish)?;
    let stop = stop_after(py, wish.seconds)?;
    let grid = Grid {
        random: wish.weights.is_some(),
        points: wish.points,
        inputs: RealInputs::Uniform,
        seed: wish.seed,
        bytes: wish.bytes,
        stop: stop.clone(),
    };
    let request = grid.request(py, network)?;
    let ask = || stop.ask();
    let watch = Watch { progress: wish.progress.as_ref(), stop: Some(&ask) };
    let (answer, stopped) = job::run(py, &watch, move |steps| {
        real_rank(&request, &|done, planned| steps.add(done, planned))
    })?;
    match answer {
        Ok(answer) => Ok((dict(py, answer, wish.seed)?, stopped)),
        Err(error) => Err(stopped.unwrap_or_else(|| error.raise(py))),
    }
}

fn dict(py: Python<'_>, answer: RealRank, seed: u64) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for key in ["prime", "draws", "chance", "log10", "not_computed"] {
        dict.set_item(key, py.None())?;
    }
    dict.set_item("rank", answer.rank)?;
    dict.set_item("status", "lower")?;
    dict.set_item("method", RealRank::METHOD)?;
    dict.set_item("basis", answer.reason())?;
    dict.set_item("computed", (answer.rank, RealRank::METHOD, answer.reason()))?;
    dict.set_item("scope", RealRank::SCOPE)?;
    dict.set_item("network", describe_real(&answer.problem))?;
    dict.set_item("bounds", PyList::empty(py))?;
    dict.set_item("seed", seed)?;
    dict.set_item("ended_by", answer.limit.map(Limit::name))?;
    dict.set_item("points", answer.points)?;
    dict.set_item("precision", answer.precision)?;
    dict.set_item("source", RankSource(Found::Real(answer.into())))?;
    Ok(dict)
}

/// What to compute, but for the network.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SpectrumWish<'py> {
    points: Option<u64>,
    inputs: String,
    seed: u64,
    seconds: Option<f64>,
    bytes: u64,
    progress: Option<Bound<'py, PyAny>>,
}

/// A spectrum as it was found, of which ranks are asked.
#[pyclass(frozen)]
pub(crate) struct SpectrumSource(RealSpectrum);

#[pymethods]
impl SpectrumSource {
    /// At least and at most.
    fn rank_within(&self, epsilon: f64) -> [usize; 2] {
        self.0.rank_within(epsilon)
    }
}

/// The enclosed singular values of a grid, as a dict.
#[pyfunction]
pub(crate) fn spectrum<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    wish: SpectrumWish<'py>,
) -> PyResult<Bound<'py, PyDict>> {
    let stop = stop_after(py, wish.seconds)?;
    let (points, seed, bytes) = (wish.points, wish.seed, wish.bytes);
    let unknown = || {
        let allowed = "allowed are \"uniform\" and \"gaussian\"";
        InvalidProblem::new("inputs", format!("{:?}", wish.inputs), allowed).raise(py)
    };
    let inputs = RealInputs::named(&wish.inputs).ok_or_else(unknown)?;
    let grid = Grid { random: false, points, inputs, seed, bytes, stop: stop.clone() };
    let request = grid.request(py, network)?;
    let ask = || stop.ask();
    let watch = Watch { progress: wish.progress.as_ref(), stop: Some(&ask) };
    let (found, stopped) = job::run(py, &watch, move |steps| {
        real_spectrum(&request, &|done, planned| {
            // It is told of the decomposition too, which has no steps.
            if planned > 0 {
                steps.add(done, planned);
            }
        })
    })?;
    if let Some(error) = stopped {
        return Err(error);
    }
    let found = found.map_err(|e| e.raise(py))?;
    let dict = PyDict::new(py);
    dict.set_item("values", found.values.iter().map(|e| (e[0], e[1])).collect::<Vec<_>>())?;
    let [low, high] = found.root_mean_square;
    dict.set_item("root_mean_square", (low, high))?;
    dict.set_item("points", found.points)?;
    dict.set_item("precision", found.precision)?;
    dict.set_item("seed", seed)?;
    dict.set_item("network", describe_real(&network.problem))?;
    dict.set_item("source", SpectrumSource(found))?;
    Ok(dict)
}

impl Raise for SpectrumError {
    fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Request(error) => error.raise(py),
            Self::Stopped(Limit::Time) => invalid(py, "time", "", self),
            other => crate::errors::failed(py, other),
        }
    }
}

impl Raise for Uncertified {
    fn raise(self, py: Python<'_>) -> PyErr {
        crate::errors::failed(py, self)
    }
}
