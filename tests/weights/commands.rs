//! Weight files on the command line: with weights left to chance, listed, certified.

use crate::npy::npy;
use crate::run::seprank;
use crate::tensors::{ATTENTION, TWO, file};
use std::fs;
use std::process::Command;

/// What has no key is drawn, where the file says so, by the seed.
#[test]
fn weights_may_be_mixed() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (network, weights) = (path("net.toml"), path("w.safetensors"));
    fs::write(&weights, file(&[("a", &[2], &[1.0, 2.0])])).unwrap();
    let mixed = TWO.replace("\"1.values\" = { tensor = \"b\" }", "missing = \"random\"");
    fs::write(path("x.npy"), npy("<f8", false, "(2, 2)", &[0; 32])).unwrap();
    let eval = |seed: &str| {
        let inputs = path("x.npy");
        let output = seprank(&[
            "eval",
            "--network",
            &network,
            "--weights",
            &weights,
            "--inputs",
            &inputs,
            "--seed",
            seed,
        ]);
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    fs::write(&network, &mixed).unwrap();
    // At zero the output is the random offsets.
    let (one, two) = (eval("1").0, eval("2").0);
    assert!(!one.is_empty() && one != two && one == eval("1").0);
    let output = seprank(&["rank", "--network", &network, "--weights", &weights, "--seed", "3"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(", others random, seed 3"), "{text}");
    // A tensor that is named must be there.
    fs::write(&network, mixed.replace("\"a\"", "\"z\"")).unwrap();
    assert!(eval("1").1.contains("there is no tensor \"z\""));
    fs::write(&network, TWO).unwrap();
    let output = seprank(&["networks", "--keys", &network, "--format", "json"]);
    let keys: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        keys[1],
        serde_json::json!({"key": "1.values", "rows": 2, "columns": 2, "count": 1})
    );
    let output = seprank(&["weights", &weights]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == ["a", "2", "F32"]),
        "{text}"
    );
    let former = "tokens = 2\nwidth = 1\nlayer = [{ type = \"attention\" }]\n[weights]\nmissing = \"random\"\n\"0.head*.output\" = { tensor = \"a\", columns = 1 }";
    fs::write(&network, former).unwrap();
    let output = seprank(&["rank", "--network", &network, "--weights", &weights]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && error.starts_with("warning: [weights] calls the value"),
        "{error}"
    );
}

/// The rank with given weights is one more case of `certify`, whose certificate is of these weights.
#[test]
fn certify_takes_given_weights() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let names = ["query", "key", "value", "out"];
    let keys = names.map(|name| format!("\"0.head*.{name}\" = {{ tensor = \"{name}\" }}\n"));
    fs::write(path("net.toml"), format!("{ATTENTION}{}", keys.concat())).unwrap();
    // All ones: with the sums s and t of the two tokens the output is a number times s (s^2 + t^2), of rank 2.
    let tensors = names.map(|name| (name, &[2, 2][..], &[1.0, 1.0, 1.0, 1.0][..]));
    fs::write(path("w.safetensors"), file(&tensors)).unwrap();
    let run = |arguments: &[&str]| {
        let program = env!("CARGO_BIN_EXE_seprank");
        let output =
            Command::new(program).current_dir(dir.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let both = ["--network", "net.toml", "--weights", "w.safetensors", "--format", "json"];
    let certified = run(&[&["certify", "--out", "certs"][..], &both].concat());
    let cases = certified["cases"].as_array().unwrap();
    let given: Vec<_> = cases
        .iter()
        .filter(|c| c["case"].as_str().unwrap().starts_with("net, rank with w.safetensors #"))
        .collect();
    assert!(cases.len() == 3 && given.len() == 1, "{certified}");
    let alone = run(&[&["rank"][..], &both].concat());
    assert_eq!((&alone["rank"], &alone["status"]), (&2.into(), &"exact".into()));
    assert_eq!(given[0]["found"], format!("= {}", alone["rank"]));
    assert_eq!(cases[0]["found"], ">= 3", "random weights have more");
    let written = fs::read_dir(path("certs")).unwrap();
    let of_weights = written
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("rank-w-safetensors-"))
        .count();
    assert_eq!(of_weights, 1);
}
