//! Verdicts.

use crate::certificate::{ReadError, ReadKind, abbreviate, kinds};
use serde::Serialize;
use std::fmt;

kinds! {
    /// The step of the check that failed.
    Kind {
        /// The file is not a certificate.
        Format = "format",
        /// Sizes, positions, degrees or the output entry make no problem.
        Problem = "problem",
        /// The value is negative, or not of a form that the claim allows.
        Value = "value",
        /// The evidence is about other weights than the claim.
        Scope = "scope",
        /// Evidence that the claim has no use for.
        Superfluous = "superfluous",
        /// Weights of another size or number than the architecture's.
        WeightShape = "weight-shape",
        /// A point or monomial of another length than the side has entries.
        PointShape = "point-shape",
        /// The modulus is not a prime below 2^63.
        Prime = "prime",
        /// A residue is not below the prime.
        Residue = "residue",
        /// The prime divides the denominator of a weight.
        Denominator = "denominator",
        /// The minor is larger than the value claimed, or not square.
        MinorSize = "minor-size",
        /// The minor is zero modulo the prime.
        Minor = "minor",
        /// The numbers of a block's rows and columns are not those of one class of it.
        Block = "block",
        /// The solutions do not meet the challenge.
        Challenge = "challenge",
        /// The entries or positions of a matrix are not in order, not in it, or those of another matrix.
        Matrix = "matrix",
        /// The rows and columns do not hold every entry, or are too many.
        Cover = "cover",
        /// The columns are too many, or the rank modulo a prime is larger than the value claimed.
        Rank = "rank",
        /// There are more products than the value claimed.
        SeparationSize = "separation-size",
        /// The products do not sum to f.
        Separation = "separation",
        /// Evidence about polynomials, on a network that is none.
        Polynomial = "polynomial",
        /// No theorem of that id, or one for the other side.
        Theorem = "theorem",
        /// A hypothesis of the theorem fails.
        Hypothesis = "hypothesis",
        /// The theorem's value does not give the value claimed.
        Bound = "bound",
        /// The two halves of a gap are not what a gap compares.
        GapSides = "gap-sides",
        /// The lower bound of a gap is not above the upper bound.
        GapOrder = "gap-order",
        /// Incomplete: the file cannot be read.
        Unreadable = "unreadable",
        /// Incomplete: a field is absent.
        MissingField = "missing-field",
        /// Incomplete: there is no evidence for one half of the claim.
        MissingEvidence = "missing-evidence",
        /// Incomplete: the weights are absent.
        MissingWeights = "missing-weights",
        /// Incomplete: the file of the matrix is not there.
        MissingMatrix = "missing-matrix",
        /// Incomplete: the minor is smaller than the value claimed.
        MissingRows = "missing-rows",
        /// Incomplete: there are fewer products than the value claimed.
        MissingProducts = "missing-products",
        /// Incomplete: the enclosures are too wide to tell a pivot from 0.
        Enclosure = "enclosure",
        /// Incomplete: the check would pass a limit of the checker.
        Limit = "limit",
    }
}

impl Kind {
    /// Whether something is missing, rather than wrong.
    pub fn is_incomplete(self) -> bool {
        matches!(
            self,
            Self::Unreadable
                | Self::MissingField
                | Self::MissingEvidence
                | Self::MissingWeights
                | Self::MissingMatrix
                | Self::MissingRows
                | Self::MissingProducts
                | Self::Enclosure
                | Self::Limit
        )
    }
}

/// What is wrong or missing, where, and against what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The step.
    #[serde(rename = "step")]
    pub kind: Kind,
    /// The place in the file.
    pub place: String,
    /// What should stand there, or follow from it.
    pub expected: String,
    /// What stands there, or follows from it.
    pub got: String,
}

impl Finding {
    pub(super) fn new(
        kind: Kind,
        place: impl fmt::Display,
        expected: impl fmt::Display,
        got: impl fmt::Display,
    ) -> Self {
        let text = |t: &dyn fmt::Display| abbreviate(t.to_string());
        Self { kind, place: place.to_string(), expected: text(&expected), got: text(&got) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, place, expected, got } = self;
        write!(f, "{kind}: {place}: expected {expected}, got {got}")
    }
}

impl From<ReadError> for Finding {
    fn from(error: ReadError) -> Self {
        let kind = match error.kind {
            ReadKind::Io => Kind::Unreadable,
            ReadKind::MissingField => Kind::MissingField,
            _ => Kind::Format,
        };
        let place = match error.line {
            0 => "file".into(),
            line => format!("line {line}, column {}", error.column),
        };
        let got = format_args!("{}: {}", error.kind, error.message);
        Finding::new(kind, place, "a certificate as in docs/format.md", got)
    }
}

/// What the checker says of a certificate, from best to worst.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The claim follows from the evidence and the theorems it names.
    Valid,
    /// The same, but for a chance: minors were not eliminated but asked for solutions to right-hand sides
    /// that nobody chose. A false claim passes one try in 2^128.
    ValidByChallenge,
    /// Nothing is wrong but something is missing.
    Incomplete(Finding),
    /// Something is wrong.
    Invalid(Finding),
}

impl Verdict {
    /// `"valid"`, `"incomplete"` or `"invalid"`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Valid | Self::ValidByChallenge => "valid",
            Self::Incomplete(_) => "incomplete",
            Self::Invalid(_) => "invalid",
        }
    }

    /// Whether it is one of the two kinds of valid.
    pub fn is_valid(&self) -> bool {
        self.finding().is_none()
    }

    /// The process exit code: 0, 2, 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Valid | Self::ValidByChallenge => 0,
            Self::Incomplete(_) => 2,
            Self::Invalid(_) => 1,
        }
    }

    /// What is wrong or missing, if anything.
    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Valid | Self::ValidByChallenge => None,
            Self::Incomplete(finding) | Self::Invalid(finding) => Some(finding),
        }
    }
}

impl From<Finding> for Verdict {
    fn from(finding: Finding) -> Self {
        if finding.kind.is_incomplete() {
            Self::Incomplete(finding)
        } else {
            Self::Invalid(finding)
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("Valid"),
            Self::ValidByChallenge => {
                f.write_str("Valid by challenge (a false claim passes one try in 2^128)")
            }
            Self::Incomplete(finding) => write!(f, "Incomplete ({finding})"),
            Self::Invalid(finding) => write!(f, "Invalid ({finding})"),
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_show_their_findings() {
        assert_eq!(Verdict::Valid.to_string(), "Valid");
        for kind in Kind::ALL {
            let verdict = Verdict::from(Finding::new(*kind, "here", "this", "that"));
            let found = format!("({}: here: expected this, got that)", kind.name());
            let word = if kind.is_incomplete() { "Incomplete" } else { "Invalid" };
            assert_eq!(verdict.to_string(), format!("{word} {found}"));
            assert_eq!(verdict.name(), word.to_lowercase());
            assert_eq!(verdict.exit_code(), if kind.is_incomplete() { 2 } else { 1 });
        }
    }
}
