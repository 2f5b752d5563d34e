//! The evidence for either half of a claim.

use super::blocks::Blocks;
use super::types::{Monomial, Rational, Residue};
use serde::{Deserialize, Serialize};

/// Evidence for a lower bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lower {
    /// The theorem of that id.
    Theorem(String),
    /// A matrix of values, non-singular modulo a prime.
    Grid(Grid),
    /// A matrix of coefficients, non-singular modulo a prime.
    Coefficients(Coefficients),
    /// Matrices of the coefficients of a function of a sum, non-singular modulo a prime.
    Blocks(Blocks),
    /// A matrix of values at the weights in the file, non-singular over the real numbers.
    Enclosure(Enclosure),
}

/// The matrix `[f(left_s, right_t)]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// The prime p.
    pub prime: Residue,
    /// A row each: the entries of X on side A, positions in order, channels within them.
    pub left: Vec<Vec<Residue>>,
    /// A column each, on side B.
    pub right: Vec<Vec<Residue>>,
}

/// The matrix `[f(left_s, right_t)]` over the real numbers, its rows and columns in the order of elimination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enclosure {
    /// Numbers are computed to multiples of `2^-bits`.
    pub bits: u64,
    /// A row each: the entries of X on side A, positions in order, channels within them.
    pub left: Vec<Vec<Rational>>,
    /// A column each, on side B.
    pub right: Vec<Vec<Rational>>,
}

/// The matrix of the coefficients of `left_s * right_t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficients {
    /// The prime p.
    pub prime: Residue,
    /// A row each.
    pub left: Vec<Monomial>,
    /// A column each.
    pub right: Vec<Monomial>,
}

/// Evidence for an upper bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upper {
    /// The theorem of that id.
    Theorem(String),
    /// f as a sum of this many products.
    Separation(Vec<Product>),
}

/// The product `g(X_A) h(X_B)` of two polynomials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// g.
    pub left: Vec<Term>,
    /// h.
    pub right: Vec<Term>,
}

/// Coefficient and monomial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term(pub Rational, pub Monomial);
