//! Lists of layers in a network file.

use super::{Layer, Shared, next_state};
use crate::network::nearest::nearest;
use crate::network::{FileError, Site, Table};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RepeatKeys {
    times: usize,
    layers: Vec<Table>,
}

/// The layers in a list of tables, `repeat` written out, with the state after them.
///
/// # Errors
/// Names the layer, the key and what is allowed.
pub(in crate::network) fn read_list(
    outer: Site,
    list: Vec<Table>,
) -> Result<(Vec<Layer>, (usize, usize)), FileError> {
    let mut site = outer.inside()?;
    let mut layers: Vec<Layer> = Vec::new();
    for mut table in list {
        let index = layers.len();
        let name = read_type(&mut table).map_err(|e| e.within(format_args!("layer {index}")))?;
        let at = |e: FileError| e.within(format_args!("layer {index} ({name})"));
        let share = read_share(&mut table).map_err(at)?;
        if name == REPEAT {
            if let Some(share) = share {
                let allowed =
                    "repeat has no weights; name the layers inside, which then share them";
                return Err(at(FileError::new("share", format_args!("{share:?}"), allowed)));
            }
            let RepeatKeys { times, layers: inner } = table.read().map_err(at)?;
            for _ in 0..times {
                site.count().map_err(at)?;
                let (part, state) = read_list(site, inner.clone()).map_err(at)?;
                (site.tokens, site.width) = state;
                layers.extend(part);
            }
        } else {
            site.count().map_err(at)?;
            let mut layer = Layer::build(&name, table, &site).map_err(at)?;
            if let Some(name) = share {
                layer = Layer::Shared(Shared { name, layer: layer.into() });
            }
            let state = (site.tokens, site.width);
            (site.tokens, site.width) = next_state(layers.last(), index, &layer, state)?;
            layers.push(layer);
        }
    }
    Ok((layers, (site.tokens, site.width)))
}

const REPEAT: &str = "repeat";

/// Takes the key `type` of a layer, if it is a known one.
fn read_type(table: &mut Table) -> Result<String, FileError> {
    let known = || Layer::NAMES.iter().copied().chain([REPEAT]);
    let all = || known().collect::<Vec<_>>().join(", ");
    let missing = || FileError::whole(format!("type is missing; allowed are {}", all()));
    let name: String = table.take("type")?.ok_or_else(missing)?;
    if known().any(|k| k == name) {
        return Ok(name);
    }
    let near = nearest(&name, known()).unwrap_or_default();
    let allowed = format!("allowed are {}; did you mean {near}?", all());
    Err(FileError::new("type", format_args!("{name:?}"), allowed))
}

/// Takes the key `share` of a layer, if it is there: the name under which it shares its weights.
fn read_share(table: &mut Table) -> Result<Option<String>, FileError> {
    let share: Option<String> = table.take("share")?;
    let sound = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match share {
        Some(name) if !(1..=64).contains(&name.len()) || !name.chars().all(sound) => {
            let shown: String = name.chars().take(64).collect();
            let allowed = "a name of 1 to 64 letters, digits, - and _ is expected";
            Err(FileError::new("share", format_args!("{shown:?}"), allowed))
        }
        share => Ok(share),
    }
}
