//! What this package is built from: no code in another language, and nothing that makes certificates.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Packages that compile or look for code in other languages.
const FOREIGN: [&str; 5] = ["cc", "cmake", "bindgen", "pkg-config", "vcpkg"];
/// What the producers use, and they themselves.
const PRODUCERS: [&str; 7] =
    ["seprank", "rug", "gmp-mpfr-sys", "nalgebra", "rayon", "rand", "inventory"];

fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Of all packages on this platform, other platforms' being still to be downloaded.
fn metadata() -> Value {
    let version = output("rustc", &["-vV"]).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", host];
    let arguments = [&arguments[..], &["--manifest-path", manifest]].concat();
    let offline = [&arguments[..], &["--offline"]].concat();
    // Where only this package was built, those of the toolkit are not at hand.
    let found = output(env!("CARGO"), &offline).or_else(|_| output(env!("CARGO"), &arguments));
    serde_json::from_str(&found.unwrap()).unwrap()
}

/// The packages that `root` is built from or with, tests apart, itself included.
fn built_from<'a>(metadata: &'a Value, root: &str) -> BTreeMap<&'a str, &'a Value> {
    let by_id: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["id"].as_str().unwrap(), p))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["id"].as_str().unwrap(), n))
        .collect();
    let start = by_id.iter().find(|(_, p)| p["name"] == root).map(|(id, _)| *id);
    let (mut waiting, mut seen) = (vec![start.unwrap()], BTreeSet::new());
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                waiting.push(dependency["pkg"].as_str().unwrap());
            }
        }
    }
    seen.into_iter().map(|id| (by_id[id]["name"].as_str().unwrap(), by_id[id])).collect()
}

/// What is wrong with the packages that `root` is built from.
fn wrong(metadata: &Value, root: &str) -> Vec<String> {
    let own = |name: &&str| *name != root;
    let packages = built_from(metadata, root);
    let named = FOREIGN.iter().chain(&PRODUCERS).filter(|n| packages.contains_key(*n));
    let linking = packages.iter().filter(|(_, p)| !p["links"].is_null()).map(|(n, _)| n);
    named.filter(|n| own(n)).chain(linking).map(ToString::to_string).collect()
}

#[test]
fn nothing_foreign_and_no_producer() {
    let metadata = metadata();
    assert_eq!(wrong(&metadata, "seprank-check"), [""; 0]);
    let packages = built_from(&metadata, "seprank-check");
    assert!(packages.contains_key("num-bigint") && packages.contains_key("serde_json"));
    // The test sees what it looks for, where it is.
    if metadata["packages"].as_array().unwrap().iter().any(|p| p["name"] == "seprank") {
        let wrong = wrong(&metadata, "seprank");
        assert!(["rug", "gmp-mpfr-sys"].iter().all(|n| wrong.iter().any(|w| w == n)), "{wrong:?}");
    }
}

#[test]
fn unsafe_code_is_forbidden() {
    for source in [include_str!("../src/lib.rs"), include_str!("../src/main.rs")] {
        assert!(source.lines().any(|line| line == "#![forbid(unsafe_code)]"));
    }
}
