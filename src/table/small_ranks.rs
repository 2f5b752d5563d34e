//! Table (b): exact generic ranks against bounds, small cases.

use super::{Cell, Data, Table};
use crate::bounds::{Side, best};
use crate::claims::{Profile, describe, small_problems};
use crate::prove::{RankRequest, Status, rank};
use rayon::prelude::*;

struct SmallRanks;

impl Table for SmallRanks {
    fn id(&self) -> &'static str {
        "small-ranks"
    }
    fn caption(&self) -> &'static str {
        "Generic separation ranks of small networks against the best lower and upper bound. A rank is \
         exact where a witness meets an upper bound; otherwise it is a proved lower bound."
    }
    fn build(&self, seed: u64) -> Data {
        let rows = small_problems(Profile::Quick)
            .par_iter()
            .map(|problem| {
                let bound = |side| match best(problem, side) {
                    Some(e) => [Cell::evaluation(&e), e.bound.id().into()],
                    None => [Cell::Missing, Cell::Missing],
                };
                let ([lower, lower_id], [upper, upper_id]) =
                    (bound(Side::Lower), bound(Side::Upper));
                let mut request = RankRequest::new(problem.clone());
                request.seed = seed;
                let (found, status) = match rank(&request, &|_, _| ()) {
                    Ok(answer) => (
                        Cell::number(Some(answer.rank.into())),
                        if answer.status == Status::Exact { "exact" } else { "at least" }.into(),
                    ),
                    Err(error) => (Cell::Missing, error.to_string().into()),
                };
                vec![describe(problem).into(), lower, lower_id, found, status, upper, upper_id]
            })
            .collect();
        let columns = vec!["network", "lower", "by", "rank", "status", "upper", "bound"];
        Data { columns, rows }
    }
}

inventory::submit!(&SmallRanks as &dyn Table);
