//! Every request is answered, forecast or refused at once: every subcommand with every preset, and with sizes at
//! their ends, in 1 GiB of address space and 10 seconds. Where an honest answer would take longer the request has
//! `--dry-run`, or a limit.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SECONDS: u64 = 10;

/// Address space, in KiB.
const MEMORY: u64 = 1 << 20;

/// The largest size.
const MOST: &str = "16777216";

/// The program with these arguments, in a shell that limits its memory.
fn limited(arguments: &str, folder: &str) -> Child {
    let arguments = arguments.replace("MOST", MOST);
    Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY} && exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_seprank"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What it printed within the time; `None` if it did not end.
fn ended(mut child: Child) -> Option<Output> {
    fn read(mut from: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        bytes
    }
    let (out, error) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let start = Instant::now();
    thread::scope(|scope| {
        let (stdout, stderr) = (scope.spawn(|| read(out)), scope.spawn(|| read(error)));
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if start.elapsed() > Duration::from_secs(SECONDS) {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        let (stdout, stderr) = (stdout.join().unwrap(), stderr.join().unwrap());
        Some(Output { status: status?, stdout, stderr })
    })
}

/// What is wrong with what came of a request: neither an answer nor one refusal.
fn fault(output: Option<Output>) -> Option<String> {
    let Some(Output { status, stdout, stderr }) = output else {
        return Some(format!("no end within {SECONDS} s"));
    };
    let (out, error) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    let wrong = ["memory allocation", "Cannot allocate", "out of memory", "panicked"];
    if let Some(word) = wrong.iter().find(|word| error.contains(**word)) {
        return Some(format!("{word}: {error}"));
    }
    let refused = status.code() == Some(2) && out.is_empty();
    match status.code() {
        _ if refused && error.starts_with("error: ") && !error.contains("\nerror") => None,
        _ if refused => Some(format!("no refusal: {error:?}")),
        // 1 and 2: a gap that is refuted or open, a certificate that is not valid.
        Some(0..=2) => None,
        code => Some(format!("exit code {code:?}: {error}")),
    }
}

/// Asks for all of them, two at a time, and fails with all that is wrong.
fn all_end(requests: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("null.json"), "").unwrap();
    let folder = folder.path().to_str().unwrap();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let work = || {
        while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(fault) = fault(ended(limited(request, folder))) {
                faults.lock().unwrap().insert(format!("{request}: {fault}"));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The names of the presets: those of published models, then those that are network files.
fn presets() -> [Vec<String>; 2] {
    let list = Command::new(env!("CARGO_BIN_EXE_seprank"))
        .args(["networks", "--format", "json"])
        .output()
        .unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
    let rows = list.as_array().unwrap().iter();
    let (files, published): (Vec<_>, Vec<_>) = rows.partition(|row| row["file"] == true);
    [published, files]
        .map(|rows| rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn every_command_with_every_preset() {
    let [published, files] = presets();
    assert!(published.len() >= 7 && files.len() >= 15);
    let mut requests = Vec::new();
    for name in published.iter().chain(&files) {
        for request in [
            "rank --dry-run",
            "rank --memory 0.25",
            "tensor --memory 0.25",
            "profile --partitions cuts --memory 0.25",
            "bounds",
            "dimension --memory 0.25 --time 2s",
        ] {
            requests.push(format!("{request} --model {name}"));
        }
    }
    requests.extend(files.iter().map(|name| format!("networks --show {name}")));
    for name in &published {
        let side = if name.starts_with("mixer") { "--mixer" } else { "--attention" };
        let other = if side == "--mixer" { "--attention vit-b-16" } else { "--mixer mixer-b-16" };
        requests.push(format!("gap {side} {name} {other} --across --tokens 196"));
        let plain = "--tokens 196 --depth 4 --width 768";
        requests.push(format!("gap {side} {name} {other} --mlp-degree 2 --residual {plain}"));
    }
    all_end(&requests);
}

#[test]
fn every_command_with_sizes_at_their_ends() {
    let requests = include_str!("data/requests.txt").lines().filter(|line| !line.is_empty());
    all_end(&requests.map(str::to_owned).collect::<Vec<_>>());
}
