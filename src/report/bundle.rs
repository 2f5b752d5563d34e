//! A report with all that a referee needs, in one zip file. The same results give the same bytes.

use super::{CERTIFICATES, PAGE, REPORT, RESULTS, Report};
use crate::files::sha256;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The checker in Python.
const PYTHON: [(&str, &str); 4] = [
    ("check.py", include_str!("../../docs/check.py")),
    ("check_format.py", include_str!("../../docs/check_format.py")),
    ("check_matrix.py", include_str!("../../docs/check_matrix.py")),
    ("check_network.py", include_str!("../../docs/check_network.py")),
];

const README: &str = include_str!("README.referee");

/// The bundle: certificates, report and results without times, the checker in Python, the `page` of the checker where
/// it is given, a README, and `manifest.json` with the SHA-256 of all others.
///
/// # Errors
/// A picture could not be drawn.
pub fn bundle(report: Report, page: Option<&str>) -> io::Result<Vec<u8>> {
    let report = report.timeless();
    let html = report.html(page.is_some()).map_err(io::Error::other)?;
    let (results, readme) = (report.results.to_json(), readme(&report, page.is_some()));
    let mut files: BTreeMap<String, &[u8]> = BTreeMap::new();
    let named = PYTHON.map(|(name, text)| (name, text.as_bytes()));
    let made = [(REPORT, &html), (RESULTS, &results), ("README.txt", &readme)];
    let made = made.map(|(name, text)| (name, text.as_bytes()));
    let page = page.map(|text| (PAGE, text.as_bytes()));
    files.extend(
        named.into_iter().chain(made).chain(page).map(|(name, bytes)| (name.into(), bytes)),
    );
    for (name, judged) in &report.certificates {
        files.insert(format!("{CERTIFICATES}/{name}.json"), &judged.bytes);
    }
    let manifest = manifest(&files);
    files.insert("manifest.json".into(), manifest.as_bytes());
    zip(files)
}

/// The SHA-256 and the length of every file.
fn manifest(files: &BTreeMap<String, &[u8]>) -> String {
    let entry = |(name, bytes): (&String, &&[u8])| {
        (name.clone(), json!({ "sha256": sha256(bytes), "bytes": bytes.len() }))
    };
    let files: serde_json::Map<_, _> = files.iter().map(entry).collect();
    let manifest = json!({ "seprank": env!("CARGO_PKG_VERSION"), "files": files });
    format!("{manifest:#}\n")
}

fn readme(report: &Report, page: bool) -> String {
    let [minute, absent] = [
        "open report.html in a browser, with the network off if you like, and press \"Check all\n   \
         certificates\". check.html beside it is the checker as WebAssembly.",
        "open report.html in a browser and read what each certificate rests on. (A bundle that\n   \
         was made with --page also has the checker for the browser.)",
    ];
    let certificates = report.certificates.len().to_string();
    let title = format!("Separation ranks: certificates of seprank {}", report.results.version);
    [
        ("{title}", &*title),
        ("{underline}", &*"=".repeat(title.chars().count())),
        ("{version}", &*report.results.version),
        ("{verdict}", report.verdict().name()),
        ("{certificates}", &certificates),
        ("{minute}", if page { minute } else { absent }),
        ("{command}", report.results.command.trim_start_matches("seprank ")),
    ]
    .iter()
    .fold(README.to_owned(), |text, (place, value)| text.replace(place, value))
}

/// A zip of these files, by name; its times are those of no file.
pub(super) fn zip<'a>(files: impl IntoIterator<Item = (String, &'a [u8])>) -> io::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
