//! Two-layer perceptrons and their activations.

use super::glorot_uniform;
use nalgebra::DMatrix;
use rand_chacha::ChaCha20Rng;
use statrs::function::erf::erf;

/// The activation of a perceptron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x Phi(x), Phi the distribution function of the standard normal (Hendrycks and Gimpel 2016),
    /// to about 10 digits, not the approximation by tanh.
    Gelu,
    /// max(x, 0).
    Relu,
    /// x^2: the polynomial networks.
    Square,
    /// x: the linear channel part of the polynomial networks.
    Identity,
}

impl Activation {
    /// k where `sigma(c x) = c^k sigma(x)` for all c > 0; `None` where there is no such k.
    pub fn degree(self) -> Option<i64> {
        match self {
            Self::Gelu => None,
            Self::Relu | Self::Identity => Some(1),
            Self::Square => Some(2),
        }
    }

    /// The value at x.
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Self::Gelu => x * 0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2)),
            Self::Relu => x.max(0.0),
            Self::Square => x * x,
            Self::Identity => x,
        }
    }
}

/// `x -> sigma(x W1) W2` for row vectors x. Biases are 0, their value at initialisation.
#[derive(Clone, Debug, PartialEq)]
pub struct Perceptron {
    pub(super) first: DMatrix<f64>,
    pub(super) second: DMatrix<f64>,
    activation: Activation,
}

impl Perceptron {
    /// Random weights: W1 of size width x hidden, W2 of size hidden x width.
    pub fn random(
        width: usize,
        hidden: usize,
        activation: Activation,
        rng: &mut ChaCha20Rng,
    ) -> Self {
        let first = glorot_uniform(width, hidden, rng);
        Self { first, second: glorot_uniform(hidden, width, rng), activation }
    }

    /// Applied to every row of `y`.
    pub fn forward(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        let mut hidden = y * &self.first;
        hidden.apply(|x| *x = self.activation.apply(*x));
        hidden * &self.second
    }
}
