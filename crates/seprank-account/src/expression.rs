//! A layer of a network by its layers, written as a formula in Y (the state) and P0, P1, .. (its parameters).

use seprank_check::certificate::Expression;
use std::fmt::{self, Write};

/// The formula in at most `limit` characters; a longer one ends in `..`. Cost: that of what is written.
pub(crate) fn short(expression: &Expression, limit: usize) -> String {
    let mut out = Limited { text: String::new(), left: limit };
    if write(&mut out, expression, 0).is_err() {
        out.text.push_str("..");
    }
    out.text
}

/// Writes until its space is used up.
struct Limited {
    text: String,
    left: usize,
}

impl Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(character);
        }
        Ok(())
    }
}

/// Writes an expression, in brackets where it binds less than `level`: sums 0, products 1, powers 2, names 3.
fn write(out: &mut Limited, expression: &Expression, level: u8) -> fmt::Result {
    let own = match expression {
        Expression::Sum(_) => 0,
        Expression::Product(_) | Expression::Hadamard(_) => 1,
        Expression::Input | Expression::Parameter(_) => 3,
        _ => 2,
    };
    let bracketed = own < level;
    if bracketed {
        out.write_char('(')?;
    }
    match expression {
        Expression::Input => out.write_char('Y')?,
        Expression::Parameter(number) => write!(out, "P{number}")?,
        Expression::Sum(terms) => {
            for (i, term) in terms.iter().enumerate() {
                out.write_str(if i == 0 { "" } else { " + " })?;
                write(out, term, 0)?;
            }
        }
        Expression::Product(pair) => {
            write(out, &pair.0, 1)?;
            out.write_char(' ')?;
            write(out, &pair.1, 1)?;
        }
        Expression::Hadamard(pair) => {
            write(out, &pair.0, 1)?;
            out.write_str(" ∘ ")?;
            write(out, &pair.1, 1)?;
        }
        Expression::Transpose(of) => {
            write(out, of, 3)?;
            out.write_char('ᵀ')?;
        }
        Expression::Power(power) => {
            write(out, &power.of, 3)?;
            write!(out, "^∘{}", power.exponent)?;
        }
        Expression::Polynomial(polynomial) => {
            write!(out, "poly[P{}](", polynomial.coefficients)?;
            write(out, &polynomial.of, 0)?;
            out.write_char(')')?;
        }
        Expression::Repeat(repeat) => {
            out.write_str("repeat(")?;
            write(out, &repeat.of, 0)?;
            out.write_char(')')?;
        }
        Expression::Gather(gather) => {
            out.write_str("rearrange(")?;
            write(out, &gather.of, 0)?;
            out.write_char(')')?;
        }
        Expression::Real(real) => {
            write!(out, "{}(", real.function.name())?;
            write(out, &real.of, 0)?;
            out.write_char(')')?;
        }
        Expression::Then(pair) => {
            out.write_str("with Y := ")?;
            write(out, &pair.0, 0)?;
            out.write_str(": ")?;
            write(out, &pair.1, 0)?;
        }
    }
    if bracketed { out.write_char(')') } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: Expression, b: Expression) -> Box<(Expression, Expression)> {
        Box::new((a, b))
    }

    #[test]
    fn formulas_have_the_brackets_they_need() {
        let y = || Expression::Input;
        let sum = Expression::Sum(vec![y(), Expression::Parameter(2)]);
        let product = Expression::Product(pair(sum.clone(), Expression::Transpose(Box::new(sum))));
        assert_eq!(short(&product, 99), "(Y + P2) (Y + P2)ᵀ");
        let transposed = Expression::Transpose(Box::new(Expression::Product(pair(y(), y()))));
        assert_eq!(short(&transposed, 99), "(Y Y)ᵀ");
        assert_eq!(short(&product, 9), "(Y + P2) ..");
        assert_eq!(short(&Expression::Transpose(Box::new(y())), 9), "Yᵀ");
    }
}
