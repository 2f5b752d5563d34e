//! Random network files of the grammar: small networks of all layers.

use proptest::prelude::*;

/// A layer of degree at most `degree` that leaves the size of the state as it is, in TOML.
fn plain(tokens: usize, width: usize) -> BoxedStrategy<(u64, String)> {
    let linear = prop_oneof![
        Just("type = \"linear-token-mixing\", bias = true".to_owned()),
        Just("type = \"position-embedding\"".to_owned()),
        Just("type = \"scaling\"".to_owned()),
        Just("type = \"scaling\", over = \"tokens\"".to_owned()),
        Just("type = \"fourier-mixing\", decimals = 2".to_owned()),
        Just(format!("type = \"shift\", grid = [{tokens}, 1]")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", of = \"tokens\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"permutation\", of = \"channels\", seed = {s}")),
        (0..9u64).prop_map(|s| format!("type = \"dropout\", rate = 0.25, seed = {s}")),
        Just(format!("type = \"permutation\", swap = \"rows\", grid = [1, {tokens}]")),
        (-2..3, -2..3).prop_map(move |(a, b)| format!("type = \"shift\", by = {:?}", &[a, b][..width])),
        (1..3usize).prop_map(|state| format!("type = \"state-space\", state = {state}")),
        (1..=tokens, 1..3, any::<bool>(), any::<bool>()).prop_map(|(kernel, dilation, causal, depthwise)| {
            format!(
                "type = \"convolution\", kernel = {kernel}, dilation = {dilation}, causal = {causal}, \
                 depthwise = {depthwise}"
            )
        }),
    ]
    .prop_map(|keys| (1, keys));
    let quadratic = (1..3usize, any::<bool>(), 0..9).prop_map(move |(hidden, bias, kind)| {
        let rest = format!("hidden = {hidden}, bias = {bias}");
        (
            2,
            match kind {
                0 => format!("type = \"token-mixing\", {rest}"),
                1 => format!("type = \"token-mixing\", activation = [1, -0.5, \"2/3\"], {rest}"),
                2 => format!("type = \"channel-mixing\", degree = 2, {rest}"),
                3 => format!("type = \"gated-mlp\", {rest}"),
                4 => format!("type = \"mixture-of-experts\", experts = {hidden}"),
                5 => format!("type = \"hyena\", order = 1, kernel = {hidden}"),
                6 => "type = \"graph\", edges = [[0, 1]]".into(),
                7 => format!(
                    "type = \"spatial-gating\", hidden = 2, heads = {hidden}, causal = {bias}"
                ),
                _ => format!("type = \"spatial-gating\", {rest}"),
            },
        )
    });
    prop_oneof![3 => linear, 3 => quadratic, 2 => cubic(tokens, width), 2 => formula(tokens, width)]
        .boxed()
}

/// A layer of degree 3, or of more where that fits.
fn cubic(tokens: usize, width: usize) -> impl Strategy<Value = (u64, String)> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let mask = prop_oneof![
        Just(String::new()),
        (1..3).prop_map(|w| format!(", mask = {{ window = {w} }}")),
        (1..3).prop_map(|s| format!(", mask = {{ dilation = {s}, decay = \"1/2\" }}")),
        (1..3, 0..2).prop_map(|(b, g)| format!(", mask = {{ block = {b}, global = {g} }}")),
        (0..tokens).prop_map(|q| format!(", mask = {{ queries = [{q}] }}")),
        Just(format!(", mask = {}", given_matrix(tokens))),
    ];
    prop_oneof![
        2 => (flags, mask.clone()).prop_map(move |((causal, shared, relative, bias), mask)| {
            let heads = width;
            (3, format!(
                "type = \"attention\", heads = {heads}, causal = {causal}, multi-query = {shared}, \
                 relative = {relative}, bias = {bias}{mask}"
            ))
        }),
        2 => (1..3usize, any::<bool>(), rotation(tokens), mask).prop_map(|(sets, biased, rotation, mask)| {
            (3, format!(
                "type = \"attention\", heads = 2, head-width = 2, kv-heads = {sets}, \
                 relative-bias = {biased}{rotation}{mask}"
            ))
        }),
        1 => (1..3usize, any::<bool>())
            .prop_map(|(hidden, tied)| (3, format!("type = \"hyper-mixing\", hidden = {hidden}, tied = {tied}"))),
        1 => (any::<bool>(), 1..3u64).prop_map(move |(causal, degree)| {
            let heads = width;
            (1 + 2 * degree, format!("type = \"linear-attention\", heads = {heads}, degree = {degree}, causal = {causal}"))
        }),
        1 => Just((2 + tokens as u64, "type = \"gated-linear-attention\", head-width = 1".into())),
        1 => Just((3 + tokens as u64, "type = \"selective-state-space\", state = 1".into())),
        1 => Just((5, "type = \"tensor-attention\", head-width = 1".into())),
    ]
}

/// Keys of attention with heads of two columns.
fn rotation(tokens: usize) -> impl Strategy<Value = String> {
    let one = prop_oneof![
        Just("[[1, 0], [0, 1]]"),
        Just("[[0, 1], [1, 0]]"),
        Just("[[\"3/5\", 0.8], [-0.8, 0.6]]"),
    ];
    prop_oneof![
        2 => Just(String::new()),
        1 => Just(", rotary = [[3, 4, 5]]".into()),
        1 => Just(", rotary = [[5, -12, 13]], rotary-planes = \"halves\"".into()),
        1 => proptest::collection::vec(one, tokens)
            .prop_map(|list| format!(", rotations = [{}]", list.join(", "))),
    ]
}

/// Rows of the numbers -1, 0, ...
fn given_matrix(tokens: usize) -> String {
    let rows: Vec<String> =
        (0..tokens).map(|i| format!("{:?}", vec![i as i64 - 1; tokens])).collect();
    format!("[{}]", rows.join(", "))
}

/// A formula with four matrices: its text is drawn part by part, each `tokens x width`.
fn formula(tokens: usize, width: usize) -> impl Strategy<Value = (u64, String)> {
    let leaf = prop_oneof![
        3 => Just((1, "X".to_owned())),
        1 => Just((0, "E".to_owned())),
        1 => Just((0, "row".to_owned())),
    ];
    let part = leaf.prop_recursive(3, 12, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|((a, f), (b, g))| (a.max(b), format!("({f} + 2/3 {g})"))),
            two.clone().prop_map(|((a, f), (b, g))| (a.max(b), format!("({f} - {g})"))),
            two.prop_map(|((a, f), (b, g))| (a + b, format!("{f} .* {g}"))),
            inner.clone().prop_map(|(a, f)| (a, format!("(({f} + E) W)"))),
            inner.clone().prop_map(|(a, f)| (a, format!("(T ({f} + E))"))),
            inner.clone().prop_map(|(a, f)| (2 * a, format!("({f}).^2"))),
            inner.clone().prop_map(|(a, f)| (2 * a, format!("polynomial({f}, 1, -0.5, 2/3)"))),
            inner.prop_map(|(a, f)| (2 * a + 1, format!("(({f} + E) (({f} + E)' X))"))),
        ]
    });
    // A list takes layers of degree 6 together.
    part.prop_filter("degree", |(degree, _)| *degree <= 6).prop_map(move |(degree, text)| {
        let text = format!("X + E + row + X W + T X + {text}");
        (degree.max(1), format!(
            "type = \"expression\", expression = \"{text}\", given = {{ T = {} }}, weights = {{ \
             E = [\"tokens\", \"width\"], W = [\"width\", {width}], row = [1, \"width\"] }}",
            given_matrix(tokens)
        ))
    })
}

/// At most three layers, of degree at most `limit` together, some of which share their weights.
fn list(tokens: usize, width: usize, limit: u64) -> impl Strategy<Value = Vec<String>> {
    let wrapped = (plain(tokens, width), 0..8).prop_map(|((degree, keys), wrap)| {
        // The name is one for each place in the list.
        let shared = format!("{{ {keys}, share = \"set-#\" }}");
        match wrap {
            0 => (degree, format!("type = \"residual\", layers = [{{ {keys} }}]")),
            1 => (
                degree,
                format!(
                    "type = \"parallel\", branches = [[{{ {keys} }}, {{ type = \"scaling\" }}], []]"
                ),
            ),
            2 => (degree, format!("type = \"repeat\", times = 1, layers = [{{ {keys} }}]")),
            3 => (
                degree,
                format!(
                    "type = \"parallel\", branches = [[{shared}], [{shared}, {{ type = \"scaling\" }}]]"
                ),
            ),
            4 => (
                degree * degree,
                format!(
                    "type = \"repeat\", times = 2, layers = [{{ type = \"scaling\" }}, {shared}]"
                ),
            ),
            5 => (
                degree * degree,
                format!("type = \"residual\", layers = [{shared}, {shared}]"),
            ),
            _ => (degree, keys),
        }
    });
    proptest::collection::vec(wrapped, 1..=3).prop_map(move |layers| {
        let mut product = 1;
        let fits = layers.into_iter().enumerate().take_while(|(_, (degree, _))| {
            product *= degree;
            product <= limit
        });
        fits.map(|(i, (_, keys))| keys.replace('#', &i.to_string())).collect()
    })
}

/// How a network begins or ends that has other numbers of tokens or channels between.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Bare,
    ClassToken,
    Pooling,
    ProductPooling,
    LinearHead,
}

/// The text of a network file of at most three layers within a frame.
pub(crate) fn network_text() -> impl Strategy<Value = String> {
    use Frame::{Bare, ClassToken, LinearHead, Pooling, ProductPooling};
    let frame = prop_oneof![
        Just(Bare),
        Just(ClassToken),
        Just(Pooling),
        Just(ProductPooling),
        Just(LinearHead),
    ];
    (2..4usize, 1..3usize, frame).prop_flat_map(|(tokens, width, frame)| {
        // With a class token there are three tokens at most, too.
        let (outer, limit) = match frame {
            ClassToken => (2, 6),
            ProductPooling => (tokens, 6 / tokens as u64),
            _ => (tokens, 6),
        };
        let inner = outer + usize::from(matches!(frame, ClassToken));
        (list(inner, width, limit), 0..inner).prop_map(move |(mut layers, token)| {
            let mut output = [token, width - 1];
            match frame {
                Bare => {}
                ClassToken => layers.insert(0, "type = \"class-token\"".into()),
                Pooling => {
                    layers.push("type = \"pooling\"".into());
                    output[0] = 0;
                }
                ProductPooling => {
                    layers.push(format!("type = \"product-pooling\", window = {inner}"));
                    output[0] = 0;
                }
                LinearHead => {
                    layers.push("type = \"linear-head\", outputs = 3, bias = true".into());
                    output[1] = 2;
                }
            }
            if layers.is_empty() {
                layers.push("type = \"scaling\"".into());
            }
            let layers = layers.iter().map(|keys| format!("  {{ {keys} }},\n")).collect::<String>();
            format!(
                "tokens = {outer}\nwidth = {width}\nleft = [{}]\noutput = {output:?}\nlayer = [\n{layers}]\n",
                outer - 1
            )
        })
    })
}
