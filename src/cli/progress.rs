//! What is going on, on standard error: a bar on a terminal, a line every ten seconds elsewhere, or nothing with
//! `--quiet`.

use super::duration::{about, duration};
use indicatif::{ProgressBar, ProgressStyle, WeakProgressBar};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Nobody wants to know.
static QUIET: AtomicBool = AtomicBool::new(false);

/// The bar that was made last, and what it counts.
static CURRENT: Mutex<Option<(WeakProgressBar, &'static str)>> = Mutex::new(None);

/// Time between two lines.
const LINES: Duration = Duration::from_secs(10);

/// Time between two movements of a bar's clock.
const TICK: Duration = Duration::from_millis(200);

/// Starts the lines where standard error is no terminal: of any command, whether or not it has a bar.
pub(super) fn start(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
    if quiet || io::stderr().is_terminal() {
        return;
    }
    let start = Instant::now();
    // Where no thread can be had there are no lines.
    let _ = thread::Builder::new().spawn(move || {
        loop {
            thread::sleep(LINES);
            let current = CURRENT.lock().unwrap_or_else(|e| e.into_inner());
            let bar = current.as_ref().and_then(|(bar, unit)| Some((bar.upgrade()?, *unit)));
            drop(current);
            let bar = bar.filter(|(bar, _)| !bar.is_finished());
            let text = bar.map_or("working".into(), |(bar, unit)| line(&bar, unit));
            let elapsed = duration(start.elapsed().as_secs_f64());
            // Where standard error is gone there is nobody to tell.
            let _ = writeln!(io::stderr(), "seprank: {elapsed}: {text}");
        }
    });
}

/// How far a bar has come, in one line.
fn line(bar: &ProgressBar, unit: &str) -> String {
    let (done, message) = (bar.position(), bar.message());
    let text = match bar.length() {
        Some(0) => "preparing".into(),
        Some(_) if done == 0 => format!("no {unit} yet"),
        Some(length) if unit == STEPS => format!("{:.0} %", 100.0 * done as f64 / length as f64),
        Some(length) => format!("{done} of {length} {unit}"),
        None if unit.is_empty() => String::new(),
        None => format!("{done} {unit}"),
    };
    // From a thousandth on, as far as steps are alike.
    let left = bar.length().filter(|length| done > 0 && done >= length / 1000).map(|length| {
        let rate = bar.elapsed().as_secs_f64() / done as f64;
        format!("{} left", about(rate * length.saturating_sub(done) as f64))
    });
    let left = left.unwrap_or_default();
    [text, left, message].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Steps of the unit of a forecast, which nobody wants to read as a number.
pub(super) const STEPS: &str = "steps";

/// A bar for `length` steps.
pub(super) fn bar(length: u64, unit: &'static str) -> ProgressBar {
    let count =
        if unit == STEPS { "{percent} %".into() } else { format!("{{pos}}/{{len}} {unit}") };
    show(
        ProgressBar::new(length),
        unit,
        &format!("{{elapsed_precise}} [{{bar:30}}] {count}, {{eta}} left {{msg}}"),
    )
}

/// A count of something that has no known end.
pub(super) fn counter(unit: &'static str) -> ProgressBar {
    show(
        ProgressBar::no_length(),
        unit,
        &format!("{{elapsed_precise}} {{pos}} {unit}, last {{msg}}"),
    )
}

/// Something that is not counted, until this is dropped.
pub(super) fn busy(what: &'static str) -> Busy {
    let bar = show(ProgressBar::no_length(), "", BUSY);
    bar.set_message(what);
    Busy(bar)
}

const BUSY: &str = "{elapsed_precise} {msg}";

/// What was counted is done, and something that is not counted goes on.
pub(super) fn turn_busy(bar: &ProgressBar, what: &'static str) {
    bar.unset_length();
    bar.set_message(what);
    styled(bar, "", BUSY);
}

/// See [`busy`].
pub(super) struct Busy(ProgressBar);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn show(bar: ProgressBar, unit: &'static str, template: &str) -> ProgressBar {
    styled(&bar, unit, template);
    if QUIET.load(Ordering::Relaxed) {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    bar.enable_steady_tick(TICK);
    bar
}

/// From now on it is shown in this way, and counts these units.
fn styled(bar: &ProgressBar, unit: &'static str, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    *CURRENT.lock().unwrap_or_else(|e| e.into_inner()) = Some((bar.downgrade(), unit));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_far_it_is() {
        let bar = ProgressBar::hidden();
        bar.set_length(40);
        assert_eq!(line(&bar, "cases"), "no cases yet");
        assert_eq!(line(&ProgressBar::new(0), STEPS), "preparing");
        bar.set_position(10);
        assert!(line(&bar, "cases").starts_with("10 of 40 cases"));
        assert!(line(&bar, STEPS).starts_with("25 %"));
        let bar = ProgressBar::no_length();
        bar.set_message("forecast");
        assert_eq!(line(&bar, ""), "forecast");
        bar.inc(3);
        assert_eq!(line(&bar, "instances"), "3 instances, forecast");
    }
}
