//! Table (c): the best bounds at the shapes of published models.

use super::{Cell, Data, SHAPE, Table, shape};
use crate::bounds::{Evaluation, SCOPE, Side, best};
use crate::network::presets;

struct PublishedModels;

impl Table for PublishedModels {
    fn id(&self) -> &'static str {
        "published-models"
    }
    fn place(&self) -> u32 {
        3
    }
    fn title(&self) -> &'static str {
        "Published models"
    }
    fn caption(&self) -> &'static str {
        "The best lower and the best upper bound at the shapes of published models: balanced partition, \
         $k_t = 2$, $k_c = 1$, the polynomial network of that shape. At depths as these no lower bound \
         for the Mixer is among the theorems."
    }
    fn scope(&self) -> &'static [&'static str] {
        &SCOPE
    }
    fn build(&self, _seed: u64) -> Data {
        let row = |preset: &presets::Preset| {
            let problem = preset.problem().expect("presets are valid problems");
            let bound = |side| {
                let logarithm = |e: Evaluation| [Cell::logarithm(e.log), e.bound.id().into()];
                best(&problem, side).map_or([Cell::Missing, Cell::Missing], logarithm)
            };
            let ([_, shape @ ..], title) = (shape(&problem), [preset.title.into()]);
            let source = [preset.source.into()];
            [&title[..], &shape, &bound(Side::Lower), &bound(Side::Upper), &source].concat()
        };
        let [_, shape @ ..] = SHAPE;
        let columns = ["lower bound", "from", "upper bound", "by", "source"];
        let columns = [&["model"][..], &shape, &columns].concat();
        Data { columns, rows: presets::all().iter().map(row).collect() }
    }
}

inventory::submit!(&PublishedModels as &dyn Table);
