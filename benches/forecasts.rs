//! Forecasts against what was measured, for all routes, with certificates: one request a line, and at the end how many from
//! a tenth of a second on are within a factor of three.

use seprank::network::{Problem, Replacements, WeightStyle, presets};
use seprank::prove::witness::WitnessKind;
use seprank::prove::{Inputs, Method, RankRequest, Weights, forecast, rank};
use std::io::{self, Write};
use std::time::Instant;

/// Shorter times are not compared.
const LEAST: f64 = 0.1;

fn requests() -> Vec<(String, RankRequest)> {
    let mut list = Vec::new();
    let mut add = |name: String, request| list.push((name, request));
    for (depth, width, heads, tokens) in [
        (2, 4, 1, 8),
        (2, 8, 1, 16),
        (2, 10, 1, 20),
        (2, 12, 1, 24),
        (3, 3, 1, 6),
        (4, 2, 1, 4),
        (5, 2, 1, 4),
        (2, 4, 2, 8),
        (2, 6, 3, 12),
        (2, 3, 1, 3),
    ] {
        let problem = Problem::attention(depth, width, heads, tokens).unwrap();
        add(format!("attention {depth} {width} {heads} {tokens}"), RankRequest::new(problem));
    }
    for (depth, width, tokens) in [(3, 3, 6), (3, 4, 8), (2, 12, 24)] {
        let problem = Problem::attention(depth, width, 1, tokens).unwrap();
        let weights = Weights::Styled(WeightStyle::Diagonal);
        let request = RankRequest { weights, ..RankRequest::new(problem) };
        add(format!("diagonal {depth} {width} {tokens}"), request);
    }
    for (depth, width, tokens, points) in [
        (2, 4, 8, 100),
        (2, 4, 8, 200),
        (2, 16, 16, 100),
        (3, 8, 8, 64),
        (4, 8, 16, 64),
        (2, 32, 32, 32),
        (6, 4, 12, 100),
        (3, 4, 8, 400),
    ] {
        let problem = Problem::attention(depth, width, 1, tokens).unwrap();
        let request =
            RankRequest { method: Method::Grid, points: Some(points), ..RankRequest::new(problem) };
        add(format!("grid of attention {depth} {width} {tokens}, {points} points"), request);
    }
    for (depth, width, hidden, tokens) in
        [(1, 8, 8, 16), (2, 3, 3, 6), (2, 4, 4, 8), (3, 2, 2, 4), (3, 2, 4, 4), (4, 2, 2, 4)]
    {
        let problem = Problem::mixer(depth, width, hidden, tokens).unwrap();
        add(format!("mixer {depth} {width} {hidden} {tokens}"), RankRequest::new(problem));
    }
    for (depth, width, tokens) in [(2, 2, 4), (2, 3, 4), (3, 2, 2)] {
        let problem = Problem::attention(depth, width, 1, tokens).unwrap();
        let request = RankRequest { method: Method::Coefficients, ..RankRequest::new(problem) };
        add(format!("coefficients {depth} {width} {tokens}"), request);
    }
    for (kind, depth, width, heads, tokens) in [
        (WitnessKind::Isotropic, 2, 4, 1, 8),
        (WitnessKind::Power, 2, 4, 1, 8),
        (WitnessKind::TwoLayers, 2, 4, 1, 8),
    ] {
        let problem = Problem::attention(depth, width, heads, tokens).unwrap();
        let request = RankRequest {
            weights: Weights::Named(kind),
            inputs: Inputs::Theorem,
            ..RankRequest::new(problem)
        };
        add(format!("{} {depth} {width} {tokens}", kind.name()), request);
    }
    for (name, points) in [
        ("attention", 100),
        ("attention-residual", 100),
        ("mixer-gelu", 100),
        ("gmlp", 64),
        ("fnet", 64),
        ("hyper-mixer", 64),
        ("resmlp", 64),
        ("vision-permutator", 64),
        ("s2mlp", 64),
        ("mixer-permuted", 100),
    ] {
        let problem = presets::network("model", name, &Replacements::default()).unwrap().problem;
        let request = RankRequest { points: Some(points), ..RankRequest::new(problem) };
        add(format!("{name}, {points} points"), request);
    }
    list
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (mut compared, mut near) = (0, 0);
    writeln!(out, "{:>12} {:>12} {:>8}  request", "forecast, s", "measured, s", "ratio")?;
    for (name, request) in requests() {
        let forecast = match forecast(&request) {
            Ok(forecast) => forecast.seconds,
            Err(error) => {
                writeln!(out, "{:>34}  {name}: {error}", "refused")?;
                continue;
            }
        };
        let start = Instant::now();
        let answer = rank(&request, &|_, _| ()).expect("it was forecast");
        answer.certificate().expect("it was found");
        let measured = start.elapsed().as_secs_f64();
        let ratio = forecast / measured;
        let counted = forecast.max(measured) >= LEAST;
        compared += usize::from(counted);
        near += usize::from(counted && (1.0 / 3.0..=3.0).contains(&ratio));
        let mark = if counted { ' ' } else { '-' };
        writeln!(out, "{forecast:>12.3} {measured:>12.3} {ratio:>8.2}{mark} {name}")?;
    }
    writeln!(out, "{near} of {compared} from {LEAST} s on are within a factor of 3; - are shorter")
}
