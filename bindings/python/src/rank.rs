//! Ranks of networks, bounds on them, gaps between two of them.

use crate::certificate::Certificate;
use crate::convert::{bound, bounds, ends};
use crate::errors::{Raise, invalid};
use crate::job::{self, Watch};
use crate::network::PyNetwork;
use crate::real;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use seprank::bounds::{Half, Incomparable, SCOPE, Side, applicable, evaluate};
use seprank::network::{InvalidProblem, describe, presets};
use seprank::prove::{
    self, Basis, ByTheorem, GapAnswer, Inputs, Method, Rank, RankError, RankRequest, RealRank,
    Uncertified, Weights,
};
use seprank::table::words;
use seprank::tensor::MemoryLimit;
use seprank::{Limit, Stop};
use std::borrow::Cow;
use std::time::Duration;

/// A rank as it was found, from which its certificate is written.
#[pyclass(frozen)]
pub(crate) struct RankSource(pub(crate) Found);

/// A rank by either way.
pub(crate) enum Found {
    /// Of a polynomial.
    Polynomial(Box<Rank>),
    /// Of a network with functions of real numbers.
    Real(Box<RealRank>),
}

#[pymethods]
impl RankSource {
    /// Of a network with functions of real numbers it is checked here, which takes its time.
    fn certificate(slf: Py<Self>, py: Python<'_>) -> PyResult<Certificate> {
        let made = move |_: &job::Steps| match &slf.get().0 {
            Found::Polynomial(rank) => rank.certificate().map_err(Failure::Rank),
            Found::Real(rank) => rank.certificate().map(Cow::into_owned).map_err(Failure::Real),
        };
        let (made, _) = job::run(py, &Watch::default(), made)?;
        made.map(Certificate::from).map_err(|failure| match failure {
            Failure::Rank(error) => error.raise(py),
            Failure::Real(error) => error.raise(py),
        })
    }

    fn text(&self) -> String {
        match &self.0 {
            Found::Polynomial(rank) => rank.to_string(),
            Found::Real(rank) => rank.to_string(),
        }
    }
}

/// Why there is no certificate.
enum Failure {
    Rank(RankError),
    Real(Uncertified),
}

fn method(py: Python<'_>, name: &str, points: bool) -> PyResult<Method> {
    Ok(match name {
        "auto" if points => Method::Grid,
        "auto" => Method::Auto,
        "coefficients" => Method::Coefficients,
        "grid" => Method::Grid,
        "hankel" => Method::Hankel,
        _ => {
            let allowed = "allowed are auto, theorem, coefficients, grid, hankel";
            return Err(invalid(py, "method", format!("{name:?}"), allowed));
        }
    })
}

fn weights(py: Python<'_>, network: &PyNetwork, name: Option<&str>) -> PyResult<Weights> {
    let Some(name) = name else {
        let given = network.weights.as_ref().map(|weights| weights.as_ref().clone());
        return Ok(given.map_or(Weights::Random, Weights::Given));
    };
    let known = Weights::named();
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    let allowed = format!("allowed are {}", names.join(", "));
    let found = known.into_iter().find(|(known, _)| *known == name);
    found.map(|(_, w)| w).ok_or_else(|| invalid(py, "weights", format!("{name:?}"), allowed))
}

fn inputs(py: Python<'_>, name: &str) -> PyResult<Inputs> {
    match name {
        "all" => Ok(Inputs::All),
        "theorem" => Ok(Inputs::Theorem),
        _ => Err(invalid(py, "inputs", format!("{name:?}"), "allowed are all, theorem")),
    }
}

/// What to compute, but for the network.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Wish<'py> {
    pub(crate) weights: Option<String>,
    pub(crate) inputs: String,
    pub(crate) method: String,
    pub(crate) seed: u64,
    pub(crate) draws: u64,
    pub(crate) points: Option<u64>,
    pub(crate) seconds: Option<f64>,
    pub(crate) bytes: u64,
    pub(crate) progress: Option<Bound<'py, PyAny>>,
}

/// Due after so many seconds, if any are given.
pub(crate) fn stop_after(py: Python<'_>, seconds: Option<f64>) -> PyResult<Stop> {
    let time = seconds.map(Duration::try_from_secs_f64).transpose();
    Ok(Stop::new(time.map_err(|e| invalid(py, "time", seconds.unwrap_or_default(), e))?))
}

/// The rank of a network, as a dict; and the exception that ended it before its end, if one did.
#[pyfunction]
pub(crate) fn rank<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    wish: Wish<'py>,
) -> PyResult<(Bound<'py, PyDict>, Option<PyErr>)> {
    if !network.problem.is_polynomial() {
        return real::rank(py, network, &wish);
    }
    let by_theorem = wish.method == "theorem";
    let name = if by_theorem { "auto" } else { &wish.method };
    let stop = stop_after(py, wish.seconds)?;
    let request = RankRequest {
        weights: weights(py, network, wish.weights.as_deref())?,
        inputs: inputs(py, &wish.inputs)?,
        method: method(py, name, wish.points.is_some())?,
        seed: wish.seed,
        draws: wish.draws,
        memory: MemoryLimit(wish.bytes),
        points: wish.points,
        stop: stop.clone(),
        ..RankRequest::new(network.polynomial(py)?)
    };
    let ask = || stop.ask();
    let watch = Watch { progress: wish.progress.as_ref(), stop: Some(&ask) };
    let (answer, stopped) = job::run(py, &watch, move |steps| found(&request, by_theorem, steps))?;
    match answer {
        Ok((rank, not_computed)) => Ok((dict(py, rank, not_computed)?, stopped)),
        Err(error) => Err(stopped.unwrap_or_else(|| error.raise(py))),
    }
}

/// What is found, and why it was not computed if that was wanted.
fn found(
    request: &RankRequest,
    by_theorem: bool,
    steps: &job::Steps,
) -> Result<(Rank, Option<RankError>), RankError> {
    if !by_theorem {
        return Rank::find(request, &|done, planned| steps.add(done, planned));
    }
    let free = request.is_generic() && request.points.is_none();
    let found = free.then(|| prove::decided(&request.problem)).flatten();
    let allowed = match free {
        true => "no lower bound has the value of an upper one here; see bounds()",
        false => "is about random weights and all inputs, without points",
    };
    let none = || InvalidProblem::new("method", "theorem", allowed).into();
    found.map(|found| (Rank::Theorem(found.into()), None)).ok_or_else(none)
}

pub(crate) fn dict(
    py: Python<'_>,
    rank: Rank,
    not_computed: Option<RankError>,
) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("not_computed", not_computed.map(|error| error.to_string()))?;
    for key in ["points", "precision"] {
        dict.set_item(key, py.None())?;
    }
    match &rank {
        Rank::Computed(answer) => {
            let method = answer.evidence.route().name();
            let chance = match answer.basis {
                Basis::Chance(chance) => chance,
                _ => None,
            };
            dict.set_item("prime", answer.prime.get())?;
            dict.set_item("seed", answer.seed)?;
            dict.set_item("draws", answer.draws)?;
            dict.set_item("ended_by", answer.limit.map(Limit::name))?;
            dict.set_item("chance", chance)?;
            dict.set_item("computed", (answer.rank, method, answer.reason()))?;
            dict.set_item("scope", answer.scope.to_string())?;
            dict.set_item("network", describe(&answer.problem))?;
            dict.set_item("bounds", bounds(py, &answer.bounds)?)?;
            match answer.by_theorem() {
                Some(better) => theorem(&dict, &better)?,
                None => {
                    dict.set_item("rank", answer.rank)?;
                    dict.set_item("status", answer.status.name())?;
                    dict.set_item("method", method)?;
                    dict.set_item("basis", answer.reason())?;
                    dict.set_item("log10", py.None())?;
                }
            }
        }
        Rank::Theorem(found) => {
            for key in ["prime", "seed", "draws", "ended_by", "chance", "computed"] {
                dict.set_item(key, py.None())?;
            }
            dict.set_item("scope", found.scope().to_string())?;
            dict.set_item("network", describe(&found.problem))?;
            dict.set_item("bounds", bounds(py, &found.bounds)?)?;
            theorem(&dict, found)?;
        }
    }
    dict.set_item("source", RankSource(Found::Polynomial(rank.into())))?;
    Ok(dict)
}

fn theorem(dict: &Bound<'_, PyDict>, found: &ByTheorem) -> PyResult<()> {
    let py = dict.py();
    let lower = bound(
        py,
        (found.lower.id, Side::Lower),
        found.lower.value.as_ref(),
        found.lower.log.as_ref(),
    )?;
    dict.set_item("rank", lower.get_item("value")?)?;
    dict.set_item("log10", lower.get_item("log10")?)?;
    dict.set_item("status", found.status().name())?;
    dict.set_item("method", "theorem")?;
    dict.set_item("basis", found.reason())
}

/// The bounds that apply, as dicts.
#[pyfunction(name = "bounds")]
pub(crate) fn bounds_of<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    digits: f64,
) -> PyResult<Bound<'py, PyList>> {
    let problem = network.polynomial(py)?;
    let (list, _) = job::run(py, &Watch::default(), move |_| {
        let all = applicable(&problem).into_iter();
        all.map(|b| evaluate(b, &problem, digits)).collect::<Vec<_>>()
    })?;
    let dict = |e: &seprank::bounds::Evaluation| {
        bound(py, (e.bound.id(), e.bound.side()), e.value.as_ref(), e.log.as_ref())
    };
    PyList::new(py, list.iter().map(dict).collect::<PyResult<Vec<_>>>()?)
}

/// What is known of the gap, from which its certificate is written.
#[pyclass(frozen)]
pub(crate) struct GapSource(GapAnswer);

#[pymethods]
impl GapSource {
    fn certificate(&self, py: Python<'_>) -> PyResult<Certificate> {
        let made = py.detach(|| self.0.certificate());
        made.map(Certificate::from).map_err(|e| invalid(py, "", "", e))
    }
}

/// The gap between two networks, as a dict.
#[pyfunction]
pub(crate) fn gap<'py>(
    py: Python<'py>,
    attention: &PyNetwork,
    other: &PyNetwork,
    across: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let (own, others) = (attention.polynomial(py)?, other.polynomial(py)?);
    let compare = if across { prove::gap_across } else { prove::gap };
    let (answer, _) = job::run(py, &Watch::default(), move |_| compare(&own, &others))?;
    let answer = answer.map_err(|difference| {
        let advice = if difference.aspect.is_size() { "; or compare across=True" } else { "" };
        let mut error = InvalidProblem::from(difference);
        error.allowed += advice;
        error.raise(py)
    })?;
    let gap = &answer.gap;
    let half = |half: &Option<Half>, side| -> PyResult<Option<Bound<'py, PyDict>>> {
        let dict = |h: &Half| bound(py, (h.id(), side), h.value.as_ref(), h.log.as_ref());
        half.as_ref().map(dict).transpose()
    };
    let dict = PyDict::new(py);
    dict.set_item("verdict", gap.regime().name())?;
    dict.set_item("attention", describe(&answer.attention))?;
    dict.set_item("other", describe(&answer.other))?;
    let difference = |d: &Incomparable| format!("{}: {}", d.aspect, d.values());
    dict.set_item("across", gap.across.iter().map(difference).collect::<Vec<_>>())?;
    dict.set_item("lower", half(&gap.lower, Side::Lower)?)?;
    dict.set_item("upper", half(&gap.upper, Side::Upper)?)?;
    dict.set_item("other_lower", half(&gap.other_lower, Side::Lower)?)?;
    dict.set_item("attention_upper", half(&gap.attention_upper, Side::Upper)?)?;
    dict.set_item("ratio", gap.ratio_ends().map(|e| ends(py, &e)).transpose()?)?;
    dict.set_item("reason", answer.reason())?;
    dict.set_item("scope", scope([&attention.preset, &other.preset]))?;
    dict.set_item("source", GapSource(answer))?;
    Ok(dict)
}

/// What every statement of a gap leaves out, and of the published models by name.
fn scope(presets: [&Option<String>; 2]) -> Vec<String> {
    let left_out = |name: &String| {
        let model = presets::find(name)?;
        let parts = model.left_out().join(", ");
        Some(format!("Of {} as published left out too: {parts}.", model.title))
    };
    let models = presets.into_iter().flatten().filter_map(left_out);
    SCOPE.iter().map(|note| words::plain(note)).chain(models).collect()
}
