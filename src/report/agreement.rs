//! Whether the words of a run and the certificates of a case belong together.
//!
//! Words are compared as far as they state a rank: `>= 8`, `= 8`, `<= 8`, and what was found as `8 ..`, `>= 8` or
//! `attention 8, mixer 6`; and of a gap, which way it goes. Anything else in them is shown as the run's words.

use super::CaseResult;
use super::certificates::Judged;
use crate::certificate::{Claim, RankClaim, Relation, Value};
use crate::claims::Verdict;
use rug::Integer;

/// What speaks against the case: a certificate with another claim than the run noted, or a statement in its words
/// that these certificates contradict or do not show. Valid if nothing does, and of a case without certificates.
pub(super) fn of(case: &CaseResult, certificates: &[&Judged]) -> Verdict {
    let claims: Vec<&Claim> = certificates.iter().filter_map(|j| j.claim.as_ref()).collect();
    let noted = case.certificates.values().map(|cited| &cited.claim);
    let stated = certificates.iter().map(|judged| &judged.account.summary.claim);
    let wrong = if noted.ne(stated) {
        Some("a certificate claims something else than the results say of it".into())
    } else if certificates.is_empty() || case.verdict != Verdict::Valid {
        // What the run did not call valid it does not claim.
        None
    } else {
        wrong_words(case, &claims)
    };
    wrong.map_or(Verdict::Valid, Verdict::Invalid)
}

fn wrong_words(case: &CaseResult, claims: &[&Claim]) -> Option<String> {
    let halves = Halves::of(claims);
    let shown = |text: &String, fits: bool| {
        (!fits).then(|| format!("its certificates do not show {text:?}, which the results say"))
    };
    let claimed = shown(&case.claimed, halves.fit(&case.claimed));
    let found = || shown(&case.found, case.found.split(", ").all(|part| halves.fit_found(part)));
    let gap = || {
        [&case.claimed, &case.found]
            .into_iter()
            .find_map(|text| shown(text, fits_gap(text, claims)))
    };
    claimed.or_else(found).or_else(gap)
}

/// What certificates say of ranks: `None` of a value that is too large to write.
struct Halves {
    at_least: Vec<Option<Integer>>,
    at_most: Vec<Option<Integer>>,
}

impl Halves {
    fn of(claims: &[&Claim]) -> Self {
        let ranks = || claims.iter().flat_map(|claim| ranks(claim));
        let values = |other: Relation| {
            let of = ranks().filter(|claim| claim.relation != other);
            of.map(|claim| exact(&claim.value)).collect()
        };
        Self { at_least: values(Relation::AtMost), at_most: values(Relation::AtLeast) }
    }

    /// Whether `text` states no rank, or one that these show.
    fn fit(&self, text: &str) -> bool {
        let value = |prefix| text.strip_prefix(prefix).and_then(leading_number);
        let some = |list: &[Option<Integer>], test: &dyn Fn(&Integer) -> bool| {
            list.iter().any(|n| n.as_ref().is_none_or(test))
        };
        if let Some(stated) = value(">= ") {
            return some(&self.at_least, &|n| *n >= stated);
        }
        if let Some(stated) = value("= ").or_else(|| leading_number(text)) {
            return some(&self.at_least, &|n| *n == stated);
        }
        let Some(stated) = value("<= ") else { return true };
        !self.at_least.iter().flatten().any(|n| *n > stated)
            && (self.at_most.is_empty() || some(&self.at_most, &|n| *n <= stated))
    }

    /// The same of a part of what was found, behind the name of a network; `at most N` is the largest rank of those that
    /// were tried, which no certificate has.
    fn fit_found(&self, part: &str) -> bool {
        let named = ["attention ", "mixer "].iter().find_map(|name| part.strip_prefix(name));
        self.fit(named.unwrap_or(part))
    }
}

/// Whether a word for a gap, if `text` is one, is that of the certificates.
fn fits_gap(text: &str, claims: &[&Claim]) -> bool {
    let any = |test: fn(&Claim) -> bool| claims.iter().any(|claim| test(claim));
    match text {
        "gap" | "certified" => any(|c| matches!(c, Claim::Gap(_) | Claim::GapAcross(_))),
        "no gap: mixer above" | "refuted" => {
            any(|c| matches!(c, Claim::RefutedGap(_) | Claim::RefutedGapAcross(_)))
        }
        _ => true,
    }
}

/// The statements on one rank in a claim.
pub(super) fn ranks(claim: &Claim) -> Vec<&RankClaim> {
    match claim {
        Claim::Rank(claim) => vec![claim],
        Claim::Gap(gap)
        | Claim::RefutedGap(gap)
        | Claim::GapAcross(gap)
        | Claim::RefutedGapAcross(gap) => vec![&gap.lower, &gap.upper],
        Claim::Matrix(_) => Vec::new(),
    }
}

fn exact(value: &Value) -> Option<Integer> {
    match value {
        Value::Exact(value) => value.to_string().parse().ok(),
        Value::Log10(_) => None,
    }
}

/// The whole number at the start of `text`.
fn leading_number(text: &str) -> Option<Integer> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
