//! The redo logs of groups: a request that meets a redo log waits while it advances, and applies it when it stalls.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::model::group::{Group, RedoLog};
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::retry::GaveUp;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::time::Duration;
use uuid::Uuid;

/// How many redo logs are finished at the same time.
const CHANGES_AT_ONCE: usize = 8;

/// Watches the progress of work that another process may be doing.
#[derive(Debug)]
pub(super) struct Watch {
    seen: Option<usize>,
    /// How many more checks without progress may follow until the work counts as stalled.
    patience: u32,
    left: u32,
}

impl Watch {
    /// The time between two checks.
    const EVERY: Duration = Duration::from_millis(100);
    /// The most checks: 150 at 100 ms, so 15 seconds.
    const MOST: u32 = 150;

    pub(super) fn new() -> Self {
        Self { seen: None, patience: 0, left: Self::MOST }
    }

    /// Whether the work has stalled. If not, waits for the next check. The patience is random, so that concurrent
    /// watches do not all act at once.
    pub(super) async fn is_stalled(&mut self, progress: usize) -> Result<bool, GaveUp> {
        self.left = self.left.checked_sub(1).ok_or(GaveUp)?;
        if self.seen.replace(progress) != Some(progress) {
            self.patience = fastrand::u32(1..=5);
        }
        match self.patience.checked_sub(1) {
            None => return Ok(true),
            Some(patience) => self.patience = patience,
        }
        tokio::time::sleep(Self::EVERY).await;
        Ok(false)
    }
}

/// The redo logs of groups.
#[derive(Debug, Clone, Copy)]
pub(in crate::directory) struct PendingChanges<'a>(pub(in crate::directory) &'a Context);

impl PendingChanges<'_> {
    /// Returns a group after its redo log is applied.
    pub(in crate::directory) async fn settled(self, id: Uuid) -> Result<Option<Group>, Error> {
        self.wait(id, |_| true).await
    }

    /// Returns a group once it has no `awaited` redo log.
    async fn wait(
        self,
        id: Uuid,
        mut awaited: impl FnMut(&RedoLog) -> bool,
    ) -> Result<Option<Group>, Error> {
        let mut watch = Watch::new();
        loop {
            match self.0.store.records().get::<Group>(id).await? {
                Some(group) if let Some(log) = group.redo_log.filter(&mut awaited) => {
                    if watch.is_stalled(log.done).await? {
                        self.0.store.redo_logs().resume(&group).await?;
                    }
                }
                settled => return Ok(settled),
            }
        }
    }

    /// Waits until the group's present redo log is applied.
    pub(in crate::directory) async fn finish(self, id: Uuid) -> Result<(), Error> {
        let mut first = None;
        let awaited = |log: &RedoLog| *first.get_or_insert(log.revision) == log.revision;
        self.wait(id, awaited).await.map(drop)
    }

    /// Applies the redo logs in a list of unfinished work.
    pub(in crate::directory) async fn finish_all(self, work: &[Unfinished]) -> Result<(), Error> {
        let changes = work.iter().filter(|entry| entry.work == Work::Change);
        let ids: Vec<Uuid> = changes.map(|entry| entry.id).collect();
        let changes = stream::iter(ids).map(|id| self.finish(id));
        changes.buffer_unordered(CHANGES_AT_ONCE).try_collect().await
    }
}
