//! The same network as one of a network file, its weights exactly.

use super::network::MixingWeights;
use super::{Activation, Mixing, RealArchitecture, RealNetwork};
use crate::arith::Rational;
use crate::network::{InvalidProblem, Network, RealNetworkFile, RealProblem, Replacements};
use nalgebra::DMatrix;
use std::path::Path;

impl RealNetwork {
    /// The network with every weight as the rational number that its double is: what can be proved about it is about
    /// these weights. The output is Y\[0, 0\], the partition that of the halves. Without softmax the scores are divided by the
    /// number of tokens and the root of the head width; here the queries are, rounded.
    ///
    /// # Errors
    /// Fewer than two tokens.
    pub fn exact(&self) -> Result<(RealProblem, Network<Rational>), InvalidProblem> {
        let text = text(&self.architecture);
        let file = RealNetworkFile::parse(&text, Path::new(""), &Replacements::default());
        let problem = file.map_err(|e| InvalidProblem::new("architecture", "", e))?.problem;
        let mut weights = self.layers.iter().flat_map(|(mixing, channel)| {
            let mixing = self.mixing_weights(mixing);
            mixing
                .into_iter()
                .chain(channel.iter().flat_map(|p| [p.first.clone(), p.second.clone()]))
        });
        let exact = |m: DMatrix<f64>| m.map(|x| Rational::from_f64(x).unwrap_or_default());
        let parameters = problem.parameters().into_iter().map(|layer| {
            let own = layer.into_iter().map(|p| p.value.or_else(|| Some(exact(weights.next()?))));
            own.collect::<Option<Vec<_>>>().expect("the file has the weights of the network")
        });
        let shape = problem.shape();
        let network =
            Network::new(shape.tokens(), shape.width(), problem.layers(), parameters.collect());
        let network = network.expect("the file has the sizes of the network");
        Ok((problem, network))
    }

    /// In the order and orientation of a network file.
    fn mixing_weights(&self, weights: &MixingWeights) -> Vec<DMatrix<f64>> {
        let RealArchitecture { mixing, width, tokens, .. } = self.architecture;
        match (weights, mixing) {
            (MixingWeights::Attention(weights), Mixing::Attention { heads, softmax }) => {
                let head_width = width / heads;
                let scale = match softmax {
                    true => 1.0,
                    false => tokens as f64 * (head_width as f64).sqrt(),
                };
                let [queries, keys, values, out] = &**weights;
                let head = |head: usize| {
                    let columns =
                        |m: &DMatrix<f64>| m.columns(head * head_width, head_width).into_owned();
                    [
                        columns(queries) / scale,
                        columns(keys),
                        columns(values),
                        columns(&out.transpose()),
                    ]
                };
                (0..heads).flat_map(head).collect()
            }
            (MixingWeights::Perceptron(p), _) => vec![p.first.transpose(), p.second.transpose()],
            (MixingWeights::Attention(_), Mixing::Perceptron { .. }) => {
                unreachable!("weights are made from the architecture")
            }
        }
    }
}

/// As a network file.
fn text(architecture: &RealArchitecture) -> String {
    let RealArchitecture { mixing, depth, width, tokens, channel, layer_norm, residual } =
        *architecture;
    let norm = "type = \"norm\", epsilon = 1e-6, affine = false";
    let part = |part: String| {
        let list = if layer_norm { format!("{{ {norm} }}, {part}") } else { part };
        if residual { format!("{{ type = \"residual\", layers = [{list}] }}") } else { list }
    };
    let mixing = match mixing {
        Mixing::Attention { heads, softmax } => {
            format!("{{ type = \"attention\", heads = {heads}, softmax = {softmax} }}")
        }
        Mixing::Perceptron { hidden, activation } => perceptron("token-mixing", hidden, activation),
    };
    let channel = channel.map(|activation| perceptron("channel-mixing", 4 * width, activation));
    let block: Vec<_> = std::iter::once(mixing).chain(channel).map(part).collect();
    let end = if layer_norm { format!(", {{ {norm} }}") } else { String::new() };
    format!(
        "tokens = {tokens}\nwidth = {width}\nlayer = [{{ type = \"repeat\", times = {depth}, layers = [{}] }}{end}]\n",
        block.join(", ")
    )
}

fn perceptron(kind: &str, hidden: usize, activation: Activation) -> String {
    let activation = match activation {
        Activation::Gelu => "activation = \"gelu\"",
        Activation::Relu => "activation = \"relu\"",
        Activation::Square => "degree = 2",
        Activation::Identity => "degree = 1",
    };
    format!("{{ type = \"{kind}\", hidden = {hidden}, {activation} }}")
}
