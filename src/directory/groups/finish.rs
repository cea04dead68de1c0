//! Unfinished work. A request that meets it waits while it advances, and finishes it when it stalls.

use crate::directory::{Directory, Error};
use crate::store::dynamodb::retry::GaveUp;
use crate::store::groups::{Group, RedoLog};
use crate::store::members::departure::Departure;
use crate::store::members::unfinished::{Unfinished, Work};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::future::Future;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How long a request goes on with its own work after its commit. Later requests finish the rest.
const LONGEST: Duration = Duration::from_secs(15);

/// How long a request goes on with the work that others left over.
const LONGEST_HELP: Duration = Duration::from_secs(2);

/// How many redo logs are finished at the same time.
const CHANGES_AT_ONCE: usize = 8;

/// The age of left-over work: the request that began it has ended by then.
const LEFT_OVER_AFTER: time::Duration = time::Duration::minutes(1);

/// How long memberships stay closed after an erasure or the deletion of a group. No request that decided on a join runs
/// longer.
const CLOSED_FOR: time::Duration = time::Duration::days(1);

/// Runs the work that is left after a commit, as far as it gets. Says whether it is finished. A failure is logged.
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

/// Watches the progress of work that another process may be at.
#[derive(Debug)]
struct Watch {
    seen: Option<usize>,
    /// How many looks without progress are left until the work counts as stalled.
    patience: u32,
    left: u32,
}

impl Watch {
    /// The time between two looks.
    const EVERY: Duration = Duration::from_millis(100);
    /// How many looks: fifteen seconds.
    const MOST: u32 = 150;

    fn new() -> Self {
        Self { seen: None, patience: 0, left: Self::MOST }
    }

    /// Whether the work has stalled. If not, waits a moment. Several watches do not find that at the same time.
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
    /// A group whose members are all written.
    pub(in crate::directory) async fn settled_group(
        &self,
        id: Uuid,
    ) -> Result<Option<Group>, Error> {
        self.await_redo_log(id, |_| true).await
    }

    /// A group, once it has no redo log that is `awaited`.
    async fn await_redo_log(
        &self,
        id: Uuid,
        mut awaited: impl FnMut(&RedoLog) -> bool,
    ) -> Result<Option<Group>, Error> {
        let mut watch = Watch::new();
        loop {
            match self.store.get_record::<Group>(id).await? {
                Some(group) if let Some(log) = group.redo_log.filter(&mut awaited) => {
                    if watch.is_stalled(log.done).await? {
                        self.store.resume_redo_log(&group).await?;
                    }
                }
                settled => return Ok(settled),
            }
        }
    }

    /// Waits until the redo log that a group has now is applied.
    async fn finish_change(&self, id: Uuid) -> Result<(), Error> {
        let mut first = None;
        let awaited = |log: &RedoLog| *first.get_or_insert(log.revision) == log.revision;
        self.await_redo_log(id, awaited).await.map(drop)
    }

    /// The unfinished work that takes somebody out of groups.
    pub(in crate::directory) async fn leavers(&self) -> Result<Vec<Unfinished>, Error> {
        Ok(self.store.list_unfinished(Work::LEAVES).await?)
    }

    /// A group whose rows are its members: its redo log is applied, and no leaver is among the members.
    ///
    /// # Errors
    /// [`Error::NoGroup`] when it was deleted meanwhile.
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

    /// Waits until no leaver is in these groups. Says whether there was one.
    pub(in crate::directory) async fn settle_leavers(
        &self,
        groups: &[Uuid],
        leavers: &[Unfinished],
    ) -> Result<bool, Error> {
        let ids: Vec<Uuid> = leavers.iter().map(|leaver| leaver.id).collect();
        let mut watch = Watch::new();
        let mut are_there_any = false;
        loop {
            let memberships = self.store.get_memberships(&ids).await?;
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

    /// Finishes the work that a departure's own request began.
    pub(in crate::directory) async fn finish_begun(&self, departure: &Departure) {
        if let Some(entry) = &departure.begins {
            finish_committed(self.finish(entry)).await;
        }
    }

    /// Finishes work, whether another process is at it or not. Repeated, it changes nothing.
    pub(in crate::directory) async fn finish(&self, entry: &Unfinished) -> Result<(), Error> {
        let now = self.sources.now();
        match entry.work {
            Work::Change => self.finish_change(entry.id).await,
            Work::Departure => self.leave_groups(entry).await,
            Work::Deletion => {
                self.store.remove_rows(entry.id).await?;
                self.leave_groups(entry).await?;
                Ok(self.store.let_expire(entry, now).await?)
            }
            Work::Erasure => {
                self.store.clear_notes().await?;
                self.store.purge_erased(entry.id).await?;
                self.leave_groups(entry).await?;
                // A redo log may have the person's name.
                let work = self.store.list_unfinished(Work::Change..=Work::Change).await?;
                self.finish_changes(&work).await?;
                Ok(self.store.let_expire(entry, now).await?)
            }
            Work::Expiry if entry.since + CLOSED_FOR <= now => {
                Ok(self.store.remove_memberships(entry).await?)
            }
            Work::Expiry => Ok(()),
        }
    }

    /// Applies the redo logs among some work.
    pub(in crate::directory) async fn finish_changes(
        &self,
        work: &[Unfinished],
    ) -> Result<(), Error> {
        let changes = work.iter().filter(|entry| entry.work == Work::Change);
        let ids: Vec<Uuid> = changes.map(|entry| entry.id).collect();
        let changes = stream::iter(ids).map(|id| self.finish_change(id));
        changes.buffer_unordered(CHANGES_AT_ONCE).try_collect().await
    }

    /// Finishes some work, one entry after the other. Gives the first error: it is no reason to leave the rest.
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

    /// Finishes all unfinished work of the tenant, however old it is.
    ///
    /// # Errors
    /// The first error. Other work is finished all the same.
    pub async fn finish_all(&self) -> Result<(), Error> {
        let work = self.store.list_unfinished(Work::Change..=Work::Expiry).await?;
        self.finish_each(work.iter()).await
    }

    /// Finishes the work that interrupted requests left over, as far as it gets in two seconds. A failure is logged: no
    /// answer depends on it.
    pub async fn finish_left_over(&self, found: &[Unfinished]) {
        // Nearly every request meets none.
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

/// Whether the request that began the work has ended, or the memberships were closed for long enough.
fn is_left_over(entry: &Unfinished, now: OffsetDateTime) -> bool {
    let age = if entry.work == Work::Expiry { CLOSED_FOR } else { LEFT_OVER_AFTER };
    entry.since + age < now
}
