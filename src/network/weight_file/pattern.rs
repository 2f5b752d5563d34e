//! `{2i+1}`: a number that depends on i.

/// `factor * i + offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    factor: usize,
    offset: usize,
}

impl Pattern {
    /// What is between the braces: `i`, `2i`, `i+1`, `2i+1`, of factor at least 1.
    fn parse(text: &str) -> Option<Self> {
        let (factor, offset) = text.split_once('i')?;
        let number = |digits: &str| {
            let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
            digits?.parse().ok()
        };
        let factor = if factor.is_empty() { 1 } else { number(factor)? };
        let offset = if offset.is_empty() { 0 } else { number(offset.strip_prefix('+')?)? };
        (factor > 0).then_some(Self { factor, offset })
    }

    /// The i that gives this number.
    pub(super) fn index(self, number: usize) -> Option<usize> {
        let multiple = number.checked_sub(self.offset)?;
        multiple.is_multiple_of(self.factor).then(|| multiple / self.factor)
    }

    fn number(self, i: usize) -> Option<usize> {
        self.factor.checked_mul(i)?.checked_add(self.offset)
    }
}

/// A pattern at the beginning of `text`, and what follows it.
pub(super) fn leading(text: &str) -> Option<(Pattern, &str)> {
    let (inside, rest) = text.strip_prefix('{')?.split_once('}')?;
    Some((Pattern::parse(inside)?, rest))
}

/// `text` with its patterns replaced by their numbers for `i`. Braces around anything else stay; `None`
/// past 64 bits.
pub(super) fn fill(text: &str, i: usize) -> Option<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        match leading(rest) {
            Some((pattern, after)) => {
                filled.push_str(&pattern.number(i)?.to_string());
                rest = after;
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_linear_in_i() {
        for (text, i, number) in [("i", 5, 5), ("2i", 5, 10), ("2i+1", 5, 11), ("i+3", 0, 3)] {
            let pattern = Pattern::parse(text).unwrap();
            assert_eq!(
                (pattern.number(i), pattern.index(number)),
                (Some(number), Some(i)),
                "{text}"
            );
        }
        assert_eq!(Pattern::parse("2i+1").unwrap().index(4), None);
        assert_eq!(Pattern::parse("2i+1").unwrap().index(0), None);
        for text in ["", "j", "0i", "i-1", "i+", "+i", "2 i", "ii", "99999999999999999999i"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
        assert_eq!(fill("a.{i}.b{2i+1}.{x}{", 3).unwrap(), "a.3.b7.{x}{");
        assert_eq!(fill("{18446744073709551615i}", 2), None);
    }
}
