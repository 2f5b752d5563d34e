//! What a shell and `man` are given: completions, manual pages, and docs/reference.md, all from the same definition
//! of the command line.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn seprank(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank")).args(arguments).output().unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let output = seprank(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that `seprank --help` lists.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().lines();
    let entries = list.take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  "));
    let names = entries.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<_> = names.filter(|name| !["", "help"].contains(name)).map(Into::into).collect();
    assert!(names.len() >= 15, "{names:?}");
    names
}

/// What a program says of a text on its standard input; `None` where it is not installed.
fn said(program: &str, arguments: &[&str], text: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

#[test]
fn every_shell_is_told_every_command() {
    let commands = commands();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        for word in commands.iter().map(String::as_str).chain(["tokens", "attention"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // A shell that is here reads its script without carrying it out.
        if let ("bash" | "zsh", Some(output)) = (shell, said(shell, &["-n"], &script)) {
            assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
        }
    }
    let refused = seprank(&["completions", "tcsh"]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && error.contains("possible values: bash"), "{error}");
}

/// The shell asks the script, as on a press of the tabulator key.
#[test]
fn bash_completes_commands_and_options() {
    let script = printed(&["completions", "bash"]);
    for (line, wanted) in [("seprank cert", "certify"), ("seprank rank attention --dep", "--depth")]
    {
        let words: Vec<_> = line.split(' ').collect();
        let ask = format!(
            "\nCOMP_WORDS=({line}); COMP_CWORD={}\n_seprank seprank '{}' '{}'; echo \"${{COMPREPLY[@]}}\"\n",
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let Some(output) = said("bash", &[], &format!("{script}{ask}")) else { return };
        let completed = String::from_utf8_lossy(&output.stdout);
        assert_eq!(completed.trim(), wanted, "{output:?}");
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let message = printed(&["man", "--out", pages.to_str().unwrap()]);
    let count = fs::read_dir(&pages).unwrap().count();
    assert_eq!(message, format!("written: {count} pages in {}\n", pages.display()));
    let names = names_in(&pages);
    for command in commands() {
        assert!(names.contains(&format!("seprank-{command}.1")), "{command}: {names:?}");
    }
    assert_eq!(fs::read_to_string(pages.join("seprank.1")).unwrap(), printed(&["man"]));
    for name in &names {
        let page = fs::read_to_string(pages.join(name)).unwrap();
        assert!(page.contains(".TH ") && page.contains(".SH NAME"), "{name}");
        // Where groff is, it warns of nothing.
        if let Some(output) = said("groff", &["-man", "-ww", "-z", "-Tutf8"], &page) {
            assert!(output.status.success() && output.stderr.is_empty(), "{name}: {output:?}");
        }
    }
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refused = seprank(&["man", "--out", file.to_str().unwrap()]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && error.starts_with("error: --out "), "{error}");
}
