//! Dense exact linear algebra by modular kernels.
//!
//! * [`echelon_in_place`]: rank and pivots modulo a prime below `2^26`, in
//!   floating point with delayed reduction; the fast path.
//! * [`echelon_u64`]: the same modulo a prime below `2^63`, in integers.
//! * [`rank_rational`]: the proven rank of an integer matrix over the rationals.
//! * [`Lanes`]: sums and products of many small matrices at once, modulo any prime below `2^63`.
//!
//! Matrices are row-major. A run is deterministic: the result does not depend on
//! the instruction set or on the number of threads.

mod echelon;
mod field;
mod fraction_free;
mod kernel;
mod lanes;
mod left_kernel;
mod lifting;
mod limbs;
mod minor;
mod panel;
mod rational;
mod solve;
mod update;
mod vector;
mod wide;
mod wide_lanes;

pub use echelon::Echelon;
pub(super) use echelon::echelon_in_place;
pub(super) use field::MODULUS_LIMIT;
pub(super) use fraction_free::echelon_fraction_free;
pub(crate) use lanes::{Entries, Lanes, Operand, Product, WordLanes};
pub use left_kernel::LeftKernel;
pub(super) use left_kernel::{echelon_and_kernel, product_in_place};
pub(super) use minor::solve_minor;
pub(super) use rational::rank_rational;
pub use rational::{Certificate, RationalRank};
pub(super) use wide::{echelon_u64, solve_u64};
pub(crate) use wide_lanes::{MersenneLanes, WideLanes};

#[cfg(test)]
mod lanes_tests;
#[cfg(test)]
mod product_tests;
#[cfg(test)]
mod rational_tests;
#[cfg(test)]
mod tests;
