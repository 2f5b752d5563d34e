//! Files that are no weight file that is read, told by how they begin.

use super::WeightError;

/// How the bytes at the beginning of a file are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Safetensors,
    Array,
    Archive,
    Onnx,
}

/// How to save a checkpoint of PyTorch.
const FROM_TORCH: &str = "in Python: from safetensors.torch import save_file; \
     save_file({k: v.contiguous() for k, v in torch.load(FILE, map_location=\"cpu\").items()}, \"model.safetensors\")";

fn foreign(what: &'static str, advice: &'static str) -> WeightError {
    WeightError::Foreign { what, advice }
}

/// The format of a file that begins with these bytes, 16 or more where it has so many.
///
/// # Errors
/// What it is instead, and what helps.
pub(super) fn format(start: &[u8]) -> Result<Format, WeightError> {
    let text = String::from_utf8_lossy(start).to_ascii_lowercase();
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    // Safetensors begins with a length, whose upper four bytes are zero, ONNX with the number of a version of
    // at most 63 and another field.
    let short_length = start.get(4..8).is_none_or(|upper| upper == [0; 4]);
    Err(match start {
        _ if text.starts_with("version https://git-lfs") => foreign(
            "a Git LFS pointer, and not the file that it stands for",
            "git lfs pull fetches that",
        ),
        _ if text.starts_with("<!doctype html") || text.starts_with("<html") => {
            foreign("an HTML page", "what was downloaded is not the file but a page about it")
        }
        [b'G', b'G', b'U', b'F', ..] => foreign(
            "a GGUF file",
            "in Python: from gguf import GGUFReader, dequantize; from safetensors.numpy import save_file; \
             save_file({t.name: dequantize(t.data, t.tensor_type) for t in GGUFReader(FILE).tensors}, \
             \"model.safetensors\")",
        ),
        [0x80, 2..=5, ..] if !short_length => {
            foreign("a pickle, as PyTorch saved checkpoints before 1.6", FROM_TORCH)
        }
        [0x89, b'H', b'D', b'F', ..] => foreign(
            "an HDF5 file",
            "in Python: save its arrays with numpy.savez(\"model.npz\", **arrays)",
        ),
        [0x1f, 0x8b, ..] if start.get(8) != Some(&b'{') => {
            foreign("a gzip file", "gunzip unpacks it")
        }
        _ if start.starts_with(crate::npy::MAGIC) => return Ok(Format::Array),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] if !short_length => {
            return Ok(Format::Archive);
        }
        [8, 1..=63, ..] if !short_length => return Ok(Format::Onnx),
        _ => return Ok(Format::Safetensors),
    })
}

/// What an archive is, if not one of arrays only.
pub(super) fn of_archive<'a>(names: impl Iterator<Item = &'a [u8]>) -> Option<WeightError> {
    let mut arrays = true;
    for name in names {
        if name.ends_with(b"/data.pkl") || name == b"data.pkl" {
            return Some(foreign("a checkpoint of PyTorch, as pytorch_model.bin", FROM_TORCH));
        }
        arrays &= name.ends_with(b".npy");
    }
    (!arrays).then(|| {
        foreign("a ZIP archive of other files than arrays", "unpack it, and name the weight file")
    })
}
