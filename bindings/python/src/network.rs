//! Networks: made, read, changed and described.

use crate::convert::{matrix, number, rows};
use crate::errors::{Raise, internal, invalid};
use crate::job::{self, Watch};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyDict, PyList};
use seprank::arith::Rational;
use seprank::network::{
    self, Architecture, ConfigOptions, ConfigStyle, MixerShape, NetworkFile, Output, Partition,
    Problem, Published, RealNetworkFile, RealProblem, Replacements, TransformerShape, WeightMap,
    describe_real, presets,
};
use seprank::prove::generator;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

/// A network: what is asked about it, and its weights where they are given.
#[pyclass(frozen, name = "Network")]
#[derive(Clone)]
pub(crate) struct PyNetwork {
    pub(crate) problem: RealProblem,
    places: WeightMap,
    pub(crate) weights: Option<Arc<network::Network<Rational>>>,
    /// Of a published model: its name.
    pub(crate) preset: Option<String>,
}

/// Tokens, side A and output entry, where they are not as in a file.
type Place = (Option<usize>, Option<Vec<usize>>, Option<(usize, usize)>);

fn replacements((tokens, left, output): Place) -> Replacements {
    let output = output.map(|(token, channel)| Output { token, channel });
    Replacements { tokens, left, output }
}

impl PyNetwork {
    fn of(problem: RealProblem) -> Self {
        Self { problem, places: WeightMap::default(), weights: None, preset: None }
    }

    fn file(file: RealNetworkFile) -> Self {
        Self { places: file.weights, ..Self::of(file.problem) }
    }

    /// As a problem of polynomials, for what is about those.
    pub(crate) fn polynomial(&self, py: Python<'_>) -> PyResult<Problem> {
        self.problem.clone().polynomial().map_err(|e| e.raise(py))
    }

    /// On `tokens` tokens.
    fn on(
        architecture: Architecture,
        (tokens, left, output): (usize, Option<Vec<usize>>, (usize, usize)),
    ) -> Result<Self, network::InvalidProblem> {
        let partition = match &left {
            Some(left) => Partition::new(tokens, left)?,
            None => Partition::halves(tokens)?,
        };
        let output = Output { token: output.0, channel: output.1 };
        RealProblem::new(architecture, partition, output).map(Self::of)
    }

    /// The weights that are given, else random ones.
    pub(crate) fn with_any_weights(&self, seed: u64) -> Arc<network::Network<Rational>> {
        let draw = || self.problem.drawn_weights(&mut generator(seed)).into();
        self.weights.clone().unwrap_or_else(draw)
    }
}

#[pymethods]
impl PyNetwork {
    #[staticmethod]
    fn attention(
        py: Python<'_>,
        sizes: (usize, usize, usize),
        mlp_degree: Option<u64>,
        mlp_hidden: Option<usize>,
        residual: bool,
        place: (usize, Option<Vec<usize>>, (usize, usize)),
    ) -> PyResult<Self> {
        let (depth, width, heads) = sizes;
        let plain = TransformerShape::plain(depth, width, heads);
        let mlp_hidden = mlp_hidden.unwrap_or(plain.mlp_hidden);
        let shape = TransformerShape { mlp_degree, mlp_hidden, residual, ..plain };
        let made = shape.architecture().and_then(|architecture| Self::on(architecture, place));
        made.map_err(|e| e.raise(py))
    }

    #[staticmethod]
    fn mixer(
        py: Python<'_>,
        sizes: (usize, usize, usize),
        degrees: (u64, u64),
        channel_hidden: Option<usize>,
        flags: (bool, bool),
        place: (usize, Option<Vec<usize>>, (usize, usize)),
    ) -> PyResult<Self> {
        let (depth, width, token_hidden) = sizes;
        let ((token_degree, channel_degree), (bias, residual)) = (degrees, flags);
        let quadratic = MixerShape::quadratic(depth, width, token_hidden);
        let channel_hidden = channel_hidden.unwrap_or(quadratic.channel_hidden);
        let shape = MixerShape {
            token_degree,
            channel_degree,
            channel_hidden,
            bias,
            residual,
            ..quadratic
        };
        Self::on(Architecture::Mixer(shape), place).map_err(|e| e.raise(py))
    }

    /// From a network file, whose own errors name it.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf, place: Place) -> PyResult<Self> {
        let file = RealNetworkFile::read(&path, &replacements(place));
        file.map(Self::file).map_err(|e| e.raise(py))
    }

    /// From the text of one.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str, folder: PathBuf) -> PyResult<Self> {
        let file = RealNetworkFile::parse(text, &folder, &Replacements::default());
        file.map(Self::file).map_err(|e| invalid(py, "layers", "", e))
    }

    #[staticmethod]
    fn preset(py: Python<'_>, name: String, place: Place) -> PyResult<Self> {
        let file = presets::network("preset", &name, &replacements(place));
        let NetworkFile { problem, weights } = file.map_err(|e| e.raise(py))?;
        let network = Self::file(RealNetworkFile { problem: problem.into(), weights });
        Ok(Self { preset: Some(name), ..network })
    }

    /// Of the text of a config.json, and what it leaves out or changes.
    #[staticmethod]
    fn configured(
        py: Python<'_>,
        text: &str,
        style: Option<&str>,
        prefix: Option<String>,
        real: bool,
        place: Place,
    ) -> PyResult<(Self, Vec<String>)> {
        let style = style.map(|name| {
            let found = ConfigStyle::ALL.into_iter().find(|style| style.name() == name);
            found.ok_or_else(|| invalid(py, "style", format!("{name:?}"), "allowed are hf, timm"))
        });
        let options = ConfigOptions { style: style.transpose()?, tokens: place.0, prefix, real };
        let wrong = |e| invalid(py, "config", "", e);
        let Published { text, notes } =
            network::network_of_config(text, &options).map_err(wrong)?;
        let file = RealNetworkFile::parse(&text, &PathBuf::new(), &replacements(place));
        Ok((Self::file(file.map_err(wrong)?), notes))
    }

    fn with_left(&self, py: Python<'_>, left: Vec<usize>) -> PyResult<Self> {
        let problem = self.problem.with_partition(&left).map_err(|e| e.raise(py))?;
        Ok(Self { problem, ..self.clone() })
    }

    /// With the weights of a weight file.
    fn load(&self, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let (own, rng) = (self.clone(), generator(0));
        let load = move |_: &job::Steps| own.problem.with_weights(&own.places, &path, &mut { rng });
        let weights = job::run(py, &Watch::default(), load)?.0.map_err(|e| e.raise(py))?;
        Ok(Self { weights: Some(weights.into()), ..self.clone() })
    }

    /// With the weights of a weight file that is these bytes.
    fn load_bytes(&self, py: Python<'_>, bytes: PyBackedBytes) -> PyResult<Self> {
        let (own, rng) = (self.clone(), generator(0));
        let read = move |_: &job::Steps| {
            own.problem.read_weights(&own.places, Cursor::new(bytes), &mut { rng })
        };
        let weights = job::run(py, &Watch::default(), read)?.0;
        let weights = weights.map_err(|e| invalid(py, "weights", "", e))?;
        Ok(Self { weights: Some(weights.into()), ..self.clone() })
    }

    /// Whether it says where the weights are in a weight file.
    #[getter]
    fn has_places(&self) -> bool {
        !self.places.is_empty()
    }

    /// With the weights of a dict from their names to lists of rows.
    fn with_weights(&self, py: Python<'_>, given: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut used = 0;
        let mut parameters = Vec::new();
        for layer in self.problem.shape().named_parameters() {
            let mut list = Vec::with_capacity(layer.len());
            for parameter in layer {
                let name = parameter.name;
                let size = (parameter.rows, parameter.cols);
                list.push(match (parameter.value, given.get_item(&name)?) {
                    (None, Some(value)) => {
                        used += 1;
                        matrix(&value, "weights", size).map_err(|e| named(py, &name, e))?
                    }
                    (Some(fixed), None) => fixed,
                    (None, None) => {
                        let allowed = format!("{} x {} numbers are needed", size.0, size.1);
                        return Err(invalid(py, "weights", format!("{name:?}"), allowed));
                    }
                    (Some(_), Some(_)) => {
                        let allowed = "the network states this matrix; it is no weight";
                        return Err(invalid(py, "weights", format!("{name:?}"), allowed));
                    }
                });
            }
            parameters.push(list);
        }
        if used < given.len() {
            let names: Vec<String> = self.names().into_iter().map(|(name, ..)| name).collect();
            let unknown = given.keys().iter().filter_map(|key| key.extract::<String>().ok());
            let unknown: Vec<String> = unknown.filter(|key| !names.contains(key)).collect();
            let allowed = format!("no weight of the network; its weights are {}", names.join(", "));
            return Err(invalid(py, "weights", unknown.join(", "), allowed));
        }
        let (tokens, width) = (self.problem.shape().tokens(), self.problem.shape().width());
        let weights = network::Network::new(tokens, width, self.problem.layers(), parameters);
        Ok(Self { weights: Some(weights.map_err(internal)?.into()), ..self.clone() })
    }

    /// The weights by name, given or drawn, as lists of rows.
    fn weight_lists<'py>(&self, py: Python<'py>, seed: u64) -> PyResult<Bound<'py, PyDict>> {
        let network = self.with_any_weights(seed);
        let dict = PyDict::new(py);
        let values = network.parameters().iter().flatten();
        let places = self.problem.shape().named_parameters().into_iter().flatten();
        for (parameter, value) in places.zip(values) {
            if parameter.value.is_none() {
                let list = rows(py, value, |entry| number(py, entry))?;
                dict.set_item(parameter.name, list)?;
            }
        }
        Ok(dict)
    }

    /// The weights by name, with rows and columns.
    fn names(&self) -> Vec<(String, usize, usize)> {
        let all = self.problem.shape().named_parameters().into_iter().flatten();
        all.filter(|p| p.value.is_none()).map(|p| (p.name, p.rows, p.cols)).collect()
    }

    #[getter]
    fn tokens(&self) -> usize {
        self.problem.shape().tokens()
    }

    #[getter]
    fn width(&self) -> usize {
        self.problem.shape().width()
    }

    #[getter]
    fn left<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.problem.partition().left())
    }

    #[getter]
    fn output(&self) -> (usize, usize) {
        (self.problem.shape().output().token, self.problem.shape().output().channel)
    }

    #[getter]
    fn has_weights(&self) -> bool {
        self.weights.is_some()
    }

    /// The degree of f in the entries of X, if it is a polynomial.
    #[getter]
    fn degree<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        crate::convert::integer(py, &self.polynomial(py)?.big_degree())
    }

    #[getter]
    fn is_polynomial(&self) -> bool {
        self.problem.is_polynomial()
    }

    /// In a few words.
    fn describe(&self) -> String {
        describe_real(&self.problem)
    }

    fn same(&self, other: &Self) -> bool {
        self.problem == other.problem && self.weights == other.weights
    }
}

/// The error, said of the weight of that name.
fn named(py: Python<'_>, name: &str, error: PyErr) -> PyErr {
    let value = error.value(py);
    match (value.getattr("value"), value.getattr("allowed")) {
        (Ok(got), Ok(allowed)) => invalid(py, "weights", format!("{name:?} {got}"), allowed),
        _ => error,
    }
}
