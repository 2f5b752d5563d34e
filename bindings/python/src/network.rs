//! Networks: made, read, changed and described.

use crate::convert::{matrix, number, rows};
use crate::errors::{Raise, internal, invalid};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use seprank::arith::Rational;
use seprank::network::{
    self, Architecture, MixerShape, NetworkFile, Output, Partition, Problem, Replacements,
    TransformerShape, WeightMap, WeightStyle, describe, presets,
};
use seprank::prove::{generator, weights_of_file};
use std::path::PathBuf;
use std::sync::Arc;

/// A network: what is asked about it, and its weights where they are given.
#[pyclass(frozen, name = "Network")]
#[derive(Clone)]
pub(crate) struct PyNetwork {
    pub(crate) problem: Problem,
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
    fn of(problem: Problem) -> Self {
        Self { problem, places: WeightMap::default(), weights: None, preset: None }
    }

    fn file(file: NetworkFile) -> Self {
        Self { places: file.weights, ..Self::of(file.problem) }
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
        Problem::new(architecture, partition, output).map(Self::of)
    }

    /// The weights that are given, else random ones.
    pub(crate) fn with_any_weights(&self, seed: u64) -> Arc<network::Network<Rational>> {
        let draw = || WeightStyle::Random.draw(&self.problem, &mut generator(seed)).into();
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
        let file = NetworkFile::read(&path, &replacements(place));
        file.map(Self::file).map_err(|e| e.raise(py))
    }

    /// From the text of one.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str, folder: PathBuf) -> PyResult<Self> {
        let file = NetworkFile::parse(text, &folder, &Replacements::default());
        file.map(Self::file).map_err(|e| invalid(py, "layers", "", e))
    }

    #[staticmethod]
    fn preset(py: Python<'_>, name: String, place: Place) -> PyResult<Self> {
        let file = presets::network("preset", &name, &replacements(place));
        let network = file.map(Self::file).map_err(|e| e.raise(py))?;
        Ok(Self { preset: Some(name), ..network })
    }

    fn with_left(&self, py: Python<'_>, left: Vec<usize>) -> PyResult<Self> {
        let problem = self.problem.with_partition(&left).map_err(|e| e.raise(py))?;
        Ok(Self { problem, ..self.clone() })
    }

    /// With the weights of a safetensors file.
    fn load(&self, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let weights = weights_of_file(&self.problem, &self.places, &path, 0);
        let weights = weights.map_err(|e| e.raise(py))?;
        Ok(Self { weights: Some(weights.into()), ..self.clone() })
    }

    /// With the weights of a dict from their names to lists of rows.
    fn with_weights(&self, py: Python<'_>, given: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut used = 0;
        let mut parameters = Vec::new();
        for layer in self.problem.named_parameters() {
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
        let (tokens, width) = (self.problem.tokens(), self.problem.width());
        let weights = network::Network::new(tokens, width, self.problem.layers(), parameters);
        Ok(Self { weights: Some(weights.map_err(internal)?.into()), ..self.clone() })
    }

    /// The weights by name, given or drawn, as lists of rows.
    fn weight_lists<'py>(&self, py: Python<'py>, seed: u64) -> PyResult<Bound<'py, PyDict>> {
        let network = self.with_any_weights(seed);
        let dict = PyDict::new(py);
        let values = network.parameters().iter().flatten();
        let places = self.problem.named_parameters().into_iter().flatten();
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
        let all = self.problem.named_parameters().into_iter().flatten();
        all.filter(|p| p.value.is_none()).map(|p| (p.name, p.rows, p.cols)).collect()
    }

    #[getter]
    fn tokens(&self) -> usize {
        self.problem.tokens()
    }

    #[getter]
    fn width(&self) -> usize {
        self.problem.width()
    }

    #[getter]
    fn left<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.problem.partition().left())
    }

    #[getter]
    fn output(&self) -> (usize, usize) {
        (self.problem.output().token, self.problem.output().channel)
    }

    #[getter]
    fn has_weights(&self) -> bool {
        self.weights.is_some()
    }

    /// The degree of f in the entries of X.
    #[getter]
    fn degree<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        crate::convert::integer(py, &self.problem.big_degree())
    }

    /// In a few words.
    fn describe(&self) -> String {
        describe(&self.problem)
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
