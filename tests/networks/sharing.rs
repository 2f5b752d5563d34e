//! Weights that layers of a network file share: one set in every ring, in certificates, keys and weight files.

use nalgebra::DMatrix;
use num_traits::Zero;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use safetensors::tensor::{Dtype, TensorView, serialize};
use seprank::arith::{Fp, Prime, Rational};
use seprank::bounds::{self, Side};
use seprank::certificate::{Architecture, Claim};
use seprank::check::{Verdict, check};
use seprank::network::{
    Architecture as Shape, LayersShape, Network, NetworkFile, Problem, Replacements, WeightStyle,
    weight_keys,
};
use seprank::prove::{Method, RankRequest, Weights, rank};
use std::io::Cursor;
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    NetworkFile::parse(text, Path::new(""), &Replacements::default()).map_err(|e| e.to_string())
}

fn random(problem: &Problem) -> Network<Rational> {
    WeightStyle::Random.draw(problem, &mut ChaCha20Rng::seed_from_u64(3))
}

/// ALBERT in small: an embedding, then twice the same two parts, a layer of its own between them, and a head.
const BLOCKS: &str = r#"tokens = 3
width = 2
layer = [
  { type = "position-embedding" },
  { type = "residual", layers = [{ type = "linear-token-mixing", bias = true, share = "mix" }] },
  { type = "channel-mixing", hidden = 3, degree = 2, share = "mlp-1" },
  { type = "scaling" },
  { type = "residual", layers = [{ type = "linear-token-mixing", bias = true, share = "mix" }] },
  { type = "channel-mixing", hidden = 3, degree = 2, share = "mlp-1" },
  { type = "linear-head", outputs = 1 },
]
"#;

/// The layers of `BLOCKS`, one after the other, with the one set of weights that the network has.
#[test]
fn layers_that_share_weights_are_their_definition_in_every_ring() {
    let problem = parse(BLOCKS).unwrap().problem;
    let network = random(&problem);
    let names: Vec<String> =
        problem.parameters().into_iter().flatten().map(|parameter| parameter.name).collect();
    let list: Vec<&DMatrix<Rational>> = network.parameters().iter().flatten().collect();
    let of = |name: &str| list[names.iter().position(|own| own == name).expect(name)].clone();
    assert_eq!(list.len(), 1 + 2 + 2 + 1 + 1, "{names:?}");
    let x = DMatrix::from_fn(3, 2, |i, j| Rational::from(((2 * i + 3 * j) as i64 - 3, 2)));
    let mut y = &x + of("values");
    let column = |b: &DMatrix<Rational>| DMatrix::from_fn(3, 2, |i, _| b[(i, 0)].clone());
    for block in 0..2 {
        y = &y + of("1.inner0.matrix") * &y + column(&of("1.inner0.bias"));
        let hidden = (&y * of("2.w3")).map(|z| z.clone() * z);
        y = hidden * of("2.w4");
        if block == 0 {
            let factors = of("3.values");
            y = DMatrix::from_fn(3, 2, |i, j| y[(i, j)].clone() * factors[(0, j)].clone());
        }
    }
    y *= of("weight");
    assert_eq!(network.forward(&x), y);
    let prime = Prime::MERSENNE_61;
    let reduce = |q: &Rational| Fp::from_ratio(q, prime).unwrap();
    let modular = network.modulo(prime).unwrap().forward(&x.map(|q| reduce(&q)));
    assert_eq!(modular, y.map(|q| reduce(&q)));
    // Three layers of the network, seven of the file; every weight counts once.
    assert_eq!((problem.layers().len(), problem.architecture().depth()), (3, 7));
    let count = 6 + (9 + 3) + (6 + 6) + 2 + 2;
    assert_eq!(problem.architecture().parameter_count(3), Some(count));
}

/// A branch and the same one with the opposite sign cancel if they share their weights, and do not otherwise.
#[test]
fn ranks_and_certificates_are_of_one_set_of_weights() {
    let text = |share: &str| {
        let layer = format!("type = \"linear-token-mixing\"{share}");
        format!(
            "tokens = 2\nwidth = 1\nlayer = [{{ type = \"parallel\", branches = [[{{ {layer} }}], \
             [{{ {layer} }}, {{ type = \"scaling\", values = [[-1]] }}]] }}]"
        )
    };
    for (share, expected) in [(", share = \"m\"", 0), ("", 2)] {
        let problem = parse(&text(share)).unwrap().problem;
        for method in [Method::Grid, Method::Coefficients] {
            let request = RankRequest { method, ..RankRequest::new(problem.clone()) };
            assert_eq!(rank(&request, &|_, _| ()).unwrap().rank, expected);
        }
    }
    // Over several layers: the certificate has them as one, with weights that are there once.
    let problem = parse(BLOCKS).unwrap().problem;
    let given = Weights::Given(random(&problem));
    for (weights, method) in [(Weights::Random, Method::Grid), (given, Method::Coefficients)] {
        let request = RankRequest { weights, method, ..RankRequest::new(problem.clone()) };
        let answer = rank(&request, &|_, _| ()).unwrap();
        for bound in bounds::applicable(&problem) {
            if bound.side() == Side::Upper
                && let Some(value) = bound.value(&problem)
            {
                assert!(value >= answer.rank, "{}: {value} < {}", bound.id(), answer.rank);
            }
        }
        let certificate = answer.certificate().unwrap();
        assert_eq!(check(&certificate), Verdict::Valid);
        let Claim::Rank(claim) = &certificate.claim else { panic!("a claim on a rank") };
        let Architecture::Layers(layers) = &claim.problem.architecture else { panic!("layers") };
        assert_eq!(layers.layers.len(), 3);
        assert_eq!(layers.layers[1].parameters.len(), 5);
    }
}

/// Lower bounds for almost all weights are about independent ones.
#[test]
fn no_lower_bound_by_theorem_is_claimed_of_shared_weights() {
    let text = |share: &str| {
        format!(
            "tokens = 4\nwidth = 2\n[[layer]]\ntype = \"repeat\"\ntimes = 2\nlayers = \
             [{{ type = \"attention\"{share} }}]"
        )
    };
    let independent = parse(&text("")).unwrap().problem;
    let shared = parse(&text(", share = \"a\"")).unwrap().problem;
    let lower = |problem: &Problem| {
        let applicable = bounds::applicable(problem);
        applicable.into_iter().filter(|bound| bound.side() == Side::Lower).count()
    };
    assert!(lower(&independent) > 0);
    assert_eq!(lower(&shared), 0);
    // The upper bounds hold of every weights.
    let upper = bounds::best(&shared, Side::Upper).unwrap().value.unwrap();
    let request = RankRequest::new(shared);
    assert!(upper >= rank(&request, &|_, _| ()).unwrap().rank);
}

/// The keys are those of the first layer of a name, by its number in the file; the layers after have their own numbers.
#[test]
fn keys_and_weight_files_have_every_weight_once() {
    let file = parse(BLOCKS).unwrap();
    let keys: Vec<String> = weight_keys(&file.problem).into_iter().map(|(key, ..)| key).collect();
    let expected =
        ["0.values", "1.inner0.matrix", "1.inner0.bias", "2.w3", "2.w4", "3.values", "6.weight"];
    assert_eq!(keys, expected);
    let map: String = expected
        .iter()
        .enumerate()
        .map(|(i, key)| format!("\"{key}\" = {{ tensor = \"t{i}\" }}\n"))
        .collect();
    let file = parse(&format!("{BLOCKS}[weights]\n{map}")).unwrap();
    let sizes = [[3, 2], [3, 3], [3, 1], [2, 3], [3, 2], [1, 2], [2, 1]];
    let numbers = |i: usize| (0..sizes[i][0] * sizes[i][1]).map(move |e| (10 * i + e) as f32);
    let data: Vec<Vec<u8>> =
        (0..7).map(|i| numbers(i).flat_map(f32::to_le_bytes).collect()).collect();
    let views = (0..7).map(|i| {
        (format!("t{i}"), TensorView::new(Dtype::F32, sizes[i].to_vec(), &data[i]).unwrap())
    });
    let bytes = serialize(views, None).unwrap();
    let none = || panic!("nothing is to be drawn");
    let network = file.weights.read(&file.problem, Cursor::new(bytes), none).unwrap();
    let read: Vec<&DMatrix<Rational>> = network.parameters().iter().flatten().collect();
    for (i, matrix) in read.iter().enumerate() {
        let wanted: Vec<Rational> = numbers(i).map(|x| Rational::from(x as i64)).collect();
        assert_eq!(**matrix, DMatrix::from_row_slice(sizes[i][0], sizes[i][1], &wanted), "{i}");
    }
    assert!(!network.parameters()[2][0].iter().all(Zero::is_zero));
    // A key of a later layer of the name is no weight's.
    let wrong =
        parse(&format!("{BLOCKS}[weights]\nmissing = \"random\"\n\"5.w3\" = {{ tensor = \"t\" }}"));
    let wrong = wrong.unwrap();
    let error = wrong.weights.has_former_names(&wrong.problem).unwrap_err().to_string();
    assert!(error.contains("5.w3"), "{error}");
}

#[test]
fn what_cannot_be_shared_is_named() {
    let error =
        |layers: &str| parse(&format!("tokens = 4\nwidth = 2\nlayer = [{layers}]")).unwrap_err();
    for (layers, parts) in [
        (
            r#"{ type = "channel-mixing", share = "a" }, { type = "scaling" }, { type = "scaling", share = "a" }"#,
            &["share = \"a\"", "layer 0 (channel-mixing), on 4 x 2", "layer 2 (scaling), on 4 x 2"]
                [..],
        ),
        (
            r#"{ type = "channel-mixing", hidden = 2, share = "a" },
               { type = "residual", layers = [{ type = "scaling" }, { type = "channel-mixing", hidden = 3, share = "a" }] }"#,
            &[
                "layer 0 (channel-mixing)",
                "layer 1 (residual), layer 1 (channel-mixing)",
                "the same keys",
            ],
        ),
        (
            r#"{ type = "channel-mixing", hidden = 2, share = "a" }, { type = "pooling" }, { type = "parallel",
               branches = [[], [{ type = "channel-mixing", hidden = 2, share = "a" }]] }"#,
            &[
                "layer 0 (channel-mixing), on 4 x 2",
                "layer 2 (parallel), branch 1, layer 0 (channel-mixing), on 1 x 2",
            ],
        ),
        (
            r#"{ type = "repeat", times = 2, layers = [{ type = "scaling" }], share = "a" }"#,
            &["layer 0 (repeat)", "share = \"a\"", "name the layers inside"],
        ),
        (r#"{ type = "scaling", share = "" }"#, &["share = \"\"", "1 to 64 letters"]),
        (r#"{ type = "scaling", share = "a b" }"#, &["share = \"a b\""]),
        (r#"{ type = "scaling", share = 3 }"#, &["share", "string"]),
    ] {
        let error = error(layers);
        for part in parts {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    }
    // A list of layers that was not read from a file.
    let problem = parse(BLOCKS).unwrap().problem;
    let layers = [problem.layers(), problem.layers()].concat();
    let shape = Shape::Layers(LayersShape { width: 2, layers });
    let error = Problem::new(shape, problem.partition().clone(), problem.output()).unwrap_err();
    assert!(error.to_string().contains("layers 1 and 4 share weights as \"mix\""), "{error}");
}
