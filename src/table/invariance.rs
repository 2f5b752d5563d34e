//! Table (f): permutations of the input and residual connections do not move the Mixer's bound.

use super::{Cell, Data, Table};
use crate::bounds::{Bound, find};
use crate::claims::describe;
use crate::network::layers::Permutation;
use crate::network::{Architecture, MixerShape, Output, Partition, Problem};
use crate::prove::{RankRequest, rank};
use rand::seq::SliceRandom;
use rayon::prelude::*;

struct Invariance;

const TOKENS: usize = 4;
const PERMUTATIONS: usize = 6;

/// One base shape, the same with random permutations of its input, and with a residual connection.
fn shapes(seed: u64) -> Vec<(String, MixerShape)> {
    let base = MixerShape::quadratic(2, 2, 2);
    let mut rng = crate::prove::generator(seed);
    let mut list = vec![("as is".to_string(), base.clone())];
    for index in 1..=PERMUTATIONS {
        let mut order: Vec<usize> = (0..TOKENS * base.width).collect();
        order.shuffle(&mut rng);
        let shape = MixerShape { permutation: Permutation::new(order), ..base.clone() };
        list.push((format!("permutation {index}"), shape));
    }
    list.push(("residual".into(), MixerShape { residual: true, ..base.clone() }));
    list.push(("biases".into(), MixerShape { bias: true, ..base }));
    list
}

impl Table for Invariance {
    fn id(&self) -> &'static str {
        "invariance"
    }
    fn caption(&self) -> &'static str {
        "Fixed permutations of the input entries, residual connections and biases: the Mixer's rank \
         moves below a bound that does not (with a residual, n_A = d|A| replaces d min(S,|A|))."
    }
    fn build(&self, seed: u64) -> Data {
        let rows = shapes(seed)
            .into_par_iter()
            .map(|(variant, shape)| {
                let partition = Partition::halves(TOKENS).expect("two tokens or more");
                let problem =
                    Problem::new(Architecture::Mixer(shape), partition, Output::default())
                        .expect("the sizes above are valid");
                let bound = |id: &str| {
                    let applies = |b: &&dyn Bound| b.applies(&problem).is_ok();
                    Cell::number(find(id).filter(applies).and_then(|b| b.value(&problem)))
                };
                let mut request = RankRequest::new(problem.clone());
                request.seed = seed;
                let found = rank(&request, &|_, _| ()).ok().map(|a| a.rank.into());
                vec![
                    variant.into(),
                    describe(&problem).into(),
                    Cell::number(found),
                    bound("mixer-homogeneous"),
                    bound("mixer-degree"),
                ]
            })
            .collect();
        let columns = vec!["variant", "network", "rank", "mixer-homogeneous", "mixer-degree"];
        Data { columns, rows }
    }
}

inventory::submit!(&Invariance as &dyn Table);
