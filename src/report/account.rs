//! What a certificate says and rests on, as a part of the page.

use super::agreement::ranks;
use super::certificates::Judged;
use super::tables::badge;
use crate::certificate::{Claim, Lower, RankClaim, Scope, Upper};
use itertools::Itertools;
use maud::{Markup, PreEscaped, html};
use seprank_account::{Ground, Statement};

/// The certificate `name`, folded; `packed` is what a button hands to the page of the checker.
pub(super) fn certificate(name: &str, judged: &Judged, packed: Option<&str>) -> Markup {
    let account = &judged.account;
    let shown = judged.verdict() == crate::claims::Verdict::Valid;
    let file = format!("{}/{name}.json", super::CERTIFICATES);
    html! {
        details.file id=(format!("certificate-{name}")) {
            summary { (badge(&judged.verdict())) " " span.name { (name) } }
            div.account {
                p.said { (account.text) }
                @if !account.statements.is_empty() {
                    h3 { @if shown { "What is shown" } @else { "What is claimed, and not shown" } }
                }
                @for statement in &account.statements { (of(statement)) }
                @if let Some(conclusion) = account.conclusion.filter(|_| shown) {
                    p { b { "Together: " } (conclusion) }
                }
                p.hash {
                    "File " a href=(file) { (file) } ", " (account.bytes) " bytes, SHA-256 " code { (account.sha256) }
                }
                p { "Checked by " code { "seprank-check " (file) } }
                @if let Some(packed) = packed {
                    p { button.verify type="button" data-name=(name) hidden { "Check it in this browser" } }
                    script type="text/plain" id=(format!("packed-{name}")) { (PreEscaped(packed)) }
                }
            }
        }
    }
}

fn of(statement: &Statement) -> Markup {
    // Markup of `seprank-account`, in which what a file can choose is escaped.
    let made = |markup: &str| PreEscaped(markup.to_owned());
    html! {
        section.statement {
            p { (statement.words) }
            div.formula { (made(&statement.formula_html)) }
            h4 { "What it names as evidence" }
            ul { @for ground in &statement.grounds { li { b { (ground.half) " half, " (kind(ground)) ": " } (ground.words) } } }
            @if let Some(network) = &statement.network_html { (picture("The network", made(network))) }
            @if let Some(layer) = &statement.layer_html { div.formula { "One layer: " (made(layer)) } }
            @if let Some(partition) = &statement.partition_html {
                (picture("The tokens: side A, side B, and Y the output's token", made(partition)))
            }
        }
    }
}

fn picture(title: &str, markup: PreEscaped<String>) -> Markup {
    html! {
        figure { figcaption { (title) } div.scroll tabindex="0" role="group" aria-label=(title) { (markup) } }
    }
}

/// Whether a half is proved by a theorem or computed.
fn kind(ground: &Ground) -> &'static str {
    if ground.theorem.is_some() { "proved" } else { "computed" }
}

/// What a case with these certificates rests on, in a few words.
pub(super) fn rests_on<'a>(certificates: impl Iterator<Item = &'a Judged>) -> String {
    let statements = certificates.flat_map(|judged| &judged.account.statements);
    let grounds: Vec<&Ground> = statements.flat_map(|statement| &statement.grounds).collect();
    let half = |name: &str| {
        let of = || grounds.iter().filter(|ground| ground.half == name);
        let theorems = of().filter_map(|ground| ground.theorem).sorted().dedup().join(", ");
        let proved = (!theorems.is_empty()).then(|| format!("proved by theorem {theorems}"));
        let computed = of().any(|ground| ground.theorem.is_none()).then(|| "computed".into());
        let by = computed.into_iter().chain(proved).join(", ");
        (!by.is_empty()).then(|| format!("{name} halves: {by}"))
    };
    let halves = ["lower", "upper"].iter().filter_map(|name| half(name)).join("; ");
    if halves.is_empty() { "what that run said; no certificate".into() } else { halves }
}

/// What the halves of these claims name as evidence, each kind once; `None` where there is none.
pub(super) fn halves<'a>(claims: impl Iterator<Item = &'a Claim>) -> Option<String> {
    let ranks: Vec<&RankClaim> = claims.flat_map(ranks).collect();
    let lower = ranks.iter().filter_map(|claim| Some(lower(claim.lower.as_ref()?, claim.scope)));
    let upper = ranks.iter().filter_map(|claim| claim.upper.as_ref().map(upper));
    let sentence = |what: &str, kinds: Vec<&str>| {
        let kinds = kinds.iter().unique().sorted().join("; or ");
        (!kinds.is_empty()).then(|| format!("{what} halves rest on {kinds}."))
    };
    let both = [sentence("Lower", lower.collect()), sentence("Upper", upper.collect())];
    let text = both.into_iter().flatten().join(" ");
    (!text.is_empty()).then_some(text)
}

fn lower(evidence: &Lower, scope: Scope) -> &'static str {
    match (evidence, scope) {
        (Lower::Theorem(_), _) => "a theorem",
        (Lower::Enclosure(_), _) => {
            "a minor that is enclosed in intervals and not zero, at the weights in the certificate and no others"
        }
        (_, Scope::Fixed) => {
            "a minor that is not zero modulo a prime, at the weights in the certificate and no others"
        }
        (_, Scope::Generic) => {
            "a minor that is not zero modulo a prime, at the weights in the certificate and so for almost all weights"
        }
    }
}

fn upper(evidence: &Upper) -> &'static str {
    match evidence {
        Upper::Theorem(_) => "a theorem",
        _ => "a factorisation",
    }
}
