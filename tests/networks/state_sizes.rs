//! Effective state sizes of linear networks, against what their recurrences and kernels say.

use seprank::network::{NetworkFile, Replacements, WeightStyle};
use seprank::prove::generator;
use seprank::tensor::effective_state_sizes;
use std::path::Path;

/// The sizes at random weights.
fn sizes(layers: &str) -> Option<Vec<usize>> {
    let text = format!("tokens = 7\nwidth = 2\noutput = [6, 0]\n{layers}");
    let file = NetworkFile::parse(&text, Path::new("."), &Replacements::default()).unwrap();
    let network = WeightStyle::Random.draw(&file.problem, &mut generator(5));
    effective_state_sizes(&file.problem, &network)
}

/// Of N = 7 tokens of width 2: never more than what either side has, else `state` numbers.
fn within(state: usize) -> Option<Vec<usize>> {
    Some((1..7).map(|t| state.min(2 * t).min(2 * (7 - t))).collect())
}

#[test]
fn recurrences_pass_their_state_and_convolutions_their_past() {
    // Two numbers a channel.
    assert_eq!(sizes("[[layer]]\ntype = \"state-space\"\nstate = 2"), within(4));
    assert_eq!(sizes("[[layer]]\ntype = \"state-space\"\nstate = 1"), within(2));
    // A kernel of three tokens needs the two before, in both channels.
    assert_eq!(sizes("[[layer]]\ntype = \"convolution\"\nkernel = 3"), within(4));
    // Two layers pass what both pass.
    let two = "[[layer]]\ntype = \"convolution\"\nkernel = 2\n".repeat(2);
    assert_eq!(sizes(&two), within(4));
    // A free matrix on the tokens passes all; a bias is no part of the linear map.
    let matrix = "[[layer]]\ntype = \"linear-token-mixing\"\nbias = true";
    assert_eq!(sizes(matrix), within(14));
    // Along the channels alone nothing.
    assert_eq!(sizes("[[layer]]\ntype = \"channel-mixing\"\ndegree = 1"), within(0));
}

#[test]
fn other_networks_have_none() {
    assert_eq!(sizes("[[layer]]\ntype = \"attention\""), None);
    assert_eq!(sizes("[[layer]]\ntype = \"channel-mixing\"\ndegree = 2"), None);
}
