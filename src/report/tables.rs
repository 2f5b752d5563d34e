//! The tables of a report. In a browser with scripts they sort and filter; `data-value` is the number that a cell
//! shows in another form.

use super::account::rests_on;
use super::picture::{self, Gap};
use super::{CaseResult, ClaimResult, Report};
use crate::certificate::{Claim, Value};
use crate::claims::Verdict;
use maud::{Markup, html};

/// The verdict in its colour.
pub(super) fn badge(verdict: &Verdict) -> Markup {
    let (class, word) = match verdict {
        Verdict::Valid => ("badge valid", "Valid"),
        Verdict::Invalid(_) => ("badge invalid", "Invalid"),
        Verdict::Incomplete(_) => ("badge incomplete", "Incomplete"),
    };
    html! { span class=(class) { (word) } }
}

/// The verdict on a case; without certificates it is what the run said, and has no colour.
fn verdict(case: &CaseResult) -> Markup {
    let why = case.verdict.reason();
    html! {
        @if case.is_certified() { (badge(&case.verdict)) }
        @else { span.unchecked { "not checked here: as the run said, " (case.verdict.name()) } }
        @if !why.is_empty() { " " (why) }
    }
}

/// A table that scrolls by itself where it is too wide.
fn table(name: &str, headings: &[&str], rows: Markup) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(name) {
            table.sortable {
                caption { (name) }
                thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
                tbody { (rows) }
            }
        }
    }
}

/// What the checker says that a certificate claims, read from its file.
fn said(report: &Report, name: &str) -> Markup {
    let claim = report.certificates.get(name).map(|judged| judged.account.summary.claim.as_deref());
    html! { ": " (claim.flatten().unwrap_or("no certificate")) }
}

fn link(name: &str) -> Markup {
    html! { a href=(format!("#certificate-{name}")) { (name) } }
}

/// The cases of a claim.
pub(super) fn cases(report: &Report, claim: &ClaimResult) -> Markup {
    let timed = report.results.run.is_some();
    let mut headings = vec![
        "case",
        "claimed, in the run's words",
        "found, in the run's words",
        "verdict",
        "rests on",
        "certificates, and what the checker says each claims",
    ];
    headings.extend(timed.then_some("seconds"));
    let rows = html! {
        @for case in &claim.cases {
            @let judged = case.certificates.keys().filter_map(|name| report.certificates.get(name));
            tr {
                th scope="row" { (case.case) }
                td { (case.claimed) }
                td { (case.found) }
                td { (verdict(case)) }
                td.wide { (rests_on(judged)) }
                td.wide { @for name in case.certificates.keys() { p { (link(name)) (said(report, name)) } } }
                @if timed { td { @if let Some(seconds) = case.seconds { (format!("{seconds:.2}")) } } }
            }
        }
    };
    table(&format!("Cases of {}", claim.id), &headings, rows)
}

/// A number of a hundred digits and more by its logarithm.
fn value(value: &Value) -> String {
    match value {
        Value::Exact(digits) if digits.to_string().len() < 30 => digits.to_string(),
        Value::Exact(_) => {
            picture::log10(value).map_or_else(|| "0".into(), |log| format!("10^{log}"))
        }
        Value::Log10(log) => format!("10^[{}, {}]", log.low, log.high),
    }
}

/// A cell with a value, sorted by its logarithm.
fn value_cell(shown: &Value) -> Markup {
    html! { td data-value=[picture::log10(shown)] { (value(shown)) } }
}

/// Every certificate: what it is about, and the numbers of the first picture.
pub(super) fn certificates(report: &Report) -> Markup {
    let rows = html! {
        @for (name, judged) in &report.certificates {
            tr {
                th scope="row" { (link(name)) }
                td { (badge(&judged.verdict())) @if let Some(by) = judged.account.summary.by { " by " (by) } }
                @match &judged.claim {
                    Some(Claim::Rank(claim)) => {
                        td { (picture::depth(&claim.problem.architecture)) }
                        td { (claim.relation) }
                        (value_cell(&claim.value))
                    }
                    Some(Claim::Matrix(_)) | None => { td {} td {} td {} }
                    Some(_) => { td {} td { "a gap" } td {} }
                }
                td { (judged.account.bytes) }
            }
        }
    };
    let headings = ["certificate", "verdict", "depth", "rank", "value", "bytes"];
    table("All certificates", &headings, rows)
}

/// The numbers of the second picture.
pub(super) fn gaps(list: &[Gap]) -> Markup {
    let rows = html! {
        @for (i, gap) in list.iter().enumerate() {
            tr {
                td { (i + 1) }
                td { (gap.claim.lower.problem.architecture) }
                (value_cell(&gap.claim.lower.value))
                td { (gap.claim.upper.problem.architecture) }
                (value_cell(&gap.claim.upper.value))
                td { (link(gap.name)) }
            }
        }
    };
    let headings = ["number", "larger", "at least", "smaller", "at most", "certificate"];
    table("All gaps that are shown", &headings, rows)
}
