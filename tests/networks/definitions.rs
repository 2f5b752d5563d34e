//! Layers of network files against their definitions, and the variables that networks see.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::Rational;
use seprank::network::{Network, NetworkFile, Problem, Replacements, WeightStyle};
use std::collections::BTreeMap;
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    let file = NetworkFile::parse(text, Path::new("tests/data"), &Replacements::default());
    file.map_err(|e| e.to_string())
}

fn styled(problem: &Problem, style: WeightStyle, seed: u64) -> Network<Rational> {
    style.draw(problem, &mut ChaCha20Rng::seed_from_u64(seed))
}

/// A HyperMixer with linear activation is attention with W = P2 P1^T and V = I.
#[test]
fn hyper_mixing_is_attention() {
    let text = "tokens = 3\nwidth = 2\n[[layer]]\ntype = \"hyper-mixing\"\nhidden = 2";
    let problem = parse(text).unwrap().problem;
    let network = styled(&problem, WeightStyle::Random, 1);
    let [p1, p2] = &network.parameters()[0][..] else { panic!("two hyper-networks") };
    let one = DMatrix::identity(2, 2);
    let attention = Problem::attention(1, 2, 1, 3).unwrap();
    let same = vec![vec![p2.clone(), p1.clone(), one.clone(), one]];
    let same = Network::new(3, 2, attention.layers(), same).unwrap();
    let x = DMatrix::from_fn(3, 2, |i, j| Rational::from((i * 2 + j) as i64 - 2));
    assert_eq!(network.forward(&x), same.forward(&x));
}

/// The Vision Permutator's exchange is its own inverse; the shift moves group 0 down.
#[test]
fn permutations_and_shifts_do_what_they_say() {
    let head = "tokens = 4\nwidth = 4\n";
    let swap = "[[layer]]\ntype = \"permutation\"\nswap = \"cols\"\ngrid = [2, 2]\n";
    let run = |text: String| {
        let problem = parse(&text).unwrap().problem;
        let x = DMatrix::from_fn(4, 4, |i, j| Rational::from((4 * i + j) as i64));
        let y = styled(&problem, WeightStyle::Random, 0).forward(&x);
        (x, y)
    };
    let (x, once) = run(format!("{head}{swap}"));
    let (_, twice) = run(format!("{head}{swap}{swap}"));
    assert!(x != once && x == twice);
    // Token 1 = (row 0, col 1), channel 0 = (segment 0): the column becomes the segment.
    assert_eq!(once[(1, 0)], x[(0, 2)]);
    let (x, y) = run(format!("{head}[[layer]]\ntype = \"shift\"\ngrid = [2, 2]\n"));
    assert_eq!(y[(2, 0)], x[(0, 0)]);
    assert_eq!(y[(0, 0)], x[(0, 0)]);
    assert_eq!(y[(0, 1)], x[(2, 1)]);
    assert_eq!(y[(1, 2)], x[(0, 2)]);
    assert_eq!(y[(0, 3)], x[(1, 3)]);
}

/// The exact Fourier map is the rounded one, up to the rounding.
#[test]
fn exact_and_rounded_fourier_agree() {
    for (tokens, width) in [(4, 2), (2, 4), (4, 4), (6, 3), (3, 6), (1, 6), (3, 1)] {
        let value = |decimals: &str| {
            let text = format!(
                "tokens = {}\nwidth = {width}\nleft = [0]\n[[layer]]\ntype = \"fourier-mixing\"\n{decimals}",
                tokens.max(2)
            );
            // One token has no partition; two tokens then stand for it where the sizes allow.
            let problem = parse(&text).unwrap().problem;
            let x = DMatrix::from_fn(problem.tokens(), width, |i, j| {
                Rational::from((i * i + 3 * j) as i64 - 2)
            });
            styled(&problem, WeightStyle::Random, 0).forward(&x).map(|q| q.to_f64())
        };
        let difference = value("") - value("decimals = 12");
        assert!(difference.amax() < 1e-9, "{tokens} x {width}");
    }
    // N = 2, d = 1: sums and differences.
    let text = "tokens = 2\nwidth = 1\n[[layer]]\ntype = \"fourier-mixing\"";
    let problem = parse(text).unwrap().problem;
    let x = DMatrix::from_column_slice(2, 1, &[5, 3].map(Rational::from));
    let y = styled(&problem, WeightStyle::Random, 0).forward(&x);
    assert_eq!(y, DMatrix::from_column_slice(2, 1, &[8, 2].map(Rational::from)));
}

/// The variables of Theorem 4.5.
#[test]
fn visible_variables_are_those_of_the_first_layers() {
    let count = |layers: &str| {
        parse(&format!("tokens = 6\nwidth = 3\nleft = [0, 1]\n{layers}"))
            .unwrap()
            .problem
            .visible_variables()
    };
    let mixing = "[[layer]]\ntype = \"token-mixing\"\nhidden = 2\nactivation = [0, 1, 1]\n";
    let residual =
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"token-mixing\", hidden = 1 }]\n";
    let head = "[[layer]]\ntype = \"linear-head\"\noutputs = 1\n";
    let pool = "[[layer]]\ntype = \"pooling\"\n";
    let permutation = "[[layer]]\ntype = \"permutation\"\nseed = 1\n";
    let scale = "[[layer]]\ntype = \"scaling\"\n";
    // d min(S, |A|) and d min(S, |B|).
    assert_eq!(count(mixing), (6, 6));
    assert_eq!(count(residual), (6, 12));
    // A map of the channels to one leaves one variable a token.
    assert_eq!(count(&format!("{head}{mixing}")), (2, 2));
    assert_eq!(count(&format!("{head}{residual}")), (2, 4));
    // After the first layer that is not affine nothing is gained.
    assert_eq!(count(&format!("{mixing}{pool}")), (6, 6));
    assert_eq!(
        count(&format!("{pool}{head}[[layer]]\ntype = \"channel-mixing\"\ndegree = 3\n")),
        (1, 1)
    );
    // Permuted entries or scaled ones: all that the hidden units can see, on either side.
    assert_eq!(count(&format!("{permutation}{mixing}")), (6, 6));
    assert_eq!(count(&format!("{permutation}{residual}")), (6, 12));
    assert_eq!(count(&format!("{scale}{mixing}")), (6, 6));
    // Of X + M X one column w sees X w and M X w, for each token of a side and for all of them.
    let linear =
        "[[layer]]\ntype = \"residual\"\nlayers = [{ type = \"fourier-mixing\", decimals = 2 }]\n";
    let column = "[[layer]]\ntype = \"channel-mixing\"\nhidden = 1\ndegree = 2\n";
    assert_eq!(count(&format!("{linear}{column}")), (6, 12));
}

/// A network of one layer with random weights, its parameters by name, an input and the output.
fn one_layer(
    keys: &str,
) -> (BTreeMap<String, DMatrix<Rational>>, DMatrix<Rational>, DMatrix<Rational>) {
    let problem = parse(&format!("tokens = 3\nwidth = 4\nlayer = [{{ {keys} }}]")).unwrap().problem;
    let network = styled(&problem, WeightStyle::Repeated, 5);
    let names = problem.layers()[0].parameters(3, 4).into_iter().map(|p| p.name);
    let parameters = names.zip(network.parameters()[0].iter().cloned()).collect();
    let x = DMatrix::from_fn(3, 4, |i, j| Rational::from(((5 * i + 3 * j) % 7) as i64 - 3));
    let y = network.forward(&x);
    (parameters, x, y)
}

/// Attention with every option, entry by entry from its definition.
#[test]
fn attention_is_its_definition_with_every_option() {
    for flags in 0..16 {
        let [causal, shared, relative, bias] = [1, 2, 4, 8].map(|bit| flags & bit != 0);
        let (p, x, y) = one_layer(&format!(
            "type = \"attention\", heads = 2, causal = {causal}, multi-query = {shared}, \
             relative = {relative}, bias = {bias}"
        ));
        let rows = |name: &str, h: usize| {
            let own = format!("head{h}.{name}");
            let of = |suffix: &str| {
                let (own, common) = (format!("{own}{suffix}"), format!("{name}{suffix}"));
                p.get(&own).or(p.get(&common)).unwrap()
            };
            let mut mapped = &x * of("");
            if bias {
                mapped.row_iter_mut().for_each(|mut row| row += of("-bias"));
            }
            mapped
        };
        for i in 0..3 {
            for c in 0..4 {
                let mut sum = if bias { p["bias"][(0, c)].clone() } else { Rational::from(0) };
                for h in 0..2 {
                    let (query, key, value) = (rows("query", h), rows("key", h), rows("value", h));
                    for j in (0..3).filter(|j| !causal || *j <= i) {
                        let mut score = query.row(i).dot(&key.row(j));
                        if relative {
                            score *= p[&format!("head{h}.relative")][(i + 2 - j, 0)].clone();
                        }
                        sum += score * value.row(j).dot(&p[&format!("head{h}.out")].row(c));
                    }
                }
                assert_eq!(y[(i, c)], sum, "{flags} {i} {c}");
            }
        }
    }
}

/// The other layers with weights, from their definitions.
#[test]
fn layers_are_their_definitions() {
    let activation = "activation = [1, -0.5, \"2/3\"]";
    let sigma = |z: Rational| {
        Rational::from(1) - z.clone() * Rational::from((1, 2))
            + z.clone() * z * Rational::from((2, 3))
    };
    let repeated = |column: &DMatrix<Rational>, cols: usize| {
        DMatrix::from_fn(column.nrows(), cols, |i, _| column[(i, 0)].clone())
    };
    let (p, x, y) =
        one_layer(&format!("type = \"spatial-gating\", hidden = 3, bias = true, {activation}"));
    let half = |u: &str| (&x * &p[u]).map(sigma);
    let gate = &p["w"] * half("u2") + repeated(&p["b"], 3);
    assert_eq!(y, half("u1").zip_map(&gate, |a, b| a * b) * &p["v"]);
    let (p, x, y) = one_layer(&format!("type = \"hyper-mixing\", hidden = 2, {activation}"));
    let hidden = ((&x * &p["p1"]).transpose() * &x).map(sigma);
    assert_eq!(y, (&x * &p["p2"]) * hidden);
    let (p, x, y) =
        one_layer(&format!("type = \"token-mixing\", hidden = 2, bias = true, {activation}"));
    let hidden = (&p["w1"] * &x + repeated(&p["b1"], 4)).map(sigma);
    assert_eq!(y, &p["w2"] * hidden + repeated(&p["b2"], 4));
    let (p, x, y) =
        one_layer(&format!("type = \"channel-mixing\", hidden = 2, bias = true, {activation}"));
    let hidden = (&x * &p["w3"] + repeated(&p["b3"], 3).transpose()).map(sigma);
    assert_eq!(y, hidden * &p["w4"] + repeated(&p["b4"], 3).transpose());
    let (p, x, y) = one_layer("type = \"linear-token-mixing\", bias = true");
    assert_eq!(y, &p["matrix"] * &x + repeated(&p["bias"], 4));
    let (p, x, y) = one_layer("type = \"linear-head\", outputs = 2, bias = true");
    assert_eq!(y, &x * &p["weight"] + repeated(&p["bias"].transpose(), 3).transpose());
    let (p, x, y) = one_layer("type = \"scaling\", over = \"tokens\"");
    assert_eq!(y, x.zip_map(&repeated(&p["values"], 4), |a, b| a * b));
    let (p, x, y) = one_layer("type = \"position-embedding\"");
    assert_eq!(y, &x + &p["values"]);
    let (_, x, y) = one_layer("type = \"pooling\"");
    let sum = |j: usize| x.column(j).iter().cloned().fold(Rational::from(0), |a, b| a + b);
    assert_eq!(y, DMatrix::from_fn(1, 4, |_, j| sum(j) * Rational::from((1, 3))));
    // A mask has zeros and one other factor.
    let (p, x, y) = one_layer("type = \"dropout\", rate = 0.5, seed = 2");
    assert_eq!(y, x.zip_map(&p["mask"], |a, b| a * b));
    let dropped = p["mask"].iter().filter(|m| **m == Rational::from(0)).count();
    assert!(0 < dropped && dropped < 12);
    assert!(p["mask"].iter().all(|m| [0, 2].map(Rational::from).contains(m)));
    let (p, x, y) = one_layer("type = \"residual\", layers = [{ type = \"linear-token-mixing\" }]");
    assert_eq!(y, &x + &p["inner0.matrix"] * &x);
    let branches = "[[{ type = \"linear-token-mixing\" }, { type = \"scaling\" }], []]";
    let (p, x, y) = one_layer(&format!("type = \"parallel\", branches = {branches}"));
    let factors = repeated(&p["branch0.1.values"].transpose(), 3).transpose();
    let branch = (&p["branch0.0.matrix"] * &x).zip_map(&factors, |a, b| a * b);
    assert_eq!(y, branch + &x);
}
