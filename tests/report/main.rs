//! The report of a run and its bundle: nothing is called valid that its certificate does not show, nothing in a file
//! becomes markup or a path, and the same run gives the same bytes.

mod words;

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Seven cases, with certificates of ranks and of gaps.
const CLAIM: [&str; 3] = ["certify", "--claim", "attention-against-mixer"];

fn seprank<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_seprank")).args(arguments).output().unwrap()
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A report, as `certify` writes it below `folder`, with a bundle if it has a name.
fn certify(folder: &Path, name: &str, bundle: Option<&str>) -> PathBuf {
    let report = folder.join(name);
    let mut arguments = CLAIM.map(String::from).to_vec();
    arguments.extend(["--report".into(), report.display().to_string()]);
    if let Some(bundle) = bundle {
        arguments.extend(["--bundle".into(), folder.join(bundle).display().to_string()]);
    }
    let output = seprank(&arguments);
    assert!(output.status.success(), "{output:?}");
    report
}

fn results(report: &Path) -> Value {
    serde_json::from_slice(&fs::read(report.join("results.json")).unwrap()).unwrap()
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files of a zip, in its order.
fn unzipped(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let length = zip.len();
    let file = |i| {
        let mut entry = zip.by_index(i).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..length).map(file).collect()
}

#[test]
fn two_runs_and_a_resumed_one_give_the_same_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path(), "first", Some("first.zip"));
    certify(folder.path(), "second", Some("second.zip"));
    // Cases are taken from the records of the run before.
    certify(folder.path(), "first", Some("third.zip"));
    assert_eq!(results(&first)["run"]["resumed"], 7);
    let zip = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(zip("first.zip") == zip("second.zip") && zip("first.zip") == zip("third.zip"));

    let files: BTreeMap<_, _> = unzipped(&folder.path().join("first.zip")).into_iter().collect();
    let names: Vec<_> =
        unzipped(&folder.path().join("first.zip")).into_iter().map(|f| f.0).collect();
    assert!(names[..names.len() - 1].is_sorted(), "{names:?}");
    // Every file but the manifest stands in it, with its SHA-256; and no other.
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_object().unwrap();
    assert_eq!(listed.len() + 1, files.len());
    for (name, entry) in listed {
        assert_eq!(entry["sha256"], hexadecimal(&files[name]), "{name}");
        assert_eq!(entry["bytes"], files[name].len(), "{name}");
    }
    // The certificates are those in the folder, each of them.
    let certificates: Vec<_> = names.iter().filter(|n| n.starts_with("certificates/")).collect();
    assert_eq!(certificates.len(), 17);
    for name in certificates {
        assert!(files[name] == fs::read(first.join(name)).unwrap(), "{name}");
    }
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    assert!(!text("results.json").contains("seconds") && !text("report.html").contains(" MiB"));
    assert!(text("README.txt").contains("Three ways") && !text("README.txt").contains('{'));
    assert!(text("README.txt").contains("-- certify --claim attention-against-mixer --seed 0\n"));
    the_bundle_checks(&files, folder.path());
}

/// What the README tells a referee to do.
fn the_bundle_checks(files: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    let place = folder.join("referee");
    fs::create_dir_all(place.join("certificates")).unwrap();
    files.iter().for_each(|(name, bytes)| fs::write(place.join(name), bytes).unwrap());
    let checked = seprank(&["check".into(), place.join("certificates")]);
    assert!(checked.status.success(), "{checked:?}");
    let command = "python3 check.py certificates/rank-*.json";
    assert!(String::from_utf8_lossy(&files["README.txt"]).contains(command));
    let python = Command::new("python3").arg("--version").output().is_ok();
    let output = Command::new("sh").args(["-c", command]).current_dir(&place).output().unwrap();
    // Of a theorem it says that it has not checked it, and ends with 2.
    assert!(!python || matches!(output.status.code(), Some(0 | 2)), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    assert!(!python || lines.matches("rank at least").count() >= 10, "{lines}");
}

#[test]
fn a_report_has_every_case_and_is_made_of_its_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let html = || fs::read_to_string(report.join("report.html")).unwrap();
    let before = html();
    let results = results(&report);
    let claim = &results["claims"][0];
    let escaped = |text: &Value| text.as_str().unwrap().replace('<', "&lt;").replace('>', "&gt;");
    assert!(before.contains(&escaped(&claim["statement"])));
    for case in claim["cases"].as_array().unwrap() {
        for key in ["case", "claimed", "found"] {
            assert!(before.contains(&escaped(&case[key])), "{key} of {case}");
        }
        for name in case["certificates"].as_object().unwrap().keys() {
            assert!(before.contains(&format!("id=\"certificate-{name}\"")), "{name}");
            // Found where a referee looks for it.
            assert!(report.join(format!("certificates/{name}.json")).is_file());
        }
    }
    // Without the page of the checker nothing is packed.
    assert!(!before.contains("id=\"packed-") && !before.contains("src="));
    // A link leads to a place in it or to a certificate.
    let links: Vec<_> = before.split("href=\"").skip(1).collect();
    let inside = |link: &&str| {
        link.starts_with('#')
            || link.starts_with("certificates/rank-")
            || link.starts_with("certificates/gap-")
    };
    assert!(links.len() > 34 && links.iter().all(inside));
    fs::remove_file(report.join("report.html")).unwrap();
    assert!(seprank(&["report".into(), report.clone()]).status.success());
    assert_eq!(html(), before);

    let page = folder.path().join("page.html");
    fs::write(&page, "<title>Check certificates of separation ranks</title>certificates-ready")
        .unwrap();
    let options = |name: &str| [name.into(), "--page".into(), page.clone()];
    let arguments = [&["report".into(), report.clone()][..], &options("--quiet")].concat();
    assert!(seprank(&arguments).status.success());
    assert!(html().matches("id=\"packed-").count() == 17 && report.join("check.html").is_file());
}

/// Rewrites `results.json` by `change`, with its digest, and says what `report` makes of it.
fn with_results(report: &Path, change: impl Fn(&mut Value)) -> Output {
    let path = report.join("results.json");
    let before = fs::read(&path).unwrap();
    let mut results = results(report);
    change(&mut results);
    results["sha256"] = "".into();
    let text = results.to_string();
    let digest = format!("\"sha256\":\"{}\"", hexadecimal(text.as_bytes()));
    fs::write(&path, text.replace("\"sha256\":\"\"", &digest)).unwrap();
    let output = seprank(&["report".into(), report.to_path_buf()]);
    fs::write(&path, before).unwrap();
    output
}

#[test]
fn what_a_file_says_is_no_markup_and_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let output = with_results(&report, |results| {
        for key in ["version", "command"] {
            results[key] = evil.into();
        }
        results["run"]["program"] = evil.into();
        for key in ["id", "statement", "command"] {
            results["claims"][0][key] = evil.into();
        }
        for key in ["case", "claimed", "found"] {
            results["claims"][0]["cases"][0][key] = evil.into();
        }
        results["claims"][0]["cases"][1]["verdict"] = serde_json::json!({ "invalid": evil });
    });
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let html = fs::read_to_string(report.join("report.html")).unwrap();
    assert_eq!(html.matches("<script").count(), 1);
    assert!(!html.contains("<img") && html.matches("&lt;script&gt;alert(1)").count() >= 10);

    fs::write(folder.path().join("outside.json"), "{}").unwrap();
    for name in ["../../outside", "/etc/hostname", "", "a b"] {
        let output = with_results(&report, |results| {
            let names = results["claims"][0]["cases"][0]["certificates"].as_object_mut().unwrap();
            let cited = serde_json::json!({ "sha256": hexadecimal(b"{}"), "claim": null });
            names.insert(name.into(), cited);
        });
        let said = error(&output);
        assert!(
            said.contains("results.json: certificates: ") && said.contains("are allowed"),
            "{said}"
        );
    }
}

/// The verdict is not taken from `results.json` where a certificate says another.
#[test]
fn certificates_are_checked_again() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let name = "rank-random-attention-L-2-d-2-H-1-N-2-2";
    let path = report.join(format!("certificates/{name}.json"));
    let text = fs::read_to_string(&path).unwrap();
    let false_one = text.replacen("\"exact\":\"18\"", "\"exact\":\"19\"", 1);
    assert_ne!(text, false_one);
    fs::write(&path, &false_one).unwrap();
    let said = error(&seprank(&["report".into(), report.clone()]));
    assert!(
        said.contains(&format!("{name}.json: its SHA-256 is not the one in results.json")),
        "{said}"
    );
    // Also where results.json is changed to fit.
    let output = with_results(&report, |results| {
        for case in results["claims"][0]["cases"].as_array_mut().unwrap() {
            if let Some(digest) = case["certificates"].get_mut(name) {
                digest["sha256"] = hexadecimal(false_one.as_bytes()).into();
            }
        }
    });
    assert_ne!(output.status.code(), Some(0), "{output:?}");
    let html = fs::read_to_string(report.join("report.html")).unwrap();
    assert!(
        html.contains("4 of 7 cases with certificates are valid")
            && html.contains("What is claimed, and not shown")
    );
    fs::remove_file(&path).unwrap();
    let said = error(&seprank(&["report".into(), report.clone()]));
    assert!(said.contains(&format!("{name}.json: ")), "{said}");
}

#[test]
fn wrong_requests_are_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(folder.path().join("text.html"), "<p>a page</p>").unwrap();
    for (arguments, said) in [
        (
            format!("report {}", at("none")),
            "results.json: there is none; seprank certify --report DIR writes it",
        ),
        (format!("report {}", at("text.html")), "results.json: there is none"),
        (format!("certify --report {}", at("text.html")), "--report "),
        (
            format!("certify --report {} --page {}", at("r"), at("text.html")),
            "it is not the page of the checker",
        ),
        (format!("certify --report {} --page {}", at("r"), at("none")), "--page "),
        (format!("certify --report {} --bundle {}", at("r"), at("none/b.zip")), "--bundle "),
        (format!("certify --bundle {}", at("b.zip")), "--report <DIR>"),
        (format!("certify --report {} --out {}", at("r"), at("o")), "cannot be used with"),
        (
            format!("certify --profile sharpness --report {}", at("r")),
            "--report: not for --profile sharpness",
        ),
    ] {
        let output = seprank(&arguments.split(' ').collect::<Vec<_>>());
        let error = error(&output);
        assert!(error.contains(said) && error.starts_with("error: "), "{arguments}: {error}");
    }
    assert!(!folder.path().join("r").exists() && !folder.path().join("b.zip").exists());
}
