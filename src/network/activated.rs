//! The first activation of a network by its layers: what Theorem 4.6' asks of it.

use super::expression::Expression::{
    self, Gather, Hadamard, Input, Parameter, Polynomial, Power, Product, Real, Repeat, Sum, Then,
    Transpose,
};
use super::layers::{self, Definition, Layer, placed};
use super::view::linear;

/// A polynomial of every entry of a matrix of affine forms in the input, through which alone the network
/// depends on its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstActivation {
    /// The entries of the matrix.
    pub entries: usize,
    /// The degree of the polynomial.
    pub degree: u64,
}

/// That of the first layer that is not affine; `None` if there is none, or if that layer, with a residual
/// connection or a product of two states, depends on its input otherwise too.
pub(super) fn first_activation(layers: &[Layer], input: (usize, usize)) -> Option<FirstActivation> {
    placed(layers, input).into_iter().find_map(|(layer, state)| {
        let Definition { parameters, expression, .. } =
            layer.definition(state.0, state.1).expect("the layers fit together");
        (!linear(&expression)).then(|| activation(&expression, state, &parameters))
    })?
}

/// That of an expression which is not affine: with it as y the value is a polynomial in the entries of y
/// of the value's degree over that of the activation.
fn activation(
    e: &Expression,
    input: (usize, usize),
    parameters: &[layers::Parameter],
) -> Option<FirstActivation> {
    let of = |e: &Expression| activation(e, input, parameters);
    let size = |e: &Expression| {
        let parameter = |i: usize| (parameters[i].rows, parameters[i].cols);
        e.size(input, &parameter).expect("layers are built to fit together")
    };
    let entries = |e: &Expression, degree: u64| {
        let (rows, cols) = size(e);
        Some(FirstActivation { entries: rows.checked_mul(cols)?, degree })
    };
    match e {
        Input | Parameter(_) => None,
        Power(a, degree) if linear(a) => entries(a, *degree),
        Polynomial { of: a, degree, .. } if linear(a) => entries(a, *degree),
        // No polynomial.
        Real { .. } => None,
        Power(a, _) | Polynomial { of: a, .. } | Transpose(a) => of(a),
        Repeat { of: a, .. } | Gather { of: a, .. } => of(a),
        Product(a, b) | Hadamard(a, b) if b.is_constant() => of(a),
        Product(a, b) | Hadamard(a, b) if a.is_constant() => of(b),
        Product(..) | Hadamard(..) => None,
        Sum(list) => {
            let mut varying = list.iter().filter(|e| !e.is_constant());
            varying.next().filter(|_| varying.next().is_none()).and_then(of)
        }
        Then(a, b) if linear(a) => activation(b, size(a), parameters),
        Then(a, _) => of(a),
    }
}
