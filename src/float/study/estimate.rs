//! Means over seeds with confidence intervals.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// A mean with the half width of its 95% confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of the interval by Student's t, for independent normal samples; `None` for
    /// fewer than two.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// From independent samples, at least one.
    pub fn of(samples: &[f64]) -> Self {
        let n = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / n;
        let half_width = StudentsT::new(0.0, 1.0, n - 1.0).ok().map(|t| {
            let variance = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
            t.inverse_cdf(0.975) * (variance / n).sqrt()
        });
        Self { mean, half_width }
    }

    /// The ends of the interval, or twice the mean.
    pub fn ends(&self) -> [f64; 2] {
        let half = self.half_width.unwrap_or(0.0);
        [self.mean - half, self.mean + half]
    }
}
