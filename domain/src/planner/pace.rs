//! How much is written in one transaction: as much as others do not wait for long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Rows of the first transaction; later ones have a multiple.
const FIRST: usize = 5_000;
/// Rows of the largest one. The more of them are written at once, the fewer pages of the indexes are written again for each.
const LARGEST: usize = 8 * FIRST;
/// A transaction that took less leaves time for one of twice its size.
const QUICK: Duration = Duration::from_millis(250);
/// A transaction that took more kept others waiting.
const SLOW: Duration = Duration::from_millis(600);

/// Rows of the next transaction. Its copies share the number.
#[derive(Clone)]
pub(super) struct Pace(Arc<AtomicUsize>);

impl Default for Pace {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(FIRST)))
    }
}

impl Pace {
    pub(super) fn rows(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Learns from a transaction of so many rows.
    pub(super) fn took(&self, time: Duration, rows: usize) {
        let now = self.rows();
        // What was gathered before the number changed says nothing about it.
        if rows < now {
            return;
        }
        if time < QUICK {
            self.0.store(Ord::min(now * 2, LARGEST), Ordering::Relaxed);
        } else if time > SLOW {
            self.0.store(Ord::max(now / 2, FIRST), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_while_it_is_quick_and_shrinks_when_it_is_slow() {
        let pace = Pace::default();
        let mut sizes = Vec::new();
        for time in [1, 100, 300, 100, 100, 700, 900, 900, 900] {
            sizes.push(pace.rows());
            pace.took(Duration::from_millis(time), pace.rows());
        }
        assert_eq!(
            sizes,
            [5_000, 10_000, 20_000, 20_000, 40_000, 40_000, 20_000, 10_000, 5_000]
        );
        pace.took(Duration::ZERO, 4_999);
        assert_eq!(pace.rows(), 5_000, "a small one says nothing");
    }
}
