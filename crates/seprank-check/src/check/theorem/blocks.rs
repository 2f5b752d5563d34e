//! Blocks of attention and a position-wise polynomial: docs/theory.md, 5.3.

use crate::certificate::{Expression, Layer, Parameter};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, monomial_table, sharp,
};
use crate::check::layers::Layers;
use crate::check::matrix::index;
use crate::check::problem::{Architecture, Problem};
use num_traits::Zero;

/// `sum_{i<=m} mc(d-1, 2 k i)`, `m = k^(L-1) (3^(L-1) - 1)/2`.
pub(super) fn position_wise(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure = Failure::Hypothesis(
        "blocks of a layer of attention and a channel mixing of one degree k >= 2",
    );
    let form = Blocks::of(problem).filter(|form| form.degree >= 2 && form.reads >= problem.width);
    let Blocks { depth, degree: k, .. } = form.ok_or(failure)?;
    let mut last = 0u64;
    let mut power = 1u64;
    for _ in 1..depth {
        // (3^(l+1) - 1)/2 = 3 (3^l - 1)/2 + 1, and a factor k for each.
        last = last.checked_mul(3).and_then(|n| n.checked_add(power)).or_too_costly()?;
        last = last.checked_mul(k).or_too_costly()?;
        power = power.checked_mul(k).or_too_costly()?;
    }
    let top = last.checked_mul(2 * k).filter(|top| *top < 4 * MAX_TERMS).or_too_costly()?;
    let table = monomial_table(work, &big(problem.width - 1), top);
    sharp(table.map(|t| t.into_iter().step_by(2 * k as usize).sum()))
}

/// L blocks of attention and a channel mixing of one degree; of sizes that differ the least.
pub(in crate::check) struct Blocks {
    pub(in crate::check) depth: u64,
    pub(super) degree: u64,
    pub(super) heads: u64,
    pub(super) head_width: u64,
    pub(super) hidden: u64,
    /// Whether each layer's input is added to its output.
    pub(super) residual: bool,
    /// The widths of the heads of the first layer, together.
    pub(super) reads: u64,
}

impl Blocks {
    /// The blocks of a network given by its layers, if it has that form.
    pub(in crate::check) fn of(problem: &Problem) -> Option<Self> {
        let Architecture::Layers(Layers { layers, .. }) = &problem.architecture else {
            return None;
        };
        let mut form: Option<Self> = None;
        for pair in layers.chunks(2) {
            let [attention, mixing] = pair else { return None };
            let heads = self::attention(attention)?;
            let (degree, hidden, both) = Free::new(mixing).mixing()?;
            let block = Self {
                depth: 1,
                degree,
                heads: heads.count,
                head_width: heads.narrowest,
                hidden,
                residual: heads.added && both,
                reads: heads.reads,
            };
            form = Some(match form {
                None => block,
                Some(form) if form.degree == degree => Self {
                    depth: form.depth + 1,
                    heads: form.heads.min(block.heads),
                    head_width: form.head_width.min(block.head_width),
                    hidden: form.hidden.min(hidden),
                    residual: form.residual && block.residual,
                    ..form
                },
                Some(_) => return None,
            });
        }
        form
    }
}

/// The heads of a layer of attention.
#[derive(Clone, Copy)]
pub(super) struct Heads {
    /// The sum of the ranks that the `Q K^T` may have.
    pub(super) reads: u64,
    /// The largest rank that `Q K^T` and `O U^T` of one head may both have, and the least.
    pub(super) widest: u64,
    pub(super) narrowest: u64,
    /// Their number.
    pub(super) count: u64,
    /// Whether Y is added.
    pub(super) added: bool,
}

/// The heads, if the layer is attention without masks, weights on positions or shared factors.
pub(super) fn attention(layer: &Layer) -> Option<Heads> {
    Free::new(layer).attention()
}

/// The columns of W, if the layer is `Y W`, with or without a row added.
pub(super) fn embedding(layer: &Layer) -> Option<u64> {
    Free::new(layer).linear(&layer.expression)
}

/// The weights of a layer that have not been met yet: each may stand in one place.
struct Free<'a> {
    layer: &'a Layer,
    met: Vec<u64>,
}

impl<'a> Free<'a> {
    fn new(layer: &'a Layer) -> Self {
        Self { layer, met: Vec::new() }
    }

    fn parameter(&self, number: u64) -> Option<&'a Parameter> {
        self.layer.parameters.get(index(number))
    }

    /// A weight by itself.
    fn weight(&mut self, e: &Expression) -> Option<&'a Parameter> {
        let Expression::Parameter(number) = e else { return None };
        let parameter = self.parameter(*number)?;
        if parameter.value.is_some() || self.met.contains(number) {
            return None;
        }
        self.met.push(*number);
        Some(parameter)
    }

    /// A row of weights, repeated.
    fn row(&mut self, e: &Expression) -> Option<()> {
        let Expression::Repeat(repeat) = e else { return None };
        match &repeat.of {
            Expression::Transpose(of) => self.weight(of),
            of => self.weight(of),
        }
        .map(drop)
    }

    /// `Y W`, or that and a row; gives the columns of W.
    fn linear(&mut self, e: &Expression) -> Option<u64> {
        match e {
            Expression::Product(pair) if matches!(pair.0, Expression::Input) => {
                Some(self.weight(&pair.1)?.cols)
            }
            Expression::Sum(terms) => {
                let [map, row] = &terms[..] else { return None };
                self.row(row)?;
                self.linear(map)
            }
            _ => None,
        }
    }

    /// `sum_h (Y Q) ((Y K)^T (Y O)) U^T`, with or without Y, once, and rows.
    fn attention(mut self) -> Option<Heads> {
        let Expression::Sum(terms) = &self.layer.expression else { return None };
        let mut added = 0;
        let mut all = Heads { reads: 0, widest: 0, narrowest: u64::MAX, count: 0, added: false };
        for term in terms {
            match term {
                Expression::Input => added += 1,
                Expression::Repeat(_) => self.row(term)?,
                Expression::Product(pair) => {
                    let (Expression::Product(mixed), Expression::Transpose(u)) = &**pair else {
                        return None;
                    };
                    let Expression::Product(inner) = &mixed.1 else { return None };
                    let Expression::Transpose(key) = &inner.0 else { return None };
                    let query = self.linear(&mixed.0)?;
                    let key = self.linear(key)?;
                    let output = self.linear(&inner.1)?;
                    self.weight(u)?;
                    let width = query.min(key).min(output);
                    all.reads = all.reads.saturating_add(query.min(key));
                    all.widest = all.widest.max(width);
                    all.narrowest = all.narrowest.min(width);
                    all.count += 1;
                }
                _ => return None,
            }
        }
        all.added = added == 1;
        (all.reads > 0 && added <= 1).then_some(all)
    }

    /// `tau(Y W_3) W_4`, with or without Y and rows: the degree of tau, the columns of W_3, and whether Y is added
    /// once.
    fn mixing(mut self) -> Option<(u64, u64, bool)> {
        let e = &self.layer.expression;
        let terms = match e {
            Expression::Sum(terms) => &terms[..],
            _ => std::slice::from_ref(e),
        };
        let (mut found, mut added) = (None, 0);
        for term in terms {
            match term {
                Expression::Input => added += 1,
                Expression::Repeat(_) => self.row(term)?,
                Expression::Product(pair) if found.is_none() => {
                    self.weight(&pair.1)?;
                    found = Some(match &pair.0 {
                        Expression::Power(power) => (power.exponent, self.linear(&power.of)?),
                        Expression::Polynomial(polynomial) => {
                            let hidden = self.linear(&polynomial.of)?;
                            let coefficients = self.parameter(polynomial.coefficients)?;
                            let last = coefficients.value.as_ref()?.last()?.first()?;
                            (!last.0.is_zero()).then_some((coefficients.rows - 1, hidden))?
                        }
                        _ => return None,
                    });
                }
                _ => return None,
            }
        }
        let (degree, hidden) = found?;
        (added <= 1).then_some((degree, hidden, added == 1))
    }
}
