//! The binary: what it prints, how it ends, and that it judges the bytes that it read.
#![cfg(feature = "cli")]

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::data;
use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank-check")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn every_file_is_printed_with_its_verdict_and_claim() {
    let (accept, reject) = (data("accept"), data("reject"));
    let good = run(&[text(&accept)]);
    assert_eq!(good.status.code(), Some(0));
    let lines = stdout(&good);
    let lines: Vec<&str> = lines.lines().collect();
    let (last, files) = lines.split_last().unwrap();
    let valid = |line: &&str| {
        line.contains(".json: Valid")
            && [": separation rank of ", ": rank of "].iter().any(|c| line.contains(c))
    };
    assert!(files.iter().all(valid));
    assert_eq!(*last, format!("{0} files: {0} valid, 0 incomplete, 0 invalid", files.len()));
    let bad = run(&[text(&accept), text(&reject)]);
    assert_eq!(bad.status.code(), Some(1));
    assert_eq!(stdout(&bad).matches(": Valid").count(), files.len());
    let missing = run(&[text(&reject.join("check-missing-rows.json"))]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stdout(&missing).contains(": Incomplete (missing-rows: "), "{}", stdout(&missing));
}

#[test]
fn claims_say_what_they_are_about() {
    let cases = [
        (
            "coefficients",
            "attention L=1 d=2 H=1, N=2, A={0}, Y[0,0] = 3, for almost all weights, and no more for any",
        ),
        ("theorem", "attention L=2 d=4 H=1, N=8, A={0-3}, Y[0,0] <= 110, for all weights"),
    ];
    for (name, claim) in cases {
        let file = data("accept").join(name).with_extension("json");
        let line = format!("{}: Valid: separation rank of {claim}\n", file.display());
        assert_eq!(stdout(&run(&[text(&file)])), line);
    }
    let gap = stdout(&run(&[text(&data("accept/gap.json"))]));
    let halves: Vec<&str> = gap.trim_end().split("separation rank of ").skip(1).collect();
    let [lower, upper] = halves[..] else { panic!("{gap}") };
    assert!(lower.starts_with("attention") && lower.ends_with("for almost all weights; "), "{gap}");
    assert!(upper.starts_with("mixer") && upper.ends_with("for all weights"), "{gap}");
    let fixed = stdout(&run(&[text(&data("accept/separation.json"))]));
    assert!(fixed.ends_with("with the weights in the file\n"), "{fixed}");
}

#[test]
fn json_has_the_claim_of_every_certificate() {
    let (accept, reject) = (data("accept"), data("reject"));
    let output = run(&[text(&accept), text(&reject), "--format", "json"]);
    let list: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    for line in list {
        let file = line["file"].as_str().unwrap();
        assert_eq!(line["claim"].is_string(), !file.contains("read-"), "{file}");
        let valid = file.contains("accept");
        assert_eq!(line["verdict"] == "valid", valid, "{file}");
        assert_eq!(line.get("finding").is_none(), valid, "{file}");
    }
}

#[test]
fn requests_that_make_no_sense_end_with_two() {
    for arguments in [&[][..], &["--format", "xml", "x"], &["--coq", "x"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
    // Named before any other file is looked at.
    let good = data("accept").join("blocks-mixer.json");
    let nowhere = run(&[text(&good), "nowhere.json"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(nowhere.stdout.is_empty());
    let said = String::from_utf8_lossy(&nowhere.stderr);
    assert!(said.starts_with("error: nowhere.json: No such file"), "{said}");
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(&[text(empty.path())]).status.code(), Some(2));
    for help in ["--help", "--version"] {
        assert_eq!(run(&[help]).status.code(), Some(0));
    }
}

/// A pipe that says something true first, and something else to who opens it again.
#[cfg(unix)]
#[test]
fn a_file_is_opened_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("claim.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let contents = ["accept/theorem.json", "reject/check-bound.json", "accept/grid.json"];
    let contents = contents.map(|name| std::fs::read(data(name)).unwrap());
    let writer = pipe.clone();
    // Left behind where it waits for a reader, which is what should happen.
    std::thread::spawn(move || {
        for bytes in contents {
            // Opening waits for a reader.
            let mut file = std::fs::OpenOptions::new().write(true).open(&writer).unwrap();
            OPENED.fetch_add(1, Ordering::SeqCst);
            // The reader may have seen enough.
            let _ = std::io::Write::write_all(&mut file, &bytes);
            drop(file);
            // What is written next must not follow what is being read.
            std::thread::sleep(std::time::Duration::from_secs(3));
        }
    });
    let output = run(&[text(&pipe)]);
    assert!(stdout(&output).ends_with("Y[0,0] <= 110, for all weights\n"), "{}", stdout(&output));
    assert_eq!(OPENED.load(Ordering::SeqCst), 1);
}
