//! The study of networks as published, and with parts left out, by proved singular values.

use super::real_grid::Setting;
use super::real_spectrum::{RealSpectrum, SpectrumError, enclosed};
use crate::Stop;
use crate::arith::Rational;
use crate::float::FloatError;
use crate::float::study::{Drawn, Model, Plan, Question, Sizes};
use rayon::prelude::*;

/// What is proved of one model at one size.
#[derive(Clone, Debug)]
pub struct ProvedCase {
    /// The question that it belongs to.
    pub question: Question,
    /// The model.
    pub model: &'static Model,
    /// Its sizes.
    pub sizes: Sizes,
    /// The singular values of its grid.
    pub spectrum: RealSpectrum,
}

/// Encloses the singular values of the plain grids that [`Plan::run`] of the same plan measures in its first draw: the same
/// weights and points, taken exactly. `progress` is called after each case.
///
/// # Errors
/// A value that is not known to be finite; as [`real_spectrum`](super::real_spectrum) does.
pub fn proved_study(
    plan: &Plan,
    seed: u64,
    stop: &Stop,
    progress: &(dyn Fn() + Sync),
) -> Result<Vec<ProvedCase>, SpectrumError> {
    let cases = plan.cases().into_par_iter().map(|(question, model, sizes)| {
        let spectrum = spectrum(model, sizes, plan.points, seed, stop)?;
        progress();
        Ok(ProvedCase { question, model, sizes, spectrum })
    });
    cases.collect()
}

fn spectrum(
    model: &Model,
    sizes: Sizes,
    points: usize,
    seed: u64,
    stop: &Stop,
) -> Result<RealSpectrum, SpectrumError> {
    let drawn =
        Drawn::new(model, sizes, points, seed, model.stream(0)).map_err(FloatError::from)?;
    let (problem, network) = drawn.network.exact().map_err(FloatError::from)?;
    let exact = |x: f64| Rational::from_f64(x).unwrap_or_default();
    let sides = drawn.sides.map(|side| side.into_iter().map(|m| m.map(exact)).collect());
    enclosed(&problem, &Setting { network, sides }, stop, &|_, _| ())
}
