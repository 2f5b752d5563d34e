//! Small networks of every family, at any size: the network files in `families/`, which leave their sizes open.

use super::{Architecture, FileError, InvalidProblem, NetworkFile, Problem, Replacements};
use include_dir::{Dir, include_dir};
use std::path::Path;

/// A family of networks, for exact work: a network file that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Name as on the command line.
    pub name: &'static str,
    /// Name as in the literature, with the source.
    pub title: &'static str,
    /// The network file, with names in the place of what depends on the size.
    template: &'static str,
}

/// Tokens and channels of a network of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilySize {
    /// Number of tokens N, at least 2.
    pub tokens: usize,
    /// Channels d, at least 1.
    pub width: usize,
}

static FAMILIES: Dir = include_dir!("$CARGO_MANIFEST_DIR/src/network/families");

/// The families, ordered by name. A file in `families/` is one; its first line is the title.
pub fn families() -> Vec<Family> {
    let family = |file: &'static include_dir::File| {
        let template = file.contents_utf8()?;
        let title = template.lines().next()?.strip_prefix("# ")?;
        Some(Family { name: file.path().file_stem()?.to_str()?, title, template })
    };
    let mut list: Vec<Family> = FAMILIES.files().filter_map(family).collect();
    list.sort_by_key(|f| f.name);
    list
}

impl FamilySize {
    /// That of the presets.
    pub const SMALL: Self = Self { tokens: 4, width: 2 };
    /// Neither tokens nor channels nor layers of a comparison are more.
    pub const MOST: usize = 64;

    /// A size of at most [`FamilySize::MOST`] either way.
    ///
    /// # Errors
    /// Names the size that is not allowed.
    pub fn new(tokens: usize, width: usize) -> Result<Self, InvalidProblem> {
        let most = Self::MOST;
        for (field, value, least) in [("tokens", tokens, 2), ("width", width, 1)] {
            if !(least..=most).contains(&value) {
                let allowed = format!("allowed are {least}..={most}");
                return Err(InvalidProblem::new(field, value, allowed));
            }
        }
        Ok(Self { tokens, width })
    }

    /// Name and value of all that depends on the size. No name is the beginning of another.
    fn values(self) -> [(&'static str, String); 11] {
        let Self { tokens, width } = self;
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        let positions =
            |first: usize| list((first..tokens).step_by(2).map(|t| t.to_string()).collect());
        let rows = (1..=tokens).filter(|r| r * r <= tokens && tokens.is_multiple_of(*r)).max();
        let rows = rows.unwrap_or(1);
        let half = (tokens / 2).max(1);
        [
            ("$tokens", tokens.to_string()),
            ("$width", width.to_string()),
            ("$half", half.to_string()),
            // The last token, and those on either side of the middle.
            ("$last", (tokens - 1).to_string()),
            ("$below", (half - 1).to_string()),
            ("$above", half.to_string()),
            ("$even", positions(0)),
            ("$odd", positions(1)),
            ("$path", list((1..tokens).map(|t| format!("[{}, {t}]", t - 1)).collect())),
            // As square as it can be.
            ("$grid", format!("[{rows}, {}]", tokens / rows)),
            ("$turns", list(vec!["[3, 4, 5]".into(); (width / 2).max(1)])),
        ]
    }
}

impl Family {
    /// The network file at a size.
    pub fn text(&self, size: FamilySize) -> String {
        let fill = |text: String, (name, value): (&str, String)| text.replace(name, &value);
        size.values().into_iter().fold(self.template.into(), fill)
    }

    /// The small network of the family.
    ///
    /// # Errors
    /// If a replaced value does not fit.
    pub fn network(&self, replace: &Replacements) -> Result<NetworkFile, InvalidProblem> {
        self.parsed(FamilySize::SMALL, replace)
            .map_err(|why| InvalidProblem::new("model", self.name, why))
    }

    /// The layers of the family's file `depth` times over, at a size, with `left` as side A.
    ///
    /// # Errors
    /// Why the family has no network of that size, in words: a layer that asks for another one, or the layers
    /// do not follow each other.
    pub fn at(&self, size: FamilySize, depth: usize, left: &[usize]) -> Result<Problem, String> {
        let replace = Replacements { left: Some(left.to_vec()), ..Replacements::default() };
        let once = self.parsed(size, &replace).map_err(|e| e.to_string())?.problem;
        let layers = std::iter::repeat_n(once.layers(), depth).flatten().collect();
        let architecture = Architecture::of_layers(size.width, layers);
        let problem = Problem::new(architecture, once.partition().clone(), once.output());
        problem.map_err(|e| if e.field == "network" { e.allowed } else { e.to_string() })
    }

    fn parsed(&self, size: FamilySize, replace: &Replacements) -> Result<NetworkFile, FileError> {
        NetworkFile::parse(&self.text(size), Path::new(""), replace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing of the size is left open, and the sizes asked for are those of the network or the family says why not.
    #[test]
    fn families_have_the_size_that_is_asked_for() {
        let mut refused = Vec::new();
        for (tokens, width) in [(4, 2), (2, 1), (6, 2), (5, 3), (8, 4)] {
            let size = FamilySize::new(tokens, width).unwrap();
            for family in families() {
                assert!(!family.text(size).contains('$'), "{}", family.text(size));
                match family.at(size, 1, &[0]) {
                    Ok(problem) => {
                        let found = (problem.tokens(), problem.width());
                        assert_eq!(found, (tokens, width), "{}", family.name);
                    }
                    Err(why) => refused.push((family.name, tokens, width, why)),
                }
            }
        }
        // At the size of the presets all are there, and most at any other.
        assert!(refused.iter().all(|(_, tokens, ..)| *tokens != 4), "{refused:?}");
        assert!(refused.len() < families().len(), "{refused:?}");
    }

    #[test]
    fn layers_are_repeated_as_often_as_asked() {
        let size = FamilySize::SMALL;
        let find = |name: &str| families().into_iter().find(|f| f.name == name).unwrap();
        let attention = find("attention").at(size, 3, &[0, 1]).unwrap();
        assert_eq!(attention, Problem::attention(3, 2, 1, 4).unwrap());
        let mixer = find("mixer").at(size, 2, &[0, 1]).unwrap();
        assert_eq!(mixer, Problem::mixer(2, 2, 2, 4).unwrap());
        // After pooling there is one token, which halves no further.
        let why = find("cac").at(size, 2, &[0, 1]).unwrap_err();
        assert!(why.contains("product-pooling"), "{why}");
    }
}
