//! Campaigns in units: in any order, by several processes, killed at any moment, they give the bytes of the command that
//! does all at once; and nothing wrong is joined.
#![cfg(unix)]

#[path = "common/cases.rs"]
mod cases;
#[path = "common/files.rs"]
mod files;

use cases::cases;
use files::contents;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::files::sha256;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn seprank(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seprank"));
    command.args(arguments.split_whitespace()).arg("--quiet");
    command
}

fn output(arguments: &str) -> Output {
    seprank(arguments).output().unwrap()
}

fn code_and_text(arguments: &str) -> (i32, String) {
    let found = output(arguments);
    let text = [found.stdout, found.stderr].concat();
    (found.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// What the command prints, which succeeds.
fn text(arguments: &str) -> String {
    let (code, text) = code_and_text(arguments);
    assert_eq!(code, 0, "{arguments}: {text}");
    text
}

fn assert_same(ours: &BTreeMap<String, Vec<u8>>, theirs: &BTreeMap<String, Vec<u8>>) {
    assert!(ours.keys().eq(theirs.keys()), "{:?} {:?}", ours.keys(), theirs.keys());
    ours.iter().for_each(|(file, bytes)| assert!(bytes == &theirs[file], "{file}"));
}

struct Campaign {
    directory: PathBuf,
    ids: Vec<String>,
}

impl Campaign {
    fn new(directory: PathBuf, kind: &str) -> Self {
        let listed = text(&format!("units {kind} --out {}", directory.display()));
        let ids = listed.lines().map(|line| line.split('\t').next().unwrap().into()).collect();
        Self { directory, ids }
    }

    fn run(&self, ids: &[String]) -> Command {
        seprank(&format!("unit run {} --out {}", ids.join(" "), self.directory.display()))
    }

    /// All of them, in a random order.
    fn shuffled(&self, random: &mut ChaCha20Rng) -> Vec<String> {
        let mut ids = self.ids.clone();
        ids.shuffle(random);
        ids
    }

    fn join(&self) -> (i32, String) {
        code_and_text(&format!("units join {}", self.directory.display()))
    }

    fn joined(&self) -> BTreeMap<String, Vec<u8>> {
        contents(&self.directory.join("joined"))
    }

    fn part(&self, id: &str) -> PathBuf {
        self.directory.join(format!("parts/{id}.json"))
    }

    fn parts(&self) -> BTreeMap<String, Vec<u8>> {
        contents(&self.directory.join("parts"))
    }
}

fn silent(mut command: Command) -> Child {
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// The quick claims: two processes go through all units in two orders.
#[test]
fn claims_by_two_processes_are_those_of_certify() {
    let dir = tempfile::tempdir().unwrap();
    let campaign = Campaign::new(dir.path().join("campaign"), "claims");
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let two = [0, 1].map(|_| silent(campaign.run(&campaign.shuffled(&mut random))));
    for mut process in two {
        assert!(process.wait().unwrap().success());
    }
    let (code, joined) = campaign.join();
    let out = dir.path().join("certify");
    let single = text(&format!("certify --out {}", out.display()));
    assert_eq!(code, 0, "{joined}");
    let summary = format!("\n{} cases", campaign.ids.len());
    let table = |text: &str| text.split_once(&summary).expect("a summary").0.to_owned();
    assert_eq!(table(&joined), table(&single));
    assert_same(&campaign.joined(), &contents(&out));
    // `certify` goes on from it.
    let on = format!("certify --format json --out {}", campaign.directory.join("joined").display());
    let report: serde_json::Value = serde_json::from_str(&text(&on)).unwrap();
    assert!(report["resumed"].as_u64().unwrap() > 200, "{}", report["resumed"]);
}

/// Sweep, study and the conjecture's instances, each with the files of its command.
#[test]
fn the_other_kinds_are_those_of_their_commands() {
    let dir = tempfile::tempdir().unwrap();
    let sizes = "--depth 1..=3 --width 2,4 --heads 2,1 --layer-degree 2,1";
    let measured = "--points 4 --draws 2 --seed 3";
    let mut random = ChaCha20Rng::seed_from_u64(2);
    for (kind, single) in [
        (format!("map {sizes}"), format!("map {sizes} --out")),
        (format!("study {measured}"), format!("spectrum {measured} --out")),
        (
            "sharpness --instances 12".into(),
            "certify --profile sharpness --budget 20s --out".into(),
        ),
    ] {
        let name = kind.split(' ').next().unwrap();
        let campaign = Campaign::new(dir.path().join(name), &kind);
        let ids = campaign.shuffled(&mut random);
        assert!(campaign.run(&ids).stdout(Stdio::null()).status().unwrap().success());
        let (code, joined) = campaign.join();
        assert_eq!(code, 0, "{joined}");
        let out = dir.path().join(format!("{name}-single"));
        let printed = text(&format!("{single} {}", out.display()));
        let (ours, mut theirs) = (campaign.joined(), contents(&out));
        assert!(!ours.is_empty());
        if name == "sharpness" {
            // The single run has time for more, or for fewer: then it goes on.
            let common = |theirs: &BTreeMap<String, Vec<u8>>| -> Vec<&String> {
                ours.keys().filter(|file| theirs.contains_key(*file)).collect()
            };
            for _ in 0..20 {
                if common(&theirs).len() > 12 {
                    break;
                }
                text(&format!("{single} {}", out.display()));
                theirs = contents(&out);
            }
            let both = common(&theirs);
            assert!(both.len() > 12, "{both:?}");
            both.iter().for_each(|file| assert_eq!(ours[*file], theirs[*file], "{file}"));
        } else {
            assert_same(&ours, &theirs);
        }
        if name == "study" {
            assert!(joined.starts_with(&printed), "{joined}");
        }
    }
}

const RANK: &str = "attention --depth 3 --width 3 --tokens 6 --weights blocks2 --seed 5";

/// One rank of some dozen units by two processes at a time, killed at random moments and begun again.
#[test]
fn a_killed_rank_goes_on_and_is_that_of_the_single_run() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("rank.json");
    text(&format!("rank {RANK} --certificate {}", file.display()));
    let certificate = fs::read(&file).unwrap();
    let mut random = ChaCha20Rng::seed_from_u64(3);
    let (wanted, mut kills, mut rounds, mut leftovers) = (cases(20).cases as usize, 0, 0, 0);
    while kills < wanted {
        let campaign =
            Campaign::new(dir.path().join(format!("campaign-{rounds}")), &format!("rank {RANK}"));
        assert!(campaign.ids.len() > 8);
        rounds += 1;
        let mut finished = BTreeMap::new();
        while campaign.ids.iter().any(|id| !campaign.part(id).exists()) {
            let missing: Vec<_> = campaign
                .shuffled(&mut random)
                .into_iter()
                .filter(|id| !campaign.part(id).exists())
                .collect();
            // Both begin with the same unit.
            let two =
                [0, 1].map(|k| silent(campaign.run(&missing[..(1 + 2 * k).min(missing.len())])));
            std::thread::sleep(Duration::from_millis(random.random_range(0..600)));
            for mut process in two {
                kills += usize::from(process.try_wait().unwrap().is_none());
                process.kill().unwrap();
                process.wait().unwrap();
            }
            for (name, bytes) in campaign.parts() {
                if name.ends_with(".tmp") {
                    leftovers += 1;
                    continue;
                }
                // Whole, and never another.
                assert!(bytes.ends_with(b"\"\n}\n"), "{name}");
                let before = finished.insert(name.clone(), bytes.clone());
                assert!(before.is_none_or(|before| before == bytes), "{name}");
            }
            if kills >= wanted {
                assert!(
                    campaign.run(&campaign.ids).stdout(Stdio::null()).status().unwrap().success()
                );
            }
        }
        let (code, joined) = campaign.join();
        assert_eq!(code, 0, "{joined}");
        assert!(joined.contains("separation rank = 3102  (exact"), "{joined}");
        assert_same(
            &campaign.joined(),
            &BTreeMap::from([("rank.json".into(), certificate.clone())]),
        );
        assert_eq!(campaign.parts().len(), campaign.ids.len());
    }
    println!(
        "{kills} kills in {rounds} rounds, seed 3: {leftovers} temporary files left and swept"
    );
}

/// A changed part whose own digest is right again.
fn sealed(part: &str) -> String {
    let (start, _) = part.rsplit_once("\"sha256\": \"").unwrap();
    let with = |digest: &str| format!("{start}\"sha256\": \"{digest}\"\n}}\n");
    with(&sha256(with("").as_bytes()))
}

#[test]
fn wrong_parts_are_refused_by_name_and_missing_ones_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let small = "rank attention --depth 2 --width 4 --tokens 8 --weights";
    let campaign = |name: &str, options: &str| {
        let campaign = Campaign::new(dir.path().join(name), &format!("{small} {options}"));
        assert!(campaign.run(&campaign.ids).stdout(Stdio::null()).status().unwrap().success());
        campaign
    };
    let ours = campaign("ours", "blocks2");
    assert_eq!(ours.join().0, 0);
    let joined = ours.joined();
    let id = &ours.ids[0];
    let whole = fs::read_to_string(ours.part(id)).unwrap();
    assert_eq!(sealed(&whole), whole);
    // The parts of others at the same place in their lists.
    let first = |other: Campaign| fs::read_to_string(other.part(&other.ids[0])).unwrap();
    let other_unit = fs::read_to_string(ours.part(&ours.ids[1])).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(whole.contains(from));
        sealed(&whole.replacen(from, to, 1))
    };
    for (what, bytes, why) in [
        ("another seed", first(campaign("seed", "blocks2 --seed 1")), "another seed"),
        ("other weights", first(campaign("weights", "diagonal")), "other sizes, weights or limits"),
        (
            "another limit",
            first(campaign("limit", "blocks2 --memory 5")),
            "other sizes, weights or limits",
        ),
        ("another program", changed("\"program\": \"", "\"program\": \"0"), "another program"),
        ("another unit", other_unit, "another unit"),
        ("cut off", whole[..whole.len() / 2].into(), "cut off"),
        ("empty", String::new(), "cut off"),
        ("a changed number", whole.replacen("\"degree\": ", "\"degree\": 1", 1), "changed"),
        ("one more space", format!("{whole} "), "changed"),
    ] {
        assert_ne!(bytes, whole, "{what}");
        fs::write(ours.part(id), bytes).unwrap();
        let (code, said) = ours.join();
        assert_eq!(code, 1, "{what}: {said}");
        assert!(said.contains(&format!("{id}.json")) && said.contains(why), "{what}: {said}");
    }
    let mut random = ChaCha20Rng::seed_from_u64(4);
    for _ in 0..cases(30).cases {
        let mut bytes = whole.clone().into_bytes();
        let (at, bit) = (random.random_range(0..bytes.len()), random.random_range(0..8));
        bytes[at] ^= 1 << bit;
        fs::write(ours.part(id), bytes).unwrap();
        let (code, said) = ours.join();
        assert_eq!(code, 1, "bit {bit} of byte {at}: {said}");
        assert!(said.contains(&format!("{id}.json")), "{said}");
    }
    // It is listed as wrong, run again, and all is as before.
    let listed = text(&format!("units list {}", ours.directory.display()));
    assert_eq!(listed.matches("\twrong\t").count(), 1);
    assert!(ours.run(&ours.ids).stdout(Stdio::null()).status().unwrap().success());
    assert_eq!(fs::read_to_string(ours.part(id)).unwrap(), whole);
    assert_eq!((ours.join().0, ours.joined()), (0, joined));
    fs::remove_file(ours.part(id)).unwrap();
    let (code, said) = ours.join();
    assert!(code == 2 && said.contains(&format!("missing: {id}")), "{said}");
}

#[test]
fn two_submissions_are_one_and_another_campaign_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("campaign");
    let map =
        |options: &str| format!("units map --depth 1 --width 2 {options} --out {}", out.display());
    let two = [0, 1].map(|_| silent(seprank(&map(""))));
    two.into_iter().for_each(|mut process| assert!(process.wait().unwrap().success()));
    let file = out.join("campaign.json");
    let first = fs::read_to_string(&file).unwrap();
    // Sizes that are given twice are one unit.
    assert_eq!(text(&map("--heads 1,1")), text(&map("")));
    assert_eq!(text(&map("")), text(&format!("units list {}", out.display())));
    assert_eq!(fs::read_to_string(&file).unwrap(), first);
    for (other, why) in [
        (map("--heads 2"), "another request"),
        (format!("units claims --seed 1 --out {}", out.display()), "another seed"),
    ] {
        let (code, said) = code_and_text(&other);
        assert!(code == 2 && said.contains(why) && said.contains("campaign"), "{said}");
    }
    let unknown = code_and_text(&format!("unit run map-0 --out {}", out.display()));
    assert!(unknown.0 == 2 && unknown.1.contains("map-0"), "{unknown:?}");
    let none = code_and_text(&format!("units join {}", dir.path().display()));
    assert!(none.0 == 2 && none.1.contains("holds no campaign"), "{none:?}");
    let program = sealed(&first.replacen("\"program\": \"", "\"program\": \"0", 1));
    for (bytes, why) in [(program, "another program"), (first[..90].into(), "cut off")] {
        fs::write(&file, bytes).unwrap();
        for command in ["units list", "units join"] {
            let (code, said) = code_and_text(&format!("{command} {}", out.display()));
            assert!(code == 2 && said.contains(why), "{command}: {said}");
        }
    }
}

/// No room for a part: an error that names it, nothing is left, and with room again all is well.
#[test]
fn a_full_disk_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let campaign = Campaign::new(dir.path().join("campaign"), "map --depth 1 --width 2");
    assert_eq!(campaign.ids.len(), 4);
    let id = &campaign.ids[0];
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; export LLVM_PROFILE_FILE=/dev/null; exec {} unit run {id} --out {}",
        env!("CARGO_BIN_EXE_seprank"),
        campaign.directory.display()
    );
    let full = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).output().unwrap();
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("{id}.json")) && said.contains("File too large"), "{said}");
    assert!(campaign.parts().is_empty());
    assert!(campaign.run(&campaign.ids).stdout(Stdio::null()).status().unwrap().success());
    assert_eq!(campaign.join().0, 0);
}
