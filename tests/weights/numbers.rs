//! Numbers of every type in weight files, exact at the ends of their ranges.

use num_bigint::BigInt;
use safetensors::tensor::{Dtype, TensorView, serialize};
use seprank::network::{NetworkFile, Replacements};
use std::io::Cursor;
use std::path::Path;

/// Four numbers of a tensor, as the network has them.
fn read(dtype: Dtype, bytes: &[u8]) -> Result<Vec<String>, String> {
    let text = "tokens = 2\nwidth = 1\nlayer = [{ type = \"linear-token-mixing\" }]\n[weights]\n\
                \"0.matrix\" = { tensor = \"t\" }";
    let file = NetworkFile::parse(text, Path::new(""), &Replacements::default()).unwrap();
    let tensor = TensorView::new(dtype, vec![2, 2], bytes).unwrap();
    let bytes = serialize([("t", tensor)], None).unwrap();
    let none = || panic!("nothing is to be drawn");
    let network = file.weights.read(&file.problem, Cursor::new(bytes), none);
    let network = network.map_err(|e| e.to_string())?;
    Ok(network.parameters()[0][0].transpose().iter().map(ToString::to_string).collect())
}

macro_rules! integers {
    ($($dtype:ident $integer:ty),*) => {
        $({
            // Doubles have 53 digits: above 2^53 the odd numbers are none.
            let middle = <$integer>::MAX / 2 + 2;
            let numbers = [<$integer>::MIN, <$integer>::MAX, middle, <$integer>::MAX - 1];
            let bytes: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
            assert_eq!(read(Dtype::$dtype, &bytes).unwrap(), numbers.map(|n| n.to_string()));
        })*
    };
}

#[test]
fn integers_are_themselves() {
    integers!(I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64);
}

/// The least number above 0, the largest one, -1 and the number after 1.
#[test]
fn floating_point_numbers_are_dyadic_rationals() {
    let power = |n: usize| (0..n).fold(BigInt::from(1), |p, _| p * 2);
    let one = BigInt::from(1);
    // Bytes, digits of the fraction, and the largest exponent.
    for (dtype, bytes, digits, largest) in [
        (Dtype::F16, 2, 10, 15usize),
        (Dtype::BF16, 2, 7, 127),
        (Dtype::F32, 4, 23, 127),
        (Dtype::F64, 8, 52, 1023),
    ] {
        let unit = (largest as u64) << digits;
        let sign = 1u64 << (8 * bytes - 1);
        let infinity = (2 * largest as u64 + 1) << digits;
        let words = [1, infinity - 1, sign | unit, unit + 1];
        let data = |words: &[u64]| -> Vec<u8> {
            words.iter().flat_map(|word| word.to_le_bytes()[..bytes].to_vec()).collect()
        };
        let expected = [
            format!("1/{}", power(largest - 1 + digits)),
            ((power(digits + 1) - &one) * power(largest - digits)).to_string(),
            "-1".to_owned(),
            format!("{}/{}", power(digits) + &one, power(digits)),
        ];
        assert_eq!(read(dtype, &data(&words)).unwrap(), expected, "{dtype:?}");
        for (word, name) in [(infinity, "inf"), (sign | infinity, "-inf"), (infinity + 1, "NaN")] {
            let error = read(dtype, &data(&[unit, unit, unit, word])).unwrap_err();
            assert!(error.contains(name) && error.contains('t'), "{dtype:?} {error}");
        }
    }
}
