//! Weights from files.

#[path = "../common/npy.rs"]
mod npy;
#[path = "../common/run.rs"]
mod run;
#[path = "../common/tensors.rs"]
mod tensors;

mod commands;
mod files;
mod formats;
mod numbers;
