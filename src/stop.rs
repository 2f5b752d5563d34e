//! Ending a computation before it is done.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether a computation is to end with what it has found: somebody asked for that, or its time is over.
/// Clones are asked together. Once due, it stays due.
///
/// ```
/// use seprank::{Limit, Stop};
/// let stop = Stop::new(None);
/// assert_eq!(stop.due(), None);
/// stop.clone().ask();
/// assert_eq!(stop.due(), Some(Limit::Interrupt));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: Option<Arc<AtomicBool>>,
    deadline: Option<Instant>,
}

/// What ends a computation before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The time that it was given.
    Time,
    /// The memory that it was given.
    Memory,
    /// Somebody asked it to.
    Interrupt,
}

impl Limit {
    /// `"time"`, `"memory"` or `"interrupt"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Interrupt => "interrupt",
        }
    }
}

/// With its article, to stand in a sentence.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the limit on time",
            Self::Memory => "the limit on memory",
            Self::Interrupt => "an interrupt",
        })
    }
}

/// What is not to be stopped is given this.
pub(crate) static NEVER: Stop = Stop { asked: None, deadline: None };

impl Stop {
    /// Due when it is asked, and `time` from now if that is given and no clock ends before.
    pub fn new(time: Option<Duration>) -> Self {
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        Self { asked: Some(Arc::default()), deadline }
    }

    /// Due when this one is, and `time` from now at the latest.
    pub fn within(&self, time: Duration) -> Self {
        let end = Instant::now().checked_add(time);
        let deadline = self.deadline.into_iter().chain(end).min();
        Self { asked: self.asked.clone(), deadline }
    }

    /// Makes it due.
    pub fn ask(&self) {
        if let Some(asked) = &self.asked {
            asked.store(true, Ordering::Relaxed);
        }
    }

    /// Why it is due, if it is.
    pub fn due(&self) -> Option<Limit> {
        if self.asked.as_ref().is_some_and(|asked| asked.load(Ordering::Relaxed)) {
            return Some(Limit::Interrupt);
        }
        self.deadline.filter(|end| Instant::now() >= *end).map(|_| Limit::Time)
    }

    /// How long until it is due by time, if it ever is.
    pub fn left(&self) -> Option<Duration> {
        self.deadline.map(|end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether it is due.
    pub fn is_due(&self) -> bool {
        self.due().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_by_time_by_wish_or_never() {
        assert_eq!(Stop::new(Some(Duration::ZERO)).due(), Some(Limit::Time));
        assert_eq!(Stop::new(Some(Duration::MAX)).due(), None);
        assert_eq!(Stop::new(Some(Duration::from_secs(3600))).due(), None);
        let long = Stop::new(Some(Duration::from_secs(3600)));
        assert!(long.within(Duration::ZERO).is_due() && !long.is_due());
        let share = long.within(Duration::MAX);
        assert!(share.left() <= Some(Duration::from_secs(3600)));
        long.ask();
        assert_eq!(share.due(), Some(Limit::Interrupt));
        Stop::default().ask();
        assert!(!Stop::default().is_due() && !NEVER.is_due());
    }
}
