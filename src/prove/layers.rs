//! Networks by their layers, as certificates write them.

use crate::arith::{Rational, RealFunction};
use crate::network::expression::Expression;
use crate::network::layers::{Layer, placed};
use crate::network::{LayersShape, Network, Problem};
use nalgebra::DMatrix;
use seprank_check::certificate::{self as file, Text};

/// The layers of `shape` for `tokens` tokens.
pub(super) fn layers(shape: &LayersShape, tokens: usize) -> file::Layers {
    let placed = placed(&shape.layers, (tokens, shape.width));
    let layer = |(layer, (n, d)): &(&Layer, (usize, usize))| file::Layer {
        parameters: layer
            .parameters(*n, *d)
            .iter()
            .map(|p| file::Parameter {
                rows: p.rows as u64,
                cols: p.cols as u64,
                value: p.value.as_ref().map(matrix),
            })
            .collect(),
        expression: expression(&layer.expression(*n, *d)),
    };
    file::Layers { width: shape.width as u64, layers: placed.iter().map(layer).collect() }
}

/// The weights: parameters whose value the layers do not state.
pub(super) fn weights(problem: &Problem, network: &Network<Rational>) -> file::Weights {
    let placed = placed(network.layers(), (problem.tokens(), problem.width()));
    let layers = placed.into_iter().zip(network.parameters()).map(|((layer, (n, d)), given)| {
        let parameters = layer.parameters(n, d);
        let free = parameters.iter().zip(given).filter(|(p, _)| p.value.is_none());
        free.map(|(_, m)| matrix(m)).collect()
    });
    file::Weights::Layers(layers.collect())
}

fn expression(e: &Expression) -> file::Expression {
    use file::Expression as To;
    let of = |e: &Expression| expression(e);
    let pair = |a, b| Box::new((of(a), of(b)));
    let size = |n: usize| n as u64;
    match e {
        Expression::Input => To::Input,
        Expression::Parameter(i) => To::Parameter(size(*i)),
        Expression::Product(a, b) => To::Product(pair(a, b)),
        Expression::Transpose(a) => To::Transpose(of(a).into()),
        Expression::Sum(list) => To::Sum(list.iter().map(of).collect()),
        Expression::Hadamard(a, b) => To::Hadamard(pair(a, b)),
        Expression::Power(a, k) => To::Power(file::Power { of: of(a), exponent: *k }.into()),
        Expression::Polynomial { of: a, coefficients, .. } => To::Polynomial(
            file::PolynomialIn { of: of(a), coefficients: size(*coefficients) }.into(),
        ),
        Expression::Repeat { of: a, rows, cols } => {
            To::Repeat(file::Repeat { of: of(a), rows: size(*rows), cols: size(*cols) }.into())
        }
        Expression::Gather { of: a, rows, cols, source } => To::Gather(
            file::Gather {
                of: of(a),
                rows: size(*rows),
                cols: size(*cols),
                source: source.iter().copied().map(size).collect(),
            }
            .into(),
        ),
        Expression::Real { of: a, function } => {
            To::Real(file::Real { of: of(a), function: real_function(*function) }.into())
        }
        Expression::Then(a, b) => To::Then(pair(a, b)),
    }
}

fn real_function(function: RealFunction) -> file::RealFunction {
    use file::RealFunction as To;
    match function {
        RealFunction::Gelu => To::Gelu,
        RealFunction::GeluTanh => To::GeluTanh,
        RealFunction::Relu => To::Relu,
        RealFunction::Silu => To::Silu,
        RealFunction::Sigmoid => To::Sigmoid,
        RealFunction::Tanh => To::Tanh,
        RealFunction::ReciprocalRoot => To::ReciprocalRoot,
        RealFunction::Softmax { mask } => To::Softmax(mask.map(|number| number as u64)),
    }
}

/// Both sides write lowest terms with a positive denominator.
pub(super) fn rational(c: &Rational) -> file::Rational {
    Text(c.to_string().parse().expect("GMP writes n or n/d"))
}

pub(super) fn matrix(m: &DMatrix<Rational>) -> file::Matrix {
    m.row_iter().map(|row| row.iter().map(rational).collect()).collect()
}
