//! Exact linear algebra: ranks mod p with the minor that proves them, and ranks over Q.
//!
//! Rank mod p is only ever a lower bound over Q. A rank over Q is either eliminated fraction-free
//! ([`rank_bareiss`]) or found mod p and confirmed by an identity over Q ([`rank_rational`]).

mod bareiss;
mod modular;
mod rational;

pub use bareiss::rank_bareiss;
pub use modular::{Echelon, rank_dense, rank_mod_p};
pub use rational::{RationalRank, RowFactorisation, rank_rational};
