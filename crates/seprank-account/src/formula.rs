//! Formulas in MathML, which browsers show without any script or font.

use crate::markup::escape;
use seprank_check::certificate::{
    Architecture, Attention, Field, MatrixClaim, Mixer, RankClaim, Relation, Scope, Value,
};

/// `max sep(Y[i,p]) = value`, the maximum being over all weights.
pub(crate) fn of_rank(claim: &RankClaim) -> String {
    let output = &claim.problem.output;
    let entry = format!("{}{}{}", mn(output.token), mo(","), mn(output.channel));
    let over_weights = match claim.scope {
        Scope::Generic => "<munder><mi>max</mi><mi>θ</mi></munder><mspace width=\"0.2em\"/>",
        Scope::Fixed => "",
    };
    let sides = format!("{}{}{}", mi("A"), mo(","), mi("B"));
    let value = match &claim.value {
        Value::Exact(_) => mn(&claim.value),
        // Ten to a power that lies between two ends.
        Value::Log10(_) => format!("<mtext>{}</mtext>", escape(&claim.value.to_string())),
    };
    block(&format!(
        "{over_weights}{}{}{}{}{}{value}",
        sub(&mi("sep"), &sides),
        mo("("),
        sub(&mi("Y"), &entry),
        mo(")"),
        relation(claim.relation)
    ))
}

/// `rank(M) = value`.
pub(crate) fn of_matrix(claim: &MatrixClaim) -> String {
    let field = match &claim.over {
        Field::Rational => mi("ℚ"),
        Field::Modulo(p) => sub(&mi("𝔽"), &mn(p)),
    };
    let value = escape(&Value::Exact(claim.value.clone()).to_string());
    let rank = sub(&mi("rank"), &field);
    block(&format!(
        "{rank}{}{}{}{}<mn>{value}</mn>",
        mo("("),
        mi("M"),
        mo(")"),
        relation(claim.relation)
    ))
}

/// What a layer does to its state Y; layers that a certificate writes out have no formula here.
pub(crate) fn of_layer(architecture: &Architecture) -> Option<String> {
    match architecture {
        Architecture::Attention(attention) => Some(of_attention(attention)),
        Architecture::Mixer(mixer) => Some(of_mixer(mixer)),
        Architecture::Layers(_) => None,
    }
}

fn of_attention(attention: &Attention) -> String {
    let transposed = format!("<msup>{}{}</msup>", mi("Y"), mo("⊤"));
    let from = format!("{}{}{}", mi("h"), mo("="), mn(1));
    let sum =
        format!("<munderover>{}<mrow>{from}</mrow>{}</munderover>", mo("∑"), mn(attention.heads));
    let scores = format!("{}{}{transposed}", mi("Y"), sub(&mi("W"), &mi("h")));
    let bracketed = format!("{}{scores}{}", mo("("), mo(")"));
    block(&format!("{}{}{sum}{bracketed}{}{}", mi("Y"), mo("←"), mi("Y"), sub(&mi("V"), &mi("h"))))
}

fn of_mixer(mixer: &Mixer) -> String {
    let weight = |number: u8| sub(&mi("W"), &mn(number));
    let bias = |number: u8| {
        if mixer.bias {
            format!("{}{}", mo("+"), sub(&mi("b"), &mn(number)))
        } else {
            String::new()
        }
    };
    let kept = |state: &str| {
        if mixer.residual { format!("{}{}", mo("+"), mi(state)) } else { String::new() }
    };
    let powered = |inner: &str, degree: u64| {
        let bracketed = format!("{}{inner}{}", mo("("), mo(")"));
        if degree == 1 {
            return bracketed;
        }
        format!("<msup><mrow>{bracketed}</mrow><mrow>{}{}</mrow></msup>", mo("∘"), mn(degree))
    };
    let hidden = powered(&format!("{}{}{}", weight(1), mi("Y"), bias(1)), mixer.token_degree);
    let first = format!("{}{}{}{hidden}{}{}", mi("U"), mo("="), weight(2), bias(2), kept("Y"));
    let hidden = powered(&format!("{}{}{}", mi("U"), weight(3), bias(3)), mixer.channel_degree);
    let second = format!("{}{}{hidden}{}{}{}", mi("Y"), mo("←"), weight(4), bias(4), kept("U"));
    block(&format!("{first}{}<mspace width=\"1em\"/>{second}", mo(",")))
}

fn relation(relation: Relation) -> String {
    mo(match relation {
        Relation::AtLeast => "≥",
        Relation::AtMost => "≤",
        Relation::Equal => "=",
    })
}

fn block(content: &str) -> String {
    format!("<math display=\"block\"><mrow>{content}</mrow></math>")
}

fn sub(base: &str, below: &str) -> String {
    format!("<msub>{base}<mrow>{below}</mrow></msub>")
}

fn mi(name: &str) -> String {
    format!("<mi>{name}</mi>")
}

fn mo(operator: &str) -> String {
    format!("<mo>{operator}</mo>")
}

fn mn(number: impl std::fmt::Display) -> String {
    format!("<mn>{number}</mn>")
}
