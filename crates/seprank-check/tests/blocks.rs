//! Evidence by blocks and its challenges, attacked by hand.

#[path = "../../../tests/common/mod.rs"]
mod common;

use common::{accepted, claim_mut};
use seprank_check::certificate::{Blocks, Certificate, Challenge, Lower, RankClaim, Text, Value};
use seprank_check::certificate::{Weights, Words};
use seprank_check::check::{Kind, Options, Verdict, check, check_by};

fn blocks(claim: &mut RankClaim) -> &mut Blocks {
    match &mut claim.lower {
        Some(Lower::Blocks(blocks)) => blocks,
        other => panic!("no blocks: {other:?}"),
    }
}

/// The claim is of all rows there are, so that nothing else is wrong.
fn mend(claim: &mut RankClaim) {
    let orders: usize = blocks(claim).blocks.iter().map(|b| b.rows.0.len()).sum();
    claim.value = Value::Exact(Text(orders.into()));
}

fn verdict(name: &str, edit: impl Fn(&mut RankClaim)) -> Verdict {
    let mut certificate: Certificate = accepted(name);
    edit(claim_mut(&mut certificate));
    check(&certificate)
}

fn kind(name: &str, edit: impl Fn(&mut RankClaim)) -> Option<Kind> {
    verdict(name, edit).finding().map(|f| f.kind)
}

/// What is claimed twice, of nothing, or of another block.
#[test]
fn blocks_that_add_up_to_too_much() {
    for name in ["blocks", "challenge"] {
        assert_eq!(kind(name, mend), None);
        let edit = |change: fn(&mut RankClaim)| {
            kind(name, |claim| {
                change(claim);
                mend(claim);
            })
        };
        // Twice; as another degree, whose numbers are others; one of another class among them.
        assert_eq!(
            edit(|c| {
                let again = blocks(c).blocks[1].clone();
                blocks(c).blocks.push(again);
            }),
            Some(Kind::Block)
        );
        assert!(
            edit(|c| {
                let mut again = blocks(c).blocks[1].clone();
                again.degree += 1;
                blocks(c).blocks.push(again);
            })
            .is_some()
        );
        assert!(
            edit(|c| {
                let other = blocks(c).blocks[2].cols.0[0];
                blocks(c).blocks[1].cols.0.push(other);
                let row = blocks(c).blocks[1].rows.0[0] + 1;
                blocks(c).blocks[1].rows.0.push(row);
            })
            .is_some()
        );
        // A row twice, a row more than columns, no such row, no such degree.
        assert!(
            edit(|c| {
                let block = &mut blocks(c).blocks[1];
                block.rows.0[1] = block.rows.0[0];
            })
            .is_some()
        );
        assert_eq!(edit(|c| blocks(c).blocks[1].rows.0.push(1)), Some(Kind::MinorSize));
        assert_eq!(edit(|c| blocks(c).blocks[1].rows.0[0] = u32::MAX), Some(Kind::Block));
        assert_eq!(edit(|c| blocks(c).blocks[1].degree = u64::MAX), Some(Kind::Block));
        // Left out, with the value as it was.
        assert_eq!(kind(name, |c| drop(blocks(c).blocks.pop())), Some(Kind::MissingRows));
        // Signs that are no symmetry, of too few channels; no signs, so that classes are one and twice there.
        assert!(edit(|c| blocks(c).signs = vec![0, 1, 0]).is_some());
        assert!(edit(|c| blocks(c).signs.truncate(2)).is_some());
        assert_eq!(edit(|c| blocks(c).signs.fill(0)), Some(Kind::Block));
        // Weights with another symmetry, and primes that are none.
        assert!(
            edit(|c| {
                if let Some(Weights::Attention(layers)) = &mut c.weights {
                    layers[0][0].query[1][2] = Text("5".parse().unwrap());
                }
            })
            .is_some()
        );
        assert_eq!(edit(|c| blocks(c).prime = Text(8_388_595)), Some(Kind::Prime));
        assert_eq!(edit(|c| blocks(c).prime = Text((1 << 61) - 1)), Some(Kind::Prime));
        assert_eq!(edit(|c| blocks(c).prime = Text(3)), Some(Kind::Hypothesis));
    }
}

/// Everything that fixes a minor is in what is hashed: one of it changed, and no solution fits.
#[test]
fn solutions_are_of_one_minor_only() {
    let edits: [fn(&mut RankClaim); 6] = [
        |c| blocks(c).blocks[1].rows.0.swap(0, 1),
        |c| blocks(c).blocks[1].cols.0.swap(0, 1),
        |c| blocks(c).prime = Text(8_388_587),
        |c| c.problem.output.token = 1,
        |c| {
            if let Some(Weights::Attention(layers)) = &mut c.weights {
                layers[0][0].query[0][2] = Text("7/3".parse().unwrap());
            }
        },
        |c| {
            let list = &mut blocks(c).blocks;
            let (a, b) = (list[1].solutions.clone(), list[2].solutions.clone());
            (list[1].solutions, list[2].solutions) = (b, a);
        },
    ];
    for (i, edit) in edits.iter().enumerate() {
        assert_eq!(kind("challenge", edit), Some(Kind::Challenge), "{i}");
        // By elimination the minors are still non-singular: nothing else was wrong.
        let mut certificate = accepted("challenge");
        edit(claim_mut(&mut certificate));
        assert_eq!(
            check_by(&certificate, Options { eliminate: true, ..Options::default() }),
            Verdict::Valid,
            "{i}"
        );
    }
    // The order of the blocks is no part of a minor, nor is what is claimed in all.
    let swapped = verdict("challenge", |c| blocks(c).blocks.swap(0, 1));
    assert_eq!(swapped, Verdict::ValidByChallenge);
    // A solution too few, too many, none, too long, too short, not reduced.
    let lists: [fn(&mut Vec<Words>); 6] = [
        |x| drop(x.pop()),
        |x| x.push(x[0].clone()),
        |x| x.clear(),
        |x| x[5].0.push(0),
        |x| x[5].0.truncate(1),
        |x| x[3].0[0] = u32::MAX,
    ];
    for (i, edit) in lists.iter().enumerate() {
        let found = kind("challenge", |c| {
            blocks(c).blocks[1].solutions.as_mut().map(edit);
        });
        assert_eq!(found, Some(if i < 5 { Kind::Challenge } else { Kind::Residue }), "{i}");
    }
}

/// A minor with a row twice, and solutions that were ground out: modulo 11 one right-hand side in eleven lies in
/// the image, and 38 are asked for.
#[test]
fn a_singular_minor_does_not_pass_by_trying() {
    let mut certificate = accepted("challenge");
    let claim = claim_mut(&mut certificate).clone();
    let weights = claim.weights.clone().unwrap();
    let p = 11u64;
    assert_eq!(Challenge::count(p), 38);
    let mut block = blocks(claim_mut(&mut certificate)).blocks[1].clone();
    block.rows.0[1] = block.rows.0[0];
    let (mut first, mut most) = (0, 0);
    for nonce in 0..400u32 {
        // What a forger may choose: which columns, in which order.
        block.cols.0.rotate_left(1);
        block.degree = u64::from(nonce);
        let challenge = block.challenge(&claim.problem, &weights, &Text(p));
        let fit = |y: &Vec<u64>| y[0] == y[1];
        let sides = challenge.sides(block.rows.0.len());
        assert_eq!(sides.len(), 38);
        first += u32::from(fit(&sides[0]));
        most = most.max(sides.iter().take_while(|y| fit(y)).count());
    }
    // 400 / 11 = 36, and log(400) / log(11) = 2.5.
    assert!((15..70).contains(&first), "{first}");
    assert!((1..6).contains(&most), "{most}");
}
