//! `seprank completions`.

use super::Failure;
use clap_complete::Shell;
use std::io::Write;
use std::process::ExitCode;

/// Completions of the command line for a shell
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  seprank completions bash > ~/.local/share/bash-completion/completions/seprank
  seprank completions zsh > ~/.zfunc/_seprank
  seprank completions fish > ~/.config/fish/completions/seprank.fish")]
pub(super) struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Failure> {
    // The generator takes no error of its writer.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "seprank", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}
