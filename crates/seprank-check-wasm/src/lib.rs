//! The checker as a WebAssembly module with a plain C interface: [`alloc`], [`account`], [`release`].
//!
//! A host asks for memory with `alloc(length)`, writes the bytes of a certificate there, calls
//! `account(pointer, length, ..)`, reads the answer and gives it back with `release`. The answer is a
//! length in four bytes, lowest first, and so many bytes of JSON: [`Account`], which begins with what
//! `seprank-check --format json` prints. `check.mjs` beside this crate is such a host, and so is
//! `web/worker.js`.
//!
//! This crate holds the only unsafe code, the functions below; the checker forbids it.

use seprank_account::Account;
use seprank_check::certificate::MAX_FILE_BYTES;
use seprank_check::check::{MAX_MATRIX_BYTES, Options, examine_with};
use seprank_check::files::sha256;

/// So many bytes of a certificate are worth handing in: of a longer file the checker says that it is too large.
#[unsafe(no_mangle)]
pub extern "C" fn certificate_bytes() -> usize {
    MAX_FILE_BYTES as usize + 1
}

/// A file of a matrix has no more bytes.
#[unsafe(no_mangle)]
pub extern "C" fn matrix_bytes() -> usize {
    MAX_MATRIX_BYTES as usize
}

/// Memory for `length` bytes, which [`account`] or [`release`] take back. Null if no file has so many.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    if length > matrix_bytes() {
        return std::ptr::null_mut();
    }
    hand_out(vec![0; length])
}

/// The answer on the bytes of a certificate at `pointer`, and with `matrix` not null on the file that
/// holds its matrix. Both are taken back. With `eliminate` not zero minors are eliminated also where
/// solutions are given.
///
/// # Safety
/// `pointer`, and `matrix` if it is not null, must come from [`alloc`] with the same length, and not have
/// been taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn account(
    pointer: *mut u8,
    length: usize,
    matrix: *mut u8,
    matrix_length: usize,
    eliminate: u32,
) -> *mut u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { take_back(pointer, length) };
    // SAFETY: likewise.
    let matrix = (!matrix.is_null()).then(|| unsafe { take_back(matrix, matrix_length) });
    hand_out(answer(&bytes, matrix.as_deref(), Options { eliminate: eliminate != 0, stop: None }))
}

/// The SHA-256 of the bytes at `pointer`, in hexadecimal, as an answer. The bytes are not taken back.
///
/// # Safety
/// `pointer` must come from [`alloc`] with the same `length`, and not have been taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn digest(pointer: *const u8, length: usize) -> *mut u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { std::slice::from_raw_parts(pointer, length) };
    hand_out(with_length(sha256(bytes).as_bytes()))
}

/// Takes back memory: what [`alloc`] gave, or an answer with its four bytes of length.
///
/// # Safety
/// `pointer` must come from [`alloc`], [`account`] or [`digest`] with the same `length`, and not have been
/// taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(pointer: *mut u8, length: usize) {
    // SAFETY: as the caller promises.
    drop(unsafe { take_back(pointer, length) });
}

fn answer(bytes: &[u8], matrix: Option<&[u8]>, options: Options<'_>) -> Vec<u8> {
    let account = Account::of(&examine_with(bytes, matrix, options), bytes);
    // Writing to memory cannot fail, and all keys are strings.
    with_length(&serde_json::to_vec(&account).unwrap_or_default())
}

/// The length of the text in four bytes, and the text.
fn with_length(text: &[u8]) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), text].concat()
}

fn hand_out(bytes: Vec<u8>) -> *mut u8 {
    Box::into_raw(bytes.into_boxed_slice()).cast()
}

/// # Safety
/// `pointer` must come from [`hand_out`] of so many bytes, and not have been taken back.
unsafe fn take_back(pointer: *mut u8, length: usize) -> Box<[u8]> {
    if pointer.is_null() {
        return Box::default();
    }
    // SAFETY: a boxed slice of this length was handed out here.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(pointer, length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(bytes: &[u8]) -> *mut u8 {
        let pointer = alloc(bytes.len());
        // SAFETY: the memory has the length of the bytes.
        unsafe { pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        pointer
    }

    /// SAFETY: `answer` is one.
    unsafe fn read(answer: *mut u8) -> Vec<u8> {
        // SAFETY: an answer has the length that it says.
        unsafe {
            let length = u32::from_le_bytes(*answer.cast::<[u8; 4]>()) as usize;
            let text = std::slice::from_raw_parts(answer.add(4), length).to_vec();
            release(answer, 4 + length);
            text
        }
    }

    /// As a host does it.
    fn ask(bytes: &[u8], matrix: Option<&[u8]>) -> serde_json::Value {
        let pointer = given(bytes);
        let (beside, length) =
            matrix.map_or((std::ptr::null_mut(), 0), |matrix| (given(matrix), matrix.len()));
        // SAFETY: both were just handed out.
        let text = unsafe { read(account(pointer, bytes.len(), beside, length, 0)) };
        serde_json::from_slice(&text).unwrap()
    }

    #[test]
    fn answers_are_those_of_the_checker() {
        let valid = ask(include_bytes!("../../../tests/data/accept/theorem.json"), None);
        assert_eq!(valid["verdict"], "valid");
        assert!(valid["claim"].as_str().unwrap().starts_with("separation rank of attention"));
        let invalid = ask(include_bytes!("../../../tests/data/reject/check-bound.json"), None);
        assert_eq!(
            (&invalid["verdict"], &invalid["finding"]["step"]),
            (&"invalid".into(), &"bound".into())
        );
        assert_eq!(ask(b"", None)["finding"]["step"], "format");
    }

    /// The matrix of a claim may be given beside it, and then counts.
    #[test]
    fn a_file_beside_it_is_looked_at() {
        let claim = include_bytes!("../../../tests/data/accept/matrix.json");
        assert_eq!(ask(claim, None)["verdict"], "valid");
        assert_eq!(ask(claim, Some(b"1 1 M\n0 0 0\n"))["finding"]["step"], "matrix");
    }

    #[test]
    fn files_are_recognised() {
        let pointer = given(b"abc");
        // SAFETY: three bytes were handed out. The value is the example of FIPS 180.
        let text = unsafe {
            let text = read(digest(pointer, 3));
            release(pointer, 3);
            text
        };
        assert!(text.starts_with(b"ba7816bf8f01cfea414140de5dae2223"));
    }

    #[test]
    fn no_more_memory_than_a_file_has() {
        assert!(alloc(matrix_bytes() + 1).is_null());
        // SAFETY: nothing was handed out, and nothing is taken back.
        unsafe { release(std::ptr::null_mut(), 7) };
    }
}
