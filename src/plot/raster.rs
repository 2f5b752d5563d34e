//! Pictures as pixels, for whatever does not read SVG.

use super::PlotError;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::sync::Arc;

/// The letters, digits and signs that pictures have, of DejaVu Sans (font/LICENSE): no picture depends on the fonts
/// of a machine.
const FONT: &[u8] = include_bytes!("font/sans.ttf");

/// Pixels for one unit of the SVG, in either direction.
const SCALE: f32 = 2.0;

/// The picture `svg` as PNG, of two pixels a unit. Cost: some tens of milliseconds and 16 bytes a square unit.
///
/// # Errors
/// [`PlotError::Drawing`] if `svg` is none, or of a size that has no pixels.
pub fn png(svg: &str) -> Result<Vec<u8>, PlotError> {
    let failed = |e: &dyn std::fmt::Display| PlotError::Drawing(e.to_string());
    let mut options = Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(FONT.into());
    let family = fonts.faces().next().and_then(|face| face.families.first()).map(|f| f.0.clone());
    fonts.set_sans_serif_family(family.unwrap_or_default());
    let tree = Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let pixels = |length: f32| (length * SCALE).ceil() as u32;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| failed(&"it has no pixels"))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_letters_are_where_they_belong() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"20\">\
            <rect width=\"60\" height=\"20\" fill=\"#ffffff\"/>\
            <rect x=\"2\" y=\"2\" width=\"10\" height=\"10\" fill=\"#0072b2\"/>\
            <text x=\"30\" y=\"16\" font-family=\"sans-serif\" font-size=\"16\" fill=\"#000000\">MM</text></svg>";
        let picture = Pixmap::decode_png(&png(svg).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (120, 40));
        let at = |x, y| picture.pixel(x, y).unwrap();
        let colour = |x, y| (at(x, y).red(), at(x, y).green(), at(x, y).blue());
        assert_eq!((colour(14, 14), colour(40, 30)), ((0, 0x72, 0xb2), (255, 255, 255)));
        let black = (60..116).filter(|x| (8..32).any(|y| colour(*x, y) == (0, 0, 0))).count();
        assert!(black > 10, "{black} columns with ink");
        assert!(matches!(png("no picture"), Err(PlotError::Drawing(_))));
    }
}
