//! Evidence by blocks: minors of the Hankel blocks of a function of a sum (docs/theory.md, 1.6 and 1.8).

use super::function::SumFunction;
use super::{Check, Way};
use crate::certificate::{Block, Blocks, Lower, RankClaim};
use crate::check::challenge;
use crate::check::matrix::{Matrix, index, rank};
use crate::check::monomials::Multiples;
use crate::check::problem::within_limit;
use crate::check::ring::Residues;
use crate::check::verdict::{Finding, Kind};
use num_traits::ToPrimitive;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The order of a minor that is eliminated is at most this.
const MAX_ELIMINATED: u64 = 8192;
/// All minors together ask for no more multiplications.
const MAX_OPERATIONS: u64 = 1 << 42;

const PLACE: &str = "lower.blocks";

impl Check<'_> {
    pub(super) fn blocks(&self, evidence: &Blocks) -> Result<Way, Finding> {
        let ring = self.field(&evidence.prime, "lower.blocks.prime")?;
        if ring.modulus() >> 31 != 0 {
            return Err(self.finding(
                Kind::Prime,
                "lower.blocks.prime",
                "a prime below 2^31",
                ring.modulus(),
            ));
        }
        self.orders(evidence)?;
        let function = self.sum_function(&ring, PLACE)?;
        let classes = self.classes(&function, &evidence.signs)?;
        let digest = evidence.blocks.iter().any(|b| b.solutions.is_some()).then(|| {
            let lower = Some(Lower::Blocks(evidence.unanswered()));
            challenge::digest(&RankClaim { lower, ..self.claim.clone() })
        });
        let mut seen = BTreeSet::new();
        let mut way = Way::Whole;
        let mut left = MAX_OPERATIONS;
        for (number, block) in evidence.blocks.iter().enumerate() {
            let place = format!("{PLACE}.blocks[{number}]");
            let class = self.class(&function, &classes, block, &place)?;
            if !seen.insert((block.degree, class)) {
                let expected = "one minor for each degree and class of signs";
                return Err(self.finding(Kind::Block, &place, expected, "another one of the same"));
            }
            let minor = Minor::new(&function, block);
            let (solutions, answers) = match &block.solutions {
                Some(solutions) if !self.eliminate => (solutions.len() as u64, Some(solutions)),
                _ => (0, None),
            };
            let cost = minor.cost(answers.map(|_| solutions));
            within_limit(&self.at(&place), "multiplications in all", left, cost)?;
            left -= cost;
            match (answers, &digest) {
                (Some(answers), Some(digest)) => {
                    let answers: Vec<&[u32]> = answers.iter().map(|x| &x.0[..]).collect();
                    self.answered(&ring, &minor, number, &answers, digest, &place)?;
                    way = Way::Challenge;
                }
                _ => {
                    within_limit(
                        &self.at(&place),
                        "rows, to be eliminated",
                        MAX_ELIMINATED,
                        minor.order(),
                    )?;
                    let found = rank(&ring, minor.matrix());
                    if (found as u64) < minor.order() {
                        let expected =
                            format_args!("rank {} modulo {}", minor.order(), ring.modulus());
                        return Err(self.finding(Kind::Minor, &place, expected, found));
                    }
                }
            }
        }
        Ok(way)
    }

    /// The minors are square, and their orders add up to the value claimed.
    fn orders(&self, evidence: &Blocks) -> Result<(), Finding> {
        let value = self.value()?;
        let mut sum = 0u64;
        for (number, block) in evidence.blocks.iter().enumerate() {
            let (rows, cols) = (block.rows.0.len(), block.cols.0.len());
            if rows != cols {
                let place = format!("{PLACE}.blocks[{number}].cols");
                return Err(self.finding(
                    Kind::MinorSize,
                    &place,
                    format_args!("{rows} columns"),
                    cols,
                ));
            }
            sum += rows as u64; // a file is at most 64 MiB
        }
        let kind = match sum.cmp(&value.to_u64().unwrap_or(u64::MAX)) {
            Ordering::Less => Kind::MissingRows,
            Ordering::Equal => return Ok(()),
            Ordering::Greater => Kind::MinorSize,
        };
        Err(self.finding(kind, PLACE, format_args!("{value} rows in all"), sum))
    }

    /// The class of every variable and of every component, if f is odd or even under the signs.
    fn classes(&self, function: &SumFunction, signs: &[u64]) -> Result<Classes, Finding> {
        let place = format!("{PLACE}.signs");
        self.length(&place, self.problem.width, signs.len())?;
        let of = |channels: &[usize]| channels.iter().fold(0, |sum, c| sum ^ signs[*c]);
        let variables: Vec<u64> = function.channels.iter().map(|c| of(c)).collect();
        let mut components: Vec<u64> = function.component_channels.iter().map(|c| of(c)).collect();
        let mut total = None;
        let mut other = false;
        let mut rows = function.scaled.chunks_exact(function.components);
        function.monomials.each(function.monomials.degree, |tuple| {
            let gamma = tuple.iter().fold(0, |sum, v| sum ^ variables[*v]);
            for (c, k) in rows.next().unwrap_or_default().iter().zip(&components) {
                other |= *c != 0 && *total.get_or_insert(gamma ^ k) != gamma ^ k;
            }
        });
        if other {
            let expected = "signs of channels under which the function is odd or even";
            return Err(self.finding(Kind::Block, &place, expected, "otherwise"));
        }
        let total = total.unwrap_or(0);
        components.iter_mut().for_each(|k| *k ^= total);
        Ok(Classes { variables, components })
    }

    /// The one class of the rows and columns of a minor.
    fn class(
        &self,
        function: &SumFunction,
        classes: &Classes,
        block: &Block,
        place: &str,
    ) -> Result<u64, Finding> {
        let most = function.monomials.degree;
        let degree = index(block.degree);
        if degree > most {
            let expected = format_args!("0..={most}");
            return Err(self.finding(
                Kind::Block,
                &format!("{place}.degree"),
                expected,
                block.degree,
            ));
        }
        let rows = function.monomials.count(most - degree) * function.components;
        let sides = [
            ("rows", &block.rows.0, rows),
            ("cols", &block.cols.0, function.monomials.count(degree)),
        ];
        for (side, numbers, count) in sides {
            if let Some(number) = numbers.iter().find(|n| **n as usize >= count) {
                let place = format!("{place}.{side}");
                return Err(self.finding(
                    Kind::Block,
                    &place,
                    format_args!("numbers below {count}"),
                    number,
                ));
            }
        }
        let label = |k: usize| classes.of_degree(function, k);
        let (of_rows, of_cols) = (label(most - degree), label(degree));
        let components = function.components;
        let row = |n: &u32| {
            of_rows[*n as usize / components] ^ classes.components[*n as usize % components]
        };
        let mut found =
            block.rows.0.iter().map(row).chain(block.cols.0.iter().map(|n| of_cols[*n as usize]));
        let first = found.next().unwrap_or(0);
        if found.all(|class| class == first) {
            return Ok(first);
        }
        Err(self.finding(Kind::Block, place, "rows and columns of one class of signs", "several"))
    }

    /// The minor takes the solutions to the right-hand sides of the challenge.
    fn answered(
        &self,
        ring: &Residues,
        minor: &Minor,
        number: usize,
        solutions: &[&[u32]],
        digest: &[u8; 32],
        place: &str,
    ) -> Result<(), Finding> {
        let (p, order) = (ring.modulus(), index(minor.order()));
        let place = format!("{place}.solutions");
        let count = challenge::count(p);
        if solutions.len() != count {
            let expected = format_args!("{count}, so that {p}^{count} >= 2^128");
            return Err(self.finding(Kind::Challenge, &place, expected, solutions.len()));
        }
        for (i, x) in solutions.iter().enumerate() {
            let place = format!("{place}[{i}]");
            if x.len() != order {
                return Err(self.finding(
                    Kind::Challenge,
                    &place,
                    format_args!("{order} residues"),
                    x.len(),
                ));
            }
            if let Some(x) = x.iter().find(|x| u64::from(**x) >= p) {
                return Err(self.finding(
                    Kind::Residue,
                    &place,
                    format_args!("residues below {p}"),
                    x,
                ));
            }
        }
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let expected: Vec<Vec<u32>> = (0..count as u32)
            .map(|i| challenge::right_hand_side(digest, number, i, order, p))
            .collect();
        match minor.first_difference(ring, solutions, &expected) {
            None => Ok(()),
            Some((i, row)) => {
                let expected = format_args!("the minor times it is the challenge in row {row}");
                Err(self.finding(
                    Kind::Challenge,
                    &format!("{place}[{i}]"),
                    expected,
                    "another residue",
                ))
            }
        }
    }
}

/// The classes of signs of variables and of components, that of the function among the latter.
struct Classes {
    variables: Vec<u64>,
    components: Vec<u64>,
}

impl Classes {
    /// Of every monomial of degree k.
    fn of_degree(&self, function: &SumFunction, k: usize) -> Vec<u64> {
        let mut list = Vec::with_capacity(function.monomials.count(k));
        function
            .monomials
            .each(k, |t| list.push(t.iter().fold(0, |sum, v| sum ^ self.variables[*v])));
        list
    }
}

/// A minor, its entries read off the function.
struct Minor<'a> {
    function: &'a SumFunction,
    block: &'a Block,
    columns: Multiples,
}

impl<'a> Minor<'a> {
    fn new(function: &'a SumFunction, block: &'a Block) -> Self {
        let columns = Multiples::new(&function.monomials, index(block.degree), &block.cols.0);
        Self { function, block, columns }
    }

    fn order(&self) -> u64 {
        self.block.rows.0.len() as u64
    }

    /// Multiplications, and look-ups: of the elimination, or of so many products by a vector.
    fn cost(&self, vectors: Option<u64>) -> u64 {
        let n = self.order();
        let each = vectors.map_or(n * n / 3, |k| k.saturating_mul(n));
        n.saturating_mul(each.saturating_add(self.columns.steps()))
    }

    /// Calls `f` with each row.
    fn each_row(&self, mut f: impl FnMut(usize, &[u32])) {
        let Self { function, block, .. } = self;
        let (monomials, components) = (&function.monomials, function.components);
        let degree = monomials.degree - index(block.degree);
        let mut spare = Default::default();
        let (mut alpha, mut places) = (usize::MAX, Vec::new());
        let mut entries = Vec::new();
        for (number, row) in block.rows.0.iter().map(|n| *n as usize).enumerate() {
            if row / components != alpha {
                alpha = row / components;
                places.clear();
                places.extend(self.columns.of(monomials, degree, alpha, &mut spare));
            }
            entries.clear();
            entries.extend(
                places.iter().map(|gamma| function.scaled[gamma * components + row % components]),
            );
            f(number, &entries);
        }
    }

    fn matrix(&self) -> Matrix<u64> {
        let mut entries = Vec::new();
        self.each_row(|_, row| entries.extend(row.iter().map(|x| u64::from(*x))));
        Matrix::new(index(self.order()), index(self.order()), entries)
    }

    /// The vector and the row where `minor * vector` is not what is expected.
    fn first_difference(
        &self,
        ring: &Residues,
        vectors: &[&[u32]],
        expected: &[Vec<u32>],
    ) -> Option<(usize, usize)> {
        let mut found = None;
        self.each_row(|number, row| {
            for (i, vector) in vectors.iter().enumerate() {
                if found.is_none() && dot(ring, row, vector) != u64::from(expected[i][number]) {
                    found = Some((i, number));
                }
            }
        });
        found
    }
}

/// `sum_j a_j b_j` of residues below 2^31: a product and half of all words fit a word.
fn dot(ring: &Residues, a: &[u32], b: &[u32]) -> u64 {
    let sum = a.iter().zip(b).fold(0u64, |sum, (x, y)| {
        let sum = if sum >> 63 == 0 { sum } else { sum % ring.modulus() };
        sum + u64::from(*x) * u64::from(*y)
    });
    sum % ring.modulus()
}
