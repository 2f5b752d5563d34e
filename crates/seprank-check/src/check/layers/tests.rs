//! Sizes, places and limits of networks by their layers.

use super::*;
use crate::certificate::{Expression, PolynomialIn};
use num_rational::BigRational;
use num_traits::Zero;

fn read(parameters: &[(u64, u64)], expression: Expression) -> Result<(u64, u64), Misfit> {
    let parameter = |&(rows, cols): &(u64, u64)| Parameter { rows, cols, value: None };
    let parameters = parameters.iter().map(parameter).collect();
    let layers = file::Layers { width: 3, layers: vec![file::Layer { parameters, expression }] };
    Layers::new(&layers, (5, 3)).map(|l| (l.cells, l.operations))
}

/// What the limits count: the weights, and the entries that are held at once.
#[test]
fn weights_and_states_are_counted() {
    use Expression::{Input, Parameter as P};
    assert_eq!(read(&[], Input).ok(), Some((15 + 15, 0)));
    assert_eq!(read(&[(7, 11)], Input).ok(), Some((77 + 15 + 15, 0)));
    assert_eq!(read(&[(7, 11), (2, 3)], Input).ok(), Some((77 + 6 + 15 + 15, 0)));
    // A product holds both factors and what they make, and multiplies 3 times for each entry.
    let product = Expression::Product(Box::new((Input, P(0))));
    assert_eq!(read(&[(3, 4)], product).ok(), Some((12 + 15 + (15 + 12 + 20), 20 * 3)));
    // A left factor waits for the right one to be made, and what is made of less needs no more.
    let product = |a, b| Expression::Product(Box::new((a, b)));
    let nested = product(P(0), product(Input, P(1)));
    let counted = Some((5 + 120 + 15 + (5 + 15 + 120 + 200), 200 * 3 + 40 * 5));
    assert_eq!(read(&[(1, 5), (3, 40)], nested.clone()).ok(), counted);
    let turned = Expression::Transpose(nested.into());
    assert_eq!(read(&[(1, 5), (3, 40)], turned).ok().map(|c| c.0), counted.map(|c| c.0));
}

#[test]
fn places_are_written_as_paths() {
    use Expression::{Input, Parameter as P, Product, Transpose};
    let place = |e| read(&[(3, 3)], e).unwrap_err().place;
    let product = |a, b| Product(Box::new((a, b)));
    assert_eq!(place(P(1)), "layers[0].expression.parameter");
    let inner = product(Input, Transpose(P(1).into()));
    assert_eq!(place(inner), "layers[0].expression.product[1].transpose.parameter");
    let sizes = product(Input, product(P(0), Input));
    assert_eq!(place(sizes), "layers[0].expression.product[1].product");
}

/// A polynomial has at least the coefficients 0 and 1, and at most those of degree 64.
#[test]
fn degrees_are_limited() {
    for rows in [1, 2, 3, 64, 65, 66, 1000] {
        let value = Some(vec![vec![file::Text(BigRational::zero())]; rows]);
        let parameters = vec![Parameter { rows: rows as u64, cols: 1, value }];
        let of = Expression::Input;
        let expression = Expression::Polynomial(PolynomialIn { of, coefficients: 0 }.into());
        let layers =
            file::Layers { width: 3, layers: vec![file::Layer { parameters, expression }] };
        assert_eq!(Layers::new(&layers, (5, 3)).is_ok(), (2..=65).contains(&rows), "{rows}");
    }
}
