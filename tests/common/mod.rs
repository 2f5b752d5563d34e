//! What several test files share: valid certificates, committed and fresh.

use seprank::certificate::{self, Certificate, Claim, RankClaim};
use seprank::network::witness::WitnessKind;
use seprank::network::{Architecture, AttentionShape, MixerShape, Output, Partition, Problem};
use seprank::prove::{Method, RankRequest, Weights, certify_gap, certify_rank, rank};
use std::path::{Path, PathBuf};

/// A folder of tests/data.
pub fn data(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder)
}

/// A committed valid certificate.
pub fn accepted(name: &str) -> Certificate {
    certificate::read(&data("accept").join(name).with_extension("json")).unwrap()
}

/// The rank claim in a certificate; of a gap the lower half.
pub fn claim_mut(certificate: &mut Certificate) -> &mut RankClaim {
    match &mut certificate.claim {
        Claim::Rank(claim) => claim,
        Claim::Gap(gap) => &mut gap.lower,
    }
}

pub fn attention((depth, width, heads): (usize, usize, usize), tokens: usize) -> Problem {
    let shape = Architecture::Attention(AttentionShape { depth, width, heads });
    Problem::new(shape, Partition::halves(tokens).unwrap(), Output::default()).unwrap()
}

pub fn mixer(depth: usize, width: usize, token_hidden: usize, tokens: usize) -> Problem {
    let shape = Architecture::Mixer(MixerShape {
        depth,
        width,
        token_hidden,
        token_degree: 2,
        channel_hidden: width,
        channel_degree: 1,
        bias: false,
        residual: false,
        permutation: None,
    });
    Problem::new(shape, Partition::halves(tokens).unwrap(), Output::default()).unwrap()
}

/// Fresh certificates of every shape that the producers write.
pub fn fresh() -> Vec<Certificate> {
    let of = |problem: Problem, weights: Weights, method| {
        let request = RankRequest { weights, method, ..RankRequest::new(problem) };
        certify_rank(&request, &rank(&request, &|_, _| {}).unwrap()).unwrap()
    };
    let isotropic = Weights::Named(WitnessKind::Isotropic);
    vec![
        of(attention((1, 2, 1), 2), Weights::Random, Method::Coefficients),
        of(attention((1, 2, 2), 3), Weights::Random, Method::Grid),
        of(attention((1, 3, 1), 2), isotropic.clone(), Method::Coefficients),
        of(attention((1, 2, 1), 3), isotropic, Method::Grid),
        of(mixer(1, 1, 2, 3), Weights::Random, Method::Grid),
        of(mixer(1, 2, 1, 2), Weights::Random, Method::Coefficients),
        certify_gap(&attention((4, 4, 1), 4), &mixer(4, 4, 1, 4)).unwrap(),
    ]
}
