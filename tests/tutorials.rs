//! The tutorials: their files are written, their commands run, and every line of output that they show must come, in that
//! order. A line `..` stands for lines left out, and at the end of a line for the rest of it.

#![cfg(unix)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn tutorials() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tutorials");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

/// What a command prints, in `folder`, with the program first in the path.
fn output(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_seprank")).parent().unwrap();
    let path = format!("{}:{}", program.display(), env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    let output =
        shell.args(["-c", command]).current_dir(folder).env("PATH", path).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!error.contains("error:") && !error.contains("Error"), "{command}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Whether `shown` says of `printed` what it is.
fn agree(shown: &[&str], printed: &[&str]) -> bool {
    let same = |shown: &str, printed: &str| match shown.strip_suffix("..") {
        Some(beginning) => printed.starts_with(beginning),
        None => printed.trim_end() == shown,
    };
    match (shown, printed) {
        ([], []) => true,
        ([".."], _) => true,
        (["..", rest @ ..], _) => {
            (0..=printed.len()).any(|skipped| agree(rest, &printed[skipped..]))
        }
        ([first, rest @ ..], [line, printed @ ..]) => same(first, line) && agree(rest, printed),
        _ => false,
    }
}

/// Runs a tutorial, without Python up to the first command that needs it; how many commands it has.
fn run(text: &str, python: bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let (mut name, mut commands) = (None, 0);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some((file, _)) = line.strip_prefix('`').and_then(|rest| rest.split_once("`:")) {
            name = Some(file);
        }
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        if language != "console" {
            let name = name.take().expect("a file has its name before it");
            fs::write(folder.path().join(name), format!("{}\n", block.join("\n"))).unwrap();
            continue;
        }
        // A command, with what it shows.
        for part in block.chunk_by(|_, next| !next.starts_with("$ ")) {
            let command = part[0].strip_prefix("$ ").expect("a block begins with a command");
            if !python && command.starts_with("python3") {
                return commands + 1;
            }
            let printed = output(command, folder.path());
            let printed: Vec<_> = printed.lines().collect();
            assert!(
                agree(&part[1..], &printed),
                "{command}: shown {part:#?}, printed {printed:#?}"
            );
            commands += 1;
        }
    }
    commands
}

#[test]
fn tutorials_show_what_their_commands_print() {
    let python = Command::new("python3").arg("--version").output().is_ok();
    for path in tutorials() {
        let commands = run(&fs::read_to_string(&path).unwrap(), python);
        assert!(commands > 0, "{}", path.display());
    }
}

#[test]
fn what_is_shown_is_compared() {
    assert!(agree(&["a", "..", "c"], &["a", "b", "b", "c"]) && agree(&["a", ".."], &["a"]));
    assert!(agree(&["a.."], &["abc"]) && agree(&[], &[]));
    assert!(
        !agree(&["a"], &["a", "b"])
            && !agree(&["a", "..", "d"], &["a", "c"])
            && !agree(&["a"], &["b"])
    );
}
