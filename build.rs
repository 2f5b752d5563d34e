//! Says of the GMP that is linked whether it has assembly, for `seprank --version`.

use std::path::PathBuf;
use std::{env, fs};

/// A function that GMP has in assembly only, on the processors for which it has assembly.
const IN_ASSEMBLY: &[u8] = b"__gmpn_addlsh1_n";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let library =
        PathBuf::from(env::var_os("DEP_GMP_LIB_DIR").unwrap_or_default()).join("libgmp.a");
    println!("cargo::rerun-if-changed={}", library.display());
    let code = match fs::read(&library) {
        Ok(bytes) if bytes.windows(IN_ASSEMBLY.len()).any(|name| name == IN_ASSEMBLY) => "assembly",
        Ok(_) => "portable C",
        Err(_) => "the system's",
    };
    println!("cargo::rustc-env=SEPRANK_GMP={code}");
}
