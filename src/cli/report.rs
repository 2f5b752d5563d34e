//! `seprank report`, and what `seprank certify` has of it.

use super::{Failure, progress, try_output};
use crate::files::{OutputDirectory, replace};
use crate::report::{PAGE, RESULTS, Report, Results, bundle, check_page};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One HTML file with every claim, case and verdict of a run
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank certify --report target/report
  seprank report target/report --page target/web/check.html
  seprank report target/report --bundle target/report.zip

Reads results.json and the certificates in DIR, which certify --report has left
there, checks each certificate again, and writes DIR/report.html anew. Exit
code: 0 if every case is valid, 1 if one is invalid, 2 if one is incomplete.")]
pub(super) struct Args {
    /// The directory that certify --report has written
    #[arg(value_name = "DIR")]
    report: PathBuf,
    #[command(flatten)]
    extras: Extras,
}

/// What may come with a report.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Extras {
    /// The page of the checker, which web/build makes, to stand beside the report and take its certificates
    #[arg(long, value_name = "check.html", requires = "report")]
    page: Option<PathBuf>,
    /// Also write all that a referee needs into one zip file, without times, so that the same run gives the same bytes
    #[arg(long, value_name = "FILE.zip", requires = "report")]
    bundle: Option<PathBuf>,
}

/// A directory that is to hold a report, and what comes with it.
pub(super) struct Target {
    directory: OutputDirectory,
    path: PathBuf,
    bundle: Option<PathBuf>,
}

impl Extras {
    /// Opens the directory that `option` names and tries what is to be written there, before any work.
    pub(super) fn open(&self, option: &str, path: &Path) -> Result<Target, Failure> {
        let page = self.page.as_deref().map(check_page).transpose();
        let page = page.map_err(|e| format!("--page {e}"))?;
        try_output("--bundle", self.bundle.as_deref())?;
        let directory = OutputDirectory::open(path).map_err(|e| format!("{option} {e}"))?;
        if let Some(page) = page {
            directory.replace(PAGE, page.as_bytes())?;
        }
        Ok(Target { directory, path: path.into(), bundle: self.bundle.clone() })
    }
}

impl Target {
    /// Writes the report, and the bundle if one is asked for; the exit code of the verdict.
    fn write(&self, report: Report) -> Result<ExitCode, Failure> {
        report.write(&self.directory)?;
        let code = ExitCode::from(report.verdict().exit_code());
        let Some(path) = &self.bundle else { return Ok(code) };
        let page = self.directory.file(PAGE);
        let page = if page.is_file() { Some(check_page(&page)?) } else { None };
        let named = |e: io::Error| format!("--bundle {}: {e}", path.display());
        let bytes = bundle(report, page.as_deref()).map_err(named)?;
        replace(path, &bytes).map_err(named)?;
        Ok(code)
    }

    /// The report of results whose certificates are in the directory.
    pub(super) fn write_results(&self, results: Results) -> Result<(), Failure> {
        let bar = progress::counter("certificates checked again");
        let report = Report::of(results, &self.path, &|| bar.inc(1))?;
        bar.finish_and_clear();
        self.write(report).map(|_| ())
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let results = args.report.join(RESULTS);
    if !results.is_file() {
        let path = results.display();
        return Err(format!("{path}: there is none; seprank certify --report DIR writes it").into());
    }
    let target = args.extras.open("report", &args.report)?;
    let bar = progress::counter("certificates checked");
    let report = Report::read(&args.report, &|| bar.inc(1))?;
    bar.finish_and_clear();
    target.write(report)
}
