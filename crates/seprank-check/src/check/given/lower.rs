//! A minor that is not zero modulo a prime.

use super::{Check, Over, finding, positions, prime};
use crate::certificate::{Challenge, MatrixMinor, Residues as Listed};
use crate::check::evidence::Way;
use crate::check::matrix::{MAX_ELIMINATED, elimination, rank};
use crate::check::problem::{MAX_OPERATIONS, within_limit};
use crate::check::progress::{advance, expect};
use crate::check::ring::Residues;
use crate::check::verdict::{Finding, Kind};
use std::cmp::Ordering;

impl Check<'_> {
    pub(super) fn minor(&self, minor: &MatrixMinor) -> Result<Way, Finding> {
        let p = prime(minor.prime.0, "lower.prime")?;
        if let Over::Modulo(q) = Over::new(&self.claim.over)?
            && p != q
        {
            let expected = format_args!("{q}, the prime of the claim");
            return Err(finding(Kind::Prime, "lower.prime", expected, p));
        }
        let rows = positions(&minor.rows, self.claim.matrix.rows, "lower.rows")?;
        let cols = positions(&minor.cols, self.claim.matrix.cols, "lower.cols")?;
        for (side, list) in [("rows", rows), ("cols", cols)] {
            let kind = match (list.len() as u64).cmp(&self.value) {
                Ordering::Less => Kind::MissingRows,
                Ordering::Equal => continue,
                Ordering::Greater => Kind::MinorSize,
            };
            return Err(finding(kind, &format!("lower.{side}"), self.value, list.len()));
        }
        let (ring, order) = (Residues::new(p), rows.len());
        let matrix = self.matrix.modulo(p);
        let Some(solutions) = minor.solutions.as_ref().filter(|_| !self.eliminate) else {
            within_limit(
                "claim.matrix.lower",
                "rows, to be eliminated",
                MAX_ELIMINATED,
                self.value,
            )?;
            expect(elimination(order, order));
            let found = rank(&ring, matrix.dense(Some((rows, cols))));
            if found == order {
                return Ok(Way::Whole);
            }
            let expected = format_args!("rank {order} modulo {p}");
            return Err(finding(Kind::Minor, "lower", expected, found));
        };
        let place = "lower.solutions";
        answers(solutions, Challenge::count(p), order, p, place)?;
        let cost = (matrix.count() as u64).saturating_mul(solutions.len() as u64);
        within_limit("claim.matrix.lower", "multiplications", MAX_OPERATIONS, cost)?;
        expect(cost);
        let sides = self.claim.challenges().minor(minor).sides(order);
        for (number, (solution, side)) in solutions.iter().zip(&sides).enumerate() {
            advance(matrix.count() as u64);
            // Zero in the columns outside the minor.
            let mut vector = vec![0; matrix.cols()];
            cols.iter().zip(&solution.0).for_each(|(j, x)| vector[*j as usize] = *x);
            let wrong = rows
                .iter()
                .zip(side)
                .position(|(i, y)| matrix.times(&ring, *i as usize, &vector) != *y);
            if let Some(row) = wrong {
                let expected = format_args!("the minor times it is the challenge in row {row}");
                return Err(finding(
                    Kind::Challenge,
                    &format!("{place}[{number}]"),
                    expected,
                    "another residue",
                ));
            }
        }
        Ok(Way::Challenge)
    }
}

/// There are so many answers, of so many residues below p each.
pub(super) fn answers(
    list: &[Listed],
    count: usize,
    length: usize,
    p: u64,
    place: &str,
) -> Result<(), Finding> {
    if list.len() != count {
        let expected = format_args!("{count}, for a chance below 2^-128");
        return Err(finding(Kind::Challenge, place, expected, list.len()));
    }
    list.iter()
        .enumerate()
        .try_for_each(|(i, answer)| one_answer(answer, length, p, &format!("{place}[{i}]")))
}

/// So many residues below p.
pub(super) fn one_answer(
    answer: &Listed,
    length: usize,
    p: u64,
    place: &str,
) -> Result<(), Finding> {
    if answer.0.len() != length {
        let expected = format_args!("{length} residues");
        return Err(finding(Kind::Challenge, place, expected, answer.0.len()));
    }
    match answer.0.iter().find(|x| **x >= p) {
        Some(x) => Err(finding(Kind::Residue, place, format_args!("residues below {p}"), x)),
        None => Ok(()),
    }
}
