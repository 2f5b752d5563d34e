//! Long work away from the interpreter: in a thread of its own, while this one shows progress and hears of signals.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often progress and signals are looked at.
const TICK: Duration = Duration::from_millis(50);

/// Bytes of the stack of the thread: those of a program's first one.
const STACK: usize = 8 << 20;

/// Steps done, and steps planned.
#[derive(Default)]
pub(crate) struct Steps {
    done: AtomicU64,
    planned: AtomicU64,
}

impl Steps {
    /// Counts some more, out of so many that are planned by now.
    #[allow(dead_code, reason = "a check counts none")]
    pub(crate) fn add(&self, steps: u64, planned: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
        self.planned.store(planned, Ordering::Relaxed);
    }

    fn get(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.planned.load(Ordering::Relaxed))
    }
}

/// What is told of work that is going on.
#[derive(Default)]
pub(crate) struct Watch<'a, 'py> {
    /// Called with the steps done and planned.
    pub(crate) progress: Option<&'a Bound<'py, PyAny>>,
    /// Asks the work to end with what it has. Work without it is left to itself at the first interrupt, other work at
    /// the second.
    pub(crate) stop: Option<&'a dyn Fn()>,
}

/// The result of `work`, and the exception that stopped it before its end, if one did. Other Python threads run
/// meanwhile.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    watch: &Watch<'_, '_>,
    work: impl FnOnce(&Steps) -> T + Send + 'static,
) -> PyResult<(T, Option<PyErr>)> {
    let steps = Arc::new(Steps::default());
    let (send, receive) = mpsc::channel();
    let counted = steps.clone();
    // Nobody listens any more where the work was left to itself.
    let thread = move || {
        drop(send.send(work(&counted)));
        crate::end_of_thread();
    };
    thread::Builder::new().stack_size(STACK).spawn(thread)?;
    let (mut shown, mut stopped) = ((0, 0), None);
    // Only one thread waits at a time, and it is this one.
    let mut receive = receive;
    loop {
        let (result, back) = py.detach(move || (receive.recv_timeout(TICK), receive));
        receive = back;
        match result {
            Ok(result) => return Ok((result, stopped)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the computation ended without an answer"));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = steps.get();
        let mut heard = py.check_signals();
        if let (Some(progress), Ok(()), true) = (watch.progress, &heard, now != shown) {
            shown = now;
            heard = progress.call1(now).map(drop);
        }
        match (heard, watch.stop, &stopped) {
            (Ok(()), ..) => {}
            (Err(error), Some(stop), None) => {
                stop();
                stopped = Some(error);
            }
            (Err(error), ..) => return Err(error),
        }
    }
}
