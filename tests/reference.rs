//! docs/reference.md, every command with its options, is what the program's own definition of them says.
//! `SEPRANK_BLESS=1` writes it again.

use clap::{Arg, Command};
use seprank::cli::command;
use std::fmt::Write;
use std::fs;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");

/// Text in which nothing is markup.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.trim().chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '\n' => plain.push(' '),
            '\\' | '*' | '_' | '$' | '[' | ']' | '|' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
    }
    plain
}

/// An option in a list, with what it takes.
fn option(text: &mut String, arg: &Arg) {
    let help = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
    write!(text, "- `{arg}`: {}", plain(&help.unwrap_or_default())).unwrap();
    let values = arg.get_possible_values();
    let values: Vec<_> = values.iter().filter(|value| !value.is_hide_set()).collect();
    if !values.is_empty() && arg.get_action().takes_values() {
        let value = |value: &&clap::builder::PossibleValue| {
            let help = value.get_help().map(|help| format!(" ({})", plain(&help.to_string())));
            format!("`{}`{}", value.get_name(), help.unwrap_or_default())
        };
        let list: Vec<_> = values.iter().map(value).collect();
        write!(text, "; one of {}", list.join(", ")).unwrap();
    }
    let defaults = arg.get_default_values();
    if !defaults.is_empty() && arg.get_action().takes_values() {
        let list: Vec<_> = defaults.iter().map(|value| value.to_string_lossy()).collect();
        write!(text, "; default `{}`", list.join(" ")).unwrap();
    }
    text.push('\n');
}

fn section(text: &mut String, command: &Command, level: usize) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    write!(text, "\n{} {name}\n\n{}.\n", "#".repeat(level), plain(&about)).unwrap();
    let usage = command.clone().render_usage().to_string();
    write!(text, "\n```text\n{}\n```\n\n", usage.trim_start_matches("Usage: ")).unwrap();
    let own = |arg: &&Arg| {
        !arg.is_hide_set() && !["help", "version", "quiet"].contains(&arg.get_id().as_str())
    };
    command.get_arguments().filter(own).for_each(|arg| option(text, arg));
    if let Some(after) = command.get_after_help() {
        for paragraph in after.to_string().split("\n\n") {
            let examples = paragraph.strip_prefix("Examples:\n").unwrap_or(paragraph);
            if examples.starts_with("  ") {
                let lines: Vec<_> = examples.lines().map(str::trim_start).collect();
                write!(text, "\n```sh\n{}\n```\n", lines.join("\n")).unwrap();
            } else {
                write!(text, "\n{}\n", plain(paragraph)).unwrap();
            }
        }
    }
    let below = command.get_subcommands().filter(|below| below.get_name() != "help");
    below.for_each(|below| section(text, below, level + 1));
}

fn reference() -> String {
    let mut command = command().disable_help_subcommand(true);
    command.build();
    let mut text = "# Commands\n\nEvery command of `seprank` with its options, as `--help` has them. `--quiet` \
        (no progress on standard error) and\n`--help` belong to each. Exit codes: 0 done or Valid, 1 Invalid, 2 \
        Incomplete or bad input.\n"
        .to_owned();
    command.get_subcommands().for_each(|below| section(&mut text, below, 2));
    text
}

#[test]
fn the_reference_is_that_of_the_program() {
    let text = reference();
    if std::env::var_os("SEPRANK_BLESS").is_some() {
        fs::write(PATH, &text).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap();
    assert!(
        written == text,
        "docs/reference.md is not up to date: SEPRANK_BLESS=1 cargo test --test reference"
    );
}

#[test]
fn every_option_has_its_place() {
    fn count(command: &Command) -> usize {
        command.get_subcommands().map(|below| count(below) + below.get_arguments().count()).sum()
    }
    let text = reference();
    // Without those of each command, of which there are two or three.
    assert!(text.matches("\n- `").count() > 100 && count(&command()) > 100);
    for line in ["\n## seprank rank\n", "\n### seprank rank attention\n", "\n- `--depth <L>`: "] {
        assert!(text.contains(line), "{line}");
    }
}
