//! The members of a group, as a response shows them.

use super::members::is_whole;
use crate::directory::context::Context;
use crate::directory::error::Error;
use crate::directory::groups::pending_change::PendingChanges;
use crate::directory::groups::unfinished_work::UnfinishedWork;
use crate::model::group::Group;
use crate::model::member::Member;
use crate::store::dynamodb::retry::{Attempt, NextAttempt, retry};

/// The members of groups.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a>(pub(in crate::directory) &'a Context);

impl Members<'_> {
    /// Returns a group and its members in id order, both from the same time.
    ///
    /// # Errors
    /// Fails with [`Error::NoGroup`], [`Error::Contention`], or as every call of the store does.
    pub async fn of(self, group: Group) -> Result<(Group, Vec<Member>), Error> {
        self.of_settled(UnfinishedWork(self.0).settled_for_reading(group).await?).await
    }

    /// Does the same for a settled group.
    pub(in crate::directory) async fn of_settled(
        self,
        mut group: Group,
    ) -> Result<(Group, Vec<Member>), Error> {
        let rows: Result<_, Error> = retry!({
            let rows = match group.member_count {
                0 => Vec::new(),
                _ => self.0.store.members().list_rows(group.id).await?,
            };
            if is_whole(&group, &rows) {
                return Ok(Attempt::Done(rows));
            }
            let before = group.revision;
            let settled = PendingChanges(self.0).settled(group.id).await?;
            group = settled.ok_or(Error::NoGroup(group.id))?;
            Ok(if group.revision == before {
                Attempt::Done(rows)
            } else {
                Attempt::Again(NextAttempt::AfterPause)
            })
        });
        let rows = rows?;
        Ok((group, rows.into_iter().map(|row| row.member).collect()))
    }
}
