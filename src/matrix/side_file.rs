//! The matrix as a file in SMS or NPY, in the forms that certificates ask for (docs/format.md, 2).

use super::{Matrix, Values};

/// A file with the entries of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFile {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl SideFile {
    /// Of integers of 64 bits of which at least half are not zero NPY, else SMS; `name` gets the ending.
    pub fn new(matrix: &Matrix, name: &str) -> Self {
        let half = matrix.rows() as u64 * matrix.cols() as u64 / 2; // below 2^48
        let (bytes, ending) = match &matrix.values {
            Values::Words(list) if list.len() as u64 >= half => (matrix.to_npy(list), "npy"),
            _ => (matrix.to_sms(), "sms"),
        };
        Self { name: format!("{name}.{ending}"), bytes }
    }
}

impl Matrix {
    /// As `numpy.save` writes an array of the narrowest signed integers that hold the entries, these being `words`.
    pub(super) fn to_npy(&self, words: &[i64]) -> Vec<u8> {
        let width = [1, 2, 4].into_iter().find(|width| {
            let unused = 64 - 8 * width;
            words.iter().all(|x| x << unused >> unused == *x)
        });
        let width = width.unwrap_or(8);
        let order = if width == 1 { '|' } else { '<' };
        let (rows, cols) = (self.rows(), self.cols);
        let dictionary = format!(
            "{{'descr': '{order}i{width}', 'fortran_order': False, 'shape': ({rows}, {cols}), }}"
        );
        // The data begin at a multiple of 64.
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        bytes.extend(format!("{dictionary:<117}\n").bytes());
        let width = width as usize;
        let head = bytes.len();
        bytes.resize(head + rows * cols * width, 0);
        let mut lines = bytes[head..].chunks_exact_mut((cols * width).max(1));
        for (ends, line) in self.starts.windows(2).zip(&mut lines) {
            let range = ends[0]..ends[1];
            for (col, word) in self.columns[range.clone()].iter().zip(&words[range]) {
                let place = *col as usize * width;
                line[place..place + width].copy_from_slice(&word.to_le_bytes()[..width]);
            }
        }
        bytes
    }

    /// `rows cols M`, a line `row col value` for each entry that is not zero, places from 1, row by row and columns
    /// increasing, and `0 0 0`.
    pub(super) fn to_sms(&self) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::read::{Format, parse};

    #[test]
    fn arrays_are_as_narrow_as_their_entries_allow() {
        for (entries, width) in [
            ([127, -128], 1),
            ([128, 1], 2),
            ([1, -129], 2),
            ([32767, -32768], 2),
            ([32768, 1], 4),
            ([i64::from(i32::MAX), i64::from(i32::MIN)], 4),
            ([1, i64::from(i32::MIN) - 1], 8),
            ([i64::MAX, i64::MIN], 8),
        ] {
            let text = format!("{},{}\n", entries[0], entries[1]);
            let matrix = parse(text.as_bytes(), Format::Csv, Default::default()).unwrap();
            let file = SideFile::new(&matrix, "m");
            assert_eq!((file.bytes.len(), &file.name[..]), (128 + 2 * width, "m.npy"), "{text}");
            assert_eq!(parse(&file.bytes, Format::Npy, Default::default()).unwrap(), matrix);
        }
    }
}
