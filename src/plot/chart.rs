//! Line charts.

use super::{COLOURS, PlotError, SIZE, tick};
use plotters::prelude::*;
use seprank_account::escape;

/// A named line through points.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub label: String,
    /// (x, y), by growing x.
    pub points: Vec<(f64, f64)>,
    /// Those of the points of which y is only known from below: they are drawn open, the others filled.
    pub at_least: Vec<(f64, f64)>,
}

/// Lines over one pair of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Heading.
    pub title: String,
    /// What x is.
    pub x: String,
    /// What y is.
    pub y: String,
    /// Whether y is on a logarithmic scale; then all values must be positive.
    pub logarithmic: bool,
    /// Whether y is a whole number: then no tick is between two.
    pub whole: bool,
    /// Whether the points of a series are joined by a line.
    pub joined: bool,
    /// The lines.
    pub series: Vec<Series>,
}

/// A whole number; nothing at the ticks between them.
fn whole(v: f64) -> String {
    if (v - v.round()).abs() < 1e-9 { format!("{v:.0}") } else { String::new() }
}

/// Labels of an axis, at most.
const LABELS: usize = 11;

/// How many labels there are where each is a whole number.
fn labels(length: f64) -> usize {
    (length.ceil() as usize).clamp(1, LABELS)
}

impl Chart {
    /// The picture as SVG.
    ///
    /// # Errors
    /// If there are no points.
    pub fn svg(&self) -> Result<String, PlotError> {
        let points = || self.series.iter().flat_map(|s| s.points.iter().copied());
        if points().next().is_none() {
            return Err(PlotError::Empty);
        }
        let (mut x, mut y) = ((f64::MAX, f64::MIN), (f64::MAX, f64::MIN));
        for (px, py) in points() {
            x = (x.0.min(px), x.1.max(px));
            y = (y.0.min(py), y.1.max(py));
        }
        let x = x.0 - 0.5..x.1 + 0.5;
        let mut text = String::new();
        let drawn = if self.logarithmic {
            let above = if self.joined { 1.5 } else { 1.5 * (y.1 / y.0).powf(0.25) };
            self.draw(&mut text, x, (y.0 / 1.5..y.1 * above).log_scale())
        } else {
            // A level line lies in the middle.
            let room = if y.1 > y.0 { (y.1 - y.0) / 20.0 } else { 1.0 };
            // Points that no line joins are not to be taken for those of the legend.
            let above = if self.joined { room } else { 6.0 * room };
            self.draw(&mut text, x, y.0 - room..y.1 + above)
        };
        drawn.map_err(|e| PlotError::Drawing(e.to_string()))?;
        Ok(self.with_titles(&text))
    }

    /// The picture with the numbers of each point as its title, which is shown where the pointer rests.
    fn with_titles(&self, svg: &str) -> String {
        // Points are the only circles before those of the legend, in this order.
        let points = self.series.iter().flat_map(|series| {
            series.points.iter().chain(&series.at_least).map(move |point| (series, point))
        });
        let mut pieces = svg.split("<circle ");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        let mut titles = points.map(|(series, point)| {
            let relation = if series.at_least.contains(point) { "at least " } else { "" };
            let [label, x, y] = [&series.label, &self.x, &self.y].map(|text| escape(text));
            format!("<title>{label}: {x} {}, {y} {relation}{}</title>", point.0, point.1)
        });
        for piece in pieces {
            text.push_str("<circle ");
            match (piece.split_once("/>"), titles.next()) {
                (Some((shape, rest)), Some(title)) => {
                    text.extend([shape, ">", &title, "</circle>", rest]);
                }
                _ => text.push_str(piece),
            }
        }
        text
    }

    /// Largest y less the least.
    fn spread(&self) -> f64 {
        let values = || self.series.iter().flat_map(|s| s.points.iter().map(|p| p.1));
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min) + 1.0
    }

    fn draw<Y>(
        &self,
        text: &mut String,
        x: std::ops::Range<f64>,
        y: Y,
    ) -> Result<(), Box<dyn std::error::Error>>
    where
        Y: plotters::coord::ranged1d::AsRangedCoord<Value = f64>,
        Y::CoordDescType: plotters::coord::ranged1d::ValueFormatter<f64>,
    {
        let steps = (x.end - x.start, self.spread());
        let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&self.title, ("sans-serif", 19))
            .margin(14)
            .x_label_area_size(44)
            .y_label_area_size(76)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_labels(labels(steps.0))
            .y_labels(if self.whole { labels(steps.1) } else { LABELS })
            .x_desc(&self.x)
            .y_desc(&self.y)
            .x_label_formatter(&|v| whole(*v))
            .y_label_formatter(&|v| match v.abs() {
                large if large >= 1e6 => format!("{v:.0e}"),
                _ if self.whole => whole(*v),
                _ => tick(*v),
            })
            .light_line_style(WHITE)
            .label_style(("sans-serif", 14))
            .draw()?;
        let middle = (self.series.len() as f64 - 1.0) / 2.0;
        let coloured = self.series.iter().zip(COLOURS.iter().cycle());
        for (number, (series, colour)) in coloured.enumerate() {
            let line = ShapeStyle::from(colour).stroke_width(2);
            let joined = if self.joined { &series.points[..] } else { &[] };
            let named = chart.draw_series(LineSeries::new(joined.iter().copied(), line))?;
            named.label(&series.label);
            if self.joined {
                named.legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], line));
            } else {
                named.legend(move |(x, y)| Circle::new((x + 11, y), 4, line.filled()));
            }
            // Points of several series that no line joins stand side by side, so that none hides another.
            let beside = if self.joined { 0.0 } else { 0.12 * (number as f64 - middle) };
            let dot = |p: &(f64, f64), size, style| Circle::new((p.0 + beside, p.1), size, style);
            let style = colour.filled();
            chart.draw_series(series.points.iter().map(|p| dot(p, 4, style)))?;
            let style = WHITE.filled();
            chart.draw_series(series.at_least.iter().map(|p| dot(p, 3, style)))?;
        }
        if self.series.iter().any(|s| !s.at_least.is_empty()) {
            chart
                .draw_series(std::iter::empty::<Circle<(f64, f64), i32>>())?
                .label("open: at least; filled: exact")
                .legend(|(x, y)| Circle::new((x + 11, y), 4, BLACK.stroke_width(1)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .border_style(BLACK.mix(0.4))
            .background_style(WHITE.mix(0.85))
            .label_font(("sans-serif", 14))
            .draw()?;
        area.present()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every point, and no circle of the legend, has its numbers; what a label holds is no markup.
    #[test]
    fn points_say_their_numbers() {
        let series = |label: &str, points: &[(f64, f64)], at_least: &[(f64, f64)]| Series {
            label: label.into(),
            points: points.into(),
            at_least: at_least.into(),
        };
        for joined in [true, false] {
            let svg = Chart {
                title: "t".into(),
                x: "depth".into(),
                y: "rank".into(),
                logarithmic: false,
                whole: true,
                joined,
                series: vec![
                    series("a <b>", &[(1.0, 4.0), (2.0, 9.0)], &[(2.0, 9.0)]),
                    series("c", &[(3.0, 5.0)], &[]),
                ],
            }
            .svg()
            .unwrap();
            let titles: Vec<_> = svg.split("<title>").skip(1).collect();
            let titles: Vec<_> =
                titles.iter().map(|t| t.split_once("</title></circle>").unwrap().0).collect();
            assert_eq!(
                titles,
                [
                    "a &lt;b&gt;: depth 1, rank 4",
                    "a &lt;b&gt;: depth 2, rank at least 9",
                    "a &lt;b&gt;: depth 2, rank at least 9",
                    "c: depth 3, rank 5",
                ]
            );
        }
    }
}
