//! Families of networks at one size.

use crate::convert::{bound, integer};
use crate::errors::{Raise, invalid};
use crate::job::{self, Watch};
use crate::rank::{dict, stop_after};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use seprank::compare::{Comparison, Row, chosen};
use seprank::network::presets::FamilySize;
use seprank::tensor::MemoryLimit;

/// What is compared.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Wish<'py> {
    sizes: (usize, usize, usize),
    families: Option<Vec<String>>,
    left: Option<Vec<usize>>,
    cuts: bool,
    seed: u64,
    points: Option<u64>,
    seconds: Option<f64>,
    bytes: u64,
    progress: Option<Bound<'py, PyAny>>,
}

/// A dict for each family, the largest rank first; and the exception that ended it before its end, if one did.
#[pyfunction]
pub(crate) fn compare<'py>(
    py: Python<'py>,
    wish: Wish<'py>,
) -> PyResult<(Bound<'py, PyList>, Option<PyErr>)> {
    if wish.points == Some(0) {
        return Err(invalid(py, "points", 0, "allowed are numbers from 1"));
    }
    let (tokens, width, depth) = wish.sizes;
    let size = FamilySize { tokens, width };
    let comparison = Comparison::new(size, depth, wish.left.as_deref());
    let comparison = Comparison {
        cuts: wish.cuts,
        seed: wish.seed,
        memory: MemoryLimit(wish.bytes),
        points: wish.points,
        ..comparison.map_err(|e| e.raise(py))?
    };
    let families = chosen(wish.families.as_deref()).map_err(|e| e.raise(py))?;
    let stop = stop_after(py, wish.seconds)?;
    let ask = || stop.ask();
    let watch = Watch { progress: wish.progress.as_ref(), stop: Some(&ask) };
    let own = stop.clone();
    let ((rows, attention), stopped) = job::run(py, &watch, move |steps| {
        let planned = families.len() as u64;
        comparison.rows(&families, &own, &|| steps.add(1, planned))
    })?;
    let list = PyList::empty(py);
    for row in rows {
        list.append(line(py, row, &attention)?)?;
    }
    Ok((list, stopped))
}

fn line<'py>(py: Python<'py>, row: Row, attention: &Row) -> PyResult<Bound<'py, PyDict>> {
    let line = PyDict::new(py);
    line.set_item("family", row.family.name)?;
    line.set_item("title", row.family.title)?;
    line.set_item("to_attention", row.against(attention))?;
    line.set_item("missing", row.missing())?;
    let keys = ["network", "degree", "weights", "rank", "upper", "cuts"];
    keys.iter().try_for_each(|key| line.set_item(key, py.None()))?;
    let Ok(entry) = row.entry else { return Ok(line) };
    line.set_item("network", seprank::network::describe(&entry.problem))?;
    line.set_item("degree", integer(py, &entry.problem.big_degree())?)?;
    line.set_item("weights", entry.weights)?;
    line.set_item("cuts", entry.cuts.map(|[least, most]| (least, most)))?;
    if let Some(e) = &entry.upper {
        let id = (e.bound.id(), e.bound.side());
        line.set_item("upper", bound(py, id, e.value.as_ref(), e.log.as_ref())?)?;
    }
    if let Ok(rank) = entry.rank {
        line.set_item("rank", dict(py, rank, None)?)?;
    }
    Ok(line)
}
