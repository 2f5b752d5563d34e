//! The picture of a network: its layers from the input to the entry that is f.

use crate::expression::short;
use crate::markup::{escape, svg, text};
use seprank_check::certificate::{Architecture, Layer, Mixer, Problem};

/// So many boxes are drawn; of more, the first and the last.
const BOXES: usize = 8;
const HEIGHT: u64 = 116;

/// A layer or a part of one.
#[derive(Clone, PartialEq)]
struct Part {
    lines: Vec<String>,
    /// On hover.
    more: String,
    /// Whether what enters is added to what leaves.
    residual: bool,
    /// So many of them in a row.
    count: u64,
}

/// The layers of the network of `problem`. Cost: linear in what the layers' descriptions hold.
pub(crate) fn picture(problem: &Problem) -> String {
    let width = match &problem.architecture {
        Architecture::Attention(attention) => attention.width,
        Architecture::Mixer(mixer) => mixer.width,
        Architecture::Layers(layers) => layers.width,
    };
    let ends = |lines: [String; 2]| Part {
        lines: lines.to_vec(),
        more: String::new(),
        residual: false,
        count: 1,
    };
    let mut parts = vec![ends(["input X".into(), format!("{} × {width}", problem.tokens)])];
    parts.extend(few(layers(problem)));
    let output = &problem.output;
    parts.push(ends(["output f".into(), format!("Y[{},{}]", output.token, output.channel)]));
    draw(&problem.architecture.to_string(), &parts)
}

fn layers(problem: &Problem) -> Vec<Part> {
    let repeated = |once: Vec<Part>, depth: u64| {
        let last = once.len().saturating_sub(1);
        if depth <= (BOXES / once.len()) as u64 {
            return vec![once; depth as usize].concat();
        }
        // All parts of the layer, with the number below the last of them.
        let counted = once.into_iter().enumerate();
        counted.map(|(i, part)| Part { count: if i == last { depth } else { 1 }, ..part }).collect()
    };
    match &problem.architecture {
        Architecture::Attention(a) => {
            let heads = match a.heads {
                1 => "1 head".into(),
                heads => format!("{heads} heads"),
            };
            let lines = vec!["attention".into(), heads, format!("{0} → {0}", a.width)];
            repeated(vec![Part { lines, more: String::new(), residual: false, count: 1 }], a.depth)
        }
        Architecture::Mixer(mixer) => repeated(mixing(mixer, problem.tokens), mixer.depth),
        Architecture::Layers(written) => {
            let numbered = written.layers.chunk_by(|a, b| a == b);
            numbered.map(|same| Part { count: same.len() as u64, ..of_layer(&same[0]) }).collect()
        }
    }
}

fn mixing(mixer: &Mixer, tokens: u64) -> Vec<Part> {
    let part = |name: &str, size: u64, hidden: u64, degree: u64| Part {
        lines: vec![
            name.into(),
            format!("{size} → {hidden} → {size}"),
            format!("degree {degree}{}", if mixer.bias { ", biases" } else { "" }),
        ],
        more: String::new(),
        residual: mixer.residual,
        count: 1,
    };
    vec![
        part("mix tokens", tokens, mixer.token_hidden, mixer.token_degree),
        part("mix channels", mixer.width, mixer.channel_hidden, mixer.channel_degree),
    ]
}

fn of_layer(layer: &Layer) -> Part {
    let free = layer.parameters.iter().filter(|parameter| parameter.value.is_none()).count();
    let lines = vec![
        "layer".into(),
        short(&layer.expression, 22),
        format!("{free} weight matri{}", if free == 1 { "x" } else { "ces" }),
    ];
    Part { lines, more: short(&layer.expression, 400), residual: false, count: 1 }
}

/// No more than [`BOXES`] parts: of more, those before the last are left out and counted.
fn few(mut parts: Vec<Part>) -> Vec<Part> {
    if parts.len() <= BOXES {
        return parts;
    }
    let last = parts.pop();
    let left_out = parts.split_off(BOXES - 2).len();
    let lines = vec![format!("{left_out} more"), "of other kinds".into()];
    parts.push(Part { lines, more: String::new(), residual: false, count: 1 });
    parts.extend(last);
    parts
}

fn draw(title: &str, parts: &[Part]) -> String {
    let (mut x, mut content) = (4, String::new());
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            content.push_str(&format!("<path d=\"M{x} 56h14m-4 -4l4 4l-4 4\" class=\"wire\"/>"));
            x += 16;
        }
        let longest = part.lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let width = 8 * longest as u64 + 16;
        let class = if i == 0 || i + 1 == parts.len() { "end" } else { "layer" };
        let more = if part.more.is_empty() {
            String::new()
        } else {
            format!("<title>{}</title>", escape(&part.more))
        };
        content.push_str(&format!(
            "<g>{more}<rect x=\"{x}\" y=\"24\" width=\"{width}\" height=\"64\" rx=\"4\" class=\"{class}\"/>"
        ));
        let top = 60 - 9 * (part.lines.len() as u64 - 1);
        for (line, content_of) in part.lines.iter().enumerate() {
            content.push_str(&text(x + width / 2, top + 18 * line as u64, "in-box", content_of));
        }
        content.push_str("</g>");
        if part.residual {
            content.push_str(&format!(
                "<path d=\"M{} 56v-44h{}v40m-4 -4l4 4l4 -4\" class=\"wire\"/>",
                x - 8,
                width + 12
            ));
        }
        if part.count > 1 {
            content.push_str(&text(x + width / 2, 106, "small", format!("{} layers", part.count)));
        }
        x += width;
    }
    svg("network", title, (x + 4, HEIGHT), &content)
}
