//! The checker as a WebAssembly module with a plain C interface: [`alloc`], [`verdict`], [`release`].
//!
//! A host asks for memory with `alloc(length)`, writes the bytes of a certificate there, calls
//! `verdict(pointer, length)`, reads the answer and gives it back with `release`. The answer is a
//! length in four bytes, lowest first, and so many bytes of JSON, `{verdict, claim, finding}` as in
//! `seprank-check --format json`. `check.mjs` beside this crate is such a host.
//!
//! This crate holds the only unsafe code, the three functions below; the checker forbids it.

use seprank_check::certificate::MAX_FILE_BYTES;
use seprank_check::check::examine;

/// Memory for `length` bytes, which [`verdict`] or [`release`] take back. Null if no certificate
/// has so many.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(length: usize) -> *mut u8 {
    if length as u64 > MAX_FILE_BYTES {
        return std::ptr::null_mut();
    }
    hand_out(vec![0; length])
}

/// The answer on the bytes at `pointer`, which are taken back.
///
/// # Safety
/// `pointer` must come from [`alloc`] with the same `length`, and not have been taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn verdict(pointer: *mut u8, length: usize) -> *mut u8 {
    // SAFETY: as the caller promises.
    let bytes = unsafe { take_back(pointer, length) };
    hand_out(answer(&bytes))
}

/// Takes back memory: what [`alloc`] gave, or an answer with its four bytes of length.
///
/// # Safety
/// `pointer` must come from [`alloc`] or [`verdict`] with the same `length`, and not have been
/// taken back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(pointer: *mut u8, length: usize) {
    // SAFETY: as the caller promises.
    drop(unsafe { take_back(pointer, length) });
}

/// The length of the text in four bytes, and the text.
fn answer(bytes: &[u8]) -> Vec<u8> {
    // Writing to memory cannot fail, and all keys are strings.
    let text = serde_json::to_vec(&examine(bytes).summary()).unwrap_or_default();
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes(), &text[..]].concat()
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

    /// As a host does it.
    fn ask(bytes: &[u8]) -> serde_json::Value {
        let pointer = alloc(bytes.len());
        // SAFETY: the memory has the length of the bytes, the answer that which it says.
        unsafe {
            pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            let answer = verdict(pointer, bytes.len());
            let length = u32::from_le_bytes(*answer.cast::<[u8; 4]>()) as usize;
            let text = std::slice::from_raw_parts(answer.add(4), length).to_vec();
            release(answer, 4 + length);
            serde_json::from_slice(&text).unwrap()
        }
    }

    #[test]
    fn answers_are_those_of_the_checker() {
        let valid = ask(include_bytes!("../../../tests/data/accept/theorem.json"));
        assert_eq!(valid["verdict"], "valid");
        assert!(valid["claim"].as_str().unwrap().starts_with("separation rank of attention"));
        let invalid = ask(include_bytes!("../../../tests/data/reject/check-bound.json"));
        assert_eq!(
            (&invalid["verdict"], &invalid["finding"]["step"]),
            (&"invalid".into(), &"bound".into())
        );
        assert_eq!(ask(b"")["finding"]["step"], "format");
    }

    #[test]
    fn no_more_memory_than_a_certificate_has() {
        assert!(alloc(MAX_FILE_BYTES as usize + 1).is_null());
        // SAFETY: nothing was handed out, and nothing is taken back.
        unsafe { release(std::ptr::null_mut(), 7) };
    }
}
