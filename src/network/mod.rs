//! Networks: the one definition that every part of the toolkit reads.
//!
//! A [`Problem`] is an architecture with a token count, a partition (A, B) and an output entry; it
//! asks for the separation rank of `f(X) = Y[i, p]` with respect to (A, B). A [`Network`] is a list
//! of layers with weights in some ring T; [`Network::forward`] is its only meaning.

mod activated;
mod activation;
mod architecture;
mod config;
mod describe;
pub mod expression;
mod families;
mod family;
mod file;
mod formula;
mod forward;
mod heads;
mod invalid;
pub mod layers;
mod literal;
mod mask;
mod modulo;
mod nearest;
mod parameters;
mod partition;
pub mod presets;
mod problem;
mod real_problem;
mod sight;
mod site;
mod transformer;
mod view;
mod weight_file;
mod weights;

pub use activated::FirstActivation;
pub use activation::{Activation, ActivationError, MAX_ACTIVATION_DEGREE};
pub use architecture::{Architecture, AttentionShape, LayersShape, MixerShape};
pub use config::{ConfigOptions, ConfigStyle, MAX_CONFIG_BYTES, Published, network_of_config};
pub use describe::{describe, describe_real, fingerprint, sizes};
pub use family::{InputFamily, SideFamily};
pub use file::{MAX_NETWORK_BYTES, NetworkFile, RealNetworkFile, Replacements};
pub use forward::{Network, WeightShapeError};
pub use heads::Head;
pub use invalid::{InvalidProblem, MAX_SIZE};
pub use literal::{FileError, MAX_NUMBER_LENGTH, Number, Table};
pub use modulo::{RatioPart, VanishingEntry};
pub use partition::Partition;
pub use problem::{Output, Problem};
pub use real_problem::RealProblem;
pub use sight::Sight;
pub use site::{MAX_LAYERS, Site};
pub use transformer::TransformerShape;
pub use weight_file::{
    TensorInfo, TensorRows, WeightError, WeightMap, tensors, weight_files, weight_keys,
};
pub use weights::{RANDOM_WEIGHT_RANGE, WeightStyle};
