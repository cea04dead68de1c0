//! A budget for the text that a request compares. A small request can be expensive through folding alone: it can name
//! many values of a large resource many times.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// The remaining budget of the comparison on this thread; `None` without a limit.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// A budget for comparisons. A unit is about 50 ns: 1 byte of text that is not ASCII, or 16 bytes of ASCII text.
#[derive(Debug)]
pub struct ComparisonBudget(AtomicU64);

impl ComparisonBudget {
    /// Makes a budget of this many units.
    pub const fn new(units: u64) -> Self {
        Self(AtomicU64::new(units))
    }

    /// Runs a comparison under the budget. Once the budget is spent, comparisons give wrong results. The caller must
    /// discard the result when [`ComparisonBudget::is_exhausted`].
    pub fn run<T>(&self, compare: impl FnOnce() -> T) -> T {
        let under = Under { work: self, outer: LEFT.replace(Some(self.0.load(Ordering::Relaxed))) };
        let result = compare();
        drop(under);
        result
    }

    /// Whether the budget is spent.
    pub fn is_exhausted(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Restores the former limit of the thread on drop, also after a panic.
struct Under<'w> {
    work: &'w ComparisonBudget,
    outer: Option<u64>,
}

impl Drop for Under<'_> {
    fn drop(&mut self) {
        let left = LEFT.replace(self.outer).unwrap_or(0);
        self.work.0.store(left, Ordering::Relaxed);
    }
}

/// Charges the budget for comparing `text`. Returns `false` when the budget is spent.
pub(super) fn charge(text: &str) -> bool {
    let Some(left) = LEFT.get() else { return true };
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let units = if text.is_ascii() { bytes / 16 + 1 } else { bytes };
    LEFT.set(Some(left.saturating_sub(units)));
    left > units
}

#[cfg(test)]
mod tests {
    use super::ComparisonBudget;
    use crate::fold::fold;

    #[test]
    fn comparing_uses_up_what_it_is_given_and_no_more() {
        let work = ComparisonBudget::new(100);
        assert_eq!(work.run(|| fold("ÉCLAIR")), "éclair");
        assert!(!work.is_exhausted());
        work.run(|| fold(&"É".repeat(100)));
        assert!(work.is_exhausted());
        assert_eq!(fold(&"É".repeat(100)), "é".repeat(100), "elsewhere nothing is limited");
    }
}
