//! The machine-checked proofs and this code speak of the same things: every bound has a theorem that
//! exists, and Coq computes the same networks and the same bounds.
//!
//! The comparisons by evaluation need `coqc` and built theories (`make -C proofs`); without them they
//! say so and do nothing.
#![allow(clippy::print_stdout)] // what is skipped is said, also outside of test functions

mod checker;

use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use seprank::arith::{Fp, Prime, Rational};
use seprank::bounds;
use seprank::network::{
    Architecture, MixerShape, Network, Output, Partition, Problem, WeightStyle,
};
use seprank::prove::{GridWitness, Method, RankRequest, coq_theorem, literals, rank};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

fn proofs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("proofs")
}

/// The rows `| id | `File.theorem` | .. |` of the table in proofs/README.md.
fn table_rows() -> Vec<(String, String, String)> {
    let readme = std::fs::read_to_string(proofs().join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let (id, name) = (cells.next()?, cells.next()?);
        let name = name.strip_prefix('`')?.split('`').next()?;
        let (file, theorem) = name.split_once('.')?;
        Some((id.to_string(), file.to_string(), theorem.to_string()))
    });
    rows.collect()
}

/// The bounds that proofs/README.md lists as proved by hand only.
fn proved_by_hand() -> Vec<String> {
    let readme = std::fs::read_to_string(proofs().join("README.md")).unwrap();
    let line = readme.lines().find_map(|line| line.strip_prefix("By hand only: ")).unwrap();
    let ids: Vec<String> =
        line.split('`').skip(1).step_by(2).map(|id| id.trim().to_string()).collect();
    for id in &ids {
        assert!(bounds::find(id).is_some(), "no bound {id}");
    }
    ids
}

#[test]
fn every_bound_names_a_theorem_that_exists() {
    let (rows, by_hand) = (table_rows(), proved_by_hand());
    for bound in bounds::all() {
        let of_bound: Vec<_> = rows.iter().filter(|(id, ..)| id == bound.id()).collect();
        let by_hand = by_hand.contains(&bound.id().to_string());
        assert!(
            of_bound.is_empty() == by_hand,
            "{} needs a row in proofs/README.md, or a place in its list of those by hand",
            bound.id()
        );
        for (_, file, theorem) in of_bound {
            let path = proofs().join("theories").join(file).with_extension("v");
            let source = std::fs::read_to_string(&path)
                .unwrap_or_else(|e| panic!("{}: {}: {e}", bound.id(), path.display()));
            let stated = ["Theorem", "Corollary", "Lemma"].iter().any(|kind| {
                source.lines().any(|line| {
                    let rest = line.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
                    let name = rest.map(|rest| {
                        rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'').next()
                    });
                    name == Some(Some(theorem))
                })
            });
            assert!(stated, "{}: {file}.v states no {theorem}", bound.id());
        }
    }
}

/// What Coq says of a file, compiled against the theories; `None`, with a message, where that cannot be done.
fn compile(name: &str, source: &str) -> Option<std::process::Output> {
    if !proofs().join("theories/Certificate.vo").exists()
        || !proofs().join("theories/BoundFormulas.vo").exists()
    {
        println!("skipped: the theories are not built (make -C proofs)");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name).with_extension("v");
    std::fs::write(&path, source).unwrap();
    let run = Command::new("coqc")
        .args(["-w", "-notation-overridden,-ambiguous-paths", "-R"])
        .arg(proofs().join("theories"))
        .arg("Seprank")
        .arg(&path)
        .current_dir(&dir) // for the caches of its tactics
        .output();
    let Ok(output) = run else {
        println!("skipped: coqc is not installed");
        return None;
    };
    Some(output)
}

/// [`compile`] of a file that Coq accepts.
fn coqc(name: &str, source: &str) -> Option<()> {
    let output = compile(name, source)?;
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{source}\n{}", String::from_utf8_lossy(&text));
    Some(())
}

fn request(problem: Problem) -> RankRequest {
    RankRequest { method: Method::Grid, ..RankRequest::new(problem) }
}

#[test]
fn witnesses_become_coq_theorems() {
    for (name, problem, expected) in [
        ("Attention_2_3", Problem::attention(2, 3, 1, 4), 49),
        ("Attention_2_4", Problem::attention(2, 4, 1, 8), 110),
        ("Attention_2_2_heads", Problem::attention(2, 2, 2, 4), 17),
        ("Mixer_2_2", Problem::mixer(2, 2, 2, 4), 20),
        ("Mixer_3_2", Problem::mixer(3, 2, 2, 4), 105),
    ] {
        let problem = problem.unwrap();
        let answer = rank(&request(problem), &|_, _| ()).unwrap();
        assert_eq!(answer.rank, expected, "{name}");
        let witness = GridWitness::of_answer(&answer).unwrap();
        let theorem = coq_theorem(&witness).unwrap();
        // A certificate becomes the same theorem.
        let certificate = answer.certificate().unwrap();
        let read = GridWitness::of_certificate(&certificate).unwrap();
        assert_eq!(coq_theorem(&read).unwrap(), theorem);
        assert!(theorem.contains("Theorem sep_rank_lower"));
        assert!(theorem.contains(&format!("-> {expected} <= s")));
        if coqc(name, &theorem).is_none() {
            return;
        }
        // A claim of one more is rejected by Coq: the file must not compile.
        if name == "Mixer_2_2" {
            let more = theorem.replace(&format!(" {expected}\n"), &format!(" {}\n", expected + 1));
            assert_ne!(more, theorem);
            let failed = std::panic::catch_unwind(|| coqc(name, &more)).is_err();
            assert!(failed, "a false claim compiled");
        }
    }
}

/// Random networks of every kind, small.
fn networks() -> Vec<Problem> {
    let mixer = |shape: MixerShape| {
        Problem::new(Architecture::Mixer(shape), Partition::halves(3)?, Output::default())
    };
    [
        Problem::attention(1, 3, 1, 4),
        Problem::attention(2, 4, 2, 3),
        Problem::attention(3, 2, 1, 3),
        Problem::mixer(2, 2, 3, 3),
        mixer(MixerShape { bias: true, residual: true, ..MixerShape::quadratic(2, 2, 2) }),
        mixer(MixerShape {
            token_degree: 3,
            channel_degree: 2,
            channel_hidden: 4,
            ..MixerShape::quadratic(1, 2, 2)
        }),
    ]
    .map(|p| p.unwrap())
    .into()
}

#[test]
fn coq_evaluates_the_same_networks() {
    let p = Prime::new(1_048_573).unwrap();
    let mut source = String::from(
        "From mathcomp Require Import all_ssreflect all_algebra.\n\
         From Seprank Require Import SepRank Attention Mixer RankCert63 NetEval.\n\
         From Coq Require Import ZArith Uint63.\n",
    );
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for (index, problem) in networks().into_iter().enumerate() {
        let network: Network<Rational> = WeightStyle::Random.draw(&problem, &mut rng);
        let (n, d) = (problem.tokens(), problem.width());
        let x = DMatrix::from_fn(n, d, |_, _| rng.random_range(-9i64..=9));
        let reduce = |q: &Rational| Fp::from_ratio(q, p).unwrap();
        let y = network.map(reduce).forward(&x.map(|z| Fp::new(z, p)));
        let (weights, eval) = match problem.architecture() {
            Architecture::Attention(_) => (
                literals::attention_weights(&network),
                format!("eval_net {p} {n} {d} (red_net {p} {d} weights)"),
            ),
            Architecture::Mixer(shape) => (
                literals::mixer_weights(shape, (n, d), &network),
                format!(
                    "eval_mixer {p} {n} {d} (map (red {p}) token_activation) \
                     (map (red {p}) channel_activation) (map (red_layer {p} {d}) weights)"
                ),
            ),
            _ => unreachable!("two architectures are listed"),
        };
        let _ = write!(
            source,
            "Module Network{index}.\n{weights}\
             Definition input : seq (seq Z) := {}%Z.\n\
             Definition expected : seq (seq Z) := {}%Z.\n\
             Lemma agrees : map (map toZ) (({eval})%uint63 (redL {p}%uint63 input)) = expected.\n\
             Proof. vm_compute. reflexivity. Qed.\n\
             End Network{index}.\n",
            literals::rows(&x),
            literals::rows(&y.map(|v| v.residue(p))),
        );
    }
    coqc("Agreement", &source);
}

#[test]
fn coq_evaluates_the_same_bounds() {
    let mut source = String::from(
        "From Coq Require Import NArith List.\nFrom Seprank Require Import BoundFormulas GradedChains.\nOpen Scope N_scope.\n",
    );
    let mut count = 0;
    let mut expect = |formula: String, value: Option<rug::Integer>| {
        let Some(value) = value else { return };
        let _ = writeln!(
            source,
            "Example value_{count} : {formula} = {value}. Proof. vm_compute. reflexivity. Qed."
        );
        count += 1;
    };
    let value = |id: &str, problem: &Problem| {
        let bound = bounds::find(id).filter(|b| b.applies(problem).is_ok());
        bound.and_then(|b| b.value(problem))
    };
    for depth in 1..=3usize {
        for width in 1..=4usize {
            for heads in (1..=width).filter(|h| width % h == 0) {
                let problem = Problem::attention(depth, width, heads, 2 * width.max(2)).unwrap();
                let head_width = width / heads;
                expect(
                    format!("word_boundN {depth} {width} {heads}"),
                    value("attention-word", &problem),
                );
                expect(format!("power_lowerN {depth} {width}"), value("attention-power", &problem));
                expect(
                    format!("isotropic_coneN {depth} {head_width}"),
                    value("attention-isotropic", &problem),
                );
                // 3.3 in full, for sides of any size, where there are not too many monomials to list here.
                let few = if depth == 3 { 2 } else { 3 };
                for own in (1..=4usize).filter(|_| width <= few) {
                    for other in 1..=4usize {
                        let side: Vec<_> = (0..own).collect();
                        let problem = Problem::attention(depth, width, heads, own + other)
                            .and_then(|problem| problem.with_partition(&side))
                            .unwrap();
                        expect(
                            format!(
                                "graded_bestN {depth} {width} {heads} {head_width} {own} {other}"
                            ),
                            value("attention-graded", &problem),
                        );
                    }
                }
                if (depth, width, heads) == (2, 4, 2) {
                    let problem = Problem::attention(2, 4, 2, 5)
                        .and_then(|p| p.with_partition(&[0, 1]))
                        .unwrap();
                    expect("graded_bestN 2 4 2 2 2 3".into(), value("attention-graded", &problem));
                }
                // One head, both sides at least as large as the width: the basic form of 3.3.
                if heads == 1 {
                    expect(
                        format!("graded_gram_boundN {depth} {width}"),
                        value("attention-graded", &problem),
                    );
                }
            }
            for hidden in 1..=3 {
                for degree in 1..=3 {
                    for residual in [false, true] {
                        let shape = MixerShape {
                            token_degree: degree,
                            residual,
                            ..MixerShape::quadratic(depth, width, hidden)
                        };
                        let partition = Partition::new(5, &[0, 1]).unwrap();
                        let problem =
                            Problem::new(Architecture::Mixer(shape), partition, Output::default())
                                .unwrap();
                        let arguments = format!("{depth} {width} {hidden} 2 3 {degree}");
                        expect(
                            format!("mixer_homogeneousN {arguments}"),
                            value("mixer-homogeneous", &problem),
                        );
                        expect(
                            format!("mixer_degreeN {arguments} {residual}"),
                            value("mixer-degree", &problem),
                        );
                    }
                }
            }
        }
    }
    assert!(count > 100);
    coqc("Formulas", &source);
}
