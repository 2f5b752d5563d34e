//! Forecasts against what was measured, for all routes, with certificates: one request a line, and at the end how many from
//! a tenth of a second on are within a factor of three. With RAYON_NUM_THREADS=1 CPU seconds are compared, which other
//! work on the machine hardly changes. A word after -- selects requests by name.

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use seprank::arith::Rational;
use seprank::network::{
    Network, Output, Partition, Problem, Replacements, TransformerShape, WeightStyle, presets,
};
use seprank::prove::witness::WitnessKind;
use seprank::prove::{Inputs, Method, RankRequest, Weights, forecast, rank};
use std::io::{self, Write};
use std::time::Instant;

/// Shorter times are not compared.
const LEAST: f64 = 0.1;

type Requests = Vec<(String, RankRequest)>;

/// Hankel blocks of attention and of Mixers.
fn hankel(list: &mut Requests) {
    for (depth, width, heads, tokens) in [
        (2, 8, 1, 16),
        (2, 10, 1, 20),
        (2, 12, 1, 24),
        (2, 14, 1, 28),
        (3, 3, 1, 6),
        (4, 2, 1, 4),
        (5, 2, 1, 4),
        (5, 2, 1, 3),
        (4, 2, 2, 4),
        (2, 6, 3, 12),
    ] {
        let problem = Problem::attention(depth, width, heads, tokens).unwrap();
        let name = format!("attention {depth} {width} {heads} {tokens}");
        list.push((name, RankRequest::new(problem)));
    }
    for (style, depth, width, tokens) in [
        (WeightStyle::Diagonal, 3, 3, 6),
        (WeightStyle::Diagonal, 3, 4, 8),
        (WeightStyle::Blocks2, 2, 12, 24),
    ] {
        let problem = Problem::attention(depth, width, 1, tokens).unwrap();
        let request = RankRequest { weights: Weights::Styled(style), ..RankRequest::new(problem) };
        list.push((format!("{} {depth} {width} {tokens}", style.name()), request));
    }
    for (depth, width, hidden, tokens) in
        [(2, 4, 4, 8), (3, 2, 4, 8), (3, 3, 2, 6), (3, 3, 3, 6), (4, 2, 2, 4)]
    {
        let problem = Problem::mixer(depth, width, hidden, tokens).unwrap();
        let name = format!("mixer {depth} {width} {hidden} {tokens}");
        list.push((name, RankRequest::new(problem)));
    }
}

fn grids(list: &mut Requests) {
    for (depth, width, tokens, points) in [
        (2, 16, 16, 1000),
        (3, 8, 8, 500),
        (4, 8, 16, 400),
        (2, 32, 32, 400),
        (2, 256, 4, 8),
        (6, 4, 12, 400),
        (3, 4, 8, 1600),
    ] {
        let problem = Problem::attention(depth, width, 1, tokens).unwrap();
        let request =
            RankRequest { method: Method::Grid, points: Some(points), ..RankRequest::new(problem) };
        list.push((
            format!("grid of attention {depth} {width} {tokens}, {points} points"),
            request,
        ));
    }
    for (kind, depth, width, heads, tokens) in [
        (WitnessKind::Isotropic, 2, 8, 1, 2),
        (WitnessKind::Isotropic, 3, 4, 1, 2),
        (WitnessKind::Power, 2, 16, 1, 32),
        (WitnessKind::Heads, 3, 8, 2, 8),
    ] {
        let problem = Problem::attention(depth, width, heads, tokens).unwrap();
        let request = RankRequest {
            weights: Weights::Named(kind),
            inputs: Inputs::Theorem,
            ..RankRequest::new(problem)
        };
        list.push((format!("{} {depth} {width} {tokens}", kind.name()), request));
    }
}

/// Networks by their layers: with random weights, and with those that a file may have.
fn layers(list: &mut Requests) {
    for (name, points) in [("gmlp", 1000), ("hyper-mixer", 1000), ("vision-permutator", 1000)] {
        let problem = presets::network("model", name, &Replacements::default()).unwrap().problem;
        let request = RankRequest { points: Some(points), ..RankRequest::new(problem) };
        list.push((format!("{name}, {points} points"), request));
    }
    for (depth, width, heads, tokens, points) in
        [(2, 16, 4, 8, 400), (2, 64, 4, 16, 100), (4, 32, 4, 8, 100), (1, 256, 8, 4, 8)]
    {
        let shape = TransformerShape {
            mlp_degree: Some(2),
            residual: true,
            ..TransformerShape::plain(depth, width, heads)
        };
        let partition = Partition::halves(tokens).unwrap();
        let architecture = shape.architecture().unwrap();
        let problem = Problem::new(architecture, partition, Output::default()).unwrap();
        let request = RankRequest { points: Some(points), ..RankRequest::new(problem) };
        list.push((format!("blocks {depth} {width} {heads} {tokens}, {points} points"), request));
    }
    for (depth, width, points) in [(2, 128, 64), (1, 512, 8)] {
        let problem = Problem::attention(depth, width, 4, 4).unwrap();
        let weights = Weights::Given(fractions(&problem));
        let (method, points) = (Method::Grid, Some(points));
        let request = RankRequest { weights, method, points, ..RankRequest::new(problem) };
        list.push((format!("given weights, attention {depth} {width} 4"), request));
    }
}

/// Coefficient matrices modulo p, and over Q.
fn coefficients(list: &mut Requests) {
    let attention = |depth, width, tokens| Problem::attention(depth, width, 1, tokens).unwrap();
    let mixer =
        |depth, width, hidden, tokens| Problem::mixer(depth, width, hidden, tokens).unwrap();
    for problem in [
        attention(2, 3, 4),
        attention(2, 2, 8),
        attention(3, 2, 2),
        mixer(2, 3, 3, 6),
        mixer(3, 2, 2, 6),
    ] {
        let name = format!("coefficients of {}", seprank::claims::describe(&problem));
        let method = Method::Coefficients;
        let modular = RankRequest { method, ..RankRequest::new(problem.clone()) };
        let weights = Weights::Given(fractions(&problem));
        list.push((format!("{name} over Q"), RankRequest { weights, ..modular.clone() }));
        list.push((name, modular));
    }
}

/// Weights as single precision holds them.
fn fractions(problem: &Problem) -> Network<Rational> {
    let network = WeightStyle::Random.draw(problem, &mut ChaCha20Rng::seed_from_u64(1));
    network.map(|w| Rational::from_f64(f64::from((w.to_f64() / 30.0) as f32)).unwrap())
}

/// Seconds of CPU of this process, where the system tells, in hundredths.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let times = stat.rsplit(')').next()?.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<f64>().ok()).sum::<Option<f64>>().map(|ticks| ticks / 100.0)
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let chosen = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let one_thread = std::env::var("RAYON_NUM_THREADS").is_ok_and(|threads| threads == "1");
    let mut list = Vec::new();
    [hankel, grids, layers, coefficients].into_iter().for_each(|add| add(&mut list));
    let (mut compared, mut near) = (0, 0);
    writeln!(out, "{:>10} {:>10} {:>10} {:>7}  request", "forecast", "CPU, s", "wall, s", "ratio")?;
    for (name, request) in list {
        if chosen.as_ref().is_some_and(|word| !name.contains(word)) {
            continue;
        }
        let forecast = match forecast(&request) {
            Ok(forecast) => forecast.seconds + forecast.certificate,
            Err(error) => {
                writeln!(out, "{:>40}  {name}: {error}", "refused")?;
                continue;
            }
        };
        let (start, before) = (Instant::now(), cpu());
        let answer = rank(&request, &|_, _| ()).expect("it was forecast");
        seprank::certificate::to_bytes(&answer.certificate().expect("it was found"));
        let wall = start.elapsed().as_secs_f64();
        let cpu = cpu().zip(before).map(|(after, before)| after - before);
        let measured = cpu.filter(|_| one_thread).unwrap_or(wall);
        let ratio = forecast / measured;
        let counted = forecast.max(measured) >= LEAST;
        compared += usize::from(counted);
        near += usize::from(counted && (1.0 / 3.0..=3.0).contains(&ratio));
        let mark = if counted { ' ' } else { '-' };
        let cpu = cpu.unwrap_or(f64::NAN);
        writeln!(out, "{forecast:>10.3} {cpu:>10.2} {wall:>10.3} {ratio:>7.2}{mark} {name}")?;
        out.flush()?;
    }
    writeln!(out, "{near} of {compared} from {LEAST} s on are within a factor of 3; - are shorter")
}
