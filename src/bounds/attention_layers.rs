//! Theorem 3.14: attention given layer by layer, with residual connections, biases, a linear embedding
//! before it (3.15), and heads of any width (3.16).

use super::attention_graded::{HeadTerm, boxes, covariants, graded_enclosure, invariants};
use super::degree_covers::{staircase, thresholds};
use super::gram_form::{GramForm, gram_form};
use super::numbers::{
    covariant_dimension_bound, covariant_dimension_within, determinantal_dimension_bound,
    determinantal_dimension_within, log10_multiset_estimate, multiset, symmetric_entries,
};
use super::{Bound, Inapplicable, LogInterval, Side, affordable, short};
use crate::network::Problem;
use rug::Integer;

struct LayersBound;

impl Bound for LayersBound {
    fn id(&self) -> &'static str {
        "attention-layers"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "3.14"
    }
    fn formula(&self) -> &'static str {
        "$min_{0<=t_0<=..<=t_C<=E+1} sum_{b=0}^{C} [ P_b(E-t_b) + Q_{C-b}(t_b-1) ]$, $P_b(s)$ the functions of \
         degree b in $G_B$ and s in the forms that the first layer does not see, $Q_c(s)$ those of $A$; at most \
         $sum_{b=0}^{C} min( h(r,|B|;b), h_1(r,|A|;C-b), d_x h(r,|A|;C-b) )$, $r$ the entries of a token that are \
         read, $C$ the degree in $G$; with biases $min_{0<=t<=C+1} [ V(t-1) + U(C-t) ]$, output token in $A$"
    }
    fn hypotheses(&self) -> &'static str {
        "attention, layer by layer, with or without residual connections, biases, a linear embedding, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        match gram_form(problem) {
            Some(_) => Ok(()),
            None => Err(Inapplicable::new(
                "needs layers of attention whose scores are not masked or weighted, and linear ones",
            )),
        }
    }
    /// Where the partitions in h or h1 are too many to sum, their always valid bounds stand in.
    fn value(&self, problem: &Problem) -> Option<Integer> {
        let form = gram_form(problem)?;
        let width = form.entries();
        let digits = log10_multiset_estimate(symmetric_entries(width).to_f64(), form.degree as f64);
        if !affordable(&(Integer::from(form.degree) + 1u32), digits) {
            return None;
        }
        let work = boxes(digits, form.degree + 1);
        let (own, other) = problem.side_sizes();
        let from_other: Vec<Integer> =
            (0..=form.degree).map(|b| invariant_functions(&form, width, other, b, work)).collect();
        let from_own: Vec<Integer> =
            (0..=form.degree).map(|c| covariant_functions(&form, width, own, c, work)).collect();
        let counts = short(4.0 * form.degree as f64 * form.bare as f64, digits)
            .then(|| head_term(&form).counts(form.degree))
            .flatten();
        let plain = if form.bias {
            covers(&from_other, &from_own).min()?
        } else if let Some(counts) = &counts {
            staircase(&from_other, &from_own, counts, form.reads)
        } else {
            let pairs = from_other.into_iter().zip(from_own.into_iter().rev());
            pairs.map(|(other, own)| other.min(own)).sum()
        };
        let covered = counts.map(|counts| {
            thresholds(&counts, form.leading, form.reads.saturating_sub(form.leading))
        });
        Some(covered.into_iter().fold(plain, Integer::min))
    }
    /// Without biases as for 3.3, and wide where a token or G is not read completely. With biases wide: from
    /// 1 to the least of three covers.
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        let form = gram_form(problem)?;
        let sides = problem.side_sizes();
        let degree = Integer::from(form.degree);
        if !form.bias {
            let whole = graded_enclosure(form.width, sides, &degree, None)?;
            let limited = form.leading < form.width || head_term(&form).unseen > 0;
            return Some(if limited {
                LogInterval::between(&LogInterval::one(), &whole)
            } else {
                whole
            });
        }
        let (from_other, from_own) =
            (invariants(form.width + 1, sides.1), covariants(form.width + 1, sides.0));
        let ends = from_other.term(&degree)?.min(&from_own.term(&degree)?);
        let least = match form.degree {
            0 => ends,
            c => {
                let below = Integer::from(c / 2);
                let rest = Integer::from(c - 1 - c / 2);
                ends.min(&from_other.term(&below)?.plus(&from_own.term(&rest)?))
            }
        };
        Some(LogInterval::between(&LogInterval::one(), &least))
    }
}

inventory::submit!(&LayersBound as &dyn Bound);

/// u, w and E of 3.16.
fn head_term(form: &GramForm) -> HeadTerm {
    let (seen, unseen) = form.coordinates();
    HeadTerm { seen, unseen, bare: form.bare.into() }
}

/// `V(t-1) + U(C-t)` for t = 0..=C+1.
fn covers(from_other: &[Integer], from_own: &[Integer]) -> impl Iterator<Item = Integer> {
    let below = std::iter::once(Integer::new()).chain(from_other.iter().cloned());
    let rest = from_own.iter().rev().cloned().chain([Integer::new()]);
    below.zip(rest).map(|(v, u)| v + u)
}

/// `h(r,|B|;b)`, or V(b) with biases: also at most the polynomials of degree 2b in the entries of B.
fn invariant_functions(form: &GramForm, width: usize, tokens: usize, b: u64, work: u64) -> Integer {
    let all = determinantal_dimension_within(width, tokens, b, work)
        .unwrap_or_else(|| determinantal_dimension_bound(width, tokens, b));
    if form.bias { all.min(multiset(&entries(form, tokens), 2 * b)) } else { all }
}

/// `min(h1, d_x h)`, or U(c) with biases.
fn covariant_functions(form: &GramForm, width: usize, tokens: usize, c: u64, work: u64) -> Integer {
    let all = covariant_dimension_within(width, tokens, c, work)
        .unwrap_or_else(|| covariant_dimension_bound(width, tokens, c));
    if form.bias {
        return all.min(multiset(&entries(form, tokens), 2 * c + 1));
    }
    if form.reads >= width {
        return all;
    }
    if tokens == 1 {
        let unread = Integer::from(width - form.reads);
        return all - multiset(&unread, 2 * c + 1);
    }
    all.min(invariant_functions(form, width, tokens, c, work) * Integer::from(form.reads))
}

/// The entries of some tokens and a constant.
fn entries(form: &GramForm, tokens: usize) -> Integer {
    Integer::from(form.width) * Integer::from(tokens) + 1u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::layers::{Attention, Layer, LinearHead, Residual};
    use crate::network::{Architecture, AttentionShape, Output, Partition, WeightStyle};
    use crate::prove::{RankRequest, Weights, generator, rank};

    fn attention(heads: usize, head_width: usize, bias: bool) -> Layer {
        Attention { bias, ..Attention::plain(heads, head_width) }.into()
    }

    fn residual(layer: Layer) -> Layer {
        Residual { inner: vec![layer] }.into()
    }

    fn embedding(outputs: usize, bias: bool) -> Layer {
        LinearHead { outputs, bias }.into()
    }

    fn problem(width: usize, layers: Vec<Layer>, own: usize, other: usize) -> Problem {
        let partition = Partition::new(own + other, &(0..own).collect::<Vec<_>>()).unwrap();
        Problem::new(Architecture::of_layers(width, layers), partition, Output::default()).unwrap()
    }

    fn found(problem: &Problem, weights: Option<WeightStyle>) -> usize {
        let mut request = RankRequest::new(problem.clone());
        if let Some(style) = weights {
            request.weights = Weights::Given(style.draw(problem, &mut generator(3)));
        }
        rank(&request, &|_, _| ()).unwrap().rank
    }

    /// Random weights reach it: two residual blocks, a narrow embedding before two layers of width 3, a
    /// head of width 1 in width 3, residual connections around some layers.
    #[test]
    fn random_weights_reach_it() {
        let plain = |d| attention(1, d, false);
        for (problem, value) in [
            (problem(2, vec![residual(plain(2)), residual(plain(2))], 2, 2), 18),
            (problem(2, vec![plain(2), residual(plain(2))], 2, 2), 18),
            (problem(3, vec![residual(plain(3)), residual(plain(3))], 3, 3), 49),
            (problem(2, vec![embedding(3, false), plain(3), plain(3)], 2, 2), 18),
            (problem(3, vec![embedding(2, false), residual(plain(2)), plain(2)], 2, 2), 18),
            (problem(3, vec![attention(1, 1, false)], 1, 2), 2),
        ] {
            assert_eq!(LayersBound.value(&problem), Some(value.into()), "{problem:?}");
            assert_eq!(found(&problem, None), value, "{problem:?}");
        }
    }

    /// With biases, and with or without residual connections: by the degree in what layer 1 sees.
    #[test]
    fn random_weights_with_biases_reach_it() {
        for (width, heads, head_width, value) in
            [(1, 1, 1, 8), (2, 1, 2, 33), (2, 2, 1, 26), (3, 1, 3, 85)]
        {
            let layer = || attention(heads, head_width, true);
            for layers in [vec![layer(), layer()], vec![residual(layer()), residual(layer())]] {
                let problem = problem(width, layers, width + 1, width + 1);
                assert_eq!(LayersBound.value(&problem), Some(value.into()), "{problem:?}");
                assert_eq!(found(&problem, None), value, "{problem:?}");
            }
        }
    }

    /// Heads narrower than d/H, and more or wider ones than d/H: 3.16 and 3.15(b).
    #[test]
    fn random_weights_of_any_head_width_reach_it() {
        for (width, heads, head_width, value) in [
            (2, 1, 1, 8),
            (3, 2, 1, 25),
            (3, 1, 2, 39),
            (4, 1, 2, 46),
            (4, 1, 3, 96),
            (3, 4, 1, 46),
            (3, 2, 2, 49),
            (2, 2, 2, 18),
        ] {
            let layer = || attention(heads, head_width, false);
            for layers in [vec![layer(), layer()], vec![layer(), residual(layer())]] {
                let problem = problem(width, layers, width, width);
                assert_eq!(LayersBound.value(&problem), Some(value.into()), "{problem:?}");
                assert_eq!(found(&problem, None), value, "{problem:?}");
            }
        }
        // A residual connection around a narrow first layer: it reads all of the token.
        let residuals = vec![residual(attention(1, 2, false)), residual(attention(1, 2, false))];
        let problem = problem(3, residuals, 3, 3);
        assert_eq!(LayersBound.value(&problem), Some(40.into()));
        assert_eq!(found(&problem, None), 40);
    }

    /// Several heads with residual connections: the third term of 3.3 stays.
    #[test]
    fn heads_with_residual_connections_reach_it() {
        for (width, heads, value) in [(2, 2, 17), (3, 3, 43), (4, 2, 107), (4, 4, 85)] {
            let layer = || residual(attention(heads, width / heads, false));
            let problem = problem(width, vec![layer(), layer()], width, width);
            assert_eq!(LayersBound.value(&problem), Some(value.into()), "{problem:?}");
            assert_eq!(found(&problem, None), value, "{problem:?}");
        }
    }

    /// Heads of the width d/H, as a network by its layers: not above 3.3, whose plain form is the same.
    #[test]
    fn it_is_not_above_the_graded_bound() {
        let graded = crate::bounds::find("attention-graded").unwrap();
        let cases = itertools::iproduct!(1..=3usize, 1..=6usize, 1..=6usize, [1, 2, 6], [1, 3]);
        for (depth, width, heads, own, other) in cases {
            if width % heads > 0 {
                continue;
            }
            let layers = vec![residual(attention(heads, width / heads, false)); depth];
            let problem = problem(width, layers, own, other);
            let shape = Architecture::Attention(AttentionShape { depth, width, heads });
            let plain = Problem::new(shape, problem.partition().clone(), problem.output()).unwrap();
            let value = LayersBound.value(&problem).unwrap();
            assert!(
                value <= graded.value(&plain).unwrap(),
                "{depth} {width} {heads} {own} {other}"
            );
            assert!(LayersBound.enclosure(&problem).unwrap().admits(&value), "{problem:?}");
        }
    }

    /// No weights exceed it, whatever the layers.
    #[test]
    fn no_weights_exceed_it() {
        let mut cases = Vec::new();
        for (width, heads, head_width, bias) in
            itertools::iproduct!(1..=2, 1..=2, 1..=2, [false, true])
        {
            if bias && (width, heads) != (2, 1) && (width, heads) != (1, 1) {
                continue;
            }
            let layer = || attention(heads, head_width, bias);
            for layers in [
                vec![layer(), attention(1, 1, !bias)],
                vec![residual(layer()), layer()],
                vec![residual(layer()), residual(layer())],
                vec![embedding(1, bias), attention(1, 1, false)],
                vec![embedding(3, bias), attention(1, 1, false), embedding(2, true)],
            ] {
                for (own, other) in if width == 1 { [(1, 2), (2, 1)] } else { [(1, 1), (2, 1)] } {
                    cases.push(problem(width, layers.clone(), own, other));
                }
            }
        }
        for problem in cases {
            if LayersBound.applies(&problem).is_err() {
                assert!(!matches!(problem.architecture(), Architecture::Layers(_)));
                continue;
            }
            let value = LayersBound.value(&problem).unwrap();
            assert!(LayersBound.enclosure(&problem).unwrap().admits(&value), "{problem:?}");
            for style in [None, Some(WeightStyle::ALL[1])] {
                assert!(value >= found(&problem, style), "{value} {problem:?}");
            }
        }
    }

    #[test]
    fn masks_and_other_layers_are_refused() {
        let causal: Layer = Attention { causal: true, ..Attention::plain(1, 2) }.into();
        let relative: Layer = Attention { relative: true, ..Attention::plain(1, 2) }.into();
        for layers in [vec![causal.clone()], vec![relative], vec![residual(causal)]] {
            assert!(LayersBound.applies(&problem(2, layers, 2, 2)).is_err());
        }
        // Plain attention has its own bounds.
        assert!(LayersBound.applies(&problem(2, vec![attention(1, 2, false)], 2, 2)).is_err());
    }
}
