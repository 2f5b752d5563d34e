//! One layer of attention, two with a head as wide as the tokens, or any number on tokens of one entry:
//! docs/theory.md, 3.17.

use super::blocks::{Heads, attention, embedding};
use crate::check::count::{Estimate, Failure, Work, big, half_degree, sharp};
use crate::check::problem::{Architecture, Problem};

/// `1 + r` for one layer, `(1 + n)(1 + r) + n(n+1)/2` with `n = r(r+1)/2` for two, `1 + (3^L - 1)/2` for r = 1.
pub(super) fn few_layers(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure = Failure::Hypothesis(
        "one layer of attention that reads a token, or two with heads as wide as it and two tokens a side, or tokens of \
         one entry",
    );
    let narrow = |depth: u64| sharp(half_degree(work, depth).map(|c| c + 1u32));
    let (r, heads) = match &problem.architecture {
        Architecture::Attention { .. } if problem.width == 1 => return narrow(problem.depth),
        Architecture::Attention { heads, head_width } => {
            let all = Heads {
                reads: heads * head_width,
                widest: *head_width,
                narrowest: *head_width,
                count: *heads,
                added: false,
            };
            (problem.width, vec![all; usize::from(problem.depth <= 2) * problem.depth as usize])
        }
        Architecture::Layers(layers) => {
            let mut rest = layers.layers;
            let mut r = problem.width;
            while let [first, others @ ..] = rest
                && let Some(outputs) = embedding(first)
            {
                (r, rest) = (r.min(outputs), others);
            }
            let heads: Option<Vec<Heads>> = rest.iter().map(attention).collect();
            (r, heads.unwrap_or_default())
        }
        Architecture::Mixer(_) => return Err(failure),
    };
    let n = big(r) * (r + 1) / 2u32;
    match heads[..] {
        [_, ..] if r == 1 => narrow(heads.len() as u64),
        [one] if one.reads >= r => sharp(Some(big(r) + 1u32)),
        [one, two]
            if one.widest.min(two.widest) >= r && problem.sides().iter().all(|s| *s >= 2) =>
        {
            sharp(Some((&n + 1u32) * (r + 1) + (&n + 1u32) * &n / 2u32))
        }
        _ => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sizes, attention_problem};
    use super::*;

    fn value(depth: u64, width: u64, heads: u64, sides: (u64, u64)) -> Option<u64> {
        let s = Sizes { depth, width, heads, head_width: width / heads };
        let own = few_layers(&attention_problem(&s, sides), &Work::new()).ok()?;
        own.value.try_into().ok()
    }

    /// The sum over the degrees in the Gram matrix of B.
    #[test]
    fn blocks_add_up() {
        assert_eq!(value(2, 2, 1, (2, 2)), Some(1 + 3 + 6 + 6 + 2));
        assert_eq!(value(2, 3, 1, (3, 2)), Some(1 + 6 + 21 + 18 + 3));
        assert_eq!(value(2, 4, 1, (2, 4)), Some(1 + 10 + 55 + 40 + 4));
        assert_eq!(value(1, 6, 3, (1, 1)), Some(7));
        for (depth, half) in [(1, 1), (2, 4), (3, 13), (12, 265_720)] {
            assert_eq!(value(depth, 1, 1, (1, 3)), Some(1 + half));
        }
        // More digits than are written out.
        assert_eq!(value(1 << 24, 1, 1, (1, 1)), None);
        for (depth, heads, sides) in
            [(2, 2, (2, 2)), (2, 1, (1, 2)), (2, 1, (2, 1)), (3, 1, (2, 2))]
        {
            assert_eq!(value(depth, 4, heads, sides), None);
        }
    }
}
