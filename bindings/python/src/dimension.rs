//! The dimension of the set of functions that a network can be.

use crate::errors::{Raise, invalid};
use crate::job::{self, Watch};
use crate::network::PyNetwork;
use crate::rank::stop_after;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use seprank::Limit;
use seprank::network::describe;
use seprank::prove::{DimensionAnswer, DimensionRequest, Outputs, Status, dimension as found};
use seprank::tensor::MemoryLimit;

/// What to compute, but for the network.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Wish<'py> {
    of: String,
    seed: u64,
    seconds: Option<f64>,
    bytes: u64,
    progress: Option<Bound<'py, PyAny>>,
}

fn outputs(py: Python<'_>, name: &str) -> PyResult<Outputs> {
    let all = [Outputs::State, Outputs::Token, Outputs::Entry];
    let found = all.into_iter().find(|outputs| outputs.name() == name);
    found.ok_or_else(|| invalid(py, "of", format!("{name:?}"), "allowed are state, token, entry"))
}

/// The dimension, as a dict; and the exception that ended it before its end, if one did.
#[pyfunction]
pub(crate) fn dimension<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    wish: Wish<'py>,
) -> PyResult<(Bound<'py, PyDict>, Option<PyErr>)> {
    let stop = stop_after(py, wish.seconds)?;
    let request = DimensionRequest {
        outputs: outputs(py, &wish.of)?,
        seed: wish.seed,
        memory: MemoryLimit(wish.bytes),
        stop: stop.clone(),
        ..DimensionRequest::new(network.polynomial(py)?)
    };
    let ask = || stop.ask();
    let watch = Watch { progress: wish.progress.as_ref(), stop: Some(&ask) };
    let (answer, stopped) = job::run(py, &watch, move |steps| {
        found(&request, &|done, planned| steps.add(done, planned))
    })?;
    match answer {
        Ok(answer) => Ok((dict(py, &answer)?, stopped)),
        Err(error) => Err(stopped.unwrap_or_else(|| error.raise(py))),
    }
}

fn dict<'py>(py: Python<'py>, answer: &DimensionAnswer) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let upper: Vec<_> = answer.upper.iter().map(|bound| (bound.name, bound.value)).collect();
    dict.set_item("dimension", answer.dimension)?;
    dict.set_item("exact", answer.status == Status::Exact)?;
    dict.set_item("basis", answer.reason())?;
    dict.set_item("upper", upper)?;
    dict.set_item("prime", answer.prime.get())?;
    dict.set_item("chance", answer.chance)?;
    dict.set_item("seed", answer.seed)?;
    dict.set_item("points", answer.points)?;
    dict.set_item("of", answer.outputs.name())?;
    dict.set_item("network", describe(&answer.problem))?;
    dict.set_item("ended_by", answer.limit.map(Limit::name))?;
    dict.set_item("text", answer.to_string())?;
    Ok(dict)
}
