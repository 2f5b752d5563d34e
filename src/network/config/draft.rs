//! A network file as it is written.

use std::fmt::Write;

/// What a network file says.
pub(super) struct Draft {
    title: String,
    tokens: usize,
    width: usize,
    /// What the relaxation changes.
    notes: Vec<String>,
    /// Tables of `[[layer]]`, by lines.
    layers: Vec<String>,
    weights: Vec<(String, String)>,
}

/// Where a weight is: a tensor and the other keys.
pub(super) fn tensor(name: impl AsRef<str>, keys: &str) -> String {
    let comma = if keys.is_empty() { "" } else { ", " };
    format!("{{ tensor = \"{}\"{comma}{keys} }}", name.as_ref())
}

/// `{2i+offset}`: every second layer.
pub(super) fn every_second(offset: usize) -> String {
    if offset == 0 { "{2i}".into() } else { format!("{{2i+{offset}}}") }
}

impl Draft {
    pub(super) fn new(title: impl Into<String>, tokens: usize, width: usize) -> Self {
        let (notes, layers, weights) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), tokens, width, notes, layers, weights }
    }

    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// A layer, its keys as in TOML.
    pub(super) fn layer(&mut self, keys: &str) {
        self.layers.push(keys.to_owned());
    }

    /// The same layers again and again.
    pub(super) fn repeat(&mut self, times: usize, layers: &[String]) {
        let lines: String = layers.iter().map(|layer| format!("  {{ {layer} }},\n")).collect();
        self.layers.push(format!("type = \"repeat\"\ntimes = {times}\nlayers = [\n{lines}]"));
    }

    /// Where a weight is found.
    pub(super) fn weight(&mut self, key: impl AsRef<str>, source: String) {
        self.weights.push((key.as_ref().to_owned(), source));
    }

    /// Rows of positions are added, of which the tensor has more.
    pub(super) fn positions(&mut self, name: String) {
        let key = format!("{}.values", self.layers.len());
        self.layer("type = \"position-embedding\"");
        self.weight(key, tensor(name, &format!("rows = [0, {}]", self.tokens)));
    }

    /// The first row of a tensor is added to every token.
    pub(super) fn constant_row(&mut self, name: String) {
        let key = format!("{}.values", self.layers.len());
        self.layer("type = \"position-embedding\"");
        self.weight(key, tensor(name, "rows = [0, 1], repeat = true"));
    }

    pub(super) fn text(&self) -> String {
        let Self { title, tokens, width, notes, layers, weights } = self;
        let mut text = format!("# {title}, as a polynomial network.\n");
        for note in notes {
            let _ = writeln!(text, "# - {note}");
        }
        let _ = writeln!(text, "tokens = {tokens}\nwidth = {width}");
        for layer in layers {
            let _ = writeln!(text, "\n[[layer]]\n{layer}");
        }
        text.push_str("\n[weights]\n");
        for (key, source) in weights {
            let _ = writeln!(text, "\"{key}\" = {source}");
        }
        text
    }
}

/// A residual connection around layers.
pub(super) fn residual(layers: &[&str]) -> String {
    let inner: Vec<String> = layers.iter().map(|layer| format!("{{ {layer} }}")).collect();
    format!("type = \"residual\", layers = [{}]", inner.join(", "))
}
