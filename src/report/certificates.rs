//! The certificates of a report: read, checked, and told of.

use crate::claims::{Digests, Verdict};
use crate::files::{naming, sha256};
use crate::{certificate, check};
use rayon::prelude::*;
use seprank_account::Account;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Certificates of more bytes together are not put into one report.
const MAX_BYTES: u64 = 1 << 30;

/// A certificate and what the checker says of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) bytes: Vec<u8>,
    pub(super) account: Account,
    /// The claim, if the bytes are a certificate.
    pub(super) claim: Option<certificate::Claim>,
}

impl Judged {
    /// The checker's verdict, as one on a case.
    pub(super) fn verdict(&self) -> Verdict {
        match self.account.summary.verdict {
            "valid" => Verdict::Valid,
            "invalid" => Verdict::Invalid(self.account.text.clone()),
            _ => Verdict::Incomplete(self.account.text.clone()),
        }
    }
}

/// The files `NAME.json` in `folder` with these SHA-256, checked on all cores; `judged` is called after each.
///
/// # Errors
/// One cannot be read or has another SHA-256, or they are too large together; with the path.
pub(super) fn judge(
    folder: &Path,
    named: &Digests,
    judged: &(dyn Fn() + Sync),
) -> io::Result<BTreeMap<String, Judged>> {
    let mut files = Vec::new();
    let mut left = MAX_BYTES;
    for (name, digest) in named {
        let path = folder.join(format!("{name}.json"));
        let wrong = |why: &str| naming(&path, &io::Error::other(why));
        let bytes = certificate::read_bytes(&path).map_err(|e| wrong(&e.to_string()))?;
        if sha256(&bytes) != *digest {
            return Err(wrong("its SHA-256 is not the one in results.json; run certify again"));
        }
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| wrong("the certificates together are more than 1 GiB"))?;
        files.push((name.clone(), bytes));
    }
    let judge = |(name, bytes): (String, Vec<u8>)| {
        let checked = check::examine(&bytes);
        let account = Account::of(&checked, &bytes);
        judged();
        (name, Judged { account, claim: checked.certificate.map(|c| c.claim), bytes })
    };
    Ok(files.into_par_iter().map(judge).collect())
}
