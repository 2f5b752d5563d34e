//! Coefficient tensors, their matricizations, and grids.
//!
//! Three ways to a matrix whose rank is the separation rank (docs/theory.md, 1.2 and 1.3):
//!
//! - [`CoefficientTensor::matricize`]: the coefficient matrix itself, in blocks by bidegree;
//! - [`grid`]: values on a product of points, whose rank is at most the separation rank and equals it
//!   for enough general points;
//! - [`hankel`]: blocks read off the coefficients of a function of the sum of the two sides.

mod batch;
mod coefficient;
mod forecast;
mod grid;
pub mod hankel;
mod state_size;

pub use batch::Evaluator;
pub(crate) use batch::{GridSpeed, GridWork, PACK_BYTES};
pub use coefficient::{Block, CoefficientMatrix, CoefficientTensor, TensorError};
pub use forecast::{
    CoefficientForecast, MemoryLimit, TooLarge, count_monomials, listed_tensor_bytes, weight_bytes,
};
pub use grid::{GridPoints, grid, random_inputs, random_points};
pub use state_size::{LARGEST_LINEAR, effective_state_sizes, has_effective_states};
