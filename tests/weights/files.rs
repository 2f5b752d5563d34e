//! Weights from safetensors files: exact, mapped as the network file says, and refused where wrong.

use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorView, serialize};
use seprank::arith::Rational;
use seprank::certificate;
use seprank::check::{Verdict, check_file};
use seprank::network::{Network, NetworkFile, Replacements};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Two heads of width 1 on two channels, in PyTorch's layout.
const NETWORK: &str = r#"
tokens = 3
width = 2
[[layer]]
type = "attention"
heads = 2
bias = true
[weights]
"0.head*.query" = { tensor = "q", transpose = true }
"0.head*.key" = { tensor = "k", transpose = true }
"0.head*.value" = { tensor = "v", transpose = true }
"0.head*.out" = { tensor = "o" }
"0.head*.query-bias" = { tensor = "qb" }
"0.head*.key-bias" = { tensor = "qb" }
"0.head*.value-bias" = { tensor = "qb" }
"0.bias" = { tensor = "b", rows = 1 }
"#;

type Tensor = (&'static str, Dtype, Vec<usize>, Vec<u8>);

fn f32s(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The tensors that NETWORK names, of every type of number.
fn tensors() -> Vec<Tensor> {
    let half: Vec<u8> =
        [0.5, -1.25, 3.0, 0.1].iter().flat_map(|x| f16::from_f64(*x).to_le_bytes()).collect();
    let brain: Vec<u8> =
        [1.0, 2.0, -0.75, 0.1].iter().flat_map(|x| bf16::from_f64(*x).to_le_bytes()).collect();
    let double: Vec<u8> = [0.1f64, 2.0, 5.0, -7.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    vec![
        ("q", Dtype::F32, vec![2, 2], f32s(&[1.0, 2.0, 3.0, 0.1])),
        ("k", Dtype::F16, vec![2, 2], half),
        ("v", Dtype::BF16, vec![2, 2], brain),
        ("o", Dtype::F64, vec![2, 2], double),
        ("qb", Dtype::F32, vec![2], f32s(&[1.5, -2.5])),
        ("b", Dtype::F32, vec![2, 2], f32s(&[7.0, 8.0, 9.0, 10.0])),
    ]
}

fn bytes(tensors: &[Tensor]) -> Vec<u8> {
    let views = tensors.iter().map(|(name, dtype, shape, data)| {
        (*name, TensorView::new(*dtype, shape.clone(), data).expect("a sound tensor"))
    });
    serialize(views, None).expect("sound tensors")
}

/// Every weight has a key.
fn none() -> Network<Rational> {
    panic!("nothing is to be drawn")
}

fn network() -> NetworkFile {
    NetworkFile::parse(NETWORK, Path::new(""), &Replacements::default()).expect("a sound file")
}

fn write(dir: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join("weights.safetensors");
    fs::write(&path, bytes).expect("a writable directory");
    path
}

#[test]
fn weights_are_exact_transposed_and_cut_by_heads() {
    let dir = tempfile::tempdir().unwrap();
    let file = network();
    let loaded = file.weights.load(&file.problem, &write(&dir, &bytes(&tensors())), none).unwrap();
    let layer = &loaded.parameters()[0];
    let exact = |x: f64| Rational::from_f64(x).unwrap();
    // Head 1 has row 1 of PyTorch's query weight as its column.
    assert_eq!(layer[7][(0, 0)], exact(3.0));
    assert_eq!(layer[7][(1, 0)], exact(f64::from(0.1f32)));
    assert_ne!(layer[7][(1, 0)], exact(0.1));
    assert_eq!(layer[0].as_slice(), [exact(1.0), exact(2.0)]);
    // Half precisions and doubles.
    assert_eq!(layer[8][(1, 0)], exact(f16::from_f64(0.1).to_f64()));
    assert_eq!(layer[9][(1, 0)], exact(bf16::from_f64(0.1).to_f64()));
    // U_h is block h of the columns.
    assert_eq!(layer[10].as_slice(), [exact(2.0), exact(-7.0)]);
    assert_eq!(layer[3].as_slice(), [exact(0.1), exact(5.0)]);
    assert_eq!(layer[11][(0, 0)], exact(-2.5));
    // The first row alone.
    assert_eq!(layer.last().unwrap().as_slice(), [exact(7.0), exact(8.0)]);
}

/// The file after a change, and parts of the message.
#[test]
fn what_is_refused_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = network();
    let refused = |bytes: &[u8], parts: &[&str]| {
        let path = write(&dir, bytes);
        let error = match file.weights.load(&file.problem, &path, none) {
            Ok(_) => panic!("accepted, though {parts:?}"),
            Err(error) => error.to_string(),
        };
        assert!(!error.contains('\n') && error.contains("weights.safetensors"), "{error}");
        for part in parts {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    };
    let changed = |change: &dyn Fn(&mut Vec<Tensor>)| {
        let mut list = tensors();
        change(&mut list);
        bytes(&list)
    };
    let sound = bytes(&tensors());
    refused(&changed(&|l| l[0].0 = "quarry"), &["no tensor \"q\"", "did you mean"]);
    refused(
        &changed(&|l| (l[0].2, l[0].3) = (vec![1, 2], f32s(&[1.0, 2.0]))),
        &["tensor \"q\" is 2 x 1 transposed", "needs 2 x 2"],
    );
    refused(
        &changed(&|l| (l[0].2, l[0].3) = (vec![2, 1, 2, 2], f32s(&[0.0; 8]))),
        &["shape [2, 1, 2, 2]", "one or two axes"],
    );
    refused(
        &changed(&|l| l[0].3 = f32s(&[1.0, f32::NAN, 3.0, 4.0])),
        &["tensor \"q\", entry 0,1 is NaN"],
    );
    refused(&changed(&|l| l[0].3 = f32s(&[1.0, 2.0, 3.0, f32::INFINITY])), &["entry 1,1 is inf"]);
    refused(
        &changed(&|l| (l[0].1, l[0].3) = (Dtype::F8_E4M3, vec![0; 4])),
        &["type F8_E4M3", "bfloat16"],
    );
    refused(
        &changed(&|l| (l[5].2, l[5].3) = (vec![0, 2], Vec::new())),
        &["0 rows", "[0, 1] are asked"],
    );
    refused(&sound[..sound.len() - 1], &["truncated"]);
    refused(&sound[..40], &["the header claims"]);
    refused(&sound[..5], &["truncated"]);
    let mut huge = sound.clone();
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    refused(&huge, &["the header claims 18446744073709551615 bytes"]);
    let mut broken = sound.clone();
    broken[10] = 0xff;
    refused(&broken, &["not a safetensors file"]);
    refused(b"", &["truncated"]);
    // The mapping itself.
    let lacking = NETWORK.replace("\"0.bias\" = { tensor = \"b\", rows = 1 }", "");
    let parsed = NetworkFile::parse(&lacking, Path::new(""), &Replacements::default()).unwrap();
    let path = write(&dir, &sound);
    let error = parsed.weights.load(&parsed.problem, &path, none).unwrap_err().to_string();
    assert!(error.contains("no tensor for \"0.bias\""), "{error}");
    let layers = "tokens = 2\nwidth = 1\nlayer = [{ type = \"scaling\" }, { type = \"pooling\" }, { type = \"scaling\" }]\n\
                  [weights]\n\"*.values\" = { tensor = \"qb\" }";
    let parsed = NetworkFile::parse(layers, Path::new(""), &Replacements::default()).unwrap();
    let error = parsed.weights.load(&parsed.problem, &path, none).unwrap_err().to_string();
    assert!(error.contains("must be 0..=1, and one is 2"), "{error}");
    let unknown = NETWORK.replace("0.bias", "0.bios");
    let parsed = NetworkFile::parse(&unknown, Path::new(""), &Replacements::default()).unwrap();
    let error = parsed.weights.load(&parsed.problem, &path, none).unwrap_err().to_string();
    assert!(error.contains("\"0.bios\" is no weight") && error.contains("\"0.bias\"?"), "{error}");
}

/// A file with the header as it is given.
fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    let length = header.len() as u64;
    [&length.to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// The header's entries and the data of the sound file.
fn sound_parts() -> (Vec<(String, String)>, Vec<u8>) {
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (name, dtype, shape, own) in tensors() {
        let (start, end) = (data.len(), data.len() + own.len());
        let info = format!(
            r#"{{"dtype": "{dtype}", "shape": {shape:?}, "data_offsets": [{start}, {end}]}}"#
        );
        entries.push((name.to_owned(), info));
        data.extend(own);
    }
    (entries, data)
}

fn header(entries: &[(String, String)]) -> String {
    let entries = entries.iter().map(|(name, info)| format!("\"{name}\": {info}"));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

fn read(bytes: &[u8]) -> Result<Network<Rational>, String> {
    let file = network();
    file.weights.read(&file.problem, Cursor::new(bytes), none).map_err(|e| e.to_string())
}

/// Every character as a JSON escape.
fn escaped(name: &str) -> String {
    name.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect()
}

/// Entries may come in any order, with notes; the weights are the same.
#[test]
fn the_order_of_the_header_does_not_matter() {
    let (mut entries, data) = sound_parts();
    let expected = read(&raw(&header(&entries), &data)).unwrap();
    assert_eq!(expected, read(&bytes(&tensors())).unwrap());
    for _ in 0..entries.len() {
        entries.rotate_left(1);
        assert_eq!(read(&raw(&header(&entries), &data)).unwrap(), expected);
    }
    entries.insert(3, ("__metadata__".into(), r#"{"format": "pt", "q": "x"}"#.into()));
    entries[0].0 = escaped(&entries[0].0);
    assert_eq!(read(&raw(&header(&entries), &data)).unwrap(), expected);
    // A tensor without entries lies anywhere between two others.
    entries.push((
        "none".into(),
        r#"{"dtype": "F32", "shape": [0, 3], "data_offsets": [16, 16]}"#.into(),
    ));
    assert_eq!(read(&raw(&header(&entries), &data)).unwrap(), expected);
}

/// Of two entries with one name none is meant, however the name is spelled and whatever they say.
#[test]
fn names_must_not_be_repeated() {
    let (sound, data) = sound_parts();
    for (i, (name, info)) in sound.iter().enumerate() {
        let other_type = info.replace("\"F32\"", "\"I32\"").replace("\"F16\"", "\"BF16\"");
        let empty = r#"{"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}"#.to_owned();
        for again in [info.clone(), other_type, empty] {
            for spelled in [name.clone(), escaped(name)] {
                for place in [0, i, i + 1, sound.len()] {
                    let mut entries = sound.clone();
                    entries.insert(place, (spelled.clone(), again.clone()));
                    let error = read(&raw(&header(&entries), &data)).unwrap_err();
                    let expected = format!("two entries {name:?}");
                    assert!(error.contains(&expected), "{error} lacks {expected}");
                }
            }
        }
    }
    let notes = |list: &[&str]| {
        let mut entries = sound.clone();
        entries.extend(list.iter().map(|note| ("__metadata__".to_owned(), (*note).to_owned())));
        read(&raw(&header(&entries), &data)).map(drop)
    };
    assert_eq!(notes(&[r#"{"a": "1", "b": "2"}"#]), Ok(()));
    let error = notes(&[r#"{"a": "1"}"#, r#"{"a": "1"}"#]).unwrap_err();
    assert!(error.contains("two entries \"__metadata__\""), "{error}");
    let error = notes(&[r#"{"a": "1", "\u0061": "2"}"#]).unwrap_err();
    assert!(error.contains("two entries \"__metadata__.a\""), "{error}");
    // Nor may what an entry says be said twice.
    for field in
        ["dtype\": \"F32", "shape\": [2, 2], \"x\": \"", "data_offsets\": [0, 16], \"x\": \""]
    {
        let mut entries = sound.clone();
        entries[0].1.insert_str(1, &format!("\"{field}\", "));
        let error = read(&raw(&header(&entries), &data)).unwrap_err();
        assert!(error.contains("duplicate field"), "{error}");
    }
}

/// A file of tensors of F32 with the given names, shapes and offsets, as many bytes as are asked for.
fn laid_out(entries: &[(&str, &str, [u64; 2])], bytes: usize) -> Vec<u8> {
    let info = |(name, shape, [start, end]): &(&str, &str, [u64; 2])| {
        let info = format!(r#"{{"dtype":"F32","shape":{shape},"data_offsets":[{start},{end}]}}"#);
        ((*name).to_owned(), info)
    };
    raw(&header(&entries.iter().map(info).collect::<Vec<_>>()), &vec![0; bytes])
}

/// Tensors fill the data one after the other; an error is the same in every run.
#[test]
fn impossible_layouts_are_named_the_same_way_in_every_run() {
    let overlapping: Vec<String> = (0..40).map(|i| format!("t{i:02}")).collect();
    let overlapping: Vec<_> = overlapping.iter().map(|n| (n.as_str(), "[2]", [0, 8])).collect();
    let max = u64::MAX;
    for (entries, bytes, expected) in [
        (&overlapping[..], 8, "tensor \"t01\" overlaps tensor \"t00\""),
        (&[("a", "[2]", [0, 8]), ("b", "[2]", [4, 12])], 12, "\"b\" overlaps tensor \"a\""),
        (&[("b", "[2]", [0, 8]), ("a", "[1]", [4, 8])], 8, "\"a\" overlaps tensor \"b\""),
        (
            &[("a", "[2]", [0, 8]), ("b", "[1]", [12, 16])],
            16,
            "bytes 8..12 of the data, before tensor \"b\"",
        ),
        (&[("a", "[1]", [4, 8])], 8, "bytes 0..4 of the data, before tensor \"a\""),
        (&[("a", "[2]", [0, 4])], 4, "\"a\" of 64 bits has the data offsets 0..4"),
        (&[("a", "[2, 0]", [0, 4])], 4, "\"a\" of 0 bits has the data offsets 0..4"),
        (&[("a", "[]", [0, 8])], 8, "\"a\" of 32 bits has the data offsets 0..8"),
        (&[("a", "[2]", [8, 0])], 8, "\"a\" of 64 bits has the data offsets 8..0"),
        (
            &[("a", "[2]", [0, max])],
            8,
            "\"a\" of 64 bits has the data offsets 0..18446744073709551615",
        ),
        (
            &[("a", "[4294967296, 4294967296]", [0, 0])],
            0,
            "shape [4294967296, 4294967296], which is too large",
        ),
        (
            &[("a", "[9223372036854775807, 2]", [0, 0])],
            0,
            "[9223372036854775807, 2], which is too large",
        ),
        (&[("a", "[576460752303423488]", [0, 0])], 0, "[576460752303423488], which is too large"),
        (&[("a", "[18446744073709551616]", [0, 0])], 0, "not a safetensors file"),
        (&[("a", "[-1]", [0, 0])], 0, "not a safetensors file"),
        (&[("a", "[1.5]", [0, 6])], 6, "not a safetensors file"),
        (&[("a", "[2]", [0, 8])], 9, "truncated or overlong: the header accounts for"),
        (&[("a", "[2]", [0, 8])], 7, "truncated or overlong"),
    ] {
        let file = laid_out(entries, bytes);
        let first = read(&file).unwrap_err();
        assert!(first.contains(expected), "{first} lacks {expected}");
        for _ in 0..20 {
            assert_eq!(read(&file).unwrap_err(), first);
        }
    }
    for text in
        ["", "[]", "null", "{\"a\": 1}", "{\"a\": null}", "{\"__metadata__\": {\"a\": 1}}", "{} {}"]
    {
        let error = read(&raw(text, &[])).unwrap_err();
        assert!(error.contains("not a safetensors file"), "{text}: {error}");
    }
}

/// From the command line: a certificate of the given weights that the checker accepts.
#[test]
fn given_weights_are_certified() {
    let dir = tempfile::tempdir().unwrap();
    let weights = write(&dir, &bytes(&tensors()));
    let (network, out) = (dir.path().join("network.toml"), dir.path().join("rank.json"));
    fs::write(&network, NETWORK).unwrap();
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_seprank"))
            .args(arguments)
            .output()
            .expect("the program starts")
    };
    let [network, weights, file] = [&network, &weights, &out].map(|p| p.to_str().unwrap());
    let output = run(&[
        "rank",
        "--network",
        network,
        "--weights",
        weights,
        "--certificate",
        file,
        "--format",
        "json",
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(check_file(&out), Verdict::Valid);
    let certificate = certificate::read(&out).unwrap();
    let certificate::Claim::Rank(claim) = certificate.claim else { panic!("a rank") };
    assert_eq!(claim.scope, certificate::Scope::Fixed);
    // The other commands read them too: one matrix, and in the profile the same rank at its cut.
    let output = run(&["rank", "--network", network, "--weights", weights, "--format", "json"]);
    let rank: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let profile = ["profile", "--network", network, "--weights", weights, "--format", "json"];
    let output = run(&profile);
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let left = rank["problem"]["left"].as_array().unwrap().len();
    assert_eq!(rows["rows"][left - 1]["rank"], rank["rank"]);
    assert_eq!(rows["weights"], rank["weights"]);
    let tensor = run(&["tensor", "--network", network, "--weights", weights]);
    let random = run(&["tensor", "--network", network]);
    assert!(tensor.status.success() && tensor.stdout != random.stdout);
    // The certificate is about this network, and not about one with another partition.
    assert!(run(&["check", file, "--network", network]).status.success());
    let text = NETWORK.replace("width = 2", "width = 2\nleft = [2]");
    fs::write(network, text).unwrap();
    assert_eq!(run(&["check", file, "--network", network]).status.code(), Some(1));
    // A bad weight file is bad input: exit 2, one line.
    fs::write(weights, b"").unwrap();
    let output = run(&["rank", "--network", network, "--weights", weights]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}
