//! The tables of the appendix: well-formed in every format, the same bytes from the same seed.

use seprank::table::{Cell, Data, Format, Table, all, render};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::process::Command;
use std::sync::LazyLock;

/// Every table, built once.
static BUILT: LazyLock<Vec<(&'static dyn Table, Data)>> =
    LazyLock::new(|| all().into_iter().map(|t| (t, t.build(0))).collect());

fn each(format: Format, check: impl Fn(&str, &Data, &str)) {
    for (table, data) in BUILT.iter() {
        assert!(!data.rows.is_empty(), "{} is empty", table.id());
        check(table.id(), data, &render(*table, data, format));
    }
}

#[test]
fn rows_are_as_long_as_the_headings_and_headings_differ() {
    for (table, data) in BUILT.iter() {
        assert!(data.rows.iter().all(|r| r.len() == data.columns.len()), "{}", table.id());
        let mut names = data.columns.clone();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), data.columns.len(), "{}", table.id());
    }
}

#[test]
fn csv_parses_back() {
    each(Format::Csv, |id, data, text| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), data.rows.len(), "{id}");
        for (cell, field) in data.rows.iter().zip(&rows).flat_map(|(r, s)| r.iter().zip(s)) {
            match cell {
                Cell::Integer(value) => assert_eq!(field, value.to_string(), "{id}"),
                Cell::Real([lo, hi]) => assert_eq!(field, format!("[{lo}, {hi}]"), "{id}"),
                Cell::Missing => assert!(field.is_empty(), "{id}"),
                _ => assert!(!field.is_empty() && !field.contains('$'), "{id}: {field}"),
            }
        }
    });
}

#[test]
fn json_parses_back() {
    each(Format::Json, |id, data, text| {
        let document: Value = serde_json::from_str(text).unwrap();
        assert_eq!(document["id"], id);
        let rows = document["rows"].as_array().unwrap();
        assert_eq!(rows.len(), data.rows.len());
        for (row, cells) in rows.iter().zip(&data.rows) {
            for (column, cell) in data.columns.iter().zip(cells) {
                let value = &row[column.replace('$', "")];
                match cell {
                    Cell::Integer(n) => assert_eq!(value, &Value::from(n.to_string())),
                    Cell::Log10(ends) => {
                        let parsed = value["log10"].as_array().unwrap();
                        // The parser may be off by a unit in the last place.
                        let near = |(v, end): (&Value, &f64)| {
                            (v.as_f64().unwrap() - end).abs() <= end.abs() * 2.0 * f64::EPSILON
                        };
                        assert!(parsed.len() == 2 && parsed.iter().zip(ends).all(near), "{id}");
                    }
                    Cell::Missing => assert!(value.is_null(), "{id}: {column}"),
                    _ => assert!(!value.is_null(), "{id}: {column}"),
                }
            }
        }
    });
}

#[test]
fn markdown_rows_have_every_column() {
    each(Format::Markdown, |id, data, text| {
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), data.rows.len() + 2, "{id}");
        for row in rows {
            let bars = row.matches('|').count() - row.matches("\\|").count();
            assert_eq!(bars, data.columns.len() + 1, "{id}: {row}");
        }
    });
}

#[test]
fn latex_is_balanced() {
    each(Format::Latex, |id, data, text| {
        let count = |s: &str| text.matches(s).count();
        assert_eq!(count("{") - count("\\{"), count("}") - count("\\}"), "{id}");
        assert_eq!((count("$") - count("\\$")) % 2, 0, "{id}");
        assert_eq!(count("\\begin{"), count("\\end{"), "{id}");
        let body = text.split("\\endlastfoot\n").nth(1).unwrap();
        let rows: Vec<&str> = body.lines().filter(|line| line.ends_with("\\\\")).collect();
        assert_eq!(rows.len(), data.rows.len(), "{id}");
        for row in rows {
            let columns = row.matches('&').count() - row.matches("\\&").count() + 1;
            assert_eq!(columns, data.columns.len(), "{id}: {row}");
        }
    });
}

#[test]
fn gaps_are_as_corollary_5_2_says() {
    let (_, data) = BUILT.iter().find(|(t, _)| t.id() == "gap-by-depth").unwrap();
    assert_eq!(data.rows.len(), 80);
    let column = |name: &str| data.columns.iter().position(|c| *c == name).unwrap();
    for row in &data.rows {
        let Cell::Integer(depth) = &row[column("$L$")] else { panic!("a depth is an integer") };
        let expected = if *depth >= 2 { "certified" } else { "refuted" };
        assert_eq!(row[column("verdict")], expected.into(), "{row:?}");
        if *depth == 3 {
            let [Cell::Integer(lower), Cell::Integer(upper)] =
                ["attention at least", "Mixer at most"].map(|name| &row[column(name)])
            else {
                panic!("depth 3 is compared in integers: {row:?}")
            };
            assert!(lower > upper);
        }
    }
}

#[test]
fn every_row_of_the_float_table_agrees_or_says_why() {
    let (_, data) = BUILT.iter().find(|(t, _)| t.id() == "float-against-exact").unwrap();
    let column = |name: &str| data.columns.iter().position(|c| *c == name).unwrap();
    for row in &data.rows {
        let Cell::Text(verdict) = &row[column("verdict")] else { panic!("no verdict: {row:?}") };
        let (exact, bits) = (&row[column("exact")], &row[column("bits")]);
        match bits {
            Cell::Integer(bits) if *bits == 53 => {
                assert!(verdict == "agrees" && row[column("double")] == *exact, "{row:?}");
            }
            Cell::Integer(bits) => {
                assert_eq!(verdict, &format!("agrees at {bits} bits"));
                assert_ne!(row[column("double")], *exact, "{row:?}");
            }
            _ => assert!(verdict.starts_with("reported: "), "{row:?}"),
        }
        // No row is proved to be more than its exact rank, or less.
        let proved = &row[column("proved")];
        assert!(matches!(proved, Cell::Integer(_) | Cell::Missing), "{row:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_the_appendix_takes_in_every_table() {
    let write = |threads: &str| {
        let dir = tempfile::tempdir().unwrap();
        let status = Command::new(env!("CARGO_BIN_EXE_seprank"))
            .args(["table", "--all", "--out"])
            .arg(dir.path())
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .env("RAYON_NUM_THREADS", threads)
            .status()
            .unwrap();
        assert!(status.success());
        let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap()))
            .collect();
        files.sort();
        files
    };
    let files = write("1");
    assert!(files == write("2"), "the bytes depend on the number of threads");
    let get = |name: &str| &files.iter().find(|(n, _)| n == name).expect(name).1;

    let appendix = String::from_utf8(get("appendix.tex").clone()).unwrap();
    let manifest: Value = serde_json::from_slice(get("manifest.json")).unwrap();
    for table in all() {
        assert_eq!(appendix.matches(&format!("\\input{{{}}}", table.id())).count(), 1);
        for format in Format::ALL {
            get(&format!("{}.{}", table.id(), format.extension()));
        }
    }
    assert_eq!((&manifest["time"], &manifest["seed"]), (&1_700_000_000.into(), &0.into()));
    let hashes = manifest["sha256"].as_object().unwrap();
    assert_eq!(hashes.len() + 1, files.len());
    for (name, hash) in hashes {
        let digest: String = Sha256::digest(get(name)).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hash, &digest, "{name}");
    }
}
