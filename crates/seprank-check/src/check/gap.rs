//! Gaps: a lower bound for attention above an upper bound for the Mixer.

use super::Options;
use super::count::Work;
use super::evidence::{self, Way};
use super::logarithm;
use super::problem::Problem;
use super::theorem::blocks::Blocks;
use super::verdict::{Finding, Kind};
use crate::certificate::{Architecture, Decimal, GapClaim, RankClaim, Relation, Scope, Value};
use std::fmt::Display;

/// Both bounds hold, they are about one problem size, and the lower one is larger.
pub(super) fn check(gap: &GapClaim, work: &Work, options: Options) -> Result<Way, Finding> {
    sides(gap)?;
    let lower = evidence::check(&gap.lower, "claim.gap.lower", work, options)?;
    let upper = evidence::check(&gap.upper, "claim.gap.upper", work, options)?;
    order(&gap.lower.value, &gap.upper.value)?;
    Ok(lower.max(upper))
}

fn sides(GapClaim { lower, upper }: &GapClaim) -> Result<(), Finding> {
    let same = |field: &str, lower: &dyn Display, upper: &dyn Display| {
        if lower.to_string() == upper.to_string() {
            return Ok(());
        }
        let place = format_args!("claim.gap.upper.{field}").to_string();
        Err(Finding::new(Kind::GapSides, place, format_args!("{lower}, as in lower"), upper))
    };
    let relation = |claim: &RankClaim, half: &str, wanted: Relation| {
        if claim.relation == wanted && claim.scope == Scope::Generic {
            return Ok(());
        }
        let expected = format_args!("generic, {wanted:?}").to_string();
        let got = format_args!("{:?}, {:?}", claim.scope, claim.relation).to_string();
        Err(Finding::new(Kind::GapSides, format_args!("claim.gap.{half}"), expected, got))
    };
    relation(lower, "lower", Relation::AtLeast)?;
    relation(upper, "upper", Relation::AtMost)?;
    let attention = match &lower.problem.architecture {
        Architecture::Attention(a) => Some((a.depth, a.width)),
        Architecture::Layers(_) => {
            let problem = Problem::new(&lower.problem, "claim.gap.lower")?;
            Blocks::of(&problem).map(|form| (form.depth, problem.width))
        }
        Architecture::Mixer(_) => None,
    };
    let (Some((depth, width)), Architecture::Mixer(m)) = (attention, &upper.problem.architecture)
    else {
        let expected =
            "attention, or blocks of it and a channel mixing, in lower and a Mixer in upper";
        return Err(Finding::new(Kind::GapSides, "claim.gap", expected, "otherwise"));
    };
    same("problem.depth", &depth, &m.depth)?;
    same("problem.width", &width, &m.width)?;
    same("problem.tokens", &lower.problem.tokens, &upper.problem.tokens)?;
    if lower.problem.left != upper.problem.left {
        let place = "claim.gap.upper.problem.left";
        return Err(Finding::new(Kind::GapSides, place, "the partition of lower", "another"));
    }
    Ok(())
}

fn order(lower: &Value, upper: &Value) -> Result<(), Finding> {
    let above = match (lower, upper) {
        (Value::Exact(lower), Value::Exact(upper)) => Some(lower.0 > upper.0),
        _ => ends(lower).zip(ends(upper)).and_then(|(l, u)| logarithm::less(&u.1, &l.0)),
    };
    match above {
        Some(true) => Ok(()),
        _ => {
            let expected = format!("more than {upper}");
            Err(Finding::new(Kind::GapOrder, "claim.gap.lower.value", expected, lower))
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
            assert_eq!(order(&exact(l), &exact(u)).is_ok(), l > u, "{l} {u}");
        }
        for n in 1..200u64 {
            // 1.9 < log10(80) < 1.91.
            assert_eq!(order(&exact(n), &between("1.9", "1.91")).is_ok(), n >= 82, "{n}");
            assert_eq!(order(&between("1.9", "1.91"), &exact(n)).is_ok(), n <= 79, "{n}");
        }
        assert!(order(&between("1.5", "2"), &between("1", "1.4")).is_ok());
        assert!(order(&between("1.5", "2"), &between("1", "1.5")).is_err());
        assert!(order(&between("1.5", "2"), &between("1", "1.50000001")).is_err());
    }
}
