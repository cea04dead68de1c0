//! Retries contended operations: exponential pauses with full jitter, limited in number.
//!
//! Three other files have pauses or limits of their own:
//!
//! - `client.rs`: the SDK's own retries of one call.
//! - `store/full_read.rs`: a lower limit of pauses for each page of a full read.
//! - `directory/groups/pending_change.rs`: pauses of 100 ms while another process applies a redo log.

use std::time::Duration;

/// The limit of attempts is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GaveUp;

/// The result of one attempt at an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Attempt<T> {
    /// The operation is done.
    Done(T),
    /// The operation needs another attempt.
    Again(NextAttempt),
}

/// The time of the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAttempt {
    /// After a pause: the attempt failed because of contention.
    AfterPause,
    /// At once: the attempt found the facts that the next attempt needs.
    AtOnce,
}

impl<T> Attempt<T> {
    /// Replaces the result of a done operation.
    pub fn map<U>(self, done: impl FnOnce(T) -> U) -> Attempt<U> {
        match self {
            Attempt::Done(value) => Attempt::Done(done(value)),
            Attempt::Again(next) => Attempt::Again(next),
        }
    }
}

impl Attempt<()> {
    /// Makes the result of an attempt that reports whether it is done.
    pub fn done_if(is_done: bool) -> Self {
        if is_done { Attempt::Done(()) } else { Attempt::Again(NextAttempt::AfterPause) }
    }
}

/// The most pauses before an operation fails: about 4 seconds in all.
pub const MOST_PAUSES: u32 = 40;
const SHORTEST_MICROS: u64 = 2_000;
const LONGEST_MICROS: u64 = 200_000;

/// The pauses of one operation. The macro `retry!` takes them.
#[derive(Debug)]
pub struct Pauses {
    left: u32,
    taken: u32,
}

impl Pauses {
    /// Makes a limited number of pauses.
    pub fn at_most(pauses: u32) -> Self {
        Self { left: pauses, taken: 0 }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// [`GaveUp`] when no pause is left.
    pub async fn pause(&mut self) -> Result<(), GaveUp> {
        self.left = self.left.checked_sub(1).ok_or(GaveUp)?;
        let longest = SHORTEST_MICROS.saturating_mul(1 << self.taken.min(16)).min(LONGEST_MICROS);
        self.taken += 1;
        tokio::time::sleep(Duration::from_micros(fastrand::u64(..=longest))).await;
        Ok(())
    }
}

/// Runs a block until its [`Attempt`] is done or fails. The value is the result of the operation.
///
/// The block is an async block. So `return` and `?` in it end the attempt, and not the function around it. An error
/// ends the operation.
///
/// The error type of the block has a `From<GaveUp>`, for the end of the pauses. A number before the block replaces
/// [`MOST_PAUSES`], for calls that the SDK has already tried several times.
///
/// This is a macro, because the futures of async closures are not `Send` where a trait asks for it.
macro_rules! retry {
    ($attempt:block) => {
        $crate::store::dynamodb::retry::retry!(
            $crate::store::dynamodb::retry::MOST_PAUSES,
            $attempt
        )
    };
    ($most_pauses:expr, $attempt:block) => {{
        let mut pauses = $crate::store::dynamodb::retry::Pauses::at_most($most_pauses);
        loop {
            match async { $attempt }.await {
                Ok($crate::store::dynamodb::retry::Attempt::Done(value)) => break Ok(value),
                Ok($crate::store::dynamodb::retry::Attempt::Again(
                    $crate::store::dynamodb::retry::NextAttempt::AtOnce,
                )) => {}
                Ok($crate::store::dynamodb::retry::Attempt::Again(
                    $crate::store::dynamodb::retry::NextAttempt::AfterPause,
                )) => {
                    if let Err(gave_up) = pauses.pause().await {
                        break Err(gave_up.into());
                    }
                }
                Err(error) => break Err(error),
            }
        }
    }};
}

pub(crate) use retry;
