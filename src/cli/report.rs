//! `seprank report`, and what `seprank certify` has of it.

use super::{Failure, progress, try_output};
use crate::claims::Verdict;
use crate::files::{OutputDirectory, replace};
use crate::report::{CERTIFICATES, PAGE, REPORT, RESULTS, Report, Results, bundle, check_page};
use std::io::{self, Write};
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
        if let Some(bundle) = &self.bundle {
            self.refuse_to_overwrite(bundle, path)?;
        }
        let named = |e: io::Error| format!("{option} {e}");
        let directory = OutputDirectory::open(path).map_err(named)?;
        if let Some(page) = page {
            directory.replace(PAGE, page.as_bytes()).map_err(named)?;
        }
        Ok(Target { directory, path: path.into(), bundle: self.bundle.clone() })
    }

    /// A bundle does not take the place of the report's own files, nor of the page that was given.
    fn refuse_to_overwrite(&self, bundle: &Path, report: &Path) -> Result<(), Failure> {
        let refused = |why: &str| {
            let bundle = bundle.display();
            Err(format!("--bundle {bundle}: {why}; another file is needed").into())
        };
        let Some(file) = resolved(bundle) else { return Ok(()) };
        if self.page.as_deref().and_then(resolved).is_some_and(|page| page == file) {
            return refused("it is the file of --page");
        }
        let Ok(report) = report.canonicalize() else { return Ok(()) };
        let own = [REPORT, RESULTS, PAGE].iter().any(|name| file == report.join(name));
        if own || file.starts_with(report.join(CERTIFICATES)) {
            return refused("the report writes that itself");
        }
        Ok(())
    }
}

/// The file at `path` as the system names it, if its directory is there.
fn resolved(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().or_else(|| {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Some(parent.unwrap_or(Path::new(".")).canonicalize().ok()?.join(path.file_name()?))
    })
}

impl Target {
    /// Writes the report, and the bundle if one is asked for.
    fn write(&self, report: Report) -> Result<(), Failure> {
        report.write(&self.directory).map_err(in_words)?;
        let Some(path) = &self.bundle else { return Ok(()) };
        let page = self.directory.file(PAGE);
        let page = page.is_file().then(|| check_page(&page)).transpose().map_err(in_words)?;
        let named = |e: io::Error| format!("--bundle {}: {e}", path.display());
        let bytes = bundle(report, page.as_deref()).map_err(named)?;
        replace(path, &bytes).map_err(named)?;
        Ok(())
    }

    /// The report of results whose certificates are in the directory; its verdict.
    pub(super) fn write_results(&self, results: Results) -> Result<Verdict, Failure> {
        let bar = progress::counter("certificates checked again");
        let report = Report::of(results, &self.path, &|| bar.inc(1)).map_err(in_words)?;
        bar.finish_and_clear();
        let verdict = report.verdict();
        report.write_results(&self.directory).map_err(in_words)?;
        self.write(report).map(|()| verdict)
    }
}

/// An error of a file, which names it: one of [`io::Error`] itself would be one of standard output.
fn in_words(error: io::Error) -> String {
    error.to_string()
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let results = args.report.join(RESULTS);
    if !results.is_file() {
        let path = results.display();
        return Err(format!("{path}: there is none; seprank certify --report DIR writes it").into());
    }
    let target = args.extras.open("report", &args.report)?;
    let bar = progress::counter("certificates checked");
    let report = Report::read(&args.report, &|| bar.inc(1)).map_err(in_words)?;
    bar.finish_and_clear();
    let (verdict, unchecked) = (report.verdict(), report.unchecked());
    target.write(report)?;
    let mut out = super::prose::out();
    writeln!(out, "written: {}", args.report.join(REPORT).display())?;
    if let Some(bundle) = &args.extras.bundle {
        writeln!(out, "written: {}", bundle.display())?;
    }
    if unchecked > 0 {
        writeln!(
            out,
            "cases without a certificate, not checked here: {unchecked}, as the run said"
        )?;
    }
    writeln!(out, "verdict: {}", verdict.sentence())?;
    Ok(ExitCode::from(verdict.exit_code()))
}
