//! What a computation may take.

use super::Failure;
use super::memory::Memory;
use crate::Stop;
use crate::tensor::MemoryLimit;
use std::io::{self, Write};
use std::process;
use std::time::Duration;

/// Limits, of one name and one meaning in all commands that have them.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Budget {
    #[command(flatten)]
    memory: Memory,
    /// Longest time, as 30s, 10m or 2h: what is proved by then is printed, and the exit code is 2; Ctrl-C
    /// does the same at once
    #[arg(long, global = true, value_name = "TIME", value_parser = humantime::parse_duration)]
    time: Option<Duration>,
}

/// The exit code of a process that an interrupt ends.
const INTERRUPTED: i32 = 130;

impl Budget {
    /// The limit on memory.
    pub(super) fn memory(&self) -> MemoryLimit {
        self.memory.limit
    }

    /// Due after the time, or when the process is interrupted or told to end; a second time ends it.
    pub(super) fn stop(&self) -> Result<Stop, Failure> {
        let stop = Stop::new(self.time);
        let asked = stop.clone();
        ctrlc::set_handler(move || {
            if asked.due() == Some(crate::Limit::Interrupt) {
                process::exit(INTERRUPTED);
            }
            asked.ask();
            // Where standard error is gone there is nobody to tell.
            let _ =
                writeln!(io::stderr(), "ending with what is proved; a second time ends at once");
        })?;
        Ok(stop)
    }
}
