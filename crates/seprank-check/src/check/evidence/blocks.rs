//! Evidence by blocks: minors of the Hankel blocks of a function of a sum (docs/theory.md, 1.6 and 1.7).

use super::function::SumFunction;
use super::lines::Lines;
use super::{Check, Way};
use crate::certificate::{Block, Blocks, Challenge, Text, Words};
use crate::check::matrix::{MAX_ELIMINATED, Matrix, elimination, index, rank};
use crate::check::monomials::Multiples;
use crate::check::problem::{MAX_OPERATIONS, within_limit};
use crate::check::progress::{advance, expect};
use crate::check::ring::{Residues, Ring};
use crate::check::verdict::{Finding, Kind};
use num_traits::ToPrimitive;
use std::cmp::Ordering;
use std::collections::BTreeSet;

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
        evidence.blocks.iter().for_each(|block| expect(self.steps(block)));
        let mut seen = BTreeSet::new();
        let mut way = Way::Whole;
        let mut left = MAX_OPERATIONS;
        for (number, block) in evidence.blocks.iter().enumerate() {
            let place = format!("{PLACE}.blocks[{number}]");
            let minor = self.minor(&ring, &function, block, &place)?;
            let class = self.class(&classes, &minor, &place)?;
            if !seen.insert((block.degree, class)) {
                let expected = "one minor for each degree and class of signs";
                return Err(self.finding(Kind::Block, &place, expected, "another one of the same"));
            }
            let fits = minor.order() <= MAX_ELIMINATED && minor.elimination() <= left;
            let answers = block.solutions.as_ref().filter(|_| !(self.options.eliminate && fits));
            let cost = match answers {
                Some(answers) => minor.products(answers.len() as u64),
                None => minor.elimination(),
            };
            within_limit(&self.at(&place), "multiplications in all", left, cost)?;
            left -= cost;
            if let Some(answers) = answers {
                self.answered(&ring, &minor, answers, &place)?;
                way = Way::Challenge;
                continue;
            }
            let limited = "rows, to be eliminated";
            within_limit(&self.at(&place), limited, MAX_ELIMINATED, minor.order())?;
            let found = rank(&ring, minor.matrix(&ring));
            if (found as u64) < minor.order() {
                let expected = format_args!("rank {} modulo {}", minor.order(), ring.modulus());
                return Err(self.finding(Kind::Minor, &place, expected, found));
            }
        }
        Ok(way)
    }

    /// Steps for a minor, as far as it is not too large to be eliminated where that is asked for.
    fn steps(&self, block: &Block) -> u64 {
        let order = block.rows.0.len();
        match block.solutions.as_ref().filter(|_| !self.options.eliminate) {
            Some(solutions) => {
                (solutions.len() as u64).saturating_mul(order as u64).saturating_mul(order as u64)
            }
            None => elimination(order, order),
        }
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
            sum += rows as u64; // a file is at most 96 MiB
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

    /// The minor, if its degree and its rows and columns are there.
    fn minor<'a>(
        &self,
        ring: &Residues,
        function: &'a SumFunction,
        block: &'a Block,
        place: &str,
    ) -> Result<Minor<'a>, Finding> {
        let most = function.monomials.degree;
        let degree = index(block.degree);
        if degree > most {
            let place = format!("{place}.degree");
            return Err(self.finding(Kind::Block, &place, format_args!("0..={most}"), degree));
        }
        let rows = (0, most - degree, Some(function.components), &block.rows.0, "rows");
        let cols = (1, degree, None, &block.cols.0, "cols");
        let lines =
            |(side, k, components, numbers, name): (usize, _, Option<usize>, &Vec<_>, _)| {
                let token = function.token[side].as_ref();
                let count = match token {
                    Some(token) => token.count(2 * k + usize::from(side == 0)),
                    None => function.monomials.count(k) * components.unwrap_or(1),
                };
                if let Some(number) = numbers.iter().find(|n| **n as usize >= count) {
                    let (place, expected) =
                        (format!("{place}.{name}"), format!("numbers below {count}"));
                    return Err(self.finding(Kind::Block, &place, expected, number));
                }
                Ok(match token {
                    Some(token) => Lines::of_token(ring, function, token, k, components, numbers),
                    None => Lines::single(numbers),
                })
            };
        Ok(Minor::new(function, block, lines(rows)?, lines(cols)?))
    }

    /// The one class of the rows and columns of a minor.
    fn class(&self, classes: &Classes, minor: &Minor, place: &str) -> Result<u64, Finding> {
        let found = classes.of(minor);
        let first = found.first().copied().unwrap_or(0);
        if found.iter().all(|class| *class == first) {
            return Ok(first);
        }
        Err(self.finding(Kind::Block, place, "rows and columns of one class of signs", "several"))
    }

    /// The minor takes the solutions to the right-hand sides of its challenge.
    fn answered(
        &self,
        ring: &Residues,
        minor: &Minor,
        solutions: &[Words],
        place: &str,
    ) -> Result<(), Finding> {
        let (p, order) = (ring.modulus(), index(minor.order()));
        let place = format!("{place}.solutions");
        let count = Challenge::count(p);
        if solutions.len() != count {
            let expected = format_args!("{count}, so that {p}^{count} >= 2^128");
            return Err(self.finding(Kind::Challenge, &place, expected, solutions.len()));
        }
        for (i, Words(x)) in solutions.iter().enumerate() {
            let place = format!("{place}[{i}]");
            if x.len() != order {
                let expected = format_args!("{order} residues");
                return Err(self.finding(Kind::Challenge, &place, expected, x.len()));
            }
            if let Some(x) = x.iter().find(|x| u64::from(**x) >= p) {
                let expected = format_args!("residues below {p}");
                return Err(self.finding(Kind::Residue, &place, expected, x));
            }
        }
        let missing = || self.finding(Kind::MissingWeights, "weights", "weights", "null");
        let weights = self.claim.weights.as_ref().ok_or_else(missing)?;
        let prime = Text(ring.modulus());
        let challenge = minor.block.challenge(&self.claim.problem, weights, &prime);
        match minor.first_difference(ring, solutions, &challenge.sides(order)) {
            None => Ok(()),
            Some((i, row)) => {
                let expected =
                    format_args!("the minor times it is the challenge in row {row} of the minor");
                let place = format!("{place}[{i}]");
                Err(self.finding(Kind::Challenge, &place, expected, "another residue"))
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
    /// Of each row, then of each column. All members of a line have one class.
    fn of(&self, minor: &Minor) -> Vec<u64> {
        let Minor { function, block, rows, cols, .. } = minor;
        let (components, monomials) = (function.components, &function.monomials);
        let degree = index(block.degree);
        let class = |k: usize, m: usize| {
            monomials.variables(k, m as u32).fold(0, |sum, v| sum ^ self.variables[v])
        };
        let firsts = |lines: &Lines| -> Vec<usize> {
            lines.each().filter_map(|mut line| Some(line.next()?.0 as usize)).collect()
        };
        let row = |n: usize| {
            class(monomials.degree - degree, n / components) ^ self.components[n % components]
        };
        let rows = firsts(rows).into_iter().map(row);
        rows.chain(firsts(cols).into_iter().map(|n| class(degree, n))).collect()
    }
}

/// A minor, its entries read off the function.
struct Minor<'a> {
    function: &'a SumFunction,
    block: &'a Block,
    rows: Lines,
    cols: Lines,
    multiples: Multiples,
}

impl<'a> Minor<'a> {
    fn new(function: &'a SumFunction, block: &'a Block, rows: Lines, cols: Lines) -> Self {
        let degree = index(block.degree);
        let multiples = Multiples::new(&function.monomials, degree, cols.members());
        Self { function, block, rows, cols, multiples }
    }

    fn order(&self) -> u64 {
        self.block.rows.0.len() as u64
    }

    /// Multiplications, and look-ups, of the elimination.
    fn elimination(&self) -> u64 {
        let n = self.order();
        (n.saturating_mul(n) / 3).saturating_mul(n).saturating_add(self.reading())
    }

    /// The same of the products by so many vectors.
    fn products(&self, vectors: u64) -> u64 {
        let n = self.order();
        vectors.saturating_mul(n).saturating_mul(n).saturating_add(self.reading())
    }

    /// The same of reading its entries.
    fn reading(&self) -> u64 {
        (self.rows.members().len() as u64).saturating_mul(self.multiples.steps())
    }

    /// Calls `f` with each row.
    fn each_row(&self, ring: &Residues, mut f: impl FnMut(usize, &[u32])) {
        let Self { function, block, rows, cols, .. } = self;
        let (monomials, components) = (&function.monomials, function.components);
        let degree = monomials.degree - index(block.degree);
        let single = rows.are_single() && cols.are_single();
        // Of each member of a column: which column, and the weight.
        let of_cols: Vec<(usize, u64)> = cols
            .each()
            .enumerate()
            .flat_map(|(j, line)| line.map(move |(_, weight)| (j, weight)))
            .collect();
        let mut spare = Default::default();
        let (mut alpha, mut places) = (usize::MAX, Vec::new());
        let mut entries = vec![0u32; index(self.order())];
        for (number, row) in rows.each().enumerate() {
            entries.fill(0);
            for (member, weight) in row {
                let (of_alpha, k) = (member as usize / components, member as usize % components);
                if of_alpha != alpha {
                    alpha = of_alpha;
                    places.clear();
                    places.extend(self.multiples.of(monomials, degree, alpha, &mut spare));
                }
                let values = places.iter().map(|gamma| function.scaled[gamma * components + k]);
                if single {
                    entries.iter_mut().zip(values).for_each(|(entry, value)| *entry = value);
                    continue;
                }
                for ((j, of_col), value) in of_cols.iter().zip(values) {
                    let term = ring.multiply(&ring.multiply(&weight, of_col), &value.into());
                    entries[*j] = ring.add(&entries[*j].into(), &term) as u32;
                }
            }
            f(number, &entries);
        }
    }

    fn matrix(&self, ring: &Residues) -> Matrix<u64> {
        let mut entries = Vec::new();
        self.each_row(ring, |_, row| entries.extend(row.iter().map(|x| u64::from(*x))));
        Matrix::new(index(self.order()), index(self.order()), entries)
    }

    /// The vector and the row where `minor * vector` is not what is expected.
    fn first_difference(
        &self,
        ring: &Residues,
        vectors: &[Words],
        expected: &[Vec<u64>],
    ) -> Option<(usize, usize)> {
        let mut found = None;
        self.each_row(ring, |number, row| {
            advance((vectors.len() * row.len()) as u64);
            for (i, vector) in vectors.iter().enumerate() {
                if found.is_none() && dot(ring, row, &vector.0) != expected[i][number] {
                    found = Some((i, number));
                }
            }
        });
        found
    }
}

/// `sum_j a_j b_j` of residues below 2^31, reduced before a sum can pass a word.
fn dot(ring: &Residues, a: &[u32], b: &[u32]) -> u64 {
    let p = ring.modulus();
    let terms = (u64::MAX - p) / ((p - 1) * (p - 1));
    let length = index(terms).max(1);
    a.chunks(length).zip(b.chunks(length)).fold(0, |sum, (a, b)| {
        let products = a.iter().zip(b).map(|(x, y)| u64::from(*x) * u64::from(*y));
        (sum + products.sum::<u64>()) % p
    })
}
