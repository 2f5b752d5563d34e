//! The two halves of a claim.

use super::verdict::{Finding, Kind};
use crate::certificate::Relation;

/// The evidence that the claim at `place` asks for is there, and no other.
pub(super) fn halves(
    place: &str,
    relation: Relation,
    lower: bool,
    upper: bool,
) -> Result<(), Finding> {
    let halves = [
        ("lower", relation != Relation::AtMost, lower),
        ("upper", relation != Relation::AtLeast, upper),
    ];
    for (field, wanted, given) in halves {
        let (kind, expected, got) = match (wanted, given) {
            (true, false) => (Kind::MissingEvidence, "evidence for this half of the claim", "null"),
            (false, true) => {
                (Kind::Superfluous, "null: the claim does not go that way", "evidence")
            }
            _ => continue,
        };
        return Err(Finding::new(kind, format_args!("{place}.{field}"), expected, got));
    }
    Ok(())
}
