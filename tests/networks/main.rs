//! Networks: files and their layers, definitions, numbers, configurations of published models, values.

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/network_texts.rs"]
mod network_texts;
#[path = "../common/npy.rs"]
mod npy;
#[path = "../common/problems.rs"]
mod problems;

mod config_refusals;
mod configs_hugging_face;
mod configs_timm;
mod definitions;
mod dimensions;
mod eval;
mod evaluation;
mod files;
mod layers;
mod models;
mod numbers;
mod refusals;
mod rotary;
mod sharing;
mod state_sizes;
