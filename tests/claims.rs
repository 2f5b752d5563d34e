//! `cargo test` certifies the claims: every case of the quick profile is examined here.

use seprank::claims::{Profile, Verdict, all, certify, overall};

#[test]
fn every_quick_case_is_valid() {
    let rows = certify(Profile::Quick, 1, &|_| ());
    for row in &rows {
        let outcome = &row.outcome;
        assert_eq!(outcome.verdict, Verdict::Valid, "{}: {}: {outcome:?}", row.claim, row.case);
    }
    assert_eq!(overall(&rows), Verdict::Valid);
    for claim in all() {
        assert!(rows.iter().any(|r| r.claim == claim.id()), "{} has no case", claim.id());
    }
}

#[test]
fn ids_are_unique() {
    let unique = |mut ids: Vec<&str>| {
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        ids.len() == count
    };
    assert!(unique(all().iter().map(|c| c.id()).collect()));
    assert!(unique(seprank::bounds::all().iter().map(|b| b.id()).collect()));
    assert!(unique(seprank::table::all().iter().map(|t| t.id()).collect()));
}
