//! Table (f): permutations of the input and residual connections do not move the Mixer's bound.

use super::{Cell, Data, SHAPE, Table, rank_and_status, shape};
use crate::bounds::{Bound, find};
use crate::network::layers::Permutation;
use crate::network::{Architecture, MixerShape, Output, Partition, Problem};
use crate::prove::generator;
use itertools::Itertools;
use rand::seq::SliceRandom;
use rayon::prelude::*;

struct Invariance;

const TOKENS: usize = 4;
const PERMUTATIONS: usize = 6;

/// One base shape, the same with random permutations of its input, and with a residual connection.
fn variants(seed: u64) -> Vec<(String, MixerShape)> {
    let base = MixerShape::quadratic(2, 2, 2);
    let mut rng = generator(seed);
    let mut list = vec![("as it is".to_string(), base.clone())];
    for _ in 0..PERMUTATIONS {
        let mut order: Vec<usize> = (0..TOKENS * base.width).collect();
        order.shuffle(&mut rng);
        let name = format!("permutation {}", order.iter().join(" "));
        list.push((name, MixerShape { permutation: Permutation::new(order), ..base.clone() }));
    }
    list.push(("residual connections".into(), MixerShape { residual: true, ..base.clone() }));
    list.push(("biases".into(), MixerShape { bias: true, ..base }));
    list
}

impl Table for Invariance {
    fn id(&self) -> &'static str {
        "invariance"
    }
    fn place(&self) -> u32 {
        6
    }
    fn title(&self) -> &'static str {
        "Permutations, residual connections and biases"
    }
    fn caption(&self) -> &'static str {
        "Fixed permutations of the $N d$ input entries (numbered by token, then channel), residual \
         connections and biases: the Mixer's rank moves below bounds that do not. With a residual, 4.2 has $n_A = d|A|$ \
         in place of $d min(S,|A|)$. 4.1 is for homogeneous networks only."
    }
    fn build(&self, seed: u64) -> Data {
        let row = |(variant, mixer): (String, MixerShape)| {
            let partition = Partition::halves(TOKENS).expect("two tokens or more");
            let problem = Problem::new(Architecture::Mixer(mixer), partition, Output::default())
                .expect("the sizes above are valid");
            let bound = |id: &str| {
                let applies = |b: &&dyn Bound| b.applies(&problem).is_ok();
                Cell::number(find(id).filter(applies).and_then(|b| b.value(&problem)))
            };
            let found = rank_and_status(&problem, seed);
            let bounds = [bound("mixer-homogeneous"), bound("mixer-degree")];
            [&[variant.into()][..], &shape(&problem)[1..], &found, &bounds].concat()
        };
        let rows = variants(seed).into_par_iter().map(row).collect();
        let columns = ["rank", "status", "mixer-homogeneous (4.1)", "mixer-degree (4.2)"];
        Data { columns: [&["variant"], &SHAPE[1..], &columns].concat(), rows }
    }
}

inventory::submit!(&Invariance as &dyn Table);
