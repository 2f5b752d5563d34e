//! Rotary positions (RoFormer, Su et al. 2021, arXiv 2104.09864), with exact angles or given rotations.

use super::Parameters;
use crate::arith::Rational;
use crate::network::expression::Expression;
use crate::network::{FileError, Number, Site};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use serde::Deserialize;

/// How row i of a matrix is turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotary {
    /// In every plane of two columns by i times the angle whose cosine is a/c and whose sine is b/c, where `a^2 +
    /// b^2 = c^2` (a Pythagorean triple; the angle of the first plane of RoFormer is 1, that of (28, 45, 53) is
    /// 1.01).
    Angles {
        /// (a, b, c) of each plane.
        angles: Vec<[i64; 3]>,
        /// Which columns are the planes.
        planes: Planes,
    },
    /// By the orthogonal matrix R_i: the row z becomes `z R_i`.
    Given(Vec<DMatrix<Rational>>),
}

/// Which two columns are plane k.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Planes {
    /// 2k and 2k+1, as in RoFormer.
    #[default]
    Neighbours,
    /// k and k + half the columns, as in LLaMA of Hugging Face.
    Halves,
}

impl Planes {
    /// The plane of a column, and whether it is the second one there.
    fn place(self, column: usize, columns: usize) -> (usize, bool) {
        match self {
            Self::Neighbours => (column / 2, column % 2 == 1),
            Self::Halves => (column % (columns / 2), column >= columns / 2),
        }
    }
}

/// No number of an angle is larger.
const MAX_NUMBER: i64 = 1_000_000_000_000_000;

/// Given rotations have at most so many products of entries, N times the cube of the head width, in the check that
/// they are orthogonal.
const MAX_PRODUCTS: usize = 1 << 22;

/// Keys of attention in a network file.
pub(super) struct RotaryKeys {
    pub(super) rotary: Option<Vec<[i64; 3]>>,
    pub(super) planes: Option<Planes>,
    pub(super) rotations: Option<Vec<Vec<Vec<Number>>>>,
}

impl RotaryKeys {
    /// The rotation of rows of `columns` numbers, if there is one.
    ///
    /// # Errors
    /// If there are not as many triples as planes, or one is no Pythagorean triple; not as many matrices as tokens,
    /// or one is not orthogonal; or keys do not go together.
    pub(super) fn rotary(self, columns: usize, site: &Site) -> Result<Option<Rotary>, FileError> {
        match self {
            Self { rotary: Some(_), rotations: Some(_), .. } => {
                Err(FileError::whole("give rotary or rotations, not both"))
            }
            Self { rotary: Some(angles), planes, .. } => {
                Rotary::angles(angles, planes.unwrap_or_default(), columns, site).map(Some)
            }
            Self { planes: Some(_), .. } => {
                Err(FileError::of("rotary-planes", "it needs rotary beside it"))
            }
            Self { rotations, .. } => {
                rotations.map(|list| Rotary::given(list, columns, site)).transpose()
            }
        }
    }
}

impl Rotary {
    fn angles(
        angles: Vec<[i64; 3]>,
        planes: Planes,
        columns: usize,
        site: &Site,
    ) -> Result<Self, FileError> {
        if !columns.is_multiple_of(2) || angles.len() != columns / 2 {
            let allowed = format!(
                "two columns of a head are turned by one; the head width {columns} must be even, with half as \
                 many triples"
            );
            return Err(FileError::new(
                "rotary",
                format_args!("({} triples)", angles.len()),
                allowed,
            ));
        }
        for angle in &angles {
            let [a, b, c] = angle.map(i128::from);
            let small = angle.iter().all(|x| (-MAX_NUMBER..=MAX_NUMBER).contains(x));
            if !small || c == 0 || a * a + b * b != c * c {
                let allowed =
                    format!("a^2 + b^2 = c^2 is asked of (a, b, c), of at most {MAX_NUMBER}");
                return Err(FileError::new("rotary", format_args!("{angle:?}"), allowed));
            }
        }
        // The numbers grow with the token.
        site.charge("the rotations", &[site.tokens, site.tokens, columns])?;
        site.charge("the rotations", &[columns, columns])?;
        Ok(Self::Angles { angles, planes })
    }

    fn given(list: Vec<Vec<Vec<Number>>>, columns: usize, site: &Site) -> Result<Self, FileError> {
        if list.len() != site.tokens {
            let allowed = format!("one for each of the {} tokens is needed", site.tokens);
            let given = format_args!("({} matrices)", list.len());
            return Err(FileError::new("rotations", given, allowed));
        }
        let products = [columns; 3].iter().fold(site.tokens, |n, d| n.saturating_mul(*d));
        if products > MAX_PRODUCTS {
            let allowed = format!(
                "tokens times the cube of the head width {columns} must be at most {MAX_PRODUCTS}"
            );
            let given = format_args!("({} matrices)", list.len());
            return Err(FileError::new("rotations", given, allowed));
        }
        let rotation = |(i, rows)| {
            let key = format!("rotations[{i}]");
            let matrix = site.matrix(&key, Some(rows), (columns, columns))?;
            let matrix = matrix.expect("there are rows");
            match off_orthogonal(&matrix) {
                None => Ok(matrix),
                Some((a, b)) => {
                    let wrong = format!(
                        "it is not orthogonal: the product of columns {a} and {b} is not {}",
                        u8::from(a == b)
                    );
                    Err(FileError::of(&key, wrong))
                }
            }
        };
        list.into_iter().enumerate().map(rotation).collect::<Result<_, _>>().map(Self::Given)
    }

    /// The rotation of a matrix of `tokens` rows; its matrices are named as parameters.
    pub(super) fn rotation(
        &self,
        tokens: usize,
        parameters: &mut Parameters,
    ) -> impl Fn(Expression) -> Expression + use<> {
        let terms = match self {
            Self::Angles { angles, planes } => turned_planes(angles, *planes, tokens, parameters),
            Self::Given(list) => turned_rows(list, parameters),
        };
        move |z| {
            let term = |(from, factors): &(Columns, Expression)| {
                from.of(z.clone()).hadamard(factors.clone())
            };
            Expression::Sum(terms.iter().map(term).collect())
        }
    }

    /// How many tokens it is for, if not for any number.
    pub(super) fn tokens(&self) -> Option<usize> {
        match self {
            Self::Angles { .. } => None,
            Self::Given(list) => Some(list.len()),
        }
    }
}

/// Two columns whose product is not 1 where they are one, or not 0 else; `None` if `R^T R = I`.
fn off_orthogonal(matrix: &DMatrix<Rational>) -> Option<(usize, usize)> {
    let columns = matrix.ncols();
    let pairs = (0..columns).flat_map(|a| (0..=a).map(move |b| (a, b)));
    let wanted = |a, b| if a == b { Rational::one() } else { Rational::zero() };
    pairs.into_iter().find(|&(a, b)| matrix.column(a).dot(&matrix.column(b)) != wanted(a, b))
}

/// Columns that are made of those of a matrix.
enum Columns {
    Own,
    /// By a matrix from the right.
    Times(Expression),
    /// Column c is what was column c + s, counted on from the first one: the entries by rows.
    Moved {
        rows: usize,
        cols: usize,
        source: Vec<usize>,
    },
}

impl Columns {
    fn of(&self, z: Expression) -> Expression {
        match self {
            Self::Own => z,
            Self::Times(matrix) => z.times(matrix.clone()),
            Self::Moved { rows, cols, source } => {
                let (rows, cols, source) = (*rows, *cols, source.clone());
                Expression::Gather { of: z.into(), rows, cols, source }
            }
        }
    }
}

/// Cosines times the columns, and sines times those turned by a right angle.
fn turned_planes(
    angles: &[[i64; 3]],
    planes: Planes,
    tokens: usize,
    parameters: &mut Parameters,
) -> Vec<(Columns, Expression)> {
    let columns = 2 * angles.len();
    let place = |column| planes.place(column, columns);
    let powers: Vec<Vec<(Rational, Rational)>> =
        angles.iter().map(|angle| multiples(*angle, tokens)).collect();
    let factor = |i: usize, column| powers[place(column).0][i].clone();
    let cosines = DMatrix::from_fn(tokens, columns, |i, column| factor(i, column).0);
    let sines = DMatrix::from_fn(tokens, columns, |i, column| factor(i, column).1);
    // (z_0, z_1) becomes (-z_1, z_0).
    let turn = DMatrix::from_fn(columns, columns, |row, col| match (place(row), place(col)) {
        ((k, true), (l, false)) if k == l => Rational::from(-1),
        ((k, false), (l, true)) if k == l => Rational::one(),
        _ => Rational::zero(),
    });
    let [cosines, sines, turn] =
        [("rotary-cosines", cosines), ("rotary-sines", sines), ("rotary-turn", turn)]
            .map(|(name, matrix)| parameters.fixed(name, matrix));
    vec![(Columns::Own, cosines), (Columns::Times(turn), sines)]
}

/// Cosine and sine of 0, 1, .. times an angle.
fn multiples([a, b, c]: [i64; 3], count: usize) -> Vec<(Rational, Rational)> {
    let (x, y) = (Rational::from((a, c)), Rational::from((b, c)));
    let next = |(cosine, sine): &(Rational, Rational)| {
        let turned = cosine.clone() * x.clone() - sine.clone() * y.clone();
        Some((turned, sine.clone() * x.clone() + cosine.clone() * y.clone()))
    };
    std::iter::successors(Some((Rational::one(), Rational::zero())), next).take(count).collect()
}

/// `(Z_i R_i)_c` is the sum of `Z_i,c+s (R_i)_c+s,c` over s, the columns counted on from the first one.
fn turned_rows(
    list: &[DMatrix<Rational>],
    parameters: &mut Parameters,
) -> Vec<(Columns, Expression)> {
    let (rows, cols) = (list.len(), list[0].ncols());
    let mut terms = Vec::new();
    for s in 0..cols {
        let moved = |column: usize| (column + s) % cols;
        let factors = DMatrix::from_fn(rows, cols, |i, c| list[i][(moved(c), c)].clone());
        if s == 0 || !factors.iter().all(Zero::is_zero) {
            let source = (0..rows * cols).map(|e| e / cols * cols + moved(e % cols)).collect();
            let from = if s == 0 { Columns::Own } else { Columns::Moved { rows, cols, source } };
            terms.push((from, parameters.fixed(&format!("rotation{s}"), factors)));
        }
    }
    terms
}
