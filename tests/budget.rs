//! What a computation that ends early is worth: the best bound that is proved, its certificate, exit code 2.

#[path = "common/line.rs"]
mod line;

use line::{json, seprank};
use seprank::network::{Problem, WeightStyle};
use seprank::prove::{Evidence, Method, RankRequest, Route, Status, Weights, proved, rank};
use seprank::{Limit, Stop};
use seprank_check::check::{Verdict, check, check_file};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What `--dry-run --certificate` says of a file is what the run then writes, but for its weights.
#[test]
fn a_forecast_has_the_bytes_of_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rank.json");
    let rank = format!(
        "rank attention --depth 3 --width 3 --tokens 6 --method hankel --certificate {}",
        file.display()
    );
    let forecast = json(&format!("{rank} --dry-run"))["certificate"].clone();
    assert!(!file.exists());
    assert!(forecast["check_seconds"].as_f64().unwrap() > 0.0, "{forecast}");
    assert!(seprank(&rank).status.success());
    let ratio = file.metadata().unwrap().len() as f64 / forecast["bytes"].as_f64().unwrap();
    assert!((0.9..1.1).contains(&ratio), "{ratio}");
}

/// The output of a command that ends in that time; one that does not is killed, and fails.
fn ended(arguments: &str, most: Duration) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seprank"))
        .args(arguments.split_whitespace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > most {
            child.kill().unwrap();
            panic!("{arguments}: takes more than {most:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Stopped before anything, between two blocks and in the middle of an elimination: what is found is a minor
/// that the checker accepts, and never said to be all.
#[test]
fn what_a_stop_leaves_is_proved() {
    let problem = Problem::attention(3, 3, 1, 6).unwrap();
    let weights = Weights::Styled(WeightStyle::Diagonal);
    let request = RankRequest { weights, ..RankRequest::new(problem) };
    let whole = rank(&request, &|_, _| ()).unwrap();
    assert!(whole.limit.is_none() && matches!(whole.evidence, Evidence::Hankel { .. }));
    let mut found = Vec::new();
    for steps in [0, 3, 9] {
        let stop = Stop::new(None);
        let request = RankRequest { stop: stop.clone(), ..request.clone() };
        let done = std::sync::atomic::AtomicU64::new(0);
        let answer = rank(&request, &|_, _| {
            if done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= steps {
                stop.ask();
            }
        })
        .unwrap();
        assert_eq!((answer.limit, answer.status), (Some(Limit::Interrupt), Status::Lower));
        assert!(answer.rank < whole.rank && answer.to_string().contains("ended by: an interrupt"));
        assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
        found.push(answer.rank);
    }
    assert!(found.is_sorted() && found[2] > found[0], "{found:?}");
}

/// One class of order 2380 takes longer than the time: its elimination is left with the pivots that it has.
#[test]
fn an_elimination_is_left_with_its_pivots() {
    let problem = Problem::attention(3, 3, 1, 6).unwrap();
    let whole = rank(&RankRequest::new(problem.clone()), &|_, _| ()).unwrap();
    for milliseconds in [0, 10, 30, 60, 100] {
        let stop = Stop::new(Some(Duration::from_millis(milliseconds)));
        let request = RankRequest { stop, ..RankRequest::new(problem.clone()) };
        let answer = rank(&request, &|_, _| ()).unwrap();
        assert!(answer.rank <= whole.rank);
        assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
    }
}

/// Asked to stop when the last value of its grid is there: the elimination that follows tells nothing of larger
/// grids, so it is not said that the rank stays below the size.
#[test]
fn a_grid_whose_elimination_is_stopped_is_not_all() {
    let stop = Stop::new(None);
    let problem = Problem::attention(2, 3, 1, 4).unwrap();
    let (method, points) = (Method::Grid, Some(64));
    let request = RankRequest { stop: stop.clone(), method, points, ..RankRequest::new(problem) };
    let values = std::sync::atomic::AtomicU64::new(0);
    let answer = rank(&request, &|found, planned| {
        let before = values.fetch_add(found, std::sync::atomic::Ordering::Relaxed);
        if before + found >= planned {
            stop.ask();
        }
    })
    .unwrap();
    assert_eq!((answer.limit, answer.status), (Some(Limit::Interrupt), Status::Lower));
    assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
}

/// The polynomials of a coefficient matrix, of millions of terms, and the table of a function of a sum: a stop in the
/// middle of them leaves no minor, and before that a grid is chosen where the method is free.
#[test]
fn coefficients_are_left_unfinished() {
    let tensor = Problem::attention(3, 2, 1, 4).unwrap();
    let mixer = Problem::mixer(4, 2, 3, 6).unwrap();
    let table = Problem::attention(2, 13, 1, 26).unwrap();
    for (problem, method, time) in [
        (tensor, Method::Coefficients, 200),
        (mixer, Method::Hankel, 20),
        (table.clone(), Method::Hankel, 20),
        (table, Method::Auto, 1),
    ] {
        let stop = Stop::new(Some(Duration::from_millis(time)));
        let request = RankRequest { stop, method, ..RankRequest::new(problem) };
        let answer = rank(&request, &|_, _| ()).unwrap();
        assert_eq!((answer.limit, answer.status), (Some(Limit::Time), Status::Lower));
        let route = match method {
            Method::Coefficients => Route::Coefficients,
            Method::Auto => Route::Grid,
            _ => Route::Hankel,
        };
        assert_eq!(answer.evidence.route(), route);
        assert_eq!(check(&answer.certificate().unwrap()), Verdict::Valid);
    }
}

#[test]
fn the_headline_is_the_best_that_is_proved() {
    let sizes = "attention --depth 8 --width 4 --tokens 8";
    let output = seprank(&format!("rank --points 4 {sizes}"));
    let found = proved(&Problem::attention(8, 4, 1, 8).unwrap()).unwrap();
    let (shown, first) =
        (text(&output), format!("separation rank >= {}", found.lower.value.clone().unwrap()));
    assert!(shown.starts_with(&first) && shown.contains("computed: >= 4, by grid"), "{shown}");
    // Every lower bound that is listed is at most the headline.
    for line in shown.lines().filter_map(|line| line.strip_prefix("  >= ")) {
        let value: rug::Integer = line.split(' ').next().unwrap().parse().unwrap();
        assert!(value <= *found.lower.value.as_ref().unwrap(), "{line}");
    }
}

/// Numbers that are too long to write are compared too.
#[test]
fn the_headline_of_a_published_model_is_the_best() {
    let output = seprank("rank --model vit-b-16");
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(2));
    let by = shown.lines().find_map(|line| line.strip_prefix("  by: the lower bound ")).unwrap();
    let best = by.strip_suffix("; nothing was computed").unwrap();
    let problem = seprank::network::presets::network("model", "vit-b-16", &Default::default());
    let problem = problem.unwrap().problem;
    let low = |id: &str| {
        let log = seprank::bounds::find(id).unwrap().enclosure(&problem).unwrap();
        log.log10().unwrap()[0]
    };
    let listed = shown.lines().filter_map(|line| line.strip_prefix("  >= "));
    let mut ids: Vec<&str> = listed.map(|line| line.rsplit(' ').next().unwrap()).collect();
    ids.retain(|id| *id != best);
    assert!(ids.len() > 2 && ids.iter().all(|id| low(id) < low(best)), "{shown}");
    assert!(
        shown.contains("more than the limit of 4 GiB; reduce --tokens, or raise --memory"),
        "{shown}"
    );
}

/// Too large for the memory: the theorems still say something, with a certificate and exit code 2.
#[test]
fn what_does_not_fit_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rank.json");
    let certificate = format!("--certificate {}", file.display());
    let output = seprank(&format!("rank attention --depth 4 --width 16 --tokens 40 {certificate}"));
    assert_eq!(output.status.code(), Some(2));
    let shown = text(&output);
    assert!(shown.starts_with("separation rank >= "), "{shown}");
    assert!(shown.contains("not computed: ") && shown.contains("raise --memory"), "{shown}");
    assert_eq!(check_file(&file), Verdict::Valid);
    // Of the weights of a proof no theorem bounds the rank from below, so that it is refused.
    let output = seprank("rank attention --depth 4 --width 16 --tokens 40 --weights isotropic");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

#[test]
fn a_spent_budget_answers_in_time() {
    let start = Instant::now();
    let request = "rank attention --depth 4 --width 3 --tokens 8 --weights diagonal --time 2s";
    let output = seprank(request);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    assert!(shown.contains("ended by: the limit on time"), "{shown}");
    let output = seprank(&format!("{request} --format json"));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["ended_by"], &document["seed"]), (&"time".into(), &0.into()));
    assert_eq!(
        (&document["weights"]["kind"], &document["status"]),
        (&"diagonal".into(), &"lower".into())
    );
    assert_eq!(document["network"], "attention L=4 d=3 H=1 N=4+4");
    assert!(start.elapsed() < Duration::from_secs(40));
    for (time, why) in [("10", "unit"), ("soon", "number"), ("", "empty")] {
        let output = Command::new(env!("CARGO_BIN_EXE_seprank"))
            .args(["rank", "attention", "--depth", "1", "--width", "1", "--tokens", "2", "--time"])
            .arg(time)
            .output()
            .unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(why), "{error}");
    }
}

/// As Ctrl-C does, and a batch system before its limit.
#[cfg(unix)]
#[test]
fn an_interrupt_answers() {
    for signal in ["INT", "TERM"] {
        let child = Command::new(env!("CARGO_BIN_EXE_seprank"))
            .args("rank attention --depth 4 --width 3 --tokens 8 --weights diagonal".split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let shown = text(&output);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("a second time ends at once"), "{told}");
        assert_eq!(output.status.code(), Some(2), "{shown}");
        assert!(shown.contains("ended by: an interrupt"), "{shown}");
    }
}

/// Of 2,600,000 rows in all. Until a limit on time there may be fewer.
#[test]
fn a_certificate_that_nobody_could_check_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.json");
    let rank = format!(
        "rank attention --depth 6 --width 2 --tokens 4 --method hankel --memory 8 --certificate {}",
        file.display()
    );
    let refused = ended(&rank, Duration::from_secs(60));
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{error}");
    assert!(error.contains("--certificate") && error.contains("96 MiB"), "{error}");
    let forecast = text(&seprank(&format!("{rank} --dry-run")));
    assert!(forecast.contains("more than a checker reads"), "{forecast}");
    assert!(!file.exists());
    let limited = seprank(&format!("{rank} --time 1s"));
    assert!(check_file(&file).is_valid(), "{}", text(&limited));
}
