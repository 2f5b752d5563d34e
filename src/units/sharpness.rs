//! Instances of Conjecture 3.13, the exact formula.

use super::{Cost, Joined, Kind, MOST_UNITS, Progress, UNKNOWN, UnitError};
use crate::claims::sharpness::{
    InstanceResult, Instances, Sizes, examine_instance, joined_instances,
};
use crate::network::InvalidProblem;
use crate::tensor::MemoryLimit;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The first instances in the order of `certify --profile sharpness`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharpnessUnits {
    count: usize,
    /// Bytes: instances that need more are left out.
    memory: u64,
    /// Of the first draw of each.
    pub seed: u64,
}

impl SharpnessUnits {
    /// The first `count` that fit the memory.
    ///
    /// # Errors
    /// If there are none, or too many.
    pub fn new(count: usize, memory: MemoryLimit, seed: u64) -> Result<Self, InvalidProblem> {
        if !(1..=MOST_UNITS).contains(&count) {
            let allowed = format!("allowed are 1 to {MOST_UNITS}");
            return Err(InvalidProblem::new("instances", count, allowed));
        }
        Ok(Self { count, memory: memory.0, seed })
    }
}

impl Kind for SharpnessUnits {
    type Unit = Sizes;
    type Part = InstanceResult;

    fn list(&self) -> Result<Vec<(String, Sizes)>, UnitError> {
        let instances = Instances::new(MemoryLimit(self.memory)).take(self.count);
        Ok(instances.map(|i| (i.sizes.to_string(), i.sizes)).collect())
    }

    /// The name says it, and the order is nothing to the work.
    fn pick(&self, names: &[&str]) -> Result<Vec<Sizes>, UnitError> {
        let unknown = |name: &str| UnitError::Damaged(name.into(), UNKNOWN.into());
        names.iter().map(|name| name.parse().map_err(|()| unknown(name))).collect()
    }

    fn costs(&self, units: &[(String, Sizes)]) -> Result<Vec<Cost>, UnitError> {
        let instances = Instances::new(MemoryLimit(self.memory)).take(units.len());
        Ok(instances.map(|instance| Cost::new(instance.seconds, instance.bytes)).collect())
    }

    fn run(&self, sizes: &Sizes, _: Progress) -> Result<InstanceResult, UnitError> {
        Ok(examine_instance(*sizes, MemoryLimit(self.memory), self.seed))
    }

    fn join(&self, parts: Vec<(Sizes, InstanceResult)>, out: &Path) -> Result<Joined, UnitError> {
        Ok(Joined::Sharpness(joined_instances(parts, self.seed, out)?))
    }
}
