//! What a report says of a run's words, of cases without certificates, and of what it writes.

use super::{certify, error, results, seprank, unzipped, with_results};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The words of results.json are no evidence: what they state of ranks and gaps must be what the certificates show, and
/// these must be the ones that the run noted.
#[test]
fn words_that_certificates_do_not_show_are_invalid() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let name = "rank-random-attention-L-2-d-2-H-1-N-2-2";
    let file = report.join(format!("certificates/{name}.json"));
    let checked = String::from_utf8(seprank(&["check".into(), file]).stdout).unwrap();
    let claim = checked.trim().split_once("Valid: ").unwrap().1.to_owned();
    assert!(claim.contains("= 18"), "{claim}");
    let saying = |key: &'static str, words: &'static str| {
        with_results(&report, |results| {
            let cases = results["claims"][0]["cases"].as_array_mut().unwrap();
            let case = cases.iter_mut().find(|case| case["certificates"].get(name).is_some());
            case.unwrap()[key] = words.into();
        })
    };
    let html = || fs::read_to_string(report.join("report.html")).unwrap();
    for (key, words) in [
        ("claimed", ">= 500"),
        ("claimed", "= 17"),
        ("claimed", "<= 1"),
        ("claimed", "no gap: mixer above"),
        ("found", "attention 19, mixer 9"),
        ("found", "18, 500"),
    ] {
        let output = saying(key, words);
        assert_eq!(output.status.code(), Some(1), "{words}: {output:?}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("verdict: invalid: ") && said.contains("do not show"), "{said}");
        assert!(html().contains("6 of 7 cases with certificates are valid"), "{words}");
        // What the checker says stands beside the words.
        assert!(html().contains(&claim), "{words}");
    }
    for words in [">= 18", "= 9", "<= 20", "gap"] {
        assert!(saying("claimed", words).status.success(), "{words}");
    }
    for other in [Value::Null, Value::from(claim.replace("= 18", "= 500"))] {
        let output = with_results(&report, |results| {
            for case in results["claims"][0]["cases"].as_array_mut().unwrap() {
                if let Some(cited) = case["certificates"].get_mut(name) {
                    assert_eq!(cited["claim"], claim);
                    cited["claim"] = other.clone();
                }
            }
        });
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(html().contains("claims something else") && !html().contains("= 500"));
    }
}

/// What has no certificate is said to be what the run said; what was changed by accident is refused.
#[test]
fn cases_without_certificates_are_not_called_checked() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let html = || fs::read_to_string(report.join("report.html")).unwrap();
    assert!(!html().contains("as the run said"));
    let output = with_results(&report, |results| {
        results["claims"][0]["cases"][0]["certificates"] = serde_json::json!({});
    });
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("cases without a certificate, not checked here: 1,"), "{said}");
    assert!(html().contains("6 of 6 cases with certificates are valid"));
    assert!(html().contains("1 have none and are not checked here: the run said valid of 1"));
    assert_eq!(html().matches("not checked here: as the run said, valid").count(), 1);

    let path = report.join("results.json");
    let text = fs::read_to_string(&path).unwrap();
    for changed in [
        text.replacen("\"seed\": 0", "\"seed\": 1", 1),
        text.replacen("\"found\": \"attention 18", "\"found\": \"attention 19", 1),
        text.replacen("  \"sha256\": \"", "  \"sha256\": \"0", 1),
    ] {
        assert_ne!(changed, text);
        fs::write(&path, &changed).unwrap();
        let said = error(&seprank(&["report".into(), report.clone()]));
        let path = path.display();
        assert!(
            said.starts_with(&format!("error: {path}: it was changed after the run")),
            "{said}"
        );
    }
}

/// A bundle never takes the place of what the report itself writes, nor of its input.
#[test]
fn a_bundle_in_the_place_of_the_report_is_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let report = certify(folder.path(), "report", None);
    let page = folder.path().join("page.html");
    fs::write(&page, "<title>Check certificates of separation ranks</title>certificates-ready")
        .unwrap();
    let bytes = || fs::read(report.join("report.html")).unwrap();
    let before = bytes();
    let link = folder.path().join("link");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&report, &link).unwrap();
    let (dots, linked) = (report.join("certificates/../results.json"), link.join("report.html"));
    let inside = ["report.html", "results.json", "check.html", "certificates/b.zip"];
    let mut bundles: Vec<_> = inside.iter().map(|name| report.join(name)).collect();
    bundles.extend([dots, page.clone()]);
    bundles.extend(cfg!(unix).then_some(linked));
    for bundle in bundles {
        for command in [&["report"][..], &["certify", "--claim", "real-networks", "--report"]] {
            let mut arguments: Vec<PathBuf> = command.iter().map(PathBuf::from).collect();
            arguments.extend([report.clone(), "--page".into(), page.clone()]);
            arguments.extend(["--bundle".into(), bundle.clone()]);
            let said = error(&seprank(&arguments));
            assert!(
                said.contains("--bundle ") && said.contains("another file is needed"),
                "{said}"
            );
        }
    }
    assert!(bytes() == before && !report.join("check.html").exists());
    assert_eq!(results(&report)["claims"][0]["id"], "attention-against-mixer");
    // Beside its own files a bundle may lie.
    let bundle = report.join("b.zip");
    let output = seprank(&["report".into(), report.clone(), "--bundle".into(), bundle.clone()]);
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = said.lines().collect();
    let written = |path: &Path| format!("written: {}", path.display());
    let expected =
        [written(&report.join("report.html")), written(&bundle), "verdict: valid".into()];
    assert_eq!(lines, expected);
    // The title of the README is underlined.
    let files: BTreeMap<_, _> = unzipped(&bundle).into_iter().collect();
    let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
    let widths: Vec<_> = readme.lines().take(2).map(str::len).collect();
    assert!(widths[0] == widths[1] && readme.lines().nth(1).unwrap().starts_with("==="));
}

/// What lower halves rest on is said of each claim: that of networks which are not polynomial is no minor modulo a prime.
#[test]
fn a_report_says_what_the_halves_of_a_claim_rest_on() {
    let folder = tempfile::tempdir().unwrap();
    let [polynomial, real] = ["attention-against-mixer", "real-networks"].map(|claim| {
        let report = folder.path().join(claim);
        let arguments = ["certify".into(), "--claim".into(), claim.into(), "--report".into()];
        let output = seprank(&[&arguments[..], std::slice::from_ref(&report)].concat());
        assert!(output.status.success(), "{output:?}");
        let html = fs::read_to_string(report.join("report.html")).unwrap();
        let at = html.find("Lower halves rest on ").unwrap();
        html[at..].split('<').next().unwrap().to_owned()
    });
    assert!(polynomial.contains("modulo a prime") && polynomial.contains("almost all weights"));
    assert!(!polynomial.contains("intervals"));
    assert_eq!(
        real,
        "Lower halves rest on a minor that is enclosed in intervals and not zero, at the weights in the certificate \
         and no others."
    );
}
