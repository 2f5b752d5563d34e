//! Configurations of timm, which name an architecture; its sizes are those of the functions of that name.

use super::blocks::{Normed, Times};
use super::draft::{Draft, Norm, residual, tensor};
use super::fields::Fields;
use super::hugging_face::{linear_mlp, perceptron};
use super::{ConfigOptions, FileError, field_activation};
use crate::network::{MAX_LAYERS, MAX_SIZE};

const KNOWN: &str = "allowed are vit_{tiny,small,base,large,huge}_patchP_S, mixer_{s,b,l}P_S, \
    resmlp_{12,24,36,big_24}_S and gmlp_{ti,s,b}P_S";

/// Of `model_args` these change sizes, and the others in the second list nothing that is mapped.
const SIZES: [&str; 7] =
    ["img_size", "patch_size", "embed_dim", "depth", "num_blocks", "num_heads", "mlp_ratio"];
const IGNORED: [&str; 8] = [
    "num_classes",
    "in_chans",
    "drop_rate",
    "pos_drop_rate",
    "patch_drop_rate",
    "proj_drop_rate",
    "attn_drop_rate",
    "drop_path_rate",
];

/// What the blocks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Vit,
    Mixer,
    ResMlp,
    Gmlp,
}

/// The sizes of an architecture.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    kind: Kind,
    width: usize,
    depth: usize,
    heads: usize,
    patch: usize,
    image: usize,
}

impl Sizes {
    /// Those of the function of this name, as `vit_base_patch16_224`; what is after a dot names weights.
    fn of(name: &str) -> Option<Self> {
        let name = name.split('.').next()?;
        let (rest, image) = name.rsplit_once('_')?;
        let image = image.parse().ok()?;
        let (family, rest) = rest.split_once('_')?;
        // Width, depth and heads.
        let (kind, patch, sizes): (Kind, usize, (usize, usize, usize)) = match family {
            "vit" => {
                let (size, patch) = rest.split_once("_patch")?;
                let sizes = match size {
                    "tiny" => (192, 12, 3),
                    "small" => (384, 12, 6),
                    "base" => (768, 12, 12),
                    "large" => (1024, 24, 16),
                    "huge" => (1280, 32, 16),
                    _ => return None,
                };
                (Kind::Vit, patch.parse().ok()?, sizes)
            }
            "resmlp" => match rest {
                "big_24" => (Kind::ResMlp, 8, (768, 24, 1)),
                "12" | "24" | "36" => (Kind::ResMlp, 16, (384, rest.parse().ok()?, 1)),
                _ => return None,
            },
            _ => {
                let (size, patch) =
                    rest.split_at_checked(rest.find(|c: char| c.is_ascii_digit())?)?;
                let (kind, sizes) = match (family, size) {
                    ("mixer", "s") => (Kind::Mixer, (512, 8, 1)),
                    ("mixer", "b") => (Kind::Mixer, (768, 12, 1)),
                    ("mixer", "l") => (Kind::Mixer, (1024, 24, 1)),
                    ("gmlp", "ti") => (Kind::Gmlp, (128, 30, 1)),
                    ("gmlp", "s") => (Kind::Gmlp, (256, 30, 1)),
                    ("gmlp", "b") => (Kind::Gmlp, (512, 30, 1)),
                    _ => return None,
                };
                (kind, patch.parse().ok()?, sizes)
            }
        };
        let (width, depth, heads) = sizes;
        let patch = Some(patch).filter(|patch| *patch > 0)?;
        Some(Self { kind, width, depth, heads, patch, image })
    }
}

/// The network of a configuration with `architecture`.
pub(super) fn draft(fields: &Fields, options: &ConfigOptions) -> Result<Draft, FileError> {
    let name = fields.text("architecture")?;
    let name =
        name.ok_or_else(|| FileError::of("architecture", format!("it is missing; {KNOWN}")))?;
    let shown: String = name.chars().take(60).collect();
    let mut sizes = Sizes::of(name)
        .ok_or_else(|| FileError::new("architecture", format_args!("{shown:?}"), KNOWN))?;
    let args = fields.inside("model_args")?;
    if let Some(other) = args.names().find(|name| !SIZES.contains(name) && !IGNORED.contains(name))
    {
        let shown: String = other.chars().filter(|c| !c.is_control()).take(60).collect();
        let allowed = format!("it is not mapped; allowed are {}", SIZES.join(", "));
        return Err(FileError::of(&format!("model_args.{shown}"), allowed));
    }
    let depth = if sizes.kind == Kind::Vit { "depth" } else { "num_blocks" };
    for (name, size) in [
        ("img_size", &mut sizes.image),
        ("patch_size", &mut sizes.patch),
        ("embed_dim", &mut sizes.width),
        (depth, &mut sizes.depth),
        ("num_heads", &mut sizes.heads),
    ] {
        *size = args.size(name).map_err(|e| e.within("model_args"))?.unwrap_or(*size);
    }
    if sizes.depth > MAX_LAYERS {
        let allowed = format!("allowed are 1..={MAX_LAYERS}");
        return Err(FileError::new(depth, sizes.depth, allowed).within("model_args"));
    }
    let ratio = args.ratio("mlp_ratio", 1e6).map_err(|e| e.within("model_args"))?;
    let grid = sizes.image / sizes.patch;
    let patches = grid.checked_mul(grid).filter(|n| (1..MAX_SIZE).contains(n));
    let patches = patches.ok_or_else(|| {
        let allowed =
            format!("an image of {0} x {0} has no patches of that size, or too many", sizes.image);
        FileError::new("patch_size", sizes.patch, allowed)
    })?;
    let own = patches + usize::from(sizes.kind == Kind::Vit);
    let tokens = options.tokens.unwrap_or(own);
    if tokens != own && (sizes.kind != Kind::Vit || !(2..=own).contains(&tokens)) {
        let allowed = match sizes.kind {
            Kind::Vit => format!("allowed are 2..={own}, the model's positions"),
            _ => format!("allowed is {own}, for which the model has weights"),
        };
        return Err(FileError::new("tokens", tokens, allowed));
    }
    // The part before the dot is one of the known names.
    let title = name.split('.').next().unwrap_or_default();
    let mut draft = Draft::new(title, (tokens, sizes.width), options.real);
    if draft.real && sizes.kind == Kind::Gmlp {
        let why = "in a real network it has a normalisation of one half of the channels, for which there is no layer";
        return Err(FileError::new("architecture", format_args!("{shown:?}"), why));
    }
    let prefix = options.prefix.clone().unwrap_or_default();
    let hidden = |own: f64| (sizes.width as f64 * ratio.unwrap_or(own)) as usize;
    let act = field_activation(&mut draft, "activation", "gelu")?;
    match sizes.kind {
        Kind::Vit => vit(&mut draft, sizes, hidden(4.0), act, &prefix),
        Kind::Mixer => mixer(&mut draft, sizes, [hidden(0.5), hidden(4.0)], act, &prefix),
        Kind::ResMlp => res_mlp(&mut draft, sizes, hidden(4.0), act, &prefix),
        Kind::Gmlp => gmlp(&mut draft, sizes, hidden(6.0), act, &prefix),
    }
    Ok(draft)
}

/// ViT (Dosovitskiy et al. 2021, arXiv 2010.11929), query, key and value in one.
fn vit(draft: &mut Draft, sizes: Sizes, hidden: usize, act: &str, prefix: &str) {
    draft.note_left_out("the softmax is dropped, with the factor 1/sqrt(head width) of the scores");
    draft.note_left_out("layer normalisation is dropped, with its weights");
    draft.note("the input is the class token and what the embedding of patches gives; the head is left out");
    draft.positions(format!("{prefix}pos_embed"));
    let softmax = draft.softmax();
    let attention = format!("type = \"attention\", heads = {}, bias = true{softmax}", sizes.heads);
    let keys = normed_blocks(draft, sizes, [&attention, &perceptron(hidden, act)], prefix);
    let block = format!("{prefix}blocks.{{i}}");
    let own = &keys[0];
    for name in ["query", "key", "value"] {
        for (end, part, keys) in [
            ("", "weight", "transpose = true, split = \"qkv\""),
            ("-bias", "bias", "split = \"qkv\""),
        ] {
            let source = tensor(format!("{block}.attn.qkv.{part}"), keys);
            draft.weight(format!("{own}.head*.{name}{end}"), source);
        }
    }
    draft.weight(format!("{own}.head*.out"), tensor(format!("{block}.attn.proj.weight"), ""));
    draft.weight(format!("{own}.bias"), tensor(format!("{block}.attn.proj.bias"), ""));
    linear_mlp(draft, &keys[1], &[format!("{block}.mlp.fc1"), format!("{block}.mlp.fc2")]);
}

/// What timm's ViT and MLP-Mixer have under the root.
const EPSILON: f64 = 1e-6;

/// Blocks that normalise before each part, and a normalisation after them: the keys of both parts.
fn normed_blocks(draft: &mut Draft, sizes: Sizes, parts: [&str; 2], prefix: &str) -> [String; 2] {
    let norm = Norm::Layer(EPSILON);
    let times = Times { times: sizes.depth, shared: false };
    let keys = draft.blocks(times, parts, Normed::Before(norm));
    draft.block_norms(&keys, [1, 2].map(|n| format!("{prefix}blocks.{{i}}.norm{n}")));
    draft.norm(keys.next, norm, &format!("{prefix}norm"));
    keys.parts
}

fn without_attention(draft: &mut Draft) {
    draft.note(
        "the input is what the embedding of patches gives; pooling and the head are left out",
    );
}

/// MLP-Mixer (Tolstikhin et al. 2021, arXiv 2105.01601).
fn mixer(draft: &mut Draft, sizes: Sizes, [tokens, hidden]: [usize; 2], act: &str, prefix: &str) {
    draft.note_left_out("layer normalisation is dropped, with its weights");
    without_attention(draft);
    let tokens =
        format!("type = \"token-mixing\", hidden = {tokens}, activation = {act}, bias = true");
    let keys = normed_blocks(draft, sizes, [&tokens, &perceptron(hidden, act)], prefix);
    let block = format!("{prefix}blocks.{{i}}");
    for number in [1, 2] {
        for (kind, part) in [("w", "weight"), ("b", "bias")] {
            let source = tensor(format!("{block}.mlp_tokens.fc{number}.{part}"), "");
            draft.weight(format!("{}.{kind}{number}", keys[0]), source);
        }
    }
    let modules = [1, 2].map(|number| format!("{block}.mlp_channels.fc{number}"));
    linear_mlp(draft, &keys[1], &modules);
}

/// ResMLP (Touvron et al. 2021, arXiv 2105.03404), whose affine layers are kept.
fn res_mlp(draft: &mut Draft, sizes: Sizes, hidden: usize, act: &str, prefix: &str) {
    without_attention(draft);
    let (scale, shift) = ("type = \"scaling\"", "type = \"position-embedding\"");
    let linear = "type = \"linear-token-mixing\", bias = true";
    draft.repeat(
        sizes.depth,
        &[
            residual(&[scale, shift, linear, scale]),
            residual(&[scale, shift, &perceptron(hidden, act), scale]),
        ],
    );
    draft.layer(scale);
    draft.layer(shift);
    let block = format!("{prefix}blocks.{{i}}");
    let once = "repeat = true";
    for (half, own) in ["{2i}", "{2i+1}"].into_iter().enumerate() {
        let norm = format!("{block}.norm{}", half + 1);
        draft.weight(format!("{own}.inner0.values"), tensor(format!("{norm}.alpha"), ""));
        draft.weight(format!("{own}.inner1.values"), tensor(format!("{norm}.beta"), once));
        draft.weight(format!("{own}.inner3.values"), tensor(format!("{block}.ls{}", half + 1), ""));
    }
    let own = "{2i}";
    draft.weight(
        format!("{own}.inner2.matrix"),
        tensor(format!("{block}.linear_tokens.weight"), ""),
    );
    draft.weight(format!("{own}.inner2.bias"), tensor(format!("{block}.linear_tokens.bias"), ""));
    let own = "{2i+1}";
    for (key, part, keys) in [
        ("w3", "fc1.weight", "transpose = true"),
        ("b3", "fc1.bias", ""),
        ("w4", "fc2.weight", "transpose = true"),
        ("b4", "fc2.bias", ""),
    ] {
        draft.weight(
            format!("{own}.inner2.{key}"),
            tensor(format!("{block}.mlp_channels.{part}"), keys),
        );
    }
    let last = 2 * sizes.depth;
    draft.weight(format!("{last}.values"), tensor(format!("{prefix}norm.alpha"), ""));
    draft.weight(format!("{}.values", last + 1), tensor(format!("{prefix}norm.beta"), once));
}

/// gMLP (Liu et al. 2021, arXiv 2105.08050): the first half of the channels is gated by the second.
fn gmlp(draft: &mut Draft, sizes: Sizes, hidden: usize, act: &str, prefix: &str) {
    draft.note("layer normalisation is dropped, with its weights, also that of the gate");
    draft.note("the bias of the first linear map, fc1.bias, is dropped");
    without_attention(draft);
    let gating = format!(
        "type = \"spatial-gating\", hidden = {}, activation = {act}, bias = true",
        hidden / 2
    );
    draft.repeat(sizes.depth, &[residual(&[&gating, "type = \"position-embedding\""])]);
    let block = format!("{prefix}blocks.{{i}}.mlp_channels");
    for half in ["u1", "u2"] {
        let keys = "transpose = true, split = [\"u1\", \"u2\"]";
        draft.weight(format!("{{i}}.inner0.{half}"), tensor(format!("{block}.fc1.weight"), keys));
    }
    draft.weight("{i}.inner0.w", tensor(format!("{block}.gate.proj.weight"), ""));
    draft.weight("{i}.inner0.b", tensor(format!("{block}.gate.proj.bias"), ""));
    draft.weight("{i}.inner0.v", tensor(format!("{block}.fc2.weight"), "transpose = true"));
    draft.weight("{i}.inner1.values", tensor(format!("{block}.fc2.bias"), "repeat = true"));
}
