//! The instances of Conjecture 3.13, cheapest first.

use crate::network::Problem;
use crate::prove::{Forecast, Method, RankRequest, Rates, forecast_at};
use crate::tensor::MemoryLimit;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

/// Sizes of attention, with `own` tokens in A, the first of which is the output's, and `other` in B.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sizes {
    /// Layers L.
    pub depth: usize,
    /// Channels d.
    pub width: usize,
    /// Heads H.
    pub heads: usize,
    /// Tokens of A.
    pub own: usize,
    /// Tokens of B.
    pub other: usize,
}

/// An instance of the conjecture.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its sizes.
    pub sizes: Sizes,
    /// How its rank is asked for, with seed 0.
    pub request: RankRequest,
    /// Forecast multiply-adds.
    pub operations: f64,
    /// Forecast seconds.
    pub seconds: f64,
    /// Forecast bytes.
    pub bytes: u64,
}

/// The instances of the depths 2 to 5 that fit a memory limit, of each depth the cheapest first, and so that
/// as much is spent on each depth. The order is by forecast operations, not seconds, so it is the same in
/// every run.
pub struct Instances {
    memory: MemoryLimit,
    rates: Rates,
    depths: Vec<Queue>,
}

/// Those of one depth that may be next.
#[derive(Default)]
struct Queue {
    waiting: BinaryHeap<Reverse<Waiting>>,
    spent: f64,
}

struct Waiting(Instance);

impl Instances {
    /// All that fit `memory`.
    pub fn new(memory: MemoryLimit) -> Self {
        let depths = (2..=5).map(|_| Queue::default()).collect();
        let mut instances = Self { memory, rates: Rates::default(), depths };
        for (index, depth) in (2..=5).enumerate() {
            instances.add(index, Sizes { depth, width: 1, heads: 1, own: 1, other: 1 });
        }
        instances
    }

    /// Leaves out what is left of a depth.
    pub fn close(&mut self, depth: usize) {
        if let Some(queue) = depth.checked_sub(2).and_then(|index| self.depths.get_mut(index)) {
            queue.waiting.clear();
        }
    }

    /// Puts an instance among those that may be next, if it makes sense and fits.
    fn add(&mut self, index: usize, sizes: Sizes) {
        let Some(request) = sizes.request(self.memory) else { return };
        let Ok(forecast) = forecast_at(&request, &self.rates) else { return };
        let Forecast { operations, seconds, bytes, .. } = forecast;
        let instance = Instance { sizes, request, operations, seconds, bytes };
        self.depths[index].waiting.push(Reverse(Waiting(instance)));
    }
}

impl Queue {
    /// What is spent when its next instance is done; what is too small to count takes some time too.
    fn end(&self) -> Option<f64> {
        let Reverse(Waiting(next)) = self.waiting.peek()?;
        Some(self.spent + next.operations.max(1e6))
    }
}

impl Iterator for Instances {
    type Item = Instance;

    fn next(&mut self) -> Option<Instance> {
        let ends = self.depths.iter().enumerate().filter_map(|(i, queue)| Some((i, queue.end()?)));
        let (index, end) = ends.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let queue = &mut self.depths[index];
        queue.spent = end;
        let Reverse(Waiting(instance)) = queue.waiting.pop()?;
        for sizes in instance.sizes.next() {
            self.add(index, sizes);
        }
        Some(instance)
    }
}

impl Sizes {
    /// Those that come after these: each comes after one, which costs less.
    fn next(self) -> Vec<Self> {
        let mut list = Vec::new();
        if self.other < self.width {
            list.push(Self { other: self.other + 1, ..self });
        }
        if self.other == 1 && self.own < self.width {
            list.push(Self { own: self.own + 1, ..self });
        }
        if (self.own, self.other) == (1, 1) {
            let more = (self.heads + 1..=self.width).find(|h| self.width.is_multiple_of(*h));
            list.extend(more.map(|heads| Self { heads, ..self }));
            if self.heads == 1 {
                list.push(Self { width: self.width + 1, ..self });
            }
        }
        list
    }

    /// Hankel blocks where both sides have as many tokens as the width, so that each block is seen.
    pub(super) fn request(self, memory: MemoryLimit) -> Option<RankRequest> {
        let Self { depth, width, heads, own, other } = self;
        let problem = Problem::attention(depth, width, heads, own + other).ok()?;
        let problem = problem.with_partition(&(0..own).collect::<Vec<_>>()).ok()?;
        let method = if own.min(other) < width { Method::Auto } else { Method::Hankel };
        Some(RankRequest { memory, method, ..RankRequest::new(problem) })
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { depth, width, heads, own, other } = self;
        write!(f, "L={depth} d={width} H={heads} |A|={own} |B|={other}")
    }
}

/// As they are displayed.
impl FromStr for Sizes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let mut next = |key: &str| {
            let value = words.next().and_then(|word| word.strip_prefix(key)?.strip_prefix('='));
            value.and_then(|value| value.parse().ok()).ok_or(())
        };
        let (depth, width, heads) = (next("L")?, next("d")?, next("H")?);
        let sizes = Self { depth, width, heads, own: next("|A|")?, other: next("|B|")? };
        if words.next().is_none() { Ok(sizes) } else { Err(()) }
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_sizes = self.0.sizes.cmp(&other.0.sizes);
        self.0.operations.total_cmp(&other.0.operations).then(by_sizes)
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Waiting {}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Every pair of sides and every number of heads comes, once, at every depth.
    #[test]
    fn all_sizes_come_once() {
        let list: Vec<Sizes> =
            Instances::new(MemoryLimit::default()).take(300).map(|i| i.sizes).collect();
        let found: HashSet<Sizes> = list.iter().copied().collect();
        assert_eq!(found.len(), list.len());
        assert!(list.iter().all(|sizes| sizes.to_string().parse() == Ok(*sizes)));
        for text in ["", "L=2 d=2 H=1 |A|=1", "L=2 d=2 H=1 |A|=1 |B|=2 ", "d=2 L=2 H=1 |A|=1 |B|=2"]
        {
            assert_eq!(text.parse::<Sizes>(), Err(()), "{text}");
        }
        for (depth, width) in [(2, 4usize), (3, 2), (4, 1), (5, 1)] {
            for heads in (1..=width).filter(|h| width.is_multiple_of(*h)) {
                for (own, other) in itertools::iproduct!(1..=width, 1..=width) {
                    assert!(found.contains(&Sizes { depth, width, heads, own, other }));
                }
            }
        }
    }
}
