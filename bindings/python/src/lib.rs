//! The toolkit in Python: plain data for the classes of `python/seprank`, which say what it means. Whatever is decided is
//! decided in the crate.

mod certificate;
mod compare;
mod convert;
mod dimension;
mod errors;
#[path = "../../python-check/src/job.rs"]
mod job;
mod matrix;
mod network;
mod rank;
mod real;
mod values;
#[path = "../../python-check/src/verdict.rs"]
mod verdict;

use pyo3::prelude::*;
use rug::float::FreeCache;
use std::ffi::OsString;
use std::process::ExitCode;

/// MPFR keeps constants, as pi, for each thread, and leaves them when the thread ends.
fn end_of_thread() {
    rug::float::free_cache(FreeCache::Local);
}

/// The command line with these arguments, of which the first is the name of the program: its exit code.
#[pyfunction]
fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    let code = py.detach(|| seprank::cli::run(arguments));
    (0..=u8::MAX).find(|known| ExitCode::from(*known) == code).unwrap_or(u8::MAX)
}

#[pymodule]
fn _seprank(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<network::PyNetwork>()?;
    module.add_class::<certificate::Certificate>()?;
    module.add_class::<verdict::Verdict>()?;
    module.add_class::<rank::RankSource>()?;
    module.add_class::<rank::GapSource>()?;
    module.add_class::<matrix::MatrixSource>()?;
    module.add_class::<real::SpectrumSource>()?;
    module.add_function(wrap_pyfunction!(command, module)?)?;
    module.add_function(wrap_pyfunction!(verdict::check, module)?)?;
    module.add_function(wrap_pyfunction!(rank::rank, module)?)?;
    module.add_function(wrap_pyfunction!(dimension::dimension, module)?)?;
    module.add_function(wrap_pyfunction!(rank::bounds_of, module)?)?;
    module.add_function(wrap_pyfunction!(rank::gap, module)?)?;
    module.add_function(wrap_pyfunction!(matrix::matrix_rank, module)?)?;
    module.add_function(wrap_pyfunction!(values::tensor, module)?)?;
    module.add_function(wrap_pyfunction!(values::matricize, module)?)?;
    module.add_function(wrap_pyfunction!(values::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(values::enclose, module)?)?;
    module.add_function(wrap_pyfunction!(real::spectrum, module)?)?;
    module.add_function(wrap_pyfunction!(compare::compare, module)?)
}
