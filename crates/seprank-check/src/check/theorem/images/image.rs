//! The images that a value is a function of.

use super::Size;
use crate::certificate::{Expression, Gather};

/// More images than this are taken for all of X.
const MAX_IMAGES: usize = 16;

/// At most so many independent linear forms.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The entries of `M X P` or of its transpose, M of rank at most `rows`, P at most `cols`.
    Sandwich { rows: u64, cols: u64, transposed: bool },
    /// Any linear forms, so many.
    Entries(u64),
}

impl Kind {
    /// The forms in the entries of X on a side of so many positions.
    pub(super) fn forms(self, positions: u64, width: u64) -> u64 {
        match self {
            Self::Sandwich { rows, cols, .. } => rows.min(positions) * cols.min(width),
            Self::Entries(count) => count.min(positions * width),
        }
    }

    pub(super) fn transposed(self) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed } => {
                Self::Sandwich { rows, cols, transposed: !transposed }
            }
            entries => entries,
        }
    }

    /// `C (M X P)`, where the product has the given size.
    pub(super) fn times_from_left(self, size: Size) -> Self {
        match self {
            Self::Sandwich { rows, cols, transposed: false } => {
                Self::Sandwich { rows: rows.min(size.0), cols, transposed: false }
            }
            // C (M X P)^T = (M X (P C^T))^T
            Self::Sandwich { rows, cols, transposed: true } => {
                Self::Sandwich { rows, cols: cols.min(size.0), transposed: true }
            }
            Self::Entries(count) => Self::Entries(count.min(size.0 * size.1)),
        }
    }

    /// `(M X P) C`, the transpose of `C^T (M X P)^T`.
    pub(super) fn times_from_right(self, (rows, cols): Size) -> Self {
        self.transposed().times_from_left((cols, rows)).transposed()
    }

    /// So many linear combinations of the forms.
    pub(super) fn mixed(self, size: Size) -> Self {
        let count = match self {
            Self::Sandwich { rows, cols, .. } => rows * cols,
            Self::Entries(count) => count,
        };
        Self::Entries(count.min(size.0 * size.1))
    }
}

/// How an image of the layer's input is made from it. Two images that are made in the same way from
/// the same one are the same.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Left(&'a Expression),
    Right(&'a Expression),
    Entrywise(&'a Expression),
    Transposed,
    Repeated(Size),
    Gathered(&'a Gather),
}

impl PartialEq for Step<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Expression, b: &Expression| std::ptr::eq(a, b) || a == b;
        match (self, other) {
            (Self::Left(a), Self::Left(b)) => same(a, b),
            (Self::Right(a), Self::Right(b)) => same(a, b),
            (Self::Entrywise(a), Self::Entrywise(b)) => same(a, b),
            (Self::Transposed, Self::Transposed) => true,
            (Self::Repeated(a), Self::Repeated(b)) => a == b,
            (Self::Gathered(a), Self::Gathered(b)) => {
                (a.rows, a.cols) == (b.rows, b.cols) && a.source == b.source
            }
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq)]
pub(super) struct Image<'a> {
    /// Which of the images in the state that reaches the layer.
    pub(super) from: usize,
    pub(super) steps: Vec<Step<'a>>,
    pub(super) kind: Kind,
}

/// The images that a value is a function of.
#[derive(Clone)]
pub(super) enum Images<'a> {
    Few(Vec<Image<'a>>),
    /// All of X.
    All,
}

impl<'a> Images<'a> {
    pub(super) fn each(self, step: Step<'a>, change: impl Fn(Kind) -> Kind) -> Self {
        match self {
            Self::All => Self::All,
            Self::Few(mut list) => {
                for image in &mut list {
                    image.steps.push(step);
                    image.kind = change(image.kind);
                }
                Self::Few(list)
            }
        }
    }

    /// Both. An image that is made from another one stays, as a later factor may spare it.
    pub(super) fn and(self, other: Self) -> Self {
        let (Self::Few(mut list), Self::Few(more)) = (self, other) else { return Self::All };
        for image in more {
            if !list.contains(&image) {
                list.push(image);
            }
        }
        if list.len() > MAX_IMAGES { Self::All } else { Self::Few(list) }
    }
}
