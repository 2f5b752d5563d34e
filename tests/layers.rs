//! The checker and the format share nothing with the producers: their sources import only what is
//! listed here.

use std::fs;
use std::path::Path;

/// What each module may name: crates, and modules of this crate.
const ALLOWED: [(&str, &[&str], &[&str]); 2] = [
    (
        "certificate",
        &["serde", "serde_json", "thiserror", "num_bigint", "num_rational", "num_traits", "std"],
        &["files"],
    ),
    ("check", &["serde", "num_bigint", "num_rational", "num_traits", "std"], &["certificate"]),
];

/// Every crate that the package depends on, from Cargo.toml, and the modules of this one.
fn names() -> (Vec<String>, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table =
        fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let crates = manifest["dependencies"].as_table().unwrap().keys();
    let modules = fs::read_dir(root.join("src"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    (crates.map(|c| c.replace('-', "_")).collect(), modules.collect())
}

/// Code without line comments and doc comments.
fn code(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether `word` stands in `code` followed by `::`.
fn names_path(code: &str, word: &str) -> bool {
    code.match_indices(&format!("{word}::"))
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn the_checker_imports_only_the_format_and_plain_arithmetic() {
    let (crates, modules) = names();
    assert!(crates.contains(&"rug".into()) && modules.contains(&"prove".into()));
    for (module, allowed_crates, allowed_modules) in ALLOWED {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module);
        let mut files = 0;
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let code = code(&fs::read_to_string(&path).unwrap());
            let path = path.display();
            for name in crates.iter().filter(|c| !allowed_crates.contains(&c.as_str())) {
                assert!(!names_path(&code, name), "{path} names the crate {name}");
            }
            for name in &modules {
                if name == module || allowed_modules.contains(&name.as_str()) {
                    continue;
                }
                assert!(!code.contains(&format!("crate::{name}")), "{path} names {name}");
            }
            // No way around: a list of imports, a path out of the module, code from elsewhere.
            for escape in
                ["crate::{", "super::super", "#[path", "include!", "extern crate", "seprank::"]
            {
                assert!(!code.contains(escape), "{path} has {escape}");
            }
            files += 1;
        }
        assert!(files > 4, "{module} was not found");
    }
}
