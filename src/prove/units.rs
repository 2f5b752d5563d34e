//! What a rank costs, counted: multiply-adds of an elimination, entries of a table, products of terms. One
//! count for routes, forecasts, progress and campaigns.

use super::modulus::WORD;
use super::plan::HankelBlocks;
use super::setting::Setting;
use super::terms::{self, Support};
use crate::network::layers::{Layer, placed};
use crate::network::{Architecture, AttentionShape, Problem};
use crate::tensor::hankel::{ClassSize, SPARE, Side, Sizes};
use crate::tensor::{CoefficientForecast, PACK_BYTES, count_monomials};
use seprank_check::certificate::Challenge;

/// Multiply-adds of the elimination of an n x n matrix of full rank.
pub(super) fn elimination(n: u64) -> f64 {
    (n as f64).powi(3) / 3.0
}

/// The monomials of that degree, or at most that, in the variables of a function; infinite past 64 bits.
fn monomials(sizes: Sizes, degree: u64, homogeneous: bool) -> f64 {
    count_monomials(sizes.variables, degree, homogeneous).map_or(f64::INFINITY, |n| n as f64)
}

/// The work of finding the function of the sum. Attention: entries of d x d products for every
/// monomial of every degree, for each choice of heads. Mixer: terms of polynomials.
pub(super) fn function(problem: &Problem, sizes: Sizes) -> f64 {
    match problem.architecture() {
        Architecture::Mixer(shape) => terms::of_reduced(problem, shape, sizes),
        Architecture::Layers(_) => 0.0,
        Architecture::Attention(shape) => {
            let words = (shape.heads as f64).powi(shape.depth as i32);
            (shape.width as f64).powi(2) * monomials(sizes, sizes.degree, false) * words
        }
    }
}

/// Products in the entries of block b whose lines are sums: of each that is made, as many as the functions of the other
/// monomials that it sums, on either side. None where both sides are free.
pub(super) fn sums(sizes: Sizes, b: u64) -> f64 {
    if !sizes.sides.contains(&Side::OneToken) {
        return 0.0;
    }
    let own = sizes.components as f64 * monomials(sizes, sizes.degree - b, true);
    let summed = own * monomials(sizes, b, true);
    // Of the longer side a sample is made.
    let (rows, cols) = sizes.block(b);
    let long = rows.max(cols) as f64;
    summed * ((rows.min(cols) as f64 + SPARE as f64) / long).min(1.0)
}

/// Minors of lower order are eliminated by who checks them; the others are also solved for the right-hand sides of
/// their challenges.
const LEAST_CHALLENGED: u64 = 400;

/// How many challenges a certificate answers for a minor of that order, modulo [`WORD`].
pub(super) fn challenges(order: u64) -> usize {
    if order < LEAST_CHALLENGED { 0 } else { Challenge::count(WORD.get()) }
}

/// The steps of the checker for the minors of these blocks (docs/format.md, section 8), one for each class: products of
/// monomials, look-ups, and eliminations or products by solutions.
pub(super) fn checked_minors(planned: &HankelBlocks) -> f64 {
    let classes = |(b, list): (u64, &Vec<ClassSize>)| {
        list.iter().map(move |class| (b, class.order())).collect::<Vec<_>>()
    };
    let minors = (0..).zip(&planned.classes).flat_map(classes);
    minors.map(|(b, order)| checked_minor(planned.sizes, b, order)).sum()
}

/// The same of a minor of one class of the block of degree b, eliminated, or taken by the solutions of its challenges.
pub(super) fn checked_minor(sizes: Sizes, b: u64, order: u64) -> f64 {
    let n = order as f64;
    let minor = match challenges(order) {
        0 => elimination(order),
        count => count as f64 * n * n,
    };
    // Each monomial of a row times those of the columns, by one variable after the other.
    let products = n.min(monomials(sizes, sizes.degree - b, true)) * monomials(sizes, b, false);
    minor + products + sums(sizes, b)
}

/// The same of finding the function of attention: letter by letter, each with a Gram matrix and two constants
/// (docs/theory.md, 3.1).
pub(super) fn checked_letters(shape: &AttentionShape, sizes: Sizes) -> f64 {
    let letters = |heads: f64| (0..shape.depth).fold(0.0, |n, _| heads * (3.0 * n + 1.0));
    let each = 3.0 * (shape.width as f64).powi(2);
    letters(shape.heads as f64) / letters(1.0) * monomials(sizes, sizes.degree, false) * each
}

/// The orders of the blocks of a coefficient matrix, rows, columns and rank, if each has all of its monomials: of
/// attention on all inputs those of Lemma 3.1. No rank is above `most`.
pub(super) fn blocks(setting: &Setting, tensor: CoefficientForecast) -> Vec<[f64; 3]> {
    let problem = &setting.request.problem;
    let most = setting.upper().map_or(f64::INFINITY, |(_, upper)| upper as f64);
    let width = problem.width();
    let sides = [problem.partition().left(), problem.partition().right()];
    let variables = match &setting.family {
        Some(family) => [family.left.parameters, family.right.parameters],
        None => sides.map(|side| side.len() * width),
    };
    let free = |variables: usize, homogeneous| {
        move |degree: u64| Support::All { variables: variables as u64, homogeneous }.count(degree)
    };
    let block = |[rows, cols]: [f64; 2]| [rows, cols, rows.min(cols).min(most)];
    if !tensor.homogeneous {
        let side = |variables| free(variables, false)(tensor.degree).min(tensor.terms as f64);
        return vec![block(variables.map(side))];
    }
    let degrees = 0..=tensor.degree;
    match problem.architecture() {
        Architecture::Attention(_) => {
            let side = |side: &[usize]| {
                let tokens = side.len() as u64;
                Support::groups((tokens, width as u64), 2, tensor.degree)
            };
            let sides = sides.map(side);
            let counts = |b| [sides[0].count(tensor.degree - b), sides[1].count(b)];
            // The output token is on one side, of odd degree there.
            let own = !problem.partition().left().contains(&problem.output().token);
            let occurs = |b: &u64| (b % 2 == 1) == own;
            degrees.filter(occurs).map(|b| block(counts(b))).collect()
        }
        _ => {
            let [left, right] = variables.map(|n| free(n, true));
            degrees.map(|b| block([left(tensor.degree - b), right(b)])).collect()
        }
    }
}

/// Multiply-adds of the elimination of a matrix of so many rows and columns and of that rank.
pub(super) fn elimination_of([rows, cols, rank]: [f64; 3]) -> f64 {
    rank * (rows * cols - rank * (rows + cols) / 2.0 + rank * rank / 3.0)
}

/// Entries that a forward pass holds besides the weights and its input, at most: those of a state and of all that is
/// between it and the next.
pub(super) fn held(problem: &Problem) -> u64 {
    // Where all layers are alike one will do.
    let layers = problem.with_depth(1).unwrap_or_else(|_| problem.clone()).layers();
    let held = |(layer, (n, d)): (&Layer, (usize, usize))| {
        let parameters = layer.parameters(n, d);
        let size = |i: usize| (parameters[i].rows, parameters[i].cols);
        layer.expression(n, d).held((n, d), &size).saturating_add(n.saturating_mul(d))
    };
    let placed = placed(&layers, (problem.tokens(), problem.width()));
    placed.into_iter().map(held).max().unwrap_or(0) as u64
}

/// Bytes of the states and of all that is between them where a pack of points of one side meets one of the other:
/// twice those of a pack of pairs.
pub(super) fn state_bytes(problem: &Problem) -> u64 {
    // Besides the input of the network that of the layer.
    let input = problem.tokens().saturating_mul(problem.width()) as u64;
    input.saturating_add(held(problem)).saturating_mul(2 * PACK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, for one layer of Y Q (K^T Y^T Y O) U^T at N = 3, d = 2: most is held at K^T Y^T Y O, which are 4 entries,
    /// with its two factors and Y Q, each 6; then the sum, the state and the input.
    #[test]
    fn what_a_layer_holds_is_counted() {
        let bytes = |depth, tokens| state_bytes(&Problem::attention(depth, 2, 1, tokens).unwrap());
        assert_eq!(bytes(1, 3), (6 + 6 + 6 + 4 + 6 + 6 + 6) * 2 * PACK_BYTES);
        assert_eq!(bytes(1, 3), bytes(9, 3));
        assert_eq!(bytes(1, 300), (6 * 600 + 4) * 2 * PACK_BYTES);
    }
}
