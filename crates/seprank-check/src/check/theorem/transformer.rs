//! Blocks of attention and a position-wise polynomial with residual connections: docs/theory.md, 5.4 and 5.4'.

use super::blocks::Blocks;
use crate::check::count::{Estimate, Failure, OrTooCostly, Work, big, monomials};
use crate::check::problem::Problem;
use num_bigint::BigUint;
use num_traits::One;

/// 5.4 is tried with at most so many blocks that read.
const MAX_READING: u64 = 64;
/// 5.4' is tried with at most so many numbers of markers of either kind.
const MAX_MARKERS: u64 = 256;

/// `mc(v+1, K)`, or the product of two of them.
struct Choice {
    factors: Vec<(u64, u64)>,
}

impl Choice {
    fn value(&self, work: &Work) -> Option<BigUint> {
        let mut value = BigUint::one();
        for (v, k) in &self.factors {
            value *= monomials(work, &big(v + 1), &big(*k))?;
        }
        Some(value)
    }

    /// The natural logarithm, within a half: to see which choices can be the best.
    fn estimate(&self) -> f64 {
        // mc(v+1, K) = C(v+K, v).
        let term = |&(v, k): &(u64, u64)| {
            let (n, s) = (v as f64 + k as f64, v.min(k) as f64);
            if s == 0.0 {
                return 0.0;
            }
            let rest = n - s;
            let spread = n / (std::f64::consts::TAU * s * rest);
            s * (n / s).ln() - rest * (-s / n).ln_1p() + spread.ln() / 2.0
        };
        self.factors.iter().map(term).sum()
    }
}

/// The largest value of any choice.
pub(super) fn transformer(problem: &Problem, work: &Work) -> Result<Estimate, Failure> {
    let failure = || {
        Failure::Hypothesis(
            "two blocks of attention and a channel mixing of degree k >= 2, residual connections, room for a marker",
        )
    };
    let form = Blocks::of(problem).filter(|f| f.residual && f.degree >= 2).ok_or_else(failure)?;
    let [a, b] = problem.sides();
    let sizes = Sizes { form, width: problem.width, tokens: a.min(b) };
    let (choices, all) = sizes.choices(work).or_too_costly()?;
    let mut ranked: Vec<_> = choices.iter().map(|choice| (choice.estimate(), choice)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some(&(top, _)) = ranked.first() else {
        return Err(if all { failure() } else { Failure::TooCostly });
    };
    let near = ranked.into_iter().take_while(|(estimate, _)| *estimate >= top - 2.0);
    let values: Vec<_> = near.map(|(_, choice)| choice.value(work)).collect();
    let sharp = all && values.iter().all(Option::is_some);
    let value = values.into_iter().flatten().max();
    Ok(Estimate { value: value.or_too_costly()?, sharp })
}

struct Sizes {
    form: Blocks,
    width: u64,
    /// Of the smaller side.
    tokens: u64,
}

impl Sizes {
    /// Units of the position-wise part for b markers: 2b+4 if k = 2, else (k+1)^2 b.
    fn hidden_suffices(&self, b: u64) -> bool {
        let k = self.form.degree;
        let units = if k == 2 { 2 * b + 4 } else { (k + 1) * (k + 1) * b };
        units <= self.form.hidden
    }

    /// `k (3k)^blocks`.
    fn exponent(&self, blocks: u64) -> Option<u64> {
        let power = (3 * self.form.degree).checked_pow(u32::try_from(blocks).ok()?)?;
        power.checked_mul(self.form.degree)
    }

    /// Coordinates that the heads read for so many markers.
    fn read(&self, heads: u64, markers: u64) -> u64 {
        (heads / markers.div_ceil(self.form.head_width)).saturating_mul(self.form.head_width)
    }

    /// The choices that may be the best, and whether none was left out for its size; `None` if there are too many.
    fn choices(&self, work: &Work) -> Option<(Vec<Choice>, bool)> {
        let Blocks { depth, heads, .. } = self.form;
        let mut list = Vec::new();
        let mut all = true;
        let most = self.tokens.min(self.width);
        let last = MAX_READING.min(depth - 1);
        work.take(most.checked_mul(last)?.checked_mul(16)?)?;
        for rho in 1..=last {
            let plan = |b: u64| {
                let payload =
                    self.width.checked_sub(b + 1)?.min(self.read(heads.saturating_mul(rho), b));
                let first = rho == 1 || self.read(heads, b) >= b;
                (payload >= b && first && self.hidden_suffices(b)).then(|| b * payload)
            };
            if let Some(v) = (1..=most).filter_map(plan).max() {
                match self.exponent(depth - rho - 1) {
                    Some(k) => list.push(Choice { factors: vec![(v, k)] }),
                    None => all = false,
                }
            }
        }
        if self.form.degree == 2 && depth >= 3 {
            match self.exponent(depth - 3).filter(|k| *k < 1 << 60) {
                Some(k) => list.extend(self.two_stages(k)),
                None => all = false,
            }
        }
        Some((list, all))
    }

    /// 5.4'.
    fn two_stages(&self, k: u64) -> Vec<Choice> {
        let step = self.tokens.div_ceil(MAX_MARKERS);
        let counts: Vec<u64> = (1..=self.tokens / step).map(|n| n * step).collect();
        let heads = self.form.heads;
        let mut list = Vec::new();
        for (&a, &b) in counts.iter().flat_map(|a| counts.iter().map(move |b| (a, b))) {
            let Some(rest) = self.width.checked_sub(a + b + 1).filter(|_| a + b <= self.tokens)
            else {
                continue;
            };
            let payload = rest.min(self.read(heads, a)).min(self.read(heads - 1, b) + a);
            let fits = payload >= a + b && self.hidden_suffices(a) && self.hidden_suffices(b);
            if fits {
                list.push(Choice { factors: vec![(a * payload, 4 * k), (b * (payload - a), k)] });
            }
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(depth: u64, (heads, head_width): (u64, u64), degree: u64, tokens: u64) -> Sizes {
        let width = heads * head_width;
        let hidden = 4 * width;
        let form =
            Blocks { depth, degree, heads, head_width, hidden, residual: true, reads: width };
        Sizes { form, width, tokens }
    }

    fn best(sizes: &Sizes) -> (Vec<(u64, u64)>, f64) {
        let (choices, _) = sizes.choices(&Work::new()).unwrap();
        let best = choices.into_iter().max_by(|a, b| a.estimate().total_cmp(&b.estimate()));
        best.map(|choice| (choice.factors.clone(), choice.estimate())).unwrap()
    }

    /// The variables and exponents of the published shapes, by hand.
    #[test]
    fn the_choices_of_the_published_shapes() {
        let at = |depth, heads| best(&sizes(depth, (heads, 64), 2, 98));
        // b = 64: v = 64 * 703 and 64 * 959; b = 98: 98 * 669 and 98 * 925.
        assert_eq!(at(6, 12).0, [(44992, 2592)]);
        assert_eq!(at(6, 16).0, [(61376, 2592)]);
        // b_1 = 64, b_2 = 34: 64 * 669 and 34 * 605, 64 * 925 and 34 * 861.
        for (depth, heads, v, w, log10) in [
            (11, 12, 42816, 20570, 179_999.8),
            (12, 12, 42816, 20570, 229_276.3),
            (24, 16, 59200, 29274, 1_133_189.6),
        ] {
            let (factors, log) = at(depth, heads);
            let k = 2 * 6u64.pow(depth as u32 - 3);
            assert_eq!(factors, [(v, 4 * k), (w, k)]);
            assert!((log / std::f64::consts::LN_10 - log10).abs() < 0.1, "{depth} {log}");
        }
    }

    #[test]
    fn estimates_are_close() {
        for (v, k) in [(0, 5), (1, 1), (1, 100), (7, 2), (40, 40), (3, 500)] {
            let choice = Choice { factors: vec![(v, k)] };
            let exact = choice.value(&Work::new()).unwrap();
            let exact = exact.to_string().parse::<f64>().unwrap().ln();
            assert!((choice.estimate() - exact).abs() < 0.5, "{v} {k}");
        }
    }
}
