//! Layers against their definitions, written out number by number: values, and the rank of a grid of them.

use nalgebra::DMatrix;
use num_traits::{One, Zero};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Field, Rational, Ring};
use seprank::bounds;
use seprank::network::{Network, NetworkFile, Problem, RealNetworkFile, Replacements, WeightStyle};
use seprank::prove::{RankRequest, Status, Weights, rank};
use seprank_check::check::{Verdict, check};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

type Q = Rational;
type Matrix = DMatrix<Q>;
type Parameters = BTreeMap<String, Matrix>;

fn q(n: i64) -> Q {
    Q::from(n)
}

fn sum(range: Range<usize>, term: impl Fn(usize) -> Q) -> Q {
    range.map(term).fold(Q::zero(), |a, b| a + b)
}

/// Entry (i, j) of the product of two matrices.
fn entry(a: &Matrix, b: &Matrix, i: usize, j: usize) -> Q {
    sum(0..a.ncols(), |k| a[(i, k)].clone() * b[(k, j)].clone())
}

fn parse(text: &str) -> Result<Problem, String> {
    let file = NetworkFile::parse(text, Path::new("."), &Replacements::default());
    file.map(|file| file.problem).map_err(|e| e.to_string())
}

/// A layer on so many tokens and channels, and what it is.
struct Case {
    keys: &'static str,
    size: (usize, usize),
    output: (usize, usize),
    definition: fn(&Parameters, &Matrix) -> Matrix,
}

impl Case {
    fn problem(&self) -> Problem {
        let ((n, d), (token, channel)) = (self.size, self.output);
        let Self { keys, .. } = self;
        parse(&format!(
            "tokens = {n}\nwidth = {d}\noutput = [{token}, {channel}]\nlayer = [{{ {keys} }}]"
        ))
        .unwrap_or_else(|e| panic!("{keys}: {e}"))
    }
}

/// The rank of a matrix over Q, by elimination.
fn rank_of(mut m: Matrix) -> usize {
    let mut rank = 0;
    for col in 0..m.ncols() {
        let Some(pivot) = (rank..m.nrows()).find(|i| !m[(*i, col)].is_zero()) else { continue };
        m.swap_rows(rank, pivot);
        let inverse = m[(rank, col)].inverse().unwrap();
        for i in rank + 1..m.nrows() {
            let factor = m[(i, col)].clone() * inverse.clone();
            for j in col..m.ncols() {
                let change = factor.clone() * m[(rank, j)].clone();
                m[(i, j)] -= change;
            }
        }
        rank += 1;
    }
    rank
}

/// At random weights: the value at an input, the rank of a grid of values as the definition has them against the
/// rank that is computed, and its certificate.
fn agrees(case: &Case) {
    let (problem, keys) = (case.problem(), case.keys);
    let (n, d) = case.size;
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let mut draw = |rows, cols| {
        DMatrix::from_fn(rows, cols, |_, _| {
            q(rng.random_range(1..=9) * [-1, 1][rng.random_range(0..2)])
        })
    };
    let wanted = problem.layers()[0].parameters(n, d);
    let list: Vec<Matrix> =
        wanted.iter().map(|p| p.value.clone().unwrap_or_else(|| draw(p.rows, p.cols))).collect();
    let parameters = wanted.into_iter().map(|p| p.name).zip(list.iter().cloned()).collect();
    let network = Network::new(n, d, problem.layers(), vec![list]).unwrap();
    let x = draw(n, d);
    assert_eq!(network.forward(&x), (case.definition)(&parameters, &x), "{keys}");

    let mut request = RankRequest::new(problem.clone());
    request.weights = Weights::Given(network);
    let answer = rank(&request, &|_, _| ()).unwrap();
    let points = answer.rank + 2;
    let (a, b) = (problem.partition().left().len(), problem.partition().right().len());
    let left: Vec<Matrix> = (0..points).map(|_| draw(a, d)).collect();
    let right: Vec<Matrix> = (0..points).map(|_| draw(b, d)).collect();
    let grid = DMatrix::from_fn(points, points, |i, j| {
        let x = problem.partition().assemble(&left[i], &right[j]);
        (case.definition)(&parameters, &x)[case.output].clone()
    });
    assert_eq!(rank_of(grid), answer.rank, "{keys}");
    let certificate = rank(&RankRequest::new(problem), &|_, _| ()).unwrap().certificate().unwrap();
    assert_eq!(check(&certificate), Verdict::Valid, "{keys}");
}

/// Attention over all pairs, `score` making of a product of query and key the factor of the pair's value.
fn attention(
    p: &Parameters,
    x: &Matrix,
    heads: usize,
    name: impl Fn(usize, &str) -> String,
    score: impl Fn(usize, usize, usize, Q) -> Q,
) -> Matrix {
    let (n, d) = x.shape();
    DMatrix::from_fn(n, d, |i, c| {
        sum(0..heads, |h| {
            let [query, key, output, value] =
                ["query", "key", "value", "out"].map(|part| &p[&name(h, part)]);
            sum(0..n, |j| {
                let product =
                    sum(0..query.ncols(), |a| entry(x, query, i, a) * entry(x, key, j, a));
                let seen =
                    sum(0..query.ncols(), |a| entry(x, output, j, a) * value[(c, a)].clone());
                score(h, i, j, product) * seen
            })
        })
    })
}

fn own(h: usize, part: &str) -> String {
    format!("head{h}.{part}")
}

/// The score where the pair is seen.
fn if_seen(yes: bool, score: Q) -> Q {
    if yes { score } else { Q::zero() }
}

#[test]
fn attention_with_shared_keys_and_masks() {
    let cases = [
        Case {
            keys: "type = 'attention', heads = 4, head-width = 1, kv-heads = 2",
            size: (4, 2),
            output: (0, 0),
            definition: |p, x| {
                let name = |h: usize, part: &str| match part {
                    "key" | "value" => format!("group{}.{part}", h / 2),
                    _ => own(h, part),
                };
                attention(p, x, 4, name, |_, _, _, s| s)
            },
        },
        Case {
            keys: "type = 'attention', mask = { window = 2 }, causal = true",
            size: (4, 2),
            output: (2, 0),
            definition: |p, x| {
                attention(p, x, 1, own, |_, i, j, s| if_seen(j == i || j + 1 == i, s))
            },
        },
        Case {
            keys: "type = 'attention', mask = { dilation = 2 }",
            size: (4, 2),
            output: (1, 1),
            definition: |p, x| attention(p, x, 1, own, |_, i, j, s| if_seen((i + j) % 2 == 0, s)),
        },
        Case {
            keys: "type = 'attention', mask = { block = 3, global = 1 }",
            size: (6, 1),
            output: (4, 0),
            definition: |p, x| {
                let seen = |i: usize, j: usize| i == 0 || j == 0 || (i < 3) == (j < 3);
                attention(p, x, 1, own, |_, i, j, s| if_seen(seen(i, j), s))
            },
        },
        Case {
            keys: "type = 'attention', mask = { queries = [0, 3] }",
            size: (4, 2),
            output: (3, 0),
            definition: |p, x| {
                let asks = |i| i == 0 || i == 3;
                attention(p, x, 1, own, |_, i, j, s| if_seen(asks(i) && !asks(j), s))
            },
        },
        Case {
            keys: "type = 'attention', mask = [[1, 0, 2], [0, '1/2', 0], [-1, 3, 0]]",
            size: (3, 2),
            output: (2, 0),
            definition: |p, x| {
                let mask = [[2, 0, 4], [0, 1, 0], [-2, 6, 0]];
                attention(p, x, 1, own, |_, i, j, s| s * Q::from((mask[i][j], 2)))
            },
        },
        // Retention.
        Case {
            keys: "type = 'attention', causal = true, mask = { decay = '1/2' }",
            size: (4, 2),
            output: (3, 1),
            definition: |p, x| {
                let decay = |i: usize, j: usize| Q::from((1, 1 << (i - j)));
                attention(
                    p,
                    x,
                    1,
                    own,
                    |_, i, j, s| if j > i { Q::zero() } else { s * decay(i, j) },
                )
            },
        },
        Case {
            keys: "type = 'attention', relative-bias = true",
            size: (3, 2),
            output: (1, 0),
            definition: |p, x| {
                attention(p, x, 1, own, |h, i, j, s| {
                    s + p[&own(h, "relative-bias")][(i + 2 - j, 0)].clone()
                })
            },
        },
    ];
    cases.iter().for_each(agrees);
}

/// The scores of rotary attention depend on the difference of positions: `q_i R^(j-i) k_j`, R by its angle.
#[test]
fn rotary_attention() {
    agrees(&Case {
        keys: "type = 'attention', rotary = [[3, 4, 5]]",
        size: (4, 2),
        output: (0, 0),
        definition: |p, x| {
            let (n, d) = x.shape();
            let name = |part: &str| &p[&own(0, part)];
            // Complex numbers: the key times (3 - 4i)^k / 5^k for the query of k tokens later.
            let turned = |mut z: (Q, Q), by: isize| {
                let sine = Q::from((if by > 0 { -4 } else { 4 }, 5));
                for _ in 0..by.abs() {
                    let (re, im) = z;
                    let c = Q::from((3, 5));
                    z = (
                        re.clone() * c.clone() - im.clone() * sine.clone(),
                        re * sine.clone() + im * c,
                    );
                }
                z
            };
            DMatrix::from_fn(n, d, |i, c| {
                sum(0..n, |j| {
                    let key = (entry(x, name("key"), j, 0), entry(x, name("key"), j, 1));
                    let (re, im) = turned(key, i as isize - j as isize);
                    let score =
                        entry(x, name("query"), i, 0) * re + entry(x, name("query"), i, 1) * im;
                    score
                        * sum(0..2, |a| entry(x, name("value"), j, a) * name("out")[(c, a)].clone())
                })
            })
        },
    });
}

#[test]
fn linear_attention_in_every_form() {
    let cases = [
        Case {
            keys: "type = 'linear-attention', heads = 2, activation = [1, 2, 1]",
            size: (3, 2),
            output: (0, 1),
            definition: |p, x| {
                let phi = |z: Q| (z.clone() + Q::one()) * (z + Q::one());
                let (n, d) = x.shape();
                DMatrix::from_fn(n, d, |i, c| {
                    sum(0..2, |h| {
                        let part = |name: &str| &p[&own(h, name)];
                        sum(0..n, |j| {
                            phi(entry(x, part("query"), i, 0))
                                * phi(entry(x, part("key"), j, 0))
                                * entry(x, part("value"), j, 0)
                                * part("out")[(c, 0)].clone()
                        })
                    })
                })
            },
        },
        Case {
            keys: "type = 'linear-attention', causal = true",
            size: (4, 2),
            output: (3, 0),
            definition: |p, x| attention(p, x, 1, own, |_, i, j, s| if_seen(j <= i, s)),
        },
        Case {
            keys: "type = 'gated-linear-attention', head-width = 2",
            size: (4, 2),
            output: (3, 0),
            definition: |p, x| {
                let part = |name: &str| &p[&own(0, name)];
                let mut state = [[Q::zero(), Q::zero()], [Q::zero(), Q::zero()]];
                let mut y = DMatrix::zeros(4, 2);
                for t in 0..4 {
                    for (a, row) in state.iter_mut().enumerate() {
                        for (b, number) in row.iter_mut().enumerate() {
                            let gate = entry(x, part("gate"), t, a);
                            let new = entry(x, part("key"), t, a) * entry(x, part("value"), t, b);
                            *number = gate * number.clone() + new;
                        }
                    }
                    for c in 0..2 {
                        let read = |b: usize| {
                            sum(0..2, |a| entry(x, part("query"), t, a) * state[a][b].clone())
                        };
                        y[(t, c)] = sum(0..2, |b| read(b) * part("out")[(c, b)].clone());
                    }
                }
                y
            },
        },
    ];
    cases.iter().for_each(agrees);
}

/// Linear attention without feature map is attention: the products in another order are one function, and it has the
/// bounds of the Gram form.
#[test]
fn linear_attention_is_attention() {
    let with = |kind: &str| {
        parse(&format!("tokens = 4\nwidth = 2\nlayer = [{{ type = '{kind}', heads = 2 }}]"))
            .unwrap()
    };
    let (linear, attention) = (with("linear-attention"), with("attention"));
    let network = WeightStyle::Random.draw(&attention, &mut ChaCha20Rng::seed_from_u64(3));
    let same = Network::new(4, 2, linear.layers(), network.parameters().to_vec()).unwrap();
    let x = DMatrix::from_fn(4, 2, |i, j| q((3 * i + 5 * j) as i64 % 7 - 3));
    assert_eq!(network.forward(&x), same.forward(&x));
    let answer = rank(&RankRequest::new(linear), &|_, _| ()).unwrap();
    assert_eq!(answer.status, Status::Exact);
    assert_eq!(answer.rank, rank(&RankRequest::new(attention), &|_, _| ()).unwrap().rank);
    assert!(answer.bounds.iter().any(|bound| bound.id == "attention-layers"));
}

#[test]
fn recurrences_and_convolutions() {
    let cases = [
        Case {
            keys: "type = 'state-space', state = 2, transition = [['1/2', -1], [3, 0]]",
            size: (5, 2),
            output: (4, 1),
            definition: |p, x| {
                let a = [[Q::from((1, 2)), q(-1)], [q(3), q(0)]];
                DMatrix::from_fn(5, 2, |t, c| {
                    let seen = |n: usize| {
                        let of = |name: &str| p[name][(0, 2 * c + n)].clone();
                        sum(0..t + 1, |s| {
                            of("output")
                                * a[c][n].power((t - s) as u64)
                                * of("input")
                                * x[(s, c)].clone()
                        })
                    };
                    sum(0..2, seen) + p["skip"][(0, c)].clone() * x[(t, c)].clone()
                })
            },
        },
        Case {
            keys: "type = 'selective-state-space', state = 2, order = 2",
            size: (3, 2),
            output: (2, 1),
            definition: |p, x| {
                let mut h = [[Q::zero(), Q::zero()], [Q::zero(), Q::zero()]];
                let mut y = DMatrix::zeros(3, 2);
                for t in 0..3 {
                    for c in 0..2 {
                        let step = entry(x, &p["step"], t, c) + p["step-bias"][(0, c)].clone();
                        for n in 0..2 {
                            let z = step.clone() * p["transition"][(0, 2 * c + n)].clone();
                            let gate = Q::one() + z.clone() + z.clone() * z * Q::from((1, 2));
                            let new =
                                step.clone() * entry(x, &p["input"], t, n) * x[(t, c)].clone();
                            h[c][n] = gate * h[c][n].clone() + new;
                        }
                        y[(t, c)] = sum(0..2, |n| entry(x, &p["output"], t, n) * h[c][n].clone())
                            + p["skip"][(0, c)].clone() * x[(t, c)].clone();
                    }
                }
                y
            },
        },
        Case {
            keys: "type = 'convolution', kernel = 2, dilation = 2",
            size: (5, 2),
            output: (3, 0),
            definition: |p, x| {
                DMatrix::from_fn(5, 2, |t, c| {
                    let term = |k: usize| p["kernel"][(k, c)].clone() * x[(t - 2 * k, c)].clone();
                    sum(0..2, |k| if 2 * k <= t { term(k) } else { Q::zero() })
                })
            },
        },
        Case {
            keys: "type = 'convolution', kernel = 3, causal = false, depthwise = false",
            size: (4, 2),
            output: (1, 0),
            definition: |p, x| {
                DMatrix::from_fn(4, 2, |t, c| {
                    // Place k sees token t + 1 - k.
                    sum(0..3, |k| match (t + 1).checked_sub(k) {
                        Some(s) if s < 4 => entry(x, &p[&format!("kernel{k}")], s, c),
                        _ => Q::zero(),
                    })
                })
            },
        },
        Case {
            keys: "type = 'hyena', kernel = 3",
            size: (4, 2),
            output: (3, 1),
            definition: |p, x| {
                let mut z = DMatrix::from_fn(4, 2, |t, c| entry(x, &p["value"], t, c));
                for n in 0..2 {
                    let (gate, kernel) = (&p[&format!("gate{n}")], &p[&format!("kernel{n}")]);
                    z = DMatrix::from_fn(4, 2, |t, c| {
                        let seen = sum(0..3.min(t + 1), |k| {
                            kernel[(k, c)].clone() * z[(t - k, c)].clone()
                        });
                        entry(x, gate, t, c) * seen
                    });
                }
                DMatrix::from_fn(4, 2, |t, c| entry(&z, &p["out"], t, c))
            },
        },
    ];
    cases.iter().for_each(agrees);
}

#[test]
fn gates_and_products() {
    let cases = [
        Case {
            keys: "type = 'gated-mlp', hidden = 3, activation = [0, '1/2', '1/4'], bias = true",
            size: (2, 2),
            output: (1, 0),
            definition: |p, x| {
                let swish = |z: Q| z.clone() * Q::from((1, 2)) + z.clone() * z * Q::from((1, 4));
                let biased = |i, e, name: &str| {
                    entry(x, &p[name], i, e) + p[&format!("{name}-bias")][(0, e)].clone()
                };
                DMatrix::from_fn(2, 2, |i, c| {
                    let hidden = |e| swish(biased(i, e, "gate")) * biased(i, e, "up");
                    sum(0..3, |e| hidden(e) * p["down"][(e, c)].clone())
                        + p["down-bias"][(0, c)].clone()
                })
            },
        },
        Case {
            keys: "type = 'mixture-of-experts', experts = 2, hidden = 3, degree = 2, gate-degree = 3",
            size: (2, 2),
            output: (0, 0),
            definition: |p, x| {
                DMatrix::from_fn(2, 2, |i, c| {
                    sum(0..2, |e| {
                        let part = |name: &str| &p[&format!("expert{e}.{name}")];
                        let square = |k| entry(x, part("w1"), i, k).power(2);
                        let value = sum(0..3, |k| square(k) * part("w2")[(k, c)].clone());
                        entry(x, part("gate"), i, 0).power(3) * value
                    })
                })
            },
        },
        Case {
            keys: "type = 'spatial-gating', hidden = 4, heads = 2, bias = true, causal = true",
            size: (4, 2),
            output: (3, 0),
            definition: |p, x| {
                DMatrix::from_fn(4, 2, |i, c| {
                    sum(0..2, |h| {
                        let part = |name: &str| &p[&own(h, name)];
                        let gate = |e| {
                            sum(0..i + 1, |j| {
                                part("w")[(i, j)].clone() * entry(x, part("u2"), j, e)
                            }) + part("b")[(i, 0)].clone()
                        };
                        sum(0..2, |e| {
                            entry(x, part("u1"), i, e) * gate(e) * part("v")[(e, c)].clone()
                        })
                    })
                })
            },
        },
        Case {
            keys: "type = 'product-pooling', window = 3, channels = 3",
            size: (6, 2),
            output: (1, 2),
            definition: |p, x| {
                DMatrix::from_fn(2, 3, |t, c| {
                    let factors = (3 * t..3 * t + 3).map(|j| entry(x, &p["weight"], j, c));
                    factors.fold(Q::one(), |a, b| a * b)
                })
            },
        },
        Case {
            keys: "type = 'graph', edges = [[0, 1], [1, 2], [3, 1], [1, 0]]",
            size: (4, 2),
            output: (1, 1),
            definition: |p, x| {
                let neighbours = [vec![0, 1], vec![0, 1, 2, 3], vec![1, 2], vec![1, 3]];
                DMatrix::from_fn(4, 2, |i, c| {
                    let factors = neighbours[i].iter().map(|j| entry(x, &p["weight"], *j, c));
                    factors.fold(Q::one(), |a, b| a * b)
                })
            },
        },
        Case {
            keys: "type = 'tensor-attention'",
            size: (3, 2),
            output: (0, 0),
            definition: |p, x| {
                let part = |name: &str| &p[&own(0, name)];
                let of = |name, i, a| entry(x, part(name), i, a);
                DMatrix::from_fn(3, 2, |i, c| {
                    sum(0..9, |jk| {
                        let (j, k) = (jk / 3, jk % 3);
                        let score =
                            sum(0..2, |a| of("query", i, a) * of("key", j, a) * of("key2", k, a));
                        let seen = |a| {
                            of("value", j, a) * of("value2", k, a) * part("out")[(c, a)].clone()
                        };
                        score * sum(0..2, seen)
                    })
                })
            },
        },
        Case {
            keys: "type = 'class-token'",
            size: (2, 2),
            output: (2, 1),
            definition: |p, x| {
                DMatrix::from_fn(3, 2, |i, c| match i {
                    0 => p["token"][(0, c)].clone(),
                    _ => x[(i - 1, c)].clone(),
                })
            },
        },
        Case {
            keys: "type = 'shift', by = [1, -2]",
            size: (4, 2),
            output: (2, 0),
            definition: |_, x| {
                DMatrix::from_fn(4, 2, |t, c| match c {
                    0 => x[(t.saturating_sub(1), 0)].clone(),
                    _ => x[((t + 2).min(3), 1)].clone(),
                })
            },
        },
    ];
    cases.iter().for_each(agrees);
}

/// A formula for attention with a mask, biases and a polynomial, sizes by name.
#[test]
fn formulas_are_what_they_say() {
    let cases = [
        Case {
            keys: "type = 'expression', expression = \"X + mask .* (X Q K' X') X V\", \
                   weights = { Q = ['width', 1], K = ['width', 1], V = ['width', 'width'] }, \
                   given = { mask = [[1, 0, 0], [2, 1, 0], ['1/2', 3, 1]] }",
            size: (3, 2),
            output: (2, 0),
            definition: |p, x| {
                let mask = [[2, 0, 0], [4, 2, 0], [1, 6, 2]];
                DMatrix::from_fn(3, 2, |i, c| {
                    let score = |j| entry(x, &p["Q"], i, 0) * entry(x, &p["K"], j, 0);
                    let seen =
                        |j: usize| Q::from((mask[i][j], 2)) * score(j) * entry(x, &p["V"], j, c);
                    x[(i, c)].clone() + sum(0..3, seen)
                })
            },
        },
        Case {
            keys: "type = 'expression', \
                   expression = \"polynomial(A (X W) + b, 1, -0.5, 2/3) - 3 column .* X.^2 W + c row\", \
                   weights = { A = ['tokens', 'tokens'], W = ['width', 3], b = [1, 3], c = ['tokens', 1], row = [1, 3] }, \
                   given = { column = [[1], [-2]] }",
            size: (2, 2),
            output: (1, 2),
            definition: |p, x| {
                DMatrix::from_fn(2, 3, |i, c| {
                    let z = sum(0..2, |j| p["A"][(i, j)].clone() * entry(x, &p["W"], j, c))
                        + p["b"][(0, c)].clone();
                    let polynomial =
                        Q::one() - z.clone() * Q::from((1, 2)) + z.clone() * z * Q::from((2, 3));
                    let square = sum(0..2, |k| x[(i, k)].power(2) * p["W"][(k, c)].clone());
                    let column = q([1, -2][i]);
                    polynomial - q(3) * column * square
                        + p["c"][(i, 0)].clone() * p["row"][(0, c)].clone()
                })
            },
        },
    ];
    cases.iter().for_each(agrees);
}

/// Cuts that few functions pass, each with its number, which random weights reach: a state of n numbers passes as n
/// functions and one more, whatever the degree (4.11).
#[test]
fn a_state_passes_as_its_numbers_and_one() {
    for (keys, tokens, value) in [
        ("type = 'state-space', state = 3", 5, 2),
        ("type = 'selective-state-space', state = 1", 4, 2),
        ("type = 'selective-state-space', state = 2", 4, 3),
        ("type = 'gated-linear-attention', head-width = 1", 4, 2),
        ("type = 'gated-linear-attention', head-width = 2", 3, 3),
        ("type = 'attention', causal = true", 4, 3),
        ("type = 'attention', causal = true, heads = 2", 4, 3),
        ("type = 'linear-attention', causal = true, degree = 2, head-width = 1", 4, 2),
        ("type = 'convolution'", 4, 2),
        ("type = 'graph', edges = [[0, 1], [1, 2], [2, 3]]", 4, 1),
    ] {
        let output = tokens - 1;
        let text =
            format!("tokens = {tokens}\nwidth = 2\noutput = [{output}, 0]\nlayer = [{{ {keys} }}]");
        let problem = parse(&text).unwrap();
        let bound = bounds::find("network-passing").unwrap();
        assert_eq!(bound.value(&problem), Some(value.into()), "{keys}");
        let answer = rank(&RankRequest::new(problem), &|_, _| ()).unwrap();
        assert_eq!((answer.rank, answer.status), (value, Status::Exact), "{keys}");
        assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid, "{keys}");
    }
}

/// (keys, what the one line of the message holds); four tokens of two channels.
const REFUSED: &[(&str, &[&str])] = &[
    ("type = 'expression', expression = 'X +'", &["expression", "at its end", "expected a matrix"]),
    (
        "type = 'expression', expression = 'X W'",
        &["character 3, at `W`", "W is neither X nor in weights or given"],
    ),
    (
        "type = 'expression', expression = 'X W X', weights = { W = ['width', 3] }",
        &["character 5, at `X`", "a product of 4 x 3 and 4 x 2 does not exist"],
    ),
    (
        "type = 'expression', expression = 'X + W', weights = { W = [3, 2] }",
        &["character 1, at `X + W`", "3 x 2 does not fit to 4 x 2"],
    ),
    (
        "type = 'expression', expression = 'X', weights = { W = [3, 2] }",
        &["weights = W", "does not stand in the expression"],
    ),
    (
        "type = 'expression', expression = 'W', weights = { W = [3, 2] }",
        &["the state X does not stand in it"],
    ),
    (
        "type = 'expression', expression = 'X W', weights = { W = ['wide', 2] }",
        &["\"wide\"", "\"tokens\" or \"width\""],
    ),
    (
        "type = 'expression', expression = 'X W', weights = { W = [-1, 2] }",
        &["-1", "a whole number"],
    ),
    ("type = 'expression', expression = 'X W', weights = { W = [0, 2] }", &["weights = 0", "1..="]),
    (
        "type = 'expression', expression = 'X', given = { X = [[1]] }",
        &["given = \"X\"", "neither X"],
    ),
    (
        "type = 'expression', expression = 'X A', given = { A = [[1], [2, 3]] }",
        &["A: given", "row 1 has 2 numbers"],
    ),
    ("type = 'expression', expression = 'X A', given = { A = [] }", &["given = A", "no entries"]),
    ("type = 'attention', heads = 2, kv-heads = 3", &["kv-heads = 3", "divide the 2 heads"]),
    ("type = 'attention', heads = 2, kv-heads = 1, multi-query = true", &["not both"]),
    ("type = 'attention', mask = { windw = 2 }", &["mask", "`windw`", "did you mean `window`?"]),
    ("type = 'attention', mask = { window = 0 }", &["mask: window = 0", "1..="]),
    ("type = 'attention', mask = { queries = [4] }", &["mask: queries = 4", "0..=3"]),
    ("type = 'attention', mask = 3", &["mask", "a matrix, or a table"]),
    ("type = 'attention', mask = [[1]]", &["mask", "1 rows; 4 are needed"]),
    ("type = 'attention', mask = { decay = 1e-399 }", &["mask: decay", "fewer digits"]),
    ("type = 'attention', rotary = [[3, 4, 6]]", &["rotary = [3, 4, 6]", "a^2 + b^2 = c^2"]),
    ("type = 'attention', rotary = []", &["rotary", "half as many triples"]),
    ("type = 'attention', heads = 2, rotary = [[3, 4, 5]]", &["rotary", "1 must be even"]),
    (
        "type = 'state-space', state = 1, transition = [[1]]",
        &["transition", "1 rows; 2 are needed"],
    ),
    ("type = 'selective-state-space', state = 1, order = 17", &["order = 17", "1..=16"]),
    ("type = 'convolution', kernel = 5", &["kernel = 5", "1..=4 tokens"]),
    ("type = 'hyena', order = 9", &["order = 9", "1..=8"]),
    ("type = 'mixture-of-experts', experts = 0", &["experts = 0"]),
    (
        "type = 'product-pooling', window = 3",
        &["(product-pooling)", "takes windows of 3 tokens", "4 tokens x 2 channels"],
    ),
    ("type = 'graph', edges = [[0, 4]]", &["edges = [0, 4]", "0..=3"]),
    ("type = 'spatial-gating', heads = 3", &["heads = 3", "divide the 2 hidden channels"]),
    ("type = 'shift', by = [1]", &["by", "1 numbers", "2"]),
    ("type = 'shift', by = [1, 1], grid = [2, 2]", &["not both"]),
];

#[test]
fn what_is_refused_is_named() {
    for (keys, parts) in REFUSED {
        let message = parse(&format!("tokens = 4\nwidth = 2\nlayer = [{{ {keys} }}]")).err();
        let message = message.unwrap_or_else(|| panic!("accepted: {keys}"));
        assert!(!message.contains('\n'), "{message}");
        for part in *parts {
            assert!(message.contains(part), "{keys}\n{message}\nlacks {part}");
        }
    }
}

/// The examples in the documentation are networks.
#[test]
fn examples_are_networks() {
    let files = std::fs::read_dir("docs/examples").unwrap().map(|file| file.unwrap().path());
    let files: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    assert!(files.len() > 3);
    for path in files {
        let network = RealNetworkFile::read(&path, &Replacements::default()).unwrap();
        let published = ["minilm-published", "minilm-words"].map(std::ffi::OsStr::new);
        let published = path.file_stem().is_some_and(|name| published.contains(&name));
        assert_eq!(network.problem.is_polynomial(), !published, "{}", path.display());
    }
}
