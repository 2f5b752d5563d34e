//! Producers: they find ranks and the evidence for them. Fast and untrusted.

mod rank;

pub(crate) use rank::generator;
pub use rank::{
    Basis, BoundValue, Inputs, Method, RankAnswer, RankError, RankRequest, Route, Status, Weights,
    rank,
};
