//! How much text a request may have compared: folding is the one thing that a small request can make large, by naming
//! many values of a large resource many times.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much one request may have compared: about half a second's work, and far more than identity providers cause.
pub(super) const MOST_WORK: u64 = 10_000_000;

thread_local! {
    /// What is left for the comparison that runs on this thread; `None` where nothing is limited.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// An amount of comparing, used up by what runs under it. A unit is about 50 ns: a byte of text that is not ASCII, or
/// 16 that are.
#[derive(Debug)]
pub struct Work(AtomicU64);

impl Work {
    /// This many units.
    pub const fn new(units: u64) -> Self {
        Self(AtomicU64::new(units))
    }

    /// Runs something that compares. Once the amount is used up, comparisons go wrong: the result is to be thrown away
    /// when [`Work::is_exhausted`].
    pub fn run<T>(&self, compare: impl FnOnce() -> T) -> T {
        let under = Under { work: self, outer: LEFT.replace(Some(self.0.load(Ordering::Relaxed))) };
        let result = compare();
        drop(under);
        result
    }

    /// Whether the amount is used up.
    pub fn is_exhausted(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Takes the limit off the thread again, also when what ran under it panics.
struct Under<'w> {
    work: &'w Work,
    outer: Option<u64>,
}

impl Drop for Under<'_> {
    fn drop(&mut self) {
        let left = LEFT.replace(self.outer).unwrap_or(0);
        self.work.0.store(left, Ordering::Relaxed);
    }
}

/// Uses up what comparing `text` takes; `false` when there is nothing left for it.
pub(super) fn charge(text: &str) -> bool {
    let Some(left) = LEFT.get() else { return true };
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    let units = if text.is_ascii() { bytes / 16 + 1 } else { bytes };
    LEFT.set(Some(left.saturating_sub(units)));
    left > units
}

#[cfg(test)]
mod tests {
    use super::Work;
    use crate::fold::fold;

    #[test]
    fn comparing_uses_up_what_it_is_given_and_no_more() {
        let work = Work::new(100);
        assert_eq!(work.run(|| fold("ÉCLAIR")), "éclair");
        assert!(!work.is_exhausted());
        work.run(|| fold(&"É".repeat(100)));
        assert!(work.is_exhausted());
        assert_eq!(fold(&"É".repeat(100)), "é".repeat(100), "elsewhere nothing is limited");
    }
}
