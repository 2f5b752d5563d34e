//! Numbers that are computed once for each number of bits.

use super::ball::{Balls, Number};
use super::erf::Centres;
use std::sync::OnceLock;

#[derive(Default)]
pub(super) struct Constants {
    half_root: OnceLock<Number>,
    slope: OnceLock<Number>,
    pub(super) centres: Centres,
}

impl Balls {
    /// `1 / sqrt 2`.
    pub(super) fn half_root(&self) -> Number {
        let root = || self.over(&self.integer(1), &self.root(&self.integer(2))?);
        self.constants.half_root.get_or_init(root).clone()
    }

    /// `sqrt(2 / pi)`.
    pub(super) fn root_of_two_over_pi(&self) -> Number {
        let root = || self.root(&self.over(&self.integer(2), &self.pi()?)?);
        self.constants.slope.get_or_init(root).clone()
    }
}
