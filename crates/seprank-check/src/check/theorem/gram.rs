//! Attention by its layers: docs/theory.md, 3.14. A state is `X Phi(G)`, `G = X^T X`, if every layer makes
//! one out of the other.

use crate::certificate::{Expression, Parameter};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, covariant, determinantal, monomial_table,
};
use crate::check::layers::Layers;
use crate::check::matrix::index;
use crate::check::problem::{Architecture, Problem};
use num_bigint::BigUint;
use num_traits::Zero;

/// `sum_b min( h(r,|B|;b), h1(r,|A|;C-b), d_x h(r,|A|;C-b) )`, or the least cover where there are biases.
pub(super) fn layers(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure =
        Failure::Hypothesis("layers of attention, not masked or weighted, and linear ones");
    let Architecture::Layers(layers) = &problem.architecture else { return Err(failure) };
    let form = Form::of(problem, layers).ok_or(failure)?;
    let (own, other) = problem.own_and_other();
    let c = form.degree;
    (c <= MAX_TERMS).then_some(()).or_too_costly()?;
    let width = form.width + u64::from(form.bias);
    let mut from_other = determinantal(work, width, other, c).or_too_costly()?;
    let mut from_own = covariant(work, width, own, c).or_too_costly()?;
    let sharp = from_other.iter().chain(&from_own).all(|h| h.sharp);
    if form.bias {
        // Polynomials of degree 2b, or 2c+1, in the entries.
        let entries =
            |tokens: u64, last| monomial_table(work, &(big(form.width) * tokens + 1u32), last);
        let even = entries(other, 2 * c).or_too_costly()?.into_iter().step_by(2);
        let odd = entries(own, 2 * c + 1).or_too_costly()?.into_iter().skip(1).step_by(2);
        lessen(&mut from_other, even);
        lessen(&mut from_own, odd);
        // From t to t+1 the functions of B become more, those of A fewer.
        let values =
            |list: &[Estimate]| -> Vec<BigUint> { list.iter().map(|h| h.value.clone()).collect() };
        let (v, u) = (values(&from_other), values(&from_own));
        let cover = |t: usize| {
            let below = t.checked_sub(1).map(|b| v[b].clone()).unwrap_or_default();
            below + u.iter().rev().nth(t).cloned().unwrap_or_default()
        };
        let value = (0..=u.len()).map(cover).min().unwrap_or_default();
        return Ok(Estimate { value, sharp });
    }
    if form.reads < width {
        if own == 1 {
            // Multiples of the forms that are read.
            let unread =
                monomial_table(work, &big(width - form.reads), 2 * c + 1).or_too_costly()?;
            for (h, unread) in from_own.iter_mut().zip(unread.into_iter().skip(1).step_by(2)) {
                h.value -= unread;
            }
        } else {
            let all = determinantal(work, width, own, c).or_too_costly()?;
            lessen(&mut from_own, all.into_iter().map(|h| h.value * form.reads));
        }
    }
    let pairs = from_other.iter().zip(from_own.iter().rev());
    let value = pairs.fold(BigUint::zero(), |sum, (h, h1)| sum + (&h.value).min(&h1.value));
    Ok(Estimate { value, sharp })
}

fn lessen(list: &mut [Estimate], by: impl Iterator<Item = BigUint>) {
    for (h, other) in list.iter_mut().zip(by) {
        if other < h.value {
            h.value = other;
        }
    }
}

/// A network whose last state is `X Phi(G)`.
struct Form {
    /// Entries of a token.
    width: u64,
    /// Degree of Phi.
    degree: u64,
    /// Linear forms of a token that stand before Phi; at most the width.
    reads: u64,
    bias: bool,
}

impl Form {
    fn of(problem: &Problem, layers: &Layers) -> Option<Self> {
        let tokens = |width| Value {
            left: Some(width),
            right: None,
            degree: 0,
            size: (problem.tokens, width),
            bias: false,
        };
        let mut width = problem.width;
        let mut state = tokens(width);
        for layer in layers.layers {
            state = value(&layer.expression, &state, &layer.parameters)?;
            state.left.filter(|_| state.right.is_none())?;
            if state.degree == 0 && state.size.1 <= width {
                width = state.size.1;
                state = tokens(width);
            }
        }
        let reads = state.left?.min(width);
        Some(Self { width, degree: state.degree, reads, bias: state.bias })
    }
}

/// A product `X Phi X^T`, with or without the X and the X^T; the 1 that tokens end with is not counted.
#[derive(Clone, Copy)]
struct Value {
    /// If there is an X at the left end: how many linear forms of a token it enters by, at most.
    left: Option<u64>,
    /// The same for an X^T at the right end.
    right: Option<u64>,
    degree: u64,
    size: (u64, u64),
    bias: bool,
}

fn value(e: &Expression, input: &Value, parameters: &[Parameter]) -> Option<Value> {
    let of = |e: &Expression| value(e, input, parameters);
    match e {
        Expression::Input => Some(*input),
        Expression::Parameter(number) => {
            let p = parameters.get(index(*number))?;
            Some(Value { left: None, right: None, degree: 0, size: (p.rows, p.cols), bias: false })
        }
        Expression::Transpose(a) => {
            let a = of(a)?;
            Some(Value { left: a.right, right: a.left, size: (a.size.1, a.size.0), ..a })
        }
        Expression::Product(pair) => {
            let (a, b) = (of(&pair.0)?, of(&pair.1)?);
            // Where they meet there is X^T X, or no X at all.
            let gram = match (a.right, b.left) {
                (None, None) => 0,
                (Some(_), Some(_)) => 1,
                _ => return None,
            };
            // Constants behind an X let through as many forms as they have columns; so for X^T.
            let through = |end: Option<u64>, constant: bool, width: u64| match constant {
                true => end.map(|forms| forms.min(width)),
                false => end,
            };
            let constant = a.degree == 0 && b.degree == 0 && gram == 0;
            Some(Value {
                left: through(a.left, constant && b.right.is_none(), b.size.1),
                right: through(b.right, constant && a.left.is_none(), a.size.0),
                degree: a.degree.checked_add(b.degree)?.checked_add(gram)?,
                size: (a.size.0, b.size.1),
                bias: a.bias || b.bias,
            })
        }
        Expression::Sum(terms) => {
            let mut terms = terms.iter().map(of);
            let first = terms.next()??;
            terms.try_fold(first, |a, b| {
                let b = b?;
                let both = |x: Option<u64>, y: Option<u64>| match (x, y) {
                    (Some(x), Some(y)) => Some(Some(x.saturating_add(y))),
                    (None, None) => Some(None),
                    _ => None,
                };
                Some(Value {
                    left: both(a.left, b.left)?,
                    right: both(a.right, b.right)?,
                    degree: a.degree.max(b.degree),
                    size: a.size,
                    bias: a.bias || b.bias,
                })
            })
        }
        Expression::Then(pair) => value(&pair.1, &of(&pair.0)?, parameters),
        Expression::Repeat(repeat) => {
            let row = of(&repeat.of)?;
            let constant = row.left.or(row.right).is_none() && row.degree == 0 && row.size.0 == 1;
            let tokens = input.left.is_some() && input.right.is_none();
            (constant && tokens && repeat.rows == input.size.0).then_some(Value {
                left: Some(0),
                right: None,
                degree: 0,
                size: (repeat.rows, repeat.cols),
                bias: true,
            })
        }
        _ => None,
    }
}
