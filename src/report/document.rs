//! The page as a whole. Nothing is fetched, the only script is [`SCRIPT`], and without it everything can be read.

use super::account;
use super::picture::{self, Gap};
use super::tables::{self, badge};
use super::{ClaimResult, Report, bundle};
use crate::claims::Verdict;
use crate::files::Bytes;
use crate::plot::{Chart, PlotError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const SCRIPT: &str = include_str!("report.js");
const STYLE: &str = include_str!("report.css");

/// So many characters of packed certificates stand in a page; larger ones are left beside it.
const MAX_PACKED: usize = 32 << 20;

pub(super) fn html(report: &Report, page: bool) -> Result<String, PlotError> {
    let style = format!("{}{STYLE}", seprank_account::STYLE);
    let packed = if page { packed(report) } else { BTreeMap::new() };
    let title = "Separation ranks: what is claimed, and what was shown";
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(&style)) }
            }
            body {
                header { h1 { (title) } (summary(report)) }
                nav aria-label="Claims" { (contents(report)) }
                main {
                    (meaning())
                    @for claim in &report.results.claims { (of_claim(report, claim)) }
                    (numbers(report)?)
                    (certificates(report, page, &packed))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Ok(markup.into_string() + "\n")
}

/// No address may be asked, and no script or style runs but those of the page.
fn policy(style: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let (script, style) = (hash(SCRIPT), hash(style));
    format!(
        "default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
    )
}

/// Each certificate as a zip of one file, in base64, as long as there is room: so the page of the checker takes it.
fn packed(report: &Report) -> BTreeMap<&str, String> {
    let mut left = MAX_PACKED;
    let pack = |(name, judged): (&'_ String, &'_ super::Judged)| {
        bundle::zip([(format!("{name}.json"), &judged.bytes[..])]).map(|zip| STANDARD.encode(zip))
    };
    let fits = |text: String| {
        let room = left.checked_sub(text.len());
        left = room.unwrap_or(left);
        room.map(|_| text)
    };
    let mut fits = fits;
    let all = report.certificates.iter();
    all.filter_map(|entry| Some((&entry.0[..], fits(pack(entry).ok()?)?))).collect()
}

fn summary(report: &Report) -> Markup {
    let results = &report.results;
    let verdict = report.verdict();
    let sum = |[checked, said]: [(usize, usize); 2], [more, also]: [(usize, usize); 2]| {
        [(checked.0 + more.0, checked.1 + more.1), (said.0 + also.0, said.1 + also.1)]
    };
    let all = results.claims.iter().map(ClaimResult::tally).fold(Default::default(), sum);
    html! {
        p { (badge(&verdict)) " " (tally(all)) "." @if !verdict.reason().is_empty() { " " (verdict.reason()) } }
        dl.facts {
            dt { "Made by" } dd { "seprank " (results.version) ", seed " (results.seed) }
            dt { "The same again" } dd { code { (results.command) } }
            @if let Some(run) = &results.run {
                dt { "That run" }
                dd {
                    (format!("{:.1}", run.seconds)) " s"
                    @if let Some(bytes) = run.peak_memory_bytes { ", peak memory " (Bytes(bytes)) }
                    @if run.resumed > 0 { "; " (run.resumed) " cases were finished by an earlier run" }
                    "; " (run.program)
                }
            }
        }
        p { "Every certificate was read back from its file and checked before this page was written. The evidence is the certificates: "
            code { (super::RESULTS) } ", from which all other words of this page come, is none, and its digest shows accidents, not "
            "forgery. Of a case what its certificates claim, as the checker says it, is what is shown; the words of the run stand "
            "beside it, and where they state a rank or a gap that these certificates do not show, the case is invalid." }
        p { "Which networks a claim is about, and for which sizes, stands at its head; a case shows it at that size and no other." }
    }
}

/// Of cases with certificates and of those without: how many are valid, of how many.
fn tally([checked, said]: [(usize, usize); 2]) -> String {
    let certified = format!("{} of {} cases with certificates are valid", checked.0, checked.1);
    match said {
        (_, 0) => certified,
        (valid, all) => format!(
            "{certified}; {all} have none and are not checked here: the run said valid of {valid}"
        ),
    }
}

fn contents(report: &Report) -> Markup {
    html! {
        ul {
            @for claim in &report.results.claims {
                li { a href=(format!("#claim-{}", claim.id)) { (claim.id) } ": " (tally(claim.tally())) }
            }
            li { a href="#numbers" { "The numbers in pictures" } }
            li { a href="#certificates" { "Certificates" } }
        }
    }
}

fn meaning() -> Markup {
    html! {
        section aria-labelledby="meaning" {
            h2 id="meaning" { "Proved, computed, conjectured" }
            dl {
                dt { "Proved" }
                dd { "for all sizes in its hypotheses: a theorem of docs/theory.md, named by its number. The checker evaluates its value anew." }
                dt { "Computed" }
                dd { "at one size. A minor that is not zero modulo a prime, at weights in the certificate, bounds the rank from below over the "
                     "rationals at these weights, and so for almost all weights of a polynomial network. A minor of a network that is not "
                     "polynomial is enclosed in intervals, and bounds the rank from below at these weights only. A factorisation bounds it "
                     "from above. What the halves of each claim rest on stands at its head." }
                dt { "Conjectured" }
                dd { "nothing here rests on a conjecture. Where a claim names one, its cases are instances, and say nothing of other sizes." }
                dt { "Without a certificate" }
                dd { "a case is not checked here: its row says what the run said, and nothing on this page shows it." }
            }
            p {
                (badge(&Verdict::Valid)) " the evidence shows the claim. "
                (badge(&Verdict::Incomplete(String::new()))) " something is missing, and is named. "
                (badge(&Verdict::Invalid(String::new()))) " the evidence contradicts the claim."
            }
        }
    }
}

fn of_claim(report: &Report, claim: &ClaimResult) -> Markup {
    let id = format!("claim-{}", claim.id);
    let names = claim.cases.iter().flat_map(|case| case.certificates.keys());
    let claims = names.filter_map(|name| report.certificates.get(name)?.claim.as_ref());
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (claim.id) }
            p { (claim.statement) }
            p.scope { (tally(claim.tally())) ". The same again: " code { (claim.command) } }
            @if let Some(halves) = account::halves(claims) { p.scope { (halves) } }
            (tables::cases(report, claim))
        }
    }
}

fn numbers(report: &Report) -> Result<Markup, PlotError> {
    let gaps: Vec<Gap> = picture::gaps(report);
    let by_depth = picture::by_depth(report).map(|chart| figure(&chart)).transpose()?;
    let halves = picture::halves(&gaps).map(|chart| figure(&chart)).transpose()?;
    Ok(html! {
        section aria-labelledby="numbers" {
            h2 id="numbers" { "The numbers in pictures" }
            p { "A point tells its numbers where the pointer rests on it. Logarithms are rounded to four places here, and only here." }
            @if let Some(figure) = by_depth { (figure) }
            @else { p { "No certificate here shows a rank or a bound." } }
            (tables::certificates(report))
            @if let Some(figure) = halves { (figure) (tables::gaps(&gaps)) }
        }
    })
}

fn figure(chart: &Chart) -> Result<Markup, PlotError> {
    let svg = picture::svg(chart)?;
    Ok(html! {
        figure {
            figcaption { (chart.title) "; the table below has the same numbers" }
            div.scroll tabindex="0" role="group" aria-label=(chart.title) { div.chart { (PreEscaped(svg)) } }
        }
    })
}

fn certificates(report: &Report, page: bool, packed: &BTreeMap<&str, String>) -> Markup {
    html! {
        section aria-labelledby="certificates" {
            h2 id="certificates" { "Certificates" }
            p { "Each is a file with a claim and its evidence; " code { "seprank-check " (super::CERTIFICATES) } " says of all what this page says." }
            @if page {
                p { button #verify-all type="button" hidden { "Check all certificates in this browser" } " "
                    a href=(super::PAGE) { "The checker as a page" } ", to which files can also be given by hand." }
                p #status role="status" {}
            } @else {
                p { "To check them in a browser, make this report with " code { "--page target/web/check.html" } ", the page that "
                    code { "web/build" } " makes." }
            }
            @for (name, judged) in &report.certificates {
                (account::certificate(name, judged, packed.get(&name[..]).map(String::as_str)))
            }
        }
    }
}
