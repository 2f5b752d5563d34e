//! `seprank man`.

use super::Failure;
use crate::files::OutputDirectory;
use clap::Command;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The manual pages
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank man | man -l -
  seprank man --out ~/.local/share/man/man1 && man seprank-rank")]
pub(super) struct Args {
    /// Write every page into this directory, seprank.1 and one a command, instead of printing the first
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut command = super::command().disable_help_subcommand(true);
    command.build();
    let Some(path) = &args.out else {
        std::io::stdout().lock().write_all(&page(&command)?.1)?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut pages = Vec::new();
    add_pages(&command, &mut pages)?;
    let write = || {
        let directory = OutputDirectory::open(path)?;
        pages.iter().try_for_each(|(name, text)| directory.replace(name, text))
    };
    write().map_err(|e: io::Error| format!("--out {e}"))?;
    let count = pages.len();
    writeln!(super::prose::out(), "written: {count} pages in {}", path.display())?;
    Ok(ExitCode::SUCCESS)
}

/// The pages of a command and of those below it.
fn add_pages(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    pages.push(page(command)?);
    command.get_subcommands().try_for_each(|below| add_pages(below, pages))
}

/// The name of a page's file, and its text.
fn page(command: &Command) -> io::Result<(String, Vec<u8>)> {
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok((page.get_filename(), text))
}
