//! Gaps: a lower bound for one network above an upper bound for another, one of them attention.

use super::Options;
use super::count::Work;
use super::evidence::{self, Way};
use super::logarithm;
use super::problem::Problem;
use super::theorem::blocks::Blocks;
use super::verdict::{Finding, Kind};
use crate::certificate::{Architecture, Decimal, GapClaim, RankClaim, Relation, Scope, Value};
use std::fmt::{Debug, Display};

/// Both bounds hold, they are about what the kind of claim compares, and the lower one is larger. The kind
/// has its name in the file, and says whether the gap is refuted, and whether sizes may differ.
pub(super) fn check(
    kind: &str,
    gap: &GapClaim,
    (refuted, across): (bool, bool),
    work: &Work,
    options: Options<'_>,
) -> Result<Way, Finding> {
    let sides = Sides { place: format!("claim.{kind}"), gap, refuted, across };
    sides.check()?;
    let lower = evidence::check(&gap.lower, &sides.at("lower"), work, options)?;
    let upper = evidence::check(&gap.upper, &sides.at("upper"), work, options)?;
    order(&sides.at("lower.value"), &gap.lower.value, &gap.upper.value)?;
    Ok(lower.max(upper))
}

/// The two halves of a gap, and what its kind asks of them.
struct Sides<'a> {
    /// Where the claim stands in the file.
    place: String,
    gap: &'a GapClaim,
    /// Whether attention's is the upper half.
    refuted: bool,
    /// Whether widths and depths may differ, and the other network be any.
    across: bool,
}

impl Sides<'_> {
    fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.place)
    }

    fn check(&self) -> Result<(), Finding> {
        let GapClaim { lower, upper } = self.gap;
        self.relation("lower", lower, Relation::AtLeast)?;
        self.relation("upper", upper, Relation::AtMost)?;
        self.networks()?;
        let (lower, upper) = (&lower.problem, &upper.problem);
        self.same("problem.tokens", lower.tokens, upper.tokens)?;
        if lower.left != upper.left {
            let place = self.at("upper.problem.left");
            return Err(Finding::new(Kind::GapSides, place, "the partition of lower", "another"));
        }
        let in_left = |problem: &crate::certificate::Problem| {
            if problem.left.contains(&problem.output.token) { "in left" } else { "not in left" }
        };
        self.same("problem.output.token", in_left(lower), in_left(upper))
    }

    fn relation(&self, half: &str, claim: &RankClaim, wanted: Relation) -> Result<(), Finding> {
        if claim.relation == wanted && claim.scope == Scope::Generic {
            return Ok(());
        }
        let expected = format_args!("generic, {wanted:?}").to_string();
        let got = format_args!("{:?}, {:?}", claim.scope, claim.relation).to_string();
        Err(Finding::new(Kind::GapSides, self.at(half), expected, got))
    }

    /// One network is attention, the other is none; at one size it is a Mixer of the same depth and width.
    fn networks(&self) -> Result<(), Finding> {
        let GapClaim { lower, upper } = self.gap;
        let (attention, other, half) =
            if self.refuted { (upper, lower, "upper") } else { (lower, upper, "lower") };
        let own = match &attention.problem.architecture {
            Architecture::Attention(a) => Some((a.depth, a.width)),
            Architecture::Layers(_) => {
                let problem = Problem::new(&attention.problem, &self.at(half))?;
                Blocks::of(&problem).map(|form| (form.depth, problem.width))
            }
            Architecture::Mixer(_) => None,
        };
        match (own, &other.problem.architecture, self.across) {
            (Some(_), Architecture::Mixer(_) | Architecture::Layers(_), true) => Ok(()),
            (Some((depth, width)), Architecture::Mixer(m), false) => {
                let sizes = [("problem.depth", depth, m.depth), ("problem.width", width, m.width)];
                let order = |own, other| if self.refuted { (other, own) } else { (own, other) };
                sizes.into_iter().try_for_each(|(field, own, other)| {
                    let (lower, upper) = order(own, other);
                    self.same(field, lower, upper)
                })
            }
            _ => {
                let other = if self.across { "another network" } else { "a Mixer" };
                let expected = format_args!(
                    "attention, or blocks of it and a channel mixing, in {half} and {other} in the other half"
                )
                .to_string();
                Err(Finding::new(Kind::GapSides, &self.place, expected, "otherwise"))
            }
        }
    }

    fn same<T: PartialEq + Display + Debug>(
        &self,
        field: &str,
        lower: T,
        upper: T,
    ) -> Result<(), Finding> {
        if lower == upper {
            return Ok(());
        }
        let place = self.at(&format!("upper.{field}"));
        Err(Finding::new(Kind::GapSides, place, format_args!("{lower}, as in lower"), upper))
    }
}

fn order(place: &str, lower: &Value, upper: &Value) -> Result<(), Finding> {
    let above = match (lower, upper) {
        (Value::Exact(lower), Value::Exact(upper)) => Some(lower.0 > upper.0),
        _ => ends(lower).zip(ends(upper)).and_then(|(l, u)| logarithm::less(&u.1, &l.0)),
    };
    match above {
        Some(true) => Ok(()),
        _ => {
            let expected = format!("more than {upper}");
            Err(Finding::new(Kind::GapOrder, place, expected, lower))
        }
    }
}

/// An enclosure of the logarithm.
fn ends(value: &Value) -> Option<(Decimal, Decimal)> {
    match value {
        Value::Exact(value) => logarithm::log10(&value.0.to_biguint()?),
        Value::Log10(log) => Some((log.low.0.clone(), log.high.0.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Log10, Text};

    fn exact(n: u64) -> Value {
        Value::Exact(Text(n.into()))
    }

    fn between(low: &str, high: &str) -> Value {
        Value::Log10(Log10 { low: Text(low.parse().unwrap()), high: Text(high.parse().unwrap()) })
    }

    #[test]
    fn only_a_larger_lower_bound_is_a_gap() {
        for (l, u) in (0..40u64).flat_map(|l| (0..40).map(move |u| (l, u))) {
            assert_eq!(order("here", &exact(l), &exact(u)).is_ok(), l > u, "{l} {u}");
        }
        for n in 1..200u64 {
            // 1.9 < log10(80) < 1.91.
            assert_eq!(order("here", &exact(n), &between("1.9", "1.91")).is_ok(), n >= 82, "{n}");
            assert_eq!(order("here", &between("1.9", "1.91"), &exact(n)).is_ok(), n <= 79, "{n}");
        }
        assert!(order("here", &between("1.5", "2"), &between("1", "1.4")).is_ok());
        assert!(order("here", &between("1.5", "2"), &between("1", "1.5")).is_err());
        assert!(order("here", &between("1.5", "2"), &between("1", "1.50000001")).is_err());
    }
}
