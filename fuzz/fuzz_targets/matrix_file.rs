//! Files of matrices: any bytes give a matrix or an error; a matrix is the same when it is written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seprank::matrix::SideFile;
use seprank::matrix::read::{Format, parse};
use seprank::tensor::MemoryLimit;

fuzz_target!(|bytes: &[u8]| {
    // The first byte is the format.
    let Some((first, bytes)) = bytes.split_first() else { return };
    let format = Format::ALL[usize::from(*first) % Format::ALL.len()];
    let limit = MemoryLimit(1 << 24);
    let Ok(matrix) = parse(bytes, format, limit) else { return };
    if matrix.rows() < 1 << 12 {
        let file = SideFile::new(&matrix, "m");
        let format = Format::of(file.name.as_ref()).expect("an ending");
        let again = parse(&file.bytes, format, MemoryLimit(1 << 30)).expect("a sound file");
        assert_eq!(again, matrix);
    }
});
