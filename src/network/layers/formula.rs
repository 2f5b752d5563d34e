//! Any polynomial layer, written as a formula.

use super::{LayerRule, Parameters};
use crate::arith::Rational;
use crate::network::expression::Expression;
use crate::network::formula::{self, Kind, Part, Wrong};
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use serde::de::{self, Deserialize, Deserializer, Unexpected, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// `Y <- F(Y)`, the formula F in the state, named X, in free matrices and in given ones. In sums and
/// entrywise products a row or column is repeated to the size of what it stands beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formula {
    text: String,
    root: Part,
    /// The free matrices.
    weights: BTreeMap<String, [Size; 2]>,
    /// Those that belong to the definition.
    given: BTreeMap<String, DMatrix<Rational>>,
}

/// The name of the state.
const STATE: &str = "X";

/// Rows or columns of a free matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Number(usize),
    /// Rows of the state.
    Tokens,
    /// Columns of the state.
    Width,
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizeVisitor)
    }
}

struct SizeVisitor;

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a whole number, \"tokens\" or \"width\"")
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Size, E> {
        let number = usize::try_from(n).map(Size::Number);
        number.map_err(|_| E::invalid_value(Unexpected::Unsigned(n), &self))
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<Size, E> {
        let number = usize::try_from(n).map(Size::Number);
        number.map_err(|_| E::invalid_value(Unexpected::Signed(n), &self))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
        match text {
            "tokens" => Ok(Size::Tokens),
            "width" => Ok(Size::Width),
            _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

/// Keys in a network file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    expression: String,
    #[serde(default)]
    weights: BTreeMap<String, [Size; 2]>,
    #[serde(default)]
    given: BTreeMap<String, Vec<Vec<Number>>>,
}

impl LayerRule for Formula {
    type Keys = Keys;

    fn build(keys: Keys, site: &Site) -> Result<Self, FileError> {
        let Keys { expression: text, weights, given } = keys;
        let wrong = |e: Wrong| FileError::of("expression", e.shown(&text));
        let root = formula::parse(&text).map_err(wrong)?;
        let names = root.names();
        if !names.iter().any(|(_, name)| *name == STATE) {
            return Err(FileError::new(
                "expression",
                &text,
                format!("the state {STATE} does not stand in it"),
            ));
        }
        let known = |name: &str| weights.contains_key(name) || given.contains_key(name);
        if let Some((at, name)) = names.iter().find(|(_, name)| *name != STATE && !known(name)) {
            let what = format!("{name} is neither {STATE} nor in weights or given");
            return Err(wrong(Wrong::new(*at, what)));
        }
        for (table, name) in (weights.keys().map(|name| ("weights", name)))
            .chain(given.keys().map(|name| ("given", name)))
        {
            if !formula::is_name(name) || name == STATE {
                let allowed = "a name begins with a letter, has letters, digits and underscores only, and is \
                               neither X nor polynomial";
                return Err(FileError::new(table, format_args!("{name:?}"), allowed));
            }
            if !names.iter().any(|(_, used)| used == name) {
                return Err(FileError::new(table, name, "it does not stand in the expression"));
            }
            if table == "given" && weights.contains_key(name) {
                return Err(FileError::new(table, name, "it stands in weights too"));
            }
        }
        for [rows, cols] in weights.values() {
            for size in [rows, cols] {
                site.size("weights", size.of((site.tokens, site.width)))?;
            }
        }
        let matrix = |(name, rows): (String, Vec<Vec<Number>>)| {
            let size = (rows.len(), rows.first().map_or(0, Vec::len));
            if size.0 == 0 || size.1 == 0 {
                return Err(FileError::new("given", name, "it has no entries"));
            }
            let matrix = site.matrix("given", Some(rows), size).map_err(|e| e.within(&name))?;
            Ok((name, matrix.expect("there are rows")))
        };
        let given = given.into_iter().map(matrix).collect::<Result<_, FileError>>()?;
        let layer = Self { text, root, weights, given };
        let fits = layer.expression((site.tokens, site.width), &mut Parameters::default());
        match fits {
            Ok(_) => Ok(layer),
            Err(e) => Err(FileError::of("expression", e.shown(&layer.text))),
        }
    }

    fn unmet(&self, tokens: usize, width: usize) -> Option<String> {
        let wrong = self.expression((tokens, width), &mut Parameters::default()).err()?;
        Some(format!("has an expression that does not fit ({})", wrong.shown(&self.text)))
    }

    fn define(&self, state: (usize, usize), parameters: &mut Parameters) -> Expression {
        self.expression(state, parameters).expect("the state was accepted")
    }
}

impl Size {
    fn of(self, (tokens, width): (usize, usize)) -> usize {
        match self {
            Self::Number(n) => n,
            Self::Tokens => tokens,
            Self::Width => width,
        }
    }
}

/// A value and its rows and columns.
type Sized = (Expression, (usize, usize));

impl Formula {
    /// The formula as an expression.
    ///
    /// # Errors
    /// Where sizes do not fit together.
    fn expression(
        &self,
        state: (usize, usize),
        parameters: &mut Parameters,
    ) -> Result<Expression, Wrong> {
        let mut known = BTreeMap::from([(STATE, (Expression::Input, state))]);
        for (name, size) in &self.weights {
            let (rows, cols) = (size[0].of(state), size[1].of(state));
            known.insert(name, (parameters.weight(name, rows, cols), (rows, cols)));
        }
        for (name, matrix) in &self.given {
            known.insert(name, (parameters.fixed(name, matrix.clone()), matrix.shape()));
        }
        Ok(Maker { known, parameters }.value(&self.root)?.0)
    }
}

struct Maker<'a> {
    known: BTreeMap<&'a str, Sized>,
    parameters: &'a mut Parameters,
}

impl Maker<'_> {
    fn value(&mut self, part: &Part) -> Result<Sized, Wrong> {
        Ok(match &part.kind {
            Kind::Name(name) => self.known[name.as_str()].clone(),
            Kind::Product(both) => {
                let ((a, (rows, inner)), (b, (same, cols))) =
                    (self.value(&both[0])?, self.value(&both[1])?);
                if inner != same {
                    let what =
                        format!("a product of {rows} x {inner} and {same} x {cols} does not exist");
                    return Err(Wrong::new(part.at, what));
                }
                (a.times(b), (rows, cols))
            }
            Kind::Entrywise(both) => {
                let (a, b) = (self.value(&both[0])?, self.value(&both[1])?);
                let (list, size) = repeated(part.at, vec![a, b])?;
                let product = list.into_iter().reduce(Expression::hadamard);
                (product.expect("two factors"), size)
            }
            Kind::Sum(terms) => {
                let terms: Result<_, Wrong> = terms.iter().map(|term| self.value(term)).collect();
                let (list, size) = repeated(part.at, terms?)?;
                (Expression::Sum(list), size)
            }
            Kind::Transposed(of) => {
                let (of, (rows, cols)) = self.value(of)?;
                (of.transposed(), (cols, rows))
            }
            Kind::Power(of, k) => {
                let (of, size) = self.value(of)?;
                (Expression::Power(of.into(), *k), size)
            }
            Kind::Polynomial(of, c) => {
                let (of, size) = self.value(of)?;
                let name = format!("polynomial-{}", part.at);
                let column = DMatrix::from_column_slice(c.len(), 1, c);
                let coefficients = self.parameters.fixed_number(&name, column);
                let degree = c.len() as u64 - 1;
                (Expression::Polynomial { of: of.into(), coefficients, degree }, size)
            }
        })
    }
}

/// The matrices at one size, rows and columns repeated.
fn repeated(at: usize, list: Vec<Sized>) -> Result<(Vec<Expression>, (usize, usize)), Wrong> {
    let rows = list.iter().map(|(_, size)| size.0).max().unwrap_or(0);
    let cols = list.iter().map(|(_, size)| size.1).max().unwrap_or(0);
    let one = |(e, (r, c)): Sized| {
        if (r != 1 && r != rows) || (c != 1 && c != cols) {
            let what = format!(
                "{r} x {c} does not fit to {rows} x {cols}, nor is it a row or column of that"
            );
            return Err(Wrong::new(at, what));
        }
        let e = if r == rows { e } else { e.repeated(rows, c) };
        Ok(if c == cols { e } else { e.repeated(rows, cols) })
    };
    let list: Result<_, Wrong> = list.into_iter().map(one).collect();
    Ok((list?, (rows, cols)))
}
