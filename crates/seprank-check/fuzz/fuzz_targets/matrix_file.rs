//! The file of a matrix: any bytes under their own digest give a verdict, and none but the one form is accepted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank_check::certificate::{Claim, MatrixEntries, SideFile, from_bytes};
use seprank_check::check::{Options, check_with};
use sha2::{Digest, Sha256};

/// Rank 2 of a matrix of 3 rows and 2 columns, by a minor modulo 5 and a cover.
const CLAIM: &str = include_str!("../seeds/checker/matrix.json");

fuzz_target!(|bytes: &[u8]| {
    let mut certificate = from_bytes(CLAIM.as_bytes()).expect("a seed");
    let Claim::Matrix(claim) = &mut certificate.claim else { panic!("a claim on a matrix") };
    let sha256 = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    claim.matrix.entries = MatrixEntries::File(SideFile { name: "m".into(), sha256 });
    let verdict = check_with(&certificate, Some(bytes), Options::default());
    if verdict.is_valid() {
        let sms = bytes.starts_with(b"3 2 M\n") && bytes.ends_with(b"\n0 0 0\n");
        assert!(sms || bytes.starts_with(b"\x93NUMPY\x01\x00\x76\x00{"));
    }
});
