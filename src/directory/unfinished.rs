//! Unfinished work: whoever meets it finishes it first. A process that is still at work gets a moment for it.

use super::{Directory, Error};
use crate::store::departure::Departure;
use crate::store::dynamodb::retry::GaveUp;
use crate::store::group::Group;
use crate::store::unfinished::{Unfinished, Work};
use std::future::Future;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// How long a request goes on with its own work after its commit. The next one who meets the rest finishes it.
const LONGEST: Duration = Duration::from_secs(15);

/// How long a request goes on with the work that others left over.
const LONGEST_HELP: Duration = Duration::from_secs(2);

/// The age of work that nobody is at any more: its request has ended by then.
const LEFT_OVER_AFTER: time::Duration = time::Duration::minutes(1);

/// How long memberships stay closed after an erasure or the deletion of a group: far longer than the longest request that
/// decided to make them a member.
const CLOSED_FOR: time::Duration = time::Duration::days(1);

/// Runs the work that is left after a commit, as far as it gets. Says whether it is finished. A failure is logged.
pub(super) async fn tidy(work: impl Future<Output = Result<(), Error>>) -> bool {
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
    left: u32,
}

impl Watch {
    /// The time between two looks.
    const EVERY: Duration = Duration::from_millis(100);
    /// How many looks: twenty seconds.
    const MOST: u32 = 200;

    fn new() -> Self {
        Self { seen: None, left: Self::MOST }
    }

    /// Whether nothing has happened since the last look. If something has, or at the first look, waits a moment.
    async fn is_stalled(&mut self, progress: usize) -> Result<bool, GaveUp> {
        self.left = self.left.checked_sub(1).ok_or(GaveUp)?;
        let is_stalled = self.seen.replace(progress) == Some(progress);
        if !is_stalled {
            tokio::time::sleep(Self::EVERY).await;
        }
        Ok(is_stalled)
    }
}

impl Directory {
    /// A group whose members are all written.
    pub(super) async fn settled_group(&self, id: Uuid) -> Result<Option<Group>, Error> {
        let mut watch = Watch::new();
        loop {
            match self.store.get_record::<Group>(id).await? {
                Some(group) if let Some(log) = group.redo_log => {
                    if watch.is_stalled(log.done).await? {
                        self.store.resume_redo_log(&group).await?;
                    }
                }
                settled => return Ok(settled),
            }
        }
    }

    /// Waits until those of the leavers who are in one of the groups have left it. Says whether there were any.
    pub(super) async fn settle_leavers(
        &self,
        groups: &[Uuid],
        leavers: &[Unfinished],
    ) -> Result<bool, Error> {
        let ids: Vec<Uuid> = leavers.iter().map(|leaver| leaver.id).collect();
        let mut watch = Watch::new();
        let mut are_there_any = false;
        loop {
            let memberships = self.store.get_memberships(&ids).await?;
            let still_in = |leaver: &&Unfinished| {
                let found = memberships.get(&leaver.id).filter(|found| found.is_closed);
                found.is_some_and(|found| groups.iter().any(|id| found.groups.contains(id)))
            };
            let staying: Vec<&Unfinished> = leavers.iter().filter(still_in).collect();
            if staying.is_empty() {
                return Ok(are_there_any);
            }
            are_there_any = true;
            let left: usize = memberships.values().map(|found| found.groups.len()).sum();
            if watch.is_stalled(left).await? {
                for leaver in staying {
                    self.leave_groups(leaver).await?;
                }
            }
        }
    }

    /// Finishes the work that a departure's own request began.
    pub(super) async fn finish_begun(&self, departure: &Departure) {
        if let Some(entry) = &departure.begins {
            tidy(self.finish(entry)).await;
        }
    }

    /// Finishes work, whether another process is at it or not. Repeated, it changes nothing.
    pub(super) async fn finish(&self, entry: &Unfinished) -> Result<(), Error> {
        match entry.work {
            Work::Change => self.settled_group(entry.id).await.map(drop),
            Work::Departure => self.leave_groups(entry).await,
            Work::Deletion => {
                self.leave_groups(entry).await?;
                self.store.remove_rows(entry.id).await?;
                Ok(self.store.let_expire(entry, self.sources.now()).await?)
            }
            Work::Erasure => {
                self.leave_groups(entry).await?;
                self.store.clear_notes().await?;
                self.finish_changes().await?;
                self.store.purge_history(entry.id).await?;
                Ok(self.store.let_expire(entry, self.sources.now()).await?)
            }
            Work::Expiry if entry.since + CLOSED_FOR <= self.sources.now() => {
                Ok(self.store.remove_memberships(entry.id).await.map(drop)?)
            }
            Work::Expiry => Ok(()),
        }
    }

    /// Applies all redo logs of the tenant: one may name somebody who was erased, or make somebody a member who has left
    /// since.
    pub(super) async fn finish_changes(&self) -> Result<(), Error> {
        let work = self.store.list_unfinished().await?;
        let mut finished = Ok(());
        for entry in work.iter().filter(|entry| entry.work == Work::Change) {
            finished = finished.and(self.settled_group(entry.id).await.map(drop));
        }
        finished
    }

    /// Finishes the work that interrupted requests left over, as far as it gets in two seconds. A failure is logged: no
    /// answer depends on it.
    pub async fn finish_left_over(&self, found: &[Unfinished]) {
        let work = async {
            let mut finished = Ok(());
            for entry in found.iter().filter(|entry| is_left_over(entry, self.sources.now())) {
                // Work that cannot be finished is no reason to leave the rest.
                finished = finished.and(self.finish(entry).await);
            }
            finished
        };
        if let Ok(Err(error)) = tokio::time::timeout(LONGEST_HELP, work).await {
            let (tenant, cause) = (self.store.tenant_id().as_str(), crate::error_chain(&error));
            tracing::warn!(tenant, cause, "unfinished work is left for later");
        }
    }
}

/// Whether nobody is at the work any more.
fn is_left_over(entry: &Unfinished, now: OffsetDateTime) -> bool {
    let age = if entry.work == Work::Expiry { CLOSED_FOR } else { LEFT_OVER_AFTER };
    entry.since + age < now
}
