//! Layers put together as published, each part of which can be left out.

use super::{Activation, Perceptron, attention, glorot_uniform, layer_norm};
use crate::float::Scale;
use crate::float::scaling::times_power;
use nalgebra::DMatrix;
use rand_chacha::ChaCha20Rng;

/// How tokens are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixing {
    /// Multi-head self-attention.
    Attention {
        /// Number of heads, a divisor of the width.
        heads: usize,
        /// Whether scores go through softmax.
        softmax: bool,
    },
    /// A perceptron across the tokens, the same for every channel (Tolstikhin et al. 2021).
    Perceptron {
        /// Hidden width S.
        hidden: usize,
        /// Its activation.
        activation: Activation,
    },
}

/// L layers `Y <- Y + mix(LN(Y)); Y <- Y + channels(LN(Y))` and a last layer normalisation: ViT
/// (Dosovitskiy et al. 2021, pre-norm) or MLP-Mixer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealArchitecture {
    /// Token mixing.
    pub mixing: Mixing,
    /// Layers L.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Tokens N.
    pub tokens: usize,
    /// Activation of the channel perceptron of hidden width 4 d; `None` leaves that part out.
    pub channel: Option<Activation>,
    /// Whether layer normalisation is there.
    pub layer_norm: bool,
    /// Whether residual connections are there.
    pub residual: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum MixingWeights {
    Attention(Box<[DMatrix<f64>; 4]>),
    Perceptron(Perceptron),
}

/// An architecture with random weights.
#[derive(Clone, Debug, PartialEq)]
pub struct RealNetwork {
    pub(super) architecture: RealArchitecture,
    pub(super) layers: Vec<(MixingWeights, Option<Perceptron>)>,
}

impl RealNetwork {
    /// Weights at initialisation: Glorot uniform in every matrix, biases 0, gains 1.
    ///
    /// # Panics
    /// If the heads do not divide the width.
    pub fn random(architecture: RealArchitecture, rng: &mut ChaCha20Rng) -> Self {
        let RealArchitecture { mixing, depth, width, tokens, channel, .. } = architecture;
        let layers = (0..depth).map(|_| {
            let mixing = match mixing {
                Mixing::Attention { heads, .. } => {
                    assert!(width.is_multiple_of(heads), "the heads divide the width");
                    let weights = [(); 4].map(|()| glorot_uniform(width, width, rng));
                    MixingWeights::Attention(Box::new(weights))
                }
                Mixing::Perceptron { hidden, activation } => {
                    MixingWeights::Perceptron(Perceptron::random(tokens, hidden, activation, rng))
                }
            };
            let channel = channel.map(|sigma| Perceptron::random(width, 4 * width, sigma, rng));
            (mixing, channel)
        });
        Self { architecture, layers: layers.collect() }
    }

    /// The last state for the input `x` (N x d). Cost: O(L (N d^2 + N^2 d)), or N S d for N^2 d.
    pub fn forward(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let mut y = x.clone();
        for (mixing, channel) in &self.layers {
            self.step(&mut y, |y| self.mix(mixing, y));
            if let Some(channel) = channel {
                self.step(&mut y, |y| channel.forward(y));
            }
        }
        if self.architecture.layer_norm { layer_norm(&y) } else { y }
    }

    /// The last state as `M 2^e`, with the largest entry of M at least 1/2 and below 1 where every part is
    /// homogeneous; then no depth overflows a double. Elsewhere it is [`RealNetwork::forward`] with e = 0: layer
    /// normalisation keeps states small, and so does softmax.
    ///
    /// A power of two that is taken out of a state comes out of a part of degree k with k times its exponent, exactly.
    pub fn forward_scaled(&self, x: &DMatrix<f64>) -> (DMatrix<f64>, i64) {
        let RealArchitecture { mixing, channel, layer_norm, residual, .. } = self.architecture;
        let mixing = match mixing {
            Mixing::Attention { softmax: true, .. } => None,
            Mixing::Attention { softmax: false, .. } => Some(3),
            Mixing::Perceptron { activation, .. } => activation.degree(),
        };
        let channel = channel.map_or(Some(1), Activation::degree);
        let (Some(mixing), Some(channel), false, false) = (mixing, channel, layer_norm, residual)
        else {
            return (self.forward(x), 0);
        };
        let mut state = scaled(x.clone(), 1, 0);
        for (weights, perceptron) in &self.layers {
            state = scaled(self.mix(weights, &state.0), mixing, state.1);
            if let Some(perceptron) = perceptron {
                state = scaled(perceptron.forward(&state.0), channel, state.1);
            }
        }
        state
    }

    /// `Y <- Y + part(LN(Y))`, as far as these are there.
    fn step(&self, y: &mut DMatrix<f64>, part: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) {
        let out = if self.architecture.layer_norm { part(&layer_norm(y)) } else { part(y) };
        if self.architecture.residual {
            *y += out;
        } else {
            *y = out;
        }
    }

    fn mix(&self, weights: &MixingWeights, y: &DMatrix<f64>) -> DMatrix<f64> {
        match (weights, self.architecture.mixing) {
            (MixingWeights::Attention(weights), Mixing::Attention { heads, softmax }) => {
                attention(y, weights, heads, softmax)
            }
            (MixingWeights::Perceptron(perceptron), _) => {
                perceptron.forward(&y.transpose()).transpose()
            }
            (MixingWeights::Attention(_), Mixing::Perceptron { .. }) => {
                unreachable!("weights are made from the architecture")
            }
        }
    }
}

/// The state that a part of that degree makes of one with the power 2^before taken out.
fn scaled(y: DMatrix<f64>, degree: i64, before: i64) -> (DMatrix<f64>, i64) {
    let out = before.saturating_mul(degree);
    match y.iter().filter_map(Scale::exponent).max() {
        Some(largest) => (y.map(|x| times_power(x, -largest)), out.saturating_add(largest)),
        None => (y, out),
    }
}
