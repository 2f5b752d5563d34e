//! The report of a run of `certify`: every claim, its cases, their verdicts, and the certificates that they rest on.
//!
//! A folder holds `results.json`, what was found ([`Results`]); `certificates/`, what that rests on; and
//! `report.html`, which is made of these two alone. Nothing is taken on trust from `results.json` that a
//! certificate shows: each is checked again, and a case is valid only if the checker accepts all of its own.
//! The words, formulas and pictures of a certificate are those of the package `seprank-account`.
//!
//! The same results and certificates give the same bytes.

mod account;
mod bundle;
mod certificates;
mod document;
mod page;
mod picture;
mod results;
mod tables;

pub use bundle::bundle;
pub use page::{PAGE, check_page};
pub use results::{CaseResult, ClaimResult, Results, Run};

use crate::claims::Verdict;
use crate::files::{OutputDirectory, naming, read_text};
use crate::plot::PlotError;
use certificates::Judged;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The name of the folder of certificates.
pub const CERTIFICATES: &str = "certificates";
/// The name of the file of results.
pub const RESULTS: &str = "results.json";
/// The name of the report.
pub const REPORT: &str = "report.html";

/// Results of more bytes are not read.
const MAX_RESULTS_BYTES: u64 = 64 << 20;

/// Results with their certificates, all checked.
#[derive(Debug)]
pub struct Report {
    results: Results,
    certificates: BTreeMap<String, Judged>,
}

impl Report {
    /// What a run has left in `folder`; its certificates are checked, on all cores. `judged` is called after each.
    ///
    /// # Errors
    /// Those of the file system, that the results cannot be read, or that a certificate is not the one that they name;
    /// each with the path.
    pub fn read(folder: &Path, judged: &(dyn Fn() + Sync)) -> io::Result<Self> {
        let path = folder.join(RESULTS);
        let text = read_text(&path, MAX_RESULTS_BYTES).map_err(|e| naming(&path, &e))?;
        let wrong = |why: String| naming(&path, &io::Error::other(why));
        let results: Results = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
        results.validate().map_err(wrong)?;
        Self::of(results, folder, judged)
    }

    /// The same of results that are at hand.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(mut results: Results, folder: &Path, judged: &(dyn Fn() + Sync)) -> io::Result<Self> {
        let named = results.certificates()?;
        let certificates = certificates::judge(&folder.join(CERTIFICATES), &named, judged)?;
        for case in results.claims.iter_mut().flat_map(|claim| &mut claim.cases) {
            let all = case.certificates.keys().filter_map(|name| certificates.get(name));
            let verdict = std::mem::replace(&mut case.verdict, Verdict::Valid);
            case.verdict = all.fold(verdict, |verdict, judged| verdict.and(judged.verdict()));
        }
        Ok(Self { results, certificates })
    }

    /// The same without what differs from run to run: times and memory.
    #[must_use]
    pub fn timeless(self) -> Self {
        Self { results: self.results.timeless(), ..self }
    }

    /// The verdict on all cases.
    pub fn verdict(&self) -> Verdict {
        self.results.verdict()
    }

    /// `report.html`; with `page` its buttons hand certificates to [`PAGE`] beside it.
    ///
    /// # Errors
    /// A picture could not be drawn.
    pub fn html(&self, page: bool) -> Result<String, PlotError> {
        document::html(self, page)
    }

    /// Writes `results.json` and `report.html`.
    ///
    /// # Errors
    /// Those of the file system, with the path; that a picture could not be drawn.
    pub fn write(&self, folder: &OutputDirectory) -> io::Result<()> {
        let page = folder.file(PAGE).is_file();
        folder.replace(RESULTS, self.results.to_json().as_bytes())?;
        folder.replace(REPORT, self.html(page).map_err(io::Error::other)?.as_bytes())
    }
}
