//! Ranks: eliminations, the laws that they obey, routes and plans, certificates, floating point.

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/problems.rs"]
mod problems;

mod certificates;
mod eliminations;
mod float;
mod float_range;
mod hankel;
mod laws;
mod layered_certificates;
mod plans;
mod real_functions;
mod verdicts;
