//! The checker in Python: see `python/seprank_check`.

mod job;
mod verdict;

use pyo3::prelude::*;

/// What a thread leaves behind: nothing here.
fn end_of_thread() {}

#[pymodule]
fn _seprank_check(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<verdict::Verdict>()?;
    module.add_function(wrap_pyfunction!(verdict::check, module)?)
}
