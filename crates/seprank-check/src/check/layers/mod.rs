//! Networks given layer by layer: what their expressions mean, and that their sizes fit together.

mod evaluate;
mod fitting;
#[cfg(test)]
mod tests;

pub(super) use evaluate::{Parameter as Given, evaluate};

use crate::certificate::{self as file, Expression, Parameter};
use fitting::{Fitting, Shape};
use num_bigint::BigUint;

/// No size is larger.
pub(super) const MAX_SIZE: u64 = 1 << 24;
/// A network has no more layers.
const MAX_LAYERS: usize = 4096;
/// No power and no polynomial has a larger degree.
const MAX_DEGREE: u64 = 64;

/// Layers whose sizes fit together.
pub(super) struct Layers<'a> {
    pub(super) layers: &'a [file::Layer],
    /// Each layer's degree in the entries of the state that enters; none where there is a function of real numbers: then
    /// the network is no polynomial.
    pub(super) degrees: Option<Vec<u64>>,
    /// Rows and columns of the last state.
    pub(super) output: (u64, u64),
    /// Entries of all parameters and of the matrices held at once in an evaluation.
    pub(super) cells: u64,
    /// Multiplications of one evaluation, any other step on an entry counted as one.
    pub(super) operations: u64,
}

/// What is wrong with the layers, and where.
pub(super) struct Misfit {
    pub(super) place: String,
    pub(super) expected: String,
    pub(super) got: String,
}

impl Misfit {
    fn new(expected: impl ToString, got: impl ToString) -> Self {
        Self { place: String::new(), expected: expected.to_string(), got: got.to_string() }
    }

    /// The same at a place inside `place`.
    fn inside(self, place: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        Self { place: format!("{place}{dot}{}", self.place), ..self }
    }
}

/// Rows and columns, each at most [`MAX_SIZE`], so that their product fits.
type Size = (u64, u64);

impl<'a> Layers<'a> {
    /// Checks every number of the layers; a state of size `input` enters the first.
    pub(super) fn new(layers: &'a file::Layers, input: Size) -> Result<Self, Misfit> {
        let layers = &layers.layers[..];
        if !(1..=MAX_LAYERS).contains(&layers.len()) {
            let expected = format!("1..={MAX_LAYERS} layers");
            return Err(Misfit::new(expected, layers.len()).inside("layers"));
        }
        let (mut degrees, mut output) = (Vec::new(), input);
        let (mut parameters, mut held, mut operations) = (0u64, 0, 0u64);
        for (l, layer) in layers.iter().enumerate() {
            let place = format!("layers[{l}]");
            for (i, parameter) in layer.parameters.iter().enumerate() {
                let entries = check_parameter(parameter)
                    .map_err(|e| e.inside(&format!("{place}.parameters[{i}]")))?;
                parameters = parameters.saturating_add(entries);
            }
            let state = Shape::held(output, Some(1));
            let next = Fitting { parameters: &layer.parameters }
                .shape(&layer.expression, &state)
                .map_err(|e| e.inside("expression").inside(&place))?;
            degrees.push(next.degree);
            held = next.cells.saturating_add(state.entries()).max(held);
            operations = operations.saturating_add(next.operations);
            output = next.size;
        }
        let cells = parameters.saturating_add(held);
        let degrees = match layers.iter().any(|layer| is_real(&layer.expression)) {
            true => None,
            false => Some(known(degrees)?),
        };
        Ok(Self { layers, degrees, output, cells, operations })
    }

    /// The product of the degrees; none where the network is no polynomial.
    pub(super) fn degree(&self) -> Option<BigUint> {
        Some(self.degrees.as_ref()?.iter().map(|d| BigUint::from(*d)).product())
    }
}

/// The degrees of the layers of a polynomial.
fn known(degrees: Vec<Option<u64>>) -> Result<Vec<u64>, Misfit> {
    let too_large = |l| {
        let misfit = Misfit::new("a degree below 2^64", "a larger one");
        misfit.inside("expression").inside(&format!("layers[{l}]"))
    };
    let numbered = degrees.into_iter().enumerate();
    numbered.map(|(l, degree)| degree.ok_or_else(|| too_large(l))).collect()
}

fn is_real(e: &Expression) -> bool {
    match e {
        Expression::Real(_) => true,
        Expression::Input | Expression::Parameter(_) => false,
        Expression::Product(pair) | Expression::Hadamard(pair) | Expression::Then(pair) => {
            is_real(&pair.0) || is_real(&pair.1)
        }
        Expression::Transpose(a) => is_real(a),
        Expression::Sum(terms) => terms.iter().any(is_real),
        Expression::Power(power) => is_real(&power.of),
        Expression::Polynomial(p) => is_real(&p.of),
        Expression::Repeat(repeat) => is_real(&repeat.of),
        Expression::Gather(gather) => is_real(&gather.of),
    }
}

/// The number of entries of a parameter, if its sizes make sense.
fn check_parameter(parameter: &Parameter) -> Result<u64, Misfit> {
    let Parameter { rows, cols, value } = parameter;
    for (field, got) in [("rows", *rows), ("cols", *cols)] {
        check_size(got).map_err(|e| e.inside(field))?;
    }
    if let Some(value) = value {
        if value.len() as u64 != *rows {
            return Err(Misfit::new(format_args!("{rows} rows"), value.len()).inside("value"));
        }
        if let Some((i, row)) = value.iter().enumerate().find(|(_, r)| r.len() as u64 != *cols) {
            let misfit = Misfit::new(format_args!("{cols} entries"), row.len());
            return Err(misfit.inside(&format!("value[{i}]")));
        }
    }
    Ok(rows * cols) // both at most 2^24
}

fn check_size(got: u64) -> Result<u64, Misfit> {
    match (1..=MAX_SIZE).contains(&got) {
        true => Ok(got),
        false => Err(Misfit::new(format_args!("1..={MAX_SIZE}"), got)),
    }
}
