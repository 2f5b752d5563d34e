//! The command line as its users meet it: the contract's numbers, and one clear error for bad input.

#[path = "common/line.rs"]
mod line;

use line::{GATED, json, network_file, seprank};
use serde_json::Value;
use std::process::Command;

#[test]
fn attention_ranks_meet_the_graded_bound() {
    for (arguments, expected) in [
        ("--depth 2 --width 3 --tokens 4", 49),
        ("--depth 2 --width 4 --tokens 8", 110),
        ("--depth 1 --width 6 --tokens 4", 7),
        ("--depth 3 --width 2 --tokens 4", 232),
    ] {
        let answer = json(&format!("rank attention {arguments}"));
        assert_eq!(answer["rank"], expected, "{arguments}");
        assert_eq!(answer["status"], "exact");
        // The expectation is also computed: it is the value of the upper bound in the same answer.
        let graded =
            answer["bounds"].as_array().unwrap().iter().find(|b| b["id"] == "attention-graded");
        assert_eq!(graded.unwrap()["value"], expected.to_string());
    }
}

#[test]
fn mixer_ranks_meet_the_homogeneous_bound_by_both_routes() {
    for (depth, expected) in [(2, 20), (3, 105)] {
        for method in ["coefficients", "grid"] {
            let answer = json(&format!(
                "rank mixer --depth {depth} --width 2 --tokens 4 --token-hidden 2 --method {method}"
            ));
            assert_eq!((&answer["rank"], &answer["method"]), (&expected.into(), &method.into()));
            assert_eq!(answer["status"], "exact");
        }
    }
}

#[test]
fn witnesses_have_the_rank_of_their_proofs() {
    for (arguments, expected) in [
        ("--weights isotropic --depth 3 --width 4 --tokens 2", 196),
        ("--weights power --depth 3 --width 4 --heads 2 --tokens 2", 95),
        ("--weights heads --depth 3 --width 6 --heads 2 --tokens 5 --left 0,1,2", 130),
    ] {
        let on_family = json(&format!("rank attention {arguments} --inputs theorem"));
        assert_eq!(on_family["rank"], expected, "{arguments}");
        assert_eq!(on_family["status"], "exact");
    }
    let everywhere = json("rank attention --weights power --depth 2 --width 3 --tokens 2");
    let on_family =
        json("rank attention --weights power --depth 2 --width 3 --tokens 2 --inputs theorem");
    assert!(everywhere["rank"].as_u64() >= on_family["rank"].as_u64());
}

/// Theorem 3.17: no weights are drawn, and the certificate has a theorem for either half.
#[test]
fn theorems_decide_two_layers_of_any_width() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("theorem.json");
    for width in [16u64, 768, 16_384] {
        let n = width * (width + 1) / 2;
        let expected = 1 + n + n * (n + 1) / 2 + width * n + width;
        let arguments = format!("rank attention --depth 2 --width {width} --tokens 196");
        let answer = json(&format!("{arguments} --certificate {}", file.display()));
        // From 2^53 on integers are strings.
        assert_eq!(answer["rank"].to_string().trim_matches('"'), expected.to_string());
        assert_eq!((&answer["status"], &answer["method"]), (&"exact".into(), &"theorem".into()));
        let verdict = seprank(&format!("check {}", file.display()));
        assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stdout));
    }
    let small = "rank attention --depth 2 --width 3 --tokens 4";
    assert_ne!(json(small)["method"], "theorem");
    assert_eq!(json(&format!("{small} --method theorem"))["rank"], 49);
    let none = seprank("rank attention --depth 3 --width 2 --tokens 4 --method theorem");
    assert_eq!(none.status.code(), Some(2));
}

/// Theorem 3.15: an embedding of rank 2, of attention (18 at width 2) and of a Mixer (20 at width 2).
#[test]
fn an_embedding_has_the_bounds_of_its_rank() {
    for (arguments, expected) in [
        ("attention --depth 2 --width 3 --tokens 4", 18),
        ("mixer --depth 2 --width 3 --tokens 4 --token-hidden 2", 20),
    ] {
        let answer = json(&format!("rank {arguments} --embedding-rank 2"));
        assert_eq!((&answer["rank"], &answer["status"]), (&expected.into(), &"exact".into()));
    }
    let wide = seprank("rank attention --depth 2 --width 3 --tokens 4 --embedding-rank 4");
    assert_eq!(wide.status.code(), Some(2));
    let message = String::from_utf8_lossy(&wide.stderr).into_owned();
    assert!(message.contains("--embedding-rank 4") && message.contains("1..=3"), "{message}");
}

/// A causal mask hides B from output 1: rank 1, and a warning that names another output.
#[test]
fn an_output_that_sees_one_side_is_warned_of() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("causal.toml");
    let network = "tokens = 4\nwidth = 2\nleft = [0, 1]\noutput = [1, 0]\n[[layer]]\ntype = \"attention\"\ncausal = true\n";
    std::fs::write(&file, network).unwrap();
    let rank = format!("rank --network {}", file.display());
    let answer = json(&rank);
    assert_eq!((&answer["rank"], &answer["status"]), (&1.into(), &"exact".into()));
    let warning = answer["warning"].as_str().unwrap();
    assert!(warning.contains("no token of B") && warning.contains("Y[2,0]"), "{warning}");
    let text = String::from_utf8(seprank(&rank).stdout).unwrap();
    assert!(text.contains(&format!("warning: {warning}")), "{text}");
    assert!(json(&format!("{rank} --output 2,0")).get("warning").is_none());
}

#[test]
fn the_output_may_be_on_either_side() {
    for output in ["0,0", "0,2", "3,1"] {
        let answer =
            json(&format!("rank attention --depth 2 --width 3 --tokens 4 --output {output}"));
        assert_eq!(answer["rank"], 49, "{output}");
        let on_family = json(&format!(
            "rank attention --depth 2 --width 3 --tokens 4 --output {output} --weights isotropic --inputs theorem"
        ));
        assert_eq!(on_family["rank"], 9, "{output}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for arguments in [
        "rank attention --depth 2 --width 3 --tokens 4 --seed 7 --format json",
        "tensor attention --depth 1 --width 2 --tokens 3 --seed 7",
        "table small-ranks --seed 7 --format latex",
        "table invariance --seed 7 --format csv",
    ] {
        assert_eq!(seprank(arguments).stdout, seprank(arguments).stdout, "{arguments}");
    }
    let other = seprank("tensor attention --depth 1 --width 2 --tokens 3 --seed 8");
    assert_ne!(
        other.stdout,
        seprank("tensor attention --depth 1 --width 2 --tokens 3 --seed 7").stdout
    );
}

/// Integers that a reader with doubles would round are strings, and primes at any size.
#[test]
fn json_has_no_integer_that_doubles_round() {
    fn sound(value: &Value) -> bool {
        match value {
            Value::Number(n) => n.as_u64().is_none_or(|n| n < 1 << 53),
            Value::Array(list) => list.iter().all(sound),
            Value::Object(fields) => {
                fields.iter().all(|(name, v)| sound(v) && (name != "prime" || v.is_string()))
            }
            _ => true,
        }
    }
    for arguments in [
        "rank attention --depth 2 --width 3 --tokens 4",
        "rank attention --depth 2 --width 3 --tokens 6 --method hankel",
        "rank attention --depth 3 --width 4 --tokens 8 --dry-run",
        "profile attention --depth 1 --width 2 --tokens 3",
        "tensor attention --depth 1 --width 2 --tokens 2",
    ] {
        let largest = u64::MAX.to_string();
        let answer = json(&format!("{arguments} --seed {largest}"));
        assert!(sound(&answer), "{answer}");
        assert!(answer.get("seed").is_none_or(|seed| *seed == *largest), "{answer}");
    }
}

#[test]
fn bad_input_gets_one_line_that_names_the_option() {
    for (arguments, words) in [
        (
            "rank attention --depth 2 --width 4 --heads 3 --tokens 4",
            "--heads 3: must divide the width 4, so one of 1, 2, 4",
        ),
        ("rank attention --depth 2 --width 4 --heads 0 --tokens 4", "--heads 0"),
        ("rank attention --depth 0 --width 4 --tokens 4", "--depth 0: allowed are 1..="),
        ("rank attention --depth 2 --width 0 --tokens 4", "--width 0: allowed are 1..="),
        ("rank attention --depth 2 --width 4 --tokens 0", "--tokens 0"),
        ("rank attention --depth 2 --width 4 --tokens 1", "--tokens 1"),
        (
            "rank attention --depth 2 --width 4 --tokens 4 --left 4",
            "--left 4: positions must be below",
        ),
        (
            "rank attention --depth 2 --width 4 --tokens 4 --left 1,1",
            "--left 1: the position is repeated",
        ),
        (
            "rank attention --depth 2 --width 4 --tokens 4 --left 0,1,2,3",
            "both sides must be non-empty",
        ),
        (
            "rank attention --depth 2 --width 4 --tokens 4 --output 4,0",
            "--output 4,0: allowed are 0..=3",
        ),
        ("rank attention --depth 2 --width 4 --tokens 4 --output 0,4", "--output 0,4: allowed are"),
        ("rank attention --depth 41 --width 2 --tokens 4", "at most 40 layers of degree 3"),
        (
            "rank attention --depth 6 --width 40 --tokens 400 --weights isotropic",
            "reduce --depth, --width or --tokens",
        ),
        (
            "rank attention --depth 3 --width 16777216 --tokens 16777216 --weights isotropic",
            "reduce --depth",
        ),
        (
            "rank attention --depth 2 --width 4 --tokens 99999999999",
            "--tokens 99999999999: allowed are",
        ),
        (
            "rank attention --depth 2 --width 4 --tokens 4 --inputs theorem",
            "--inputs theorem: needs the weights of a proof",
        ),
        (
            "rank attention --depth 1 --width 4 --tokens 4 --weights heads",
            "--weights heads: no choice of the theorem's free parameters",
        ),
        (
            "rank attention --depth 2 --width 2 --heads 2 --tokens 4 --weights isotropic",
            "--weights isotropic",
        ),
        (
            "rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 2 --weights power",
            "--weights power",
        ),
        ("rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 0", "--token-hidden 0"),
        (
            "rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 2 --token-degree 0",
            "--token-degree 0",
        ),
        (
            "rank mixer --depth 64 --width 2 --tokens 4 --token-hidden 2",
            "at most 63 layers of degree 2",
        ),
        (
            "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 2 --permute nosuchfile",
            "--permute nosuchfile",
        ),
        ("tensor attention --depth 3 --width 8 --tokens 8", "the coefficient tensor would take"),
        ("tensor attention --depth 3 --width 8 --tokens 8", "reduce --depth, --width or --tokens"),
        (
            "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 3 --method hankel --dry-run",
            "--method hankel: needs all inputs",
        ),
        ("bounds --model vit-b-17", "vit-b-17"),
        ("table nosuchtable", "nosuchtable"),
    ] {
        let output = seprank(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
        assert!(stderr.contains(words), "{arguments}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments}: {stderr}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn permutation_files_are_read_and_checked() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let rank = |path: &str| {
        seprank(&format!(
            "rank mixer --depth 2 --width 2 --tokens 4 --token-hidden 2 --permute {path} --format json"
        ))
    };
    assert!(rank(&file("tokens", "3 2 1 0")).status.success());
    assert!(rank(&file("entries", "7,6,5,4,3,2,1,0")).status.success());
    for (content, words) in [
        ("0 1 2", "it has 3 numbers"),
        ("0 1 1 2", "each of 0..=3 must stand there once"),
        ("0 1 2 x", "numbers from 0 are expected"),
    ] {
        let output = rank(&file("bad", content));
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{content}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let command = format!(
        "{} tensor attention --depth 2 --width 2 --tokens 4 --format csv | head -n 1",
        env!("CARGO_BIN_EXE_seprank")
    );
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn maps_resume_and_pictures_are_svg() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("map").display().to_string();
    let map = format!("map --depth 1..=2 --width 2,4 --tokens 4 --token-hidden 2 --out {path}");
    assert!(seprank(&map).status.success());
    let read = |name: &str| std::fs::read_to_string(format!("{path}/{name}")).unwrap();
    let (table, picture) = (read("map.csv"), read("map.svg"));
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    // The second half of the table is lost; the same sweep brings it back.
    let half: Vec<&str> = table.lines().take(table.lines().count() / 2).collect();
    std::fs::write(format!("{path}/map.csv"), half.join("\n") + "\n").unwrap();
    assert!(seprank(&map).status.success());
    assert_eq!(read("map.csv"), table);
    let malformed = seprank(&format!("map --depth 3..=x --out {path}"));
    assert_eq!(malformed.status.code(), Some(2));
    let plot = format!("{path}/cut.svg");
    assert!(seprank(&format!("plot cut --tokens 4 --out {plot}")).status.success());
    assert!(std::fs::read_to_string(plot).unwrap().starts_with("<svg"));
}

#[test]
fn network_files_stand_wherever_sizes_do() {
    let (dir, file) = network_file(GATED);
    let out = dir.path().join("out");
    let out = out.to_str().unwrap();
    let rank = json(&format!("rank --network {file}"))["rank"].as_u64().unwrap();
    let bounds = json(&format!("bounds --network {file}"));
    let bound: u64 = bounds[0]["value"].as_str().unwrap().parse().unwrap();
    assert!(0 < rank && rank <= bound && bounds[0]["id"] == "network-degree");
    // The degree is 2: at most 4 + 1 + 1 of C(4+1, 1) and so on, whichever side is left.
    let other = json(&format!("rank --network {file} --left 3 --output 3,1"))["rank"].as_u64();
    assert!(other.is_some_and(|r| r <= bound));
    let tensor = json(&format!("tensor --network {file}"));
    assert_eq!(tensor["variables"].as_array().unwrap().len(), 8);
    // Against deep attention the bound is small; against shallow attention it is not.
    let gap = format!("gap --across --width 2 --tokens 4 --network {file}");
    assert_eq!(json(&format!("{gap} --depth 5"))["certified"], true);
    assert_eq!(seprank(&format!("{gap} --depth 1")).status.code(), Some(2));
    // A gated network has no lower bound by theorem; deep attention in a file has one.
    let mixer = "gap --across --token-hidden 2 --width 2 --tokens 4 --depth 1";
    assert_eq!(seprank(&format!("{mixer} --network {file}")).status.code(), Some(2));
    let (_deep, deep) = network_file(
        "tokens = 4\nwidth = 2\n[[layer]]\ntype = \"repeat\"\ntimes = 5\nlayers = [{ type = \"attention\" }]\n",
    );
    assert_eq!(json(&format!("{mixer} --network {deep}"))["certified"], true);
    assert_eq!(json(&format!("gap --across --network {deep} --network {file}"))["certified"], true);
    assert_eq!(
        seprank(&format!("gap --across --network {file} --network {deep}")).status.code(),
        Some(2)
    );
    let map =
        seprank(&format!("map --across --network {file} --depth 1..=5 --width 2 --out {out}"));
    assert!(map.status.success(), "{}", String::from_utf8_lossy(&map.stderr));
    let rows = std::fs::read_to_string(format!("{out}/map.csv")).unwrap();
    assert!(
        rows.lines().count() == 6 && rows.contains("network-passing") && rows.contains("certified")
    );
    let certs = format!("{out}/certs");
    let certified = json(&format!("certify --network {file} --out {certs}"));
    assert_eq!(certified["verdict"], "valid");
    assert!(certified["cases"].as_array().unwrap().iter().all(|c| c["claim"] == "network"));
    assert!(seprank(&format!("check {certs} --network {file}")).status.success());
}

#[test]
fn profiles_are_those_of_the_single_ranks() {
    let (_dir, file) = network_file(GATED);
    let profile = json(&format!("profile --network {file}"));
    let rows = profile["rows"].as_array().unwrap();
    // Three cuts, and three ways to halve four tokens.
    assert_eq!(rows.iter().filter(|r| r["kind"] == "cut").count(), 3);
    assert_eq!(rows.iter().filter(|r| r["kind"] == "balanced").count(), 3);
    // A cut after t tokens has A = the first t.
    let lefts: Vec<_> = rows.iter().take(3).map(|r| r["left"].as_str().unwrap()).collect();
    assert_eq!(lefts, ["0", "0 1", "0 1 2"]);
    for row in rows {
        let left = row["left"].as_str().unwrap().replace(' ', ",");
        assert_eq!(json(&format!("rank --network {file} --left {left}"))["rank"], row["rank"]);
    }
    let counts: u64 =
        profile["distribution"].as_array().unwrap().iter().map(|d| d[1].as_u64().unwrap()).sum();
    assert_eq!(counts, 3);
    let csv = seprank(&format!("profile --network {file} --partitions cuts --format csv"));
    assert_eq!(String::from_utf8(csv.stdout).unwrap().lines().count(), 4);
    // An odd number of tokens: all ten sets of two of five.
    let odd = json("profile attention --depth 1 --width 1 --tokens 5");
    assert_eq!(odd["rows"].as_array().unwrap().len(), 4 + 10);
}

#[test]
fn presets_are_listed_and_shown() {
    let list = json("networks");
    let names: Vec<_> =
        list.as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"vit-b-16") && names.contains(&"gmlp"));
    let shown = seprank("networks --show gmlp");
    let (_dir, file) = network_file(std::str::from_utf8(&shown.stdout).unwrap());
    assert_eq!(json(&format!("rank --network {file}"))["rank"], json("rank --model gmlp")["rank"]);
    for (arguments, message) in [
        ("networks --show gmpl", "did you mean gmlp?"),
        ("networks --show vit-b-16", "not by a network file"),
        ("rank --model gmpl", "--model gmpl: allowed are"),
        ("rank", "--network FILE, --model NAME"),
        ("rank --network absent.toml", "--network absent.toml: "),
        ("rank --model gmlp --left 9", "left = 9"),
        ("rank --model gmlp --weights heads", "--weights heads"),
        ("rank --model gmlp --weights nothing", "FILE.safetensors"),
        ("rank --model gmlp attention --depth 1 --width 1 --tokens 2", "one network is needed"),
        ("profile attention --depth 1 --width 1 --tokens 40", "--partitions all"),
    ] {
        let output = seprank(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {error}");
        assert!(error.contains(message), "{arguments}: {error}");
    }
}

/// What is printed for people says what the JSON says.
#[test]
fn texts_say_what_the_json_says() {
    let text = |arguments: &str| {
        let output = seprank(arguments);
        assert!(output.status.success(), "{arguments}");
        String::from_utf8(output.stdout).unwrap()
    };
    let dir = tempfile::tempdir().unwrap();
    let ratio = dir.path().join("ratio.svg").display().to_string();
    text(&format!("plot ratio --max-depth 3 --out {ratio}"));
    assert!(std::fs::read_to_string(&ratio).unwrap().starts_with("<svg"));
    // Of the size in the SVG, twice.
    let pixels = dir.path().join("ratio.PNG").display().to_string();
    text(&format!("plot ratio --max-depth 3 --out {pixels}"));
    let pixels = std::fs::read(&pixels).unwrap();
    let size = [&1720u32.to_be_bytes()[..], &1120u32.to_be_bytes()].concat();
    assert_eq!((&pixels[..8], &pixels[16..24]), (&b"\x89PNG\r\n\x1a\n"[..], &size[..]));
    let names = json("networks");
    let listed = text("networks");
    for network in names.as_array().unwrap() {
        assert!(listed.contains(network["name"].as_str().unwrap()));
    }
    let problem = "attention --depth 1 --width 2 --tokens 4";
    let (profile, svg) = (json(&format!("profile {problem}")), ratio.replace("ratio", "profile"));
    let shown = text(&format!("profile {problem} --picture {svg}"));
    assert!(std::fs::read_to_string(svg).unwrap().starts_with("<svg"));
    for row in profile["rows"].as_array().unwrap() {
        assert!(shown.contains(&format!("= {}", row["rank"])), "{shown}");
    }
    for problem in [problem, "attention --depth 3 --width 4 --tokens 8", "--model gmlp"] {
        let forecast = json(&format!("rank {problem} --dry-run"));
        let shown = text(&format!("rank {problem} --dry-run"));
        assert!(shown.starts_with(&format!("by {}", forecast["method"].as_str().unwrap())));
        for block in forecast["blocks"].as_array().unwrap() {
            assert!(shown.contains(&format!("{} x {}", block[0], block[1])), "{shown}");
        }
    }
    // A refused certificate: the kind and the place of the first finding, and exit code 1.
    let refused = "check tests/data/reject/check-minor.json";
    let output = seprank(&format!("{refused} --format json"));
    assert_eq!(output.status.code(), Some(1));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (verdict, finding) = (&answer[0]["verdict"], &answer[0]["finding"]);
    assert_eq!((verdict.as_str(), finding["step"].as_str()), (Some("invalid"), Some("minor")));
    let shown = String::from_utf8(seprank(refused).stdout).unwrap();
    assert!(shown.contains(finding["place"].as_str().unwrap()), "{shown}");
}
