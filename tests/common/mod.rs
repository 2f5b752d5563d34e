//! What several test files share: the committed valid certificates.
#![allow(dead_code)] // no test file uses all of it

use seprank::certificate::{self, Certificate, Claim, RankClaim};
use std::path::{Path, PathBuf};

/// A folder of tests/data.
pub fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}

/// A committed valid certificate.
pub fn accepted(name: &str) -> Certificate {
    certificate::read(&data("accept").join(name).with_extension("json")).unwrap()
}

/// The rank claim in a certificate; of a gap the lower half.
pub fn claim_mut(certificate: &mut Certificate) -> &mut RankClaim {
    match &mut certificate.claim {
        Claim::Rank(claim) => claim,
        Claim::Gap(gap) => &mut gap.lower,
    }
}
