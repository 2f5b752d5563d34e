//! Theorem 4.5: any network of the layers in network files; only the degree and the variables that
//! the first layers can see count.

use super::mixer_homogeneous::{covered, covered_log};
use super::{Bound, Inapplicable, LogInterval, Side};
use crate::network::{Architecture, Problem};
use rug::Integer;

struct NetworkBound;

impl Bound for NetworkBound {
    fn id(&self) -> &'static str {
        "network-degree"
    }
    fn side(&self) -> Side {
        Side::Upper
    }
    fn theorem(&self) -> &'static str {
        "4.5"
    }
    fn formula(&self) -> &'static str {
        "$min_{0<=t<=D+1} [ binom(n_A+t-1, n_A) + binom(n_B+D-t, n_B) ]$, $D$ the product of the layers' degrees, \
         $n_A$ and $n_B$ the numbers of linear forms on either side that the first layers can see"
    }
    fn hypotheses(&self) -> &'static str {
        "network, any polynomial layers, described one by one, all weights"
    }
    fn applies(&self, problem: &Problem) -> Result<(), Inapplicable> {
        match problem.architecture() {
            Architecture::Layers(_) => Ok(()),
            _ => Err(Inapplicable::new(
                "is for networks given by their layers; these have bounds of their own",
            )),
        }
    }
    fn value(&self, problem: &Problem) -> Option<Integer> {
        covered(problem.visible_variables(), &problem.big_degree())
    }
    fn enclosure(&self, problem: &Problem) -> Option<LogInterval> {
        covered_log(problem.visible_variables(), &problem.big_degree())
    }
}

inventory::submit!(&NetworkBound as &dyn Bound);
