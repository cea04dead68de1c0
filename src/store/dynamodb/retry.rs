//! Pauses between attempts at a contended write: exponential with full jitter, a bounded number of times.

use std::time::Duration;

/// There have been enough attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaveUp;

/// The pauses of one contended operation.
#[derive(Debug)]
pub struct Pauses {
    left: u32,
    taken: u32,
}

impl Pauses {
    /// How many pauses there are before giving up: about four seconds in all.
    const MOST: u32 = 40;
    const SHORTEST_MICROS: u64 = 2_000;
    const LONGEST_MICROS: u64 = 200_000;

    /// No pause taken yet.
    pub fn new() -> Self {
        Self::at_most(Self::MOST)
    }

    /// No pause taken yet, of a few: for calls that the SDK has tried several times already.
    pub fn at_most(pauses: u32) -> Self {
        Self { left: pauses, taken: 0 }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`GaveUp`] when there have been enough.
    pub async fn pause(&mut self) -> Result<(), GaveUp> {
        self.left = self.left.checked_sub(1).ok_or(GaveUp)?;
        let longest =
            Self::SHORTEST_MICROS.saturating_mul(1 << self.taken.min(16)).min(Self::LONGEST_MICROS);
        self.taken += 1;
        tokio::time::sleep(Duration::from_micros(fastrand::u64(..=longest))).await;
        Ok(())
    }
}

impl Default for Pauses {
    fn default() -> Self {
        Self::new()
    }
}
