//! The models that are compared: as published, and with parts left out one by one.

use crate::float::real::{Activation, Mixing, RealArchitecture};
use serde::Serialize;

/// A named way to build an architecture for given sizes.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// `"attention"` or `"mixer"`.
    pub family: &'static str,
    /// What is different from the published one.
    pub variant: &'static str,
    change: fn(&mut RealArchitecture),
}

/// Sizes that all models of a comparison share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Layers L.
    pub depth: usize,
    /// Channels d, even.
    pub width: usize,
    /// Tokens N, at least 2.
    pub tokens: usize,
}

/// Heads of attention.
const HEADS: usize = 2;

impl Model {
    /// The architecture. Attention has 2 heads; the Mixer's hidden token width is S = 2 N. The
    /// channel perceptrons of both have hidden width 4 d.
    pub fn architecture(&self, sizes: Sizes) -> RealArchitecture {
        let Sizes { depth, width, tokens } = sizes;
        let mixing = match self.family {
            "attention" => Mixing::Attention { heads: HEADS, softmax: true },
            _ => Mixing::Perceptron { hidden: 2 * tokens, activation: Activation::Gelu },
        };
        let mut architecture = RealArchitecture {
            mixing,
            depth,
            width,
            tokens,
            channel: Some(Activation::Gelu),
            layer_norm: true,
            residual: true,
        };
        (self.change)(&mut architecture);
        architecture
    }

    /// The stream of the k-th draw: no two models, and no two draws, share one.
    pub fn stream(&self, k: u64) -> u64 {
        let place = MODELS.iter().position(|m| m.name() == self.name()).unwrap_or(0);
        k * MODELS.len() as u64 + place as u64
    }

    /// Family and variant, as in a legend.
    pub fn name(&self) -> String {
        format!("{}, {}", self.family, self.variant)
    }
}

fn no_softmax(a: &mut RealArchitecture) {
    if let Mixing::Attention { softmax, .. } = &mut a.mixing {
        *softmax = false;
    }
}

fn token_activation(a: &mut RealArchitecture, sigma: Activation) {
    if let Mixing::Perceptron { activation, .. } = &mut a.mixing {
        *activation = sigma;
    }
}

fn relu(a: &mut RealArchitecture) {
    token_activation(a, Activation::Relu);
    a.channel = Some(Activation::Relu);
}

fn no_layer_norm(a: &mut RealArchitecture) {
    a.layer_norm = false;
}

fn no_residual(a: &mut RealArchitecture) {
    a.residual = false;
}

fn no_channel(a: &mut RealArchitecture) {
    a.channel = None;
}

/// The default comparison of docs/theory.md: attention without softmax, quadratic token mixing with
/// a linear channel part, nothing else.
fn polynomial(a: &mut RealArchitecture) {
    no_softmax(a);
    token_activation(a, Activation::Square);
    a.channel = matches!(a.mixing, Mixing::Perceptron { .. }).then_some(Activation::Identity);
    a.layer_norm = false;
    a.residual = false;
}

macro_rules! models {
    ($($family:literal: $($variant:literal $change:expr),*;)*) => {
        /// All models; first of each family the published one.
        pub const MODELS: &[Model] =
            &[$($(Model { family: $family, variant: $variant, change: $change }),*),*];
    };
}
models! {
    "attention": "published" |_| (), "no softmax" no_softmax, "no layer norm" no_layer_norm,
        "no residual" no_residual, "no MLP" no_channel, "polynomial" polynomial;
    "mixer": "published" |_| (), "ReLU" relu, "no layer norm" no_layer_norm,
        "no residual" no_residual, "no channel MLP" no_channel, "polynomial" polynomial;
}

/// The models whose dependence on sizes is followed: both as published, both polynomial, and the
/// Mixer with ReLU.
pub fn followed() -> impl Iterator<Item = &'static Model> {
    MODELS.iter().filter(|m| ["published", "ReLU", "polynomial"].contains(&m.variant))
}
