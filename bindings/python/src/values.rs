//! The polynomial itself, and its values.

use crate::convert::{matrix, number, rows};
use crate::errors::{Raise, invalid};
use crate::job::{self, Watch};
use crate::network::PyNetwork;
use nalgebra::DMatrix;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use seprank::arith::{Fp, Interval, Prime, Rational, Ring};
use seprank::network::{InputFamily, Network, Problem};
use seprank::poly::Monomial;
use seprank::tensor::{CoefficientTensor, MemoryLimit, listed_tensor_bytes, weight_bytes};
use std::sync::Arc;

/// The numbers that are drawn where no weights are given fit the limit.
fn drawn(
    py: Python<'_>,
    network: &PyNetwork,
    seed: u64,
    limit: MemoryLimit,
) -> PyResult<Arc<Network<Rational>>> {
    if network.weights.is_none() {
        let bytes = weight_bytes(network.problem.shape(), 1);
        let fields = &["depth", "width", "tokens", "memory"];
        limit.check("the weights", bytes, fields).map_err(|e| e.raise(py))?;
    }
    let network = network.clone();
    Ok(job::run(py, &Watch::default(), move |_| network.with_any_weights(seed))?.0)
}

/// The exponents of the variables `first..first + count`.
fn exponents<'py>(
    py: Python<'py>,
    monomial: &Monomial,
    (first, count): (usize, usize),
) -> PyResult<Bound<'py, PyTuple>> {
    let mut list = vec![0; count];
    monomial.exponents().for_each(|(i, e)| list[i - first] = e);
    PyTuple::new(py, list)
}

fn tensor_of(
    py: Python<'_>,
    network: &PyNetwork,
    seed: u64,
    bytes: u64,
) -> PyResult<CoefficientTensor<Rational>> {
    let limit = MemoryLimit(bytes);
    let problem = network.polynomial(py)?;
    let fields = &["depth", "width", "tokens", "memory"];
    let needed = listed_tensor_bytes(&problem);
    limit.check("the coefficient tensor", needed, fields).map_err(|e| e.raise(py))?;
    let weights = drawn(py, network, seed, limit)?;
    let (made, _) = job::run(py, &Watch::default(), move |_| {
        let family = InputFamily::all(&problem);
        CoefficientTensor::new(&problem, &weights, &family, Rational::clone, limit)
    })?;
    made.map_err(|e| e.raise(py))
}

/// (token, channel) of each variable: side A first, then B, by rows.
type Variables = Vec<(usize, usize)>;

fn variables(problem: &Problem) -> Variables {
    let sides = problem.partition().left().iter().chain(problem.partition().right());
    sides.flat_map(|t| (0..problem.width()).map(move |k| (*t, k))).collect()
}

/// The variables, and the coefficients by exponents.
#[pyfunction]
pub(crate) fn tensor<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    seed: u64,
    bytes: u64,
) -> PyResult<(Variables, Bound<'py, PyDict>)> {
    let tensor = tensor_of(py, network, seed, bytes)?;
    let variables = variables(network.problem.shape());
    let terms = PyDict::new(py);
    for (monomial, coefficient) in tensor.polynomial().terms() {
        let key = exponents(py, monomial, (0, variables.len()))?;
        terms.set_item(key, number(py, coefficient)?)?;
    }
    Ok((variables, terms))
}

/// The coefficient matrix: variables, how many of them are of side A, and the blocks, each with its bidegree or
/// None, its rows and columns as exponents, and its entries `(row, column, coefficient)`.
#[pyfunction]
pub(crate) fn matricize<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    seed: u64,
    bytes: u64,
) -> PyResult<(Variables, usize, Bound<'py, PyList>)> {
    let tensor = tensor_of(py, network, seed, bytes)?;
    let variables = variables(network.problem.shape());
    let left = tensor.left_variables();
    let blocks = PyList::empty(py);
    for block in &tensor.matricize().blocks {
        let side = |list: &[Monomial], range| {
            let keys = list.iter().map(|m| exponents(py, m, range));
            PyList::new(py, keys.collect::<PyResult<Vec<_>>>()?)
        };
        let entries = block.entries.iter().map(|(i, j, c)| Ok((*i, *j, number(py, c)?)));
        blocks.append((
            block.bidegree,
            side(&block.rows, (0, left))?,
            side(&block.cols, (left, variables.len() - left))?,
            entries.collect::<PyResult<Vec<_>>>()?,
        ))?;
    }
    Ok((variables, left, blocks))
}

/// Of higher degree fractions are too long to be of use.
const MOST_DEGREE: u64 = 1000;

/// The inputs, each N x d.
fn read(network: &PyNetwork, inputs: &Bound<'_, PyList>) -> PyResult<Vec<DMatrix<Rational>>> {
    let shape = network.problem.shape();
    let size = (shape.tokens(), shape.width());
    inputs.iter().map(|x| matrix(&x, "x", size)).collect()
}

/// The last states at inputs: modulo a prime if one is given, else `exact` or in double precision.
#[pyfunction]
pub(crate) fn evaluate<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    inputs: &Bound<'py, PyList>,
    seed: u64,
    exact: bool,
    modulo: Option<u64>,
) -> PyResult<Bound<'py, PyList>> {
    let inputs = read(network, inputs)?;
    if exact || modulo.is_some() {
        let degree = network.polynomial(py)?.degree().map_err(|e| e.raise(py))?;
        if modulo.is_none() && degree > MOST_DEGREE {
            let allowed = format!("exact values are of networks of degree up to {MOST_DEGREE}");
            return Err(invalid(py, "degree", degree, allowed));
        }
    }
    let weights = drawn(py, network, seed, MemoryLimit::default())?;
    if let Some(p) = modulo {
        let prime = Prime::new(p).map_err(|e| invalid(py, "modulo", p, e))?;
        let weights = weights.modulo(prime).map_err(|e| invalid(py, "modulo", p, e))?;
        let residue = |q: &Rational| {
            let allowed = "the prime divides a denominator of x";
            Fp::from_ratio(q, prime).ok_or_else(|| invalid(py, "modulo", p, allowed))
        };
        let mut reduced = Vec::with_capacity(inputs.len());
        for x in &inputs {
            let entries = x.iter().map(residue).collect::<PyResult<Vec<_>>>()?;
            reduced.push(DMatrix::from_vec(x.nrows(), x.ncols(), entries));
        }
        let states = states(py, weights.into(), reduced)?;
        return lists(py, &states, |x| Ok(x.residue(prime).into_pyobject(py)?.into_any()));
    }
    if exact {
        let states = states(py, weights, inputs)?;
        return lists(py, &states, |x| number(py, x));
    }
    let inputs = inputs.iter().map(|x| x.map(|q| q.to_f64())).collect();
    let states = states(py, weights.map(Rational::to_f64).into(), inputs)?;
    lists(py, &states, |x| Ok(x.into_pyobject(py)?.into_any()))
}

/// Intervals of so many bits have the best known ends as doubles, and no more are needed.
const ENCLOSURE_BITS: std::ops::RangeInclusive<u32> = 64..=4096;

/// Both ends, as doubles rounded outwards, of intervals around the last states at inputs.
#[pyfunction]
pub(crate) fn enclose<'py>(
    py: Python<'py>,
    network: &PyNetwork,
    inputs: &Bound<'py, PyList>,
    seed: u64,
    bits: u32,
) -> PyResult<Bound<'py, PyList>> {
    if !ENCLOSURE_BITS.contains(&bits) {
        let [least, most] = [ENCLOSURE_BITS.start(), ENCLOSURE_BITS.end()];
        let allowed = format!("allowed are {least} to {most}");
        return Err(invalid(py, "bits", bits, allowed));
    }
    let embed = move |q: &Rational| Interval::enclosing(q, bits);
    let inputs: Vec<_> = read(network, inputs)?.iter().map(|x| x.map(|q| embed(&q))).collect();
    let weights = drawn(py, network, seed, MemoryLimit::default())?;
    let states = states(py, weights.map(embed).into(), inputs)?;
    let finite = |x: &Interval| x.ends().iter().all(|end| end.is_finite());
    if !states.iter().flat_map(|state| state.iter()).all(finite) {
        let why = "a value is not known to be finite with so many bits: a normalisation may divide by 0, or a \
                   number be too large for doubles";
        return Err(invalid(py, "bits", bits, why));
    }
    lists(py, &states, |x| Ok(x.ends().into_pyobject(py)?.into_any()))
}

fn states<T: Ring + Send + Sync + 'static>(
    py: Python<'_>,
    network: Arc<Network<T>>,
    inputs: Vec<DMatrix<T>>,
) -> PyResult<Vec<DMatrix<T>>> {
    let forward = move |_: &job::Steps| inputs.iter().map(|x| network.forward(x)).collect();
    Ok(job::run(py, &Watch::default(), forward)?.0)
}

fn lists<'py, T>(
    py: Python<'py>,
    states: &[DMatrix<T>],
    entry: impl Fn(&T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyList>> {
    let lists = states.iter().map(|state| rows(py, state, &entry));
    PyList::new(py, lists.collect::<PyResult<Vec<_>>>()?)
}
