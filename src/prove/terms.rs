//! The work of a forward pass over polynomials, counted in terms that are made: products of two terms, and the terms of
//! every product and every sum.
//!
//! The entries of a matrix are bounded alike: each has at most so many terms, no more than its factors and summands
//! make, nor than there are monomials of its degree that may occur. Of attention only those occur that have an even
//! degree in every token, or an odd one in one token (Lemma 3.1: entries of Gram matrices times a token); of a Mixer
//! whose activation is z^k only those that have a multiple of k as degree in every channel.

use crate::network::expression::Expression;
use crate::network::layers::placed;
use crate::network::{Architecture, InputFamily, MixerShape, Problem};
use crate::tensor::count_monomials;
use crate::tensor::hankel::Sizes;

/// The monomials that may occur.
pub(super) enum Support {
    /// All in so many variables, of one degree or up to it.
    All { variables: u64, homogeneous: bool },
    /// Those of a degree that is a multiple of `step` in each group of variables: entry c is the number of those of
    /// degree `step c`, and of `step c + 1` where one group has one more.
    Groups { step: u64, whole: Vec<f64>, one_more: Vec<f64> },
}

/// Above that degree groups are not told apart.
const LONGEST: u64 = 2048;

impl Support {
    pub(super) fn groups((count, size): (u64, u64), step: u64, degree: u64) -> Self {
        let variables = count.saturating_mul(size);
        if step == 0 || degree / step > LONGEST {
            return Self::All { variables, homogeneous: true };
        }
        let length = (degree / step + 1) as usize;
        let group = |more: u64| -> Vec<f64> {
            (0..length as u64).map(|c| monomials(size, step * c + more, true)).collect()
        };
        let (whole, one_more) = (group(0), group(1));
        // The power of the series of a group, by squaring.
        let (mut others, mut square) = (vec![0.0; length], whole.clone());
        others[0] = 1.0;
        let mut left = count.saturating_sub(1);
        while left > 0 {
            if left % 2 == 1 {
                others = convolution(&others, &square);
            }
            square = convolution(&square, &square);
            left /= 2;
        }
        let [whole, one_more] = [whole, one_more].map(|series| convolution(&others, &series));
        Self::Groups { step, whole, one_more }
    }

    /// The number of monomials of a degree.
    pub(super) fn count(&self, degree: u64) -> f64 {
        match self {
            Self::All { variables, homogeneous } => monomials(*variables, degree, *homogeneous),
            Self::Groups { step, whole, one_more } => {
                let series = match degree % step {
                    0 => whole,
                    1 => one_more,
                    // On the way to a power.
                    _ => return f64::INFINITY,
                };
                series.get((degree / step) as usize).copied().unwrap_or(f64::INFINITY)
            }
        }
    }
}

fn monomials(variables: u64, degree: u64, homogeneous: bool) -> f64 {
    count_monomials(variables, degree, homogeneous).map_or(f64::INFINITY, |n| n as f64)
}

/// The product of two power series, as far as they go.
fn convolution(a: &[f64], b: &[f64]) -> Vec<f64> {
    (0..a.len()).map(|c| (0..=c).map(|i| a[i] * b[c - i]).sum()).collect()
}

/// Every entry of a matrix.
#[derive(Clone, Copy)]
struct Entry {
    terms: f64,
    degree: u64,
}

/// Work, as it is counted.
struct Walk {
    support: Support,
    work: f64,
}

/// What a layer is applied to, and its parameters.
struct Place<'a> {
    input: (usize, usize),
    parameters: &'a [(usize, usize)],
    state: Entry,
}

impl Walk {
    fn capped(&self, terms: f64, degree: u64) -> Entry {
        Entry { terms: terms.min(self.support.count(degree)), degree }
    }

    /// The product of two entries, made `count` times.
    fn product(&mut self, a: Entry, b: Entry, count: f64) -> Entry {
        let product = self.capped(a.terms * b.terms, a.degree.saturating_add(b.degree));
        self.work += count * (a.terms * b.terms + product.terms);
        product
    }

    /// The power of an entry, by squaring: t terms have t (t + 1) / 2 products of two.
    fn power(&mut self, z: Entry, exponent: u64, count: f64) -> Entry {
        let mut power = z;
        for bit in (0..exponent.max(1).ilog2()).rev() {
            let most = (power.terms + 1.0) / 2.0 * power.terms;
            power = self.product(power, power, count);
            power.terms = power.terms.min(most);
            if exponent >> bit & 1 == 1 {
                power = self.product(power, z, count);
            }
        }
        power
    }

    fn expression(&mut self, e: &Expression, place: &Place) -> Entry {
        use Expression::*;
        let size = |e: &Expression| {
            let (rows, cols) = e.size(place.input, &|i| place.parameters[i]).unwrap_or_default();
            [rows as f64, cols as f64]
        };
        let count = |e: &Expression| size(e).iter().product::<f64>();
        match e {
            Input => place.state,
            Parameter(_) => Entry { terms: 1.0, degree: 0 },
            Product(a, b) => {
                let ([rows, inner], [_, cols]) = (size(a), size(b));
                let (a, b) = (self.expression(a, place), self.expression(b, place));
                let term = self.product(a, b, rows * inner * cols);
                let sum = self.capped(inner * term.terms, term.degree);
                self.work += rows * (inner - 1.0).max(0.0) * cols * sum.terms;
                sum
            }
            Hadamard(a, b) => {
                let entries = count(a);
                let (a, b) = (self.expression(a, place), self.expression(b, place));
                self.product(a, b, entries)
            }
            Sum(list) => {
                let terms: Vec<Entry> = list.iter().map(|e| self.expression(e, place)).collect();
                let degree = terms.iter().map(|e| e.degree).max().unwrap_or(0);
                let sum = self.capped(terms.iter().map(|e| e.terms).sum(), degree);
                self.work += (list.len() as f64 - 1.0).max(0.0) * count(e) * sum.terms;
                sum
            }
            Transpose(a) | Repeat { of: a, .. } | Gather { of: a, .. } => self.expression(a, place),
            // Of no polynomial is this asked.
            Real { of: a, .. } => self.expression(a, place),
            Power(a, exponent) => {
                let entries = count(a);
                let z = self.expression(a, place);
                self.power(z, *exponent, entries)
            }
            Polynomial { of: a, degree, .. } => {
                let entries = count(a);
                let z = self.expression(a, place);
                let first = Entry { terms: 1.0, degree: 0 };
                (0..*degree).fold(first, |sum, _| {
                    let next = self.product(sum, z, entries);
                    self.capped(next.terms + 1.0, next.degree)
                })
            }
            Then(a, b) => {
                let [rows, cols] = size(a);
                let state = self.expression(a, place);
                let input = (rows as usize, cols as usize);
                self.expression(b, &Place { input, state, ..*place })
            }
        }
    }

    /// Through all layers.
    fn layers(&mut self, problem: &Problem, terms: f64, degree: u64) {
        let layers = problem.layers();
        let mut state = Entry { terms, degree };
        for (layer, input) in placed(&layers, (problem.tokens(), problem.width())) {
            let parameters = layer.parameters(input.0, input.1);
            let parameters: Vec<_> = parameters.iter().map(|p| (p.rows, p.cols)).collect();
            let place = Place { input, parameters: &parameters, state };
            state = self.expression(&layer.expression(input.0, input.1), &place);
        }
    }
}

/// Whether nothing is added to powers of sums of the input, nor the input permuted.
fn is_plain(shape: &MixerShape) -> bool {
    !shape.bias && !shape.residual && shape.permutation.is_none()
}

/// The work of the coefficient tensor on those inputs, or on all.
pub(super) fn of_tensor(problem: &Problem, family: Option<&InputFamily>) -> f64 {
    let Ok(degree) = problem.degree() else { return f64::INFINITY };
    let (tokens, width) = (problem.tokens() as u64, problem.width() as u64);
    let support = match (family, problem.architecture()) {
        (None, Architecture::Attention(_)) => Support::groups((tokens, width), 2, degree),
        (None, Architecture::Mixer(shape)) if is_plain(shape) => {
            Support::groups((width, tokens), shape.token_degree, degree)
        }
        (None, _) => Support::All { variables: tokens.saturating_mul(width), homogeneous: false },
        (Some(family), _) => {
            let variables = (family.left.parameters + family.right.parameters) as u64;
            Support::All { variables, homogeneous: false }
        }
    };
    let entries = family.map(|family| {
        let branches = [&family.left, &family.right].map(|side| &side.branches);
        branches.into_iter().flatten().flat_map(|m| m.iter()).collect::<Vec<_>>()
    });
    let entries = entries.unwrap_or_default();
    let terms = entries.iter().map(|p| p.terms().len()).max().unwrap_or(1);
    let entry_degree = entries.iter().map(|p| p.degree()).max().unwrap_or(1);
    let mut walk = Walk { support, work: 0.0 };
    walk.layers(problem, terms.max(1) as f64, entry_degree.max(1));
    walk.work
}

/// The work of the function of the sum of a Mixer, whose variables are the entries of W1 X: a polynomial in their
/// powers.
pub(super) fn of_reduced(problem: &Problem, shape: &MixerShape, sizes: Sizes) -> f64 {
    let support = Support::groups((sizes.variables, 1), shape.token_degree, sizes.degree);
    let mut walk = Walk { support, work: 0.0 };
    walk.layers(problem, 1.0, 1);
    walk.work
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::{Prime, Rational, Ring};
    use crate::network::WeightStyle;
    use crate::poly::{Polynomial, counted};
    use crate::prove::generator;
    use crate::tensor::hankel::reduced_function;
    use crate::tensor::{CoefficientTensor, MemoryLimit};

    fn problems() -> Vec<Problem> {
        let attention = [(1, 2, 1, 3), (2, 2, 1, 4), (2, 2, 2, 4), (2, 3, 1, 2), (3, 1, 1, 3)];
        let mixers = [(1, 2, 2, 4), (2, 2, 2, 4), (3, 2, 1, 4), (3, 1, 2, 4)];
        let attention = attention.map(|(depth, d, h, n)| Problem::attention(depth, d, h, n));
        let mixers = mixers.map(|(depth, d, s, n)| Problem::mixer(depth, d, s, n));
        attention.into_iter().chain(mixers).map(Result::unwrap).collect()
    }

    /// What is counted beforehand is what is made, to a hundredth, and at most a few times that where terms are bounded by
    /// those of their factors.
    #[test]
    fn the_work_that_is_counted_is_done() {
        for problem in problems() {
            let network = WeightStyle::Random.draw(&problem, &mut generator(1));
            let family = InputFamily::all(&problem);
            let (limit, embed) = (MemoryLimit::default(), Rational::clone);
            let (tensor, done) =
                counted(|| CoefficientTensor::new(&problem, &network, &family, embed, limit));
            let ratio = of_tensor(&problem, None) / done as f64;
            assert!((0.99..3.0).contains(&ratio), "{ratio} {problem:?}");
            // Random weights leave out no monomial that may occur.
            let degree = problem.degree().unwrap();
            let (tokens, width) = (problem.tokens() as u64, problem.width() as u64);
            let support = match problem.architecture() {
                Architecture::Mixer(_) => Support::groups((width, tokens), 2, degree),
                _ => Support::groups((tokens, width), 2, degree),
            };
            let terms = tensor.unwrap().polynomial().terms().len() as f64;
            assert_eq!(terms, support.count(degree), "{problem:?}");
            // A first layer alone is mostly the product with W1, which the reduced one has not.
            let Architecture::Mixer(shape) = problem.architecture() else { continue };
            if shape.depth == 1 {
                continue;
            }
            let reduced = || reduced_function(&problem, &network, Prime::WORD).unwrap();
            let ratio = of_reduced(&problem, shape, Sizes::new(&problem).unwrap())
                / counted(reduced).1 as f64;
            assert!((0.5..4.0).contains(&ratio), "{ratio} {problem:?}");
        }
    }

    /// Against a list of all monomials.
    #[test]
    fn groups_have_the_monomials_that_are_listed() {
        fn list(variables: usize, degree: u64) -> Vec<Vec<u64>> {
            if variables == 0 {
                return if degree == 0 { vec![Vec::new()] } else { Vec::new() };
            }
            let with = |e: u64| {
                list(variables - 1, degree - e)
                    .into_iter()
                    .map(move |rest| [rest, vec![e]].concat())
            };
            (0..=degree).flat_map(with).collect()
        }
        for (count, size, step) in [(1, 1, 2), (2, 2, 2), (3, 1, 3), (2, 3, 2), (4, 1, 2)] {
            let support = Support::groups((count, size), step, 7);
            for degree in (0..=7u64).filter(|degree| degree % step < 2) {
                let fits = |exponents: &Vec<u64>| {
                    let groups = exponents.chunks(size as usize).map(|g| g.iter().sum::<u64>());
                    let more = degree % step;
                    groups.enumerate().all(|(g, sum)| sum % step == if g == 0 { more } else { 0 })
                };
                let listed =
                    list((count * size) as usize, degree).iter().filter(|e| fits(e)).count();
                assert_eq!(support.count(degree), listed as f64, "{count} {size} {step} {degree}");
            }
        }
        let all = Support::All { variables: 3, homogeneous: true };
        assert_eq!(all.count(4), list(3, 4).len() as f64);
        // No series is longer than that.
        assert!(matches!(Support::groups((2, 2), 2, 2 * LONGEST + 2), Support::All { .. }));
        let squares = Polynomial::<Rational>::variable(0).power(2);
        assert_eq!(counted(|| squares.clone() * squares.clone()).1, 2);
    }
}
