//! The parameters of a layer, and the layer in them.

use super::expression::Expression;
use super::layers::Layer;
use crate::arith::Rational;
use nalgebra::DMatrix;
use std::collections::BTreeMap;

/// Name and size of one parameter matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The field's usual name, unique within the layer, for example `"head0.query"`.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// The value, if it belongs to the layer's definition; `None` for a weight.
    pub value: Option<DMatrix<Rational>>,
    /// The name that it had in network files before it was renamed, if it was.
    pub former: Option<String>,
}

/// The parameters of a layer, numbered in the order in which [`LayerRule::define`](super::layers::LayerRule::define) names them.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pub(super) list: Vec<Parameter>,
    /// What stands before every name: the place inside another layer.
    prefix: String,
    /// What was defined under a name, for which layer and state.
    shared: BTreeMap<String, (Layer, (usize, usize), Expression)>,
}

impl Parameters {
    /// What `define` defines for a layer and a state; for the same ones under a name that was there before, what was
    /// defined then, in the same parameters.
    pub(super) fn shared(
        &mut self,
        name: &str,
        (layer, state): (&Layer, (usize, usize)),
        define: impl FnOnce(&mut Self) -> Expression,
    ) -> Expression {
        match self.shared.get(name) {
            Some((first, size, defined)) if (first, *size) == (layer, state) => defined.clone(),
            _ => {
                let defined = define(self);
                self.shared.insert(name.to_owned(), (layer.clone(), state, defined.clone()));
                defined
            }
        }
    }

    /// A weight of the given size, as an expression.
    pub fn weight(&mut self, name: &str, rows: usize, cols: usize) -> Expression {
        Expression::Parameter(self.push(name, (rows, cols), None))
    }

    /// A weight that had another name before, if there is one here.
    pub(super) fn renamed_weight(
        &mut self,
        name: &str,
        former: Option<&str>,
        (rows, cols): (usize, usize),
    ) -> Expression {
        let number = self.push(name, (rows, cols), None);
        self.list[number].former = former.map(|former| format!("{}{former}", self.prefix));
        Expression::Parameter(number)
    }

    /// A matrix that belongs to the layer's definition, as an expression.
    pub fn fixed(&mut self, name: &str, value: DMatrix<Rational>) -> Expression {
        Expression::Parameter(self.fixed_number(name, value))
    }

    /// A weight, unless there is a value.
    pub fn given(
        &mut self,
        name: &str,
        size: (usize, usize),
        value: &Option<DMatrix<Rational>>,
    ) -> Expression {
        Expression::Parameter(self.push(name, size, value.clone()))
    }

    /// The number of a matrix that belongs to the layer's definition.
    pub(super) fn fixed_number(&mut self, name: &str, value: DMatrix<Rational>) -> usize {
        self.push(name, value.shape(), Some(value))
    }

    fn push(
        &mut self,
        name: &str,
        (rows, cols): (usize, usize),
        value: Option<DMatrix<Rational>>,
    ) -> usize {
        let name = format!("{}{name}", self.prefix);
        self.list.push(Parameter { name, rows, cols, value, former: None });
        self.list.len() - 1
    }

    /// What `define` defines, with `prefix` before the names of its parameters.
    pub(super) fn within<R>(&mut self, prefix: &str, define: impl FnOnce(&mut Self) -> R) -> R {
        let outer = self.prefix.len();
        self.prefix.push_str(prefix);
        let defined = define(self);
        self.prefix.truncate(outer);
        defined
    }

    /// The sum of what `define` defines so many times, each with `name` and its number, from 0, before the names of
    /// its parameters.
    pub(super) fn sum_of(
        &mut self,
        name: &str,
        count: usize,
        mut define: impl FnMut(&mut Self) -> Expression,
    ) -> Expression {
        let terms = (0..count).map(|i| self.within(&format!("{name}{i}."), &mut define));
        Expression::Sum(terms.collect())
    }

    /// Tokens and channels of an expression in these parameters.
    pub(super) fn size_of(&self, expression: &Expression, state: (usize, usize)) -> (usize, usize) {
        let size = |i: usize| (self.list[i].rows, self.list[i].cols);
        expression.size(state, &size).expect("layers are built to fit together")
    }
}

/// A layer for states of one size: what it does, and with which parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The parameter matrices.
    pub parameters: Vec<Parameter>,
    /// The layer, in the state and the parameters.
    pub expression: Expression,
    /// Tokens and channels of the state after the layer.
    pub output: (usize, usize),
}
