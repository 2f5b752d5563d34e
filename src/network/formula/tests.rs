use super::*;

/// The formula with every product and sum in brackets.
fn written(part: &Part) -> String {
    let of = written;
    match &part.kind {
        Kind::Name(name) => name.clone(),
        Kind::Sum(terms) => {
            format!("[{}]", terms.iter().map(of).collect::<Vec<_>>().join(" + "))
        }
        Kind::Product(both) => format!("[{} {}]", of(&both[0]), of(&both[1])),
        Kind::Entrywise(both) => format!("[{} .* {}]", of(&both[0]), of(&both[1])),
        Kind::Transposed(a) => format!("{}'", of(a)),
        Kind::Power(a, k) => format!("{}.^{k}", of(a)),
        Kind::Polynomial(a, c) => {
            let c: Vec<String> = c.iter().map(|c| c.to_string()).collect();
            format!("p({}; {})", of(a), c.join(" "))
        }
    }
}

#[test]
fn products_go_from_left_to_right() {
    for (text, expected) in [
        ("X", "X"),
        ("X + mask .* (X Q K' X') X V", "[X + [[[mask .* [[[X Q] K'] X']] X] V]]"),
        ("A*B.*C D", "[[[A B] .* C] D]"),
        ("-X + 2/3 A B - 0.5*C'.^2", "[p(X; 0 -1) + p([A B]; 0 2/3) + p(C'.^2; 0 -1/2)]"),
        ("polynomial(X W, 1, -0.5, 2/3) V", "[p([X W]; 1 -1/2 2/3) V]"),
        ("((X))(X')", "[X X']"),
        ("2.*X", "p(X; 0 2)"),
    ] {
        // `2.*X` is no number followed by an entrywise product.
        match parse(text) {
            Ok(root) => assert_eq!(written(&root), expected, "{text}"),
            Err(wrong) => {
                assert_eq!(text, "2.*X");
                assert_eq!(
                    wrong.shown(text),
                    "character 2, at `.*X`: expected a matrix: a name or `(`, found `.*`"
                );
            }
        }
    }
}

#[test]
fn errors_point_into_the_formula() {
    for (text, expected) in [
        ("", "at its end: expected a matrix: a name or `(`, found the end"),
        ("X +", "at its end: expected a matrix: a name or `(`, found the end"),
        ("X Q) V", "character 4, at `) V`: expected an operator or the end, found `)`"),
        ("(X Q", "at its end: expected `)`, found the end"),
        (
            "X ; Y",
            "character 3, at `; Y`: allowed are names, numbers, spaces and + - * .* .^ ' ( ) ,",
        ),
        ("é", "character 1, at `é`: allowed are names, numbers, spaces and + - * .* .^ ' ( ) ,"),
        ("X^2", "character 2, at `^2`: allowed are names, numbers, spaces and + - * .* .^ ' ( ) ,"),
        ("X.^65", "character 4, at `65`: expected an exponent from 1 to 64, found a number"),
        ("X.^0.5", "character 4, at `0.5`: expected an exponent from 1 to 64, found a number"),
        ("X 2", "character 3, at `2`: a number stands before the first matrix of a product only"),
        ("2 + X", "character 3, at `+ X`: expected a matrix: a name or `(`, found `+`"),
        ("1/0 X", "character 1, at `1/0 X`: a number as `2`, `0.5` or `2/3` is expected"),
        (
            "polynomial(X, 1)",
            "character 1, at `polynomial(X`: a polynomial has 2 to 65 coefficients, the constant first",
        ),
        ("polynomial X", "character 12, at `X`: expected `(`, found the name `X`"),
        ("polynomial(X, Y)", "character 15, at `Y)`: expected a coefficient, found the name `Y`"),
    ] {
        assert_eq!(parse(text).unwrap_err().shown(text), expected, "{text}");
    }
}

/// Nothing deep or long is taken, and nothing overflows.
#[test]
fn length_and_depth_are_limited() {
    let message = |text: String| parse(&text).unwrap_err().what;
    assert!(message("(".repeat(4000)).contains("at most 24 deep"));
    assert!(message("X ".repeat(2000)).contains("at most 24 deep"));
    assert!(message(format!("X{}", "'".repeat(4000))).contains("at most 24 deep"));
    assert!(message("X".repeat(4097)).contains("at most 4096 characters"));
    assert!(parse(&"X ".repeat(24)).is_ok() && parse(&"X ".repeat(25)).is_err());
    assert!(parse(&format!("{}X{}", "(".repeat(24), ")".repeat(24))).is_ok());
    assert!(parse(&vec!["X"; 1000].join("+")).is_ok());
}
