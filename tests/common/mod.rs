//! What several test files share: the committed valid certificates.
#![allow(dead_code)] // no test file uses all of it

use seprank_check::certificate::{self, Certificate, Claim, RankClaim};
use std::path::{Path, PathBuf};

/// A file or folder of tests/data.
pub(crate) fn data(folder: &str) -> PathBuf {
    let data = |above: &Path| above.join("tests/data").join(folder);
    let mut found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(data);
    found.find(|path| path.exists()).expect("a file or folder of tests/data")
}

/// A committed valid certificate.
pub(crate) fn accepted(name: &str) -> Certificate {
    certificate::read(&data("accept").join(name).with_extension("json")).unwrap()
}

/// The rank claim in a certificate; of a gap the lower half.
pub(crate) fn claim_mut(certificate: &mut Certificate) -> &mut RankClaim {
    match &mut certificate.claim {
        Claim::Rank(claim) => claim,
        Claim::Gap(gap)
        | Claim::RefutedGap(gap)
        | Claim::GapAcross(gap)
        | Claim::RefutedGapAcross(gap) => &mut gap.lower,
        Claim::Matrix(_) => panic!("a claim on a network"),
    }
}
