//! Claims on the rank of a matrix, written by hand: what each step refuses.

use seprank_check::certificate::{
    Certificate, Claim, MAX_FILE_BYTES, MatrixClaim, MatrixCover, MatrixEntries, MatrixMinor,
    MatrixUpper, Relation, Residues, SideFile, SpanningColumns, Text, Words, from_bytes, to_bytes,
};
use seprank_check::check::{Kind, Options, Verdict, check, check_with, examine, examine_file_with};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;
use std::process::{self, Command};

/// The rank of [1 2; 2 4; 0 1/3] over Q is 2.
const FILE: &str = include_str!("../../../tests/data/accept/cover.json");

fn claim() -> MatrixClaim {
    let Claim::Matrix(claim) = from_bytes(FILE.as_bytes()).unwrap().claim else {
        panic!("a matrix")
    };
    *claim
}

fn whole(claim: MatrixClaim) -> Certificate {
    Certificate::new(Claim::Matrix(Box::new(claim)))
}

fn found(edit: impl Fn(&mut MatrixClaim)) -> Option<(Kind, String)> {
    let mut claim = claim();
    edit(&mut claim);
    let verdict = check(&whole(claim));
    verdict.finding().map(|f| (f.kind, f.place.trim_start_matches("claim.matrix.").to_string()))
}

fn lower(claim: &mut MatrixClaim) -> &mut MatrixMinor {
    claim.lower.as_mut().unwrap()
}

fn cover(claim: &mut MatrixClaim) -> &mut MatrixCover {
    match &mut claim.upper {
        Some(MatrixUpper::Cover(cover)) => cover,
        _ => panic!("a cover"),
    }
}

#[test]
fn the_file_is_valid_and_says_what_it_claims() {
    let checked = examine(FILE.as_bytes());
    assert_eq!(checked.to_string(), "Valid: rank of the 3 x 2 matrix in the file over Q = 2");
    assert_eq!(to_bytes(&checked.certificate.unwrap()), FILE.as_bytes());
}

#[test]
fn each_step_refuses() {
    let at = |kind, place: &str| Some((kind, place.to_string()));
    assert_eq!(found(|_| ()), None);
    // By elimination: no cover is needed.
    assert_eq!(found(|c| c.upper = Some(MatrixUpper::Elimination)), None);
    // Sizes and entries.
    assert_eq!(found(|c| c.matrix.rows = (1 << 24) + 1), at(Kind::Matrix, "matrix.rows"));
    assert_eq!(found(|c| c.matrix.cols = u64::MAX), at(Kind::Matrix, "matrix.cols"));
    type Edit = fn(&mut Vec<seprank_check::certificate::MatrixEntry>);
    let entries: [(usize, Edit); 6] = [
        (4, |list| list[4].0 = 3),
        (4, |list| list[4].1 = 2),
        (1, |list| list.swap(0, 1)),
        (1, |list| list[1].1 = 0),
        (2, |list| list[2].0 = 0),
        (3, |list| list[3].2 = Text("0".parse().unwrap())),
    ];
    for (place, edit) in entries {
        let refused = found(|c| match &mut c.matrix.entries {
            MatrixEntries::Inline(list) => edit(list),
            MatrixEntries::File(_) => panic!("inline"),
        });
        assert_eq!(refused, at(Kind::Matrix, &format!("matrix.entries[{place}]")));
    }
    // Modulo a prime a value is a residue.
    let modulo = |p: u64| {
        move |c: &mut MatrixClaim| {
            c.over = seprank_check::certificate::Field::Modulo(Text(p));
            lower(c).prime = Text(p);
        }
    };
    assert_eq!(found(modulo(9)), at(Kind::Prime, "over"));
    assert_eq!(found(modulo((1 << 63) + 29)), at(Kind::Prime, "over"));
    assert_eq!(found(modulo(3)), at(Kind::Matrix, "matrix.entries[3]"));
    assert_eq!(found(modulo(5)), at(Kind::Matrix, "matrix.entries[4]"));
    let integral = |p: u64| {
        move |c: &mut MatrixClaim| {
            modulo(p)(c);
            if let MatrixEntries::Inline(list) = &mut c.matrix.entries {
                list[4].2 = Text("1".parse().unwrap());
            }
        }
    };
    assert_eq!(found(integral(5)), None);
    assert_eq!(
        found(|c| {
            integral(5)(c);
            lower(c).prime = Text(7);
        }),
        at(Kind::Prime, "lower.prime")
    );
    // The value.
    for value in ["-1", "3", "18446744073709551616"] {
        assert_eq!(found(|c| c.value = Text(value.parse().unwrap())), at(Kind::Value, "value"));
    }
    assert_eq!(found(|c| c.value = Text(1.into())), at(Kind::MinorSize, "lower.rows"));
    // Evidence that is missing, or not needed.
    assert_eq!(found(|c| c.lower = None), at(Kind::MissingEvidence, "lower"));
    assert_eq!(found(|c| c.relation = Relation::AtMost), at(Kind::Superfluous, "lower"));
    assert_eq!(found(|c| c.relation = Relation::AtLeast), at(Kind::Superfluous, "upper"));
    assert_eq!(found(|c| c.upper = None), at(Kind::MissingEvidence, "upper"));
    // The minor.
    assert_eq!(found(|c| lower(c).prime = Text(6)), at(Kind::Prime, "lower.prime"));
    assert_eq!(found(|c| lower(c).prime = Text(2)), at(Kind::Minor, "lower"));
    assert_eq!(found(|c| lower(c).rows = Words(vec![0, 1])), at(Kind::Minor, "lower"));
    assert_eq!(found(|c| lower(c).rows = Words(vec![1])), at(Kind::MissingRows, "lower.rows"));
    assert_eq!(found(|c| lower(c).cols = Words(Vec::new())), at(Kind::MissingRows, "lower.cols"));
    assert_eq!(found(|c| lower(c).rows = Words(vec![0, 1, 2])), at(Kind::MinorSize, "lower.rows"));
    for rows in [vec![2, 1], vec![1, 1], vec![1, 3]] {
        assert_eq!(found(|c| lower(c).rows = Words(rows.clone())), at(Kind::Matrix, "lower.rows"));
    }
    assert_eq!(
        found(|c| lower(c).solutions = Some(Vec::new())),
        at(Kind::Challenge, "lower.solutions")
    );
    // 5^56 is the first power above 2^128.
    let solutions = |x: u64| {
        move |c: &mut MatrixClaim| lower(c).solutions = Some(vec![Residues(vec![0, x]); 56])
    };
    assert_eq!(found(solutions(0)), at(Kind::Challenge, "lower.solutions[0]"));
    assert_eq!(found(solutions(5)), at(Kind::Residue, "lower.solutions[0]"));
    // The cover.
    assert_eq!(found(|c| cover(c).rows = Words(vec![0])), at(Kind::Cover, "upper.cover"));
    assert_eq!(found(|c| cover(c).cols = Words(vec![1])), at(Kind::Cover, "upper.cover"));
    assert_eq!(found(|c| cover(c).cols = Words(vec![1, 0])), at(Kind::Matrix, "upper.cover.cols"));
    assert_eq!(found(|c| cover(c).rows = Words(vec![3])), at(Kind::Matrix, "upper.cover.rows"));
    // A value that is too small: the elimination sees it.
    let small = |upper: MatrixUpper| {
        move |c: &mut MatrixClaim| {
            c.relation = Relation::AtMost;
            c.value = Text(1.into());
            c.lower = None;
            c.upper = Some(upper.clone());
        }
    };
    assert_eq!(found(small(MatrixUpper::Elimination)), at(Kind::Rank, "upper"));
    let columns = |cols: Vec<u32>, combinations: Vec<Residues>| {
        MatrixUpper::Columns(SpanningColumns { cols: Words(cols), combinations })
    };
    assert_eq!(found(small(columns(vec![0, 1], Vec::new()))), at(Kind::Rank, "upper.columns.cols"));
    assert_eq!(
        found(small(columns(vec![0], Vec::new()))),
        at(Kind::Challenge, "upper.columns.combinations")
    );
    let some = vec![Residues(vec![1]); 3];
    assert_eq!(
        found(small(columns(vec![0], some))),
        at(Kind::Challenge, "upper.columns.combinations[0]")
    );
}

/// A file that no checker would read is not written.
#[test]
fn what_is_written_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("long.json");
    let mut claim = claim();
    let name = "m".repeat(MAX_FILE_BYTES as usize);
    let sha256 = "0".repeat(64);
    claim.matrix.entries = MatrixEntries::File(SideFile { name, sha256 });
    let error = whole(claim).write(&file).unwrap_err().to_string();
    assert!(error.contains(&MAX_FILE_BYTES.to_string()), "{error}");
    assert!(!file.exists());
}

#[test]
fn the_matrix_may_stand_in_a_file() {
    let text = "3 2 M\n1 1 1\n1 2 2\n2 1 2\n2 2 4\n3 2 1/3\n0 0 0\n";
    let named = |text: &str| {
        let sha256 = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        let mut claim = claim();
        claim.matrix.entries = MatrixEntries::File(SideFile { name: "m.sms".into(), sha256 });
        whole(claim)
    };
    let verdict = |certificate: &Certificate, file: Option<&str>| {
        check_with(certificate, file.map(str::as_bytes), Options::default())
    };
    let kind = |verdict: Verdict| verdict.finding().map(|f| f.kind);
    let certificate = named(text);
    assert_eq!(verdict(&certificate, Some(text)), Verdict::Valid);
    assert_eq!(kind(verdict(&certificate, None)), Some(Kind::MissingMatrix));
    assert_eq!(kind(verdict(&certificate, Some("3 2 M\n0 0 0\n"))), Some(Kind::MissingMatrix));
    // Entries in the certificate are compared with a file, if there is one.
    let inline = whole(claim());
    assert_eq!(verdict(&inline, Some(text)), Verdict::Valid);
    assert_eq!(kind(verdict(&inline, Some(&text.replace("4", "5")))), Some(Kind::Matrix));
    // One form only, whatever the digest.
    for (from, to) in [
        ("3 2 M\n", "3 2 R\n"),
        ("3 2 M\n", "3 3 M\n"),
        ("3 2 M\n", ""),
        ("\n1 1 1\n", "\n1 1  1\n"),
        ("\n1 1 1\n", "\n1 1 01\n"),
        ("\n1 1 1\n", "\n1 1 +1\n"),
        ("\n1 1 1\n", "\n01 1 1\n"),
        ("\n1 1 1\n", "\n0 1 1\n"),
        ("\n1 1 1\n", "\n1 1 1 1\n"),
        ("\n1 1 1\n", "\n1 1 1\r\n"),
        ("\n1 1 1\n", "\n\n1 1 1\n"),
        ("\n1 1 1\n", "\n1 1 0\n"),
        ("\n1 1 1\n", "\n1 1 1\n1 1 1\n"),
        ("\n3 2 1/3\n", "\n3 2 2/6\n"),
        ("\n3 2 1/3\n", "\n4 2 1/3\n"),
        ("\n0 0 0\n", "\n0 0 0"),
        ("\n0 0 0\n", "\n"),
        ("\n0 0 0\n", "\n0 0 0\n\n"),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let bad = text.replace(from, to);
        assert_eq!(kind(verdict(&named(&bad), Some(&bad))), Some(Kind::Matrix), "{bad}");
    }
}

/// As `numpy.save` writes an array of three rows and two columns.
fn npy(descr: &str, data: &[u8]) -> Vec<u8> {
    let dictionary = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (3, 2), }}");
    [b"\x93NUMPY\x01\x00v\x00", format!("{dictionary:<117}\n").as_bytes(), data].concat()
}

#[test]
fn the_file_may_be_an_array() {
    let entries = [1i64, 2, 2, 4, 0, -3];
    let bytes = |width: usize| -> Vec<u8> {
        entries.iter().flat_map(|n| n.to_le_bytes()[..width].to_vec()).collect()
    };
    let verdict = |file: &[u8]| {
        let sha256 = Sha256::digest(file).iter().map(|b| format!("{b:02x}")).collect();
        let mut claim = claim();
        claim.matrix.entries = MatrixEntries::File(SideFile { name: "m.npy".into(), sha256 });
        check_with(&whole(claim), Some(file), Options::default())
    };
    // The same entries in the certificate.
    let mut inline = claim();
    let MatrixEntries::Inline(list) = &mut inline.matrix.entries else { panic!("inline") };
    list.last_mut().expect("an entry").2 =
        Text(num_rational::BigRational::from_integer((-3).into()));
    let inline = whole(inline);
    for (descr, width) in [("|i1", 1), ("<i2", 2), ("<i4", 4), ("<i8", 8)] {
        let file = npy(descr, &bytes(width));
        assert_eq!(verdict(&file), Verdict::Valid, "{descr}");
        assert_eq!(check_with(&inline, Some(&file), Options::default()), Verdict::Valid, "{descr}");
        let mut other = file.clone();
        *other.last_mut().expect("data") ^= 1;
        let found = check_with(&inline, Some(&other), Options::default());
        assert_eq!(found.finding().map(|f| f.kind), Some(Kind::Matrix));
    }
    // One form only.
    let good = npy("<i2", &bytes(2));
    let edited = |edit: &dyn Fn(&mut Vec<u8>)| {
        let mut file = good.clone();
        edit(&mut file);
        verdict(&file).finding().map(|f| f.kind)
    };
    let replaced = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|w| w == from.as_bytes()).expect("once");
        edited(&|file| file[at..at + to.len()].copy_from_slice(to.as_bytes()))
    };
    for (from, to) in [
        ("<i2", ">i2"),
        ("<i2", "=i2"),
        ("<i2", "<u2"),
        ("<i2", "<i1"),
        ("<i2", "<i4"),
        ("False", "True "),
        ("(3, 2)", "(2, 3)"),
        ("(3, 2)", "(3 ,2)"),
        (" }", "} "),
        ("  \n", " \n "),
    ] {
        assert_eq!(replaced(from, to), Some(Kind::Matrix), "{to}");
    }
    assert_eq!(edited(&|file| file.truncate(file.len() - 1)), Some(Kind::Matrix));
    assert_eq!(edited(&|file| file.push(0)), Some(Kind::Matrix));
    assert_eq!(edited(&|file| file[6] = 2), Some(Kind::Matrix));
    assert_eq!(edited(&|file| file.truncate(10)), Some(Kind::Matrix));
}

/// The more primes may divide a minor, the more are drawn.
#[test]
fn longer_entries_ask_for_more_combinations() {
    let mut claim = claim();
    let long = "7".repeat(90_000);
    let mut list = Vec::new();
    for i in 0..3 {
        for j in 0..2 {
            list.push(seprank_check::certificate::MatrixEntry(i, j, Text(long.parse().unwrap())));
        }
    }
    claim.matrix.entries = MatrixEntries::Inline(list);
    claim.relation = Relation::AtMost;
    claim.value = Text(1.into());
    claim.lower = None;
    claim.upper = Some(MatrixUpper::Columns(SpanningColumns {
        cols: Words(vec![0]),
        combinations: vec![Residues(vec![1]); 4],
    }));
    // Two rows of 299,000 bits: 2^14 primes at most, so each one drawn leaves 2^-40, and 4 are asked for.
    let mut places = Vec::new();
    for count in 3..6 {
        let mut claim = claim.clone();
        if let Some(MatrixUpper::Columns(columns)) = &mut claim.upper {
            columns.combinations = vec![Residues(vec![1]); count];
        }
        let verdict = check(&whole(claim));
        let finding = verdict.finding().expect("no combination");
        assert_eq!(finding.kind, Kind::Challenge);
        places.push(finding.place.clone());
    }
    let place = "claim.matrix.upper.columns.combinations";
    assert_eq!(places, [place, &format!("{place}[0]"), place]);
}

/// The matrix of accept/cover.json, its last row times 3, in a file of either form.
fn matrix_files() -> [Vec<u8>; 2] {
    let sms = b"3 2 M\n1 1 1\n1 2 2\n2 1 2\n2 2 4\n3 2 1\n0 0 0\n".to_vec();
    let dictionary = "{'descr': '|i1', 'fortran_order': False, 'shape': (3, 2), }";
    let head = format!("{dictionary:<117}\n");
    [sms, [b"\x93NUMPY\x01\x00\x76\x00", head.as_bytes(), &[1, 2, 2, 4, 0, 1]].concat()]
}

#[allow(clippy::print_stderr)] // the log of the tests says what was skipped
fn python(certificate: &Path, matrix: Option<&Path>) -> Option<process::Output> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/check.py");
    let matrix = matrix.map(|path| [Path::new("--matrix"), path]);
    let files = matrix.iter().flatten();
    let output = Command::new("python3").arg(script).arg(certificate).args(files).output();
    if output.is_err() {
        eprintln!("skipped: docs/check.py, as python3 is missing");
    }
    output.ok()
}

/// With `--matrix`, docs/check.py says the same.
#[test]
fn matrices_in_files_are_those_of_their_digest() {
    let directory = tempfile::tempdir().unwrap();
    let [certificate, matrix] = ["m.json", "m"].map(|name| directory.path().join(name));
    let inline = FILE.replace("1/3", "1");
    let start = inline.find("\"inline\"").unwrap();
    let end = start + inline[start..].find("]\n]\n").unwrap() + "]\n]\n".len();
    for bytes in matrix_files() {
        let digest: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let named = format!("\"file\":{{\n\"name\":\"m\",\n\"sha256\":\"{digest}\"\n}}\n");
        let beside = [&inline[..start], &named, &inline[end..]].concat();
        let last = bytes.iter().rposition(|b| [1, b'1'].contains(b)).unwrap();
        let mut other = bytes.clone();
        other[last] += 1;
        let longer = [&bytes[..], b"\n"].concat();
        for (text, file, verdict) in [
            (&beside, &bytes, "Valid"),
            (&beside, &other, "Incomplete"),
            (&inline, &bytes, "Valid"),
            (&inline, &other, "Invalid"),
            (&inline, &longer, "Invalid"),
            (&beside.replace("\"rows\":3", "\"rows\":4"), &bytes, "Invalid"),
        ] {
            fs::write(&certificate, text).unwrap();
            fs::write(&matrix, file).unwrap();
            let own = examine_file_with(&certificate, Some(file), Options::default());
            assert!(own.to_string().starts_with(verdict), "{own}");
            let Some(output) = python(&certificate, Some(&matrix)) else { return };
            let said = String::from_utf8(output.stdout).unwrap();
            let said = said.strip_prefix(&format!("{}: ", certificate.display())).unwrap();
            assert!(said.starts_with(verdict), "{own}\n{said}");
        }
        fs::write(&certificate, &beside).unwrap();
        let Some(output) = python(&certificate, None) else { return };
        assert_eq!(output.status.code(), Some(2));
    }
}
