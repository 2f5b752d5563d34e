//! Where each weight of a network is found: keys with `{i}` and `*`, former names, splits.

use super::pattern::{fill, leading};
use super::source::{Missing, Source, WeightMap};
use super::{WeightError, nearest};
use crate::network::layers::Parameter;
use std::collections::{BTreeMap, HashMap, HashSet};

/// At most so many keys have an `{i}`: each is tried for every layer.
pub(super) const MAX_PATTERNS: usize = 1024;

/// A weight that a file is asked for.
pub(super) struct Wanted<'a> {
    /// `"LAYER.PARAMETER"`.
    pub(super) name: String,
    pub(super) layer: usize,
    pub(super) parameter: &'a Parameter,
}

impl<'a> Wanted<'a> {
    /// The weight that a parameter is, with the number of its layer before its name.
    pub(super) fn of(parameter: &'a Parameter) -> Self {
        let name = parameter.name.clone();
        let layer = name.split('.').next().and_then(|number| number.parse().ok());
        Self { layer: layer.expect("a number is before the name"), name, parameter }
    }

    /// The name that it had before, if that was another.
    fn former(&self) -> Option<String> {
        self.parameter.former.clone()
    }
}

/// Where one weight is found: columns of a matrix that holds others too.
pub(super) struct Place {
    /// The key, as the file has it.
    pub(super) key: String,
    pub(super) source: Source,
    /// The first of its columns.
    pub(super) first: usize,
    /// How many columns the matrix has.
    pub(super) columns: usize,
}

/// The keys with one `*` that stand for `name`, each with the digits in the place of the `*`.
fn patterns(name: &str) -> impl Iterator<Item = (String, &str)> {
    let digit_before = |end: &usize| name.as_bytes()[end - 1].is_ascii_digit();
    (0..name.len()).flat_map(move |start| {
        let ends = (start + 1..=name.len()).take_while(digit_before);
        ends.map(move |end| (format!("{}*{}", &name[..start], &name[end..]), &name[start..end]))
    })
}

/// A name and the keys with one `*` that stand for it.
fn keys_of(name: &str) -> impl Iterator<Item = String> {
    std::iter::once(name.to_owned()).chain(patterns(name).map(|(key, _)| key))
}

/// A name without the number of its head, and that number.
fn without_head(name: &str) -> (String, usize) {
    let mut head = 0;
    let kept = name.split('.').filter(|part| match part.strip_prefix("head").map(str::parse) {
        Some(Ok(number)) => {
            head = number;
            false
        }
        _ => true,
    });
    let kept = kept.collect::<Vec<_>>().join(".");
    (kept, head)
}

/// The key of the file and the source, under the key that is meant where `{i}` is a number.
type Keys<'a> = BTreeMap<String, (&'a str, Source)>;

/// The places of the weights, in their order; `None` for one that is to be drawn.
///
/// # Errors
/// A key that is no weight's, weights without a key, names old and new, a split that does not hold the weight.
pub(super) fn places(
    map: &WeightMap,
    wanted: &[Wanted],
) -> Result<Vec<Option<Place>>, WeightError> {
    let keys = expanded(map, wanted)?;
    let former = has_former_names(&keys, wanted)?;
    let name = |w: &Wanted| former.then(|| w.former()).flatten().unwrap_or_else(|| w.name.clone());
    let names: Vec<String> = wanted.iter().map(name).collect();
    let mut heads: HashMap<String, usize> = HashMap::new();
    for (key, _) in names.iter().flat_map(|name| patterns(name)) {
        if keys.contains_key(&key) {
            *heads.entry(key).or_default() += 1;
        }
    }
    let groups = groups(wanted);
    let (mut found, mut lacking) = (Vec::new(), Vec::new());
    for (wanted, name) in wanted.iter().zip(&names) {
        let place = find(&keys, &heads, name)?;
        let Some((key, source, head, count)) = place else {
            lacking.push(wanted.name.clone());
            found.push(None);
            continue;
        };
        let own = wanted.parameter.cols;
        let (first, columns) = match &source.split {
            Some(split) => {
                let names = &split.0;
                let why = |why| WeightError::Split { key: key.clone(), names: names.clone(), why };
                side_by_side(wanted, names, &groups).map_err(why)?
            }
            None => (head * own, count * own),
        };
        found.push(Some(Place { key, source, first, columns }));
    }
    if map.missing == Missing::Refused && !lacking.is_empty() {
        let count = lacking.len();
        lacking.truncate(WeightError::SHOWN);
        return Err(WeightError::Unmapped { parameters: lacking, count });
    }
    Ok(found)
}

/// The keys, those with `{i}` written out for every layer that has such a weight. A key without `{i}` goes first.
fn expanded<'a>(map: &'a WeightMap, wanted: &[Wanted]) -> Result<Keys<'a>, WeightError> {
    let names = wanted.iter().flat_map(|w| std::iter::once(w.name.clone()).chain(w.former()));
    let known: HashSet<String> =
        names.flat_map(|name| keys_of(&name).collect::<Vec<_>>()).collect();
    let unknown = |key: &str| {
        let near = nearest(key, wanted.iter().map(|w| w.name.as_str())).map(str::to_owned);
        WeightError::UnknownKey { key: key.to_owned(), near }
    };
    let layers: Vec<usize> = {
        let mut layers: Vec<usize> = wanted.iter().map(|w| w.layer).collect();
        layers.dedup();
        layers
    };
    let mut keys = Keys::new();
    let (with, without): (Vec<_>, Vec<_>) =
        map.sources.iter().partition(|(key, _)| leading(key).is_some());
    if with.len() > MAX_PATTERNS {
        return Err(WeightError::Patterns { count: with.len() });
    }
    for (key, source) in without {
        match known.contains(key) {
            true => keys.insert(key.clone(), (key, source.clone())),
            false => return Err(unknown(key)),
        };
    }
    for (key, source) in with {
        let (pattern, rest) = leading(key).expect("it begins with a pattern");
        let mut used = false;
        for layer in &layers {
            let Some(i) = pattern.index(*layer) else { continue };
            let own = format!("{layer}{rest}");
            let tensor = fill(&source.tensor, i);
            let (true, Some(tensor)) = (known.contains(&own), tensor) else { continue };
            used = true;
            match keys.get(&own) {
                Some((other, _)) if leading(other).is_some() => {
                    let (key, other) = (key.clone(), (*other).to_owned());
                    return Err(WeightError::Clash { key, other, parameter: own });
                }
                Some(_) => {}
                None => {
                    keys.insert(own, (key, Source { tensor, ..source.clone() }));
                }
            }
        }
        if !used {
            return Err(unknown(key));
        }
    }
    Ok(keys)
}

/// Whether the file calls the weights of attention by their former names: the value projection `output` and the
/// output projection `value`, which are `value` and `out` now. A file has one way only, and shows which.
fn has_former_names(keys: &Keys, wanted: &[Wanted]) -> Result<bool, WeightError> {
    let (mut now, mut before) = (HashSet::new(), HashSet::new());
    for w in wanted {
        let Some(former) = w.former() else { continue };
        now.extend(keys_of(&w.name));
        before.extend(keys_of(&former));
    }
    let (mut new, mut old, mut either) = (None, None, None);
    for (key, (shown, _)) in keys {
        match (now.contains(key), before.contains(key)) {
            (true, true) => either = Some((*shown).to_owned()),
            (true, false) => new = Some((*shown).to_owned()),
            (false, true) => old = Some((*shown).to_owned()),
            (false, false) => {}
        }
    }
    match (new, old, either) {
        (Some(new), Some(old), _) => Err(WeightError::MixedNames { new, old }),
        (None, None, Some(key)) => Err(WeightError::AmbiguousName { key }),
        (_, old, _) => Ok(old.is_some()),
    }
}

/// What a map calls by former names: a key, if there is one.
pub(super) fn former_name(map: &WeightMap, wanted: &[Wanted]) -> Result<bool, WeightError> {
    has_former_names(&expanded(map, wanted)?, wanted)
}

/// The key for a weight, under its own name or the first key with `*` that stands for it: the key, the source,
/// the number of the head and how many there are.
fn find(
    keys: &Keys,
    heads: &HashMap<String, usize>,
    name: &str,
) -> Result<Option<(String, Source, usize, usize)>, WeightError> {
    if let Some((key, source)) = keys.get(name) {
        return Ok(Some(((*key).to_owned(), source.clone(), 0, 1)));
    }
    let candidates = patterns(name).filter(|(key, _)| keys.contains_key(key));
    let Some((pattern, number)) = candidates.min() else { return Ok(None) };
    let ((key, source), count) = (&keys[&pattern], heads[&pattern]);
    match number.parse() {
        Ok(number) if number < count => {
            Ok(Some(((*key).to_owned(), source.clone(), number, count)))
        }
        number => {
            let number = number.unwrap_or(usize::MAX);
            Err(WeightError::HeadNumber { key: (*key).to_owned(), heads: count, number })
        }
    }
}

/// The columns of all heads together, by the name without the number of the head.
fn groups(wanted: &[Wanted]) -> HashMap<String, usize> {
    let mut groups: HashMap<String, usize> = HashMap::new();
    for w in wanted {
        let columns = groups.entry(without_head(&w.name).0).or_default();
        *columns = columns.saturating_add(w.parameter.cols);
    }
    groups
}

/// The first column of a weight, and the number of columns, of a matrix that holds `names` side by side.
fn side_by_side(
    wanted: &Wanted,
    names: &[String],
    groups: &HashMap<String, usize>,
) -> Result<(usize, usize), String> {
    let (name, head) = without_head(&wanted.name);
    let (place, own) = name.rsplit_once('.').unwrap_or(("", &name));
    let (own, suffix) = own.strip_suffix("-bias").map_or((own, ""), |own| (own, "-bias"));
    let (mut first, mut columns) = (None, 0usize);
    for part in names {
        let full = format!("{place}.{part}{suffix}");
        let size =
            groups.get(&full).ok_or_else(|| format!("{full:?} is no weight of the network"))?;
        let start = head.saturating_mul(wanted.parameter.cols).saturating_add(columns);
        if part == own && first.replace(start).is_some() {
            return Err(format!("{part:?} is there twice"));
        }
        columns = columns.saturating_add(*size);
    }
    first.map(|first| (first, columns)).ok_or_else(|| format!("{own:?} is not among them"))
}
