//! The names, numbers and symbols of a formula.

use super::Wrong;
use crate::arith::Rational;
use crate::network::Number;
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Number(Rational),
    Symbol(&'static str),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the name `{name}`"),
            Self::Number(_) => f.write_str("a number"),
            Self::Symbol(symbol) => write!(f, "`{symbol}`"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// The longer before those that begin alike.
const SYMBOLS: [&str; 9] = [".*", ".^", "+", "-", "*", "'", "(", ")", ","];

pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, Wrong> {
    let mut tokens = Vec::new();
    let (mut rest, mut at) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let length =
            |inside: &dyn Fn(char) -> bool| rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let (token, length) = if first.is_whitespace() {
            (None, first.len_utf8())
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| rest.starts_with(**s)) {
            (Some(Token::Symbol(symbol)), symbol.len())
        } else if first.is_ascii_digit() {
            let length = number_length(rest);
            let number = Number::of_text(&rest[..length]);
            let number = number
                .ok_or_else(|| Wrong::new(at, "a number as `2`, `0.5` or `2/3` is expected"))?;
            (Some(Token::Number(number)), length)
        } else if first.is_ascii_alphabetic() {
            let length = length(&in_name);
            (Some(Token::Name(rest[..length].to_owned())), length)
        } else {
            let what = "allowed are names, numbers, spaces and + - * .* .^ ' ( ) ,";
            return Err(Wrong::new(at, what));
        };
        tokens.extend(token.map(|token| (at, token)));
        at += rest[..length].chars().count();
        rest = &rest[length..];
    }
    tokens.push((at, Token::End));
    Ok(tokens)
}

/// Of a text that begins with a digit, how many bytes are a number.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        let rest = &text[from..];
        rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut length = digits(0);
    for separator in ['.', '/'] {
        if text[length..].starts_with(separator) && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
        }
    }
    length
}

pub(super) fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
