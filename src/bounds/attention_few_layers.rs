//! Theorem 3.17: one layer, two layers with one head as wide as the tokens, and any number of layers on tokens of
//! one entry. There the upper bounds 3.3 and 3.14(a) are the generic rank, so this lower bound makes it exact.

use super::numbers::{attention_half_degree, symmetric_entries};
use super::{Bound, Inapplicable, LogInterval, MAX_DIGITS, Side};
use crate::network::layers::Layer;
use crate::network::{Architecture, Problem};
use rug::Integer;

struct FewLayersBound;

impl Bound for FewLayersBound {
    fn id(&self) -> &'static str {
        "attention-few-layers"
    }
    fn side(&self) -> Side {
        Side::Lower
    }
    fn theorem(&self) -> &'static str {
        "3.17"
    }
    fn formula(&self) -> &'static str {
        "$r + 1$ for $L = 1$, $1 + n + n(n+1)/2 + r n + r$ for $L = 2$, $n = r(r+1)/2$, $1 + (3^L - 1)/2$ for $r = 1$, \
         $r$ the entries of a token that are read"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, $L = 1$ with $H d_a >= r$, or $L = 2$ with $d_a >= r$ and two tokens on either side, or $r = 1$, with \
         or without a linear embedding, residual connections and biases, almost all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        let form = form(problem).ok_or_else(|| {
            Inapplicable::new("needs layers of attention, not masked, weighted or sharing keys")
        })?;
        let sides = problem.side_sizes();
        match form.depth {
            _ if form.entries == 1 => Ok(()),
            1 if form.reads >= form.entries => Ok(()),
            1 => Err(Inapplicable::new("needs heads that together have the width of a token")),
            2 if form.widest < form.entries => {
                Err(Inapplicable::new("needs a head as wide as a token in either of two layers"))
            }
            2 if sides.0.min(sides.1) < 2 => {
                Err(Inapplicable::new("needs two tokens on either side for two layers"))
            }
            2 => Ok(()),
            _ => Err(Inapplicable::new("is for one layer, for two and for tokens of one entry")),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let form = form(problem)?;
        let r = Integer::from(form.entries);
        if form.entries == 1 {
            // 3^L has less than half as many digits as L.
            let short = form.depth as f64 / 2.0 <= MAX_DIGITS;
            return short.then(|| attention_half_degree(form.depth) + 1u32);
        }
        if form.depth == 1 {
            return Some(r + 1u32);
        }
        let n = symmetric_entries(form.entries);
        let pairs = Integer::from(&n * &Integer::from(&n + 1u32)) / 2u32;
        Some(pairs + (n + 1u32) * (r + 1u32))
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let form = form(problem)?;
        match form.entries {
            1 => LogInterval::of(&(attention_half_degree(form.depth) + 1u32)),
            _ => LogInterval::of(&self.value(problem)?),
        }
    }
}

inventory::submit!(&FewLayersBound as &dyn Bound);

/// A linear embedding and layers of attention, whatever their number.
struct Form {
    depth: usize,
    /// r: the entries of a token that reach the first layer of attention.
    entries: usize,
    /// `H d_a` of the first layer.
    reads: usize,
    /// In each layer a head has this width or more.
    widest: usize,
}

/// The form of a network, if it has one. Cost: a step a layer.
fn form(problem: &Problem) -> Option<Form> {
    let shape = match problem.architecture() {
        Architecture::Attention(shape) => {
            let (depth, entries, widest) = (shape.depth, shape.width, shape.width / shape.heads);
            return Some(Form { depth, entries, reads: entries, widest });
        }
        Architecture::Layers(shape) => shape,
        Architecture::Mixer(_) => return None,
    };
    let embeddings = shape.layers.iter().map_while(|layer| match layer {
        Layer::LinearHead(head) => Some(head.outputs),
        _ => None,
    });
    let entries = embeddings.clone().fold(shape.width, usize::min);
    let layers = &shape.layers[embeddings.count()..];
    let mut form = Form { depth: layers.len(), entries, reads: 0, widest: usize::MAX };
    for (index, layer) in layers.iter().enumerate() {
        let Layer::Attention(a) = layer.inside() else { return None };
        if !a.is_plain_or_biased() {
            return None;
        }
        form.widest = form.widest.min(a.head_width);
        if index == 0 {
            form.reads = a.heads.checked_mul(a.head_width)?;
        }
    }
    (form.depth > 0).then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bounds::{best, evaluate};
    use crate::network::layers::{Attention, LinearHead, Residual};
    use crate::network::{AttentionShape, Output, Partition};
    use crate::prove::{RankRequest, rank};
    use seprank_check::check;

    fn problem(architecture: Architecture, own: usize, other: usize) -> Problem {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
        Problem::new(architecture, partition, Output::default()).unwrap()
    }

    fn attention(depth: usize, width: usize, heads: usize) -> Architecture {
        Architecture::Attention(AttentionShape { depth, width, heads })
    }

    /// Both halves by computation and by theorems: random weights have the rank, at d = 2 with a certificate
    /// that the checker accepts, which is the proof for that width.
    #[test]
    fn random_weights_reach_it() {
        let two = itertools::iproduct!([2], 1..=5usize, [1], 2..=3, 2..=3);
        let one = itertools::iproduct!([1], 1..=4usize, 1..=4, 1..=2, 1..=2);
        let narrow = itertools::iproduct!(1..=5, [1], [1], 1..=2, 1..=2);
        for (depth, width, heads, own, other) in two.chain(one).chain(narrow) {
            if width % heads > 0 {
                continue;
            }
            let problem = problem(attention(depth, width, heads), own, other);
            let value = FewLayersBound.value(&problem).unwrap();
            assert!(FewLayersBound.applies(&problem).is_ok());
            let answer = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap();
            assert_eq!(value, answer.rank, "{depth} {width} {heads} {own} {other}");
            let above = best(&problem, Side::Upper).unwrap();
            assert_eq!(above.value, Some(value), "{depth} {width} {heads} {own} {other}");
            if (depth, width) == (2, 2) {
                assert_eq!(answer.rank, 18);
                let certificate = answer.certificate().unwrap();
                assert_eq!(check::check(&certificate), check::Verdict::Valid);
            }
        }
    }

    /// Residual connections, biases, an embedding up or down, more heads than one.
    #[test]
    fn layers_reach_it() {
        let plain = |heads, head_width| Layer::from(Attention::plain(heads, head_width));
        let biased = || Layer::from(Attention { bias: true, ..Attention::plain(1, 2) });
        let around = |layer: Layer| Layer::from(Residual { inner: vec![layer] });
        let linear = |outputs| Layer::from(LinearHead { outputs, bias: false });
        for (width, layers, value) in [
            (2, vec![around(plain(1, 2)), around(plain(1, 2))], 18),
            (2, vec![plain(1, 2), around(plain(2, 2))], 18),
            (2, vec![linear(3), plain(1, 2), plain(1, 3)], 18),
            (3, vec![linear(2), around(plain(1, 2)), plain(1, 2)], 18),
            (3, vec![linear(4), linear(2), plain(2, 1)], 3),
            (1, vec![plain(2, 1), around(plain(1, 1)), plain(1, 3)], 14),
            (
                3,
                vec![linear(1), linear(2), around(plain(2, 1)), plain(1, 1), around(plain(1, 2))],
                14,
            ),
            (2, vec![biased(), around(biased())], 18),
        ] {
            let biases = layers.iter().any(|l| *l == biased());
            let problem = problem(Architecture::of_layers(width, layers), 2, 2);
            assert!(FewLayersBound.applies(&problem).is_ok(), "{problem:?}");
            assert_eq!(FewLayersBound.value(&problem), Some(value.into()));
            let found = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap().rank;
            assert!(if biases { found > value } else { found == value }, "{found} {problem:?}");
        }
    }

    /// Any size: the upper bound has the same value.
    #[test]
    fn it_is_exact_at_any_width() {
        for (width, value) in
            [(16, 11_645u64), (768, 43_827_094_849), (16_384, 9_010_498_158_751_745)]
        {
            let problem = problem(attention(2, width, 1), 98, 98);
            let n = width as u64 * (width as u64 + 1) / 2;
            assert_eq!(1 + n + n * (n + 1) / 2 + width as u64 * (n + 1), value);
            let own = evaluate(&FewLayersBound, &problem, 30.0).value.unwrap();
            assert_eq!(own, value);
            assert_eq!(best(&problem, Side::Upper).unwrap().value, Some(own));
        }
        // 1 + (3^L - 1)/2 by adding one power of three at a time, and where that is too long to write.
        let powers =
            std::iter::successors(Some(Integer::from(1)), |p| Some(Integer::from(p * 3u32)));
        let deep = problem(attention(500, 1, 1), 3, 1);
        let own = evaluate(&FewLayersBound, &deep, 300.0);
        assert_eq!(own.value, Some(powers.take(500).sum::<Integer>() + 1u32));
        assert_eq!(best(&deep, Side::Upper).unwrap().value, own.value);
        let deepest = problem(attention(1 << 24, 1, 1), 1, 1);
        let own = evaluate(&FewLayersBound, &deepest, MAX_DIGITS);
        let log = own.log.unwrap().log10().unwrap()[0];
        assert!(
            own.value.is_none()
                && (log - (3f64.log10() * 2f64.powi(24) - 2f64.log10())).abs() < 1.0
        );
    }

    #[test]
    fn other_problems_are_refused() {
        for (depth, width, heads, own, other) in
            [(2, 4, 2, 3, 3), (2, 4, 1, 1, 3), (2, 4, 1, 3, 1), (3, 4, 1, 4, 4)]
        {
            let problem = problem(attention(depth, width, heads), own, other);
            assert!(FewLayersBound.applies(&problem).is_err(), "{depth} {heads} {own} {other}");
        }
        let causal = Attention { causal: true, ..Attention::plain(1, 2) };
        let narrow = Attention::plain(1, 1);
        for layer in [causal, narrow] {
            let problem = problem(Architecture::of_layers(2, vec![layer.into()]), 2, 2);
            assert!(FewLayersBound.applies(&problem).is_err());
        }
    }
}
