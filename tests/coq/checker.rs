//! The checker that is proved, against the other one: the same verdicts, and weakened it is not proved.

use super::{compile, coqc, proofs};
use seprank::check;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The certificates in these folders, those of `certify` among them where it has run.
fn certificates() -> Vec<PathBuf> {
    let folders = ["accept", "reject", "sizes", "hostile"].map(|name| format!("tests/data/{name}"));
    let folders = folders.iter().map(String::as_str).chain(["target/certs"]);
    let folders = folders.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let files = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "json"));
    files.sort();
    files
}

/// `proofs/checker` reads fewer kinds of evidence and smaller numbers, and says so. Of all else it says what the
/// native checker says, and it accepts nothing that the other does not. Of what `certify` writes it leaves nothing open.
#[test]
fn the_proved_checker_says_the_same() {
    let program = proofs().join("checker");
    if !program.exists() {
        println!("skipped: the proved checker is not built (make -C proofs checker)");
        return;
    }
    let files = certificates();
    let run = Command::new(program).args(&files).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(text.lines().count(), files.len() + 1, "{}", String::from_utf8_lossy(&run.stderr));
    let mut valid = 0;
    for (file, line) in files.iter().zip(text.lines()) {
        let said = line.strip_prefix(&format!("{}: ", file.display())).unwrap();
        let own = check::examine_file(file, check::Options::default());
        if said.starts_with("Valid: ") {
            // The claim, too, is read and written in the same words.
            assert_eq!(said, own.to_string(), "{}", file.display());
            valid += 1;
            continue;
        }
        let beyond = ["unread", "limit", "bound", "enclosure", "minor"]
            .map(|what| format!("Incomplete ({what}"));
        if !beyond.iter().any(|beyond| said.starts_with(beyond)) {
            let word = said.split(' ').next().unwrap().to_lowercase();
            assert_eq!(word, own.verdict.name(), "{}: {said}, {}", file.display(), own.verdict);
        }
        let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/certs");
        assert!(!file.starts_with(written), "{}: {said}", file.display());
    }
    // In tests/data/accept: bounds, grids, coefficients, blocks, a network by its layers, and gaps.
    assert!(valid >= 11, "{text}");
    println!("{valid} of {} certificates are valid by proof", files.len());
}

/// The checker that is proved is the one that is extracted: weakened, it is not proved.
#[test]
fn a_weaker_checker_is_not_proved() {
    let source = |file: &str| {
        std::fs::read_to_string(proofs().join("theories").join(file).with_extension("v")).unwrap()
    };
    let built = proofs().join("theories/CheckUpper.vo").exists();
    if !built || coqc("Whole", &source("Checker")).is_none() {
        println!("skipped: the theories are not built (make -C proofs)");
        return;
    }
    for (file, from, to) in [
        // Bounds that may be passed by one.
        ("CheckUpper", "ask (b <=? of_value c)%bN", "ask (b <=? of_value c + 1)%bN"),
        (
            "CheckUpper",
            "mixer_degree_at_most (of_value c)",
            "mixer_degree_at_most (of_value c + 1)",
        ),
        ("CheckLower", "ask (of_value c <=? b)%bN", "ask (of_value c <=? b + 1)%bN"),
        // A permutation whose indices are exchanged.
        ("RationalWeights", "(nth [::] X e.1) e.2", "(nth [::] X e.2) e.1"),
        // Minors of one point, or one row, more or less than are claimed.
        ("CheckLower", "let r := size xs in", "let r := (size xs).-1 in"),
        ("CheckLower", "let r := size ms in", "let r := (size ms).-1 in"),
        (
            "CheckLower",
            "let r := N.to_nat (of_value c) in",
            "let r := (N.to_nat (of_value c)).-1 in",
        ),
        ("CheckLower", "ask (v =? N.of_nat (size xs))%bN", "ask (v <=? N.of_nat (size xs) + 1)%bN"),
        // Denominators that the modulus may divide.
        ("CheckLower", "let r := size xs in\n  denominators_ok (toZ m) &&", "let r := size xs in"),
        // A minor of functions of real numbers with fewer rows than are claimed, and an end that is rounded inwards.
        (
            "CheckReal",
            "(size M == N.to_nat (real_value c)) && ",
            "(size M <= N.to_nat (real_value c))%N && ",
        ),
        ("Intervals", "z_word O (s_words s) (n + s_rest s)", "z_word O (s_words s) n"),
        // Halves of a gap that overlap.
        ("Checker", "ask (of_value u <? of_value l)%bN", "ask (of_value u <=? of_value l)%bN"),
    ] {
        let source = source(file);
        assert_eq!(source.matches(from).count(), 1, "{file}: {from}");
        let weaker = compile("Weaker", &source.replace(from, to)).unwrap();
        assert!(!weaker.status.success(), "proved with {to}");
    }
}
