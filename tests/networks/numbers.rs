//! Numbers in network files: exact as they are written.

use crate::cases::cases;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use seprank::arith::Rational;
use seprank::network::{NetworkFile, Replacements};
use seprank::prove::{RankRequest, rank};
use std::path::Path;

fn parse(text: &str) -> Result<NetworkFile, String> {
    let file = NetworkFile::parse(text, Path::new("tests/data"), &Replacements::default());
    file.map_err(|e| e.to_string())
}

/// Ten digits at most, without leading zeros.
fn digits() -> impl Strategy<Value = String> {
    prop_oneof![Just("0".to_owned()), "[1-9][0-9]{0,30}"]
}

/// Underscores between digits, where the bits say.
fn spaced(digits: &str, mut bits: u32) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && bits & 1 == 1 {
            text.push('_');
        }
        bits >>= 1;
        text.push(digit);
    }
    text
}

/// The number that the digits are in a radix, read one by one.
fn value_of(digits: &str, radix: u32) -> BigInt {
    digits.chars().fold(BigInt::from(0), |n, c| n * radix + c.to_digit(radix).unwrap())
}

/// A number as TOML allows it to be written, and its value, put together from the same parts.
fn literal() -> BoxedStrategy<(String, BigRational)> {
    let sign = prop_oneof![Just(""), Just("-"), Just("+")];
    let exponent = (prop_oneof![Just("e"), Just("E")], sign.clone(), "0{0,3}", 0..60u32);
    let exponent = exponent.prop_map(|(e, sign, zeros, n)| {
        let n = i64::from(n);
        (format!("{e}{sign}{zeros}{n}"), if sign == "-" { -n } else { n })
    });
    let decimals = proptest::option::of(("[0-9]{1,40}", any::<u32>()));
    let decimal = (sign, digits(), any::<u32>(), decimals, proptest::option::of(exponent));
    let decimal = decimal.prop_map(|(sign, whole, bits, decimals, exponent)| {
        let (mut text, mut all, mut shift) = (format!("{sign}{}", spaced(&whole, bits)), whole, 0);
        if let Some((decimals, bits)) = decimals {
            text += &format!(".{}", spaced(&decimals, bits));
            all += &decimals;
            shift -= decimals.len() as i64;
        }
        if let Some((suffix, exponent)) = exponent {
            text += &suffix;
            shift += exponent;
        }
        let ten = BigRational::from(BigInt::from(10));
        let size = BigRational::from(value_of(&all, 10)) * ten.pow(shift as i32);
        (text, if sign == "-" { -size } else { size })
    });
    let radix = prop_oneof![
        (Just(("0x", 16)), "[0-9a-fA-F]{1,30}"),
        (Just(("0o", 8)), "[0-7]{1,30}"),
        (Just(("0b", 2)), "[01]{1,90}"),
    ];
    let other = (radix, any::<u32>()).prop_map(|(((prefix, radix), digits), bits)| {
        (format!("{prefix}{}", spaced(&digits, bits)), value_of(&digits, radix).into())
    });
    prop_oneof![3 => decimal, 1 => other].boxed()
}

/// Every key that holds exact numbers, where the number then stands among the parameters, and in
/// which row.
const NUMBER_KEYS: &[(&str, &str, usize)] = &[
    ("type = \"scaling\", values = [[#]]", "values", 0),
    ("type = \"scaling\", over = \"tokens\", values = [[1], [#]]", "values", 1),
    ("type = \"position-embedding\", values = [[0], [#]]", "values", 1),
    ("type = \"linear-token-mixing\", matrix = [[1, 2], [#, 1]]", "matrix", 1),
    ("type = \"token-mixing\", hidden = 1, activation = [0, #, 2]", "activation", 1),
    ("type = \"channel-mixing\", activation = [0, #, 2]", "activation", 1),
    ("type = \"spatial-gating\", activation = [#, 1, 2]", "activation", 0),
    ("type = \"hyper-mixing\", hidden = 1, activation = [0, #, 2]", "activation", 1),
    ("type = \"residual\", layers = [{ type = \"scaling\", values = [[#]] }]", "inner0.values", 0),
    (
        "type = \"parallel\", branches = [[], [{ type = \"scaling\", values = [[#]] }]]",
        "branch1.0.values",
        0,
    ),
    (
        "type = \"repeat\", times = 1, layers = [{ type = \"scaling\", values = [[#]] }]",
        "values",
        0,
    ),
];

proptest! {
    #![proptest_config(cases(1000))]

    /// A number means what is written, wherever it stands.
    #[test]
    fn numbers_are_exact_as_written((text, value) in literal(), key in 0..NUMBER_KEYS.len()) {
        let (keys, name, row) = NUMBER_KEYS[key];
        let file = format!("tokens = 2\nwidth = 1\nlayer = [{{ {} }}]", keys.replace('#', &text));
        let problem = parse(&file).map_err(TestCaseError::fail)?.problem;
        let parameters = problem.layers()[0].parameters(2, 1);
        let found = parameters.into_iter().find(|p| p.name == name).and_then(|p| p.value);
        let found = found.expect("a given matrix")[(row, 0)].clone();
        prop_assert_eq!(found.to_string(), value.to_string(), "{}", file);
    }
}

/// Two decimals that differ in the 23rd digit are two numbers, and 10^-330 is not zero.
#[test]
fn ranks_are_those_of_the_numbers_written() {
    let branch = |number| {
        format!("[{{ type = \"linear-token-mixing\", matrix = [[1, {number}], [0, 1]] }}]")
    };
    let rank_of = |layer: &str| {
        let problem =
            parse(&format!("tokens = 2\nwidth = 1\nlayer = [{{ {layer} }}]")).unwrap().problem;
        rank(&RankRequest::new(problem), &|_, _| ()).unwrap().rank
    };
    // The off-diagonal entries cancel, f = 2 X[0,0]; one digit off and f depends on both tokens.
    let fraction = "\"-12345678901234567890123/100000000000000000000000\"";
    for (decimal, expected) in [
        ("0.12345678901234567890123", 1),
        ("0.12345678901234567890124", 2),
        ("123456789012345678.90123e-18", 1),
    ] {
        let branches = format!("{}, {}", branch(decimal), branch(fraction));
        assert_eq!(rank_of(&format!("type = \"parallel\", branches = [{branches}]")), expected);
    }
    // sigma(z) = z + c z^2 on one hidden unit: 1, z^2 and z of either side.
    for c in ["1e-330", "1e330", "5e-324", "0.1e-350"] {
        let layer = format!("type = \"token-mixing\", hidden = 2, activation = [0, 1, {c}]");
        assert_eq!(rank_of(&layer), 3, "{c}");
    }
}

/// A rate is exact too, and sizes may be written in any radix.
#[test]
fn rates_are_exact_and_sizes_have_any_radix() {
    let text = "tokens = 0x2\nwidth = 0b1_0\nlayer = [{ type = \"dropout\", rate = 0.1000000000000000000000000001 }]";
    let problem = parse(text).unwrap().problem;
    assert_eq!((problem.tokens(), problem.width()), (2, 2));
    let mask = problem.layers()[0].parameters(2, 2)[0].value.clone().unwrap();
    let kept =
        Rational::parse("10000000000000000000000000000/8999999999999999999999999999").unwrap();
    assert!(mask.iter().all(|m| *m == kept || *m == Rational::from(0)), "{mask}");
    assert!(mask.iter().any(|m| *m == kept));
}
