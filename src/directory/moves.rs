//! Who goes leaves the groups, and who comes back joins them again: some with the write that decides it, the others after
//! it.

use super::change::Occasion;
use super::group_change;
use super::membership::member_name;
use super::{Directory, Error};
use crate::store::employee::Employee;
use crate::store::group::Group;
use crate::store::group_write::GroupChange;
use crate::store::keys::Kind;
use crate::store::member::{Member, MemberChanges};
use crate::store::membership::{Memberships, Presence};
use crate::store::moving::{Move, Mover};
use crate::store::retry::Pauses;
use crate::store::written::Written;
use std::collections::BTreeSet;
use time::Duration;
use uuid::Uuid;

/// How many groups one transaction leaves or joins: four items each, beside an employee with many addresses; a
/// transaction takes 100.
const MOST_AT_ONCE: usize = 12;

/// After how long others go on with what a request began: it has ended by then, whether it is finished or not.
const LEFT_OVER_AFTER: Duration = Duration::minutes(1);

impl Directory {
    /// How a record goes: an employee who may come back is [`Presence::Away`], what is removed is [`Presence::Gone`].
    pub(super) async fn departure(
        &self,
        (kind, id): (Kind, Uuid),
        presence: Presence,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let member = Member { id, kind, display: None };
        self.begin(member, presence, occasion).await
    }

    /// How an employee comes back.
    pub(super) async fn comeback(
        &self,
        employee: &Employee,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let display = Some(member_name(employee));
        let member = Member { id: employee.id, kind: Kind::Employee, display };
        self.begin(member, Presence::Here, occasion).await
    }

    async fn begin(
        &self,
        member: Member,
        presence: Presence,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let before = self.memberships(member.id).await?;
        let mover = Mover { member, by: occasion.by.to_owned(), since: occasion.at };
        self.step(mover, before, presence, occasion).await
    }

    /// Has the groups follow that the write of `begun` left over.
    pub(super) async fn follow(&self, begun: &Move) -> Result<(), Error> {
        match begun.after.is_settled() {
            true => Ok(()),
            false => self.finish_move(&begun.mover).await,
        }
    }

    /// As [`Self::follow`], after somebody left groups: goes on also with what interrupted requests left over.
    pub(super) async fn follow_all(&self, begun: &Move) -> Result<(), Error> {
        self.follow(begun).await?;
        if begun.before.groups.is_empty() {
            return Ok(());
        }
        let latest = self.sources.now() - LEFT_OVER_AFTER;
        for mover in self.store.list_movers().await? {
            if mover.since < latest {
                self.finish_move(&mover).await?;
            }
        }
        Ok(())
    }

    /// Has all groups follow that have not yet.
    pub(super) async fn finish_move(&self, mover: &Mover) -> Result<(), Error> {
        let mut pauses = Pauses::new();
        loop {
            let before = self.memberships(mover.member.id).await?;
            let presence = before.presence;
            let occasion = Occasion { at: self.sources.now(), by: &mover.by };
            let step = self.step(mover.clone(), before, presence, occasion).await?;
            match self.store.follow(&step).await? {
                Written::Done if step.after.is_settled() => return Ok(()),
                Written::Done => pauses = Pauses::new(),
                Written::Stale | Written::ClaimDiffers(_) => pauses.pause().await?,
            }
        }
    }

    /// As much of a move as one transaction takes.
    async fn step(
        &self,
        mover: Mover,
        before: Memberships,
        presence: Presence,
        occasion: Occasion<'_>,
    ) -> Result<Move, Error> {
        let some = |ids: BTreeSet<Uuid>| ids.into_iter().take(MOST_AT_ONCE).collect();
        let is_here = presence == Presence::Here;
        let touched: BTreeSet<Uuid> = match is_here {
            true => some(&before.former - &before.groups),
            false => some(before.groups.clone()),
        };
        let mut members = MemberChanges::default();
        match is_here {
            true => members.joined.push(mover.member.clone()),
            false => members.left.push(mover.member.id),
        }
        let groups = self.group_changes(&touched, &members, occasion).await?;
        let there: BTreeSet<Uuid> = groups.iter().map(|change| change.after.id).collect();
        let (groups_after, former) = match presence {
            Presence::Here => {
                let joined_already = some(&before.former & &before.groups);
                (&before.groups | &there, &(&before.former - &touched) - &joined_already)
            }
            Presence::Away => (&before.groups - &touched, &before.former | &there),
            Presence::Gone => {
                let forgotten = MOST_AT_ONCE - touched.len();
                let former = before.former.iter().copied().skip(forgotten).collect();
                (&before.groups - &touched, former)
            }
        };
        let after = Memberships { groups: groups_after, former, presence };
        Ok(Move { mover, before, after, groups })
    }

    /// Where somebody is a member.
    pub(super) async fn memberships(&self, id: Uuid) -> Result<Memberships, Error> {
        Ok(self.store.get_memberships(&[id]).await?.remove(&id).unwrap_or_default())
    }

    /// Those of the groups that are still there, with a change of members.
    async fn group_changes(
        &self,
        ids: &BTreeSet<Uuid>,
        members: &MemberChanges,
        occasion: Occasion<'_>,
    ) -> Result<Vec<GroupChange>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = ids.iter().copied().collect();
        let mut groups: Vec<Group> = self.store.get_records(&ids).await?;
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
