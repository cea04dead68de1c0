//! Finishes unfinished work. A request that meets unfinished work waits while the work advances, and finishes it when
//! it stalls.

use crate::directory::{Directory, Error};
use crate::model::group::{Group, RedoLog};
use crate::model::unfinished::{Unfinished, Work};
use crate::store::dynamodb::retry::GaveUp;
use crate::store::members::departure::Departure;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::future::Future;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How long a request continues its own work after the commit. Later requests finish the rest.
const LONGEST: Duration = Duration::from_secs(15);

/// How long a request continues the work that interrupted requests left.
const LONGEST_HELP: Duration = Duration::from_secs(2);

/// How many redo logs are finished at the same time.
const CHANGES_AT_ONCE: usize = 8;

/// Work of this age counts as left over, because the request that began it has ended by then.
const LEFT_OVER_AFTER: time::Duration = time::Duration::minutes(1);

/// How long memberships stay closed after an erasure or the deletion of a group. No request that may still add a
/// membership runs longer.
const CLOSED_FOR: time::Duration = time::Duration::days(1);

/// Runs the work after a commit, for a limited time. Returns whether the work is finished. A failure is logged.
pub(in crate::directory) async fn finish_committed(
    work: impl Future<Output = Result<(), Error>>,
) -> bool {
    match tokio::time::timeout(LONGEST, work).await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => {
            let cause = crate::error_chain(&error);
            tracing::warn!(cause, "the rest of a change is left for the next request");
        }
        Err(_) => {
            tracing::info!("the rest of a change is left for the next request: it takes long")
        }
    }
    false
}

/// Watches the progress of work that another process may be doing.
#[derive(Debug)]
struct Watch {
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

    fn new() -> Self {
        Self { seen: None, patience: 0, left: Self::MOST }
    }

    /// Whether the work has stalled. If not, waits for the next check. The patience is random, so that concurrent
    /// watches do not all act at once.
    async fn is_stalled(&mut self, progress: usize) -> Result<bool, GaveUp> {
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

impl Directory {
    /// Returns a group after its redo log is applied.
    pub(in crate::directory) async fn settled_group(
        &self,
        id: Uuid,
    ) -> Result<Option<Group>, Error> {
        self.await_redo_log(id, |_| true).await
    }

    /// Returns a group once it has no `awaited` redo log.
    async fn await_redo_log(
        &self,
        id: Uuid,
        mut awaited: impl FnMut(&RedoLog) -> bool,
    ) -> Result<Option<Group>, Error> {
        let mut watch = Watch::new();
        loop {
            match self.store.records().get::<Group>(id).await? {
                Some(group) if let Some(log) = group.redo_log.filter(&mut awaited) => {
                    if watch.is_stalled(log.done).await? {
                        self.store.redo_logs().resume(&group).await?;
                    }
                }
                settled => return Ok(settled),
            }
        }
    }

    /// Waits until the group's present redo log is applied.
    async fn finish_change(&self, id: Uuid) -> Result<(), Error> {
        let mut first = None;
        let awaited = |log: &RedoLog| *first.get_or_insert(log.revision) == log.revision;
        self.await_redo_log(id, awaited).await.map(drop)
    }

    /// Lists the unfinished work that removes leavers from groups.
    pub(in crate::directory) async fn leavers(&self) -> Result<Vec<Unfinished>, Error> {
        Ok(self.store.unfinished().list(Work::LEAVES).await?)
    }

    /// Returns a group whose rows are its members: its redo log is applied, and no leaver is among the members.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`] when the group was deleted meanwhile.
    pub(in crate::directory) async fn settled_for_reading(
        &self,
        group: Group,
    ) -> Result<Group, Error> {
        let leavers = self.leavers().await?;
        let has_changed = self.settle_leavers(&[group.id], &leavers).await?;
        if group.redo_log.is_none() && !has_changed {
            return Ok(group);
        }
        self.settled_group(group.id).await?.ok_or(Error::NoGroup(group.id))
    }

    /// Waits until no leaver is in these groups. Returns whether there was a leaver.
    pub(in crate::directory) async fn settle_leavers(
        &self,
        groups: &[Uuid],
        leavers: &[Unfinished],
    ) -> Result<bool, Error> {
        let ids: Vec<Uuid> = leavers.iter().map(|leaver| leaver.id).collect();
        let mut watch = Watch::new();
        let mut are_there_any = false;
        loop {
            let memberships = self.store.memberships().get(&ids).await?;
            let mut left = 0;
            let mut staying = Vec::new();
            for leaver in leavers {
                let found = memberships.get(&leaver.id).filter(|found| found.is_closed);
                let found = found.filter(|one| groups.iter().any(|id| one.groups.contains(id)));
                if let Some(found) = found {
                    left += found.groups.len();
                    staying.push(leaver);
                }
            }
            if staying.is_empty() {
                return Ok(are_there_any);
            }
            are_there_any = true;
            if watch.is_stalled(left).await? {
                for leaver in staying {
                    self.leave_groups(leaver).await?;
                }
            }
        }
    }

    /// Finishes the work that the request's own departure began.
    pub(in crate::directory) async fn finish_begun(&self, departure: &Departure) {
        if let Some(entry) = &departure.begins {
            finish_committed(self.finish(entry)).await;
        }
    }

    /// Finishes work, even if another process is doing the same work. A repeated call changes nothing.
    pub(in crate::directory) async fn finish(&self, entry: &Unfinished) -> Result<(), Error> {
        let now = self.sources.now();
        match entry.work {
            Work::Change => self.finish_change(entry.id).await,
            Work::Departure => self.leave_groups(entry).await,
            Work::Deletion => {
                self.store.groups().remove_rows(entry.id).await?;
                self.leave_groups(entry).await?;
                Ok(self.store.unfinished().let_expire(entry, now).await?)
            }
            Work::Erasure => {
                self.store.sync().clear_notes().await?;
                self.store.purge().erased(entry.id).await?;
                self.leave_groups(entry).await?;
                // A redo log may contain the person's name.
                let work = self.store.unfinished().list(Work::Change..=Work::Change).await?;
                self.finish_changes(&work).await?;
                Ok(self.store.unfinished().let_expire(entry, now).await?)
            }
            Work::Expiry if entry.since + CLOSED_FOR <= now => {
                Ok(self.store.unfinished().remove_memberships(entry).await?)
            }
            Work::Expiry => Ok(()),
        }
    }

    /// Applies the redo logs in a list of unfinished work.
    pub(in crate::directory) async fn finish_changes(
        &self,
        work: &[Unfinished],
    ) -> Result<(), Error> {
        let changes = work.iter().filter(|entry| entry.work == Work::Change);
        let ids: Vec<Uuid> = changes.map(|entry| entry.id).collect();
        let changes = stream::iter(ids).map(|id| self.finish_change(id));
        changes.buffer_unordered(CHANGES_AT_ONCE).try_collect().await
    }

    /// Finishes entries one after the other. Returns the first error, after it has tried all entries.
    async fn finish_each<'u>(
        &self,
        entries: impl Iterator<Item = &'u Unfinished>,
    ) -> Result<(), Error> {
        let mut finished = Ok(());
        for entry in entries {
            finished = finished.and(self.finish(entry).await);
        }
        finished
    }

    /// Finishes all unfinished work of the tenant, whatever its age.
    ///
    /// # Errors
    /// Returns the first error, after it has tried all work.
    pub async fn finish_all(&self) -> Result<(), Error> {
        let work = self.store.unfinished().list(Work::Change..=Work::Expiry).await?;
        self.finish_each(work.iter()).await
    }

    /// Finishes the work that interrupted requests left, for at most 2 seconds. A failure is logged, because no
    /// response depends on this work.
    pub async fn finish_left_over(&self, found: &[Unfinished]) {
        // Most requests find no unfinished work.
        if found.is_empty() {
            return;
        }
        let now = self.sources.now();
        let work = self.finish_each(found.iter().filter(|entry| is_left_over(entry, now)));
        if let Ok(Err(error)) = tokio::time::timeout(LONGEST_HELP, work).await {
            let (tenant, cause) = (self.store.tenant_id().as_str(), crate::error_chain(&error));
            tracing::warn!(tenant, cause, "unfinished work is left for later");
        }
    }
}

/// Whether the request that began the work has ended. For an expiry: whether the memberships were closed long enough.
fn is_left_over(entry: &Unfinished, now: OffsetDateTime) -> bool {
    let age = if entry.work == Work::Expiry { CLOSED_FOR } else { LEFT_OVER_AFTER };
    entry.since + age < now
}
