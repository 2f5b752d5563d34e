//! What is said of wrong numbers, files and options: in words, about what is wrong, and before any work.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// The program in a folder with the files of these tests: how it ends, what it prints and what it says.
fn asked(arguments: &str, folder: &Path) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_seprank"))
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A small network of the given layers.
fn network(layers: &str) -> String {
    format!("tokens = 4\nwidth = 2\n{layers}\n")
}

const ATTENTION: &str = "[[layer]]\ntype = \"attention\"\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    write("good.toml", &network(ATTENTION));
    write("deep.toml", &format!("{}{}", network(""), ATTENTION.repeat(41)));
    write("wide.toml", &network(&ATTENTION.repeat(3)).replace("width = 2", "width = 2000"));
    write("mark.toml", &format!("\u{feff}{}", network(ATTENTION)));
    write("latin.toml", "tokens = 4");
    fs::write(folder.path().join("latin.toml"), b"tokens = 4 # \xe9t\xe9").unwrap();
    write("text.toml", &network(ATTENTION).replace("tokens = 4", "tokens = \"4\""));
    write("minus.toml", &network(ATTENTION).replace("tokens = 4", "tokens = -4"));
    let permutation = "[[layer]]\ntype = \"permutation\"\n";
    write("two.toml", &network(&format!("{permutation}order = [0, 1]\nseed = 3\n{ATTENTION}")));
    write("none.toml", &network(&format!("{permutation}{ATTENTION}")));
    let map = "[weights]\n\"0.head0.kwery\" = { tensor = \"q\" }\n";
    write("map.toml", &network(&format!("{ATTENTION}{map}")));
    // A weight file with an empty header.
    fs::write(folder.path().join("empty.safetensors"), b"\x02\0\0\0\0\0\0\0{}").unwrap();
    write("order", "\u{feff}3 2 1 0");
    write("letters", "3 2 one 0");
    folder
}

/// Each with its option or file, and with none that the command has not.
#[test]
fn what_is_wrong_is_said_in_words() {
    let folder = folder();
    fs::create_dir(folder.path().join("sub")).unwrap();
    let mixer = "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 2";
    for (arguments, said) in [
        (
            "rank attention --depth two --width 2 --tokens 4",
            "invalid value 'two' for '--depth <L>': a whole number is expected",
        ),
        (
            "rank attention --depth 1 --width 2 --tokens 4 --left 0,x",
            "invalid value 'x' for '--left <I,J,..>': a whole number is expected",
        ),
        (
            "rank attention --depth 1 --width 99999999999999999999999 --tokens 4",
            "for '--width <D>': the number is too large",
        ),
        ("map --depth 1..=x --out m", "a whole number or A..=B is expected"),
        ("rank --model mixer --memory much", "a number of GiB is expected, as 4 or 0.5"),
        ("rank", "error: a network is needed: --network FILE, --model NAME, or"),
        ("rank --model mixer --network good.toml", "error: one network is needed: "),
        (
            "rank --network deep.toml",
            "error: --network deep.toml: depth 41: the degree 3^depth must fit",
        ),
        ("rank --model gpt-3-175b", "error: --model gpt-3-175b: depth 96: the degree"),
        ("tensor --model vit-l-16", "reduce --tokens, or raise --memory"),
        ("tensor --network wide.toml", "reduce --tokens, or raise --memory"),
        ("profile --model vit-l-16 --partitions cuts", "reduce --tokens, or raise --memory"),
        ("rank --network sub", "--network sub: it is a directory; a file is needed"),
        ("rank --network /dev/null", "--network /dev/null: it is a device; a file is needed"),
        ("gap --depth 1 --width 2 --network sub", "--network sub: it is a directory"),
        ("rank --network latin.toml", "--network latin.toml: it is no text in UTF-8"),
        ("rank --network text.toml", "tokens: invalid type: string \"4\", expected a whole number"),
        (
            "rank --network minus.toml",
            "tokens: invalid value: integer `-4`, expected a whole number",
        ),
        ("rank --network two.toml", "only one of the keys order, seed is allowed"),
        ("rank --network none.toml", "one of the keys order, seed, file and swap is needed"),
        (
            "rank --network map.toml --weights empty.safetensors",
            "error: --network map.toml: [weights] \"0.head0.kwery\" is no weight of the network",
        ),
        (
            "rank --model mixer --weights empty.safetensors",
            "error: --model mixer: [weights] of the network file has no tensor",
        ),
        (
            "rank attention --depth 1 --width 2 --tokens 4 --weights empty.safetensors",
            "error: --weights: a network that is given by its sizes does not say which tensors",
        ),
        (
            "rank --network good.toml --weights sub.safetensors",
            "--weights sub.safetensors: No such",
        ),
        (&format!("{mixer} --permute sub"), "cannot be read: it is a directory"),
        (&format!("{mixer} --permute letters"), "numbers from 0 are expected, not \"one\""),
        ("matrix rank sub --input-format sms", "sub: it is a directory; a file is needed"),
        // What would have no effect.
        ("certify --budget 1m", "--budget: only --profile sharpness has one"),
        ("profile --model mixer --left 0", "--left: a profile goes through the sides by itself"),
        (
            "plot depth --out x.jpg",
            "--out x.jpg: pictures are SVG, or PNG; give a name that ends in",
        ),
        ("profile --model mixer --picture x.PDF", "--picture x.PDF: pictures are SVG, or PNG"),
        ("plot cut --tokens 1001 --out x.svg", "1001 is not in 2..=1000"),
    ] {
        let (code, printed, error) = asked(arguments, folder.path());
        assert_eq!(code, Some(2), "{arguments}: {error}");
        assert!(error.contains(said), "{arguments}: {error}");
        assert!(error.starts_with("error: ") && printed.is_empty(), "{arguments}: {error}");
        for word in ["usize", "invalid digit", "panicked", "--depth,", "--width"] {
            let named = arguments.contains("--width") || !error.contains(word);
            assert!(named, "{arguments}: {error}");
        }
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let folder = folder();
    for arguments in [
        "rank --network mark.toml",
        "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 2 --permute order",
    ] {
        let (code, _, error) = asked(arguments, folder.path());
        assert_eq!(code, Some(0), "{arguments}: {error}");
    }
}

/// What has no end, or is too long, is not read first.
#[test]
fn endless_files_are_refused_at_once() {
    let folder = folder();
    fs::File::create(folder.path().join("long.toml")).unwrap().set_len(1 << 40).unwrap();
    fs::File::create(folder.path().join("long")).unwrap().set_len(1 << 40).unwrap();
    let start = Instant::now();
    for (arguments, said) in [
        (
            "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 2 --permute /dev/zero",
            "a device",
        ),
        (
            "rank mixer --depth 1 --width 2 --tokens 4 --token-hidden 2 --permute long",
            "at most 160 MiB",
        ),
        ("rank --network /dev/zero", "a device"),
        ("bounds --network long.toml", "it is too long; at most 16 MiB are allowed"),
        ("matrix rank /dev/zero --input-format npy", "a device"),
    ] {
        let (code, _, error) = asked(arguments, folder.path());
        assert_eq!(code, Some(2), "{arguments}: {error}");
        assert!(error.contains(said), "{arguments}: {error}");
    }
    assert!(start.elapsed() < Duration::from_secs(10));
}

/// Sizes that were there already are kept, unless an older version left out what decided.
#[test]
fn a_map_says_what_it_kept() {
    let folder = folder();
    let map = "map --depth 1..=3 --width 2 --layer-degree 2 --token-hidden 2 --tokens 4 --out m";
    let (_, printed, _) = asked(map, folder.path());
    assert!(printed.starts_with("3 sizes in ") && !printed.contains("kept"), "{printed}");
    let (_, printed, _) = asked(map, folder.path());
    assert!(printed.contains(", 3 of them kept from an earlier run"), "{printed}");
    let path = folder.path().join("m/map.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let decided = whole.lines().skip(1).filter(|row| !row.contains(",open,")).count();
    assert!(decided > 0);
    // The last two columns are of this version.
    let cut = |row: &str| row.rsplitn(3, ',').last().unwrap().to_owned() + "\n";
    fs::write(&path, whole.lines().map(cut).collect::<String>()).unwrap();
    let (_, printed, error) = asked(map, folder.path());
    let kept = match 3 - decided {
        0 => String::new(),
        kept => format!(", {kept} of them kept from an earlier run"),
    };
    assert!(printed.ends_with(&format!("map.csv{kept}\n")), "{printed} {error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), whole);
}
