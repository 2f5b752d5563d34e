use super::*;
use seprank_check::check::{Verdict, examine, theorem_number};
use std::fs;
use std::path::PathBuf;

fn files(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/");
    let entries = fs::read_dir(PathBuf::from(data).join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

fn account(bytes: &[u8]) -> Account {
    Account::of(&examine(bytes), bytes)
}

/// Whether the markup is a tree: every element that begins ends, in the right order.
fn is_tree(markup: &str) -> bool {
    let mut open = Vec::new();
    for tag in markup.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    open.is_empty()
}

#[test]
fn every_file_has_an_account_with_the_checkers_text() {
    for folder in ["accept", "reject", "sizes"] {
        for (path, bytes) in files(folder) {
            let (account, checked) = (account(&bytes), examine(&bytes));
            assert_eq!(account.text, checked.to_string(), "{}", path.display());
            assert_eq!(account.statements.is_empty(), checked.certificate.is_none());
            for statement in account.statements {
                assert!(!statement.words.is_empty() && is_tree(&statement.formula_html));
                for picture in
                    [&statement.layer_html, &statement.network_html, &statement.partition_html]
                {
                    assert!(picture.iter().all(|p| is_tree(p) && p.len() < 10_000), "{picture:?}");
                }
                // What is valid rests on something for each half that it claims.
                assert!(checked.verdict != Verdict::Valid || !statement.grounds.is_empty());
            }
        }
    }
}

#[test]
fn the_words_of_one_certificate() {
    let account = account(include_bytes!("../../../tests/data/accept/theorem.json"));
    let [statement] = &account.statements[..] else { panic!("{account:?}") };
    assert_eq!(
        statement.words,
        "For all weights, the separation rank of entry [0, 0] of the last state of attention L=2 d=4 H=1, \
         between the 4 tokens of side A and the 4 of side B, is at most 110."
    );
    assert_eq!(statement.grounds[0].theorem, Some("3.3"));
    assert!(statement.formula_html.contains("<mo>≤</mo><mn>110</mn>"));
    assert!(statement.layer_html.as_ref().unwrap().contains("<mo>∑</mo>"));
    assert_eq!(statement.network_html.as_ref().unwrap().matches(">attention<").count(), 2);
    assert_eq!(statement.partition_html.as_ref().unwrap().matches("side-a").count(), 4);
}

/// What a file can choose freely is escaped: names of theorems and of side files.
#[test]
fn nothing_in_a_file_becomes_markup() {
    let file = include_str!("../../../tests/data/accept/theorem.json");
    let account = account(file.replace("attention-graded", "<script>").as_bytes());
    assert_eq!(account.statements[0].grounds[0].theorem, None);
    let json = serde_json::to_value(&account).unwrap();
    let statement = json["statements"][0].as_object().unwrap();
    let markup = statement.iter().filter(|(key, _)| key.ends_with("_html"));
    assert!(markup.clone().count() > 0);
    assert!(markup.into_iter().all(|(_, text)| !text.as_str().unwrap().contains("<script")));
    assert_eq!(escape("<&\"'>"), "&lt;&amp;&quot;&#39;&gt;");
}

/// The numbers are those of the table in the theory: its rows have number, side and the ids that the number is about.
#[test]
fn theorems_have_the_numbers_of_the_theory() {
    let theory = include_str!("../../../docs/theory.md");
    let sided = |line: &&str| line.contains("| lower |") || line.contains("| upper |");
    let mut rows = Vec::new();
    for line in theory.lines().filter(sided) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        rows.extend(cells[4].split('`').skip(1).step_by(2).map(|id| (id, cells[1])));
    }
    assert!(rows.len() >= 22);
    for (id, _) in &rows {
        let number = theorem_number(id).unwrap_or_else(|| panic!("{id} is no theorem"));
        assert!(rows.contains(&(id, number)), "{id}: {number} is not its number");
    }
    assert_eq!(theorem_number("no-such-theorem"), None);
}
