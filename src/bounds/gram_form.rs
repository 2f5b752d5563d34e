//! Which networks given by their layers are, row by row, `x_i Phi(G)` with `G = X^T X` (docs/theory.md,
//! 3.14). Every value in such a network is a product of one of four kinds.

use crate::network::expression::Expression;
use crate::network::layers::{Parameter, placed};
use crate::network::{Architecture, Problem};

/// What is known of a network of that form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GramForm {
    /// Entries of a token that all later layers read: the least width of the linear layers at the start.
    pub(super) width: usize,
    /// The degree of Phi in G is at most this.
    pub(super) degree: u64,
    /// Linear forms of token i through which `x_i Phi` sees it outside G, at most.
    pub(super) reads: usize,
    /// Whether rows are added: then tokens have one more entry, which is 1.
    pub(super) bias: bool,
}

/// The form of a network given by its layers, if it has one.
pub(super) fn gram_form(problem: &Problem) -> Option<GramForm> {
    let Architecture::Layers(shape) = problem.architecture() else { return None };
    let input = |width| Value {
        kind: Kind::Row { reads: width },
        degree: 0,
        size: (problem.tokens(), width),
        bias: false,
    };
    let mut width = shape.width;
    let mut state = input(width);
    for (layer, (rows, cols)) in placed(&shape.layers, (problem.tokens(), shape.width)) {
        let parameters = layer.parameters(rows, cols);
        let next = value(&layer.expression(rows, cols), &state, &parameters)?;
        let Kind::Row { .. } = next.kind else { return None };
        state = next;
        // The tokens of a linear layer are as good as those of the input, and as few entries serve.
        if state.degree == 0 && state.size.1 <= width {
            width = state.size.1;
            state = input(width);
        }
    }
    let Kind::Row { reads } = state.kind else { return None };
    Some(GramForm { width, degree: state.degree, reads, bias: state.bias })
}

/// Products with X in these places; `Phi` stands for any polynomial in G of the degree noted.
#[derive(Clone, Copy)]
enum Kind {
    /// `X Phi`.
    Row { reads: usize },
    /// `Phi^T X^T`.
    Column { reads: usize },
    /// `Phi`, constants among them.
    Inner,
    /// `X Phi X^T`.
    Outer { reads: usize },
}

#[derive(Clone, Copy)]
struct Value {
    kind: Kind,
    degree: u64,
    size: (usize, usize),
    bias: bool,
}

/// `None` if the value is of no kind. Constants that multiply from the side of the tokens are not of the form.
fn value(e: &Expression, input: &Value, parameters: &[Parameter]) -> Option<Value> {
    let of = |e: &Expression| value(e, input, parameters);
    match e {
        Expression::Input => Some(*input),
        Expression::Parameter(number) => {
            let p = parameters.get(*number)?;
            Some(Value { kind: Kind::Inner, degree: 0, size: (p.rows, p.cols), bias: false })
        }
        Expression::Product(a, b) => product(of(a)?, of(b)?),
        Expression::Transpose(a) => {
            let a = of(a)?;
            let kind = match a.kind {
                Kind::Row { reads } => Kind::Column { reads },
                Kind::Column { reads } => Kind::Row { reads },
                // The right factor X reads all.
                Kind::Outer { .. } => Kind::Outer { reads: usize::MAX },
                Kind::Inner => Kind::Inner,
            };
            Some(Value { kind, size: (a.size.1, a.size.0), ..a })
        }
        Expression::Sum(terms) => {
            let mut terms = terms.iter().map(of);
            let first = terms.next()??;
            terms.try_fold(first, |a, b| sum(a, b?))
        }
        Expression::Then(first, second) => value(second, &of(first)?, parameters),
        // A row added to every token is the last row of a constant, if tokens end with a 1.
        Expression::Repeat { of: row, rows, cols } => match of(row)? {
            Value { kind: Kind::Inner, degree: 0, size: (1, _), .. }
                if matches!(input.kind, Kind::Row { .. }) && *rows == input.size.0 =>
            {
                let kind = Kind::Row { reads: 0 };
                Some(Value { kind, degree: 0, size: (*rows, *cols), bias: true })
            }
            _ => None,
        },
        _ => None,
    }
}

fn product(a: Value, b: Value) -> Option<Value> {
    use Kind::{Column, Inner, Outer, Row};
    // Between X^T and X stands G.
    let (kind, more) = match (a.kind, b.kind) {
        (Inner, Inner) => (Inner, 0),
        // A constant limits what is read of the token; a factor that varies with G does not.
        (Row { reads }, Inner) if a.degree == 0 && b.degree == 0 => {
            (Row { reads: reads.min(b.size.1) }, 0)
        }
        (Row { reads }, Inner) => (Row { reads }, 0),
        (Inner, Column { .. }) => (Column { reads: usize::MAX }, 0),
        (Row { reads }, Column { .. }) => (Outer { reads }, 0),
        (Column { .. }, Row { .. }) => (Inner, 1),
        (Outer { reads }, Row { .. }) => (Row { reads }, 1),
        (Outer { reads }, Outer { .. }) => (Outer { reads }, 1),
        (Column { .. }, Outer { .. }) => (Column { reads: usize::MAX }, 1),
        _ => return None,
    };
    let degree = a.degree.checked_add(b.degree)?.checked_add(more)?;
    Some(Value { kind, degree, size: (a.size.0, b.size.1), bias: a.bias || b.bias })
}

fn sum(a: Value, b: Value) -> Option<Value> {
    use Kind::{Column, Inner, Outer, Row};
    let kind = match (a.kind, b.kind) {
        (Inner, Inner) => Inner,
        (Row { reads: x }, Row { reads: y }) => Row { reads: x.saturating_add(y) },
        (Column { reads: x }, Column { reads: y }) => Column { reads: x.saturating_add(y) },
        (Outer { reads: x }, Outer { reads: y }) => Outer { reads: x.saturating_add(y) },
        _ => return None,
    };
    Some(Value { kind, degree: a.degree.max(b.degree), size: a.size, bias: a.bias || b.bias })
}
