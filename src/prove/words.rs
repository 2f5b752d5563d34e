//! An answer in words.

use super::answer::{Basis, BoundValue, RankAnswer, Scope, Status};
use crate::bounds::Side;
use std::fmt;

impl Status {
    /// `"exact"` or `"lower"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Lower => "lower",
        }
    }
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
        match &self.value {
            Some(value) => write!(f, "{relation} {value}  {}", self.id),
            None => write!(f, "{relation} (too large to write)  {}", self.id),
        }
    }
}

impl RankAnswer {
    /// What the rank rests on, in words.
    pub fn reason(&self) -> String {
        let minor = format!("a non-zero minor modulo {}", self.prime);
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
            Basis::Chance(Some(0.0)) => format!(
                "{minor}; {of} modulo the prime is this, and nothing is said from above over Q"
            ),
            Basis::Chance(Some(p)) => format!(
                "{minor}; {of} modulo the prime is larger with chance at most {p:.1e} (Schwartz-Zippel)"
            ),
            Basis::Chance(None) => format!("{minor}; nothing is said from above"),
        }
    }
}

/// The rank, what it is of, what it rests on, and a line for each bound; no line end at the end.
impl fmt::Display for RankAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relation = if self.status == Status::Exact { "=" } else { ">=" };
        let (status, route) = (self.status.name(), self.evidence.route().name());
        writeln!(f, "separation rank {relation} {}  ({status}, by {route})", self.rank)?;
        writeln!(f, "  of: {}", self.scope)?;
        write!(f, "  by: {}", self.reason())?;
        self.bounds.iter().try_for_each(|bound| write!(f, "\n  {bound}"))
    }
}
