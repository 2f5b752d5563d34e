//! `seprank compare` against the other commands, and what it says of bad requests.

#[path = "common/line.rs"]
mod line;

use line::{json, seprank};
use serde_json::Value;

/// The rows by the names of their families.
fn rows(arguments: &str) -> Vec<(String, Value)> {
    let document = json(arguments);
    let rows = document["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["family"].as_str().unwrap().to_owned(), row.clone())).collect()
}

/// At the size of the presets a family's rank is that of the preset, with its bounds; its cuts are those of its profile.
#[test]
fn ranks_are_those_of_the_presets_and_cuts_those_of_their_profiles() {
    let families = "attention,mixer,gmlp,s4d,attention-causal,attention-multi-query,convolution";
    let found = rows(&format!("compare --tokens 4 --width 2 --depth 1 --families {families}"));
    assert_eq!(found.len(), 7);
    for (name, row) in &found {
        let rank = json(&format!("rank --model {name}"));
        let exact = rank["status"] == "exact";
        assert_eq!(row["rank"], rank["rank"], "{name}");
        assert_eq!(row["status"] == "exact", exact, "{name}");
        let bounds = rank["bounds"].as_array().unwrap().iter();
        let upper = bounds.filter(|bound| bound["side"] == "upper");
        let least = upper.map(|b| b["value"].as_str().unwrap().parse::<u64>().unwrap()).min();
        assert_eq!(row["at_most"], least.unwrap(), "{name}");
        let profile = json(&format!("profile --model {name} --partitions cuts"));
        let ranks = profile["rows"].as_array().unwrap().iter().map(|r| r["rank"].as_u64().unwrap());
        let (least, most) = (ranks.clone().min().unwrap(), ranks.max().unwrap());
        assert_eq!(row["cuts"], serde_json::json!([least, most]), "{name}");
    }
    // The ranks fall from row to row.
    let number = |row: &Value| row["rank"].as_u64().unwrap();
    assert!(found.windows(2).all(|pair| number(&pair[0].1) >= number(&pair[1].1)));
    // Theory, 3.17 and 4.1: 3 and 6; the free weights are 4 d^2, and those of the masks are none.
    let of = |name: &str| &found.iter().find(|(found, _)| found == name).unwrap().1;
    assert_eq!((&of("attention")["rank"], &of("attention")["weights"]), (&3.into(), &16.into()));
    assert_eq!((&of("mixer")["rank"], &of("attention-causal")["weights"]), (&6.into(), &16.into()));
    assert_eq!(of("mixer")["to_attention"], "above, proved");
    assert_eq!(of("attention")["to_attention"], "equal, proved");
    assert_eq!(of("attention-multi-query")["to_attention"], "below, proved");
}

/// Another depth, size and side, against networks given by their sizes; attention need not be among the families.
#[test]
fn other_sizes_and_sides_are_those_of_networks_by_their_sizes() {
    let found = rows("compare --tokens 5 --width 2 --depth 2 --left 0,3 --families mixer,cac");
    let (mixer, cac) = (&found[0].1, &found[1].1);
    let rank = json("rank mixer --depth 2 --width 2 --token-hidden 2 --tokens 5 --left 0,3");
    assert_eq!(mixer["rank"], rank["rank"]);
    let other = json("rank attention --depth 2 --width 2 --tokens 5 --left 0,3");
    assert_eq!((rank["status"].as_str(), other["status"].as_str()), (Some("exact"), Some("exact")));
    let above = rank["rank"].as_u64().unwrap() > other["rank"].as_u64().unwrap();
    let expected = if above { "above, proved" } else { "below, proved" };
    assert_eq!(mixer["to_attention"], expected);
    // Five tokens are not halved.
    assert!(cac["rank"].is_null());
    assert!(cac["missing"].as_str().unwrap().contains("takes windows of 2 tokens"), "{cac}");
    let text = seprank("compare --tokens 5 --width 2 --depth 2 --families cac");
    assert!(String::from_utf8(text.stdout).unwrap().contains("no rank of cac: layer 0"));
}

/// An upper bound below the rank of attention decides; a rank that was cut short decides nothing.
#[test]
fn upper_bounds_decide_and_cut_ranks_do_not() {
    let size = "compare --tokens 4 --width 2 --depth 2 --partitions one --families";
    let standing = |arguments: &str| {
        let document = json(&format!("{size} {arguments}"));
        let rows = document["rows"].as_array().unwrap().clone();
        let of = |row: &Value| {
            let number = |key: &str| row[key].as_u64();
            let (rank, exact) = (number("rank").unwrap(), row["status"] == "exact");
            (rank, if exact { Some(rank) } else { number("at_most") }, row["to_attention"].clone())
        };
        let named = |row: &Value| (row["family"].as_str().unwrap().to_owned(), of(row));
        rows.iter().map(named).collect::<Vec<_>>()
    };
    let names = "attention,attention-multi-query,mixer,retention,gnn,gmlp";
    let rows = standing(names);
    let (least, most, _) = rows.iter().find(|row| row.0 == "attention").unwrap().1.clone();
    // 3.17: exact.
    assert_eq!((least, most), (18, Some(18)));
    for (name, (rank, upper, said)) in &rows {
        let expected = match (rank.cmp(&18), upper) {
            (std::cmp::Ordering::Greater, _) => "above, proved",
            (_, Some(upper)) if *upper < 18 => "below, proved",
            (std::cmp::Ordering::Equal, Some(18)) => "equal, proved",
            (std::cmp::Ordering::Equal, _) => "equal, found",
            (std::cmp::Ordering::Less, _) => "below, found",
        };
        assert_eq!(said, expected, "{name}: {rank}, at most {upper:?}");
    }
    let of = |name: &str| rows.iter().find(|row| row.0 == name).unwrap().1.2.clone();
    assert_eq!(of("attention-multi-query"), "below, proved");
    // Grids of two points tell nothing of ranks that are not short: never that one is below, found.
    let size = "compare --tokens 6 --width 2 --depth 2 --partitions one --points 2";
    let document = json(&format!("{size} --families attention,hyena,attention-multi-query"));
    let row = |name: &str| {
        let mut rows = document["rows"].as_array().unwrap().iter();
        rows.find(|row| row["family"] == name).unwrap().clone()
    };
    let cut = row("hyena");
    assert_eq!((&cut["rank"], &cut["status"]), (&2.into(), &"lower".into()));
    assert!(cut["at_most"].as_u64() > Some(18) && cut["to_attention"] == "open", "{cut}");
    // Not exact, and its upper bound decides.
    let bounded = row("attention-multi-query");
    assert!(bounded["status"] == "lower" && bounded["at_most"].as_u64() < Some(18), "{bounded}");
    assert_eq!(bounded["to_attention"], "below, proved");
}

/// The document says what was asked for; the default of --format is one of its values.
#[test]
fn the_document_has_the_request_and_text_is_a_format() {
    let size = "compare --tokens 5 --width 2 --depth 1 --left 0,1,2,4 --families mixer --seed 3";
    let document = json(size);
    let expected = serde_json::json!([5, 2, 1, [0, 1, 2, 4], 3, null]);
    let keys = ["tokens", "width", "depth", "left", "seed", "points"];
    assert_eq!(Value::from(keys.map(|key| document[key].clone()).to_vec()), expected);
    assert!(document["version"].is_string() && document["rows"][0]["degree"].is_number());
    let [default, text] = ["", " --format text"].map(|format| seprank(&format!("{size}{format}")));
    assert!(text.status.success() && text.stdout == default.stdout);
    assert!(String::from_utf8(text.stdout).unwrap().contains("A = {0-2,4}; seed 3"));
}

#[test]
fn certificates_are_valid_and_pictures_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (certificates, picture) = (path("ranks"), path("ranks.svg"));
    let size = "--tokens 4 --width 2 --depth 2 --families attention,retention,gnn --points 5";
    let arguments = format!("compare {size} --certificates {certificates} --out {picture}");
    let output = seprank(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let checked = seprank(&format!("check {certificates}"));
    let checked = String::from_utf8(checked.stdout).unwrap();
    assert!(checked.contains("3 files: 3 valid"), "{checked}");
    let svg = std::fs::read_to_string(&picture).unwrap();
    for word in ["attention", "retention", "gnn", "N = 4, d = 2, L = 2, A = {0,1}"] {
        assert!(svg.contains(word), "{word}");
    }
    for (format, word) in
        [("csv", "family,network"), ("markdown", "| family |"), ("latex", "longtable")]
    {
        let output = seprank(&format!("compare {size} --format {format}"));
        assert!(String::from_utf8(output.stdout).unwrap().contains(word), "{format}");
    }
}

/// What is not there in time is named.
#[test]
fn without_time_there_is_a_reason_in_each_row() {
    let output = seprank("compare --tokens 4 --width 2 --depth 1 --time 1ms --format csv");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("not computed: the limit on time"), "{text}");
    assert!(text.lines().count() >= 37);
}

#[test]
fn bad_requests_have_one_clear_error() {
    for (arguments, expected) in [
        ("--tokens 1 --width 2 --depth 1", "error: --tokens 1: allowed are 2..=64"),
        ("--tokens 4 --width 0 --depth 1", "error: --width 0: allowed are 1..=64"),
        ("--tokens 4 --width 2 --depth 65", "error: --depth 65: allowed are 1..=64"),
        ("--tokens 4 --width 2 --depth 1 --left 4", "error: --left 4: positions must be below"),
        (
            "--tokens 4 --width 2 --depth 1 --families mixr",
            "error: --families mixr: allowed are attention,",
        ),
        (
            "--tokens 4 --width 2 --depth 1 --out a.pdf",
            "error: --out a.pdf: pictures are SVG, or PNG",
        ),
        ("--tokens 4 --width 2 --depth 1 --points 0", "--points"),
        ("--width 2 --depth 1", "--tokens"),
    ] {
        let output = seprank(&format!("compare {arguments}"));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(output.stdout.is_empty() && error.contains(expected), "{arguments}: {error}");
    }
}
