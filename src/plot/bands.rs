//! Line charts with confidence bands, side by side over one legend.

use super::{COLOURS, PlotError, tick};
use plotters::coord::Shift;
use plotters::prelude::*;

/// A named line with a band around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Name in the legend.
    pub label: String,
    /// (x, low, middle, high), by growing x.
    pub points: Vec<(f64, f64, f64, f64)>,
}

/// Bands over one pair of linear axes.
#[derive(Clone, Debug, PartialEq)]
pub struct BandChart {
    /// Heading.
    pub title: String,
    /// What x is.
    pub x: String,
    /// What y is.
    pub y: String,
    /// Words at x = 0, 1, 2, .. in the place of numbers; numbers where empty.
    pub ticks: Vec<String>,
    /// Least and largest y that there can be: no band goes beyond.
    pub range: (f64, f64),
    /// The lines.
    pub bands: Vec<Band>,
}

/// Width and height of one chart in pixels.
const CHART: (u32, u32) = (560, 440);

/// Pixels from one name of the legend to the next, and from one row of names to the next.
const NAME: (u32, u32) = (200, 24);

/// Pixels left of the names.
const LEFT: u32 = 70;

/// How many names of the legend stand in a row, in a picture of that width.
fn in_a_row(width: u32) -> u32 {
    (width - LEFT) / NAME.0
}

type Failure = Box<dyn std::error::Error>;

/// Charts with the same names of bands, from left to right, as one SVG picture.
///
/// # Errors
/// If a chart has no points.
pub fn side_by_side(charts: &[BandChart]) -> Result<String, PlotError> {
    let empty = |c: &BandChart| c.bands.iter().all(|b| b.points.is_empty());
    if charts.is_empty() || charts.iter().any(empty) {
        return Err(PlotError::Empty);
    }
    let mut text = String::new();
    draw(&mut text, charts).map_err(|e| PlotError::Drawing(e.to_string()))?;
    Ok(text)
}

fn draw(text: &mut String, charts: &[BandChart]) -> Result<(), Failure> {
    let width = CHART.0 * charts.len() as u32;
    let rows = (charts[0].bands.len() as u32).div_ceil(in_a_row(width));
    let size = (width, CHART.1 + 10 + NAME.1 * rows);
    let root = SVGBackend::with_string(text, size).into_drawing_area();
    root.fill(&WHITE)?;
    let (upper, lower) = root.split_vertically(CHART.1);
    for (chart, area) in charts.iter().zip(upper.split_evenly((1, charts.len()))) {
        chart.draw(&area)?;
    }
    draw_legend(&charts[0].bands, &lower)?;
    root.present()?;
    Ok(())
}

/// As many names a row as fit.
fn draw_legend<DB: DrawingBackend>(
    bands: &[Band],
    area: &DrawingArea<DB, Shift>,
) -> Result<(), Failure>
where
    DB::ErrorType: 'static,
{
    let in_a_row = in_a_row(area.dim_in_pixel().0);
    for (index, (band, colour)) in (0..).zip(bands.iter().zip(COLOURS.iter().cycle())) {
        let (x, y) = (LEFT + NAME.0 * (index % in_a_row), 4 + NAME.1 * (index / in_a_row));
        let (x, y) = (x as i32, y as i32);
        let line = ShapeStyle::from(colour).stroke_width(3);
        area.draw(&PathElement::new([(x, y + 8), (x + 24, y + 8)], line))?;
        area.draw(&Text::new(band.label.clone(), (x + 32, y), ("sans-serif", 14)))?;
    }
    Ok(())
}

impl BandChart {
    fn draw<DB: DrawingBackend>(&self, area: &DrawingArea<DB, Shift>) -> Result<(), Failure>
    where
        DB::ErrorType: 'static,
    {
        let points = || self.bands.iter().flat_map(|b| &b.points);
        let inside = |y: f64| y.max(self.range.0).min(self.range.1);
        let (mut x, mut y) = ((f64::MAX, f64::MIN), (f64::MAX, f64::MIN));
        for &(px, low, _, high) in points() {
            x = (x.0.min(px), x.1.max(px));
            y = (y.0.min(inside(low)), y.1.max(inside(high)));
        }
        let (side, room) = ((x.1 - x.0).max(1.0) / 25.0, (y.1 - y.0).max(1e-3) / 20.0);
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 16))
            .margin(14)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(x.0 - side..x.1 + side, y.0 - room..y.1 + room)?;
        let label = |v: &f64| match self.ticks.get(v.round().max(0.0) as usize) {
            Some(word) if (v - v.round()).abs() < 1e-6 => word.clone(),
            Some(_) => String::new(),
            None if self.ticks.is_empty() => format!("{v:.0}"),
            None => String::new(),
        };
        chart
            .configure_mesh()
            .x_desc(&self.x)
            .y_desc(&self.y)
            .x_labels(if self.ticks.is_empty() { 10 } else { self.ticks.len() })
            .x_label_formatter(&label)
            .y_label_formatter(&|v| tick(*v))
            .light_line_style(WHITE)
            .label_style(("sans-serif", 14))
            .draw()?;
        for (band, colour) in self.bands.iter().zip(COLOURS.iter().cycle()) {
            let upper = band.points.iter().map(|p| (p.0, inside(p.3)));
            let lower = band.points.iter().rev().map(|p| (p.0, inside(p.1)));
            let outline: Vec<(f64, f64)> = upper.chain(lower).collect();
            chart.draw_series([Polygon::new(outline, colour.mix(0.18))])?;
            let line = ShapeStyle::from(colour).stroke_width(2);
            let middle = band.points.iter().map(|p| (p.0, p.2));
            chart.draw_series(LineSeries::new(middle, line).point_size(2))?;
        }
        Ok(())
    }
}
