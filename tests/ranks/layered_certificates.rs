//! Certificates of networks by their layers: both scopes, both computed lower
//! bounds, and what the checker refuses.

use nalgebra::DMatrix;
use num_bigint::BigInt;
use seprank::arith::Rational;
use seprank::bounds;
use seprank::certificate::{
    self, Architecture, Certificate, Claim, Expression, Layers, Parameter, PolynomialIn, Power,
    RankClaim, Repeat, Text, Value, Weights as FileWeights, to_bytes,
};
use seprank::check::{Kind, Verdict, check};
use seprank::network::{Network, NetworkFile, Problem, Replacements};
use seprank::prove::{Method, RankRequest, Weights, certify_bound, rank};
use std::path::Path;

/// Networks that together have every kind of expression; certificates of the other layers are in tests/networks/layers.rs.
const NETWORKS: &[&str] = &[
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'attention'\nheads = 2\nbias = true\n[[layer]]\ntype = 'pooling'\n",
    "tokens = 3\nwidth = 2\n[[layer]]\ntype = 'attention'\ncausal = true\nrelative = true\nmulti-query = true\nheads = 2\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'channel-mixing'\nhidden = 1\nactivation = [1, '1/2', 3]\nbias = true\n\
     [[layer]]\ntype = 'token-mixing'\nhidden = 1\ndegree = 2\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'dropout'\nrate = '1/4'\nseed = 3\n[[layer]]\ntype = 'token-mixing'\nhidden = 2\nbias = true\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'fourier-mixing'\n[[layer]]\ntype = 'channel-mixing'\ndegree = 2\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'hyper-mixing'\nhidden = 2\nactivation = [0, 1, 1]\ntied = true\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'hyper-mixing'\nhidden = 1\n",
    "tokens = 4\nwidth = 1\noutput = [3, 2]\n[[layer]]\ntype = 'linear-token-mixing'\nbias = true\n[[layer]]\ntype = 'linear-head'\noutputs = 3\nbias = true\n\
     [[layer]]\ntype = 'token-mixing'\nhidden = 2\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'parallel'\nbranches = [[{type = 'token-mixing', hidden = 1}], [{type = 'channel-mixing', degree = 2, hidden = 1}, {type = 'shift'}]]\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'permutation'\nseed = 5\n[[layer]]\ntype = 'residual'\nlayers = [{type = 'token-mixing', hidden = 1}]\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'position-embedding'\n[[layer]]\ntype = 'spatial-gating'\nhidden = 1\nbias = true\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'position-embedding'\nvalues = [[1, 2], ['1/3', -1]]\n[[layer]]\ntype = 'spatial-gating'\nactivation = [1, 0, 2]\n",
    "tokens = 4\nwidth = 4\n[[layer]]\ntype = 'shift'\ngrid = [2, 2]\n[[layer]]\ntype = 'scaling'\n[[layer]]\ntype = 'pooling'\n[[layer]]\ntype = 'linear-head'\noutputs = 2\n\
     [[layer]]\ntype = 'channel-mixing'\nhidden = 1\ndegree = 2\n",
    "tokens = 2\nwidth = 2\n[[layer]]\ntype = 'scaling'\nover = 'tokens'\n[[layer]]\ntype = 'scaling'\nover = 'entries'\nvalues = [[1, 2], [3, 4]]\n\
     [[layer]]\ntype = 'residual'\nlayers = [{type = 'channel-mixing', hidden = 1}, {type = 'token-mixing', hidden = 1}]\n",
];

fn problem(text: &str) -> Problem {
    NetworkFile::parse(text, Path::new("."), &Replacements::default())
        .unwrap_or_else(|e| panic!("{text}: {e}"))
        .problem
}

/// Small weights, the values that layers state kept.
fn given(problem: &Problem) -> Network<Rational> {
    let mut state = (problem.tokens(), problem.width());
    let mut next = 0;
    let mut list = Vec::new();
    for layer in problem.layers() {
        let parameters = layer.parameters(state.0, state.1);
        let values = parameters.iter().map(|p| {
            p.value.clone().unwrap_or_else(|| {
                DMatrix::from_fn(p.rows, p.cols, |_, _| {
                    next += 1;
                    Rational::from(((next * 37) % 101 - 50, 1 + next % 3))
                })
            })
        });
        list.push(values.collect());
        state = layer.output(state.0, state.1).unwrap();
    }
    Network::new(problem.tokens(), problem.width(), problem.layers(), list).unwrap()
}

fn certified(problem: &Problem, weights: Weights, method: Method) -> Certificate {
    let request = RankRequest { weights, method, ..RankRequest::new(problem.clone()) };
    let answer = rank(&request, &|_, _| {}).unwrap_or_else(|e| panic!("{problem:?}: {e}"));
    answer.certificate().unwrap()
}

#[test]
fn every_layer_is_certified_in_either_scope_by_either_minor() {
    for text in NETWORKS {
        let problem = problem(text);
        for weights in [Weights::Random, Weights::Given(given(&problem))] {
            for method in [Method::Grid, Method::Coefficients] {
                let certificate = certified(&problem, weights.clone(), method);
                let bytes = to_bytes(&certificate);
                assert_eq!(certificate::from_bytes(&bytes).as_ref(), Ok(&certificate), "{text}");
                assert_eq!(check(&certificate), Verdict::Valid, "{text}");
                layers(claim_mut(&mut certificate.clone()));
            }
        }
    }
}

/// Networks on which the count of visible forms takes its branches.
fn more_networks() -> Vec<String> {
    let branch = "[{type = 'linear-token-mixing'}, {type = 'linear-head', outputs = 5}]";
    let of = |count: usize, rest: &str| {
        let list = vec![branch; count].join(", ");
        format!("tokens = 4\nwidth = 2\n[[layer]]\ntype = 'parallel'\nbranches = [{list}]\n{rest}")
    };
    let pooled = "[[layer]]\ntype = 'pooling'\n[[layer]]\ntype = 'channel-mixing'\ndegree = 2\n";
    let mixed = "[[layer]]\ntype = 'token-mixing'\nhidden = 1\n";
    let mut list = vec![of(1, pooled), of(2, pooled), of(17, pooled), of(2, mixed), of(17, mixed)];
    for (tokens, width, hidden) in [(6, 3, 2), (5, 4, 1), (8, 2, 7)] {
        for residual in [false, true] {
            let mixing = format!("{{type = 'token-mixing', hidden = {hidden}, bias = true}}");
            let layer = match residual {
                true => format!("[[layer]]\ntype = 'residual'\nlayers = [{mixing}]\n"),
                false => format!("[[layer]]\ntype = 'parallel'\nbranches = [[{mixing}]]\n"),
            };
            let head = format!("tokens = {tokens}\nwidth = {width}\n");
            list.push(format!("{head}{layer}"));
            list.push(format!("{head}[[layer]]\ntype = 'permutation'\nseed = 1\n{layer}{layer}"));
            list.push(format!("{head}[[layer]]\ntype = 'shift'\n{layer}"));
            list.push(format!("{head}[[layer]]\ntype = 'scaling'\n{layer}"));
            list.push(format!("{head}[[layer]]\ntype = 'linear-head'\noutputs = 1\n{layer}"));
        }
    }
    list
}

#[test]
fn producer_and_checker_count_the_same_visible_forms() {
    let mut tried = 0;
    for text in NETWORKS.iter().map(ToString::to_string).chain(more_networks()) {
        let problem = problem(&text);
        for bound in bounds::applicable(&problem) {
            let Some(mut certificate) = certify_bound(&problem, bound) else { continue };
            assert_eq!(check(&certificate), Verdict::Valid, "{} {text}", bound.id());
            let claim = claim_mut(&mut certificate);
            let Value::Exact(Text(value)) = &claim.value else { unreachable!() };
            claim.value = Value::Exact(Text(value - BigInt::from(1)));
            let verdict = check(&certificate);
            assert_eq!(verdict.finding().map(|f| f.kind), Some(Kind::Bound), "{text}");
            tried += usize::from(bound.id() == "network-degree");
        }
    }
    assert!(tried > 40, "{tried}");
}

fn claim_mut(certificate: &mut Certificate) -> &mut RankClaim {
    match &mut certificate.claim {
        Claim::Rank(claim) => claim,
        _ => unreachable!("only ranks are written here"),
    }
}

fn layers(claim: &mut RankClaim) -> &mut Layers {
    match &mut claim.problem.architecture {
        Architecture::Layers(layers) => layers,
        other => panic!("no layers: {other:?}"),
    }
}

fn expression(claim: &mut RankClaim) -> &mut Expression {
    &mut layers(claim).layers[0].expression
}

fn weights(claim: &mut RankClaim) -> &mut Vec<Vec<certificate::Matrix>> {
    match &mut claim.weights {
        Some(FileWeights::Layers(list)) => list,
        other => panic!("no weights: {other:?}"),
    }
}

fn pair(a: Expression, b: Expression) -> Box<(Expression, Expression)> {
    Box::new((a, b))
}

/// A network whose first layer is linear, with a value of its own, and whose output is 1 x 3.
const BASE: &str = "tokens = 2\nwidth = 2\noutput = [0, 2]\n[[layer]]\ntype = 'scaling'\nvalues = [[1, 2]]\n\
     [[layer]]\ntype = 'channel-mixing'\nactivation = [1, 2, 1]\n\
     [[layer]]\ntype = 'pooling'\n[[layer]]\ntype = 'linear-head'\noutputs = 3\n";

type Edit = fn(&mut RankClaim);

/// Edits, the step that refuses them, and a part of the place.
const REFUSED: &[(Kind, &str, Edit)] = &[
    (Kind::Problem, "layers[0].expression.parameter", |c| {
        *expression(c) = Expression::Parameter(9);
    }),
    (Kind::Problem, "parameter", |c| *expression(c) = Expression::Parameter(u64::MAX)),
    (Kind::Problem, "product", |c| {
        *expression(c) = Expression::Product(pair(Expression::Input, Expression::Parameter(0)));
    }),
    (Kind::Problem, "hadamard", |c| {
        *expression(c) = Expression::Hadamard(pair(Expression::Input, Expression::Parameter(0)));
    }),
    (Kind::Problem, "sum[1]", |c| {
        *expression(c) = Expression::Sum(vec![Expression::Input, Expression::Parameter(0)]);
    }),
    (Kind::Problem, "sum", |c| *expression(c) = Expression::Sum(vec![])),
    (Kind::Problem, "repeat.of", |c| {
        *expression(c) =
            Expression::Repeat(Repeat { of: Expression::Parameter(0), rows: 2, cols: 3 }.into());
    }),
    (Kind::Problem, "repeat.rows", |c| {
        *expression(c) =
            Expression::Repeat(Repeat { of: Expression::Parameter(0), rows: 0, cols: 2 }.into());
    }),
    (Kind::Problem, "power.exponent", |c| {
        *expression(c) = Expression::Power(Power { of: Expression::Input, exponent: 0 }.into());
    }),
    (Kind::Problem, "power.exponent", |c| {
        *expression(c) = Expression::Power(Power { of: Expression::Input, exponent: 65 }.into());
    }),
    (Kind::Problem, "gather.source[3]", |c| *expression(c) = gather(vec![0, 1, 2, 4])),
    (Kind::Problem, "gather.source", |c| *expression(c) = gather(vec![0, 1, 2])),
    (Kind::Problem, "then[1].product", |c| {
        let second = Expression::Product(pair(Expression::Input, Expression::Parameter(0)));
        *expression(c) = Expression::Then(pair(Expression::Input, second));
    }),
    (Kind::Problem, "polynomial.coefficients", |c| {
        let p = PolynomialIn { of: Expression::Input, coefficients: 0 };
        *expression(c) = Expression::Polynomial(p.into());
    }),
    (Kind::Problem, "polynomial.coefficients", |c| {
        let column = layers(c).layers[1].parameters.last_mut().unwrap();
        column.value = None;
    }),
    (Kind::Problem, "layers[0].parameters[0].value", |c| {
        layers(c).layers[0].parameters[0].value = Some(vec![]);
    }),
    (Kind::Problem, "layers[0].parameters[0].value[0]", |c| {
        layers(c).layers[0].parameters[0].value = Some(vec![vec![]]);
    }),
    (Kind::Problem, "layers[0].parameters[0].rows", |c| {
        layers(c).layers[0].parameters[0].rows = 0;
    }),
    (Kind::Problem, "layers[0].parameters[0].cols", |c| {
        layers(c).layers[0].parameters[0].cols = u64::MAX;
    }),
    (Kind::Problem, "layers.layers", |c| layers(c).layers.clear()),
    (Kind::Problem, "width", |c| layers(c).width = 0),
    (Kind::Problem, "output.token", |c| c.problem.output.token = 1),
    (Kind::Problem, "output.channel", |c| c.problem.output.channel = 3),
    (Kind::Problem, "layers[1].expression", |c| {
        let power = |of| Expression::Power(Power { of, exponent: 64 }.into());
        let e = (0..11).fold(Expression::Input, |e, _| power(e));
        layers(c).layers[1].expression = e;
    }),
    (Kind::WeightShape, "weights[0]", |c| weights(c)[0].push(vec![])),
    (Kind::WeightShape, "weights[1]", |c| drop(weights(c)[1].pop())),
    (Kind::WeightShape, "weights[1][0]", |c| drop(weights(c)[1][0].pop())),
    (Kind::WeightShape, "weights", |c| drop(weights(c).pop())),
    (Kind::WeightShape, "weights", |c| c.weights = Some(FileWeights::Mixer(vec![]))),
    (Kind::Denominator, "layers[0].parameters[0].value[0]", |c| {
        let Some(certificate::Lower::Grid(grid)) = &c.lower else { panic!("a grid") };
        let inverse = format!("1/{}", grid.prime);
        let value = layers(c).layers[0].parameters[0].value.as_mut().unwrap();
        value[0][0] = Text(inverse.parse().unwrap());
    }),
    (Kind::Limit, "claim.rank", |c| {
        let row = Parameter { rows: 1, cols: 1 << 23, value: None };
        layers(c).layers[0].parameters.push(row);
    }),
];

fn gather(source: Vec<u64>) -> Expression {
    let of = Expression::Input;
    Expression::Gather(certificate::Gather { of, rows: 2, cols: 2, source }.into())
}

#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    let problem = problem(BASE);
    let certificate = certified(&problem, Weights::Random, Method::Grid);
    assert_eq!(check(&certificate), Verdict::Valid);
    for (i, (kind, place, edit)) in REFUSED.iter().enumerate() {
        let mut bad = certificate.clone();
        edit(claim_mut(&mut bad));
        let verdict = check(&bad);
        let finding = verdict.finding().unwrap_or_else(|| panic!("edit {i} is accepted"));
        assert_eq!(finding.kind, *kind, "edit {i}: {finding}");
        assert!(finding.place.contains(place), "edit {i}: {finding}");
    }
}

/// Another expression of the same sizes makes another function, and the evidence fails.
#[test]
fn another_network_needs_other_evidence() {
    let mut certificate = certified(&problem(NETWORKS[2]), Weights::Random, Method::Coefficients);
    assert_eq!(check(&certificate), Verdict::Valid);
    *expression(claim_mut(&mut certificate)) = Expression::Input;
    assert_ne!(check(&certificate), Verdict::Valid);
}

/// Where nothing of X is seen the bound is 1, and degrees too large for the formula are a limit.
#[test]
fn the_degree_bound_has_its_ends() {
    let of = |text: &str| {
        let problem = problem(text);
        let bounds = bounds::applicable(&problem);
        let bound = bounds.into_iter().find(|b| b.id() == "network-degree").unwrap();
        certify_bound(&problem, bound).unwrap()
    };
    let mut constant = of(BASE);
    let claim = claim_mut(&mut constant);
    claim.value = Value::Exact(Text(1.into()));
    let row = Repeat { of: Expression::Parameter(0), rows: 2, cols: 2 };
    *expression(claim) = Expression::Repeat(row.into());
    assert_eq!(check(&constant), Verdict::Valid);
    let mut steep = of(BASE);
    let power = Power { of: Expression::Input, exponent: 64 };
    let layer =
        certificate::Layer { parameters: vec![], expression: Expression::Power(power.into()) };
    layers(claim_mut(&mut steep)).layers.extend(vec![layer; 20]);
    claim_mut(&mut steep).problem.output.channel = 2;
    assert_eq!(check(&steep).finding().map(|f| f.kind), Some(Kind::Limit));
}
