//! Matrices from files: formats, ranks, kernels, certificates.

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/matrices.rs"]
mod matrices;
#[path = "../common/npy.rs"]
mod npy;

mod files;
mod kernel;
mod mutations;
mod ranks;
