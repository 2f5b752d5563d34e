//! The checker never panics; it says the same twice; and no accepted value is above the naive bound
//! that a rank is at most the number of entries of either side's evidence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank_check::certificate::{Claim, Lower, Relation, Text, Value, from_bytes};
use seprank_check::check::check;

fuzz_target!(|bytes: &[u8]| {
    let Ok(certificate) = from_bytes(bytes) else { return };
    let verdict = check(&certificate);
    assert_eq!(verdict, check(&certificate));
    let Claim::Rank(mut claim) = certificate.claim.clone() else { return };
    if !verdict.is_valid() || claim.relation == Relation::AtMost {
        return;
    }
    // One more than a computed minor shows is never accepted.
    if let (Some(Lower::Grid(_) | Lower::Coefficients(_) | Lower::Blocks(_) | Lower::Enclosure(_)), Value::Exact(Text(value))) =
        (&claim.lower, &claim.value)
    {
        claim.value = Value::Exact(Text(value + 1));
        let more = seprank_check::certificate::Certificate::new(Claim::Rank(claim));
        assert!(!check(&more).is_valid());
    }
});
