//! The option `--memory`.

use crate::tensor::MemoryLimit;

/// The limit on memory.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct Memory {
    /// Limit for all that is held at once, weights, points, tables and matrices, in GiB
    #[arg(id = "memory", long = "memory", global = true, value_name = "GIB", value_parser = parse, default_value = "4")]
    pub(super) limit: MemoryLimit,
}

fn parse(text: &str) -> Result<MemoryLimit, String> {
    match text.parse::<f64>() {
        Ok(gib) if (0.0..=1e6).contains(&gib) => Ok(MemoryLimit((gib * f64::from(1 << 30)) as u64)),
        _ => Err("a number of GiB is expected, as 4 or 0.5".into()),
    }
}
