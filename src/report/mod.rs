//! The report of a run of `certify`: every claim, its cases, their verdicts, and the certificates that they rest on.
//!
//! A folder holds `results.json`, what was found ([`Results`]); `certificates/`, what that rests on; and
//! `report.html`, which is made of these two alone. Nothing is taken on trust from `results.json` that a
//! certificate shows: each is checked again, and a case is valid only if the checker accepts all of its own and
//! they show what its words say (`agreement`). A case without certificates is shown as what the run said, not checked.
//! The words, formulas and pictures of a certificate are those of the package `seprank-account`.
//!
//! The same results and certificates give the same bytes.

mod account;
mod agreement;
mod bundle;
mod certificates;
mod document;
mod page;
mod picture;
mod results;
mod tables;

pub use bundle::bundle;
pub use page::{PAGE, check_page};
pub use results::{CaseResult, Cited, ClaimResult, Results, Run};

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
    /// Those of the file system, that the results cannot be read or are not whole, or that a certificate is not the one
    /// that they name; each with the path.
    pub fn read(folder: &Path, judged: &(dyn Fn() + Sync)) -> io::Result<Self> {
        let path = folder.join(RESULTS);
        let text = read_text(&path, MAX_RESULTS_BYTES).map_err(|e| naming(&path, &e))?;
        let wrong = |why: String| naming(&path, &io::Error::other(why));
        let results = Results::from_json(&text).map_err(wrong)?;
        let certificates = judge(&results, folder, judged)?;
        Ok(Self { results, certificates }.settled())
    }

    /// The same of results that are at hand, which note what the certificates claim.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of(mut results: Results, folder: &Path, judged: &(dyn Fn() + Sync)) -> io::Result<Self> {
        let certificates = judge(&results, folder, judged)?;
        let cases = results.claims.iter_mut().flat_map(|claim| &mut claim.cases);
        for (name, cited) in cases.flat_map(|case| &mut case.certificates) {
            cited.claim = certificates.get(name).and_then(|j| j.account.summary.claim.clone());
        }
        Ok(Self { results, certificates }.settled())
    }

    /// Lowers the verdict of every case to what its certificates bear.
    fn settled(mut self) -> Self {
        for case in self.results.claims.iter_mut().flat_map(|claim| &mut claim.cases) {
            let of = case.certificates.keys().filter_map(|name| self.certificates.get(name));
            let all: Vec<&Judged> = of.collect();
            let verdict = agreement::of(case, &all);
            let verdict =
                all.iter().fold(case.verdict.clone().and(verdict), |v, j| v.and(j.verdict()));
            case.verdict = verdict;
        }
        self
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

    /// How many cases have no certificate: of them the report has what the run said.
    pub fn unchecked(&self) -> usize {
        self.results.cases().filter(|(_, case)| !case.is_certified()).count()
    }

    /// Writes `results.json`.
    ///
    /// # Errors
    /// Those of the file system, with the path.
    pub fn write_results(&self, folder: &OutputDirectory) -> io::Result<()> {
        folder.replace(RESULTS, self.results.to_json().as_bytes())
    }

    /// Writes `report.html`.
    ///
    /// # Errors
    /// Those of the file system, with the path; that a picture could not be drawn.
    pub fn write(&self, folder: &OutputDirectory) -> io::Result<()> {
        let page = folder.file(PAGE).is_file();
        folder.replace(REPORT, self.html(page).map_err(io::Error::other)?.as_bytes())
    }
}

/// The certificates of the results, each checked.
fn judge(
    results: &Results,
    folder: &Path,
    judged: &(dyn Fn() + Sync),
) -> io::Result<BTreeMap<String, Judged>> {
    certificates::judge(&folder.join(CERTIFICATES), &results.certificates()?, judged)
}
