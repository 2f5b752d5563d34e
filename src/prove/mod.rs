//! Producers: they find ranks and the evidence for them. Fast and untrusted.
//!
//! A [`RankRequest`] is resolved (`setting`), one route is chosen for it (`plan`), which the run
//! ([`rank`]) and its [`forecast`] follow; the [`RankAnswer`] owns the evidence, and its
//! [`certificate`](RankAnswer::certificate) writes that down. Where two bounds of the registry have one value
//! the rank is [`decided`], and nothing need be computed. A [`gap`] that the bounds of two networks leave open is
//! tried by a rank where that is small.

mod answer;
mod blocks;
mod by_coefficients;
mod by_grid;
mod by_hankel;
mod by_theorem;
mod certificate;
mod checking;
mod coq;
mod dimension;
mod finished;
mod forecast;
mod found;
mod gap;
mod gap_certificate;
mod grid_witness;
mod layers;
pub mod literals;
mod modulus;
mod plan;
mod rank;
mod rates;
mod real_choice;
mod real_grid;
mod real_inputs;
mod real_rank;
mod real_spectrum;
mod real_study;
mod request;
mod setting;
mod terms;
mod units;
pub mod witness;
mod words;

pub use answer::{Basis, BoundValue, CoefficientMinor, Evidence, RankAnswer, Route, Scope, Status};
pub use blocks::{BlockUnit, ClassPart, block_costs, block_units, class_ranks, rank_of_classes};
pub use by_theorem::{ByTheorem, decided, decided_first, proved, proved_instead};
pub use certificate::{certify_bound, problem as problem_in_certificate};
pub use checking::{Checking, checking};
pub use coq::{CoqError, coq_theorem};
pub use dimension::{
    DimensionAnswer, DimensionForecast, DimensionMinor, DimensionRequest, Outputs, UpperBound,
    WeightEntry, dimension, dimension_forecast,
};
pub(crate) use forecast::forecast_at;
pub use forecast::{Forecast, forecast, is_short};
pub use found::Rank;
pub use gap::{GapAnswer, gap, gap_across};
pub use gap_certificate::NoCertificate;
pub use grid_witness::{GridWitness, ImportError};
pub use rank::{rank, resumed_rank};
pub(crate) use rates::Rates;
pub use real_inputs::RealInputs;
pub use real_rank::{RealRank, RealRequest, Uncertified, real_rank};
pub use real_spectrum::{RealSpectrum, SHOWN_EPSILONS, SpectrumError, real_spectrum};
pub use real_study::{ProvedCase, proved_study};
pub use request::{
    Inputs, Method, RankError, RankRequest, TooManyDigits, Weights, generator, weights_of_file,
};
