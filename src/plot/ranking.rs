//! Numbers by name: a line for each name, the numbers across.

use super::{COLOURS, PlotError};
use plotters::prelude::*;

/// What is known of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// The name, at the left.
    pub name: String,
    /// The number, positive.
    pub value: f64,
    /// Whether it is only known from below: then its mark is open.
    pub at_least: bool,
    /// Least and largest of a range around it.
    pub range: Option<(f64, f64)>,
    /// An upper bound.
    pub at_most: Option<f64>,
}

/// Names from top to bottom over one logarithmic axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Heading.
    pub title: String,
    /// What the numbers are.
    pub x: String,
    /// What the range is, for the legend.
    pub range: String,
    /// The lines.
    pub lines: Vec<Ranked>,
}

/// Width of the picture, and height of a line, in pixels.
const WIDTH: u32 = 860;
const LINE: u32 = 22;

/// Room for the heading and the legend at the top, the axis at the bottom, and the names at the left.
const TOP: u32 = 74;
const BOTTOM: u32 = 58;
const NAMES: u32 = 220;

type Failure = Box<dyn std::error::Error>;

/// Colours of marks, ranges and bounds.
fn colours() -> [RGBColor; 3] {
    [COLOURS[0], COLOURS[2], COLOURS[1]]
}

impl Ranking {
    /// The picture as SVG.
    ///
    /// # Errors
    /// If there are no lines.
    pub fn svg(&self) -> Result<String, PlotError> {
        if self.lines.is_empty() {
            return Err(PlotError::Empty);
        }
        let mut text = String::new();
        self.draw(&mut text).map_err(|e| PlotError::Drawing(e.to_string()))?;
        Ok(text)
    }

    /// Decades from below the least number to above the largest.
    fn span(&self) -> (f64, f64) {
        let ends = |line: &Ranked| {
            let (low, high) = line.range.unwrap_or((line.value, line.value));
            [line.value, low, high, line.at_most.unwrap_or(line.value)]
        };
        let all = || self.lines.iter().flat_map(ends).map(f64::log10);
        (all().fold(f64::MAX, f64::min) - 0.1, all().fold(f64::MIN, f64::max) + 0.1)
    }

    fn draw(&self, text: &mut String) -> Result<(), Failure> {
        let count = self.lines.len() as u32;
        let root =
            SVGBackend::with_string(text, (WIDTH, TOP + count * LINE + BOTTOM)).into_drawing_area();
        root.fill(&WHITE)?;
        root.draw(&Text::new(self.title.clone(), (16, 14), ("sans-serif", 19)))?;
        self.draw_legend(&root)?;
        let (low, high) = self.span();
        let across = f64::from(WIDTH - NAMES - 30);
        let place = |x: f64| NAMES as i32 + ((x.log10() - low) / (high - low) * across) as i32;
        let (top, bottom) = (TOP as i32, (TOP + count * LINE) as i32);
        let grey = BLACK.mix(0.18);
        for tick in ticks(low, high) {
            let x = place(tick);
            root.draw(&PathElement::new([(x, top), (x, bottom + 4)], grey))?;
            let label = if tick < 1e6 { tick.to_string() } else { format!("{tick:.0e}") };
            let shift = 4 * label.len() as i32;
            root.draw(&Text::new(label, (x - shift, bottom + 8), ("sans-serif", 13)))?;
        }
        let middle = (NAMES + (WIDTH - NAMES) / 2) as i32 - 4 * self.x.len() as i32;
        root.draw(&Text::new(self.x.clone(), (middle, bottom + 30), ("sans-serif", 14)))?;
        let [mark, range, bound] = colours();
        for (index, line) in self.lines.iter().enumerate() {
            let y = top + index as i32 * LINE as i32 + LINE as i32 / 2;
            root.draw(&Text::new(line.name.clone(), (16, y - 6), ("sans-serif", 14)))?;
            if let Some((least, most)) = line.range {
                let ends = [(place(least), y), (place(most), y)];
                root.draw(&PathElement::new(ends, range.stroke_width(3)))?;
            }
            if let Some(most) = line.at_most {
                let x = place(most);
                root.draw(&PathElement::new([(x, y - 8), (x, y + 8)], bound.stroke_width(2)))?;
            }
            self.draw_mark(&root, (place(line.value), y), line.at_least, mark)?;
        }
        root.present()?;
        Ok(())
    }

    fn draw_mark<DB: DrawingBackend>(
        &self,
        root: &DrawingArea<DB, plotters::coord::Shift>,
        at: (i32, i32),
        open: bool,
        colour: RGBColor,
    ) -> Result<(), Failure>
    where
        DB::ErrorType: 'static,
    {
        root.draw(&Circle::new(at, 5, if open { WHITE.filled() } else { colour.filled() }))?;
        root.draw(&Circle::new(at, 5, colour.stroke_width(2)))?;
        Ok(())
    }

    fn draw_legend<DB: DrawingBackend>(
        &self,
        root: &DrawingArea<DB, plotters::coord::Shift>,
    ) -> Result<(), Failure>
    where
        DB::ErrorType: 'static,
    {
        let [mark, range, bound] = colours();
        let y = 52;
        let words = |text: &str, x: i32| Text::new(text.to_owned(), (x, y - 6), ("sans-serif", 14));
        self.draw_mark(root, (24, y), false, mark)?;
        root.draw(&words("exact", 36))?;
        self.draw_mark(root, (94, y), true, mark)?;
        root.draw(&words("at least", 106))?;
        root.draw(&PathElement::new([(184, y - 8), (184, y + 8)], bound.stroke_width(2)))?;
        root.draw(&words("upper bound", 194))?;
        if self.lines.iter().any(|line| line.range.is_some()) {
            root.draw(&PathElement::new([(300, y), (330, y)], range.stroke_width(3)))?;
            root.draw(&words(&self.range, 340))?;
        }
        Ok(())
    }
}

/// Powers of ten between two, given by their logarithms; twice and five times as much where those are few.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let steps: &[f64] = if high - low > 4.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let decades = low.floor() as i32..=high.ceil() as i32;
    // No more than about ten of many decades.
    let apart = ((high - low) / 10.0).ceil().max(1.0) as usize;
    let all = decades.step_by(apart).flat_map(|k| steps.iter().map(move |s| s * 10f64.powi(k)));
    all.filter(|x| (low..=high).contains(&x.log10())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(name: &str, value: f64, at_most: f64) -> Ranked {
        let range = Some((value / 2.0, value));
        Ranked {
            name: name.into(),
            value,
            at_least: value < at_most,
            range,
            at_most: Some(at_most),
        }
    }

    #[test]
    fn every_name_and_number_has_its_place() {
        let lines = vec![ranked("one", 10.0, 10.0), ranked("two", 40.0, 1e5)];
        let (title, x) = ("ranks".to_owned(), "rank".to_owned());
        let svg = Ranking { title, x, range: "at cuts".into(), lines }.svg().unwrap();
        for word in ["one", "two", "ranks", "at cuts", "1000"] {
            assert!(svg.contains(word), "{word}");
        }
        // A mark for each line and two in the legend, each a filled circle in a ring.
        assert_eq!(svg.matches("<circle").count(), 8);
        let empty = Ranking { title: "".into(), x: "".into(), range: "".into(), lines: vec![] };
        assert_eq!(empty.svg(), Err(PlotError::Empty));
    }

    #[test]
    fn ticks_are_few_and_inside() {
        assert_eq!(ticks(-0.1, 1.1), [1.0, 2.0, 5.0, 10.0]);
        assert!(ticks(0.0, 300.0).len() <= 11);
    }
}
