//! An answer in words.

use super::answer::{Basis, BoundValue, RankAnswer, Scope, Status};
use crate::bounds::Side;
use crate::network::describe;
use std::fmt;

impl Status {
    /// `"exact"` or `"lower"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Lower => "lower",
        }
    }

    /// `"="` or `">="`.
    pub fn relation(self) -> &'static str {
        match self {
            Self::Exact => "=",
            Self::Lower => ">=",
        }
    }
}

/// Of longer numbers the first and last digits are shown.
const SHOWN: usize = 60;

/// The value of a bound for reading, in full if told so: its digits, or a power of ten around it.
pub(super) struct Digits<'a>(pub(super) &'a BoundValue, pub(super) bool);

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = &self.0.value else {
            return match &self.0.log {
                Some(log) => write!(f, "10^{}", log.log10_ends()),
                None => f.write_str("0"),
            };
        };
        let text = value.to_string();
        if self.1 || text.len() <= SHOWN {
            return f.write_str(&text);
        }
        let (first, last) = (&text[..SHOWN / 3], &text[text.len() - SHOWN / 3..]);
        write!(f, "{first}...{last} ({} digits)", text.len())
    }
}

/// A line for each; no line end at the end.
pub(super) fn list_bounds(bounds: &[BoundValue], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bounds.iter().try_for_each(|bound| match f.alternate() {
        true => write!(f, "\n  {bound:#}"),
        false => write!(f, "\n  {bound}"),
    })
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generic => {
                "generic separation rank: the maximum over all weights, taken by almost all"
            }
            Self::Weights => "the network with these weights, all inputs",
            Self::ProofInputs => "the network with these weights, on the inputs of the proof",
        })
    }
}

impl fmt::Display for BoundValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relation = if self.side == Side::Lower { ">=" } else { "<=" };
        write!(f, "{relation} {}  {}", Digits(self, f.alternate()), self.id)
    }
}

impl RankAnswer {
    /// What the rank rests on, in words.
    pub fn reason(&self) -> String {
        let minor = match self.rank {
            0 => format!("no minor of any order modulo {}", self.prime),
            _ => format!("a non-zero minor modulo {}", self.prime),
        };
        let of = match self.scope {
            Scope::Generic => "the generic rank",
            _ => "the rank of these weights",
        };
        match &self.basis {
            Basis::Theorem(id) => format!("{minor}, met by the upper bound {id}"),
            Basis::ProofFamily(kind) => {
                format!("{minor}, met by the formula for the inputs of the {} proof", kind.name())
            }
            Basis::Factorisation => {
                format!("{minor}, met by a factorisation of the coefficient matrix over Q")
            }
            Basis::Chance(Some(0.0)) => {
                format!("{minor}; {of} modulo the prime is this, over Q it may be larger")
            }
            Basis::Chance(Some(p)) => {
                let times = match self.draws {
                    1 => String::new(),
                    n => format!(" over {n} draws"),
                };
                format!(
                    "{minor}; {of} modulo the prime is larger with chance at most {p:.1e}{times} (Schwartz-Zippel)"
                )
            }
            Basis::Chance(None) => format!("{minor}; {of} may be larger"),
        }
    }
}

/// The best that is proved, what it is of, what it rests on, and a line for each bound; no line end at the end.
/// Long numbers are written out by `{:#}`.
impl fmt::Display for RankAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let route = self.evidence.route().name();
        let computed = format!("{} {}", self.status.relation(), self.rank);
        match self.by_theorem() {
            None => {
                writeln!(f, "separation rank {computed}  ({}, by {route})", self.status.name())?;
                writeln!(f, "  of: {}\n  network: {}", self.scope, describe(&self.problem))?;
                write!(f, "  by: {}", self.reason())?;
            }
            Some(better) => {
                let (status, rank) = (better.status(), Digits(&better.lower, f.alternate()));
                let relation = status.relation();
                writeln!(f, "separation rank {relation} {rank}  ({}, by theorem)", status.name())?;
                writeln!(f, "  of: {}\n  network: {}", self.scope, describe(&self.problem))?;
                writeln!(f, "  by: {}", better.reason())?;
                write!(f, "  computed: {computed}, by {route}: {}", self.reason())?;
            }
        }
        if let Some(limit) = self.limit {
            write!(f, "\n  ended by: {limit}")?;
        }
        list_bounds(&self.bounds, f)
    }
}
