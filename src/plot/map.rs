//! The regime map: depth by width, one panel for each choice of the other sizes.

use super::{COLOURS, PlotError};
use crate::sweep::{Regime, Row};
use itertools::Itertools;
use plotters::prelude::*;

const CELL: i32 = 26;
const MARGIN: i32 = 64;
const HEAD: i32 = 92;
const COLUMNS: usize = 4;

fn colour(regime: Regime) -> RGBColor {
    match regime {
        Regime::Certified => COLOURS[0],
        Regime::Open => RGBColor(215, 215, 215),
        Regime::Refuted => COLOURS[1],
    }
}

/// The rows as an SVG picture.
///
/// # Errors
/// If there are no rows.
pub fn regime_map(rows: &[Row]) -> Result<String, PlotError> {
    if rows.is_empty() {
        return Err(PlotError::Empty);
    }
    let values = |f: fn(&Row) -> usize| rows.iter().map(f).sorted().dedup().collect::<Vec<_>>();
    let (depths, widths) = (values(|r| r.depth), values(|r| r.width));
    let panels =
        rows.iter().into_group_map_by(|r| (r.layer_degree, r.tokens, r.heads, r.token_hidden));
    let panels: Vec<_> = panels.into_iter().sorted_by_key(|(key, _)| *key).collect();
    let (wide, high) =
        ((depths.len() as i32 * CELL + MARGIN).max(230), widths.len() as i32 * CELL + MARGIN + 18);
    let columns = panels.len().min(COLUMNS);
    let size = (columns as i32 * wide + 30, panels.len().div_ceil(COLUMNS) as i32 * high + HEAD);
    let mut text = String::new();
    draw(&mut text, (size.0.max(560), size.1), (wide, high), &depths, &widths, &panels)
        .map_err(|e| PlotError::Drawing(e.to_string()))?;
    Ok(text)
}

type Panel<'a> = ((u64, usize, usize, usize), Vec<&'a Row>);

fn draw(
    text: &mut String,
    size: (i32, i32),
    (wide, high): (i32, i32),
    depths: &[usize],
    widths: &[usize],
    panels: &[Panel],
) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::with_string(text, (size.0 as u32, size.1 as u32)).into_drawing_area();
    area.fill(&WHITE)?;
    let write = |words: String, at: (i32, i32), points: i32| {
        area.draw(&Text::new(words, at, ("sans-serif", points).into_font()))
    };
    write("Attention above the Mixer: depth L (across) by width d (up)".into(), (16, 14), 18)?;
    let legend = [
        (Regime::Certified, "certified"),
        (Regime::Open, "open"),
        (Regime::Refuted, "refuted: the Mixer is above"),
    ];
    for (index, (regime, name)) in legend.into_iter().enumerate() {
        let x = 16 + 130 * index as i32;
        area.draw(&Rectangle::new([(x, 46), (x + 16, 62)], colour(regime).filled()))?;
        write(name.into(), (x + 22, 47), 14)?;
    }
    for (index, ((degree, tokens, heads, hidden), rows)) in panels.iter().enumerate() {
        let (x, y) = ((index % COLUMNS) as i32 * wide + 50, (index / COLUMNS) as i32 * high + HEAD);
        let label = match degree {
            0 => format!("N={tokens} H={heads}, one network"),
            _ => format!("K={degree} N={tokens} H={heads} S={hidden}"),
        };
        write(label, (x, y), 14)?;
        let column = |depth| depths.iter().position(|d| d == depth).unwrap_or(0) as i32;
        let line = |width| widths.iter().rev().position(|w| w == width).unwrap_or(0) as i32;
        for row in rows {
            let at = (x + column(&row.depth) * CELL, y + 20 + line(&row.width) * CELL);
            let corner = (at.0 + CELL - 2, at.1 + CELL - 2);
            area.draw(&Rectangle::new([at, corner], colour(row.regime).filled()))?;
        }
        for depth in depths {
            let at = (x + column(depth) * CELL + 6, y + 22 + widths.len() as i32 * CELL);
            write(depth.to_string(), at, 12)?;
        }
        for width in widths {
            write(width.to_string(), (x - 36, y + 26 + line(width) * CELL), 12)?;
        }
    }
    area.present()?;
    Ok(())
}
