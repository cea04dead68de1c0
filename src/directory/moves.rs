//! Who goes leaves the groups, and who comes back joins them again.

use super::change::Occasion;
use super::group_change::{self};
use super::membership::member_name;
use super::{Directory, Error};
use crate::store::employee::Employee;
use crate::store::group::Group;
use crate::store::group_write::{Departure, GroupChange, Return};
use crate::store::keys::Kind;
use crate::store::member::{Member, MemberChanges, Memberships};
use crate::store::retry::Pauses;
use crate::store::written::Written;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many groups one transaction leaves or joins: three items each, beside an employee with many addresses; a
/// transaction takes 100.
const MOST_AT_ONCE: usize = 15;

/// What becomes of the memberships of somebody who goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    Kept,
    Dropped,
}

impl Directory {
    /// How somebody who may come back leaves all groups. The last of them are left with the write that it is for; where
    /// there are more than a transaction takes, the others are left before it.
    pub(super) async fn departure(
        &self,
        id: Uuid,
        occasion: Occasion<'_>,
    ) -> Result<Departure, Error> {
        self.leave(id, Memory::Kept, occasion).await
    }

    /// As [`Self::departure`], for somebody who is gone for good.
    pub(super) async fn forgotten_departure(
        &self,
        id: Uuid,
        occasion: Occasion<'_>,
    ) -> Result<Departure, Error> {
        self.leave(id, Memory::Dropped, occasion).await
    }

    async fn leave(
        &self,
        id: Uuid,
        memory: Memory,
        occasion: Occasion<'_>,
    ) -> Result<Departure, Error> {
        let mut pauses = Pauses::new();
        loop {
            let before = self.memberships(id).await?;
            let leaving: Vec<Uuid> = before.groups.iter().copied().take(MOST_AT_ONCE).collect();
            let is_last = leaving.len() == before.groups.len();
            let members = MemberChanges { left: vec![id], ..MemberChanges::default() };
            let groups = self.group_changes(&leaving, &members, occasion).await?;
            let mut after = before.clone();
            after.absent = is_last;
            after.groups.retain(|group| !leaving.contains(group));
            match memory {
                Memory::Kept => after.former.extend(groups.iter().map(|change| change.after.id)),
                Memory::Dropped => after.former.clear(),
            }
            let departure = Departure { before, after, groups };
            if is_last {
                return Ok(departure);
            }
            match self.store.leave_groups(id, &departure).await? {
                Written::Done => {}
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// How somebody who is back joins the groups that were left, with the write that it is for; where there are more than
    /// a transaction takes, the others are for [`Self::rejoin`].
    pub(super) async fn comeback(
        &self,
        employee: &Employee,
        occasion: Occasion<'_>,
    ) -> Result<Return, Error> {
        let before = self.memberships(employee.id).await?;
        let joining = before.former.difference(&before.groups).copied();
        let joining: Vec<Uuid> = joining.take(MOST_AT_ONCE).collect();
        let member =
            Member { id: employee.id, kind: Kind::Employee, display: Some(member_name(employee)) };
        let members = MemberChanges { joined: vec![member.clone()], ..MemberChanges::default() };
        let groups = self.group_changes(&joining, &members, occasion).await?;
        let mut after = Memberships { absent: false, ..before.clone() };
        after.former.retain(|group| !joining.contains(group) && !before.groups.contains(group));
        after.groups.extend(groups.iter().map(|change| change.after.id));
        let groups = groups.into_iter().map(|change| (change, member.clone())).collect();
        Ok(Return { before, after, groups })
    }

    /// Joins the groups that [`Self::comeback`] left over.
    pub(super) async fn rejoin(
        &self,
        employee: &Employee,
        occasion: Occasion<'_>,
    ) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        loop {
            let back = self.comeback(employee, occasion).await?;
            // Who was deleted meanwhile joins nothing: the next return does.
            if back.before.former.is_empty() || back.before.absent {
                return Ok(());
            }
            match self.store.rejoin_groups(employee.id, &back).await? {
                Written::Done => {}
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    async fn memberships(&self, id: Uuid) -> Result<Memberships, Error> {
        Ok(self.store.get_memberships(&[id]).await?.remove(&id).unwrap_or_default())
    }

    /// Those of the groups that are still there, with a change of members.
    async fn group_changes(
        &self,
        ids: &[Uuid],
        members: &MemberChanges,
        occasion: Occasion<'_>,
    ) -> Result<Vec<GroupChange>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut groups: Vec<Group> = self.store.get_records(ids).await?;
        let unsettled: BTreeSet<Uuid> =
            groups.iter().filter(|group| group.journal.is_some()).map(|group| group.id).collect();
        groups.retain(|group| !unsettled.contains(&group.id));
        for id in unsettled {
            groups.extend(self.settled_group(id).await?);
        }
        let types = &self.types.groups;
        let changes = groups.iter().filter_map(|group| {
            let attributes = group.attributes.clone();
            group_change::changed(types, group, attributes, members, occasion)
        });
        Ok(changes.collect())
    }
}
