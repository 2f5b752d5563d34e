//! Every bound of the registry against exact ranks of random small problems: networks by flags and by
//! files, all weights that a style draws, any partition and output. No upper bound may be below a rank, no
//! lower bound above what random weights reach, nor above an upper bound.

#[path = "common/cases.rs"]
mod cases;

use cases::cases;
use proptest::prelude::*;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rug::Integer;
use seprank::arith::Prime;
use seprank::bounds::{Side, applicable};
use seprank::linalg::rank_mod_p;
use seprank::network::layers::Permutation;
use seprank::network::{
    Architecture, AttentionShape, MixerShape, NetworkFile, Output, Partition, Problem,
    Replacements, WeightStyle, describe, presets,
};
use seprank::tensor::{Evaluator, random_inputs};
use std::path::Path;

const PRIME: Prime = Prime::MERSENNE_61;

/// Grids have at most so many points on a side.
const LARGEST_GRID: usize = 32;

/// The degree of a network is at most this.
const LARGEST_DEGREE: u64 = 81;

/// One of several lines of keys.
fn one_of(rng: &mut ChaCha20Rng, list: &[&str]) -> String {
    list[rng.random_range(0..list.len())].to_owned()
}

/// Attention of any heads and head width.
fn attention_layer(rng: &mut ChaCha20Rng) -> String {
    let (heads, width) = (rng.random_range(1..=3), rng.random_range(1..=3));
    let bias = rng.random_bool(0.4);
    format!("type = \"attention\", heads = {heads}, head-width = {width}, bias = {bias}")
}

/// A two-layer perceptron across tokens or channels, its activation a power or a polynomial.
fn mixing_layer(rng: &mut ChaCha20Rng, kind: &str) -> String {
    let activation = match rng.random_range(0..8) {
        0 => "activation = [1, -0.5, \"2/3\"]".to_owned(),
        1 => "activation = [0, 1, 0, 1]".to_owned(),
        2 => "activation = [1, 0, 0, 0, -2]".to_owned(),
        k => format!("degree = {}", k.min(5) - 1),
    };
    let (hidden, bias) = (rng.random_range(1..=3), rng.random_bool(0.4));
    format!("type = \"{kind}-mixing\", hidden = {hidden}, bias = {bias}, {activation}")
}

/// Any other layer that keeps the size of the state.
fn other_layer(rng: &mut ChaCha20Rng, tokens: usize) -> String {
    let seed = rng.random_range(0..9);
    let own = [
        format!("type = \"permutation\", seed = {seed}"),
        format!("type = \"permutation\", of = \"tokens\", seed = {seed}"),
        format!("type = \"dropout\", rate = 0.25, seed = {seed}"),
        format!("type = \"shift\", grid = [{tokens}, 1]"),
        one_of(
            rng,
            &["type = \"position-embedding\"", "type = \"linear-token-mixing\", bias = true"],
        ),
        one_of(rng, &["type = \"scaling\"", "type = \"fourier-mixing\", decimals = 2"]),
        one_of(
            rng,
            &["type = \"spatial-gating\", hidden = 2", "type = \"hyper-mixing\", hidden = 2"],
        ),
        one_of(
            rng,
            &["type = \"attention\", causal = true", "type = \"attention\", relative = true"],
        ),
        one_of(
            rng,
            &[
                "type = \"attention\", mask = { window = 1 }",
                "type = \"linear-attention\", causal = true",
                "type = \"gated-mlp\"",
                "type = \"hyena\", order = 1",
                "type = \"state-space\", state = 2",
            ],
        ),
    ];
    own[rng.random_range(0..own.len())].clone()
}

/// A list of layers as a file has it, of one of three tastes: attention with a position-wise part, a Mixer
/// layer by layer, and anything.
fn file_layers(rng: &mut ChaCha20Rng, tokens: usize, width: usize) -> Vec<String> {
    let taste = rng.random_range(0..3);
    let residual = rng.random_range(0..3);
    let mut list: Vec<String> = Vec::new();
    if rng.random_bool(0.25) {
        let outputs = rng.random_range(1..=width + 1);
        list.push(format!("type = \"linear-head\", outputs = {outputs}, bias = {}", taste == 1));
    }
    for _ in 0..rng.random_range(1..=3) {
        let block = match taste {
            0 if rng.random_bool(0.3) => vec![attention_layer(rng), mixing_layer(rng, "channel")],
            0 => vec![attention_layer(rng)],
            1 => vec![mixing_layer(rng, "token"), mixing_layer(rng, "channel")],
            _ if rng.random_bool(0.5) => vec![other_layer(rng, tokens)],
            _ => vec![mixing_layer(rng, if residual == 0 { "token" } else { "channel" })],
        };
        let wrapped = |keys: String, yes: bool| match yes {
            true => format!("type = \"residual\", layers = [{{ {keys} }}]"),
            false => keys,
        };
        let around = |_| residual == 1 || residual == 2 && rng.random_bool(0.5);
        let around: Vec<bool> = block.iter().map(around).collect();
        list.extend(block.into_iter().zip(around).map(|(keys, yes)| wrapped(keys, yes)));
    }
    if taste == 2 && rng.random_bool(0.3) {
        list.push("type = \"pooling\"".into());
    }
    list
}

/// A network file with these layers, or an example of a family; `None` where the layers do not fit.
fn from_file(rng: &mut ChaCha20Rng) -> Option<Problem> {
    if rng.random_bool(0.1) {
        let families = presets::families();
        let family = &families[rng.random_range(0..families.len())];
        return family.network(&Replacements::default()).ok().map(|file| file.problem);
    }
    let (tokens, width) = (rng.random_range(2..=4), rng.random_range(1..=3));
    let layers = file_layers(rng, tokens, width);
    let layers: String = layers.iter().map(|keys| format!("  {{ {keys} }},\n")).collect();
    let text = format!("tokens = {tokens}\nwidth = {width}\nlayer = [\n{layers}]\n");
    let read = NetworkFile::parse(&text, Path::new("tests/data"), &Replacements::default());
    read.ok().map(|file| file.problem)
}

/// Attention or a Mixer by its flags.
fn from_flags(rng: &mut ChaCha20Rng) -> Option<Problem> {
    let depth = rng.random_range(1..=3);
    let (architecture, tokens) = if rng.random_bool(0.4) {
        let (heads, head_width) = (rng.random_range(1..=3), rng.random_range(1..=3));
        let shape = AttentionShape { depth, width: heads * head_width, heads };
        (Architecture::Attention(shape), rng.random_range(2..=8))
    } else {
        let (width, tokens) = (rng.random_range(1..=3), rng.random_range(2..=6));
        let mut order: Vec<usize> = (0..tokens * width).collect();
        order.shuffle(rng);
        let shape = MixerShape {
            token_degree: rng.random_range(1..=5),
            channel_degree: [1, 1, 2, 3][rng.random_range(0..4)],
            channel_hidden: rng.random_range(1..=3),
            bias: rng.random_bool(0.25),
            residual: rng.random_bool(0.2),
            permutation: Permutation::new(order).filter(|_| rng.random_bool(0.2)),
            ..MixerShape::quadratic(depth, width, rng.random_range(1..=4))
        };
        (Architecture::Mixer(shape), tokens)
    };
    Problem::new(architecture, Partition::halves(tokens).ok()?, Output::default()).ok()
}

/// With a random partition and output; `None` where it is too large.
fn problem(rng: &mut ChaCha20Rng) -> Option<Problem> {
    let drawn = if rng.random_bool(0.5) { from_file(rng) } else { from_flags(rng) }?;
    drawn.degree().ok().filter(|degree| *degree <= LARGEST_DEGREE)?;
    let tokens = drawn.tokens();
    let mut positions: Vec<usize> = (0..tokens).collect();
    positions.shuffle(rng);
    positions.truncate(rng.random_range(1..tokens));
    let output = Output { token: rng.random_range(0..tokens), channel: 0 };
    let partition = Partition::new(tokens, &positions).unwrap();
    // A pooled state has one token only.
    Problem::new(drawn.architecture().clone(), partition, output).ok().or(Some(drawn))
}

/// The rank modulo [`PRIME`] of a grid of so many points on either side, at weights of the style.
fn rank_of(problem: &Problem, style: WeightStyle, points: usize, rng: &mut ChaCha20Rng) -> usize {
    let network = style.draw(problem, rng).modulo(PRIME).expect("small denominators");
    let points = random_inputs(problem, (points, points), PRIME, rng);
    rank_mod_p(&Evaluator::new(problem, &network, PRIME).grid(&points, &|_| ()), PRIME).rank
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn no_bound_is_on_the_wrong_side_of_a_rank(seed: u64) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let problem = std::iter::from_fn(|| Some(problem(&mut rng))).flatten().next().unwrap();
        let values = |side: Side| -> Vec<(&'static str, Integer)> {
            let bounds = applicable(&problem).into_iter().filter(|b| b.side() == side);
            bounds.filter_map(|b| Some((b.id(), b.value(&problem)?))).collect()
        };
        let (lower, upper) = (values(Side::Lower), values(Side::Upper));
        let named = |id: &str| format!("{id}, seed {seed}: {} {problem:?}", describe(&problem));
        for ((below, l), (above, u)) in itertools::iproduct!(&lower, &upper) {
            prop_assert!(l <= u, "{below} {l} > {above} {u}, {}", named(below));
        }
        let least = upper.iter().map(|(_, u)| u).min();
        // One point more than the bound, so that a rank can exceed it.
        let points = least.and_then(Integer::to_usize).map_or(LARGEST_GRID, |u| u.saturating_add(1));
        let points = points.min(LARGEST_GRID);
        let mut generic = 0;
        let styles = [WeightStyle::Random, WeightStyle::ALL[rng.random_range(0..WeightStyle::ALL.len())]];
        for style in styles {
            let found = rank_of(&problem, style, points, &mut rng);
            for (id, value) in &upper {
                prop_assert!(*value >= found, "{value} < {found} at {style:?} weights, {}", named(id));
            }
            generic = if style == WeightStyle::Random { found.max(generic) } else { generic };
        }
        for (id, value) in &lower {
            let wanted = value.to_usize().map_or(points, |v| v.min(points));
            // Weights can be unlucky, all of several hardly.
            for _ in 0..5 {
                if generic < wanted {
                    generic = generic.max(rank_of(&problem, WeightStyle::Random, points, &mut rng));
                }
            }
            prop_assert!(generic >= wanted, "{value} > {generic}, {}", named(id));
        }
    }
}

/// What is drawn is of every kind, and every upper bound of the registry is met and often within the grid.
#[test]
fn every_kind_of_problem_is_drawn() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let (mut kinds, mut met) = ([0; 3], std::collections::BTreeMap::new());
    for problem in (0..2000).filter_map(|_| problem(&mut rng)) {
        kinds[match problem.architecture() {
            Architecture::Attention(_) => 0,
            Architecture::Mixer(_) => 1,
            _ => 2,
        }] += 1;
        for bound in applicable(&problem).into_iter().filter(|b| b.side() == Side::Upper) {
            let small = bound.value(&problem).is_some_and(|v| v < LARGEST_GRID);
            *met.entry(bound.id()).or_insert(0) += usize::from(small);
        }
    }
    assert!(kinds.iter().all(|count| *count >= 150), "{kinds:?}");
    let ids =
        seprank::bounds::all().into_iter().filter(|b| b.side() == Side::Upper).map(|b| b.id());
    for id in ids {
        assert!(met.get(id).is_some_and(|count| *count >= 20), "{id}: {met:?}");
    }
}
