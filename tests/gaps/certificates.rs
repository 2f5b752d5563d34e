//! Certificates of gaps: what is written for each verdict, and by which ranks.

use crate::gaps::{
    KINDS, attention, certificates, exact, halves, halves_mut, mixer, rank_of, small_gaps,
};
use seprank::bounds::Regime;
use seprank::certificate::{self, Certificate, Claim, Log10, Lower, Text, Value};
use seprank::check::{Kind, Verdict, check};
use seprank::network::{Architecture, MixerShape, Output, Partition, Problem, TransformerShape};
use seprank::prove::{self, NoCertificate, gap, gap_across};
use std::process::Command;

fn seprank(arguments: &str) -> (i32, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_seprank"));
    let output = { program }.args(arguments.split_whitespace()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The three verdicts, with their exit codes and both numbers.
#[test]
fn verdicts_are_certified_refuted_or_open() {
    let sizes = [("vit-b-16", "mixer-b-16", 768u64), ("vit-l-16", "mixer-l-16", 1024)];
    for (attention, mixer, width) in sizes {
        for (depth, verdict, code) in [(1, "refuted", 1), (2, "certified", 0), (24, "certified", 0)]
        {
            let options = format!("gap --attention {attention} --mixer {mixer} --depth {depth}");
            let document = seprank(&format!("{options} --format json")).1;
            let document: serde_json::Value = serde_json::from_str(&document).unwrap();
            assert_eq!(document["verdict"], verdict, "{options}");
            let (found, text, _) = seprank(&options);
            assert_eq!(found, code);
            assert!(text.starts_with(&format!("gap {verdict}\n")), "{text}");
            if depth == 1 {
                // 2 + 98 d against d + 1.
                let numbers = [2 + 98 * width, width + 1];
                assert_eq!(document["other_lower"]["value"], numbers[0]);
                assert_eq!(document["attention_upper"]["value"], numbers[1]);
                assert!(numbers.iter().all(|n| text.contains(&format!("= {n}  "))), "{text}");
            }
        }
    }
    let (code, text, _) = seprank("gap --attention vit-b-16 --mixer mixer-b-16 --token-degree 3");
    assert!(code == 2 && text.starts_with("gap open\n"), "{text}");
}

#[test]
fn every_verdict_has_its_certificate() {
    for ((attention, mixer, regime, computed), certificate) in
        small_gaps().into_iter().zip(certificates())
    {
        let answer = gap_across(&attention, &mixer).unwrap();
        let context = format!("{attention:?} {mixer:?}");
        assert_eq!(answer.gap.regime(), regime, "{context}");
        assert_eq!(check(certificate), Verdict::Valid, "{context}");
        let (kind, deciding, above, below) = match (regime, answer.gap.across.is_empty()) {
            (Regime::Certified, true) => (0, &answer.gap.lower, &attention, &mixer),
            (Regime::Certified, false) => (2, &answer.gap.lower, &attention, &mixer),
            (_, true) => (1, &answer.gap.other_lower, &mixer, &attention),
            (_, false) => (3, &answer.gap.other_lower, &mixer, &attention),
        };
        assert_eq!(certificate.claim, KINDS[kind](Box::new(halves(certificate).clone())));
        let deciding = deciding.as_ref().unwrap();
        assert_eq!(deciding.id() == "computed", computed, "{context}");
        let halves = halves(certificate);
        assert_eq!(matches!(halves.lower.lower, Some(Lower::Theorem(_))), !computed);
        assert_eq!(halves.lower.problem, prove::problem_in_certificate(above));
        assert_eq!(halves.upper.problem, prove::problem_in_certificate(below));
        assert_eq!(
            exact(&halves.lower.value).to_string(),
            deciding.value.clone().unwrap().to_string()
        );
        // One claim has one file.
        let bytes = certificate::to_bytes(certificate);
        assert_eq!(certificate::from_bytes(&bytes).as_ref(), Ok(certificate));
    }
    let open = gap(&attention(1, 1, 1), &mixer(1, 1, 1, 1)).unwrap();
    assert_eq!(open.gap.regime(), Regime::Open);
    assert_eq!(open.certificate(), Err(NoCertificate::Open));
}

/// The example of small exact ranks: attention has more than the Mixer, and no theorem says so.
#[test]
fn small_ranks_decide_what_bounds_leave_open() {
    let (own, other) = (attention(2, 2, 2), mixer(2, 2, 1, 2));
    assert_eq!(seprank::bounds::gap(&own, &other).unwrap().regime(), Regime::Open);
    let ranks = [&own, &other].map(rank_of);
    assert!(ranks[0] > ranks[1]);
    let sizes = "gap --depth 2 --width 2 --heads 2 --tokens 4 --token-hidden 1";
    let (code, text, _) = seprank(sizes);
    assert_eq!(code, 0);
    assert!(text.contains(&format!("attention >= {}  computed\n", ranks[0])), "{text}");
    assert!(text.contains(&format!("mixer     <= {}  mixer-", ranks[1])), "{text}");
    let (_, document, _) = seprank(&format!("{sizes} --format json"));
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["lower"]["id"], "computed");
    assert_eq!([&document["lower"]["value"], &document["upper"]["value"]], ranks);
}

#[test]
fn the_command_writes_what_the_checker_accepts() {
    let dir = tempfile::tempdir().unwrap();
    for (index, (sizes, code, words)) in [
        ("--depth 2 --width 2 --heads 2 --tokens 4 --token-hidden 1", 0, "attention L=2 d=2"),
        ("--attention vit-b-16 --mixer mixer-b-16 --depth 1", 1, "; the gap is refuted\n"),
        ("--depth 1 --width 2 --tokens 4 --token-hidden 2 --token-degree 4", 1, "mixer L=1 d=2"),
        ("--attention vit-b-16 --mixer mixer-b-16 --depth 3", 0, "for all weights\n"),
        ("--depth 12 --width 65536 --heads 64 --tokens 196 --token-hidden 4", 0, ">= 10^["),
        (
            "--attention vit-b-16 --mixer mixer-b-16 --mlp-degree 2 --residual --depth 6",
            0,
            "the network in the file",
        ),
        (
            "--depth 6 --width 16 --tokens 8 --token-hidden 2 --mixer-depth 3 --across",
            0,
            "; a gap across sizes\n",
        ),
        (
            "--depth 1 --width 16 --tokens 8 --token-hidden 2 --mixer-depth 2 --across",
            1,
            "; refuted across sizes\n",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let path = dir.path().join(format!("{index}.json")).display().to_string();
        let plain = seprank(&format!("gap {sizes}"));
        let written = seprank(&format!("gap {sizes} --certificate {path}"));
        assert_eq!(plain.0, code, "{sizes}");
        assert_eq!(written, plain, "{sizes}");
        let (code, text, _) = seprank(&format!("check {path}"));
        assert!(code == 0 && text.contains("Valid: ") && text.contains(words), "{sizes}: {text}");
    }
    // Nothing is certified where the verdict is open; it stands.
    let path = dir.path().join("open.json");
    let open = "gap --attention vit-b-16 --mixer mixer-b-16 --token-degree 3";
    let (code, text, errors) = seprank(&format!("{open} --certificate {}", path.display()));
    assert_eq!((code, &text), (2, &seprank(open).1));
    let words = format!("--certificate {}: the gap is open: nothing is certified", path.display());
    assert!(errors.contains(&words) && errors.lines().count() == 1, "{errors}");
    assert!(!path.exists());
    let nowhere = dir.path().join("none").join("x.json").display().to_string();
    let (code, text, errors) = seprank(&format!(
        "gap --depth 2 --width 2 --heads 2 --tokens 4 --token-hidden 1 --certificate {nowhere}"
    ));
    assert!(code == 2 && text.is_empty() && errors.contains(&nowhere), "{errors}");
}

/// The reasons of an open verdict name what a rank can still do.
#[test]
fn open_verdicts_say_what_a_rank_may_do() {
    let reason = |attention: &Problem, mixer: &Problem| {
        let answer = gap(attention, mixer).unwrap();
        assert_eq!(answer.gap.regime(), Regime::Open);
        answer.reason().unwrap()
    };
    let large = |depth, width, token_degree| {
        let shape = MixerShape { token_degree, ..MixerShape::quadratic(depth, width, 4) };
        let halves = Partition::halves(8).unwrap();
        let other = Problem::new(Architecture::Mixer(shape), halves, Output::default()).unwrap();
        reason(&Problem::attention(depth, width, 1, 8).unwrap(), &other)
    };
    let words = large(3, 4, 3);
    assert!(words.contains("the rank of the other network is not computed"), "{words}");
    assert!(words.contains("`rank` decides"), "{words}");
    let words = reason(&attention(1, 1, 1), &mixer(1, 1, 1, 1));
    assert!(words.contains("the two upper bounds are equal"), "{words}");
    let words = large(12, 768, 3);
    assert!(words.contains("too large to be computed"), "{words}");
}

/// Sides that have changed names are the same sides, and the certificate names them once.
#[test]
fn sides_may_have_changed_names() {
    for (own, other) in
        [(attention(2, 2, 2), mixer(2, 2, 1, 2)), (attention(4, 4, 1), mixer(4, 4, 1, 2))]
    {
        let swapped = own.with_partition(own.partition().right()).unwrap();
        let certificate = gap(&swapped, &other).unwrap().certificate().unwrap();
        assert_eq!(check(&certificate), Verdict::Valid);
        let halves = halves(&certificate);
        assert_eq!(halves.lower.problem.left, halves.upper.problem.left);
    }
}

/// Of whole blocks there are certificates too; one that takes its halves from two depths is refused.
#[test]
fn blocks_of_one_depth() {
    let blocks = |depth| {
        let shape = TransformerShape {
            mlp_degree: Some(2),
            residual: true,
            ..TransformerShape::plain(depth, 6, 3)
        };
        let halves = Partition::halves(4).unwrap();
        Problem::new(shape.architecture().unwrap(), halves, Output::default()).unwrap()
    };
    let of = |depth: usize, other: usize| {
        gap_across(&blocks(depth), &mixer(other, 6, 1, 2)).unwrap().certificate().unwrap()
    };
    let certificate = of(4, 4);
    assert_eq!(check(&certificate), Verdict::Valid);
    let mut mixed = certificate.clone();
    halves_mut(&mut mixed).lower = halves(&of(5, 5)).lower.clone();
    assert_eq!(check(&mixed).finding().map(|f| f.kind), Some(Kind::GapSides));
    let across = of(5, 4);
    assert!(matches!(across.claim, Claim::GapAcross(_)));
    assert_eq!(check(&across), Verdict::Valid);
    // The claim of one size is another.
    let claim = Certificate::new(Claim::Gap(Box::new(halves(&across).clone())));
    assert_eq!(check(&claim).finding().map(|f| f.kind), Some(Kind::GapSides));
}

/// Numbers too long to write are enclosed, and an enclosure that has not the number in it is refused.
#[test]
fn logarithms_enclose_their_numbers() {
    let problems = (Problem::attention(12, 65_536, 64, 196), Problem::mixer(12, 65_536, 4, 196));
    let answer = gap(&problems.0.unwrap(), &problems.1.unwrap()).unwrap();
    let certificate = answer.certificate().unwrap();
    let Value::Log10(log) = &halves(&certificate).lower.value else { panic!("a logarithm") };
    let ends = answer.gap.lower.unwrap().log.unwrap().log10().unwrap();
    let number = |end: &dyn ToString| end.to_string().parse::<f64>().unwrap();
    let (low, high) = (number(&log.low), number(&log.high));
    assert!(low <= ends[1] && ends[0] <= high && high - low < 1e-6 * high, "{low} {high} {ends:?}");
    let with = |low: f64, high: f64| {
        let mut other = certificate.clone();
        let text = |x: f64| Text(format!("{x:.3}").parse().unwrap());
        halves_mut(&mut other).lower.value =
            Value::Log10(Log10 { low: text(low), high: text(high) });
        check(&other).finding().map(|f| f.kind)
    };
    assert_eq!(with(low - 1.0, high + 1.0), None);
    // The checker's own value may be a weaker one, against which a claim is not wrong but not shown.
    for (low, high) in [(high + 0.1, high + 1.0), (low - 1.0, low - 0.1)] {
        assert!(matches!(with(low, high), Some(Kind::Bound | Kind::Limit)), "{low} {high}");
    }
    assert_eq!(with(100.0, high + 1.0), Some(Kind::GapOrder));
}
