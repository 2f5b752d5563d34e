//! Theorem 4.7: where a side is seen through one form a channel, what has no part in the other side is the
//! same for all tokens. So the network is a sum over trees of activations, of which few have low degree in
//! the other side.

use super::mixer_homogeneous::{up_to_covered, visible_variables};
use super::mixer_span::{functions, sides};
use super::numbers::multiset;
use super::support::{least, narrowed, paired};
use super::trees::Trees;
use super::{Bound, Inapplicable, LogInterval, Side, mixer};
use crate::network::{MixerShape, Problem};
use rug::Integer;

struct TreesBound;

impl Bound for TreesBound {
    fn id(&self) -> &'static str {
        "mixer-trees"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.7"
    }
    fn formula(&self) -> &'static str {
        "$sum_{a=0}^{D} min( N_A(a), N_B(D-a) )$, $N_B$ that of 4.8 (4.6 where $S <= |B|$); on a side with one token, \
         or if $S = 1$, not above the sum over r in $(Z/k_t)^d$ of the lesser of the number of $x^alpha$ of degree \
         a with $alpha = -r$ modulo $k_t$ and $sum_p ceil(alpha_p / k_t) <= D / k_t$, and of the number of trees of \
         activations of degree $D - a$ in the other side with residues r; nor above the dimension of the forms of degree a \
         in the products of $a - (k_t-1) D/k_t$ of $x_1^{k_t}, .., x_C^{k_t}$ if $C < d$; nor, if $a = D - 2$, above \
         $mc(d, 2) + mc(d (S - 1), 2)$"
    }
    fn hypotheses(&self) -> &'static str {
        "mixer, activations $z^k$, $S = 1$ or one token on a side, no bias, no residual, input not permuted, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let shape = mixer(problem)?;
        let why = if shape.bias || shape.residual {
            "needs a Mixer without biases and residual connections"
        } else if shape.permutation.is_some() {
            "needs a Mixer whose input is not permuted"
        } else if !sides(problem).iter().any(|tokens| one_form(shape, *tokens)) {
            "needs one hidden token unit, or one token on a side"
        } else {
            return Ok(());
        };
        Err(Inapplicable::new(why))
    }
    /// `None` also where the trees, or the products of forms, take too long to count.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let shape = mixer(problem).ok()?;
        // A Mixer of degree 1 is one sum of two functions, whatever its depth.
        let depth = if shape.token_degree * shape.channel_degree == 1 { 1 } else { shape.depth };
        if depth > 64 {
            return None; // its degree has more than 64 bits
        }
        let activations: Vec<u64> = std::iter::once(shape.channel_degree)
            .chain((1..depth).flat_map(|_| [shape.token_degree, shape.channel_degree]))
            .collect();
        let trees = Trees { width: shape.width, k: shape.token_degree, activations: &activations };
        let mut trees = trees.functions()?;
        let degree = trees.len() - 1;
        if shape.channel_hidden < shape.width {
            let units = degree as u64 / shape.token_degree;
            let narrow = narrowed(shape.width, shape.channel_hidden, shape.token_degree, units)?;
            trees = least(trees, narrow);
        }
        if degree >= 2 {
            let others = Integer::from(shape.width) * (shape.token_hidden - 1) as u64;
            let squares = multiset(&shape.width.into(), 2) + multiset(&others, 2);
            trees[degree - 2] = squares.min(trees[degree - 2].clone());
        }
        let [a, b] = sides(problem);
        let [from_a, from_b] = functions(shape, problem)?;
        let both = |tokens, table| match one_form(shape, tokens) {
            true => least(table, trees.clone()),
            false => table,
        };
        Some(paired(&both(a, from_a), &both(b, from_b)))
    }
    /// Wide: from 1 to 4.1, which the value does not exceed.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        up_to_covered(visible_variables(mixer(problem).ok()?, problem), &problem.big_degree())
    }
}

inventory::submit!(&TreesBound as &dyn Bound);

/// Whether the first layer sees a side of so many tokens through multiples of one form a channel.
fn one_form(shape: &MixerShape, tokens: usize) -> bool {
    shape.token_hidden == 1 || tokens == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::attack::{mixer_problem as problem, mixer_shape as shape, withstood};
    use crate::prove::{RankRequest, rank};

    /// Two layers of squares: 9, 14, 20 at widths 2, 3, 4, and random weights reach them; 4.1 gives 11, 17 and 24
    /// where B has two tokens.
    #[test]
    fn random_weights_reach_it_in_two_layers() {
        for (width, value) in [(2, 9), (3, 14), (4, 20)] {
            for other in 1..=3 {
                let own = problem(shape(2, (2, 1), width, 2), 1, other);
                let found = rank(&RankRequest::new(own.clone()), &|_, _| ()).unwrap().rank;
                assert_eq!((TreesBound.value(&own), found), (Some(value.into()), value));
            }
        }
    }

    /// Three layers of squares: 72 at two hidden token units, 75 at three; 55 for a narrow channel part.
    #[test]
    fn random_weights_reach_it_in_three_layers() {
        for (hidden, channels, own, other, value) in [
            (2, 3, 1, 2, 72),
            (3, 3, 1, 3, 75),
            (2, 1, 1, 2, 55),
            (2, 1, 2, 1, 55),
            (1, 1, 2, 2, 55),
        ] {
            let shape = MixerShape { channel_hidden: channels, ..shape(3, (2, 1), 3, hidden) };
            let own = problem(shape, own, other);
            let found = rank(&RankRequest::new(own.clone()), &|_, _| ()).unwrap().rank;
            assert_eq!((TreesBound.value(&own), found), (Some(value.into()), value));
        }
    }

    /// No weights exceed it; 4.1 and 4.8 are not below it.
    #[test]
    fn no_weights_exceed_it() {
        let mut sharper = 0;
        for (depth, degrees, width, hidden, own, other) in itertools::iproduct!(
            1..=2,
            [(1, 2), (2, 1), (3, 1), (2, 2)],
            1..=2,
            1..=2,
            1..=2,
            1..=2
        ) {
            let problem = problem(shape(depth, degrees, width, hidden), own, other);
            if TreesBound.applies(&problem).is_err() || depth == 2 && degrees.0 * degrees.1 > 3 {
                continue;
            }
            let value = withstood(&TreesBound, &problem);
            for bound in
                crate::bounds::applicable(&problem).iter().filter(|b| b.id() != "mixer-trees")
            {
                let other = bound.value(&problem).unwrap();
                let below = bound.side() == Side::Lower;
                assert!(if below { other <= value } else { value <= other }, "{}", bound.id());
                sharper += u32::from(bound.id() == "mixer-homogeneous" && value < other);
            }
        }
        assert!(sharper >= 10, "{sharper}");
    }

    #[test]
    fn its_hypotheses() {
        let plain = shape(1, (2, 1), 2, 2);
        let applies =
            |shape: MixerShape, own, other| TreesBound.applies(&problem(shape, own, other));
        assert!(applies(plain.clone(), 1, 3).is_ok() && applies(plain.clone(), 3, 1).is_ok());
        assert!(applies(plain.clone(), 2, 2).is_err());
        assert!(applies(MixerShape { token_hidden: 1, ..plain.clone() }, 2, 2).is_ok());
        assert!(applies(MixerShape { bias: true, ..plain.clone() }, 1, 1).is_err());
        assert!(applies(MixerShape { residual: true, ..plain.clone() }, 1, 1).is_err());
        let permutation = crate::network::layers::Permutation::new((0..4).rev().collect());
        assert!(applies(MixerShape { permutation, ..plain }, 1, 1).is_err());
    }

    /// Degree 1 at any depth, and depths whose degree no number holds.
    #[test]
    fn depths_do_not_matter_to_it() {
        let deep = |degrees| problem(shape(1 << 20, degrees, 2, 1), 1, 1);
        assert_eq!(TreesBound.value(&deep((1, 1))), Some(2.into()));
        assert_eq!(TreesBound.value(&deep((2, 1))), None);
        assert!(TreesBound.enclosure(&deep((2, 1))).is_some());
    }
}
