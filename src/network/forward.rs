//! Networks with weights in a ring, and what they do to an input.

use super::expression::Expression;
use super::layers::{Layer, Parameter};
use crate::arith::Ring;
use nalgebra::DMatrix;
use std::sync::Arc;

/// Layers with weights in the ring T: a function from N x d matrices to N x d matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<T> {
    pub(super) layers: Vec<Layer>,
    /// What each layer does to the state that reaches it.
    expressions: Arc<[Expression]>,
    /// The names of its parameters.
    pub(super) names: Arc<[Vec<String>]>,
    pub(super) parameters: Vec<Vec<DMatrix<T>>>,
}

/// Weights whose number or sizes are not what the layers ask for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("layer {layer}: expected {expected}, got {got}")]
pub struct WeightShapeError {
    /// Index of the layer.
    pub layer: usize,
    /// The parameter and size asked for.
    pub expected: String,
    /// What was given.
    pub got: String,
}

impl<T: Ring> Network<T> {
    /// Pairs the layers with their parameters, one list per layer.
    ///
    /// # Errors
    /// If a list has another length than [`Layer::parameters`] states, or a matrix another size, or a
    /// layer does not fit the state that reaches it.
    pub fn new(
        tokens: usize,
        width: usize,
        layers: Vec<Layer>,
        parameters: Vec<Vec<DMatrix<T>>>,
    ) -> Result<Self, WeightShapeError> {
        let count = |layer, expected: usize, what: &str, got: usize| WeightShapeError {
            layer,
            expected: format!("{expected} {what}"),
            got: got.to_string(),
        };
        if layers.len() != parameters.len() {
            return Err(count(parameters.len(), layers.len(), "layers", parameters.len()));
        }
        let mut state = (tokens, width);
        let mut expressions = Vec::with_capacity(layers.len());
        let mut names = Vec::with_capacity(layers.len());
        for (index, (layer, given)) in layers.iter().zip(&parameters).enumerate() {
            let (tokens, width) = state;
            let definition = layer.definition(tokens, width).map_err(|e| WeightShapeError {
                layer: index,
                expected: format!("a state that the layer accepts, which {}", e.asks),
                got: format!("{tokens} x {width}"),
            })?;
            state = definition.output;
            expressions.push(definition.expression);
            let wanted = definition.parameters;
            if wanted.len() != given.len() {
                return Err(count(index, wanted.len(), "parameters", given.len()));
            }
            for (Parameter { name, rows, cols, .. }, matrix) in wanted.iter().zip(given) {
                if matrix.shape() != (*rows, *cols) {
                    return Err(WeightShapeError {
                        layer: index,
                        expected: format!("{name} of size {rows} x {cols}"),
                        got: format!("{} x {}", matrix.nrows(), matrix.ncols()),
                    });
                }
            }
            names.push(wanted.into_iter().map(|p| p.name).collect());
        }
        let (expressions, names) = (expressions.into(), names.into());
        Ok(Self { layers, expressions, names, parameters })
    }

    /// The last state for the input `x` (N x d); rows are tokens.
    pub fn forward(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.forward_from(0, x)
    }

    /// The last state where the layer of that number is reached by the state `y`.
    pub(crate) fn forward_from(&self, layer: usize, y: &DMatrix<T>) -> DMatrix<T> {
        let layers = self.expressions.iter().zip(&self.parameters).skip(layer);
        layers.fold(y.clone(), |y, (layer, parameters)| layer.evaluate(parameters, &y).into_owned())
    }

    /// The state that reaches each layer for the input `x`, and the last state.
    pub(crate) fn states(&self, x: &DMatrix<T>) -> Vec<DMatrix<T>> {
        let mut states = vec![x.clone()];
        for (layer, parameters) in self.expressions.iter().zip(&self.parameters) {
            let next = layer.evaluate(parameters, &states[states.len() - 1]).into_owned();
            states.push(next);
        }
        states
    }

    /// The same network over another ring, `f` being a ring homomorphism.
    pub fn map<U: Ring>(&self, f: impl Fn(&T) -> U) -> Network<U> {
        let parameters =
            self.parameters.iter().map(|list| list.iter().map(|m| m.map_ref(&f)).collect());
        Network {
            layers: self.layers.clone(),
            expressions: self.expressions.clone(),
            names: self.names.clone(),
            parameters: parameters.collect(),
        }
    }

    /// Puts another matrix in the place of one parameter: the same layers, fed another input.
    pub(crate) fn replace_parameter(&mut self, layer: usize, parameter: usize, matrix: DMatrix<T>) {
        self.parameters[layer][parameter] = matrix;
    }

    /// One entry of a parameter, to be changed.
    pub(crate) fn entry_mut(
        &mut self,
        layer: usize,
        parameter: usize,
        at: (usize, usize),
    ) -> &mut T {
        &mut self.parameters[layer][parameter][at]
    }

    /// The layers.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The parameters, one list of matrices per layer.
    pub fn parameters(&self) -> &[Vec<DMatrix<T>>] {
        &self.parameters
    }
}

/// `DMatrix::map` by reference.
trait MapRef<T> {
    fn map_ref<U: Ring>(&self, f: impl Fn(&T) -> U) -> DMatrix<U>;
}

impl<T: Ring> MapRef<T> for DMatrix<T> {
    fn map_ref<U: Ring>(&self, f: impl Fn(&T) -> U) -> DMatrix<U> {
        DMatrix::from_fn(self.nrows(), self.ncols(), |i, j| f(&self[(i, j)]))
    }
}
