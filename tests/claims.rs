//! `cargo test` certifies the claims: every case of the quick profile is examined here.

use seprank::claims::{Profile, Verdict, all, certify, overall};

#[test]
fn every_quick_case_is_valid() {
    let rows = certify(&all(), Profile::Quick, 1, None, &|_| ()).unwrap();
    for row in &rows {
        let outcome = &row.outcome;
        assert_eq!(outcome.verdict, Verdict::Valid, "{}: {}: {outcome:?}", row.claim, row.case);
    }
    assert_eq!(overall(&rows), Verdict::Valid);
    for claim in all() {
        assert!(rows.iter().any(|r| r.claim == claim.id()), "{} has no case", claim.id());
    }
}

fn unique<T: Ord + Clone>(mut ids: Vec<T>) -> bool {
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    ids.len() == count
}

#[test]
fn ids_are_unique() {
    assert!(unique(all().iter().map(|c| c.id()).collect()));
    assert!(unique(seprank::bounds::all().iter().map(|b| b.id()).collect()));
    assert!(unique(seprank::table::all().iter().map(|t| t.id()).collect()));
}

/// Also as file names, where only letters and digits count.
#[test]
fn cases_have_names_of_their_own() {
    let words = |name: &str| -> Vec<String> {
        let letters = |c: char| !c.is_ascii_alphanumeric();
        name.split(letters).filter(|word| !word.is_empty()).map(String::from).collect()
    };
    for profile in [Profile::Quick, Profile::Full] {
        for claim in all() {
            let names = claim.cases(profile).iter().map(|case| words(&case.name)).collect();
            assert!(unique::<Vec<String>>(names), "{}", claim.id());
        }
    }
}
