//! Networks and matrices as Coq literals, in the layout of `proofs/theories/NetEval.v`.

use super::coq::CoqError;
use crate::arith::Rational;
use crate::network::{MixerShape, Network};
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
    let layer = |list: &Vec<DMatrix<Rational>>| {
        let heads = list.chunks_exact(4).map(|f| {
            let (w, v) = (&f[0] * f[1].transpose(), &f[2] * f[3].transpose());
            format!("({},\n     {})", rows(&w), rows(&v))
        });
        format!("[:: {}]", heads.format(";\n    "))
    };
    let layers = network.parameters().iter().map(layer);
    format!(
        "Definition weights : seq (seq (rows Z * rows Z)) := [::\n  {}]%Z.\n",
        layers.format(";\n  ")
    )
}

/// The layers, and the two activations.
///
/// # Errors
/// [`CoqError::Permutation`]: the Coq evaluator has none.
pub fn mixer_weights(
    shape: &MixerShape,
    (tokens, width): (usize, usize),
    network: &Network<Rational>,
) -> Result<String, CoqError> {
    if shape.permutation.is_some() {
        return Err(CoqError::Permutation);
    }
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
    Ok(format!(
        "Definition weights : seq mixer_lit := [::\n {}]%Z.\n\
         Definition token_activation := {}.\nDefinition channel_activation := {}.\n",
        layers.format(";\n "),
        power(shape.token_degree),
        power(shape.channel_degree),
    ))
}
