//! The matrix as a file in SMS, in the one form that certificates ask for (docs/format.md, 2).

use super::{Matrix, Values};

impl Matrix {
    /// `rows cols M`, a line `row col value` for each entry that is not zero, places from 1, row by row and columns
    /// increasing, and `0 0 0`.
    pub fn to_sms(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} M\n", self.rows(), self.cols()).into_bytes();
        for row in 0..self.rows() {
            let mut start = Vec::new();
            decimal(&mut start, row as u64 + 1);
            for at in self.starts[row]..self.starts[row + 1] {
                bytes.extend_from_slice(&start);
                bytes.push(b' ');
                decimal(&mut bytes, u64::from(self.columns[at]) + 1);
                bytes.push(b' ');
                match &self.values {
                    Values::Words(list) => {
                        if list[at] < 0 {
                            bytes.push(b'-');
                        }
                        decimal(&mut bytes, list[at].unsigned_abs());
                    }
                    Values::Rationals(list) => bytes.extend(list[at].to_string().bytes()),
                }
                bytes.push(b'\n');
            }
        }
        bytes.extend_from_slice(b"0 0 0\n");
        bytes
    }
}

/// The digits of a number; for millions of them in a file.
fn decimal(bytes: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    bytes.extend_from_slice(&digits[first..]);
}
