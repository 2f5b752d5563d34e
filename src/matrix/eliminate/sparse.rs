//! Elimination of sparse rows modulo a prime, as long as it is cheaper than that of a dense matrix.
//!
//! The pivot is the entry with the least product of the others in its row and in its column, by which few zeros are
//! filled (H. M. Markowitz, Management Science 3, 1957), of some of the shortest rows and of the columns with the fewest
//! entries; a row with a single entry comes first. It stops when a step costs more than a step on a dense matrix of what is left.
//! Not attempted: several pivots at once, other orders to compare, any use of blocks or of a known shape.
//! Pivots that need no elimination before them (J.-C. Faugère, S. Lachartre, PASCO 2010; C. Bouillaguet,
//! C. Delaplace, M.-E. Voge, PASCO 2017) are fewer where entries are anywhere; see docs/performance.md.

use super::WORD_LIMIT;
use crate::arith::Prime;
use crate::matrix::Matrix;
use crate::tensor::{MemoryLimit, TooLarge};

/// Entries of a row: columns, increasing, and residues that are not zero.
pub(super) type Entries = Vec<(u32, u64)>;

/// An eliminated row.
#[derive(Clone, Debug)]
pub(super) struct Pivot {
    pub(super) row: u32,
    pub(super) col: u32,
    /// Of the entry in that column.
    pub(super) inverse: u64,
    /// The other entries.
    pub(super) entries: Entries,
}

/// `row += factor * pivot`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) row: u32,
    pub(super) pivot: u32,
    pub(super) factor: u64,
}

/// What was done, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    pub(super) pivots: Vec<Pivot>,
    pub(super) steps: Vec<Step>,
}

/// A step on an entry of a sparse row takes as long as about this many entries of a dense matrix, where the dense
/// elimination is in floating point: 200 to 700 on two threads, by the machine; see docs/performance.md.
const SLOWER: u64 = 300;

/// The same, where the prime asks for the elimination in words.
const SLOWER_WIDE: u64 = 60;

/// Rows and columns with more entries are no candidates.
const MOST: usize = 512;

/// How many rows, and how many columns, of the fewest entries are compared.
const COMPARED: usize = 6;

/// Bytes of an entry of a row, with its place in the list of its column.
const ENTRY_BYTES: u64 = 24;

struct Active<'a> {
    prime: Prime,
    rows: Vec<Entries>,
    /// For each column the rows that may have an entry there.
    places: Vec<Vec<u32>>,
    /// For each column the number of entries; 0 when it is eliminated.
    counts: Vec<u32>,
    /// Columns that had so many entries at some time.
    by_count: Vec<Vec<u32>>,
    /// Rows that had.
    by_length: Vec<Vec<u32>>,
    live_rows: u64,
    live_cols: u64,
    entries: u64,
    done: &'a mut Done,
}

/// Eliminates as far as it pays. Returns the rows that are left, without those that are zero.
///
/// # Errors
/// More entries than the limit has room for.
pub(super) fn eliminate(
    matrix: &Matrix,
    values: &[u64],
    prime: Prime,
    limit: MemoryLimit,
) -> Result<(Done, Vec<(u32, Entries)>), TooLarge> {
    let mut done = Done::default();
    let mut active = Active::new(matrix, values, prime, &mut done);
    let slower = if prime.get() < WORD_LIMIT { SLOWER } else { SLOWER_WIDE };
    let mut kept = 0u64;
    while let Some((row, col)) = active.choose() {
        let work = active.work(row, col);
        let dense = active.live_rows.saturating_mul(active.live_cols);
        if work.saturating_mul(slower) > dense && dense.saturating_mul(8) <= limit.0 / 2 {
            break;
        }
        kept += active.rows[row as usize].len() as u64;
        active.pivot(row, col);
        let held = (active.entries + kept) * ENTRY_BYTES + 16 * active.done.steps.len() as u64;
        limit.check("the sparse elimination", Some(held), &["memory"])?;
    }
    let rest = active.rows.into_iter().enumerate().filter(|(_, entries)| !entries.is_empty());
    let rest = rest.map(|(row, entries)| (row as u32, entries)).collect();
    Ok((done, rest))
}

impl<'a> Active<'a> {
    fn new(matrix: &Matrix, values: &[u64], prime: Prime, done: &'a mut Done) -> Self {
        let mut values = values.iter();
        let mut places = vec![Vec::new(); matrix.cols()];
        let mut rows = Vec::with_capacity(matrix.rows());
        for i in 0..matrix.rows() {
            let entries = matrix.columns(i).iter().zip(&mut values);
            let entries: Entries =
                entries.filter(|(_, x)| **x != 0).map(|(j, x)| (*j, *x)).collect();
            entries.iter().for_each(|(j, _)| places[*j as usize].push(i as u32));
            rows.push(entries);
        }
        let counts: Vec<u32> = places.iter().map(|list| list.len() as u32).collect();
        let mut by_count = vec![Vec::new(); MOST + 1];
        for (col, count) in counts.iter().enumerate() {
            if let Some(list) = by_count.get_mut(*count as usize) {
                list.push(col as u32);
            }
        }
        let mut by_length = vec![Vec::new(); MOST + 1];
        for (row, entries) in rows.iter().enumerate() {
            if let Some(list) = by_length.get_mut(entries.len()) {
                list.push(row as u32);
            }
        }
        let live_rows = rows.iter().filter(|row| !row.is_empty()).count() as u64;
        let live_cols = counts.iter().filter(|count| **count > 0).count() as u64;
        let entries = rows.iter().map(|row| row.len() as u64).sum();
        Self {
            prime,
            rows,
            places,
            counts,
            by_count,
            by_length,
            live_rows,
            live_cols,
            entries,
            done,
        }
    }

    /// The entry with the least product of the others in its row and in its column, which is the most that is filled,
    /// of each of the shortest rows and of the columns with the fewest entries.
    fn choose(&mut self) -> Option<(u32, u32)> {
        let mut best: Option<(u64, u32, u32)> = None;
        let mut compare = |length: usize, count: usize, row, col| {
            let fill = (length as u64 - 1) * (count as u64 - 1);
            if best.is_none_or(|(least, ..)| fill < least) {
                best = Some((fill, row, col));
            }
        };
        for row in fewest(&mut self.by_length, |row| self.rows[row as usize].len()) {
            let entries = &self.rows[row as usize];
            let count = |entry: &&(u32, u64)| self.counts[entry.0 as usize];
            let Some((col, _)) = entries.iter().min_by_key(count) else { continue };
            if entries.len() == 1 {
                return Some((row, *col));
            }
            compare(entries.len(), self.counts[*col as usize] as usize, row, *col);
        }
        for col in fewest(&mut self.by_count, |col| self.counts[col as usize] as usize) {
            tidy(&mut self.places[col as usize], &self.rows, col);
            let list = &self.places[col as usize];
            let length = |row: &&u32| self.rows[**row as usize].len();
            let Some(row) = list.iter().min_by_key(length) else { continue };
            compare(self.rows[*row as usize].len(), list.len(), *row, col);
        }
        best.map(|(_, row, col)| (row, col))
    }

    /// Entries that the step with a pivot goes through, at most.
    fn work(&mut self, row: u32, col: u32) -> u64 {
        tidy(&mut self.places[col as usize], &self.rows, col);
        let list = &self.places[col as usize];
        let length = |row: &u32| self.rows[*row as usize].len() as u64;
        let own = length(&row);
        let others = list.len() as u64 - 1;
        let all: u64 = list.iter().map(length).sum();
        (all - own + others * own) * u64::from(own > 1)
    }

    /// Takes the row out, and its column out of the other rows.
    fn pivot(&mut self, row: u32, col: u32) {
        tidy(&mut self.places[col as usize], &self.rows, col);
        let mut entries = std::mem::take(&mut self.rows[row as usize]);
        self.entries -= entries.len() as u64;
        self.live_rows -= 1;
        let at = entries.binary_search_by_key(&col, |entry| entry.0);
        let value = at.map_or(0, |at| entries.remove(at).1);
        let inverse = self.prime.pow_mod(value, self.prime.get() - 2);
        for (other, _) in &entries {
            self.lower(*other);
        }
        let pivot = Pivot { row, col, inverse, entries };
        for target in std::mem::take(&mut self.places[col as usize]) {
            if target != row {
                self.combine(target, &pivot);
            }
        }
        self.counts[col as usize] = 0;
        self.live_cols -= 1;
        self.done.pivots.push(pivot);
    }

    /// Adds the multiple of the pivot row that clears the column.
    fn combine(&mut self, target: u32, pivot: &Pivot) {
        let old = std::mem::take(&mut self.rows[target as usize]);
        let at = old.binary_search_by_key(&pivot.col, |entry| entry.0);
        let value = at.map_or(0, |at| old[at].1);
        let factor = self.prime.get() - multiply(self.prime, value, pivot.inverse);
        self.done.steps.push(Step { row: target, pivot: pivot.row, factor });
        let mut new = Vec::with_capacity(old.len() + pivot.entries.len());
        let col = pivot.col;
        let mut pivot = pivot.entries.iter().peekable();
        let fill = |this: &mut Self, new: &mut Entries, &(j, x): &(u32, u64)| {
            new.push((j, multiply(this.prime, factor, x)));
            this.places[j as usize].push(target);
            this.raise(j);
        };
        for &(j, x) in old.iter().filter(|entry| entry.0 != col) {
            while let Some(entry) = pivot.next_if(|entry| entry.0 < j) {
                fill(self, &mut new, entry);
            }
            let Some((_, y)) = pivot.next_if(|entry| entry.0 == j) else {
                new.push((j, x));
                continue;
            };
            let sum = x + multiply(self.prime, factor, *y); // below 2^64
            let sum = if sum >= self.prime.get() { sum - self.prime.get() } else { sum };
            if sum == 0 {
                self.lower(j);
            } else {
                new.push((j, sum));
            }
        }
        pivot.for_each(|entry| fill(self, &mut new, entry));
        self.entries = self.entries + new.len() as u64 - old.len() as u64;
        self.live_rows -= u64::from(new.is_empty());
        if let Some(list) = self.by_length.get_mut(new.len()) {
            list.push(target);
        }
        self.rows[target as usize] = new;
    }

    /// One entry more in a column.
    fn raise(&mut self, col: u32) {
        self.live_cols += u64::from(self.counts[col as usize] == 0);
        self.counts[col as usize] += 1;
        self.list(col);
    }

    /// One entry less in a column.
    fn lower(&mut self, col: u32) {
        self.counts[col as usize] -= 1;
        if self.counts[col as usize] == 0 {
            self.live_cols -= 1;
        } else {
            self.list(col);
        }
    }

    fn list(&mut self, col: u32) {
        if let Some(list) = self.by_count.get_mut(self.counts[col as usize] as usize) {
            list.push(col);
        }
    }
}

/// Some of the lines that have the fewest entries, from lists of those that had so many at some time.
fn fewest(lists: &mut [Vec<u32>], count: impl Fn(u32) -> usize) -> Vec<u32> {
    let mut found = Vec::with_capacity(COMPARED);
    for (entries, list) in lists.iter_mut().enumerate().skip(1) {
        let first = found.len();
        while found.len() < COMPARED
            && let Some(line) = list.pop()
        {
            if count(line) == entries && !found.contains(&line) {
                found.push(line);
            }
        }
        list.extend(&found[first..]);
        if found.len() == COMPARED {
            break;
        }
    }
    found
}

/// Makes the list of the rows with an entry in a column exact.
fn tidy(list: &mut Vec<u32>, rows: &[Entries], col: u32) {
    list.sort_unstable();
    list.dedup();
    let there = |row: &u32| rows[*row as usize].binary_search_by_key(&col, |entry| entry.0).is_ok();
    list.retain(there);
}

/// The product of two residues.
pub(super) fn multiply(prime: Prime, x: u64, y: u64) -> u64 {
    if prime.get() >> 32 == 0 { x * y % prime.get() } else { prime.mul_mod(x, y) }
}
