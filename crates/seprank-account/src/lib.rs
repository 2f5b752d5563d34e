//! What a certificate says and what it rests on, for people: words, formulas (MathML) and pictures (SVG).
//!
//! The checker judges; this package only tells. [`Account::of`] takes what the checker said and adds the
//! network, the partition and the evidence, so that the page in the browser and the report of the toolkit
//! say the same. Nothing here is trusted: the verdict and its text are those of the checker.

#![forbid(unsafe_code)]

mod expression;
mod formula;
mod markup;
mod network;
mod partition;
mod words;

use seprank_check::certificate::{Claim, MatrixEntries, RankClaim};
use seprank_check::check::{Checked, Summary};
use seprank_check::files::sha256;
use serde::Serialize;

pub use markup::escape;

/// The style of pages that show an account.
pub const STYLE: &str = include_str!("../web/style.css");

/// All there is to show of one file. Texts that end in `_html` are markup, in which everything that a file
/// can choose is escaped; the others are plain.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// As in `seprank-check --format json`.
    #[serde(flatten)]
    pub summary: Summary,
    /// What `seprank-check` prints behind the name of the file.
    pub text: String,
    /// Of the file, in hexadecimal.
    pub sha256: String,
    /// Of the file.
    pub bytes: u64,
    /// The statements in it: two of a gap, else one, none if it is not a certificate.
    pub statements: Vec<Statement>,
    /// Of a gap: what follows from the two together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<&'static str>,
    /// The file beside it that holds the matrix, if it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side_file: Option<SideFile>,
}

/// A statement on one rank.
#[derive(Clone, Debug, Serialize)]
pub struct Statement {
    /// In a sentence.
    pub words: String,
    /// In a formula.
    pub formula_html: String,
    /// What one layer does, in a formula; of a matrix nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer_html: Option<String>,
    /// What the statement rests on, the lower half first.
    pub grounds: Vec<Ground>,
    /// The layers, as a picture; of a matrix nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_html: Option<String>,
    /// The tokens and their two sides, as a picture; of a matrix nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_html: Option<String>,
}

/// One thing that a statement rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Ground {
    /// Which half: `"lower"` or `"upper"`.
    pub half: &'static str,
    /// In a sentence.
    pub words: String,
    /// The number in docs/theory.md of the theorem named, if one is named that the checker knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theorem: Option<&'static str>,
}

/// A file that a certificate names.
#[derive(Clone, Debug, Serialize)]
pub struct SideFile {
    /// For people.
    pub name: String,
    /// Of its bytes, in hexadecimal, as the certificate says.
    pub sha256: String,
}

impl Account {
    /// The account of what was judged; `bytes` are the file. Cost: linear in the size.
    pub fn of(checked: &Checked, bytes: &[u8]) -> Self {
        let claim = checked.certificate.as_ref().map(|c| &c.claim);
        Self {
            summary: checked.summary(),
            text: checked.to_string(),
            sha256: sha256(bytes),
            bytes: bytes.len() as u64,
            statements: claim.map_or_else(Vec::new, statements),
            conclusion: claim.and_then(words::conclusion),
            side_file: claim.and_then(side_file),
        }
    }
}

fn statements(claim: &Claim) -> Vec<Statement> {
    match claim {
        Claim::Rank(claim) => vec![on_network(claim)],
        Claim::Gap(gap)
        | Claim::RefutedGap(gap)
        | Claim::GapAcross(gap)
        | Claim::RefutedGapAcross(gap) => vec![on_network(&gap.lower), on_network(&gap.upper)],
        Claim::Matrix(claim) => vec![Statement {
            words: words::of_matrix(claim),
            formula_html: formula::of_matrix(claim),
            layer_html: None,
            grounds: words::grounds_of_matrix(claim),
            network_html: None,
            partition_html: None,
        }],
    }
}

fn on_network(claim: &RankClaim) -> Statement {
    Statement {
        words: words::of_rank(claim),
        formula_html: formula::of_rank(claim),
        layer_html: formula::of_layer(&claim.problem.architecture),
        grounds: words::grounds_of_rank(claim),
        network_html: Some(network::picture(&claim.problem)),
        partition_html: Some(partition::picture(&claim.problem)),
    }
}

fn side_file(claim: &Claim) -> Option<SideFile> {
    let Claim::Matrix(claim) = claim else { return None };
    let MatrixEntries::File(file) = &claim.matrix.entries else { return None };
    Some(SideFile { name: file.name.clone(), sha256: file.sha256.clone() })
}

#[cfg(test)]
mod tests;
