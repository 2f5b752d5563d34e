//! Files of matrices: the formats agree, exactly; what is wrong is refused with its place.

use crate::matrices::parse;
use crate::npy::npy;
use seprank::matrix::read::{Format, ReadError, parse as parse_within};
use seprank::matrix::{MAX_SIDE, Matrix, Number};
use seprank::tensor::MemoryLimit;

fn values(matrix: &Matrix) -> Vec<String> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let mut list = vec!["0".to_string(); rows * cols];
    for (i, j, value) in matrix.triples() {
        list[i * cols + j as usize] = value.to_string();
    }
    list
}

/// [1, 0, -2; 9223372036854775808, 5, 0] in every format that can hold it.
#[test]
fn the_formats_agree() {
    let expected = ["1", "0", "-2", "9223372036854775808", "5", "0"];
    let files: [(Format, &str); 9] = [
        (Format::Csv, "1,0,-2\n9223372036854775808,5,0\n"),
        (Format::Csv, "\"1\", 0 ,-2\r\n 9223372036854775808 ,5,0"),
        (Format::Sms, "2 3 M\n2 1 9223372036854775808\n1 1 1\n2 2 5\n1 3 -2\n0 0 0\n"),
        (
            Format::Sms,
            "# a comment\n2 3 R\n\n1 1 2/2\n1 2 0\n1 3 -2\n2 1 9223372036854775808\n2 2 5\n0 0 0",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer general\n% c\n2 3 4\n1 1 1\n2 1 9223372036854775808\n1 3 -2\n2 2 5\n",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate real general\n2 3 4\n1 1 1.0\n2 1 9223372036854775808.\n1 3 -2\n2 2 5.000\n",
        ),
        (
            Format::Market,
            "%%matrixmarket MATRIX Array Integer General\n2 3\n1\n9223372036854775808\n0\n5\n-2\n0\n",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix array real general\n%\n2 3\n\n1\n9223372036854775808\n0\n 5 \n-2\n0/3\n",
        ),
        (Format::Csv, "2/2,0/7,-2\n9223372036854775808,10/2,0.0\n"),
    ];
    for (format, text) in files {
        assert_eq!(values(&parse(text.as_bytes(), format).unwrap()), expected, "{text}");
    }
    // Entries in any order.
    for large in ["4", "9223372036854775808"] {
        let listed = format!("2 3 M\n2 2 5\n1 3 -2\n2 1 {large}\n1 1 1\n0 0 0\n");
        let by_rows = format!("1,0,-2\n{large},5,0\n");
        let [listed, by_rows] = [(listed, Format::Sms), (by_rows, Format::Csv)]
            .map(|(text, format)| parse(text.as_bytes(), format).unwrap());
        assert_eq!(listed, by_rows);
    }
    let small: [i64; 6] = [1, 0, -2, 7, 5, 100];
    let expected = small.map(|n| n.to_string());
    let by_columns = [0, 3, 1, 4, 2, 5].map(|at| small[at]);
    let bytes = |list: &[i64; 6], size: usize, big: bool| -> Vec<u8> {
        let word = |n: &i64| {
            let mut word = n.to_le_bytes()[..size].to_vec();
            if big {
                word.reverse();
            }
            word
        };
        list.iter().flat_map(word).collect()
    };
    for (size, big) in
        [(1, false), (2, false), (4, false), (8, false), (2, true), (4, true), (8, true)]
    {
        let order = if size == 1 {
            '|'
        } else if big {
            '>'
        } else {
            '<'
        };
        let descr = format!("{order}i{size}");
        for (list, columns) in [(&small, false), (&by_columns, true)] {
            let file = npy(&descr, columns, "(2, 3)", &bytes(list, size, big));
            assert_eq!(values(&parse(&file, Format::Npy).unwrap()), expected, "{descr} {columns}");
        }
    }
    let unsigned = npy("<u8", false, "(1, 2)", &[255; 16]);
    assert_eq!(values(&parse(&unsigned, Format::Npy).unwrap()), ["18446744073709551615"; 2]);
    let unsigned = npy("|u1", false, "(1, 2)", &[255, 3]);
    assert_eq!(values(&parse(&unsigned, Format::Npy).unwrap()), ["255", "3"]);
    // Versions 2 and 3 have a longer length.
    let one = npy("|i1", false, "(1, 1)", &[251]);
    for version in [2, 3] {
        let mut file = [&one[..6], &[version, 0], &one[8..10], &[0, 0], &one[10..]].concat();
        assert_eq!(values(&parse(&file, Format::Npy).unwrap()), ["-5"]);
        file.pop();
        assert!(parse(&file, Format::Npy).is_err());
    }
}

#[test]
fn symmetric_matrices_have_both_halves() {
    let symmetric =
        "%%MatrixMarket matrix coordinate integer symmetric\n3 3 3\n1 1 4\n3 1 -7\n3 2 1/2\n";
    let expected = ["4", "0", "-7", "0", "0", "1/2", "-7", "1/2", "0"];
    assert_eq!(values(&parse(symmetric.as_bytes(), Format::Market).unwrap()), expected);
    let skew =
        "%%MatrixMarket matrix array integer skew-symmetric\n3 3\n1\n-9223372036854775808\n3\n";
    let expected =
        ["0", "-1", "9223372036854775808", "1", "0", "-3", "-9223372036854775808", "3", "0"];
    assert_eq!(values(&parse(skew.as_bytes(), Format::Market).unwrap()), expected);
    let array = "%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n";
    assert_eq!(values(&parse(array.as_bytes(), Format::Market).unwrap()), ["1", "2", "2", "3"]);
    let pattern = "%%MatrixMarket matrix coordinate pattern symmetric\n2 2 2\n1 1\n2 1\n";
    assert_eq!(values(&parse(pattern.as_bytes(), Format::Market).unwrap()), ["1", "1", "1", "0"]);
}

fn refusal(bytes: &[u8], format: Format) -> String {
    parse(bytes, format).unwrap_err().to_string()
}

/// Each names the place, the value and what is allowed.
#[test]
fn what_is_wrong_is_named_with_its_place() {
    let market = "%%MatrixMarket matrix coordinate integer general\n2 2 1\n";
    let cases: &[(Format, &str, &str)] = &[
        (Format::Market, "1 2 3\n", "line 1: 1 2 3: allowed is %%MatrixMarket matrix"),
        (
            Format::Market,
            "%%MatrixMarket vector coordinate integer general\n",
            "line 1, column 16: vector: allowed is matrix",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate complex general\n",
            "line 1, column 34: complex: allowed is integer|real|pattern",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix array pattern general\n",
            "column 29: pattern: allowed is integer|real",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix array integer hermitian\n",
            "hermitian: allowed is general|symmetric|skew-symmetric",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate pattern skew-symmetric\n2 2 0\n",
            "skew-symmetric: allowed are general and symmetric, for pattern",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer symmetric\n2 3 0\n",
            "line 2, column 3: 3: allowed is 2, as there are rows",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer symmetric\n2 2 1\n1 2 5\n",
            "line 3, column 3: 2: allowed are 1..=1, the lower triangle",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n2 2 5\n",
            "line 3, column 3: 2: allowed are 1..=1, below the diagonal",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer general\n2 2 5\n",
            "line 2, column 5: 5: entries: allowed are 0..=4",
        ),
        (
            Format::Market,
            &format!("{market}1 1 2.5\n"),
            "line 3, column 5: 2.5: allowed are an integer, as -12, 3 or 3.0, and a fraction",
        ),
        (
            Format::Market,
            &format!("{market}1 1 1e3\n"),
            "line 3, column 5: 1e3: allowed are an integer",
        ),
        (
            Format::Market,
            &format!("{market}3 1 1\n"),
            "line 3, column 1: 3: row: allowed are 1..=2",
        ),
        (
            Format::Market,
            &format!("{market}1 0 1\n"),
            "line 3, column 3: 0: column: allowed are 1..=2",
        ),
        (
            Format::Market,
            &format!("{market}1 1\n"),
            "line 3: 1 1: allowed is row, column and value",
        ),
        (Format::Market, market, "line 3: the end of the file: allowed is row, column and value"),
        (
            Format::Market,
            &format!("{market}1 1 1\n2 2 2\n"),
            "line 4: 2 2 2: allowed is the end of the file",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer general\n2 2 2\n1 1 1\n1 1 2\n",
            "row 1, column 1 has two entries: allowed is one",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix coordinate integer general\n99999999 1 0\n",
            "line 2, column 1: 99999999: rows: allowed are 0..=16777216",
        ),
        (
            Format::Market,
            "%%MatrixMarket matrix array integer general\n2 2\n1\n-2\n%\n3\n2.5\n",
            "line 7, column 1: 2.5: allowed are an integer",
        ),
        (Format::Sms, "2 2\n", "line 1: 2 2: allowed is rows, columns and a letter"),
        (Format::Sms, "2 2 7\n", "line 1, column 5: 7: allowed is one letter"),
        (Format::Sms, "2 -2 M\n", "line 1, column 3: -2: columns: allowed are 0..=16777216"),
        (
            Format::Sms,
            "2 2 M\n1 1 1\n",
            "line 3: the end of the file: allowed is row, column and value of an entry, or 0 0 0",
        ),
        (Format::Sms, "2 2 M\n1 1 x\n0 0 0\n", "line 2, column 5: x: allowed are an integer"),
        (Format::Sms, "2 2 M\n0 0 0\n1 1 1\n", "line 3: 1 1 1: allowed is the end of the file"),
        (Format::Csv, "1,2\n3\n", "line 2: 1 values: allowed are 2, as in the first row"),
        (Format::Csv, "1,2\n3,a\n", "line 2, column 2: a: allowed are an integer"),
        (Format::Csv, "1,,2\n", "line 1, column 2: : allowed are an integer"),
    ];
    for (format, text, expected) in cases {
        let found = refusal(text.as_bytes(), *format);
        assert!(found.contains(expected), "{text}\n{found}\n{expected}");
    }
    assert!(
        refusal(b"2 2 M\n1 1 \xff\n", Format::Sms)
            .contains("line 2, column 5: \u{fffd}: allowed are an integer")
    );
    let long = format!("1,{}\n", "x".repeat(1000));
    assert!(refusal(long.as_bytes(), Format::Csv).len() < 300);
    for (descr, expected) in [
        ("<f8", "'<f8': the type: allowed are integers"),
        ("|b1", "the type"),
        ("<i3", "the type"),
        ("=i8", "the type"),
        ("|i8", "the type"),
        ("<c16", "the type"),
        ("|O", "the type"),
    ] {
        let found = refusal(&npy(descr, false, "(1, 1)", &[0; 8]), Format::Npy);
        assert!(found.contains(expected), "{descr}: {found}");
    }
    for (shape, expected) in [
        ("(8,)", "1 dimensions: allowed are 2"),
        ("()", "0 dimensions: allowed are 2"),
        ("(1, 2, 3)", "3 dimensions: allowed are 2"),
        ("(1, 3)", "8 bytes of data: allowed are 1 x 3 of 8 bytes"),
        ("(1, -1)", "allowed is a dictionary"),
        ("(99999999, 0)", "99999999 x 0: allowed are at most 16777216"),
        ("(4294967296, 4294967296)", "allowed are at most 16777216"),
    ] {
        let found = refusal(&npy("<i8", false, shape, &[0; 8]), Format::Npy);
        assert!(found.contains(expected), "{shape}: {found}");
    }
    assert!(refusal(b"PK\x03\x04", Format::Npy).contains("allowed are those of an NPY file"));
    assert!(
        refusal(b"\x93NUMPY\x09\x00\x00\x00", Format::Npy)
            .contains("version 9: allowed are versions 1 to 3")
    );
}

/// Promises are weighed before anything is held for them.
#[test]
fn hostile_sizes_are_refused() {
    let limit = MemoryLimit(1 << 20);
    let refused = |text: &str, format| match parse_within(text.as_bytes(), format, limit) {
        Err(ReadError::Shape(error)) => error.to_string(),
        other => panic!("{text}: {other:?}"),
    };
    let most = MAX_SIDE;
    for text in [
        format!(
            "%%MatrixMarket matrix coordinate integer general\n{most} {most} {}\n",
            most * most
        ),
        format!("%%MatrixMarket matrix coordinate integer general\n{most} 1 0\n"),
        format!("%%MatrixMarket matrix array integer general\n{most} {most}\n"),
    ] {
        assert!(refused(&text, Format::Market).contains("more than the limit of 1 MiB"), "{text}");
    }
    refused(&format!("{most} {most} M\n0 0 0\n"), Format::Sms);
    // Of a file without promises what was read so far counts.
    let text = crate::matrices::csv(200, 200, 9);
    refused(&text, Format::Csv);
    let digits = format!("{}\n", ["9".repeat(50_000); 1].join(","));
    let wide = vec![digits.trim(); 60].join(",");
    assert!(parse(wide.as_bytes(), Format::Csv).is_ok());
    refused(&wide, Format::Csv);
}

#[test]
fn formats_are_known_by_their_endings() {
    let of = |name: &str| Format::of(std::path::Path::new(name));
    assert_eq!(of("a.mtx"), Some(Format::Market));
    assert_eq!(of("a.b/c.SMS"), Some(Format::Sms));
    assert_eq!(
        [of("a.csv"), of("a.npy"), of("a"), of("mtx"), of("a.txt")].map(|f| f.map(Format::name)),
        [Some("csv"), Some("npy"), None, None, None]
    );
    assert_eq!(Number::parse("3.0"), Some(Number::Word(3)));
}
