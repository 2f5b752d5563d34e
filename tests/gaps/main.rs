//! Gaps: what is compared and said, and their certificates.

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/gaps.rs"]
mod gaps;
#[path = "../common/line.rs"]
mod line;

mod certificates;
mod mutations;
mod verdicts;
