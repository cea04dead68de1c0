//! Pauses between the attempts at a contended operation: exponential, with full jitter, and limited in number.

use std::time::Duration;

/// The limit of attempts is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaveUp;

/// The pauses of one contended operation.
#[derive(Debug)]
pub struct Pauses {
    left: u32,
    taken: u32,
}

impl Pauses {
    /// The most pauses before the operation fails: about 4 seconds in all.
    const MOST: u32 = 40;
    const SHORTEST_MICROS: u64 = 2_000;
    const LONGEST_MICROS: u64 = 200_000;

    /// Makes the pauses of an operation.
    pub fn new() -> Self {
        Self::at_most(Self::MOST)
    }

    /// Makes a limited number of pauses, for calls that the SDK has already tried several times.
    pub fn at_most(pauses: u32) -> Self {
        Self { left: pauses, taken: 0 }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`GaveUp`] when no pause is left.
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
