//! Networks and matrices as Coq literals, in the layout of `proofs/theories/NetEval.v`.

use crate::arith::Rational;
use crate::network::{Head, MixerShape, Network};
use itertools::Itertools;
use nalgebra::DMatrix;

/// A matrix as a list of rows of integer literals.
pub fn rows<T: std::fmt::Display + nalgebra::Scalar>(m: &DMatrix<T>) -> String {
    let literal = |x: &T| {
        let text = x.to_string();
        if text.starts_with('-') { format!("({text})") } else { text }
    };
    let row = |i: usize| format!("[:: {}]", m.row(i).iter().map(literal).format("; "));
    format!("[:: {}]", (0..m.nrows()).map(row).format("; "))
}

/// For each layer the pairs (W_h, V_h), multiplied out.
pub fn attention_weights(network: &Network<Rational>) -> String {
    let layer = |l: usize| {
        let pair =
            |head: Head<Rational>| format!("({},\n     {})", rows(&head.w()), rows(&head.v()));
        format!("[:: {}]", network.heads(l).map(pair).format(";\n    "))
    };
    let layers = (0..network.layers().len()).map(layer);
    format!(
        "Definition weights : seq (seq (rows Z * rows Z)) := [::\n  {}]%Z.\n",
        layers.format(";\n  ")
    )
}

/// The layers, and the two activations; a permutation of the input is not among them.
pub fn mixer_weights(
    shape: &MixerShape,
    (tokens, width): (usize, usize),
    network: &Network<Rational>,
) -> String {
    // One token-mixing and one channel-mixing list of parameters a layer. Coq's biases have a number
    // for each entry, constant along the channels in token mixing and along the tokens otherwise.
    let layers = network.parameters().chunks_exact(2).map(|parts| {
        let (token, channel) = (&parts[0], &parts[1]);
        let along_channels = |b: &DMatrix<Rational>| {
            rows(&DMatrix::from_fn(b.nrows(), width, |i, _| b[(i, 0)].clone()))
        };
        let along_tokens = |b: &DMatrix<Rational>| {
            rows(&DMatrix::from_fn(tokens, b.nrows(), |_, k| b[(k, 0)].clone()))
        };
        let none = || "[::]".to_string();
        format!(
            "MixerLit {} {}\n  {} {}\n  {} {}\n  {} {}\n  {} {} {res} {res}",
            shape.token_hidden,
            shape.channel_hidden,
            rows(&token[0]),
            token.get(2).map_or_else(none, along_channels),
            rows(&token[1]),
            token.get(3).map_or_else(none, along_channels),
            rows(&channel[0]),
            channel.get(2).map_or_else(none, along_tokens),
            rows(&channel[1]),
            channel.get(3).map_or_else(none, along_tokens),
            res = shape.residual,
        )
    });
    let power = |k: u64| format!("[:: {}1]%Z", "0; ".repeat(k as usize));
    format!(
        "Definition weights : seq mixer_lit := [::\n {}]%Z.\n\
         Definition token_activation := {}.\nDefinition channel_activation := {}.\n",
        layers.format(";\n "),
        power(shape.token_degree),
        power(shape.channel_degree),
    )
}
