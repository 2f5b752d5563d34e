//! A rank by Hankel blocks that goes on where it was stopped, and what it refuses to go on from.

use seprank::network::{Problem, WeightStyle};
use seprank::prove::{Evidence, Method, RankError, RankRequest, Weights, rank, resumed_rank};
use seprank::tensor::hankel::BlockRank;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// L = 3, d = 3: its largest blocks fall into two classes of some hundred rows each.
fn request(seed: u64) -> RankRequest {
    let problem = Problem::attention(3, 3, 1, 6).unwrap();
    let weights = Weights::Styled(WeightStyle::Blocks2);
    RankRequest { weights, seed, ..RankRequest::new(problem) }
}

fn blocks(request: &RankRequest, directory: &Path) -> Result<Vec<BlockRank>, RankError> {
    match resumed_rank(request, directory, &|_, _| ())?.evidence {
        Evidence::Hankel { blocks, .. } => Ok(blocks),
        _ => panic!("by Hankel blocks"),
    }
}

/// The files of classes with their bytes.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    entries.filter(|p| name(p) != "of.json").map(|p| (name(&p), fs::read(&p).unwrap())).collect()
}

#[test]
fn a_run_goes_on_from_what_is_finished() {
    let (dir, request) = (tempfile::tempdir().unwrap(), request(1));
    let path = dir.path().join("finished");
    let whole = blocks(&request, &path).unwrap();
    assert!(whole.iter().all(|b| b.whole) && whole.iter().any(|b| b.classes == 2));
    let Evidence::Hankel { blocks: alone, .. } = rank(&request, &|_, _| ()).unwrap().evidence
    else {
        panic!("by Hankel blocks")
    };
    assert_eq!(whole, alone);
    let written = files(&path);
    assert!(written.len() > 4, "{:?}", written.keys());
    // As after a kill: some are missing. Those there are, are read and not written again.
    let times = || -> Vec<_> {
        let kept = written.keys().skip(1).step_by(2);
        kept.map(|name| fs::metadata(path.join(name)).unwrap().modified().unwrap()).collect()
    };
    let before = times();
    for name in written.keys().step_by(2) {
        fs::remove_file(path.join(name)).unwrap();
    }
    assert_eq!(blocks(&request, &path).unwrap(), whole);
    assert_eq!((files(&path), times()), (written.clone(), before));
}

/// Bytes cut off or changed, a minor of another class, a file of another class: all are done again.
#[test]
fn damaged_files_are_done_again() {
    let (dir, request) = (tempfile::tempdir().unwrap(), request(2));
    let whole = blocks(&request, dir.path()).unwrap();
    let written = files(dir.path());
    let names: Vec<_> = written.keys().cloned().collect();
    for (i, name) in names.iter().enumerate() {
        let bytes = &written[name];
        let damaged = match i % 4 {
            0 => bytes[..bytes.len() / 2].to_vec(),
            1 => Vec::new(),
            2 => written[&names[(i + 1) % names.len()]].clone(),
            _ => {
                let mut bytes = bytes.clone();
                let at = bytes.iter().rposition(|b| *b == b'1').unwrap();
                bytes[at] = b'2';
                bytes
            }
        };
        fs::write(dir.path().join(name), damaged).unwrap();
    }
    assert_eq!(blocks(&request, dir.path()).unwrap(), whole);
    assert_eq!(files(dir.path()), written);
}

#[test]
fn classes_of_another_computation_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    blocks(&request(3), dir.path()).unwrap();
    let written = files(dir.path());
    let other_problem = RankRequest {
        problem: Problem::attention(2, 3, 1, 6).unwrap(),
        method: Method::Hankel,
        ..request(3)
    };
    let other_weights = RankRequest { weights: Weights::Random, ..request(3) };
    for (other, why) in [
        (request(4), "other weights"),
        (other_weights, "other weights"),
        (other_problem, "another problem"),
    ] {
        let Err(RankError::Invalid(error)) = blocks(&other, dir.path()) else { panic!("{why}") };
        assert_eq!(error.field, "resume");
        assert!(error.allowed.contains(why), "{error}");
    }
    assert_eq!(files(dir.path()), written);
    let of = dir.path().join("of.json");
    let version = fs::read_to_string(&of).unwrap().replace("\"version\":\"", "\"version\":\"9");
    fs::write(&of, version).unwrap();
    let refused = blocks(&request(3), dir.path()).unwrap_err().to_string();
    assert!(refused.contains("another version"), "{refused}");
    fs::write(&of, "{").unwrap();
    assert!(matches!(blocks(&request(3), dir.path()), Err(RankError::Invalid(_))));
    // Another route has no classes; nothing is written for it.
    let grid = RankRequest { method: Method::Grid, ..request(3) };
    let unused = dir.path().join("unused");
    assert!(matches!(blocks(&grid, &unused), Err(RankError::Invalid(_))));
    assert!(!unused.exists());
    // A file in the place of the directory.
    assert!(matches!(blocks(&request(3), &of), Err(RankError::Directory(_))));
}
