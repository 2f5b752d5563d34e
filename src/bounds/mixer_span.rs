//! Theorem 4.8: a first token mixing with more hidden units than a side has tokens makes, in every channel,
//! more forms than there are variables. What the products of few of them span is counted channel by channel.

use super::mixer_homogeneous::{up_to_covered, visible_variables};
use super::support::{covered_below, paired, spanned, within_forms};
use super::{Bound, Inapplicable, LogInterval, Side, mixer};
use crate::network::{MixerShape, Problem};
use rug::Integer;

struct SpanBound;

impl Bound for SpanBound {
    fn id(&self) -> &'static str {
        "mixer-span"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.8"
    }
    fn formula(&self) -> &'static str {
        "$sum_{a=0}^{D} min( N_A(a), N_B(D-a) )$, with biases $min_t [ sum_{a<t} N_A(a) + sum_{b<=D-t} N_B(b) ]$; \
         $N_A(a)$ the lesser of $mc(n_A, a)$ and the coefficient of $z^a$ in \
         $sum_{m<=D/k_t} [y^m] ( 1 + sum_{m>0} y^m sum_a z^a (D(a,m) - D(a,m-1)) )^d$, $D(a,m)$ the lesser of \
         $mc(|A|, a)$ and the number of $alpha$ of degree a in $S$ variables with $sum_s ceil(alpha_s / k_t) <= m$"
    }
    fn hypotheses(&self) -> &'static str {
        "mixer, $k_t >= 2$, $S > |A|$ or $S > |B|$, no residual, input not permuted, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        let why = if shape.residual {
            "needs a Mixer without residual connections"
        } else if shape.permutation.is_some() {
            "needs a Mixer whose input is not permuted"
        } else if shape.token_degree < 2 {
            "needs a token activation of degree 2 or more; for 1 it is 4.1 and 4.2"
        } else if sides(problem).iter().all(|tokens| shape.token_hidden <= *tokens) {
            "needs more hidden token units than a side has tokens; else it is 4.6"
        } else {
            return Ok(());
        };
        Err(Inapplicable::new(why))
    }
    /// `None` also where the products of forms take too long to count.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = mixer(problem).ok()?;
        let [from_a, from_b] = functions(shape, problem)?;
        Some(match shape.bias {
            true => covered_below(&from_a, &from_b),
            false => paired(&from_a, &from_b),
        })
    }
    /// Wide: from 1 to 4.1, which the value does not exceed (with biases to 4.2, the same number).
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        up_to_covered(visible_variables(mixer(problem).ok()?, problem), &problem.big_degree())
    }
}

inventory::submit!(&SpanBound as &dyn Bound);

/// The tokens of A and of B.
pub(super) fn sides(problem: &Problem) -> [usize; 2] {
    [problem.partition().left().len(), problem.partition().right().len()]
}

/// The tables N_A and N_B of Theorem 4.8, for a Mixer without residual connections whose input is not
/// permuted; `None` where they take too long.
pub(super) fn functions(shape: &MixerShape, problem: &Problem) -> Option<[Vec<Integer>; 2]> {
    let units = problem.big_degree().to_u64()? / shape.token_degree;
    let of = |tokens: usize| {
        let sizes = (shape.width, shape.token_hidden, tokens);
        let table = spanned(sizes, shape.token_degree, units)?;
        Some(within_forms(shape.width * shape.token_hidden.min(tokens), &table))
    };
    let [a, b] = sides(problem);
    Some([of(a)?, of(b)?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::attack::{mixer_problem as problem, mixer_shape as shape, withstood};
    use crate::prove::{RankRequest, rank};

    fn value_of(id: &str, problem: &Problem) -> Option<Integer> {
        let bound = crate::bounds::find(id).unwrap();
        bound.applies(problem).ok().and_then(|()| bound.value(problem))
    }

    /// One layer, linear channels: random weights reach it wherever 4.6 is slack. 10 against 12 is the case
    /// of two channels, two hidden units, a token on each side and fifth powers.
    #[test]
    fn random_weights_reach_it_in_one_layer() {
        let mut sharper = 0;
        for (k, d, hidden, own, other) in
            itertools::iproduct!(3..=5u64, 1..=2usize, 2..=3usize, 1..=2usize, 1..=2usize)
        {
            let own = problem(shape(1, (k, 1), d, hidden), own, other);
            let Some(value) = value_of("mixer-span", &own) else { continue };
            let found = rank(&RankRequest::new(own.clone()), &|_, _| ()).unwrap().rank;
            assert_eq!(value, found, "{own:?}");
            let support = value_of("mixer-support", &own).unwrap();
            assert!(value <= support);
            sharper += usize::from(value < support);
        }
        assert!(sharper >= 6, "{sharper}");
        let fifth = problem(shape(1, (5, 1), 2, 2), 1, 1);
        assert_eq!(value_of("mixer-span", &fifth), Some(10.into()));
        assert_eq!(value_of("mixer-support", &fifth), Some(12.into()));
    }

    /// Unbalanced sides: it is sharper for squares too.
    #[test]
    fn squares_gain_where_the_sides_differ() {
        let own = problem(shape(2, (2, 1), 3, 4), 1, 4);
        let [span, homogeneous] = ["mixer-span", "mixer-homogeneous"].map(|id| value_of(id, &own));
        assert!(span < homogeneous, "{span:?} {homogeneous:?}");
    }

    /// No weights exceed it, with or without biases.
    #[test]
    fn no_weights_exceed_it() {
        let sizes = itertools::iproduct!([(1, (3, 1)), (1, (2, 2)), (2, (2, 1))], 1..=2, 2..=3);
        for ((depth, degrees), width, hidden) in sizes {
            for (own, other, bias) in [(1, 1, false), (1, 2, true), (1, 3, false), (2, 1, false)] {
                let shape = MixerShape { bias, ..shape(depth, degrees, width, hidden) };
                withstood(&SpanBound, &problem(shape, own, other));
            }
        }
    }

    #[test]
    fn where_it_says_nothing_new_it_does_not_apply() {
        let plain = shape(1, (3, 1), 2, 2);
        let why = |shape: &MixerShape, own, other| {
            SpanBound.applies(&problem(shape.clone(), own, other)).err().map(|e| e.hypothesis)
        };
        assert_eq!(why(&plain, 1, 3), None);
        assert!(why(&plain, 2, 2).unwrap().contains("4.6"));
        assert!(why(&MixerShape { token_degree: 1, ..plain.clone() }, 1, 1).is_some());
        assert!(why(&MixerShape { residual: true, ..plain.clone() }, 1, 1).is_some());
        let permutation = crate::network::layers::Permutation::new((0..4).rev().collect());
        assert!(why(&MixerShape { permutation, ..plain }, 1, 1).unwrap().contains("permuted"));
    }
}
