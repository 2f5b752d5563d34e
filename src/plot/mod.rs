//! Pictures, as SVG text or PNG.

mod bands;
mod chart;
mod map;
mod ranking;
mod raster;

pub use bands::{Band, BandChart, side_by_side};
pub use chart::{Chart, Series};
pub use map::regime_map;
pub use ranking::{Ranked, Ranking};
pub use raster::png;

use plotters::style::RGBColor;

/// A number at a tick. Ticks are sums of steps: what rounding left is no digit of theirs, nor is a sign of 0.
fn tick(v: f64) -> String {
    ((v * 1e6).round() / 1e6 + 0.0).to_string()
}

/// Width and height of a picture in pixels.
const SIZE: (u32, u32) = (860, 560);

/// Colours that differ for most readers with a colour vision deficiency (Okabe and Ito 2008).
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(90, 90, 90),
];

/// A picture that could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// There are no points.
    #[error("there is nothing to draw")]
    Empty,
    /// The drawing library refused.
    #[error("drawing failed: {0}")]
    Drawing(String),
}

#[cfg(test)]
mod tests {
    use super::tick;

    #[test]
    fn ticks_have_their_own_digits_only() {
        let ticks = [-1e-17, -0.5, 0.1 + 0.2, 1e-7, 20.0].map(tick);
        assert_eq!(ticks, ["0", "-0.5", "0.3", "0", "20"]);
    }
}
