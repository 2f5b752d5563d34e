//! A network file as it is written.

use super::Published;
use std::fmt::Write;

/// What a network file says.
pub(super) struct Draft {
    title: String,
    /// Whether softmax, normalisation and the activation stay.
    pub(super) real: bool,
    tokens: usize,
    width: usize,
    /// What is left out or changed.
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

/// Which normalisation, and the number under its root.
#[derive(Clone, Copy)]
pub(super) enum Norm {
    /// Gain and bias.
    Layer(f64),
    /// A gain alone.
    Rms(f64),
}

impl Norm {
    /// The keys of the layer.
    pub(super) fn layer(self) -> String {
        match self {
            Self::Layer(epsilon) => format!("type = \"norm\", epsilon = {epsilon:e}"),
            Self::Rms(epsilon) => format!("type = \"norm\", norm = \"rms\", epsilon = {epsilon:e}"),
        }
    }
}

impl Draft {
    pub(super) fn new(
        title: impl Into<String>,
        (tokens, width): (usize, usize),
        real: bool,
    ) -> Self {
        let (notes, layers, weights) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), real, tokens, width, notes, layers, weights }
    }

    /// The tables so far: the number of the next layer, where none of them is repeated.
    pub(super) fn count(&self) -> usize {
        self.layers.len()
    }

    /// A note about what a polynomial network leaves out.
    pub(super) fn note_left_out(&mut self, note: &str) {
        if !self.real {
            self.note(note);
        }
    }

    /// What softmax is in the keys of attention.
    pub(super) fn softmax(&self) -> &'static str {
        if self.real { ", softmax = true" } else { "" }
    }

    /// A normalisation of its own, where it stays: layer number `key`, with the weights of a module.
    pub(super) fn norm(&mut self, key: usize, norm: Norm, module: &str) {
        if self.real {
            self.layer(&norm.layer().replace(", ", "\n"));
            self.norm_weights(&key.to_string(), norm, module);
        }
    }

    /// Where the weights of a normalisation are found.
    pub(super) fn norm_weights(&mut self, key: &str, norm: Norm, module: &str) {
        self.weight(format!("{key}.gain"), tensor(format!("{module}.weight"), ""));
        if matches!(norm, Norm::Layer(_)) {
            self.weight(format!("{key}.bias"), tensor(format!("{module}.bias"), ""));
        }
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

    pub(super) fn published(self) -> Published {
        let Self { title, real, tokens, width, notes, layers, weights } = self;
        let what = if real { "as published" } else { "as a polynomial network" };
        let mut text = format!("# {title}, {what}.\n");
        for note in &notes {
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
        Published { text, notes }
    }
}

/// A residual connection around layers.
pub(super) fn residual(layers: &[&str]) -> String {
    let inner: Vec<String> = layers.iter().map(|layer| format!("{{ {layer} }}")).collect();
    format!("type = \"residual\", layers = [{}]", inner.join(", "))
}
