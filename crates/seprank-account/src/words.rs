//! Claims and evidence in sentences.

use crate::Ground;
use seprank_check::certificate::{
    Blocks, Claim, Lower, MatrixClaim, MatrixMinor, MatrixUpper, RankClaim, Relation, Scope, Upper,
    Value,
};
use seprank_check::check::theorem_number;

/// `A separation rank ..`, with the weights for which it holds.
pub(crate) fn of_rank(claim: &RankClaim) -> String {
    let RankClaim { problem, scope, relation, value, .. } = claim;
    let (own, other) = (problem.left.len() as u64, problem.tokens);
    let what = format!(
        "the separation rank of entry [{}, {}] of the last state of {}, between the {own} token{} of side A \
         and the {} of side B, is {} {value}",
        problem.output.token,
        problem.output.channel,
        problem.architecture,
        if own == 1 { "" } else { "s" },
        other.saturating_sub(own),
        match relation {
            Relation::AtLeast => "at least",
            Relation::AtMost => "at most",
            Relation::Equal => "exactly",
        }
    );
    match (scope, relation) {
        (Scope::Fixed, _) => format!("With the weights in the file, {what}."),
        (Scope::Generic, Relation::AtMost) => format!("For all weights, {what}."),
        (Scope::Generic, Relation::AtLeast) => format!("For almost all weights, {what}."),
        (Scope::Generic, Relation::Equal) => {
            format!("For almost all weights, {what}; for no weights it is more.")
        }
    }
}

/// What the two halves of a gap give together.
pub(crate) fn conclusion(claim: &Claim) -> Option<&'static str> {
    match claim {
        Claim::Rank(_) | Claim::Matrix(_) => None,
        Claim::Gap(_) => Some(
            "At this size attention, for almost all weights, has a larger separation rank than the Mixer with any weights.",
        ),
        Claim::RefutedGap(_) => Some(
            "At this size the gap is refuted: the Mixer, for almost all weights, has a larger separation rank than attention with any weights.",
        ),
        Claim::GapAcross(_) => Some(
            "Attention, for almost all weights, has a larger separation rank than the other network with any weights; their widths and depths may differ.",
        ),
        Claim::RefutedGapAcross(_) => Some(
            "The other network, for almost all weights, has a larger separation rank than attention with any weights; their widths and depths may differ.",
        ),
    }
}

pub(crate) fn of_matrix(claim: &MatrixClaim) -> String {
    let said = claim.to_string();
    format!("The {said}.")
}

pub(crate) fn grounds_of_rank(claim: &RankClaim) -> Vec<Ground> {
    let lower = claim.lower.as_ref().map(of_lower);
    let upper = claim.upper.as_ref().map(|upper| of_upper(upper, &claim.value));
    lower.into_iter().chain(upper).collect()
}

pub(crate) fn grounds_of_matrix(claim: &MatrixClaim) -> Vec<Ground> {
    let lower = claim.lower.as_ref().map(of_minor);
    let upper = claim.upper.as_ref().map(|upper| {
        ground(
            "upper",
            match upper {
                MatrixUpper::Cover(cover) => format!(
                    "A cover: {} rows and {} columns hold every entry that is not zero.",
                    cover.rows.0.len(),
                    cover.cols.0.len()
                ),
                MatrixUpper::Columns(columns) => format!(
                    "{} columns of which all others are combinations, asked for by {}.",
                    columns.cols.0.len(),
                    challenges(columns.combinations.len())
                ),
                MatrixUpper::Elimination => "The whole matrix is eliminated.".into(),
            },
        )
    });
    lower.into_iter().chain(upper).collect()
}

fn ground(half: &'static str, words: String) -> Ground {
    Ground { half, words, theorem: None }
}

fn theorem(half: &'static str, id: &str) -> Ground {
    let number = theorem_number(id);
    let words = match number {
        Some(number) => format!("Theorem {number} ({id}), whose value the checker computes anew."),
        None => format!("A theorem of the name {}, which the checker does not know.", short(id)),
    };
    Ground { half, words, theorem: number }
}

/// A name that a file chose may be long.
fn short(id: &str) -> String {
    id.chars().take(40).collect::<String>().escape_debug().to_string()
}

fn of_lower(lower: &Lower) -> Ground {
    match lower {
        Lower::Theorem(id) => theorem("lower", id),
        Lower::Grid(grid) => ground(
            "lower",
            format!(
                "A minor: the {} × {} values of f at pairs of points of the two sides, with the weights in the file; \
                 its determinant is not zero modulo {} (1.3 to 1.5 of the theory).",
                grid.left.len(),
                grid.right.len(),
                grid.prime
            ),
        ),
        Lower::Coefficients(coefficients) => ground(
            "lower",
            format!(
                "A minor: the {} × {} coefficients of f at products of monomials of the two sides, with the weights in \
                 the file; its determinant is not zero modulo {} (1.2 to 1.5 of the theory).",
                coefficients.left.len(),
                coefficients.right.len(),
                coefficients.prime
            ),
        ),
        Lower::Enclosure(enclosure) => ground(
            "lower",
            format!(
                "A minor: the {} × {} values of f at pairs of points of the two sides, with the weights in the file, \
                 enclosed with {} bits after the point; it is eliminated and no pivot is 0 (1.3 and 1.10 of the theory).",
                enclosure.left.len(),
                enclosure.right.len(),
                enclosure.bits
            ),
        ),
        Lower::Blocks(blocks) => of_blocks(blocks),
    }
}

fn of_blocks(blocks: &Blocks) -> Ground {
    let Blocks { prime, signs: _, blocks } = blocks;
    let order =
        blocks.iter().fold(0u64, |sum, block| sum.saturating_add(block.rows.0.len() as u64));
    let asked = blocks.iter().filter(|block| block.solutions.is_some()).count();
    let how = match asked {
        0 => "each is eliminated".into(),
        _ => format!(
            "{asked} of them answer challenges, of which a false one would pass one try in 2^128, and the others are eliminated"
        ),
    };
    ground(
        "lower",
        format!(
            "{} minors of Hankel blocks, of {order} rows together, with the weights in the file; none is zero modulo \
             {prime}, and {how} (1.6 and 1.7 of the theory).",
            blocks.len()
        ),
    )
}

fn of_upper(upper: &Upper, value: &Value) -> Ground {
    match upper {
        Upper::Theorem(id) => theorem("upper", id),
        Upper::Separation(products) => ground(
            "upper",
            format!(
                "A separation: f written as a sum of {} products g(X_A) h(X_B), against the value {value}.",
                products.len()
            ),
        ),
    }
}

fn of_minor(minor: &MatrixMinor) -> Ground {
    let how = match &minor.solutions {
        None => "it is eliminated".into(),
        Some(solutions) => format!("it answers {}", challenges(solutions.len())),
    };
    let words = format!(
        "A minor of {} rows and {} columns, not zero modulo {}; {how} (1.8 of the theory).",
        minor.rows.0.len(),
        minor.cols.0.len(),
        minor.prime
    );
    ground("lower", words)
}

fn challenges(count: usize) -> String {
    match count {
        1 => "1 challenge that nobody chose".into(),
        count => format!("{count} challenges that nobody chose"),
    }
}
