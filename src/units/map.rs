//! Sizes of the regime map.

use super::{Cost, Joined, Kind, Progress, UnitError};
use crate::sweep::{Row, Size};
use itertools::Itertools;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A sweep, of attention against Mixers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapUnits {
    sizes: Vec<Size>,
}

/// At most two ranks of about a second and a quarter of a GiB: the limits of [`gap`](crate::prove::gap).
const MOST: Cost = Cost { milliseconds: 2000, bytes: 1 << 28 };

impl MapUnits {
    /// Of these sizes, each once, where it is first.
    pub fn new(sizes: Vec<Size>) -> Self {
        Self { sizes: sizes.into_iter().unique().collect() }
    }
}

impl Kind for MapUnits {
    type Unit = Size;
    type Part = Row;

    fn list(&self) -> Result<Vec<(String, Size)>, UnitError> {
        let name = |s: &Size| {
            let Size { layer_degree, tokens, heads, token_hidden, width, depth, network: _ } = s;
            format!("K={layer_degree} N={tokens} H={heads} S={token_hidden} d={width} L={depth}")
        };
        Ok(self.sizes.iter().map(|size| (name(size), *size)).collect())
    }

    fn costs(&self, units: &[(String, Size)]) -> Result<Vec<Cost>, UnitError> {
        Ok(vec![MOST; units.len()])
    }

    fn run(&self, size: &Size, _: Progress) -> Result<Row, UnitError> {
        Ok(size.evaluate(None)?)
    }

    fn join(&self, parts: Vec<(Size, Row)>, _: &Path) -> Result<Joined, UnitError> {
        Ok(Joined::Map(parts.into_iter().map(|(_, row)| row).collect()))
    }
}
