//! The sizes of the small cases, in one place: single networks, pairs of them, and the constructions of the
//! proofs.

use super::Profile;
use crate::prove::witness::WitnessKind::{
    self, Heads, Isotropic, PositionWise, Power, Transformer, TwoLayers, TwoStages,
};

/// Those of the quick profile, and in the full one the others after them.
fn list<T: Copy>(profile: Profile, quick: &[T], more: &[T]) -> Vec<T> {
    match profile {
        Profile::Quick => quick.to_vec(),
        Profile::Full => [quick, more].concat(),
    }
}

/// (L, d, H, N) of attention, A the first half.
#[rustfmt::skip]
pub(super) fn attention(profile: Profile) -> Vec<(usize, usize, usize, usize)> {
    list(
        profile,
        &[
            (1, 1, 1, 2), (1, 2, 1, 4), (1, 3, 1, 4), (1, 6, 1, 4), (1, 4, 2, 8), (1, 6, 3, 4),
            (2, 1, 1, 2), (2, 2, 1, 4), (2, 2, 2, 4), (2, 3, 1, 4), (2, 3, 1, 6), (2, 3, 3, 6),
            (2, 4, 1, 4), (2, 4, 2, 8), (3, 1, 1, 2), (3, 2, 1, 4), (3, 2, 2, 4),
        ],
        &[
            (2, 4, 1, 8), (2, 4, 4, 8), (2, 5, 1, 10), (2, 6, 2, 12), (2, 6, 1, 4), (2, 6, 3, 12),
        ],
    )
}

/// (L, d, H, |A|, |B|) of attention, the output token in A, one side smaller than the width.
#[rustfmt::skip]
pub(super) fn partitions(profile: Profile) -> Vec<(usize, usize, usize, usize, usize)> {
    list(
        profile,
        &[
            (2, 2, 1, 1, 1), (2, 2, 1, 1, 2), (2, 2, 1, 2, 1), (2, 3, 1, 1, 1), (2, 3, 1, 1, 2),
            (2, 3, 1, 1, 3), (2, 3, 1, 2, 1), (2, 3, 1, 3, 1), (2, 3, 3, 1, 3), (2, 4, 1, 1, 4),
            (2, 4, 2, 4, 1), (3, 2, 1, 1, 1), (3, 2, 1, 1, 2), (3, 2, 1, 2, 1),
        ],
        &[(2, 5, 1, 1, 3), (3, 2, 2, 1, 2), (3, 3, 1, 1, 3), (3, 3, 1, 3, 1), (3, 3, 1, 1, 2)],
    )
}

/// (L, d, S, N) of quadratic Mixers, A the first half.
#[rustfmt::skip]
pub(super) fn mixers(profile: Profile) -> Vec<(usize, usize, usize, usize)> {
    list(
        profile,
        &[
            (1, 1, 1, 2), (1, 2, 2, 4), (1, 3, 4, 4), (2, 1, 2, 4), (2, 2, 1, 4), (2, 2, 2, 4),
            (2, 3, 2, 4), (3, 1, 2, 4), (3, 2, 2, 4),
        ],
        &[(2, 3, 3, 6), (2, 4, 3, 6), (3, 2, 1, 4), (3, 2, 3, 6)],
    )
}

/// (L, d, S, N, k_t): attention with one head and a Mixer of the same depth, width, tokens and halves.
#[rustfmt::skip]
pub(super) fn pairs(profile: Profile) -> Vec<(usize, usize, usize, usize, u64)> {
    list(
        profile,
        &[
            (1, 2, 2, 4, 2), (2, 2, 1, 4, 2), (2, 2, 2, 4, 2), (3, 2, 1, 4, 2), (3, 2, 2, 4, 2),
            (1, 2, 2, 4, 3), (2, 2, 2, 4, 3),
        ],
        &[(2, 3, 2, 6, 2), (2, 3, 3, 6, 2), (2, 4, 2, 8, 2), (2, 2, 2, 4, 4)],
    )
}

/// (construction, L, d, H, size of A, size of B).
#[rustfmt::skip]
pub(super) fn witnesses(
    profile: Profile,
) -> Vec<(WitnessKind, usize, usize, usize, usize, usize)> {
    list(
        profile,
        &[
            (Power, 1, 3, 1, 1, 1), (Power, 2, 3, 1, 2, 2), (Power, 2, 4, 2, 2, 3),
            (Power, 3, 4, 2, 1, 1), (Isotropic, 1, 4, 1, 1, 1), (Isotropic, 2, 2, 1, 1, 1),
            (Isotropic, 2, 3, 1, 1, 1), (Isotropic, 2, 4, 1, 1, 1), (Isotropic, 2, 6, 2, 2, 2),
            (Isotropic, 3, 3, 1, 1, 1), (Isotropic, 3, 4, 1, 1, 1), (Heads, 2, 4, 1, 2, 2),
            (Heads, 3, 6, 2, 3, 2), (Heads, 3, 7, 1, 3, 2),
            (TwoLayers, 2, 5, 1, 3, 2),
        ],
        &[
            (Isotropic, 2, 5, 1, 1, 1), (Power, 3, 6, 2, 2, 2), (Heads, 3, 8, 2, 3, 2),
            (TwoLayers, 2, 6, 2, 3, 2),
        ],
    )
}

/// (construction, L, d, H, k, size of A, size of B) of blocks with a position-wise part of degree k, with residual
/// connections unless the construction excludes them.
#[rustfmt::skip]
pub(super) fn block_witnesses(
    profile: Profile,
) -> Vec<(WitnessKind, usize, usize, usize, u64, usize, usize)> {
    list(
        profile,
        &[
            (PositionWise, 2, 3, 1, 2, 1, 1), (PositionWise, 2, 3, 3, 3, 2, 1),
            (Transformer, 2, 3, 3, 2, 1, 1), (Transformer, 2, 6, 3, 2, 2, 2),
            (Transformer, 2, 4, 2, 3, 1, 2), (Transformer, 3, 4, 4, 2, 1, 1),
            (TwoStages, 3, 5, 5, 2, 2, 2),
        ],
        &[(Transformer, 2, 8, 4, 2, 3, 3), (TwoStages, 3, 6, 6, 2, 2, 2)],
    )
}
