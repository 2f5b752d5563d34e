//! Producers: they find ranks and the evidence for them. Fast and untrusted.

mod certificate;
mod coq;
mod forecast;
mod grid_witness;
mod layers;
pub mod literals;
mod rank;
mod rates;

pub use certificate::{
    certify_bound, certify_gap, certify_rank, problem as problem_in_certificate,
};
pub use coq::{CoqError, coq_theorem};
pub use forecast::{Forecast, forecast};
pub use grid_witness::{GridWitness, ImportError};
pub(crate) use rank::generator;
pub use rank::{
    Basis, BoundValue, Inputs, Method, RankAnswer, RankError, RankRequest, Route, Status, Weights,
    rank,
};
