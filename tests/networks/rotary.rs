//! Rotary positions by given orthogonal matrices, and the planes of angles, against their definitions.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::Rational;
use seprank::check::{Verdict, check};
use seprank::network::{NetworkFile, Problem, Replacements, WeightStyle};
use seprank::prove::{Method, RankRequest, rank};
use std::path::Path;

type Matrix = DMatrix<Rational>;

fn parse(text: &str) -> Result<Problem, String> {
    let file = NetworkFile::parse(text, Path::new(""), &Replacements::default());
    file.map(|file| file.problem).map_err(|e| e.to_string())
}

/// One layer of attention on three tokens of width 2.
fn attention(keys: &str) -> String {
    format!("tokens = 3\nwidth = 2\nlayer = [{{ type = \"attention\", {keys} }}]")
}

/// Factors of one head, an input and the output.
fn values(keys: &str) -> ([Matrix; 4], Matrix, Matrix) {
    let problem = parse(&attention(keys)).unwrap();
    let network = WeightStyle::Repeated.draw(&problem, &mut ChaCha20Rng::seed_from_u64(11));
    let x = DMatrix::from_fn(3, 2, |i, j| Rational::from((3 * i + 5 * j) as i64 % 7 - 2));
    let head = network.heads(0).next().unwrap();
    let factors = [head.query, head.key, head.output, head.value].map(Clone::clone);
    let y = network.forward(&x);
    (factors, x, y)
}

/// `sum_j (q_i R_i) . (k_j R_j) v_j U^T`.
fn definition([q, k, o, u]: &[Matrix; 4], x: &Matrix, rotations: &[Matrix]) -> Matrix {
    let row = |m: &Matrix, i: usize| x.rows(i, 1) * m;
    let mut y = DMatrix::from_element(3, 2, Rational::from(0));
    for i in 0..3 {
        for j in 0..3 {
            let (query, key) = (row(q, i) * &rotations[i], row(k, j) * &rotations[j]);
            let score = (query * key.transpose())[(0, 0)].clone();
            let value = row(o, j) * u.transpose();
            (0..2).for_each(|c| y[(i, c)] += score.clone() * value[(0, c)].clone());
        }
    }
    y
}

fn text(rotations: &[Matrix]) -> String {
    let matrix = |m: &Matrix| {
        let row = |i: usize| {
            let entries: Vec<String> = m.row(i).iter().map(|c| format!("\"{c}\"")).collect();
            format!("[{}]", entries.join(", "))
        };
        format!("[{}]", (0..m.nrows()).map(row).collect::<Vec<_>>().join(", "))
    };
    rotations.iter().map(matrix).collect::<Vec<_>>().join(", ")
}

fn power(r: &Matrix, n: usize) -> Matrix {
    (0..n).fold(DMatrix::identity(r.nrows(), r.nrows()), |m, _| m * r)
}

/// A turn of three axes, a reflection and the identity, one for each token.
#[test]
fn given_rotations_turn_the_rows_of_queries_and_keys() {
    let turn = [2, -1, 2, 2, 2, -1, -1, 2, 2].map(|n| Rational::from((n, 3)));
    let swap = [0, 1, 0, 1, 0, 0, 0, 0, -1].map(Rational::from);
    let list = [
        DMatrix::from_row_slice(3, 3, &turn),
        DMatrix::from_row_slice(3, 3, &swap),
        DMatrix::identity(3, 3),
    ];
    let keys = format!("head-width = 3, rotations = [{}]", text(&list));
    let (factors, x, y) = values(&keys);
    assert_eq!(y, definition(&factors, &x, &list));
    let identity = [0; 3].map(|_| DMatrix::identity(3, 3));
    assert_ne!(y, definition(&factors, &x, &identity));
    let problem = parse(&attention(&keys)).unwrap();
    for method in [Method::Grid, Method::Coefficients] {
        let request = RankRequest { method, ..RankRequest::new(problem.clone()) };
        let certificate = rank(&request, &|_, _| ()).unwrap().certificate().unwrap();
        assert_eq!(check(&certificate), Verdict::Valid);
    }
}

/// Angles are the powers of a rotation in the planes that are said.
#[test]
fn planes_are_neighbours_or_halves() {
    for (planes, pairs) in [
        ("", [[0, 1], [2, 3]]),
        ("rotary-planes = \"neighbours\", ", [[0, 1], [2, 3]]),
        ("rotary-planes = \"halves\", ", [[0, 2], [1, 3]]),
    ] {
        let mut r = DMatrix::from_element(4, 4, Rational::from(0));
        for ([a, b], [x, y, z]) in pairs.into_iter().zip([[3i64, 4, 5], [5, -12, 13]]) {
            let (cosine, sine) = (Rational::from((x, z)), Rational::from((y, z)));
            // (z_a, z_b) R = (z_a cos - z_b sin, z_a sin + z_b cos).
            (r[(a, a)], r[(b, b)]) = (cosine.clone(), cosine);
            (r[(a, b)], r[(b, a)]) = (sine.clone(), -sine);
        }
        let list: Vec<Matrix> = (0..3).map(|i| power(&r, i)).collect();
        let keys = format!("head-width = 4, {planes}rotary = [[3, 4, 5], [5, -12, 13]]");
        let (factors, x, y) = values(&keys);
        assert_eq!(y, definition(&factors, &x, &list), "{planes}");
        // The same by matrices.
        assert_eq!(values(&format!("head-width = 4, rotations = [{}]", text(&list))).2, y);
    }
}

#[test]
fn what_is_no_rotation_is_named() {
    let one = "[[1, 0], [0, 1]]";
    let wide = format!("[{}]", vec![format!("[{}]", vec!["0"; 120].join(", ")); 120].join(", "));
    for (keys, words) in [
        (
            format!("rotations = [{one}, {one}]"),
            "rotations = (2 matrices): one for each of the 3 tokens",
        ),
        (
            format!("rotations = [{one}, [[1, 1], [0, 1]], {one}]"),
            "rotations[1]: it is not orthogonal: the product of columns 1 and 0 is not 0",
        ),
        (
            format!("rotations = [{one}, {one}, [[1, 0], [0, 2]]]"),
            "rotations[2]: it is not orthogonal: the product of columns 1 and 1 is not 1",
        ),
        (
            format!("rotations = [{one}, {one}, [[1, 0]]]"),
            "rotations[2]: it has 1 rows; 2 are needed",
        ),
        (format!("rotations = [{one}, [[1], [0]], {one}]"), "rotations[1]: row 0 has 1 numbers"),
        (
            format!("head-width = 120, rotations = [{wide}, {wide}, {wide}]"),
            "tokens times the cube of the head width 120 must be at most 4194304",
        ),
        (format!("rotary = [[3, 4, 5]], rotations = [{one}]"), "rotary or rotations, not both"),
        ("rotary-planes = \"halves\"".to_owned(), "rotary-planes: it needs rotary"),
        ("rotary-planes = \"half\", rotary = [[3, 4, 5]]".to_owned(), "rotary-planes"),
        (
            "rotary = [[9223372036854775807, 0, 9223372036854775807]]".to_owned(),
            "of at most 1000000000000000",
        ),
        ("rotary = [[-9223372036854775808, 0, 1]]".to_owned(), "of at most 1000000000000000"),
    ] {
        let error = parse(&attention(&keys)).unwrap_err();
        assert!(
            error.contains(words) && error.contains("layer 0 (attention)"),
            "{error} lacks {words}"
        );
    }
}
