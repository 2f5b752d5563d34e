//! A network by its layers that depends on its input through one activation only: docs/theory.md, 4.6'.

use super::images;
use super::support::{allowed, covered_below};
use crate::certificate::{Expression, Parameter};
use crate::check::count::{
    Estimate, Failure, MAX_TERMS, OrTooCostly, Work, big, monomial_table, sharp,
};
use crate::check::layers::Layers;
use crate::check::matrix::index;
use crate::check::problem::{Architecture, Problem};
use num_bigint::BigUint;
use num_traits::ToPrimitive;

pub(super) fn network_support(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let Architecture::Layers(layers) = &problem.architecture else {
        return Err(Failure::Hypothesis("a network by its layers"));
    };
    let Some(Through::Activation { entries, k: k @ 3.. }) = first(problem, layers) else {
        let asked = "an activation of degree 3 or more in the first layer of degree above 1, and nothing beside it";
        return Err(Failure::Hypothesis(asked));
    };
    let degree = layers.degree().ok_or(Failure::Hypothesis("a polynomial"))?;
    let degree = degree.to_u64().filter(|d| *d <= MAX_TERMS).or_too_costly()?;
    let allowed = allowed(entries, k, degree / k, work).or_too_costly()?;
    let functions = |n: u64| -> Option<Vec<BigUint>> {
        let all = monomial_table(work, &big(n), degree)?;
        Some(all.into_iter().zip(&allowed).map(|(all, some)| all.min(some.clone())).collect())
    };
    let [n_a, n_b] = images::visible(problem, layers).map(functions);
    sharp(Some(covered_below(&n_a.or_too_costly()?, &n_b.or_too_costly()?)))
}

/// How a value depends on the input of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Through {
    /// It is constant or affine.
    Affine,
    /// By polynomials of degree k of so many affine forms, and in no other way.
    Activation { entries: u64, k: u64 },
    /// In another way.
    Other,
}

#[derive(Clone, Copy)]
struct Value {
    size: (u64, u64),
    degree: u64,
    through: Through,
}

/// How the state after the first layer of degree above 1 does; `None` if no layer is.
fn first(problem: &Problem, layers: &Layers) -> Option<Through> {
    let mut size = (problem.tokens, problem.width);
    for layer in layers.layers {
        let state = Value { size, degree: 1, through: Through::Affine };
        let next = value(&layer.expression, state, &layer.parameters);
        if next.degree > 1 {
            return Some(next.through);
        }
        size = next.size;
    }
    None
}

/// The value of `e`, whose sizes fit together.
fn value(e: &Expression, input: Value, parameters: &[Parameter]) -> Value {
    let of = |e: &Expression| value(e, input, parameters);
    // Of two values: where one is constant the result depends as the other does.
    let both = |a: Value, b: Value, degree: u64| match (a.degree, b.degree) {
        (_, 0) => a.through,
        (0, _) => b.through,
        _ if degree <= 1 => Through::Affine,
        _ => Through::Other,
    };
    match e {
        Expression::Input => input,
        Expression::Parameter(number) => {
            let p = &parameters[index(*number)];
            Value { size: (p.rows, p.cols), degree: 0, through: Through::Affine }
        }
        Expression::Product(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            let degree = a.degree.saturating_add(b.degree);
            Value { size: (a.size.0, b.size.1), degree, through: both(a, b, degree) }
        }
        Expression::Hadamard(pair) => {
            let (a, b) = (of(&pair.0), of(&pair.1));
            let degree = a.degree.saturating_add(b.degree);
            Value { size: a.size, degree, through: both(a, b, degree) }
        }
        Expression::Sum(terms) => {
            let join = |a: Value, b: Value| {
                let degree = a.degree.max(b.degree);
                Value { degree, through: both(a, b, degree), ..a }
            };
            terms.iter().map(of).reduce(join).unwrap_or(input)
        }
        Expression::Transpose(a) => {
            let a = of(a);
            Value { size: (a.size.1, a.size.0), ..a }
        }
        Expression::Power(power) => of(&power.of).raised(power.exponent),
        Expression::Polynomial(p) => of(&p.of).raised(parameters[index(p.coefficients)].rows - 1),
        Expression::Repeat(repeat) => Value { size: (repeat.rows, repeat.cols), ..of(&repeat.of) },
        Expression::Gather(gather) => Value { size: (gather.rows, gather.cols), ..of(&gather.of) },
        // No polynomial: no theorem is asked of it.
        Expression::Real(real) => of(&real.of).raised(u64::MAX),
        Expression::Then(pair) => {
            let first = of(&pair.0);
            let second = value(&pair.1, first, parameters);
            // What is made of the first value sees no more of the input.
            let through = if first.degree > 1 { first.through } else { second.through };
            Value { through, ..second }
        }
    }
}

impl Value {
    /// A polynomial of degree k in every entry.
    fn raised(self, k: u64) -> Self {
        let through = match self.degree {
            1 if k > 1 => Through::Activation { entries: self.size.0 * self.size.1, k },
            _ => self.through,
        };
        Self { degree: self.degree.saturating_mul(k), through, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Power;

    fn power(of: Expression, exponent: u64) -> Expression {
        Expression::Power(Box::new(Power { of, exponent }))
    }

    fn product(a: Expression, b: Expression) -> Expression {
        Expression::Product(Box::new((a, b)))
    }

    #[test]
    fn what_stands_beside_an_activation_is_seen() {
        use Expression::{Input, Parameter as P, Sum, Then, Transpose};
        let parameter = Parameter { rows: 5, cols: 2, value: None };
        let second = Parameter { rows: 2, cols: 5, value: None };
        let through = |e: &Expression| {
            let state = Value { size: (2, 3), degree: 1, through: Through::Affine };
            let value = value(e, state, &[parameter.clone(), second.clone()]);
            (value.degree, value.through)
        };
        let cube = || power(product(P(0), Input), 3);
        let seen = Through::Activation { entries: 15, k: 3 };
        assert_eq!(through(&cube()), (3, seen));
        let mixing = || product(P(1), cube());
        assert_eq!(through(&mixing()), (3, seen));
        assert_eq!(through(&Sum(vec![mixing(), P(1)])), (3, seen));
        assert_eq!(through(&Sum(vec![P(1), mixing()])), (3, seen));
        assert_eq!(through(&Sum(vec![mixing(), Input])), (3, Through::Other));
        assert_eq!(through(&Sum(vec![mixing(), mixing()])), (3, Through::Other));
        assert_eq!(through(&product(Input, Transpose(Box::new(Input)))), (2, Through::Other));
        // A square of it, and it after an affine map.
        assert_eq!(through(&power(mixing(), 2)), (6, seen));
        let after = Then(Box::new((product(P(0), Input), power(Input, 4))));
        assert_eq!(through(&after), (4, Through::Activation { entries: 15, k: 4 }));
        let before = Then(Box::new((mixing(), product(Input, Transpose(Box::new(Input))))));
        assert_eq!(through(&before), (6, seen));
        assert_eq!(through(&power(Input, 1)), (1, Through::Affine));
    }
}
