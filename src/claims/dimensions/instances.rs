//! The instances: networks whose dimension is published.

use crate::network::{NetworkFile, Problem, Replacements};
use crate::prove::Outputs;
use std::path::Path;

const ATTENTION: &str = "Henry, Marchetti and Kohn 2024";
const PERCEPTRONS: &str = "Kileel, Trager and Bruna 2019";
const EQUAL_WIDTHS: &str = "Finkel et al. 2024";
const POWERS: &str = "Alexander and Hirschowitz 1995";
const FORMS: &str = "quadratic forms of bounded rank";

/// A network with the dimension that is published.
#[derive(Clone, Debug)]
pub struct PublishedDimension {
    /// What it is, with its sizes.
    pub name: String,
    /// The network.
    pub problem: Problem,
    /// The outputs that make the function.
    pub outputs: Outputs,
    /// What a count of weights, symmetries and coefficients lets expect.
    pub expected: u64,
    /// What is proved; of an exception less than expected.
    pub dimension: u64,
    /// Where it is proved.
    pub source: &'static str,
}

/// All of them. At most a hundred weights each.
pub fn published_dimensions() -> Vec<PublishedDimension> {
    const SCORES: [(u64, u64, u64); 14] = [
        (1, 2, 1),
        (1, 2, 2),
        (1, 3, 1),
        (1, 3, 2),
        (1, 3, 3),
        (1, 4, 2),
        (2, 2, 1),
        (2, 2, 2),
        (2, 3, 1),
        (2, 3, 2),
        (2, 3, 3),
        (2, 4, 2),
        (3, 2, 1),
        (3, 3, 2),
    ];
    const POWER_SUMS: [(u64, u64, u64); 16] = [
        (2, 3, 2),
        (2, 3, 3),
        (2, 4, 2),
        (2, 4, 3),
        (3, 2, 2),
        (3, 3, 2),
        (3, 3, 4),
        (3, 4, 3),
        (3, 4, 5),
        (4, 3, 2),
        (4, 3, 4),
        (4, 4, 3),
        // The exceptions of degree 3 and more.
        (3, 5, 7),
        (4, 3, 5),
        (4, 4, 9),
        (4, 5, 14),
    ];
    const EQUAL: [(u64, u64, u64); 6] =
        [(2, 2, 2), (2, 2, 3), (2, 3, 2), (3, 2, 2), (3, 2, 3), (3, 3, 2)];
    let scores = SCORES.map(|(layers, width, head)| scores(layers, width, head));
    let sums = POWER_SUMS.map(|(degree, inputs, powers)| power_sum(degree, inputs, powers));
    let equal = EQUAL.map(|(degree, width, maps)| equal_widths(degree, width, maps));
    scores.into_iter().chain(sums).chain(equal).chain([high_degree()]).collect()
}

fn network(text: &str) -> Problem {
    let read = NetworkFile::parse(text, Path::new(""), &Replacements::default());
    read.expect("the instances are networks").problem
}

/// Attention without heads, `X Q K' X' X V`, of width d with Q and K of a columns, on three tokens: l (a (2d - a) + d^2)
/// less the d^2 of a change of basis between two layers each and one scale for each layer.
fn scores(layers: u64, width: u64, head: u64) -> PublishedDimension {
    let text = format!(
        "tokens = 3\nwidth = {width}\n[[layer]]\ntype = \"repeat\"\ntimes = {layers}\nlayers = [{{ type = \"expression\", \
         expression = \"X Q K' X' X V\", \
         weights = {{ Q = [{width}, {head}], K = [{width}, {head}], V = [{width}, {width}] }} }}]"
    );
    let each = head * (2 * width - head) + width * width;
    let dimension = layers * each - (layers - 1) * width * width - layers;
    PublishedDimension {
        name: format!("attention $l = {layers}$, $d = {width}$, $a = {head}$"),
        problem: network(&text),
        outputs: Outputs::State,
        expected: dimension,
        dimension,
        source: ATTENTION,
    }
}

/// Two tokens, of which one is looked at: linear maps between these widths, with the power of every entry between two.
fn perceptron(widths: &[u64], degree: u64) -> Problem {
    let mut text = format!("tokens = 2\nwidth = {}\n", widths[0]);
    for (i, pair) in widths.windows(2).enumerate() {
        let power = if i + 2 < widths.len() { format!("(X A).^{degree}") } else { "X A".into() };
        let [from, to] = [pair[0], pair[1]];
        text += &format!(
            "[[layer]]\ntype = \"expression\"\nexpression = \"{power}\"\nweights = {{ A = [{from}, {to}] }}\n"
        );
    }
    network(&text)
}

/// Weights less a scale for each hidden unit, and the coefficients, whichever is less.
fn expected(widths: &[u64], degree: u64) -> u64 {
    let weights: u64 = widths.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let hidden: u64 = widths[1..widths.len() - 1].iter().sum();
    let degree = degree.pow(widths.len() as u32 - 2);
    // C(n + k - 1, k), a factor at a time.
    let monomials = (1..=degree).fold(1, |count, i| count * (widths[0] + i - 1) / i);
    (weights - hidden).min(widths[widths.len() - 1] * monomials)
}

fn name(widths: &[u64], degree: u64) -> String {
    let widths: Vec<String> = widths.iter().map(u64::to_string).collect();
    format!("perceptron {}, degree {degree}", widths.join("-"))
}

/// The perceptron of these widths, of which `dimension` is published.
fn published(
    widths: &[u64],
    degree: u64,
    dimension: u64,
    source: &'static str,
) -> PublishedDimension {
    PublishedDimension {
        name: name(widths, degree),
        problem: perceptron(widths, degree),
        outputs: Outputs::Token,
        expected: expected(widths, degree),
        dimension,
        source,
    }
}

/// A form of that degree in so many variables as a sum of so many powers of linear forms.
fn power_sum(degree: u64, inputs: u64, powers: u64) -> PublishedDimension {
    let widths = [inputs, powers, 1];
    let expected = expected(&widths, degree);
    let (dimension, source) = match (degree, inputs, powers) {
        // Symmetric matrices of order `inputs` and rank at most `powers`.
        (2, ..) if powers < inputs => (powers * inputs - powers * (powers - 1) / 2, FORMS),
        (3, 5, 7) | (4, 3, 5) | (4, 4, 9) | (4, 5, 14) => (expected - 1, POWERS),
        _ => (expected, POWERS),
    };
    published(&widths, degree, dimension, source)
}

/// So many linear maps of one width.
fn equal_widths(degree: u64, width: u64, maps: u64) -> PublishedDimension {
    let widths = vec![width; maps as usize + 1];
    published(&widths, degree, expected(&widths, degree), EQUAL_WIDTHS)
}

/// Theorem 14 there is about all degrees from some on, which this one is not shown to be.
fn high_degree() -> PublishedDimension {
    let (widths, degree) = ([2, 3, 2], 5);
    published(&widths, degree, expected(&widths, degree), PERCEPTRONS)
}
