//! The gap at the shapes B/16 and L/16: Corollaries 5.2 and 5.5 at the depths where they begin, and what is refuted.

use super::{Case, Claim, Outcome, Profile, Verdict, certified_gap, describe};
use crate::bounds::Regime;
use crate::network::{
    Architecture, MixerShape, Output, Partition, Problem, TransformerShape, presets,
};
use crate::prove::gap;

struct PublishedGaps;

/// A name, and the presets of attention and of the Mixer.
pub type PublishedShape = (&'static str, [&'static str; 2]);

/// The two shapes of Corollaries 5.2 and 5.5.
pub const PUBLISHED_SHAPES: [PublishedShape; 2] =
    [("B/16", ["vit-b-16", "mixer-b-16"]), ("L/16", ["vit-l-16", "mixer-l-16"])];

/// Attention and the Mixer of a shape at one depth, tokens in halves: with `blocks` both with residual connections
/// and a quadratic position-wise part, else with neither.
pub fn published_pair((_, presets): PublishedShape, depth: usize, blocks: bool) -> [Problem; 2] {
    let [attention, mixer] = presets.map(|name| presets::find(name).expect("a preset"));
    let (Architecture::Attention(own), Architecture::Mixer(other)) =
        (attention.architecture(), mixer.architecture())
    else {
        unreachable!("a preset of attention and one of a Mixer")
    };
    let own = TransformerShape {
        mlp_degree: blocks.then_some(2),
        mlp_hidden: attention.channel_hidden,
        residual: blocks,
        ..TransformerShape::plain(depth, own.width, own.heads)
    };
    let channel_degree = if blocks { 2 } else { 1 };
    let other = MixerShape { depth, channel_degree, residual: blocks, ..other };
    [own.architecture(), Ok(Architecture::Mixer(other))].map(|architecture| {
        let problem = |architecture| {
            Problem::new(architecture, Partition::halves(attention.tokens)?, Output::default())
        };
        architecture.and_then(problem).expect("the sizes are valid")
    })
}

impl Claim for PublishedGaps {
    fn id(&self) -> &'static str {
        "gap-at-published-shapes"
    }
    fn statement(&self) -> &'static str {
        "At the shapes B/16 and L/16, N = 196 in halves, equal depth: with k_t = 2, k_c = 1 and no residual connections or \
         position-wise part the gap is refuted at L = 1 and certified at L = 2 and 3; with quadratic position-wise parts \
         and residual connections on both sides (degree 6 a block against 4, parameters not equal) it is certified at \
         L = 6. Almost all weights of attention against all weights of the Mixer, and the other way round where it is \
         refuted; polynomial networks."
    }
    fn cases(&self, profile: Profile) -> Vec<Case> {
        let deeper: &[(usize, bool, Regime)] = match profile {
            Profile::Quick => &[],
            Profile::Full => &[(7, true, Regime::Certified)],
        };
        let list = [
            (1, false, Regime::Refuted),
            (2, false, Regime::Certified),
            (3, false, Regime::Certified),
            (6, true, Regime::Certified),
        ];
        let list = list.iter().chain(deeper);
        let both = list.flat_map(|expected| PUBLISHED_SHAPES.map(|shape| (shape, *expected)));
        both.map(|(shape, expected)| case(shape, expected)).collect()
    }
}

fn case(shape: PublishedShape, (depth, blocks, expected): (usize, bool, Regime)) -> Case {
    let [attention, mixer] = published_pair(shape, depth, blocks);
    let name = format!("{} against {}", describe(&attention), describe(&mixer));
    Case::new(name, move |_| {
        let gap = match gap(&attention, &mixer) {
            Ok(gap) => gap,
            Err(e) => return Outcome::missing(e),
        };
        let found = gap.gap.regime();
        let certificate = certified_gap(&gap);
        let verdict = match (found == expected, &certificate) {
            (true, Ok(_)) => Verdict::Valid,
            (true, Err(e)) => Verdict::Incomplete(e.to_string()),
            (false, _) if found == Regime::Open => {
                Verdict::Incomplete("the bounds do not decide".into())
            }
            (false, _) => Verdict::Invalid("the verdict is another".into()),
        };
        Outcome::new(verdict, expected.name(), found.name()).with(certificate)
    })
}

inventory::submit!(&PublishedGaps as &dyn Claim);
