//! Layer normalisation (Ba, Kiros and Hinton 2016).

use nalgebra::DMatrix;

/// Added to the variance, as in the code of ViT and MLP-Mixer.
const EPSILON: f64 = 1e-6;

/// Every row brought to mean 0 and variance 1 (divided by d). Gain 1 and bias 0, their values at
/// initialisation.
pub fn layer_norm(y: &DMatrix<f64>) -> DMatrix<f64> {
    let mut out = y.clone();
    for mut row in out.row_iter_mut() {
        let (mean, variance) = (row.mean(), row.variance());
        row.apply(|x| *x = (*x - mean) / (variance + EPSILON).sqrt());
    }
    out
}
