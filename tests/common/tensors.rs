//! Small weight files, and network files that read them.
#![allow(dead_code)] // no test file uses all of it

use safetensors::tensor::{Dtype, TensorView, serialize};

pub(crate) const TWO: &str = "tokens = 2\nwidth = 2\nlayer = [{ type = \"scaling\" }, { type = \"position-embedding\" }]\n[weights]\n\
    \"0.values\" = { tensor = \"a\" }\n\"1.values\" = { tensor = \"b\" }\n";

pub(crate) const ATTENTION: &str =
    "tokens = 2\nwidth = 2\nlayer = [{ type = \"attention\", heads = 2 }]\n[weights]\n";

/// A file of tensors of F32.
pub(crate) fn file(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<Vec<u8>> = tensors.iter().map(|(_, _, numbers)| bytes(numbers)).collect();
    let views = tensors.iter().zip(&data).map(|((name, shape, _), data)| {
        (*name, TensorView::new(Dtype::F32, shape.to_vec(), data).unwrap())
    });
    serialize(views, None).unwrap()
}
