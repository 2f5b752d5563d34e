//! The form of attention by its layers: docs/theory.md, 3.14 to 3.16. A state is `X Phi(G)`, `G = X^T X`, if
//! every layer makes one out of the other.

use crate::certificate::{Expression, Parameter};
use crate::check::count::{big, symmetric};
use crate::check::layers::Layers;
use crate::check::matrix::index;
use crate::check::problem::Problem;
use num_bigint::BigUint;
use std::cell::Cell;

/// A network whose last state is `X Phi(G)`.
pub(super) struct Form {
    /// Entries of a token.
    pub(super) width: u64,
    /// Whether a token ends with a 1 besides.
    pub(super) bias: bool,
    /// C: degree of Phi.
    pub(super) degree: u64,
    /// Linear forms of a token, and 1, that stand before Phi; at most the entries, 1 included.
    pub(super) reads: u64,
    /// Of these the ones before terms of degree C, at most.
    pub(super) leading: u64,
    /// u: coordinates of G that the first layers see, at most.
    pub(super) seen: BigUint,
    /// w: the other coordinates of G that later layers see, at most.
    pub(super) others: BigUint,
    /// E: the degree of Phi in those, at most.
    pub(super) bare: u64,
}

impl Form {
    pub(super) fn of(problem: &Problem, layers: &Layers) -> Option<Self> {
        let mut width = problem.width;
        let mut state = State::tokens(problem.tokens, width);
        let (mut pairs, mut between) = (Vec::new(), None);
        for layer in layers.layers {
            let reader = Reader { parameters: &layer.parameters, pairs: Cell::default() };
            state = state.next(reader.value(&layer.expression, &state)?)?;
            pairs.append(&mut reader.pairs.take());
            if state.value.degree == 0 && state.value.size.1 <= width {
                width = state.value.size.1;
                state = State::tokens(problem.tokens, width);
            }
            if state.value.degree > 0 {
                // Of the first layer that is not linear.
                let forms = if state.value.bare == 0 { state.all.forms } else { width };
                between.get_or_insert(forms.min(width));
            }
        }
        let bias = state.value.bias;
        let one = u64::from(bias);
        // Of symmetric matrices, but for the number of tokens in the corner.
        let varying = |entries: u64| symmetric(entries) - one;
        let all = varying(width + one);
        let seen: BigUint = pairs.iter().map(|pair| forms(*pair, width + one)).sum();
        let seen = seen.min(all.clone());
        let others = (all - &seen).min(varying(between.unwrap_or(width) + one));
        let (degree, bare) = (state.value.degree, state.value.bare);
        let [reads, leading] = [state.all, state.leading].map(|c| c.total().min(width + one));
        Some(Self { width, bias, degree, reads, leading, seen, others, bare })
    }
}

/// The dimension of the span of the entries of `K^T G O` for symmetric G, K of rank k and O of rank o: all
/// `k o`, less the antisymmetric pairs in the common part of the two column spaces.
fn forms((k, o): (u64, u64), entries: u64) -> BigUint {
    let (k, o) = (k.min(entries), o.min(entries));
    let common = (k + o).saturating_sub(entries);
    big(k * o - common * common.saturating_sub(1) / 2)
}

/// How many linear forms of a token, at most, and whether 1 is with them.
#[derive(Clone, Copy)]
struct Count {
    forms: u64,
    one: bool,
}

impl Count {
    fn total(self) -> u64 {
        self.forms.saturating_add(u64::from(self.one))
    }
}

#[derive(Clone, Copy)]
struct State {
    value: Value,
    all: Count,
    leading: Count,
}

impl State {
    fn tokens(rows: u64, width: u64) -> Self {
        let value = Value {
            left: Some(End::INPUT),
            right: None,
            degree: 0,
            bare: 0,
            size: (rows, width),
            bias: false,
        };
        let count = Count { forms: width, one: false };
        Self { value, all: count, leading: count }
    }

    fn next(&self, value: Value) -> Option<Self> {
        let end = value.left.filter(|_| value.right.is_none())?;
        let value = Value { left: Some(End::INPUT), ..value };
        Some(Self { value, all: end.all.of(self.all), leading: end.leading.of(self.leading) })
    }
}

/// Linear forms of a token: those before the input, so many others, and 1.
#[derive(Clone, Copy)]
struct Several {
    input: bool,
    others: u64,
    one: bool,
}

impl Several {
    fn of(self, input: Count) -> Count {
        let inner = if self.input { input } else { Count { forms: 0, one: false } };
        Count { forms: inner.forms.saturating_add(self.others), one: inner.one || self.one }
    }

    fn with(self, more: Self) -> Self {
        let others = self.others.saturating_add(more.others);
        Self { input: self.input || more.input, others, one: self.one || more.one }
    }

    /// The same, the input being a value that has these.
    fn inside(self, input: Self) -> Self {
        let without = Self { input: false, ..self };
        if self.input { without.with(input) } else { without }
    }
}

/// How an X at an end enters: in any term, and in those of the full degree.
#[derive(Clone, Copy)]
struct End {
    all: Several,
    leading: Several,
}

impl End {
    const INPUT: Self = Self::both(Several { input: true, others: 0, one: false });
    const ONE: Self = Self::both(Several { input: false, others: 0, one: true });

    const fn both(all: Several) -> Self {
        Self { all, leading: all }
    }

    /// Of a matrix of so many columns that is constant but for that X.
    fn limited(self, columns: u64, state: &State) -> Self {
        let narrow = self.all.of(state.all).total() > columns;
        if narrow {
            Self::both(Several { input: false, others: columns, one: false })
        } else {
            self
        }
    }
}

/// A product `X Phi X^T`, with or without the X and the X^T; the 1 that tokens end with is not counted.
#[derive(Clone, Copy)]
struct Value {
    /// An X at the left end.
    left: Option<End>,
    /// An X^T at the right end.
    right: Option<End>,
    degree: u64,
    /// Of these factors G those that do not stand between two constants, at most.
    bare: u64,
    size: (u64, u64),
    bias: bool,
}

struct Reader<'a> {
    parameters: &'a [Parameter],
    /// Of each G between two constants the numbers of forms on either side of it.
    pairs: Cell<Vec<(u64, u64)>>,
}

impl Reader<'_> {
    fn value(&self, e: &Expression, state: &State) -> Option<Value> {
        let of = |e: &Expression| self.value(e, state);
        match e {
            Expression::Input => Some(state.value),
            Expression::Parameter(number) => {
                let p = self.parameters.get(index(*number))?;
                let size = (p.rows, p.cols);
                Some(Value { left: None, right: None, degree: 0, bare: 0, size, bias: false })
            }
            Expression::Transpose(a) => {
                let a = of(a)?;
                Some(Value { left: a.right, right: a.left, size: (a.size.1, a.size.0), ..a })
            }
            Expression::Product(pair) => self.product(of(&pair.0)?, of(&pair.1)?, state),
            Expression::Sum(terms) => {
                let mut terms = terms.iter().map(of);
                let first = terms.next()??;
                terms.try_fold(first, |a, b| sum(a, b?, state))
            }
            Expression::Then(pair) => {
                let first = of(&pair.0)?;
                let second = self.value(&pair.1, &state.next(first)?)?;
                let before = first.left?;
                let inside = |end: End| End {
                    all: end.all.inside(before.all),
                    leading: end.leading.inside(before.leading),
                };
                Some(Value {
                    left: second.left.map(inside),
                    right: second.right.map(inside),
                    ..second
                })
            }
            Expression::Repeat(repeat) => {
                let row = of(&repeat.of)?;
                let constant =
                    row.left.is_none() && row.right.is_none() && row.degree == 0 && row.size.0 == 1;
                (constant && repeat.rows == state.value.size.0).then_some(Value {
                    left: Some(End::ONE),
                    right: None,
                    degree: 0,
                    bare: 0,
                    size: (repeat.rows, repeat.cols),
                    bias: true,
                })
            }
            _ => None,
        }
    }

    fn product(&self, a: Value, b: Value, state: &State) -> Option<Value> {
        let fixed = a.degree == 0 && b.degree == 0;
        // Where they meet there is X^T X, or no X at all.
        let (gram, bare) = match (a.right, b.left) {
            (None, None) => (0, 0),
            (Some(k), Some(o)) if fixed && a.left.is_none() && b.right.is_none() => {
                let mut pairs = self.pairs.take();
                pairs.push((k.all.of(state.all).total(), o.all.of(state.all).total()));
                self.pairs.set(pairs);
                (1, 0)
            }
            (Some(_), Some(_)) => (1, 1),
            _ => return None,
        };
        // Constants behind an X let through as many forms as they have columns; so for X^T.
        let constant = fixed && gram == 0;
        let through = |end: Option<End>, alone: bool, columns: u64| {
            end.map(|end| if alone { end.limited(columns, state) } else { end })
        };
        Some(Value {
            left: through(a.left, constant && b.right.is_none(), b.size.1),
            right: through(b.right, constant && a.left.is_none(), a.size.0),
            degree: a.degree.checked_add(b.degree)?.checked_add(gram)?,
            bare: a.bare.checked_add(b.bare)?.checked_add(bare)?,
            size: (a.size.0, b.size.1),
            bias: a.bias || b.bias,
        })
    }
}

fn sum(a: Value, b: Value, state: &State) -> Option<Value> {
    let degree = a.degree.max(b.degree);
    let row = a.left.is_some() && a.right.is_none();
    let end = |x: Option<End>, y: Option<End>| match (x, y) {
        (None, None) => Some(None),
        (Some(x), Some(y)) => {
            let leading = if a.degree > b.degree {
                x.leading
            } else if a.degree < b.degree {
                y.leading
            } else {
                x.leading.with(y.leading)
            };
            let end = End { all: x.all.with(y.all), leading };
            // Of columns that are constant but for X there are no more forms than columns.
            Some(Some(if degree == 0 && row { end.limited(a.size.1, state) } else { end }))
        }
        _ => None,
    };
    Some(Value {
        left: end(a.left, b.left)?,
        right: end(a.right, b.right)?,
        degree,
        bare: a.bare.max(b.bare),
        size: a.size,
        bias: a.bias || b.bias,
    })
}
