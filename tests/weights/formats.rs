//! Weight files of every format, and what `[weights]` takes of a tensor.

use crate::npy::npy;
use crate::run::seprank;
use crate::tensors::{ATTENTION, TWO, file};
use seprank::arith::Rational;
use seprank::network::{Network, NetworkFile, Replacements, tensors};
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::{SimpleFileOptions, ZipWriter};

const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/weight_file/");

fn none() -> Network<Rational> {
    panic!("nothing is to be drawn")
}

fn parsed(text: &str) -> NetworkFile {
    NetworkFile::parse(text, Path::new(""), &Replacements::default()).expect(text)
}

/// 0, 1, 2 ..
fn count<const N: usize>() -> [f32; N] {
    std::array::from_fn(|i| i as f32)
}

/// The parameters of all layers by name, each by rows, in words.
fn values(text: &str, bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let NetworkFile { problem, weights } = parsed(text);
    let network = weights.read(&problem, Cursor::new(bytes), none).map_err(|e| e.to_string())?;
    let mut state = (problem.tokens(), problem.width());
    let mut list = Vec::new();
    for (l, layer) in problem.layers().iter().enumerate() {
        let definition = layer.definition(state.0, state.1).unwrap();
        for (parameter, value) in definition.parameters.iter().zip(&network.parameters()[l]) {
            let numbers = value.transpose();
            let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            list.push((format!("{l}.{}", parameter.name), words.join(" ")));
        }
        state = definition.output;
    }
    Ok(list)
}

fn value(text: &str, bytes: &[u8], name: &str) -> String {
    let list = values(text, bytes).unwrap();
    list.into_iter().find(|(own, _)| own == name).expect(name).1
}

/// Every head is Q, K, V and the output projection of PyTorch under those names, and means the same under the
/// names that files had before; a file with both, or with neither, is refused.
#[test]
fn former_names_mean_what_they_meant() {
    let bytes = file(&[
        ("q", &[2, 2], &[1.0, 2.0, 3.0, 4.0]),
        ("k", &[2, 2], &[5.0, 6.0, 7.0, 8.0]),
        ("v", &[2, 2], &[9.0, 10.0, 11.0, 12.0]),
        ("o", &[2, 2], &[13.0, 14.0, 15.0, 16.0]),
    ]);
    let map = |value: &str, out: &str| {
        format!(
            "{ATTENTION}\"0.head*.query\" = {{ tensor = \"q\" }}\n\"0.head*.key\" = {{ tensor = \"k\" }}\n\
             \"0.head*.{value}\" = {{ tensor = \"v\" }}\n\"0.head*.{out}\" = {{ tensor = \"o\" }}\n"
        )
    };
    let now = values(&map("value", "out"), &bytes).unwrap();
    let names: Vec<&str> = now.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names[..4], ["0.head0.query", "0.head0.key", "0.head0.value", "0.head0.out"]);
    // A matrix is cut into columns, one a head.
    assert_eq!((now[2].1.as_str(), now[7].1.as_str()), ("9 11", "14 16"));
    assert_eq!(values(&map("output", "value"), &bytes).unwrap(), now);
    let error = values(&map("output", "out"), &bytes).unwrap_err();
    assert!(error.contains("0.head*.out") && error.contains("0.head*.output"), "{error}");
    let one = format!(
        "{ATTENTION}missing = \"random\"\n\"0.head0.value\" = {{ tensor = \"v\", columns = 1 }}"
    );
    let error = values(&one, &bytes).unwrap_err();
    assert!(error.contains("does not say which is meant"), "{error}");
    let file = parsed(&map("output", "value"));
    assert!(file.weights.has_former_names(&file.problem).unwrap());
    let file = parsed(&map("value", "out"));
    assert!(!file.weights.has_former_names(&file.problem).unwrap());
}

/// Fused matrices, by name and by position, and heads that share keys and values, whose parts are unequal.
#[test]
fn fused_matrices_are_split() {
    // PyTorch's layout: rows are outputs. Query 0..2, key 2..4, value 4..6.
    let fused = file(&[("qkv", &[6, 2], &count::<12>()), ("o", &[2, 2], &count::<4>())]);
    let names = |source: &str| {
        let keys = ["query", "key", "value"].map(|name| format!("\"0.head*.{name}\" = {source}\n"));
        format!("{ATTENTION}{}\"0.head*.out\" = {{ tensor = \"o\" }}", keys.concat())
    };
    let text = names("{ tensor = \"qkv\", transpose = true, split = \"qkv\" }");
    assert_eq!(value(&text, &fused, "0.head0.query"), "0 1");
    assert_eq!(value(&text, &fused, "0.head1.key"), "6 7");
    assert_eq!(value(&text, &fused, "0.head0.value"), "8 9");
    // The same by position.
    let by_position = text.replacen("split = \"qkv\"", "rows = [0, 2]", 1);
    let by_position = by_position.replacen("split = \"qkv\"", "rows = [2, 4]", 1);
    let by_position = by_position.replacen("split = \"qkv\"", "rows = [4, 6]", 1);
    assert_eq!(values(&by_position, &fused), values(&text, &fused));
    // One key and value for both heads: 2 + 1 + 1 columns, as GPT-2 stores them.
    let shared = "tokens = 2\nwidth = 2\nlayer = [{ type = \"attention\", heads = 2, multi-query = true, bias = true }]\n[weights]\n\
        \"0.head*.query\" = { tensor = \"qkv\", split = \"qkv\" }\n\"0.key\" = { tensor = \"qkv\", split = \"qkv\" }\n\
        \"0.value\" = { tensor = \"qkv\", split = [\"query\", \"key\", \"value\"] }\n\"0.head*.out\" = { tensor = \"o\" }\n\
        \"0.head*.query-bias\" = { tensor = \"b\", split = \"qkv\" }\n\"0.key-bias\" = { tensor = \"b\", split = \"qkv\" }\n\
        \"0.value-bias\" = { tensor = \"b\", columns = [3, 4] }\n\"0.bias\" = { tensor = \"o\", rows = [1, 2] }";
    let unequal = file(&[
        ("qkv", &[2, 4], &count::<8>()),
        ("o", &[2, 2], &count::<4>()),
        ("b", &[4], &count::<4>()),
    ]);
    for (name, expected) in [
        ("0.head1.query", "1 5"),
        ("0.key", "2 6"),
        ("0.value", "3 7"),
        ("0.head1.query-bias", "1"),
        ("0.key-bias", "2"),
        ("0.value-bias", "3"),
        ("0.bias", "2 3"),
    ] {
        assert_eq!(value(shared, &unequal, name), expected, "{name}");
    }
    // gMLP's two halves.
    let halves = "tokens = 2\nwidth = 1\nlayer = [{ type = \"spatial-gating\", hidden = 2 }]\n[weights]\n\
        \"0.u1\" = { tensor = \"f\", transpose = true, split = [\"u1\", \"u2\"] }\n\
        \"0.u2\" = { tensor = \"f\", transpose = true, split = [\"u1\", \"u2\"] }\n\
        \"0.w\" = { tensor = \"w\" }\n\"0.v\" = { tensor = \"f\", rows = [2, 4] }";
    let bytes = file(&[("f", &[4, 1], &count::<4>()), ("w", &[2, 2], &count::<4>())]);
    assert_eq!(
        (value(halves, &bytes, "0.u1"), value(halves, &bytes, "0.u2")),
        ("0 1".into(), "2 3".into())
    );
    for (from, to, words) in [
        ("split = \"qkv\"", "split = \"kv\"", "\"query\" is not among them"),
        ("split = \"qkv\"", "split = \"qqk\"", "\"query\" is there twice"),
        ("split = \"qkv\"", "split = [\"query\", \"w1\"]", "\"0.w1\" is no weight of the network"),
        ("tensor = \"qkv\"", "tensor = \"o\"", "\"0.head*.query\" needs 2 x 6"),
        ("split", "rows = [0, 7], split", "has 6 rows; [0, 7] are asked for"),
        ("split", "columns = [2, 3], split", "has 2 columns; [2, 3] are asked for"),
    ] {
        let error = values(&text.replacen(from, to, 1), &fused).unwrap_err();
        assert!(error.contains(words), "{error} lacks {words}");
    }
    for (source, words) in [
        ("{ tensor = \"q\", rows = [3, 3] }", "rows: invalid value"),
        ("{ tensor = \"q\", rows = -1 }", "from 0"),
        ("{ tensor = \"q\", split = \"qx\" }", "letters of query"),
        ("{ tensor = \"q\", rwos = 1 }", "did you mean `rows`"),
    ] {
        let text = format!("{ATTENTION}\"0.head0.query\" = {source}");
        let error = NetworkFile::parse(&text, Path::new(""), &Replacements::default()).unwrap_err();
        assert!(error.to_string().contains(words), "{error} lacks {words}");
    }
}

/// `{2i}` stands for layers 0, 2, ..; a key of its own goes first; and a row that stands for all of them.
#[test]
fn patterns_stand_for_layers() {
    let text = "tokens = 2\nwidth = 1\nlayer = [{ type = \"repeat\", times = 2, layers = [{ type = \"scaling\" }, { type = \"position-embedding\" }] }]\n[weights]\n\
        \"{2i}.values\" = { tensor = \"a.{i}\" }\n\"{2i+1}.values\" = { tensor = \"b.{2i+1}\", repeat = true }\n";
    let bytes = file(&[
        ("a.0", &[1, 1, 1], &[1.0]),
        ("a.1", &[], &[2.0]),
        ("b.1", &[1], &[3.0]),
        ("b.3", &[1, 1], &[4.0]),
    ]);
    let found = |text: &str| {
        values(text, &bytes).map(|l| l.into_iter().map(|(_, v)| v).collect::<Vec<_>>())
    };
    assert_eq!(found(text).unwrap(), ["1", "3 3", "2", "4 4"]);
    let own = format!("{text}\"2.values\" = {{ tensor = \"b.3\" }}");
    assert_eq!(found(&own).unwrap(), ["1", "3 3", "4", "4 4"]);
    for (added, words) in [
        ("\"{i}.values\" = { tensor = \"a.0\" }", "both stand for"),
        ("\"{i+4}.values\" = { tensor = \"a.0\" }", "\"{i+4}.values\" is no weight"),
        ("\"{j}.values\" = { tensor = \"a.0\" }", "\"{j}.values\" is no weight"),
    ] {
        let error = found(&format!("{text}{added}")).unwrap_err();
        assert!(error.contains(words), "{error} lacks {words}");
    }
    // What is missing is said at once, with what is near.
    let error = found(&text.replace("\"a.{i}\"", "\"a.x{i}\"")).unwrap_err();
    assert!(
        error.contains("no tensors \"a.x0\" (near it: \"a.0\"), \"a.x1\" (near it: \"a.1\")"),
        "{error}"
    );
    let error = found(
        "tokens = 2\nwidth = 1\nlayer = [{ type = \"token-mixing\", hidden = 1 }]\n[weights]\n",
    )
    .unwrap_err();
    assert!(error.contains("no tensor for \"0.w1\", \"0.w2\""), "{error}");
}

/// The map of the fuzz target, and what the seeds say, which NumPy 2.4, onnx 1.23 and safetensors 0.8 wrote.
#[test]
fn every_format_holds_the_same_numbers() {
    let text = "tokens = 3\nwidth = 2\nlayer = [{ type = \"attention\", heads = 2 }, { type = \"scaling\" }, { type = \"position-embedding\" }]\n[weights]\n\
        \"0.head*.query\" = { tensor = \"a\" }\n\"0.head*.key\" = { tensor = \"q\", split = \"qkv\" }\n\
        \"0.head*.value\" = { tensor = \"q\", split = \"qkv\" }\n\"0.head*.out\" = { tensor = \"q\", columns = [3, 5] }\n\
        \"1.values\" = { tensor = \"b\" }\n\"2.values\" = { tensor = \"c\", repeat = true }\n"
        .replace("tensor = \"c\", repeat = true", "tensor = \"q\", columns = [1, 3], rows = [1, 2], repeat = true");
    for name in ["integers", "numpy.npz", "model.onnx"] {
        let bytes = fs::read(format!("{SEEDS}{name}")).unwrap();
        let get = |key| value(&text, &bytes, key);
        // Of a, 2 x 2: the second column; 0.1 is the number of 24 bits.
        assert_eq!(get("0.head1.query"), "2 13421773/134217728", "{name}");
        assert_eq!(
            (get("0.head0.key"), get("0.head1.value")),
            ("2 8".into(), "5 11".into()),
            "{name}"
        );
        assert_eq!(
            (get("0.head0.out"), get("0.head1.out")),
            ("3 9".into(), "4 10".into()),
            "{name}"
        );
        assert_eq!(
            (get("1.values"), get("2.values")),
            ("-5 7".into(), "7 8 7 8 7 8".into()),
            "{name}"
        );
        let found = tensors(Path::new(&format!("{SEEDS}{name}"))).unwrap();
        let shapes: Vec<_> = found.iter().map(|t| (t.name.as_str(), t.shape.clone())).collect();
        assert_eq!(
            shapes,
            [("a", vec![2, 2]), ("b", vec![2]), ("c", vec![1, 3, 1]), ("q", vec![2, 6])]
        );
        // Cut anywhere: an error, or nothing that is asked for is lost.
        let whole = values(&text, &bytes).unwrap();
        for end in 0..bytes.len() {
            let found = values(&text, &bytes[..end]);
            assert!(found.is_err() || found.as_ref() == Ok(&whole), "{name} {end}");
        }
        let NetworkFile { problem, weights } = parsed(&text);
        for at in 0..bytes.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= change;
                let _ = weights.read(&problem, Cursor::new(changed), none);
            }
        }
    }
    let one = "tokens = 2\nwidth = 2\nlayer = [{ type = \"linear-head\", outputs = 6 }]\n[weights]\n\"0.weight\" = { tensor = \"array\" }";
    let bytes = fs::read(format!("{SEEDS}numpy.npy")).unwrap();
    assert_eq!(value(one, &bytes, "0.weight"), "0 1 2 3 4 5 6 7 8 9 10 11");
}

/// An index, its directory, and one with what is wrong with an index.
#[test]
fn models_in_parts_are_read_by_their_index() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("m-1.safetensors"), file(&[("a", &[2], &[1.0, 2.0])])).unwrap();
    fs::write(path("m-2.safetensors"), file(&[("b", &[2, 2], &[3.0, 4.0, 5.0, 6.0])])).unwrap();
    let index = path("model.safetensors.index.json");
    let good = r#"{"metadata": {"total_size": 24}, "weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}"#;
    fs::write(&index, good).unwrap();
    let NetworkFile { problem, weights } = parsed(TWO);
    let from_index = weights.load(&problem, &index, none).unwrap();
    assert_eq!(weights.load(&problem, dir.path(), none).unwrap(), from_index);
    assert_eq!(from_index.parameters()[1][0][(1, 0)], Rational::from(5));
    fs::write(path("net.toml"), TWO).unwrap();
    let words = [path("net.toml"), index.clone()].map(|p| p.to_str().unwrap().to_owned());
    let output = seprank(&["rank", "--network", &words[0], "--weights", &words[1]]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for (text, expected) in [
        (good.replace("m-2", "m-3"), "m-3.safetensors: No such file"),
        (good.replace("\"m-2", "\"../m-2"), "\"../m-2.safetensors\"; a file beside it"),
        (good.replace("\"b\"", "\"c\""), "\"c\" is in m-2.safetensors, which has none"),
        (good.replace("\"b\"", "\"a\""), "two entries \"a\""),
        (good.replace("m-2.safetensors", "net.toml"), "net.toml: "),
        ("{}".into(), "missing field `weight_map`"),
    ] {
        fs::write(&index, text).unwrap();
        let error = weights.load(&problem, &index, none).unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error} lacks {expected}");
    }
    fs::remove_file(&index).unwrap();
    let error = weights.load(&problem, dir.path(), none).unwrap_err().to_string();
    assert!(error.contains("there are \"m-1.safetensors\", \"m-2.safetensors\""), "{error}");
}

/// Every other file has one clear line.
#[test]
fn foreign_files_are_named() {
    let archive = |name: &str| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
        zip.finish().unwrap().into_inner()
    };
    let no_array = archive("a.npy");
    for (bytes, expected) in [
        (
            &b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"[..],
            "Git LFS pointer",
        ),
        (b"\n<!DOCTYPE html>\n<html><body>not found</body></html>", "an HTML page"),
        (b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0", "a GGUF file; in Python: from gguf"),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "a pickle, as PyTorch"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", "an HDF5 file"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "a gzip file"),
        (
            &archive("archive/data.pkl"),
            "a checkpoint of PyTorch, as pytorch_model.bin; in Python: from safetensors",
        ),
        (&archive("readme.txt"), "a ZIP archive of other files"),
        (&no_array, "array \"a\": the first bytes: allowed are those of an NPY file"),
        (&no_array[..40], "not a sound ZIP archive"),
        (&npy("<f8", false, "(2,)", &[0; 8]), "8 bytes of data: allowed are those of shape [2]"),
        (b"\x08\x0e\x3a\xff\xff\xff\xff\x0f", "not a sound ONNX file"),
    ] {
        let error = values(TWO, bytes).unwrap_err();
        assert!(error.contains(expected) && !error.contains('\n'), "{error} lacks {expected}");
    }
    let complex = npy("<c8", false, "(2,)", &[0; 16]);
    let text = TWO.replace("\"a\"", "\"array\"").replace("\"b\"", "\"array\"");
    assert!(values(&text, &complex).unwrap_err().contains("type <c8"));
}
