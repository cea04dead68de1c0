//! Reads the feed. Every read first numbers the events of the outbox, so a reader sees each acknowledged change.

use super::Events;
use crate::directory::error::Error;
use crate::store::events::NumberedEvent;
use std::time::Duration;

/// How long a read numbers events, before it answers with the events that have a number.
const SEQUENCE_FOR: Duration = Duration::from_secs(3);

/// A page of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The events, in order and without a missing number.
    pub events: Vec<NumberedEvent>,
    /// Whether there are more events.
    pub more: bool,
}

impl Events<'_> {
    /// Lists at most `limit` events after a number.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_after(self, after: u64, limit: usize) -> Result<FeedPage, Error> {
        let is_complete = self.try_to_sequence().await;
        let mut events = self.0.store.feed().list_after(after, limit.saturating_add(1)).await?;
        let more = events.len() > limit || !is_complete;
        events.truncate(limit);
        Ok(FeedPage { events, more })
    }

    /// Lists at most `limit` numbered events after a number. A delivery run has numbered the events of the outbox before.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn list_numbered(
        self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<NumberedEvent>, Error> {
        Ok(self.0.store.feed().list_after(after, limit).await?)
    }

    /// Returns the number of the newest event; 0 for an empty feed.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn newest(self) -> Result<u64, Error> {
        self.try_to_sequence().await;
        Ok(self.0.store.feed().newest().await?)
    }

    /// Returns the number of the newest event that has one; 0 for an empty feed. Does not number events.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn newest_numbered(self) -> Result<u64, Error> {
        Ok(self.0.store.feed().newest().await?)
    }

    /// Whether the outbox has an event.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn are_waiting(self) -> Result<bool, Error> {
        Ok(self.0.store.outbox().has_any().await?)
    }

    /// Gets the event with a number; `None` when the feed has no such event.
    ///
    /// # Errors
    /// Fails as every call of the store does.
    pub async fn get(self, number: u64) -> Result<Option<NumberedEvent>, Error> {
        Ok(self.0.store.feed().get(number).await?)
    }

    /// Numbers the events of the outbox. Returns whether the outbox is empty afterwards.
    ///
    /// A failure is no failure of the read: the reader gets the events that have a number, and asks again.
    pub(super) async fn try_to_sequence(self) -> bool {
        match self.sequence(SEQUENCE_FOR).await {
            Ok(sequenced) => sequenced.is_done,
            Err(error) => {
                let (tenant, cause) =
                    (self.0.store.tenant_id().as_str(), crate::error_chain(&error));
                tracing::warn!(tenant, cause, "the events of a tenant are not numbered");
                false
            }
        }
    }
}
