//! Gaps, maps and bounds as users meet them: what is compared, what is said about it, and no number lost.

use crate::line::{GATED, network_file, seprank};
use serde_json::Value;

/// The document, whether the gap is certified or not.
fn json(arguments: &str) -> Value {
    let output = seprank(&format!("{arguments} --format json"));
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments}: {e}: {error}"))
}

#[test]
fn gaps_are_certified_or_say_why_not() {
    let gap = json("gap --attention vit-b-16 --mixer mixer-b-16");
    assert_eq!((&gap["verdict"], &gap["certified"]), (&"certified".into(), &true.into()));
    let end = |side: &str, k: usize| gap[side]["log10"][k].as_f64().unwrap();
    assert!(end("lower", 0) > 17_000.0 && end("upper", 1) < 4_200.0, "{gap}");
    assert!(gap["scope"].as_array().is_some_and(|notes| notes.len() == 6));
    let cubic =
        seprank("gap --attention vit-b-16 --mixer mixer-b-16 --token-degree 3 --format json");
    assert_eq!(cubic.status.code(), Some(2));
    let cubic: Value = serde_json::from_slice(&cubic.stdout).unwrap();
    assert_eq!(cubic["certified"], false);
    assert!(cubic["reason"].as_str().is_some_and(|why| why.contains("K = k_t k_c = 3")), "{cubic}");
    // The models are published with residual connections, which the comparison leaves out unless it is told.
    let scope = |options: &str| {
        let out = seprank(&format!("gap {options}")).stdout;
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .filter(|l| l.starts_with("  scope: Of "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let [vit, mixer] = &scope("--attention vit-b-16 --mixer mixer-b-16")[..] else { panic!() };
    assert!(vit.contains("ViT-B/16") && vit.contains("residual connections"), "{vit}");
    assert!(mixer.contains("Mixer-B/16") && mixer.contains("residual connections"), "{mixer}");
    let kept = scope("--attention vit-b-16 --mixer mixer-b-16 --residual --bias");
    assert!(!kept[1].contains("residual") && !kept[1].contains("biases"), "{kept:?}");
    let gpt = scope("--attention gpt-3-175b --mixer mixer-b-16 --tokens 196 --across");
    assert!(gpt[0].contains("causal mask") && !vit.contains("causal"), "{gpt:?}");
    let unknown = seprank("gap --attention vit-b-17 --mixer mixer-b-16");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("vit-b-16"));
}

/// Corollary 5.5 on the command line: whole blocks, and what the scope then says.
#[test]
fn gaps_of_whole_blocks() {
    let options = "--mlp-degree 2 --residual";
    for (attention, mixer, depth, numbers) in [
        ("vit-b-16", "mixer-b-16", 12, [191_617.8, 186_903.6]),
        ("vit-l-16", "mixer-l-16", 24, [1_098_596.5, 961_487.9]),
    ] {
        let models = format!("gap --attention {attention} --mixer {mixer} {options}");
        let whole = json(&models);
        assert_eq!(whole["verdict"], "certified", "{whole}");
        assert_eq!(
            (&whole["attention"]["depth"], &whole["other"]["depth"]),
            (&depth.into(), &depth.into())
        );
        assert_eq!(whole["lower"]["id"], "transformer-blocks");
        // At least that of 5.4 with b = 98.
        assert!(whole["lower"]["log10"][0].as_f64().unwrap() >= numbers[0]);
        assert!(whole["upper"]["log10"][1].as_f64().unwrap() <= numbers[1]);
        let notes = whole["scope"].to_string();
        assert!(
            !notes.contains("left out too: residual")
                && !notes.contains("the position-wise part.\""),
            "{notes}"
        );
        assert_eq!(json(&format!("{models} --depth 6"))["verdict"], "certified");
        let open = json(&format!("{models} --depth 5"));
        assert_eq!(open["verdict"], "open");
        assert!(
            open["reason"].as_str().unwrap().contains("degree 6 per block, the Mixer 4"),
            "{open}"
        );
    }
    // A file of the same blocks, and the flags of the other commands, are the same network.
    let (_file, file) = network_file(
        "tokens = 4\nwidth = 6\n[[layer]]\ntype = \"repeat\"\ntimes = 3\nlayers = [\n\
         { type = \"residual\", layers = [{ type = \"attention\", heads = 3 }] },\n\
         { type = \"residual\", layers = [{ type = \"channel-mixing\", hidden = 24, degree = 2 }] }]\n",
    );
    let flags =
        "bounds attention --depth 3 --width 6 --heads 3 --tokens 4 --mlp-degree 2 --residual";
    assert_eq!(json(flags), json(&format!("bounds --network {file}")));
    let sizes =
        "gap --depth 3 --width 6 --heads 3 --tokens 4 --token-hidden 2 --mlp-degree 2 --residual";
    let both = json(&format!(
        "gap --network {file} --token-hidden 2 --depth 3 --width 6 --tokens 4 --channel-degree 2 --residual"
    ));
    assert_eq!(json(sizes)["lower"], both["lower"]);
    for wrong in [
        "--mlp-degree 65",
        "--mlp-degree 2 --mlp-hidden 0",
        "--mlp-degree 2 --channel-degree 3",
        "--mlp-hidden 3",
    ] {
        let output =
            seprank(&format!("gap --depth 3 --width 6 --tokens 4 --token-hidden 2 {wrong}"));
        assert_eq!(output.status.code(), Some(2), "{wrong}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{wrong}");
    }
}

/// A gap is about one N, one partition and one side of the output token, and without --across about one
/// width and one depth; both shapes are printed.
#[test]
fn gaps_are_about_one_size() {
    // A Mixer whose file cuts it 2|6: attention is cut so too.
    let mixer = |left: &str, output: &str| {
        format!(
            "tokens = 8\nwidth = 16\n{left}{output}[[layer]]\ntype = \"repeat\"\ntimes = 10\n\
             layers = [{{ type = \"token-mixing\", hidden = 8 }}, {{ type = \"channel-mixing\" }}]\n"
        )
    };
    let (_cut, cut) = network_file(&mixer("left = [0, 1]\n", "output = [5, 3]\n"));
    let gap = json(&format!("gap --depth 10 --width 16 --tokens 8 --network {cut}"));
    for side in ["attention", "other"] {
        let shape = &gap[side];
        for (key, value) in [("depth", 10), ("width", 16), ("tokens", 8), ("left_size", 2)] {
            assert_eq!(shape[key], value, "{side} {key}");
        }
        assert_eq!(shape["left"], "0..=1");
        assert_eq!((&shape["output"][0], &shape["output_side"]), (&5.into(), &"B".into()));
    }
    assert_eq!(gap["across"].as_array().unwrap().len(), 0);
    // The bound is that of attention's own problem over the file's partition.
    let own = json("bounds attention --depth 10 --width 16 --tokens 8 --left 0,1 --output 5,0");
    let id = gap["lower"]["id"].as_str().unwrap();
    let bound = own.as_array().unwrap().iter().find(|b| b["id"] == id).unwrap();
    let end = |v: &Value| v["log10"][0].as_f64().unwrap();
    assert!((end(bound) - end(&gap["lower"])).abs() <= 1e-9 * end(bound), "{gap}");
    // A partition that is asked for is taken on both sides.
    let asked = json(&format!("gap --depth 10 --width 16 --tokens 8 --left 1,2,3 --network {cut}"));
    assert_eq!(
        (&asked["attention"]["left"], &asked["other"]["left"]),
        (&"1..=3".into(), &"1..=3".into())
    );

    let (_plain, plain) = network_file(&mixer("", ""));
    let (_deep, deep) = network_file(
        "tokens = 8\nwidth = 16\n[[layer]]\ntype = \"repeat\"\ntimes = 3\nlayers = [{ type = \"attention\" }]\n",
    );
    let (_gated, gated) = network_file(GATED);
    for (command, words) in [
        (
            "gap --attention gpt-3-175b --mixer mixer-b-16".to_owned(),
            "--tokens 2048 of attention, 196 of the other",
        ),
        (
            format!("gap --attention gpt-3-175b --network {plain}"),
            "--tokens 2048 of attention, 8 of the other",
        ),
        (
            format!("gap --network {deep} --network {cut}"),
            "--left 0..=3 | 4..=7 of attention, 0..=1 | 2..=7 of",
        ),
        (
            "gap --attention vit-b-16 --mixer mixer-l-16 --depth 3".into(),
            "--width 768 of attention, 1024 of",
        ),
        (
            "gap --attention vit-b-16 --mixer mixer-b-16 --mixer-depth 3".into(),
            "--depth 12 of attention, 3 of",
        ),
        (
            format!("gap --depth 2 --width 2 --tokens 4 --network {gated}"),
            "--depth 2 of attention, none (1 layers",
        ),
        (
            format!("map --network {plain} --depth 1..=3 --width 16 --out unused"),
            "--depth 1 of attention, 10 of",
        ),
        (
            "plot ratio --attention bert-base --mixer mixer-b-16 --out unused".into(),
            "--tokens 512 of attention, 196 of",
        ),
    ] {
        for across in ["", " --across"] {
            let sizes = words.starts_with("--width") || words.starts_with("--depth");
            if !across.is_empty() && (sizes || !command.starts_with("gap")) {
                continue;
            }
            let output = seprank(&(command.clone() + across));
            let error = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command}");
            assert!(error.contains(words) && output.stdout.is_empty(), "{command}: {error}");
            assert_eq!(error.contains("or give --across"), sizes, "{command}: {error}");
        }
    }
    let across = "gap --attention vit-b-16 --mixer mixer-l-16 --mixer-depth 3 --across";
    let text = String::from_utf8(seprank(across).stdout).unwrap();
    for words in [
        "compared across width: 768 of attention, 1024 of the other network",
        "compared across depth: 12 of attention, 3 of the other network",
        "attention L=12 d=768 H=12, N=196, |A|=98 |B|=98 (A: 0..=97), output Y[0,0] in A",
        "mixer     L=3 d=1024 S=512 k_t=2 k_c=1, N=196, |A|=98 |B|=98 (A: 0..=97), output Y[0,0] in A",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// Every bound that applies has a value or its logarithm, at every depth, also where a double holds neither.
#[test]
fn no_bound_is_lost_at_any_size() {
    for depth in [640, 650, 700, 1 << 20] {
        for network in [
            "attention --width 8 --heads 2 --tokens 8",
            "mixer --width 8 --token-hidden 4 --tokens 8 --token-degree 3",
        ] {
            let rows = json(&format!("bounds {network} --depth {depth}"));
            let rows = rows.as_array().unwrap();
            assert!(rows.len() >= 2, "{network} {depth}");
            for row in rows {
                let ends = row["log10"].as_array();
                assert!(row["value"].is_string() || ends.is_some(), "{depth}: {row}");
                let Some(ends) = ends.filter(|ends| ends[0].is_string()) else { continue };
                let number = |k: usize| {
                    let text = ends[k].as_str().unwrap();
                    rug::Float::with_val(200, rug::Float::parse(text).unwrap())
                };
                assert!(number(0) <= number(1) && number(0) > f64::MAX / 2.0, "{row}");
                // log10 of log10, which a double holds, in the same document.
                let twice = row["log10_log10"][0].as_f64().unwrap();
                assert!((number(0).log10() - twice).abs() < 1e-9 * twice, "{row}");
            }
        }
    }
    // (d+H)^C with C = (3^L - 1)/2: the logarithm is C log10(10) = C.
    let rows = json("bounds attention --width 8 --heads 2 --tokens 8 --depth 700");
    let word = rows.as_array().unwrap().iter().find(|r| r["id"] == "attention-word").unwrap();
    let exponent = rug::Integer::from(rug::Integer::u_pow_u(3, 700)) / 2u32;
    let end = |k: usize| {
        let text = word["log10"][k].as_str().unwrap();
        rug::Float::with_val(2000, rug::Float::parse(text).unwrap())
    };
    assert!(end(0) <= exponent && end(1) >= exponent, "{word}");
}

/// What is said of K >= 3 is no more than scope 1 of the theory proves.
#[test]
fn nothing_says_that_no_gap_can_be() {
    use seprank::{bounds, claims, table};
    let claims = claims::all().into_iter().map(|c| c.statement());
    let captions = table::all().into_iter().flat_map(|t| [t.caption(), t.title()]);
    let docs = [include_str!("../../docs/theory.md"), include_str!("../../docs/reproduction.md")];
    for text in claims.chain(captions).chain(bounds::SCOPE).chain(docs) {
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        assert!(!flat.contains("no asymptotic gap"), "{text}");
    }
    let reason = |degrees: &str| {
        let gap = json(&format!("gap --attention vit-b-16 --mixer mixer-b-16 {degrees}"));
        gap["reason"].as_str().unwrap().to_owned()
    };
    assert!(reason("--token-degree 3").contains("below 3/2"));
    assert!(reason("--token-degree 4").contains("at most 1"));
    assert!(reason("--token-degree 2 --channel-degree 2").contains("at most 1"));
    assert!(reason("--token-degree 1 --channel-degree 3").contains("the bounds give no gap"));
}

/// Theorem 5.6: cubes in the token part, linear channels, few variables: certified gaps, to the last digit.
#[test]
fn cubes_with_few_variables_have_a_gap() {
    let bound = |options: &str, id: &str| {
        let rows = json(&format!("bounds {options}"));
        let row = rows.as_array().unwrap().iter().find(|b| b["id"] == id).cloned();
        row.unwrap_or_else(|| panic!("{id}: {rows}"))["value"].as_str().unwrap().to_owned()
    };
    let gap = |options: &str| json(&format!("gap --depth 2 --heads 1 --token-degree 3 {options}"));
    let narrow = gap("--width 64 --tokens 4 --token-hidden 1");
    assert_eq!(
        (&narrow["certified"], &narrow["upper"]["id"]),
        (&true.into(), &"mixer-support".into())
    );
    let sizes = "--depth 2 --width 64 --tokens 4";
    assert_eq!(bound(&format!("attention {sizes} --heads 1"), "attention-isotropic"), "764400");
    let mixer = format!("mixer {sizes} --token-degree 3");
    for id in ["mixer-support", "mixer-trees"] {
        assert_eq!(bound(&format!("{mixer} --token-hidden 1"), id), "358018");
    }
    // One token on a side: whatever S is.
    for hidden in [1, 2, 64, 384] {
        let two =
            |width: usize| gap(&format!("--width {width} --tokens 2 --token-hidden {hidden}"));
        assert_eq!((&two(28)["certified"], &two(27)["certified"]), (&true.into(), &false.into()));
    }
    let pair = "--depth 2 --width 28 --tokens 2";
    assert_eq!(bound(&format!("attention {pair} --heads 1"), "attention-isotropic"), "31059");
    let mixer = format!("mixer {pair} --token-degree 3 --token-hidden 64");
    assert_eq!(bound(&mixer, "mixer-trees"), "30970");
    assert_eq!(bound(&mixer, "mixer-span"), "30970");
}

/// The limit of 5.6: the ratio of the exponents of the exact bounds at large widths, d and d^2.
#[test]
fn cubes_have_a_constant_ratio_in_the_limit() {
    use seprank::bounds::{Side, best};
    use seprank::network::{Architecture, MixerShape, Output, Partition, Problem};
    let log2 =
        |problem: &Problem, side| best(problem, side).unwrap().log.unwrap().log2().unwrap()[0];
    for (depth, expected) in [(1, 1.0), (2, 4.0 / 3.0)] {
        for (hidden, tokens) in [(1, 8), (7, 2)] {
            let [attention, mixer] = [1 << 10, 1 << 20]
                .map(|width| {
                    let shape = MixerShape {
                        token_degree: 3,
                        ..MixerShape::quadratic(depth, width, hidden)
                    };
                    let halves = Partition::halves(tokens).unwrap();
                    let mixer = Problem::new(Architecture::Mixer(shape), halves, Output::default());
                    let attention = Problem::attention(depth, width, 1, tokens).unwrap();
                    [log2(&attention, Side::Lower), log2(&mixer.unwrap(), Side::Upper)]
                })
                .into_iter()
                .reduce(|[a, b], [c, d]| [c - a, d - b])
                .unwrap();
            let ratio = attention / mixer;
            assert!((ratio - expected).abs() < 0.02, "{depth} {hidden} {tokens}: {ratio}");
        }
    }
}

/// Scope 1: for k_t >= 2 the generic rank of a Mixer is at least C(d, k_t^{L-1} k_c^L).
#[test]
fn mixers_have_the_rank_of_scope_1() {
    use seprank::network::{Architecture, MixerShape, Output, Partition, Problem};
    use seprank::prove::{RankRequest, rank};
    for (depth, width, k_t, k_c) in
        [(1, 5, 2, 1), (1, 4, 3, 1), (1, 4, 2, 2), (1, 5, 3, 2), (2, 4, 2, 1), (1, 3, 4, 1)]
    {
        for (bias, residual) in [(false, false), (true, false), (false, true)] {
            let shape = MixerShape {
                token_degree: k_t,
                channel_degree: k_c,
                bias,
                residual,
                ..MixerShape::quadratic(depth, width, 1)
            };
            let halves = Partition::halves(2).unwrap();
            let problem =
                Problem::new(Architecture::Mixer(shape), halves, Output::default()).unwrap();
            let found = rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank;
            let exponent = k_t.pow(depth as u32 - 1) * k_c.pow(depth as u32);
            let least = rug::Integer::from(width).binomial(exponent as u32);
            assert!(found >= least, "{depth} {width} {k_t} {k_c} {bias} {residual}: {found}");
        }
    }
}

/// Readers that keep numbers in doubles get the number.
#[test]
fn large_integers_are_strings() {
    let seed = u64::MAX.to_string();
    let certified = json(&format!("certify --claim attention-against-mixer --seed {seed}"));
    assert_eq!(certified["seed"], seed);
    let measured = json(&format!("spectrum --points 2 --draws 1 --seed {seed}"));
    assert_eq!(measured["seed"], seed);
    let small = json("spectrum --points 2 --draws 1 --seed 7");
    assert_eq!(small["seed"], 7);
    let record = seprank::claims::sharpness::Record {
        depth: 1,
        width: 2,
        heads: 1,
        own: 2,
        other: 2,
        bound: "3".into(),
        rank: 3,
        prime: (1 << 61) - 1,
        seeds: vec![0, u64::MAX],
        blocks: vec![[1, 1, 1], [2, 2, 2]],
        first_below: None,
        checked: true,
    };
    let text = serde_json::to_string(&record).unwrap();
    let words = [r#""prime":"2305843009213693951""#, r#""seeds":["0","18446744073709551615"]"#];
    assert!(words.iter().all(|w| text.contains(w)), "{text}");
    // What is written so is read again.
    let again: seprank::claims::sharpness::Record = serde_json::from_str(&text).unwrap();
    assert_eq!(again, record);
}
