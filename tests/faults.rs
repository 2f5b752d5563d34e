//! What may go wrong around the program: it is killed, the disk is full, a file or standard output
//! cannot be written. One clear error, exit code 2, and nothing is lost.
#![cfg(unix)]

#[path = "common/cases.rs"]
mod cases;
#[path = "common/files.rs"]
mod files;

use cases::cases;
use files::contents;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::claims::sharpness::campaign;
use seprank::files::{OutputDirectory, sha256};
use seprank::tensor::MemoryLimit;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn seprank(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
    command.args(arguments.split_whitespace());
    command
}

/// A shell command in which $SEPRANK is the program and $OUT a directory.
fn shell(script: &str, out: &Path) -> Output {
    Command::new("sh")
        .args(["-c", script])
        .env("SEPRANK", env!("CARGO_BIN_EXE_seprank"))
        .env("OUT", out)
        .output()
        .expect("a shell")
}

/// The run failed with exit code 2 and one line on standard error, in which all of `words` stand.
fn assert_one_error(output: &Output, words: &[&str], what: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{what}: {stderr}");
    assert_eq!(stderr.lines().count(), 1, "{what}: {stderr}");
    assert!(stderr.starts_with("error: "), "{what}: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{what}: {word}: {stderr}");
    }
}

/// How many of its cases a run took from an earlier one.
fn resumed(output: &Output) -> usize {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    report["resumed"].as_u64().unwrap() as usize
}

/// Killed at random moments and run again until it ends, `certify --out` leaves the same bytes as
/// undisturbed, and at no moment a file that is not whole.
#[test]
fn a_killed_run_goes_on() {
    // Five kills by default. Only a very long run has time for the cases of all claims.
    let cases = cases(5).cases;
    let wanted = cases.min(100);
    let claim = if cases >= 5000 { "" } else { "--claim generic-rank-exact" };
    let directory = tempfile::tempdir().unwrap();
    let certify = |name: &str| {
        let path = directory.path().join(name);
        (seprank(&format!("certify {claim} --format json --out {}", path.display())), path)
    };
    let (mut command, path) = certify("undisturbed");
    let start = Instant::now();
    assert_eq!(resumed(&command.output().unwrap()), 0);
    let time = start.elapsed();
    let expected = contents(&path);
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let (mut kills, mut rounds, mut leftovers, mut taken) = (0, 0, 0, 0);
    while kills < wanted {
        let (mut command, path) = certify(&format!("killed-{rounds}"));
        loop {
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
            // More often early, while the short cases are written.
            let moment: f64 = random.random_range(0.0..1.0);
            std::thread::sleep(time.mul_f64(moment * moment));
            child.kill().unwrap();
            let status = child.wait().unwrap();
            let files = if path.exists() { contents(&path) } else { BTreeMap::new() };
            for (name, bytes) in files {
                match expected.get(&name) {
                    Some(whole) => assert_eq!(*whole, bytes, "{name}, kill {kills}"),
                    None => {
                        assert!(name.ends_with(".tmp"), "{name}, kill {kills}");
                        leftovers += 1;
                    }
                }
            }
            if status.signal().is_none() {
                assert!(status.success());
                break;
            }
            kills += 1;
            if kills == wanted {
                break;
            }
        }
        taken += resumed(&command.stdout(Stdio::piped()).output().unwrap());
        assert_eq!(contents(&path), expected, "round {rounds}");
        rounds += 1;
    }
    assert!(taken > 0);
    println!(
        "{kills} kills in {rounds} rounds, seed 1: {leftovers} temporary files left and removed, \
         {taken} cases resumed, every directory byte-identical"
    );
}

/// A changed record whose own digest is right again.
fn sealed(record: &str) -> String {
    let (start, _) = record.rsplit_once("\"sha256\": \"").unwrap();
    let with = |digest: &str| format!("{start}\"sha256\": \"{digest}\"\n}}\n");
    with(&sha256(with("").as_bytes()))
}

/// What a run finds in its directory counts only if it is its own, unchanged.
#[test]
fn only_what_is_its_own_and_unchanged_is_resumed() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let certify = |options: &str| {
        let arguments = format!(
            "certify --claim attention-against-mixer --format json --out {} {options}",
            out.display()
        );
        resumed(&seprank(&arguments).output().unwrap())
    };
    assert_eq!(certify(""), 0);
    let expected = contents(&out);
    let all = expected.keys().filter(|name| name.starts_with("finished/")).count();
    assert_eq!(all, 7);
    assert_eq!(certify(""), all);
    assert_eq!(contents(&out), expected);

    let certificate = "rank-random-mixer-L-2-d-2-S-1-N-2-2.json";
    let other = "rank-random-mixer-L-2-d-2-S-2-N-2-2.json";
    let record = "finished/attention-against-mixer-L-2-d-2-S-1-N-4-K-2.json";
    let text = |name: &str| String::from_utf8(expected[name].clone()).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text(record).contains(from), "{from}");
        text(record).replace(from, to)
    };
    assert_eq!(sealed(&text(record)), text(record));
    for (what, file, changed) in [
        // It is valid, and only its digest tells.
        ("a certificate of another problem", certificate, text(other)),
        ("a certificate cut off", certificate, text(certificate)[..700].into()),
        ("an empty certificate", certificate, String::new()),
        ("a record cut off", record, text(record)[..80].into()),
        ("a record with another rank", record, changed("attention ", "attention 1")),
        ("a record of another case", record, sealed(&changed("S=1", "S=2"))),
        ("a record of another seed", record, sealed(&changed("\"seed\": 0", "\"seed\": 1"))),
        (
            "a record of another program",
            record,
            sealed(&changed("\"program\": \"", "\"program\": \"0")),
        ),
    ] {
        assert_ne!(changed, text(file), "{what}");
        fs::write(out.join(file), changed).unwrap();
        assert_eq!(certify(""), all - 1, "{what}");
        assert_eq!(contents(&out), expected, "{what}");
    }
    // The digest of a changed certificate may be put into the record; the checker still refuses it.
    let wrong = text(certificate).replace("\"exact\":\"9\"", "\"exact\":\"10\"");
    let digests = [text(certificate), wrong.clone()].map(|t| sha256(t.as_bytes()));
    fs::write(out.join(certificate), wrong).unwrap();
    fs::write(out.join(record), sealed(&changed(&digests[0], &digests[1]))).unwrap();
    assert_eq!(certify(""), all - 1);
    assert_eq!(contents(&out), expected);
    // Nothing of one seed serves another.
    assert_eq!(certify("--seed 1"), 0);
}

/// The campaign on Conjecture 3.13 too, and `check` finds nothing but certificates.
#[test]
fn a_campaign_goes_on_and_keeps_records_apart() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    // The memory bounds the instances, so that no clock decides.
    let run = |seed| {
        let memory = MemoryLimit(150_000);
        campaign(seed, Duration::MAX, memory, Some(out), &mut |_| ()).unwrap()
    };
    let records = run(0);
    assert!(records.len() > 5);
    let expected = contents(out);
    assert_eq!((run(0), contents(out)), (records.clone(), expected.clone()));
    // The record is what is read, and only with its certificate.
    let (name, record) = expected.iter().find(|(name, _)| name.contains("sharp-L-2")).unwrap();
    let record = String::from_utf8(record.clone()).unwrap();
    let changed = record.replace("\"depth\": 2", "\"depth\": 9");
    fs::write(out.join(name), sealed(&changed)).unwrap();
    assert!(run(0).iter().any(|r| r.depth == 9));
    let certificate = expected.keys().find(|name| name.contains("attention-L-2")).unwrap();
    fs::write(out.join(certificate), "").unwrap();
    assert_eq!((run(0), contents(out)), (records, expected));
    assert!(run(1).iter().all(|r| r.seeds[0] == 1));
    let check = seprank(&format!("check {}", out.display())).stdout(Stdio::null()).status();
    assert!(check.unwrap().success());
}

/// Subcommands that print, with a file to check.
fn printing(file: &Path) -> Vec<String> {
    let file = file.display();
    let attention = "attention --depth 1 --width 2 --tokens 2";
    vec![
        format!("rank {attention}"),
        format!("rank {attention} --format json"),
        format!("rank {attention} --dry-run"),
        format!("tensor {attention}"),
        format!("tensor {attention} --format csv"),
        format!("bounds {attention}"),
        format!("bounds {attention} --format json"),
        "certify --claim attention-against-mixer".into(),
        "certify --profile sharpness --budget 1ms".into(),
        format!("check {file} {file}"),
        format!("check {file} --format json"),
        "gap --attention vit-b-16 --mixer mixer-b-16".into(),
        "gap --attention vit-b-16 --mixer mixer-b-16 --format json".into(),
        "map --depth 1 --width 2 --out $OUT/map".into(),
        "table statements".into(),
        "completions zsh".into(),
        "man".into(),
        "--help".into(),
        "rank --help".into(),
        "--version".into(),
    ]
}

#[test]
fn standard_output_that_cannot_be_written_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    let file = out.join("certificate.json");
    let made =
        seprank("rank attention --depth 1 --width 2 --tokens 2 --certificate").arg(&file).output();
    assert!(made.unwrap().status.success());
    for arguments in printing(&file) {
        let full = shell(&format!("\"$SEPRANK\" {arguments} >/dev/full"), out);
        assert_one_error(&full, &["standard output", "No space left"], &arguments);
        // A reader that goes away is no error.
        let piped = format!("{{ \"$SEPRANK\" {arguments}; echo $? >\"$OUT/code\"; }} | true");
        let stderr = shell(&piped, out).stderr;
        let code = fs::read_to_string(out.join("code")).unwrap();
        assert_eq!((code.trim(), stderr.is_empty()), ("0", true), "{arguments}");
        // A closed standard output is the null device: the system opens it before the program starts.
        let closed = shell(&format!("\"$SEPRANK\" {arguments} >&-"), out);
        assert_eq!(
            (closed.status.code(), closed.stderr.is_empty()),
            (Some(0), true),
            "{arguments}"
        );
    }
    // Where standard error is full too, the exit code tells.
    let both = shell("\"$SEPRANK\" table statements >/dev/full 2>/dev/full", out);
    assert_eq!(both.status.code(), Some(2));
}

/// Subcommands that write `$F`, with the files of a directory where `$F` is one.
const WRITING: [(&str, &[&str]); 8] = [
    ("rank attention --depth 1 --width 2 --tokens 2 --certificate $F", &[]),
    ("rank attention --depth 1 --width 2 --tokens 2 --coq $F", &[]),
    ("check $OUT/certificate.json --coq $F", &[]),
    ("plot depth --max-depth 2 --out $F", &[]),
    ("plot cut --tokens 2 --out $F", &[]),
    ("table statements --format csv --out $F", &["statements.csv"]),
    ("map --depth 1 --width 2,4 --layer-degree 2 --out $F", &["map.csv", "map.svg"]),
    (
        "certify --claim attention-against-mixer --out $F",
        &["rank-random-attention-L-1-d-2-H-1-N-2-2.json"],
    ),
];

#[test]
fn files_that_cannot_be_written_are_errors_and_stay_as_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    let certificate = out.join("certificate.json");
    let made = seprank("rank attention --depth 1 --width 2 --tokens 2 --method grid --certificate")
        .arg(&certificate)
        .output();
    assert!(made.unwrap().status.success());
    fs::write(out.join("file"), "kept").unwrap();
    // What is not a regular file is written to and stays what it is.
    let pipe = "mkfifo \"$OUT/pipe\" && timeout 60 cat \"$OUT/pipe\" >\"$OUT/copy\" & \
        until test -p \"$OUT/pipe\"; do sleep 0.01; done; \
        \"$SEPRANK\" plot depth --max-depth 2 --out \"$OUT/pipe\" || exit; \
        test -p \"$OUT/pipe\" && wait";
    assert!(shell(pipe, out).status.success());
    assert!(fs::read_to_string(out.join("copy")).unwrap().ends_with("</svg>\n"));
    // A link stays a link.
    std::os::unix::fs::symlink(out.join("copy"), out.join("link")).unwrap();
    let linked = seprank("plot depth --max-depth 3 --out").arg(out.join("link")).status();
    assert!(linked.unwrap().success() && out.join("link").is_symlink());
    for (number, (arguments, inside)) in WRITING.iter().enumerate() {
        let run = |before: &str, path: &str| {
            shell(&format!("{before} F={path}; exec \"$SEPRANK\" {arguments} >/dev/null"), out)
        };
        // A directory that is a file. This binds the superuser too.
        let path = if inside.is_empty() { "\"$OUT/file/below\"" } else { "\"$OUT/file\"" };
        assert_one_error(&run("", path), &["file"], arguments);
        assert_eq!(fs::read(out.join("file")).unwrap(), b"kept");
        // A directory that the system keeps to itself.
        assert_one_error(&run("", "/proc/seprank"), &["/proc/seprank"], arguments);
        if inside.is_empty() {
            assert_one_error(&run("", "\"$OUT\""), &["directory"], arguments);
            assert_one_error(&run("", "/dev/full"), &["/dev/full", "No space left"], arguments);
            assert!(Path::new("/dev/full").metadata().is_ok_and(|m| !m.is_file()));
        }
        // A first file, and then no room to write more: the limit on the size of a file.
        let path = out.join(format!("target-{number}"));
        let target = format!("\"{}\"", path.display());
        let first = run("", &target);
        assert!(first.status.success(), "{arguments}: {}", String::from_utf8_lossy(&first.stderr));
        let victims: Vec<_> = match inside {
            [] => vec![path.clone()],
            names => names.iter().map(|name| path.join(name)).collect(),
        };
        let mut touched = Vec::new();
        for victim in &victims {
            assert!(fs::metadata(victim).is_ok_and(|m| m.len() > 0), "{}", victim.display());
            // Not what the run writes, so that it is written again.
            let mut bytes = fs::read(victim).unwrap();
            if victim.extension().is_some_and(|e| e == "csv") && arguments.starts_with("map") {
                bytes.truncate(bytes.iter().rposition(|&b| b == b',').unwrap());
            } else {
                bytes.push(b' ');
            }
            fs::write(victim, &bytes).unwrap();
            touched.push(bytes);
        }
        let before: Vec<String> = match inside {
            [] => vec![],
            _ => contents(&path).into_keys().collect(),
        };
        let full = run("trap '' XFSZ; ulimit -f 0; export LLVM_PROFILE_FILE=/dev/null;", &target);
        assert_one_error(&full, &[&*path.display().to_string(), "File too large"], arguments);
        for (victim, bytes) in victims.iter().zip(touched) {
            assert_eq!(fs::read(victim).unwrap(), bytes, "{arguments}");
        }
        if !inside.is_empty() {
            let after: Vec<String> = contents(&path).into_keys().collect();
            assert_eq!(after, before, "{arguments}");
        }
        // And with room again all is well.
        assert!(run("", &target).status.success(), "{arguments}");
    }
    let hidden = fs::read_dir(out)
        .unwrap()
        .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().ends_with(".tmp"));
    assert_eq!(hidden.count(), 0);
}

/// An interrupted sweep may have left half a row, even half a number.
/// Before the work: of requests that would take minutes.
#[test]
fn outputs_are_tried_first() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, option) in [
        ("rank attention --depth 2 --width 16 --tokens 32 --certificate", "--certificate"),
        ("rank attention --depth 4 --width 4 --tokens 6 --method grid --coq", "--coq"),
        ("gap --attention vit-b-16 --mixer mixer-b-16 --certificate", "--certificate"),
        ("matrix rank missing.csv --certificate", "--certificate"),
        ("table --all --out", "--out"),
        ("plot cut --tokens 24 --out", "--out"),
    ] {
        let place = match option {
            // A directory is made, but not below a file.
            "--out" if arguments.starts_with("table") => {
                let file = dir.path().join("file");
                fs::write(&file, "").unwrap();
                file.join("below")
            }
            _ => dir.path().join("missing/file"),
        };
        let start = Instant::now();
        let output = seprank(arguments).arg(&place).output().unwrap();
        assert_one_error(&output, &[option, place.to_str().unwrap()], arguments);
        assert!(start.elapsed() < Duration::from_secs(5), "{arguments}");
    }
    // Nothing is left of the try, and what is there stays.
    let file = dir.path().join("kept.json");
    fs::write(&file, "kept").unwrap();
    let before = contents(dir.path());
    let refused = "rank attention --depth 2 --width 0 --tokens 4 --certificate";
    assert!(!seprank(refused).arg(&file).output().unwrap().status.success());
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_map_cut_off_in_a_field_is_mended() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    let run = || {
        let mut map = seprank("map --depth 1 --width 2,4 --layer-degree 2 --out");
        assert!(map.arg(out).stdout(Stdio::null()).status().unwrap().success());
        fs::read(out.join("map.csv")).unwrap()
    };
    let whole = run();
    // What is left of the last field is a field, too.
    assert!(whole[whole.len() - 4..whole.len() - 1].iter().all(u8::is_ascii_lowercase));
    for lost in 1..=3 {
        fs::write(out.join("map.csv"), &whole[..whole.len() - lost]).unwrap();
        assert_eq!(run(), whole, "{lost}");
    }
}

/// A file system without room or that cannot be written, where the test may mount one.
#[test]
fn a_full_disk_and_a_read_only_one_are_errors() {
    let directory = tempfile::tempdir().unwrap();
    for (options, words) in
        [("size=16k", "No space left"), ("ro,size=16k", "Read-only file system")]
    {
        let script = format!(
            "mount -t tmpfs -o {options} tmpfs \"$OUT\" || exit 77; \
             \"$SEPRANK\" certify --claim generic-rank-exact --out \"$OUT/certs\" >/dev/null; \
             code=$?; ls -A \"$OUT/certs\" >&2; exit $code"
        );
        let quoted = script.replace('\'', "'\\''");
        // In a mount namespace of its own, so that nothing stays mounted.
        let output = shell(&format!("unshare -m sh -c '{quoted}'"), directory.path());
        let stderr = String::from_utf8_lossy(&output.stderr);
        if matches!(output.status.code(), Some(77 | 1 | 127)) {
            println!("skipped: no file system may be mounted here: {stderr}");
            return;
        }
        assert_eq!(output.status.code(), Some(2), "{options}: {stderr}");
        assert!(stderr.starts_with("error: --out") && stderr.contains(words), "{stderr}");
        assert!(!stderr.contains(".seprank-") && !stderr.contains("panicked"), "{stderr}");
    }
}

/// Another run in the same directory is refused, and a temporary file of a killed one removed.
#[test]
fn one_run_at_a_time_writes_into_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    fs::write(out.join(".seprank-1-1.tmp"), "half").unwrap();
    fs::write(out.join("other.tmp"), "kept").unwrap();
    let held = OutputDirectory::open(out).unwrap();
    assert_eq!(contents(out).into_keys().collect::<Vec<_>>(), ["other.tmp"]);
    let path = out.display();
    for arguments in [
        format!("certify --out {path}"),
        format!("map --depth 1 --width 2 --out {path}"),
        format!("table statements --out {path}"),
    ] {
        let output = seprank(&arguments).output().unwrap();
        assert_one_error(&output, &[&*path.to_string(), "another run"], &arguments);
    }
    drop(held);
    assert!(seprank(&format!("table statements --out {path}")).status().unwrap().success());
}

/// Ctrl-C ends a run at once, and what is there is whole.
#[test]
fn an_interrupted_run_leaves_whole_files() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path();
    // A shell's background jobs ignore the signal, and their children inherit that.
    let mut child = Command::new("env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_seprank"), "certify", "--out"])
        .arg(out)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let finished =
        || fs::read_dir(out.join("finished")).is_ok_and(|mut files| files.next().is_some());
    while !finished() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    let files = contents(out);
    for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with(".tmp")) {
        assert!(serde_json::from_slice::<serde_json::Value>(bytes).is_ok(), "{name}");
    }
}
