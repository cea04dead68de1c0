//! Finishes unfinished work. A request that meets unfinished work waits while the work advances, and finishes it when
//! it stalls.

use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::departure::Departures;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::pending_change::Watch;
use crate::model::group::Group;
use crate::model::unfinished::{Unfinished, Work};
use crate::store::members::departure::Departure;
use std::future::Future;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How long a request continues its own work after the commit. Later requests finish the rest.
const LONGEST: Duration = Duration::from_secs(15);

/// How long a request continues the work that interrupted requests left.
const LONGEST_HELP: Duration = Duration::from_secs(2);

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

/// The unfinished work of the tenant.
#[derive(Debug, Clone, Copy)]
pub struct UnfinishedWork<'a>(pub(in crate::directory) &'a Context);

impl UnfinishedWork<'_> {
    /// Lists the unfinished work that removes leavers from groups.
    pub(in crate::directory) async fn leavers(self) -> Result<Vec<Unfinished>, Error> {
        Ok(self.0.store.unfinished().list(Work::LEAVES).await?)
    }

    /// Returns a group whose rows are its members: its redo log is applied, and no leaver is among the members.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`] when the group was deleted meanwhile.
    pub(in crate::directory) async fn settled_for_reading(
        self,
        group: Group,
    ) -> Result<Group, Error> {
        let leavers = self.leavers().await?;
        let has_changed = self.settle_leavers(&[group.id], &leavers).await?;
        if group.redo_log.is_none() && !has_changed {
            return Ok(group);
        }
        PendingChanges(self.0).settled(group.id).await?.ok_or(Error::NoGroup(group.id))
    }

    /// Waits until no leaver is in these groups. Returns whether there was a leaver.
    pub(in crate::directory) async fn settle_leavers(
        self,
        groups: &[Uuid],
        leavers: &[Unfinished],
    ) -> Result<bool, Error> {
        let ids: Vec<Uuid> = leavers.iter().map(|leaver| leaver.id).collect();
        let mut watch = Watch::new();
        let mut are_there_any = false;
        loop {
            let memberships = self.0.store.memberships().get(&ids).await?;
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
                    Departures(self.0).leave_groups(leaver).await?;
                }
            }
        }
    }

    /// Finishes the work that the request's own departure began.
    pub(in crate::directory) async fn finish_begun(self, departure: &Departure) {
        if let Some(entry) = &departure.begins {
            finish_committed(self.finish(entry)).await;
        }
    }

    /// Finishes work, even if another process is doing the same work. A repeated call changes nothing.
    pub(in crate::directory) async fn finish(self, entry: &Unfinished) -> Result<(), Error> {
        let now = self.0.sources.now();
        match entry.work {
            Work::Change => PendingChanges(self.0).finish(entry.id).await,
            Work::Departure => Departures(self.0).leave_groups(entry).await,
            Work::Deletion => {
                self.0.store.groups().remove_rows(entry.id).await?;
                Departures(self.0).leave_groups(entry).await?;
                Ok(self.0.store.unfinished().let_expire(entry, now).await?)
            }
            Work::Erasure => {
                self.0.store.sync().clear_notes().await?;
                self.0.store.requests().clear_recorded().await?;
                self.0.store.deliveries().clear_answers(now).await?;
                self.0.store.purge().erased(entry.id).await?;
                Departures(self.0).leave_groups(entry).await?;
                // A redo log may contain the person's name.
                let work = self.0.store.unfinished().list(Work::Change..=Work::Change).await?;
                PendingChanges(self.0).finish_all(&work).await?;
                Ok(self.0.store.unfinished().let_expire(entry, now).await?)
            }
            Work::Expiry if entry.since + CLOSED_FOR <= now => {
                Ok(self.0.store.unfinished().remove_memberships(entry).await?)
            }
            Work::Expiry => Ok(()),
        }
    }

    /// Finishes entries one after the other. Returns the first error, after it has tried all entries.
    async fn finish_each<'u>(
        self,
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
    pub async fn finish_all(self) -> Result<(), Error> {
        let work = self.0.store.unfinished().list(Work::Change..=Work::Expiry).await?;
        self.finish_each(work.iter()).await
    }

    /// Finishes the work that interrupted requests left, for at most 2 seconds. A failure is logged, because no
    /// response depends on this work.
    pub async fn finish_left_over(self, found: &[Unfinished]) {
        // Most requests find no unfinished work.
        if found.is_empty() {
            return;
        }
        let now = self.0.sources.now();
        let work = self.finish_each(found.iter().filter(|entry| is_left_over(entry, now)));
        if let Ok(Err(error)) = tokio::time::timeout(LONGEST_HELP, work).await {
            let (tenant, cause) = (self.0.store.tenant_id().as_str(), crate::error_chain(&error));
            tracing::warn!(tenant, cause, "unfinished work is left for later");
        }
    }
}

/// Whether the request that began the work has ended. For an expiry: whether the memberships were closed long enough.
fn is_left_over(entry: &Unfinished, now: OffsetDateTime) -> bool {
    let age = if entry.work == Work::Expiry { CLOSED_FOR } else { LEFT_OVER_AFTER };
    entry.since + age < now
}
