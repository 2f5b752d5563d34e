//! What a certificate says, in one line.

use super::{
    Architecture, Claim, Field, GapClaim, MatrixClaim, MatrixEntries, Mixer, Output, Problem,
    RankClaim, Relation, Scope, Value,
};
use std::fmt::{self, Display, Formatter};

/// Numbers and lists may have a hundred thousand digits; a line shows the ends.
pub(crate) fn abbreviate(text: String) -> String {
    const SHOWN: usize = 100;
    let count = text.chars().count();
    if count <= 3 * SHOWN {
        return text;
    }
    let start: String = text.chars().take(SHOWN).collect();
    let end: String = text.chars().skip(count - SHOWN).collect();
    format!("{start}..({} more)..{end}", count - 2 * SHOWN)
}

impl Display for Claim {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rank(claim) => claim.fmt(f),
            Self::Gap(claim) => claim.fmt(f),
            Self::RefutedGap(claim) => write!(f, "{claim}; the gap is refuted"),
            Self::GapAcross(claim) => write!(f, "{claim}; a gap across sizes"),
            Self::RefutedGapAcross(claim) => write!(f, "{claim}; refuted across sizes"),
            Self::Matrix(claim) => claim.fmt(f),
        }
    }
}

impl Display for RankClaim {
    /// The claim, and for which weights it is made.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "separation rank of {} {} {}", self.problem, self.relation, self.value)?;
        f.write_str(match (self.scope, self.relation) {
            (Scope::Fixed, _) => ", with the weights in the file",
            (Scope::Generic, Relation::AtMost) => ", for all weights",
            (Scope::Generic, Relation::AtLeast) => ", for almost all weights",
            (Scope::Generic, Relation::Equal) => ", for almost all weights, and no more for any",
        })
    }
}

impl Display for GapClaim {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.lower, self.upper)
    }
}

impl Display for MatrixClaim {
    /// The matrix by its size and where it is, the field, and the claim.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { matrix, over, relation, value, .. } = self;
        write!(f, "rank of the {} x {} matrix in ", matrix.rows, matrix.cols)?;
        match &matrix.entries {
            MatrixEntries::Inline(_) => f.write_str("the file")?,
            MatrixEntries::File(file) => {
                let [name, sha256] = [&file.name, &file.sha256].map(|t| abbreviate(t.clone()));
                write!(f, "{name} (SHA-256 {sha256})")?;
            }
        }
        match over {
            Field::Rational => f.write_str(" over Q")?,
            Field::Modulo(p) => write!(f, " modulo {p}")?,
        }
        write!(f, " {relation} {}", abbreviate(value.to_string()))
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Equal => "=",
        })
    }
}

impl Display for Value {
    /// All digits, or what is known of the power of ten.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Exact(value) => value.to_string(),
            Self::Log10(log) => format!("10^[{}, {}]", log.low, log.high),
        };
        f.write_str(&abbreviate(text))
    }
}

impl Display for Problem {
    /// The network with its sizes, the tokens, side A, and the entry of the last state.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { architecture, tokens, left, output: Output { token, channel } } = self;
        let left = abbreviate(runs(left));
        write!(f, "{architecture}, N={tokens}, A={{{left}}}, Y[{token},{channel}]")
    }
}

impl Display for Architecture {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attention(a) => {
                write!(f, "attention L={} d={} H={}", a.depth, a.width, a.heads)
            }
            Self::Mixer(m) => m.fmt(f),
            Self::Layers(l) => {
                write!(f, "the network in the file, L={} d={}", l.layers.len(), l.width)
            }
        }
    }
}

impl Display for Mixer {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { depth, width, token_hidden, token_degree, .. } = self;
        write!(f, "mixer L={depth} d={width} S={token_hidden} k_t={token_degree} ")?;
        write!(f, "C={} k_c={}", self.channel_hidden, self.channel_degree)?;
        for (there, what) in [
            (self.bias, " with biases"),
            (self.residual, " with residuals"),
            (self.permutation.is_some(), " on the input permuted as in the file"),
        ] {
            f.write_str(if there { what } else { "" })?;
        }
        Ok(())
    }
}

/// `0,2,5-9`: positions in order, three or more in a row by their ends.
fn runs(positions: &[u64]) -> String {
    let pieces = positions.chunk_by(|a, b| a.checked_add(1) == Some(*b)).map(|run| match run {
        [first, _, .., last] => format!("{first}-{last}"),
        few => few.iter().map(u64::to_string).collect::<Vec<_>>().join(","),
    });
    pieces.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_show_their_ends() {
        let digits = |n: usize| "7".repeat(n);
        assert_eq!(abbreviate(digits(300)), digits(300));
        let short = abbreviate(format!("1{}2", digits(299)));
        assert_eq!(short, format!("1{}..(101 more)..{}2", digits(99), digits(99)));
    }

    #[test]
    fn positions_in_a_row_are_written_by_their_ends() {
        assert_eq!(runs(&[0, 1]), "0,1");
        assert_eq!(runs(&[0, 1, 2]), "0-2");
        assert_eq!(runs(&[0, 2, 3, 5, 6, 7, 9]), "0,2,3,5-7,9");
        assert_eq!(runs(&[]), "");
        assert_eq!(runs(&[u64::MAX, 0]), "18446744073709551615,0");
        assert!(abbreviate(runs(&(0..5000).map(|i| 2 * i).collect::<Vec<_>>())).len() < 400);
    }
}
