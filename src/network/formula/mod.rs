//! Formulas: matrix expressions as text, `X + mask .* (X Q K' X') X V`.
//!
//! ```text
//! sum     = [ "-" ] product { ( "+" | "-" ) product }
//! product = [ number [ "*" ] ] factor { [ "*" | ".*" ] factor }
//! factor  = atom { "'" | ".^" exponent }
//! atom    = name | "(" sum ")" | "polynomial" "(" sum { "," [ "-" ] number } ")"
//! number  = digits [ "." digits ] [ "/" digits ]
//! ```
//!
//! Two factors side by side, or with `*` between them, are a matrix product, `.*` is the entrywise one; all
//! products go from left to right, as in MATLAB. `'` transposes, `.^k` is the power of every entry.
//! Parsing is linear in the length of the text, which is limited, and so is the depth of the tree.

mod tokens;

use crate::arith::Rational;
use tokens::{Token, tokens};

/// A formula has at most so many characters.
const MAX_CHARACTERS: usize = 4096;
/// Its parts stand in each other at most so deep; certificates limit the depth of expressions.
const MAX_DEPTH: usize = 24;
/// Powers and polynomials have at most this degree.
const MAX_DEGREE: usize = super::MAX_ACTIVATION_DEGREE as usize;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it begins, or its operator stands: a number of characters from the beginning, from 1.
    pub(super) at: usize,
    depth: usize,
    pub(super) kind: Kind,
}

/// What a part is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Name(String),
    /// At least two.
    Sum(Vec<Part>),
    Product(Box<[Part; 2]>),
    Entrywise(Box<[Part; 2]>),
    Transposed(Box<Part>),
    Power(Box<Part>, u64),
    /// Of every entry, by its coefficients, the constant first.
    Polynomial(Box<Part>, Vec<Rational>),
}

impl Kind {
    fn parts(&self) -> &[Part] {
        match self {
            Self::Name(_) => &[],
            Self::Sum(terms) => terms,
            Self::Product(both) | Self::Entrywise(both) => &both[..],
            Self::Transposed(of) | Self::Power(of, _) | Self::Polynomial(of, _) => {
                std::slice::from_ref(of)
            }
        }
    }
}

impl Part {
    fn new(at: usize, kind: Kind) -> Result<Self, Wrong> {
        let depth = 1 + kind.parts().iter().map(|part| part.depth).max().unwrap_or(0);
        match depth <= MAX_DEPTH {
            true => Ok(Self { at, depth, kind }),
            false => {
                Err(Wrong::new(at, format!("parts stand in each other at most {MAX_DEPTH} deep")))
            }
        }
    }

    /// The names in the formula.
    pub(super) fn names(&self) -> Vec<(usize, &str)> {
        match &self.kind {
            Kind::Name(name) => vec![(self.at, name)],
            kind => kind.parts().iter().flat_map(Self::names).collect(),
        }
    }
}

/// What is wrong with a formula, and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    at: usize,
    what: String,
}

impl Wrong {
    pub(super) fn new(at: usize, what: impl ToString) -> Self {
        Self { at, what: what.to_string() }
    }

    /// The same with the formula from there on.
    pub(super) fn shown(&self, text: &str) -> String {
        let rest: String = text.chars().skip(self.at - 1).take(12).collect();
        let Self { at, what } = self;
        match rest.is_empty() {
            true => format!("at its end: {what}"),
            false => format!("character {at}, at `{rest}`: {what}"),
        }
    }
}

/// Whether `name` may be a name in a formula.
pub(super) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && characters.all(tokens::in_name)
        && name != POLYNOMIAL
}

const POLYNOMIAL: &str = "polynomial";

/// The formula that `text` is.
///
/// # Errors
/// Where it is wrong, and what is expected there.
pub(super) fn parse(text: &str) -> Result<Part, Wrong> {
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        let what = format!("at most {MAX_CHARACTERS} characters are allowed");
        return Err(Wrong::new(MAX_CHARACTERS + 1, what));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, open: 0 };
    let root = parser.sum()?;
    match parser.peek() {
        Token::End => Ok(root),
        _ => Err(parser.expected("an operator or the end")),
    }
}

struct Parser {
    /// The last one is the end.
    tokens: Vec<(usize, Token)>,
    next: usize,
    /// Parentheses that are open.
    open: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }

    fn at(&self) -> usize {
        self.tokens[self.next].0
    }

    fn expected(&self, what: &str) -> Wrong {
        Wrong::new(self.at(), format!("expected {what}, found {}", self.peek()))
    }

    fn skip(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    /// Whether `symbol` stands here; then it is taken.
    fn take(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(s) if *s == symbol);
        if found {
            self.skip();
        }
        found
    }

    fn require(&mut self, symbol: &str) -> Result<(), Wrong> {
        match self.take(symbol) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{symbol}`"))),
        }
    }

    fn sum(&mut self) -> Result<Part, Wrong> {
        let at = self.at();
        let mut negative = self.take("-");
        let mut terms = vec![self.product(negative)?];
        loop {
            negative = matches!(self.peek(), Token::Symbol("-"));
            if !self.take("+") && !self.take("-") {
                break;
            }
            terms.push(self.product(negative)?);
        }
        match terms.len() {
            1 => Ok(terms.remove(0)),
            _ => Part::new(at, Kind::Sum(terms)),
        }
    }

    fn product(&mut self, negative: bool) -> Result<Part, Wrong> {
        let at = self.at();
        let mut factor = Rational::from(if negative { -1 } else { 1 });
        if let Token::Number(number) = self.peek().clone() {
            self.skip();
            self.take("*");
            factor *= number;
        }
        let mut product = self.factor()?;
        loop {
            let at = self.at();
            product = if self.take(".*") {
                Part::new(at, Kind::Entrywise(Box::new([product, self.factor()?])))?
            } else if self.take("*") || matches!(self.peek(), Token::Name(_) | Token::Symbol("(")) {
                Part::new(at, Kind::Product(Box::new([product, self.factor()?])))?
            } else if matches!(self.peek(), Token::Number(_)) {
                return Err(Wrong::new(
                    at,
                    "a number stands before the first matrix of a product only",
                ));
            } else {
                break;
            };
        }
        match factor == Rational::from(1) {
            true => Ok(product),
            false => {
                let coefficients = vec![Rational::from(0), factor];
                Part::new(at, Kind::Polynomial(product.into(), coefficients))
            }
        }
    }

    fn factor(&mut self) -> Result<Part, Wrong> {
        let mut factor = self.atom()?;
        loop {
            let at = self.at();
            factor = if self.take("'") {
                Part::new(at, Kind::Transposed(factor.into()))?
            } else if self.take(".^") {
                let allowed = format!("an exponent from 1 to {MAX_DEGREE}");
                let Token::Number(exponent) = self.peek() else {
                    return Err(self.expected(&allowed));
                };
                let whole =
                    (1..=MAX_DEGREE as u64).find(|k| *exponent == Rational::from(*k as i64));
                let exponent = whole.ok_or_else(|| self.expected(&allowed))?;
                self.skip();
                Part::new(at, Kind::Power(factor.into(), exponent))?
            } else {
                return Ok(factor);
            }
        }
    }

    fn atom(&mut self) -> Result<Part, Wrong> {
        let at = self.at();
        match self.peek().clone() {
            Token::Name(name) if name == POLYNOMIAL => {
                self.skip();
                self.require("(")?;
                let of = self.inside()?;
                let mut coefficients = Vec::new();
                while self.take(",") {
                    let negative = self.take("-");
                    let Token::Number(c) = self.peek().clone() else {
                        return Err(self.expected("a coefficient"));
                    };
                    self.skip();
                    coefficients.push(if negative { -c } else { c });
                }
                self.require(")")?;
                if !(2..=MAX_DEGREE + 1).contains(&coefficients.len()) {
                    let what = format!(
                        "a polynomial has 2 to {} coefficients, the constant first",
                        MAX_DEGREE + 1
                    );
                    return Err(Wrong::new(at, what));
                }
                Part::new(at, Kind::Polynomial(of.into(), coefficients))
            }
            Token::Name(name) => {
                self.skip();
                Part::new(at, Kind::Name(name))
            }
            Token::Symbol("(") => {
                self.skip();
                let of = self.inside()?;
                self.require(")")?;
                Ok(of)
            }
            _ => Err(self.expected("a matrix: a name or `(`")),
        }
    }

    /// What stands in parentheses.
    fn inside(&mut self) -> Result<Part, Wrong> {
        if self.open == MAX_DEPTH {
            let what = format!("parentheses stand in each other at most {MAX_DEPTH} deep");
            return Err(Wrong::new(self.at(), what));
        }
        self.open += 1;
        let of = self.sum()?;
        self.open -= 1;
        Ok(of)
    }
}

#[cfg(test)]
mod tests;
